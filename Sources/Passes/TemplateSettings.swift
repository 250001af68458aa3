package import JSON
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

  package struct Binding: Sendable, Hashable {
    package var target: String
    /// A string (usually Liquid), or a mapping of the field's members.
    package var value: JSONValue
    package var line: Int
    package var column: Int
  }

  static let fileName = "template.yaml"

  package init() {}

  /// Reads the file; every mistake becomes a finding with its line.
  init(parsing bytes: [UInt8], findings: inout [Finding]) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      findings.append(
        Finding(
          .error, "template-yaml-encoding", at: .init(file: Self.fileName), "the file is not UTF-8",
          hint: "save template.yaml as UTF-8"))
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
          .error, "template-yaml-syntax", at: .init(file: Self.fileName), "\(error)", hint: "mend the YAML"))
    }
  }

  private mutating func read(_ key: Node, _ value: Node, _ findings: inout [Finding]) {
    switch key.string {
    case "name": text(value, &name, &findings)
    case "description": text(value, &description, &findings)
    case "default_language":
      var language: String?
      text(value, &language, &findings)
      if let language { defaultLanguage = language }
    case "used_for":
      guard let items = value.sequence?.compactMap(\.string) else {
        findings.append(Self.mistake(value, "a list of texts is expected here"))
        return
      }
      usedFor = items
    case "bindings":
      guard let mapping = value.mapping else {
        findings.append(Self.mistake(value, "bindings map a field's key or a JSON Pointer to Liquid"))
        return
      }
      for (target, bound) in mapping {
        guard let name = target.string, let json = Self.json(bound) else {
          findings.append(Self.mistake(target, "a binding is a text, or a mapping of texts"))
          continue
        }
        let mark = bound.mark
        bindings.append(Binding(target: name, value: json, line: mark?.line ?? 1, column: mark?.column ?? 1))
      }
    default:
      let known = ["name", "description", "default_language", "used_for", "bindings"]
      findings.append(
        Self.mistake(key, "nobody knows the key \(key.string ?? "?"); known are \(known.joined(separator: ", "))"))
    }
  }

  private func text(_ node: Node, _ target: inout String?, _ findings: inout [Finding]) {
    guard let text = node.scalar?.string else {
      findings.append(Self.mistake(node, "a text is expected here"))
      return
    }
    target = text
  }

  private static func json(_ node: Node) -> JSONValue? {
    if let scalar = node.scalar { return .string(scalar.string) }
    guard let mapping = node.mapping else { return nil }
    var object = JSONObject()
    for (key, value) in mapping {
      guard let name = key.string, let text = value.scalar?.string else { return nil }
      object[name] = .string(text)
    }
    return .object(object)
  }

  private static func mistake(_ node: Node, _ message: String) -> Finding {
    Finding(
      .error, "template-yaml-content", at: .init(file: fileName, line: node.mark?.line, column: node.mark?.column),
      message, hint: "see the templates' documentation for what template.yaml may hold")
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
    default: break
    }
    return Finding(.error, "template-yaml-syntax", at: place, message, hint: "mend the YAML at this place")
  }
}
