import Yams

/// `template.yaml`: what Apple's own files have no place for.
package struct TemplateSettings: Sendable, Hashable {
  /// What people call the template.
  package var name: String?
  package var description: String?
  /// The language of the strings in `pass.json` itself, as the name of its `.lproj` folder (`en`, `zh-Hans`).
  package var defaultLanguage = "en"
  /// What the template is meant for, in words.
  package var usedFor: [String] = []
  /// Liquid for templates whose `pass.json` holds only sample values, as Pass Designer writes them: the key of a field
  /// (sets its `value`), or a JSON Pointer to any place.
  package var bindings: [Binding] = []

  /// Liquid that names the picture a pass has in place of the template's own.
  package var images: [Image] = []

  package struct Image: Sendable, Hashable {
    package var slot: ImageSlot
    /// Renders to the name of a picture in `images/`, or to nothing.
    package var text: String
    /// Where the text begins.
    package var line: Int
    package var column: Int
  }

  package struct Binding: Sendable, Hashable {
    /// The key of a field, or a JSON Pointer.
    package var target: String
    /// The member of the field that is set, or of the object at the pointer; nil for the field's `value`, or for the
    /// pointer's place itself.
    package var member: String?
    /// Usually Liquid.
    package var text: String
    /// Where the text begins.
    package var line: Int
    package var column: Int
  }

  static let fileName = "template.yaml"
  private static let keys = ["name", "description", "default_language", "used_for", "bindings", "images"]

  package init() {}

  /// Reads the file; every mistake becomes a finding with its line.
  init(parsing bytes: [UInt8], findings: inout [Finding]) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      findings.append(
        Finding(
          .error, "template-yaml-encoding", at: .init(file: Self.fileName), "the file is not UTF-8",
          hint: "Save template.yaml as UTF-8."))
      return
    }
    if let place = Self.anchor(in: text) {
      findings.append(
        Finding(
          .error, "template-yaml-content", at: place, "anchors (&name) are not read here",
          hint: "Write the value out where it is needed."))
      return
    }
    do {
      guard let node = try Yams.compose(yaml: text) else { return }
      guard let mapping = node.mapping else {
        findings.append(Self.mistake(node, "a mapping (name: value) is expected here"))
        return
      }
      for (key, value) in mapping { read(key, value, &findings) }
    } catch let error as YamlError {
      findings.append(Self.syntaxError(error))
    } catch {
      findings.append(
        Finding(
          .error, "template-yaml-syntax", at: .init(file: Self.fileName), "\(error)", hint: "Mend the YAML."))
    }
  }

  private mutating func read(_ key: Node, _ value: Node, _ findings: inout [Finding]) {
    // A key with nothing behind it, or only comments.
    if let name = key.string, Self.keys.contains(name), Self.isNothing(value) { return }
    switch key.string {
    case "name": text(value, &name, &findings)
    case "description": text(value, &description, &findings)
    case "default_language":
      var language: String?
      text(value, &language, &findings)
      if let language { defaultLanguage = language }
    case "used_for":
      guard let items = value.sequence else {
        findings.append(Self.mistake(value, "a list of texts is expected here"))
        return
      }
      for item in items {
        if let text = item.scalar?.string {
          usedFor.append(text)
        } else {
          findings.append(Self.mistake(item, "a text is expected here"))
        }
      }
    case "bindings":
      guard let mapping = value.mapping else {
        findings.append(Self.mistake(value, "bindings map a field's key or a JSON Pointer to Liquid"))
        return
      }
      for (target, bound) in mapping { bind(target, bound, &findings) }
    case "images":
      guard let mapping = value.mapping else {
        findings.append(Self.mistake(value, "images map the name of an image, such as strip, to Liquid"))
        return
      }
      for (slot, text) in mapping { choose(slot, text, &findings) }
    default:
      findings.append(
        Self.mistake(
          key, "nobody knows the key \(key.string ?? "?"); known are \(Self.keys.joined(separator: ", "))"))
    }
  }

  private func text(_ node: Node, _ target: inout String?, _ findings: inout [Finding]) {
    guard let text = node.scalar?.string else {
      findings.append(Self.mistake(node, "a text is expected here"))
      return
    }
    target = text
  }

  private mutating func bind(_ target: Node, _ bound: Node, _ findings: inout [Finding]) {
    guard let name = target.scalar?.string else {
      findings.append(Self.mistake(target, "a field's key or a JSON Pointer is expected here"))
      return
    }
    if let text = bound.scalar {
      bindings.append(Self.binding(name, nil, text))
    } else if let mapping = bound.mapping {
      for (member, value) in mapping {
        if let memberName = member.scalar?.string, let text = value.scalar {
          bindings.append(Self.binding(name, memberName, text))
        } else {
          findings.append(Self.mistake(value, "a text is expected here"))
        }
      }
    } else {
      findings.append(Self.mistake(bound, "a binding is a text, or a mapping of texts"))
    }
  }

  private mutating func choose(_ name: Node, _ chosen: Node, _ findings: inout [Finding]) {
    guard let slot = name.scalar.flatMap({ ImageSlot(rawValue: $0.string) }) else {
      let known = ImageSlot.allCases.map(\.rawValue).joined(separator: ", ")
      findings.append(Self.mistake(name, "Wallet looks for no image \(excerpt(name.string ?? "?")), only for \(known)"))
      return
    }
    if Self.isNothing(chosen) { return }
    guard let text = chosen.scalar else {
      findings.append(Self.mistake(chosen, "Liquid that gives the name of a picture is expected here"))
      return
    }
    let (line, column) = Self.position(of: text)
    images.append(Image(slot: slot, text: text.string, line: line, column: column))
  }

  private static func binding(_ target: String, _ member: String?, _ text: Node.Scalar) -> Binding {
    let (line, column) = position(of: text)
    return Binding(target: target, member: member, text: text.string, line: line, column: column)
  }

  /// Where the text itself begins.
  private static func position(of text: Node.Scalar) -> (line: Int, column: Int) {
    var line = text.mark?.line ?? 1
    var column = text.mark?.column ?? 1
    switch text.style {
    case .singleQuoted, .doubleQuoted: column += 1
    // The text of a block begins on the line after its sign.
    case .literal, .folded: (line, column) = (line + 1, 1)
    default: break
    }
    return (line, column)
  }

  /// The first anchor. References to references grow without end while YAML is read, and settings need none.
  private static func anchor(in text: String) -> Finding.Place? {
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      var before: Character = "-"
      for (column, (character, next)) in zip(line, line.dropFirst()).enumerated() {
        // An anchor stands where a value begins.
        if character == "&", "-:?[{,".contains(before), next.isLetter || next.isNumber || next == "_" {
          return Finding.Place(file: fileName, line: index + 1, column: column + 1)
        }
        if character != " " { before = character }
      }
    }
    return nil
  }

  private static func isNothing(_ node: Node) -> Bool {
    guard let scalar = node.scalar else { return false }
    return scalar.string.isEmpty && scalar.style == .plain
  }

  private static func mistake(_ node: Node, _ message: String) -> Finding {
    Finding(
      .error, "template-yaml-content", at: .init(file: fileName, line: node.mark?.line, column: node.mark?.column),
      message, hint: "See the templates' documentation for what template.yaml may hold.")
  }

  private static func syntaxError(_ error: YamlError) -> Finding {
    var place = Finding.Place(file: fileName)
    var message = "\(error)"
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      place.line = mark.line
      place.column = mark.column
      message = problem
    case .duplicatedKeysInMapping(let duplicates, let context):
      place.line = context.mark.line
      place.column = context.mark.column
      message = "\(duplicates.joined(separator: ", ")) stands here twice"
    default: break
    }
    return Finding(.error, "template-yaml-syntax", at: place, message, hint: "Mend the YAML at this place.")
  }
}
