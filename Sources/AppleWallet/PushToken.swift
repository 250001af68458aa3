/// A push token that may stand in a path: strangers send them.
struct PushToken: Sendable, Hashable {
  /// Hexadecimal digits, in small letters.
  let digits: String

  /// Apple's have 64 digits today and promise no length; 100 bytes is the most it ever spoke of.
  static let longest = 200

  /// Nil when `text` is none.
  init?(_ text: String) {
    let bytes = text.utf8
    guard (1...Self.longest).contains(bytes.count), bytes.count.isMultiple(of: 2),
      bytes.allSatisfy({ Self.isHexadecimal($0) })
    else { return nil }
    digits = text.lowercased()
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
  }
}
