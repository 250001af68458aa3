import JSON
package import Passes
import Tickets

/// What a preview shows: a template with sample tickets, or a finished pass.
///
/// Made anew after each change; everything that the page may ask for is worked out here once.
package struct PreviewSubject: Sendable {
  package let name: String
  package let findings: [Finding]
  /// The names of the sample tickets; empty for a finished pass.
  package let samples: [String]
  /// The languages it can be shown in, the default one first.
  package let languages: [String]
  let template: PassTemplate?
  /// The sample that is shown when nobody chose one.
  private let firstSample: String?
  private let passes: [Case: Drawable]
  /// The state each sample is in by itself.
  private let ownStates: [String: PreviewChoice.State]
  private let images: [String: [UInt8]]

  private struct Case: Hashable {
    var sample: String
    var state: PreviewChoice.State
  }

  /// A pass that was composed, or why it could not be.
  struct Drawable: Sendable {
    let pass: Result<ReadPass, CompositionError>?
    /// nil for a finished pass, which does not say from what it was made.
    let ticket: Ticket?
    let variables: PassVariables
  }

  /// - Parameter ticket: shown before the template's own samples.
  package init(template: PassTemplate, findings: [Finding], ticket: PassTemplate.Sample? = nil) {
    name = template.name
    self.findings = findings
    self.template = template
    languages = template.languages
    let samples = (ticket.map { [$0] } ?? []) + template.samples.filter { $0.name != ticket?.name }
    self.samples = samples.map(\.name)
    let ownStates = Dictionary(
      samples.map { ($0.name, Self.state(of: $0.ticket)) }, uniquingKeysWith: { first, _ in first })
    self.ownStates = ownStates
    firstSample = ticket?.name ?? samples.first { ownStates[$0.name] == .valid }?.name ?? samples.first?.name
    var images = ImageGathering()
    var passes: [Case: Drawable] = [:]
    for sample in samples {
      for state in PreviewChoice.State.allCases {
        let key = Case(sample: sample.name, state: state)
        if passes[key] == nil { passes[key] = Self.compose(template, sample.ticket, state, &images) }
      }
    }
    self.passes = passes
    self.images = images.bytes
  }

  /// - Parameter files: a finished pass that anyone made.
  package init(pass files: PassFiles, name: String, findings: [Finding]) {
    self.name = name
    self.findings = findings
    template = nil
    firstSample = nil
    samples = []
    let images = PassImages(files.contents.map { (path: $0.key, bytes: $0.value) })
    self.images = images.bytes
    let pass = ReadPass(files, images: images)
    let isVoided = pass?.value["voided"]?.bool == true
    ownStates = ["": isVoided ? .voided : .valid]
    languages = pass?.languages ?? []
    let drawable = Drawable(
      pass: pass.map { .success($0) }, ticket: nil,
      variables: PassVariables(serialNumber: "", isUsed: false, isVoided: isVoided))
    passes = Dictionary(
      PreviewChoice.State.allCases.map { (Case(sample: "", state: $0), drawable) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The languages to choose from: those there are, and the one that was asked for (`de-CH` is shown in `de`).
  func languages(with choice: PreviewChoice) -> [String] {
    guard let language = choice.language, !languages.contains(language) else { return languages }
    return languages + [language]
  }

  /// Whether there is anything to draw.
  package func canDraw(_ choice: PreviewChoice) -> Bool { !faces(completed(choice)).isEmpty }

  /// - Parameter choice: a completed one.
  func faces(_ choice: PreviewChoice) -> [PassFace] {
    guard case .success(let pass)? = drawable(choice)?.pass else { return [] }
    return PassFace.faces(of: pass, language: choice.language ?? "en")
  }

  /// The state a sample is in by itself.
  func ownState(of sample: String) -> PreviewChoice.State { ownStates[sample] ?? .valid }

  /// A PNG the page links to.
  package func image(_ id: String) -> [UInt8]? { images[id] }

  /// Every picture that any of its passes shows, by its id.
  var allImages: [String: [UInt8]] { images }

  /// The choice with everything filled in that was left open or cannot be had.
  func completed(_ choice: PreviewChoice) -> PreviewChoice {
    var choice = choice
    if !samples.contains(choice.sample ?? "") { choice.sample = firstSample }
    let wanted = choice.language
    if wanted == nil || (!languages.isEmpty && !languages.contains(wanted ?? "")) {
      let base = wanted?.split(whereSeparator: { $0 == "-" || $0 == "_" }).first.map(String.init)
      let fallback = languages.contains("en") && template == nil ? "en" : languages.first
      choice.language = base.flatMap { languages.contains($0) ? wanted : nil } ?? fallback ?? wanted ?? "en"
    }
    choice.state = choice.state ?? ownStates[choice.sample ?? ""] ?? .valid
    return choice
  }

  /// - Parameter choice: a completed one.
  func drawable(_ choice: PreviewChoice) -> Drawable? {
    passes[Case(sample: choice.sample ?? "", state: choice.state ?? .valid)]
  }

  private static func state(of ticket: Ticket) -> PreviewChoice.State {
    switch ticket.action {
    case .issueUsed: .used
    case .void, .replaceOrVoid: .voided
    case .issue, .wait, .ask: .valid
    }
  }

  private static func compose(
    _ template: PassTemplate, _ ticket: Ticket, _ state: PreviewChoice.State, _ images: inout ImageGathering
  ) -> Drawable {
    let isOwn = self.state(of: ticket) == (state == .expired ? .valid : state)
    let words: [PreviewChoice.State: String] = [.used: "CONTROLLED", .voided: "CANCELLED"]
    let shown = isOwn ? ticket : ticket.with(stateWord: words[state] ?? "VALID")
    let serialNumber = String(repeating: "0", count: 32)
    let variables = PassVariables(serialNumber: serialNumber, isUsed: state == .used, isVoided: state == .voided)
    let issuer = PassIssuer(
      passTypeIdentifier: template.passTypeIdentifier ?? "pass.org.example.tickets",
      teamIdentifier: template.teamIdentifier ?? "EXAMPLE123", tenant: "example")
    do throws(CompositionError) {
      let contents = try template.contents(
        for: shown, issuer: issuer, serialNumber: serialNumber, isVoided: state == .voided)
      let pass = ReadPass(contents.files, images: images.images(of: contents.assets))
      return Drawable(pass: pass.map { .success($0) }, ticket: shown, variables: variables)
    } catch {
      return Drawable(pass: .failure(error), ticket: shown, variables: variables)
    }
  }
}

/// The pictures of all passes, those of passes with the same assets read once.
private struct ImageGathering {
  private(set) var bytes: [String: [UInt8]] = [:]
  private var known: [ObjectIdentifier: PassImages] = [:]

  mutating func images(of assets: PassAssets) -> PassImages {
    if let images = known[ObjectIdentifier(assets)] { return images }
    let images = PassImages(assets.files.map { (path: $0.path, bytes: $0.bytes) })
    known[ObjectIdentifier(assets)] = images
    bytes.merge(images.bytes) { first, _ in first }
    return images
  }
}
