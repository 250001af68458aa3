/// HTML being written. Whatever comes from a template or a ticket goes through ``text(_:)`` or an attribute, and so can
/// never become markup.
package struct HTML {
  package private(set) var source = ""

  package init() {}

  /// Markup of our own.
  package mutating func raw(_ markup: String) {
    source += markup
  }

  package mutating func text(_ text: String) {
    source += Self.escaped(text)
  }

  /// An element with attributes; a nil value leaves the attribute out, an empty one writes its name alone.
  package mutating func open(_ name: String, _ attributes: KeyValuePairs<String, String?> = [:]) {
    open(name, Array(attributes))
  }

  mutating func open(_ name: String, _ attributes: [(key: String, value: String?)]) {
    source += "<\(name)"
    for (key, value) in attributes {
      guard let value else { continue }
      source += value.isEmpty ? " \(key)" : " \(key)=\"\(Self.escaped(value))\""
    }
    source += ">"
  }

  package mutating func close(_ name: String) {
    source += "</\(name)>"
  }

  /// An element that holds text alone.
  package mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String?> = [:], text: String) {
    open(name, attributes)
    self.text(text)
    close(name)
  }

  static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x22, 0x26, 0x27, 0x3C, 0x3E, 0x00].contains($0) }) else { return text }
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\0": escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
