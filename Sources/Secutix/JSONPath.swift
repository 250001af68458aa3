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

  /// Reads `operation.siteAddress.town`; `[*]` behind a name means the first element that has a value.
  init?(_ text: String) {
    let parts = text.replacing("[*]", with: "").split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 1, let scope = Scope(rawValue: parts[0]), !parts.contains("") else { return nil }
    self.scope = scope
    names = Array(parts.dropFirst())
  }
}

extension JSONObject {
  /// A member by its name, if need be in other letter case: Secutix's own documentation is of two minds.
  func value(named name: String) -> JSONValue? {
    if let value = self[name] { return value }
    let wanted = name.lowercased()
    return members.last { $0.name.lowercased() == wanted }?.value
  }
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
