import Passes
import ZonedTime

/// The part of the page that changes with the choice: controls, pass and side panel.
struct FaceMarkup {
  let subject: PreviewSubject
  /// A completed one.
  let choice: PreviewChoice
  let now: Int64
  let problems: [Finding]
  private(set) var html = HTML()

  init(_ subject: PreviewSubject, _ choice: PreviewChoice, now: Int64, problems: [Finding] = []) {
    self.subject = subject
    self.choice = subject.completed(choice)
    self.now = now
    self.problems = problems
  }

  /// The state that is drawn: a pass whose day has come is expired, whatever was chosen.
  private var state: PreviewChoice.State {
    let chosen = choice.state ?? .valid
    guard chosen == .valid, subject.template == nil, case .success(let pass)? = subject.drawable(choice)?.pass,
      let date = pass.expirationDate
    else { return chosen }
    return date.epochMilliseconds / 1000 < now ? .expired : .valid
  }

  mutating func write() {
    controls()
    let faces = subject.faces(choice)
    html.open("section", ["id": "stage", "aria-label": "Pass"])
    broken()
    if faces.isEmpty { nothingToDraw() }
    if let face = faces.last { notification(face) }
    cards(faces, sides: PreviewChoice.Side.allCases)
    html.close("section")
    panel(faces)
  }

  /// The cards alone, or why there are none.
  mutating func writeCards(sides: [PreviewChoice.Side] = PreviewChoice.Side.allCases) {
    let faces = subject.faces(choice)
    if faces.isEmpty { nothingToDraw() }
    cards(faces, sides: sides)
  }

  // MARK: The pass

  private mutating func cards(_ faces: [PassFace], sides: [PreviewChoice.Side]) {
    let sources = FieldSources(subject: subject, choice: choice)
    html.raw("<div class=\"cards\">")
    for face in faces {
      if faces.count > 1 {
        html.open("figure")
        html.element("figcaption", text: caption(of: face.look))
      }
      card(face, sources) { $0.front() }
      if faces.count > 1 { html.close("figure") }
    }
    if sides.contains(.back), let face = faces.last { card(face, sources) { $0.back() } }
    html.raw("</div>")
  }

  private func caption(of look: PassLook) -> String {
    switch look {
    case .posterEventTicket: "From iOS 18 with NFC, from iOS 27 without"
    case .posterGeneric: "iOS 27"
    default: "Everywhere else"
    }
  }

  private mutating func card(_ face: PassFace, _ sources: FieldSources, _ draw: (inout CardMarkup) -> Void) {
    var card = CardMarkup(face: face, state: state, source: { sources.source(of: $0, $1) })
    draw(&card)
    html.raw(card.html.source)
  }

  /// The banner on the lock screen; the page fills it in when a change is chosen.
  private mutating func notification(_ face: PassFace) {
    html.open("div", ["id": "notification", "hidden": "", "role": "status", "lang": face.language])
    if let icon = face.images["icon"] {
      html.open(
        "img", ["class": "app", "alt": "", "data-2x": icon.variant(scale: 2).id, "data-3x": icon.variant(scale: 3).id])
    }
    html.raw("<div>")
    html.element("strong", ["dir": "auto"], text: face.organization)
    html.raw("<span class=\"message\" dir=\"auto\"></span></div></div>")
  }

  private mutating func nothingToDraw() {
    html.open("div", ["class": "nothing"])
    switch subject.drawable(choice)?.pass {
    case .failure(let error):
      html.element("p", text: "The ticket “\(choice.sample ?? "")” makes no pass: \(error.sentence)")
      html.element("p", ["class": "place"], text: "\(error.place)")
    case .success: html.element("p", text: "The pass has none of Wallet's styles.")
    case nil where subject.template != nil:
      html.element("p", text: "There is no sample ticket to draw. Put one into the template's samples folder, as JSON.")
    case nil: html.element("p", text: "There is no pass.json that could be read.")
    }
    html.close("div")
  }

  /// What is wrong with the files as they are now, over the last drawing that was good.
  private mutating func broken() {
    guard !problems.isEmpty else { return }
    html.open("div", ["id": "broken", "role": "alert"])
    html.element("strong", text: "The files cannot be drawn as they are; this is the last good drawing.")
    html.raw("<ul>")
    for problem in problems.prefix(5) { finding(problem) }
    html.raw("</ul></div>")
  }

  // MARK: Panel

  private mutating func panel(_ faces: [PassFace]) {
    html.raw("<aside id=\"panel\" aria-label=\"What stands behind the pass\">")
    html.raw("<section id=\"inspector\" aria-live=\"polite\"><h2>Field</h2>")
    html.raw("<p class=\"quiet\">Point at a field, or reach it with Tab, to see what stands behind it.</p></section>")
    let findings = problems + subject.findings.filter { !problems.contains($0) }
    html.raw("<section id=\"findings\">")
    html.element("h2", text: findings.isEmpty ? "Nothing to mend" : "To mend (\(findings.count))")
    if findings.isEmpty, !faces.isEmpty {
      html.element("p", ["class": "quiet"], text: "Wallet takes this pass, and no rule has anything to say.")
    }
    html.raw("<ul>")
    for found in findings.sorted(by: { $0.severity > $1.severity }) { finding(found) }
    html.raw("</ul></section>")
    let width = Double(choice.width - 32)
    var facts: [LayoutFact] = []
    for fact in faces.flatMap({ $0.layoutFacts(cardWidth: width, scale: choice.scale) }) where !facts.contains(fact) {
      facts.append(fact)
    }
    html.raw("<section id=\"layout\"><h2>How it fits</h2><ul>")
    for fact in facts { html.element("li", ["data-kind": fact.kind.rawValue], text: fact.text) }
    html.raw("</ul>")
    if !faces.isEmpty {
      html.raw("<p class=\"quiet\">Every field has room, and every text its full size.</p>")
    }
    html.raw("</section>")
    variables()
    html.raw("</aside>")
  }

