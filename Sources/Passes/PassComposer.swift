package import Tickets
import JSON
import Liquid
import ZonedTime

extension PassTemplate {
  /// Makes the pass of a ticket: everything but manifest and signature.
  ///
  /// - Parameters:
  ///   - serialNumber: see `SerialNumber`; with the pass type it names the pass for ever.
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
      assets: assets, rendered: try composer.files(), serialNumber: serialNumber, isVoided: isVoided)
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
private struct PassComposer {
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
  private mutating func separate() {
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

  // MARK: Values

  private mutating func write(_ leaf: TemplateLeaf) throws(CompositionError) -> Bool {
    switch leaf.kind {
    case .text: return try writeText(leaf, text: render(leaf, contexts[0]))
    case .typed: return try writeTyped(leaf, evaluate(leaf))
    case .date:
      switch try evaluate(leaf) {
      case .date(let date): json.appendJSONString(date.iso8601)
      case .null, .empty, .blank: return false
      case .string(let text):
        if text.isEmpty { return false }
        guard let date = ZonedDateTime(iso8601: text) else { throw failure(leaf, .notADate(text)) }
        json.appendJSONString(date.iso8601)
      default: throw failure(leaf, .notADate(try render(leaf, contexts[0])))
      }
    case .number:
      let value = try evaluate(leaf)
      let number: JSONNumber?
      switch value {
      case .int(let whole): number = JSONNumber(Int64(whole))
      case .double(let double): number = JSONNumber(double)
      case .null, .empty, .blank: return false
      case .string(let text) where text.isEmpty: return false
      case .string(let text): number = JSONNumber(literal: text)
      default: number = nil
      }
      guard let number else { throw failure(leaf, .notANumber(try render(leaf, contexts[0]))) }
      json.append(contentsOf: number.literal.utf8)
    case .boolean:
      switch try evaluate(leaf) {
      case .bool(let flag): json.append(contentsOf: (flag ? "true" : "false").utf8)
      case .null, .empty, .blank: return false
      case .string(let text) where text.isEmpty: return false
      case .string(let text) where text == "true" || text == "false": json.append(contentsOf: text.utf8)
      default: throw failure(leaf, .notABoolean(try render(leaf, contexts[0])))
      }
    case .color:
      let text = try render(leaf, contexts[0])
      if text.isEmpty { return false }
      guard LeafKind.isColor(text) else { throw failure(leaf, .notAColor(text)) }
      json.appendJSONString(text)
    case .list:
      let start = json.count
      json.append(UInt8(ascii: "["))
      guard try writeElements(leaf) else {
        json.removeSubrange(start...)
        return false
      }
      json.append(UInt8(ascii: "]"))
    case .listElements: return try writeElements(leaf)
    }
    return true
  }

  /// Nothing to see: what is between two variables remains when both are empty.
  private static func isBlank(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
  }

  private mutating func writeText(_ leaf: TemplateLeaf, text: String) throws(CompositionError) -> Bool {
    if Self.isBlank(text) { return false }
    if let problem = leaf.barcode?.problem(with: text) { throw failure(leaf, problem) }
    let shown = leaf.isLocalizable ? try translated(leaf, text) : text
    json.appendJSONString(shown)
    return true
  }

  private mutating func writeTyped(_ leaf: TemplateLeaf, _ value: LiquidValue) throws(CompositionError) -> Bool {
    switch value {
    case .null, .empty, .blank: return false
    case .bool(let flag): json.append(contentsOf: (flag ? "true" : "false").utf8)
    case .int(let whole): json.append(contentsOf: String(whole).utf8)
    case .double(let double):
      guard let number = JSONNumber(double) else { throw failure(leaf, .notANumber("\(double)")) }
      json.append(contentsOf: number.literal.utf8)
    case .date(let date): json.appendJSONString(date.iso8601)
    case .string(let text): return try writeText(leaf, text: text)
    case .array, .object, .range: return try writeText(leaf, text: render(leaf, contexts[0]))
    }
    return true
  }

  /// One text after the other, without brackets.
  private mutating func writeElements(_ leaf: TemplateLeaf) throws(CompositionError) -> Bool {
    let texts: [String]
    switch try evaluate(leaf) {
    case .array(let elements):
      texts = elements.compactMap { element in
        let text = element.text
        return Self.isBlank(text) ? nil : text
      }
    case .null, .empty, .blank: return false
    case let value:
      texts = value.text.split(separator: ",").compactMap { part in
        var trimmed = part.utf8.drop { $0 == 0x20 }
        while trimmed.last == 0x20 { trimmed.removeLast() }
        return trimmed.isEmpty ? nil : String(Substring(trimmed))
      }
    }
    for (index, text) in texts.enumerated() {
      if index > 0 { json.append(UInt8(ascii: ",")) }
      json.appendJSONString(text)
    }
    return !texts.isEmpty
  }

  private func render(_ leaf: TemplateLeaf, _ context: LiquidContext) throws(CompositionError) -> String {
    do {
      return try leaf.liquid.render(context)
    } catch {
      throw failure(leaf, error)
    }
  }

  private func evaluate(_ leaf: TemplateLeaf) throws(CompositionError) -> LiquidValue {
    do {
      return try leaf.liquid.evaluate(contexts[0])
    } catch {
      throw failure(leaf, error)
    }
  }

  private func failure(_ leaf: TemplateLeaf, _ reason: CompositionError.Reason) -> CompositionError {
    CompositionError(reason: reason, place: template.located(leaf.place))
  }

  private func failure(_ leaf: TemplateLeaf, _ error: LiquidError) -> CompositionError {
    CompositionError(
      reason: .liquid("\(error.kind)"),
      place: template.located(leaf.place, inside: (error.place.line, error.place.column)))
  }

  // MARK: Languages

  /// What `pass.json` says for a text that other languages may say otherwise: the text itself, which then is the key of
  /// the translations. On a phone in none of the languages the text itself is what shows.
  ///
  /// Where the same words stand for something else too, spaces without width make them another key.
  private mutating func translated(_ leaf: TemplateLeaf, _ text: String) throws(CompositionError) -> String {
    guard contexts.count > 1 else { return text }
    // Empty until a language differs: most texts do not.
    var texts: [String] = []
    if hasTranslations || leaf.usesLanguage {
      for index in 1..<contexts.count {
        let other = try render(leaf, contexts[index])
        if texts.isEmpty {
          if other == text { continue }
          texts = Array(repeating: text, count: index)
        }
        texts.append(other)
      }
    }
    var key = text
    if texts.isEmpty {
      while translatedKeys.contains(key) { key += "\u{200B}" }
      plainTexts.append(key)
    } else {
      if let known = translatedTexts.firstIndex(of: texts) { return translatedKeys[known] }
      while template.takenKeys.contains(key) || plainTexts.contains(key) || translatedKeys.contains(key) {
        key += "\u{200B}"
      }
      translatedKeys.append(key)
      translatedTexts.append(texts)
    }
    return key
  }

  /// `pass.json` and the strings that are this ticket's own, in the order of their paths.
  mutating func files() throws(CompositionError) -> [PassAssets.File] {
    json.append(UInt8(ascii: "}"))
    var files: [PassAssets.File] = []
    for (index, strings) in template.strings.enumerated() {
      guard !strings.liquid.isEmpty || !translatedKeys.isEmpty, strings.hasFolder else { continue }
      var bytes = strings.fixed
      for (key, liquid, place) in strings.liquid {
        do {
          StringsFile.append(key: key, value: try liquid.render(contexts[index]), to: &bytes)
        } catch {
          throw CompositionError(reason: .liquid("\(error.kind)"), place: place)
        }
      }
      for (key, texts) in zip(translatedKeys, translatedTexts) {
        StringsFile.append(key: key, value: texts[index], to: &bytes)
      }
      files.append(PassAssets.File(path: strings.path, bytes: bytes))
    }
    files.append(PassAssets.File(path: TemplateCompiler.fileName, bytes: json))
    if files.count > 1 { files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) } }
    return files
  }
}
