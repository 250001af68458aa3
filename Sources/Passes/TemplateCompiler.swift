import JSON
import Liquid

/// Turns a template's `pass.json` into nodes, collecting every mistake on the way.
struct TemplateCompiler {
  let document: JSONDocument
  let settings: TemplateSettings
  var findings: [Finding] = []

  static let fileName = "pass.json"

  /// Members that are never the template's: the issuer and the ticket's state decide them.
  static let issuersOwn: Set<String> = [
    "formatVersion", "passTypeIdentifier", "teamIdentifier", "serialNumber", "webServiceURL", "authenticationToken",
    "voided",
  ]

  /// Members that bring a pass to the lock screen: left out once it was used or voided.
  static let relevance: Set<String> = ["relevantDate", "relevantDates", "locations", "beacons"]

  init(document: JSONDocument, settings: TemplateSettings) {
    self.document = document
    self.settings = settings
  }

  mutating func members() -> [TemplateMember] {
    guard var root = document.value.object else {
      report("", "pass-json-not-object", "pass.json holds \(document.value.kindName)", "it must hold an object")
      return []
    }
    let bound = bind(&root)
    return root.members.compactMap { member in
      guard !Self.issuersOwn.contains(member.name), member.name != "_id" else { return nil }
      return compile(member, path: [], isDateField: false, bound: bound)
    }
  }

  // MARK: Bindings

  /// Puts the bindings in place; returns the pointers they set.
  private mutating func bind(_ root: inout JSONObject) -> [String: TemplateSettings.Binding] {
    guard !settings.bindings.isEmpty else { return [:] }
    var value = JSONValue.object(root)
    removeSampleSemantics(&value)
    var bound: [String: TemplateSettings.Binding] = [:]
    for binding in settings.bindings {
      let pointers: [(String, JSONValue)]
      if binding.target.hasPrefix("/") {
        pointers = [(binding.target, binding.value)]
      } else if let field = fieldPointer(key: binding.target, in: value) {
        if let members = binding.value.object {
          pointers = members.members.map { ("\(field)/\(jsonPointerToken($0.name))", $0.value) }
        } else {
          pointers = [("\(field)/value", binding.value)]
        }
      } else {
        findings.append(
          Finding(
            .error, "binding-target-missing",
            at: .init(file: TemplateSettings.fileName, line: binding.line, column: binding.column),
            "no field of pass.json has the key \(binding.target)",
            hint: "use the key of a field, or a JSON Pointer such as /barcodes/0/message"))
        continue
      }
      for (pointer, new) in pointers {
        let tokens = pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
          String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
        if value.set(new, at: tokens[...]) {
          bound[pointer] = binding
        } else {
          findings.append(
            Finding(
              .error, "binding-target-missing",
              at: .init(file: TemplateSettings.fileName, line: binding.line, column: binding.column),
              "pass.json has no place \(pointer)", hint: "the place above it must exist in pass.json"))
        }
      }
    }
    root = value.object ?? root
    return bound
  }

  /// A template with bindings holds samples, and sample semantics would tell a phone the designer's own event. What
  /// kind of event it is stays.
  private func removeSampleSemantics(_ value: inout JSONValue) {
    switch value {
    case .object(var object):
      for index in object.members.indices {
        if object.members[index].name == "semantics", case .object(let semantics) = object.members[index].value {
          object.members[index].value = .object(
            JSONObject(
              semantics.members.filter { member in
                member.name == "eventType" || (member.value.stringValue?.contains("{") ?? false)
              }))
        } else {
          removeSampleSemantics(&object.members[index].value)
        }
      }
      value = .object(object)
    case .array(var elements):
      for index in elements.indices { removeSampleSemantics(&elements[index]) }
      value = .array(elements)
    default: break
    }
  }

