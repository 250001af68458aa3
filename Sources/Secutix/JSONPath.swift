import JSON

/// Where in an order a value stands: one of the objects a movement belongs to, and names from there on.
struct JSONPath: Sendable, Hashable {
  enum Scope: String, Sendable, Hashable, CaseIterable {
    case movement, operation, order, file, contact
    /// The movement's newest ticket.
    case ticket
  }

  let scope: Scope
  let names: [String]
  /// As it was written.
  let text: String

  /// Reads `operation.siteAddress.town`; `[*]` behind a name means the first element that has a value.
  init?(_ text: String) {
    let parts = text.replacing("[*]", with: "").split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 1, let scope = Scope(rawValue: parts[0]), !parts.contains("") else { return nil }
    self.scope = scope
    self.text = text
    names = Array(parts.dropFirst())
  }
}

extension JSONObject {
  /// A member by its name, if need be in other letter case: Secutix's own documentation is of two minds.
  func value(named name: String) -> JSONValue? {
    self[name] ?? members.last { isSameName($0.name, name) }?.value
  }
}

/// Whether two names are the same but for the case of ASCII letters.
func isSameName(_ left: String, _ right: String) -> Bool {
  left.utf8.count == right.utf8.count
    && zip(left.utf8, right.utf8).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 | 0x20 && ($0 | 0x20) &- 0x61 < 26) }
}

extension JSONValue {
  /// The first value that is neither null nor an empty text, along names; arrays are searched through.
  func first(_ names: ArraySlice<String>) -> JSONValue? {
    if case .array(let elements) = self {
      for element in elements {
        if let value = element.first(names) { return value }
      }
      return nil
    }
    guard let name = names.first else {
      switch self {
      case .null, .string(""): return nil
      default: return self
      }
    }
    return object?.value(named: name)?.first(names.dropFirst())
  }
}
