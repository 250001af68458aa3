extension JSONValue {
  /// The value a JSON Pointer (RFC 6901) names: "" is the value itself, `/fields/0/key` a value inside.
  package subscript(pointer pointer: String) -> JSONValue? {
    guard let tokens = pointerTokens(pointer) else { return nil }
    var value = self
    for token in tokens {
      let next: JSONValue? =
        switch value {
        case .object(let object): object[token]
        case .array: arrayIndex(token).flatMap { value[$0] }
        default: nil
        }
      guard let next else { return nil }
      value = next
    }
    return value
  }
}

/// The parts of a pointer with `~1` and `~0` undone; nil when it neither is empty nor starts with a slash.
func pointerTokens(_ pointer: String) -> [String]? {
  if pointer.isEmpty { return [] }
  guard pointer.first == "/" else { return nil }
  return pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { token in
    guard token.contains("~") else { return String(token) }
    var text = ""
    var rest = token
    while let character = rest.popFirst() {
      if character == "~", rest.first == "0" || rest.first == "1" {
        text.append(rest.removeFirst() == "0" ? "~" : "/")
      } else {
        text.append(character)
      }
    }
    return text
  }
}

/// An array index by RFC 6901: digits without a leading zero.
func arrayIndex(_ token: String) -> Int? {
  guard token.utf8.allSatisfy({ $0 &- 0x30 < 10 }), token == "0" || token.first != "0" else { return nil }
  return Int(token)
}

/// One name or index written as a pointer token: `a/b` → `a~1b`.
package func jsonPointerToken(_ name: String) -> String {
  var token = ""
  for character in name {
    switch character {
    case "~": token += "~0"
    case "/": token += "~1"
    default: token.append(character)
    }
  }
  return token
}