  private func fieldPointer(key: String, in root: JSONValue) -> String? {
    for style in root.object?.members ?? [] {
      for group in style.value.object?.members ?? [] where group.name.hasSuffix("Fields") {
        for (index, field) in (group.value.array ?? []).enumerated() where field["key"]?.stringValue == key {
          return "/\(jsonPointerToken(style.name))/\(group.name)/\(index)"
        }
      }
    }
    return nil
  }

  // MARK: Nodes

  private mutating func compile(
    _ member: JSONObject.Member, path: [String], isDateField: Bool, bound: [String: TemplateSettings.Binding],
    barcode: BarcodeRules? = nil
  ) -> TemplateMember? {
    let inner = path + [member.name]
    guard
      let node = compile(
        member.value, key: member.name, path: inner, isDateField: isDateField, bound: bound,
        barcode: member.name == "message" ? barcode : nil)
    else { return nil }
    var prefix: [UInt8] = []
    prefix.appendJSONString(member.name)
    prefix.append(UInt8(ascii: ":"))
    return TemplateMember(
      name: member.name, prefix: prefix, node: node, fulfils: ObjectShape.fulfilled(by: member.name))
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
        compile(
          // An element of a list is a text of its own.
          element, key: LeafKind(key: key, isDateField: false, isInUserInfo: false) == .list ? "" : key,
          path: path + [String(index)], isDateField: false, bound: bound, barcode: nil)
      }
      return Self.folded(nodes) ?? .array(nodes)
    case .object(let object):
      let isDate = object["dateStyle"] != nil || object["timeStyle"] != nil
      let rules = object["format"]?.stringValue.map {
        BarcodeRules(format: $0, encoding: object["messageEncoding"]?.stringValue ?? "iso-8859-1")
      }
      let members = object.members.compactMap { member in
        member.name == "_id"
          ? nil : compile(member, path: path, isDateField: isDate, bound: bound, barcode: rules)
      }
      return Self.folded(members) ?? .object(members, needs: ObjectShape.needed(at: path))
    }
  }

  private mutating func leaf(
    _ text: String, key: String, path: [String], isDateField: Bool, bound: [String: TemplateSettings.Binding],
    barcode: BarcodeRules?
  ) -> TemplateNode? {
    let pointer = path.map { "/" + jsonPointerToken($0) }.joined()
    let place: Finding.Place
    if let binding = bound[pointer] {
      place = .init(file: TemplateSettings.fileName, line: binding.line, column: binding.column)
    } else {
      let position = document.position(of: pointer)
      // The text begins after its quote.
      place = .init(file: Self.fileName, pointer: pointer, line: position?.line, column: position.map { $0.column + 1 })
    }
    do {
      let liquid = try LiquidTemplate(
        text, at: LiquidPlace(file: place.file, line: place.line ?? 1, column: place.column ?? 1),
        schema: TicketVariables.schema)
      if let fixed = liquid.staticText { return .fixed(JSONValue.string(fixed).serialized()) }
      return .leaf(
        TemplateLeaf(
          liquid: liquid,
          kind: LeafKind(key: key, isDateField: isDateField, isInUserInfo: path.first == "userInfo"),
          isLocalizable: LeafKind.localizable.contains(key) && path.first != "userInfo", barcode: barcode, place: place)
      )
    } catch {
      findings.append(Finding(liquid: error, pointer: place.pointer))
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

extension JSONValue {
  /// Puts a value in a place whose parent exists; false when it does not.
  fileprivate mutating func set(_ new: JSONValue, at tokens: ArraySlice<String>) -> Bool {
    guard let first = tokens.first else {
      self = new
      return true
    }
    switch self {
    case .object(var object):
      if tokens.count > 1 {
        guard var inner = object[first], inner.set(new, at: tokens.dropFirst()) else { return false }
        object[first] = inner
      } else {
        object[first] = new
      }
      self = .object(object)
    case .array(var elements):
      guard let index = Int(first), elements.indices.contains(index),
        elements[index].set(new, at: tokens.dropFirst())
      else { return false }
      self = .array(elements)
    default: return false
    }
    return true
  }
}
