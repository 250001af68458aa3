/// How the person who looks at a preview wants to see it.
package struct PreviewChoice: Sendable, Hashable {
  /// The state a ticket is shown in.
  package enum State: String, Sendable, Hashable, CaseIterable {
    case valid
    /// Scanned at the entrance.
    case used
    /// The sale was undone.
    case voided
    /// Its expiration date is over.
    case expired
  }

  package enum Side: String, Sendable, Hashable, CaseIterable {
    case front
    case back
  }

  /// The name of a sample ticket; nil for the one that was given, or the first that is valid.
  package var sample: String?
  /// A language tag; nil for the template's default.
  package var language: String?
  /// nil for the state the ticket itself is in.
  package var state: State?
  package var side = Side.front
  /// Width of the phone in points.
  package var width = 390
  /// Which images are taken: 2 for `@2x`, 3 for `@3x`.
  package var scale = 3
  /// Whether the page around the pass is dark.
  package var isDark = false

  package init() {}

  /// Reads the query of an address; what it cannot read stays as it is by default.
  package init(query: [(name: String, value: String)]) {
    for (name, value) in query where !value.isEmpty {
      switch name {
      case "sample": sample = value
      case "language": language = value
      case "state": state = State(rawValue: value) ?? state
      case "side": side = Side(rawValue: value) ?? side
      case "width": width = Int(value).map { min(max($0, 280), 500) } ?? width
      case "scale": scale = value == "2" ? 2 : 3
      case "page": isDark = value == "dark"
      default: break
      }
    }
  }
}
