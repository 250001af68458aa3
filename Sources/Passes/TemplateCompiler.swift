import JSON
import Liquid

/// Turns a template's `pass.json` into nodes, collecting every mistake on the way.
struct TemplateCompiler {
  let document: JSONDocument
  let source: [UInt8]
  let settings: TemplateSettings
  var findings: [Finding] = []
  /// The top-level keys that `pass.json` has together with the bindings, `null` aside.
  private(set) var names: Set<String> = []
  /// Texts without Liquid that Wallet looks up in the strings.
  private(set) var localizableTexts: Set<String> = []

  private lazy var escapedText = EscapedText(source)

  /// Beyond this many, more mistakes in Liquid help nobody.
  private static let maximumLiquidFindings = 200

  static let fileName = "pass.json"

  /// Members that are never the template's: the issuer and the ticket's state decide them.
  static let issuersOwn: Set<String> = [
    "formatVersion", "passTypeIdentifier", "teamIdentifier", "serialNumber", "webServiceURL", "authenticationToken",
    "voided",
  ]

  /// Members that bring a pass to the lock screen: left out once it was used or voided.
  static let relevance: Set<String> = ["relevantDate", "relevantDates", "locations", "beacons"]

  /// - Parameter source: the bytes of `document`.
  init(document: JSONDocument, source: [UInt8], settings: TemplateSettings) {
    self.document = document
    self.source = source
    self.settings = settings
  }

  mutating func members() -> [TemplateMember] {
    guard var root = document.value.object else {
      report("", "pass-json-not-object", "pass.json holds \(document.value.kindName)", "It must hold an object.")
      return []
    }
    let bound = bind(&root)
    names = Set(root.members.filter { !$0.value.isNull }.map(\.name))
    return root.members.compactMap { member in
      guard !Self.issuersOwn.contains(member.name), member.name != "_id" else { return nil }
      return compile(member, path: [], isDateField: false, bound: bound)
    }
  }

  // MARK: Nodes

  /// - Parameter documented: the member's name in a pass; nil when it is the one it has.
  private mutating func compile(
    _ member: JSONObject.Member, as documented: String? = nil, path: [String], isDateField: Bool,
    bound: [String: TemplateSettings.Binding], barcode: BarcodeRules? = nil
  ) -> TemplateMember? {
    let inner = path + [member.name]
    let name = documented ?? member.name
    guard
      let node = compile(
        member.value, key: name, path: inner, isDateField: isDateField, bound: bound,
        barcode: member.name == "message" ? barcode : nil)
    else { return nil }
    var prefix: [UInt8] = []
    prefix.appendJSONString(name)
    prefix.append(UInt8(ascii: ":"))
    return TemplateMember(name: name, prefix: prefix, node: node)
  }

  private mutating func compile(
    _ value: JSONValue, key: String, path: [String], isDateField: Bool, bound: [String: TemplateSettings.Binding],
    barcode: BarcodeRules?
  ) -> TemplateNode? {
    switch value {
    case .null: return nil
    case .bool, .number: return .fixed(value.serialized())
    case .string(let text):
      return leaf(text, key: key, path: path, isDateField: isDateField, bound: bound, barcode: barcode)
    case .array(let elements):
      let nodes = elements.enumerated().compactMap { index, element in
        compile(element, key: key, path: path + [String(index)], isDateField: false, bound: bound, barcode: nil)
      }
      return Self.folded(nodes) ?? .array(nodes)
    case .object(let object):
      let isDate = object["dateStyle"] != nil || object["timeStyle"] != nil
      let rules = object["format"]?.stringValue.map {
        BarcodeRules(format: $0, encoding: object["messageEncoding"]?.stringValue ?? "iso-8859-1")
      }
      let spelling = Spelling.names(at: path)
      let members = object.members.compactMap { member -> TemplateMember? in
        if member.name == "_id" { return nil }
        let documented = spelling[member.name]
        if let documented, object[documented]?.isNull == false { return nil }
        return compile(
          member, as: documented, path: path, isDateField: isDate, bound: bound, barcode: rules)
      }
      let needs = ObjectShape.needed(at: path, names: object.names)
      if members.count < object.members.count {
        // Without its nulls, or without Pass Designer's marks, it may be too little already.
        let has = members.reduce(into: ObjectShape()) { $0.formUnion($1.fulfils) }
        if !has.isSuperset(of: needs) { return nil }
      }
      return Self.folded(members) ?? .object(members, needs: needs)
    }
  }

  private mutating func leaf(
    _ text: String, key: String, path: [String], isDateField: Bool, bound: [String: TemplateSettings.Binding],
    barcode: BarcodeRules?
  ) -> TemplateNode? {
    let pointer = path.map { "/" + jsonPointerToken($0) }.joined()
    let binding = bound[pointer]
    // Finding a line means reading the file again, so that of pass.json is found when a message needs it.
    let place =
      binding.map { Finding.Place(file: TemplateSettings.fileName, line: $0.line, column: $0.column) }
      ?? Finding.Place(file: Self.fileName, pointer: pointer)
    let kind = LeafKind(
      key: key, isDateField: isDateField, isInUserInfo: path.first == "userInfo",
      isElement: path.last.map { $0 != key && Int($0) != nil } ?? false)
    let isLocalizable = LeafKind.localizable.contains(key) && path.first != "userInfo"
    do {
      let liquid = try LiquidTemplate(
        text, at: LiquidPlace(file: place.file, line: place.line ?? 1, column: place.column ?? 1),
        schema: TicketVariables.schema)
      if let fixed = liquid.staticText {
        if isLocalizable { localizableTexts.insert(fixed) }
        // YAML writes what JSON has types for as text.
        if binding != nil, let typed = kind.json(fixed) { return .fixed(typed.serialized()) }
        if kind == .list { return .fixed(JSONValue.array([.string(fixed)]).serialized()) }
        return .fixed(JSONValue.string(fixed).serialized())
      }
      return .leaf(
        TemplateLeaf(
          liquid: liquid, kind: kind, isLocalizable: isLocalizable,
          usesLanguage: liquid.usesLanguage || text.contains("language"), barcode: barcode, place: place))
    } catch {
      if findings.count >= Self.maximumLiquidFindings { return nil }
      var found = Finding(liquid: error, pointer: place.pointer)
      if binding == nil {
        let position = document.position(of: pointer).map { start in
          escapedText.position(
            from: (start.line, start.column + 1), line: error.place.line, column: error.place.column)
        }
        found.place.line = position?.line
        found.place.column = position?.column
      }
      findings.append(found)
      return nil
    }
  }

  /// JSON text for an array of which nothing can change.
  private static func folded(_ nodes: [TemplateNode]) -> TemplateNode? {
    var bytes: [UInt8] = [UInt8(ascii: "[")]
    for node in nodes {
      guard case .fixed(let text) = node else { return nil }
      if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
      bytes += text
    }
    return .fixed(bytes + [UInt8(ascii: "]")])
  }

  private static func folded(_ members: [TemplateMember]) -> TemplateNode? {
    var bytes: [UInt8] = [UInt8(ascii: "{")]
    for member in members {
      guard case .fixed(let text) = member.node else { return nil }
      if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
      bytes += member.prefix + text
    }
    return .fixed(bytes + [UInt8(ascii: "}")])
  }

  private mutating func report(_ pointer: String, _ code: String, _ message: String, _ hint: String) {
    let position = document.position(of: pointer)
    findings.append(
      Finding(
        .error, code,
        at: .init(file: Self.fileName, pointer: pointer, line: position?.line, column: position?.column), message,
        hint: hint))
  }
}
