package import Tickets
import JSON
import Liquid
import ZonedTime

extension PassTemplate {
  /// Makes the pass of a ticket: everything but manifest and signature.
  ///
  /// - Parameters:
  ///   - serialNumber: see `PassKeys`; with the pass type it names the pass for ever.
  ///   - authenticationToken: at least 16 characters; goes in only together with the issuer's `webServiceURL`.
  ///   - isVoided: the sale was undone; Wallet greys the pass out.
  /// - Throws: `CompositionError` when the result is something that Wallet would refuse.
  package func contents(
    for ticket: Ticket, issuer: PassIssuer, serialNumber: String, authenticationToken: String? = nil,
    isVoided: Bool = false
  ) throws(CompositionError) -> PassContents {
    let pass = PassVariables(serialNumber: serialNumber, isUsed: ticket.state == .used, isVoided: isVoided)
    var composer = PassComposer(template: self, ticket: ticket, pass: pass, tenant: issuer.tenant)
    try composer.writeMembers()
    composer.write("formatVersion", raw: "1")
    composer.write("passTypeIdentifier", text: issuer.passTypeIdentifier)
    composer.write("teamIdentifier", text: issuer.teamIdentifier)
    composer.write("serialNumber", text: serialNumber)
    if !hasExpirationDate, let end = ticket.event.effectiveEnd { composer.write("expirationDate", text: end.iso8601) }
    if isGroupable, !hasGroupingIdentifier, let group = ticket.groupingIdentifier {
      composer.write("groupingIdentifier", text: group)
    }
    if let url = issuer.webServiceURL, let authenticationToken {
      composer.write("webServiceURL", text: url)
      composer.write("authenticationToken", text: authenticationToken)
    }
    if isVoided { composer.write("voided", raw: "true") }
    return PassContents(
      assets: try composer.assets(), rendered: try composer.files(), serialNumber: serialNumber, isVoided: isVoided)
  }
}

extension Ticket {
  /// Tickets of one performance lie on one stack in Wallet.
  fileprivate var groupingIdentifier: String? {
    if let id = event.performance ?? event.id { return id }
    guard let name = event.name?.text, let start = event.start else { return nil }
    return "\(name) \(start.iso8601)"
  }
}

/// One pass being written.
struct PassComposer {
  let template: PassTemplate
  let isOver: Bool
  /// The default language first, then the template's other ones.
  let contexts: [LiquidContext]
  /// Whether the ticket's own names differ from language to language.
  let hasTranslations: Bool
  var json: [UInt8] = []
  /// What `pass.json` says and other languages say otherwise.
  var translatedKeys: [String] = []
  /// For each of those keys the text of each context.
  var translatedTexts: [[String]] = []
  /// What `pass.json` says in every language alike.
  var plainTexts: [String] = []

  init(template: PassTemplate, ticket: Ticket, pass: PassVariables, tenant: String) {
    self.template = template
    isOver = pass.isUsed || pass.isVoided
    hasTranslations = template.strings.count > 1 && ticket.hasTranslations
    let fallback = template.strings[0].texts
    contexts = template.strings.map { strings in
      LiquidContext(
        root: TicketVariables(ticket: ticket, pass: pass, tenant: tenant, language: strings.language),
        language: strings.language, translate: { strings.texts[$0] ?? fallback[$0] })
    }
    json.reserveCapacity(template.expectedSize)
    json.append(UInt8(ascii: "{"))
  }

  // MARK: pass.json

  mutating func writeMembers() throws(CompositionError) {
    for member in template.members {
      if isOver, TemplateCompiler.relevance.contains(member.name) { continue }
      let isPresent = try write(member)
      if !isPresent, member.name == "description" || member.name == "organizationName" {
        throw CompositionError(reason: .requiredEmpty, place: place(of: member))
      }
    }
  }

  mutating func write(_ name: StaticString, text: String) {
    writeName(name)
    json.appendJSONString(text)
  }

  mutating func write(_ name: StaticString, raw: StaticString) {
    writeName(name)
    json.append(contentsOf: UnsafeBufferPointer(start: raw.utf8Start, count: raw.utf8CodeUnitCount))
  }

  private mutating func writeName(_ name: StaticString) {
    separate()
    json.append(UInt8(ascii: "\""))
    json.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    json.append(UInt8(ascii: "\""))
    json.append(UInt8(ascii: ":"))
  }

  /// A comma, unless this is the first inside its bracket.
  mutating func separate() {
    if json.last != UInt8(ascii: "{"), json.last != UInt8(ascii: "[") { json.append(UInt8(ascii: ",")) }
  }

  private func place(of member: TemplateMember) -> Finding.Place {
    if case .leaf(let leaf) = member.node { return template.located(leaf.place) }
    return Finding.Place(file: TemplateCompiler.fileName, pointer: "/\(member.name)")
  }

  /// Writes a member; what comes out empty is taken back.
  private mutating func write(_ member: TemplateMember) throws(CompositionError) -> Bool {
    let start = json.count
    separate()
    json.append(contentsOf: member.prefix)
    if try write(member.node) { return true }
    json.removeSubrange(start...)
    return false
  }

  private mutating func write(_ node: TemplateNode) throws(CompositionError) -> Bool {
    switch node {
    case .fixed(let bytes):
      json.append(contentsOf: bytes)
      return true
    case .leaf(let leaf): return try write(leaf)
    case .object(let members, let needs):
      json.append(UInt8(ascii: "{"))
      var has: ObjectShape = []
      for member in members where try write(member) { has.formUnion(member.fulfils) }
      json.append(UInt8(ascii: "}"))
      return has.isSuperset(of: needs)
    case .array(let elements):
      json.append(UInt8(ascii: "["))
      var isEmpty = true
      for element in elements {
        let start = json.count
        separate()
        if try write(element) {
          isEmpty = false
        } else {
          json.removeSubrange(start...)
        }
      }
      json.append(UInt8(ascii: "]"))
      return !isEmpty
    }
  }
}