  private mutating func finding(_ finding: Finding) {
    html.open(
      "li",
      [
        "data-code": finding.code, "data-severity": finding.severity.rawValue, "data-pointer": finding.place.pointer,
        "tabindex": finding.place.pointer == nil ? nil : "0",
      ])
    html.element("strong", text: finding.severity == .error ? "Error" : "Warning")
    html.element("span", ["class": "message"], text: " \(finding.message)")
    html.element("span", ["class": "place"], text: "\(finding.place)")
    if !finding.hint.isEmpty { html.element("span", ["class": "hint"], text: finding.hint) }
    html.element("code", text: finding.code)
    html.close("li")
  }

  private mutating func variables() {
    guard let values = FieldSources(subject: subject, choice: choice).variables?.values else { return }
    html.raw("<section id=\"variables\"><h2>Variables of this ticket</h2><table>")
    html.raw("<thead><tr><th scope=\"col\">Variable</th><th scope=\"col\">Value</th></tr></thead><tbody>")
    for (name, value) in values {
      html.open("tr", ["class": value == nil ? "none" : nil])
      html.raw("<th scope=\"row\"><code>")
      html.text(name)
      html.raw("</code></th>")
      html.element("td", ["dir": "auto"], text: value ?? "–")
      html.close("tr")
    }
    html.raw("</tbody></table></section>")
  }

  // MARK: Controls

  private mutating func controls() {
    html.raw("<form id=\"controls\" aria-label=\"How to show the pass\">")
    if !subject.samples.isEmpty { select("sample", "Ticket", subject.samples.map { ($0, $0) }, choice.sample ?? "") }
    let languages = subject.languages(with: choice)
    select("language", "Language", languages.map { ($0, $0) }, choice.language ?? "")
    radios(
      "state", "State", PreviewChoice.State.allCases.map { ($0.rawValue, $0.rawValue.capitalizedFirst) },
      state.rawValue)
    radios(
      "side", "Side", PreviewChoice.Side.allCases.map { ($0.rawValue, $0.rawValue.capitalizedFirst) },
      choice.side.rawValue)
    select("notification", "Lock screen", [("", "no change")], "")
    html.raw(
      "<label class=\"change\" hidden><span>New value</span>"
        + "<input name=\"change\" autocomplete=\"off\" maxlength=\"100\"></label>")
    let widths = [320, 375, 390, 393, 402, 420, 430, 440]
    let all = widths.contains(choice.width) ? widths : (widths + [choice.width]).sorted()
    select("width", "Phone", all.map { ("\($0)", "\($0) pt") }, "\(choice.width)")
    radios("scale", "Screen", [("2", "@2x"), ("3", "@3x")], "\(choice.scale)")
    radios("page", "Page", [("light", "Light"), ("dark", "Dark")], choice.isDark ? "dark" : "light")
    html.raw("</form>")
  }

  private mutating func select(
    _ name: String, _ title: String, _ options: [(value: String, title: String)], _ chosen: String
  ) {
    html.raw("<label>")
    html.element("span", text: title)
    html.open("select", ["name": name])
    for option in options {
      html.element(
        "option", ["value": option.value, "selected": option.value == chosen ? "" : nil],
        text: option.title)
    }
    html.raw("</select></label>")
  }

  private mutating func radios(
    _ name: String, _ title: String, _ options: [(value: String, title: String)], _ chosen: String
  ) {
    html.raw("<fieldset>")
    html.element("legend", text: title)
    for option in options {
      html.raw("<label>")
      html.open(
        "input",
        ["type": "radio", "name": name, "value": option.value, "checked": option.value == chosen ? "" : nil])
      html.element("span", text: option.title)
      html.raw("</label>")
    }
    html.raw("</fieldset>")
  }
}

/// What stands behind the fields of one ticket in one language.
struct FieldSources {
  let variables: SampleVariables?
  private let template: PassTemplate?

  init(subject: PreviewSubject, choice: PreviewChoice) {
    template = subject.template
    let drawable = subject.drawable(choice)
    variables = drawable?.ticket.map { ticket in
      SampleVariables(
        ticket: ticket, pass: drawable?.variables ?? PassVariables(serialNumber: "", isUsed: false, isVoided: false),
        tenant: "example", language: choice.language ?? "en")
    }
  }

  /// - Parameter key: the field's key; nil for a semantic tag.
  func source(of pointer: String, _ key: String?) -> FieldSource? {
    guard let template else { return nil }
    let parts = pointer.split(separator: "/").map(String.init)
    func text(_ member: String) -> TemplateText? {
      guard let key, parts.count > 1 else { return member == "value" ? template.source(of: pointer) : nil }
      return template.source(style: parts[0], group: parts[1], key: key, member: member)
    }
    let (value, label) = (text("value"), text("label"))
    let texts = [value, label].compactMap { $0?.text }
    return FieldSource(value: value, label: label, variables: variables?.named(in: texts) ?? [])
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
