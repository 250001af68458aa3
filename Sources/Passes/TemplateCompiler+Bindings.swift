import JSON

extension TemplateCompiler {
  /// Puts the bindings in place; returns the pointers they set.
  mutating func bind(_ root: inout JSONObject) -> [String: TemplateSettings.Binding] {
    guard !settings.bindings.isEmpty else { return [:] }
    var value = JSONValue.object(root)
    var bound: [String: TemplateSettings.Binding] = [:]
    for binding in settings.bindings {
      let pointer: String
      if binding.target.hasPrefix("/") {
        pointer = binding.target + (binding.member.map { "/" + jsonPointerToken($0) } ?? "")
      } else if let field = fieldPointer(key: binding.target, in: value) {
        pointer = "\(field)/\(jsonPointerToken(binding.member ?? "value"))"
      } else {
        reportMissing(
          binding, "no field of pass.json has the key \(binding.target)",
          "Use the key of a field, or a JSON Pointer such as /barcodes/0/message.")
        continue
      }
      let tokens = pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
        String($0).replacing("~1", with: "/").replacing("~0", with: "~")
      }
      guard value.set(.string(binding.text), at: tokens[...]) else {
        reportMissing(binding, "pass.json has no place \(pointer)", "The place above it must exist in pass.json.")
        continue
      }
      bound[pointer] = binding
      checkName(binding, at: Array(tokens))
      if let first = tokens.first, Self.issuersOwn.contains(first) { warnOfIssuersOwn(first, binding) }
    }
    removeSampleSemantics(&value, path: "", isInside: false, bound: bound)
    root = value.object ?? root
    return bound
  }

  private mutating func reportMissing(_ binding: TemplateSettings.Binding, _ message: String, _ hint: String) {
    findings.append(
      Finding(
        .error, "binding-target-missing",
        at: .init(file: TemplateSettings.fileName, line: binding.line, column: binding.column), message, hint: hint))
  }

  /// A slip in a binding's own words: it would set something that no phone looks at.
  private mutating func checkName(_ binding: TemplateSettings.Binding, at tokens: [String]) {
    guard let name = tokens.last else { return }
    let place = tokens.dropLast()
    let known: [String: ValueKind]
    switch (place.count, place.first, place.last) {
    case (0, _, _): known = WalletKeys.topLevel
    case (_, _, "semantics"): known = SemanticTags.all.merging(Spelling.semantics.mapValues { _ in .any }) { $1 }
    case (1, "barcode", _), (2, "barcodes", _): known = WalletKeys.barcode
    case (1, "nfc", _): known = WalletKeys.nfc
    case (2, "locations", _): known = WalletKeys.location
    case (3, _, _) where place.dropLast().last?.hasSuffix("Fields") == true: known = WalletKeys.field
    default: return
    }
    let meant = WalletKeys.nearest(to: name, in: known.keys)
    guard known[name] == nil, meant != nil || !binding.target.hasPrefix("/") else { return }
    findings.append(
      Finding(
        .warning, "binding-member-unknown",
        at: .init(file: TemplateSettings.fileName, line: binding.line, column: binding.column),
        "the binding sets “\(excerpt(name))”, which Wallet does not know",
        hint: meant.map { "Did you mean “\($0)”?" } ?? "Known are \(known.keys.sorted().joined(separator: ", "))."))
  }

  private mutating func warnOfIssuersOwn(_ name: String, _ binding: TemplateSettings.Binding) {
    findings.append(
      Finding(
        .warning, "binding-without-effect",
        at: .init(file: TemplateSettings.fileName, line: binding.line, column: binding.column),
        "\(name) is never the template's: the issuer or the ticket's state decides it", hint: "Remove the binding."))
  }

  /// A template with bindings holds samples, and sample semantics would tell a phone the designer's own event. What
  /// kind of event it is stays, and so does what holds Liquid or was bound.
  private func removeSampleSemantics(
    _ value: inout JSONValue, path: String, isInside: Bool, bound: [String: TemplateSettings.Binding]
  ) {
    switch value {
    case .object(var object):
      for index in object.members.indices {
        let name = object.members[index].name
        if isInside, name == "eventType" { continue }
        removeSampleSemantics(
          &object.members[index].value, path: "\(path)/\(jsonPointerToken(name))",
          isInside: isInside || name == "semantics", bound: bound)
      }
      let isGone = isInside && object.members.allSatisfy { $0.value.isNull }
      value = isGone ? .null : .object(object)
    case .array(var elements):
      // What goes leaves a null in its place, so that the pointers of its neighbours stay right.
      for index in elements.indices {
        removeSampleSemantics(&elements[index], path: "\(path)/\(index)", isInside: isInside, bound: bound)
      }
      let isGone = isInside && elements.allSatisfy { $0.isNull }
      value = isGone ? .null : .array(elements)
    case .string(let text):
      if isInside, bound[path] == nil, !text.contains("{{"), !text.contains("{%") { value = .null }
    default:
      if isInside, bound[path] == nil { value = .null }
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
