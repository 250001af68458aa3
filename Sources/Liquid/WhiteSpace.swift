extension Unicode.Scalar {
  /// White space as trimming and splitting see it: Unicode's, no-break spaces among it.
  var isSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }
}

extension StringProtocol {
  var isOnlySpace: Bool { unicodeScalars.allSatisfy(\.isSpace) }

  func withoutSpaceInFront() -> String {
    guard let start = unicodeScalars.firstIndex(where: { !$0.isSpace }) else { return "" }
    return String(self[start...])
  }

  func withoutSpaceAtEnd() -> String {
    guard let end = unicodeScalars.lastIndex(where: { !$0.isSpace }) else { return "" }
    return String(self[...end])
  }

  /// The pieces between runs of white space; none of them is empty.
  func words() -> [Substring] {
    Substring(self).unicodeScalars.split(whereSeparator: \.isSpace).map { Substring($0) }
  }
}
