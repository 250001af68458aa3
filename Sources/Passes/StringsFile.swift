/// A `pass.strings` file: `"key" = "value";` pairs with comments, in any encoding that real passes use.
///
/// Apple asks for UTF-16 when there is anything beyond ASCII; issuers ship UTF-8 (Eurowings), UTF-16BE with a mark
/// (Swiss) and UTF-16LE with a mark (SATA). All are read here, and UTF-8 is written.
package struct StringsFile: Sendable, Hashable {
  /// A place in the text: line and column in characters, both counted from 1.
  package struct Position: Sendable, Hashable {
    package var line: Int
    package var column: Int
  }

  /// One pair as it stands in the file.
  package struct Entry: Sendable, Hashable {
    package var key: String
    package var value: String
    package var keyPosition: Position
    package var valuePosition: Position
  }

  /// How the bytes hold the text.
  package enum Encoding: String, Sendable, Hashable {
    case utf8 = "UTF-8"
    case utf16LittleEndian = "UTF-16LE"
    case utf16BigEndian = "UTF-16BE"
  }

  /// The pairs in the order of the file, duplicates included.
  package let entries: [Entry]
  /// The encoding that was found.
  package let encoding: Encoding
  /// Whether the file began with a byte-order mark.
  package let hasByteOrderMark: Bool

  private let valueByKey: [String: String]

  /// - Throws: ``StringsError`` with line and column of the first thing that does not belong.
  package init(parsing bytes: [UInt8]) throws(StringsError) {
    let text = try DecodedText(bytes)
    var parser = StringsParser(scalars: text.scalars)
    entries = try parser.entries()
    encoding = text.encoding
    hasByteOrderMark = text.hasByteOrderMark
    // A property list is read from top to bottom: of two pairs with one key the last one stays.
    valueByKey = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
  }

  /// The value that Wallet shows for a key; nil when the file does not know it.
  package subscript(key: String) -> String? { valueByKey[key] }

  /// Every key once.
  package var keys: Set<String> { Set(valueByKey.keys) }

  /// The second and later pairs of keys that the file holds more than once.
  package var duplicates: [Entry] {
    var seen: Set<String> = []
    return entries.filter { !seen.insert($0.key).inserted }
  }
}

/// Why a strings file cannot be read, and where.
package struct StringsError: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Reason: Sendable, Hashable {
    case invalidEncoding(StringsFile.Encoding)
    case expected(String, found: String)
    case unterminatedString
    case unterminatedComment
    case badEscape(String)
  }

  package var reason: Reason
  package var position: StringsFile.Position

  package var description: String { "line \(position.line), column \(position.column): \(sentence)" }

  /// What is wrong, without the place.
  package var sentence: String {
    switch reason {
    case .invalidEncoding(let encoding): "the bytes are not valid \(encoding.rawValue)"
    case .expected(let wanted, let found): "\(wanted) expected, but found \(found)"
    case .unterminatedString: "the string that begins here never ends"
    case .unterminatedComment: "the comment that begins here never ends"
    case .badEscape(let text): "\(text) is not an escape a strings file knows"
    }
  }
}

// MARK: - Writing

extension StringsFile {
  /// Appends `"key" = "value";` and a newline, as UTF-8.
  ///
  /// A file that holds only such lines begins with `"` and is read by every known reader: KPkPass takes UTF-8 only when
  /// its first byte is a quote, a comment, a newline or a byte-order mark.
  package static func append(key: String, value: String, to bytes: inout [UInt8]) {
    appendQuoted(key, to: &bytes)
    bytes.append(contentsOf: [0x20, 0x3D, 0x20])
    appendQuoted(value, to: &bytes)
    bytes.append(contentsOf: [0x3B, 0x0A])
  }

  /// A whole file of pairs, in the order given.
  package static func serialized(_ pairs: [(key: String, value: String)]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (key, value) in pairs { append(key: key, value: value, to: &bytes) }
    return bytes
  }

  private static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(0x22)
    var text = text
    text.withUTF8 { utf8 in
      // Runs without anything to escape are copied at once.
      var start = 0
      for index in utf8.indices {
        let byte = utf8[index]
        guard byte < 0x20 || byte == 0x22 || byte == 0x5C else { continue }
        bytes.append(contentsOf: utf8[start..<index])
        start = index + 1
        appendEscape(of: byte, to: &bytes)
      }
      bytes.append(contentsOf: utf8[start...])
    }
    bytes.append(0x22)
  }

  private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
    switch byte {
    case 0x22: bytes.append(contentsOf: [0x5C, 0x22])
    case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
    case 0x0A: bytes.append(contentsOf: [0x5C, 0x6E])
    case 0x0D: bytes.append(contentsOf: [0x5C, 0x72])
    case 0x09: bytes.append(contentsOf: [0x5C, 0x74])
    default:
      // Property lists write other control characters as four hexadecimal digits after a capital U.
      let digits = Array("0123456789ABCDEF".utf8)
      bytes.append(contentsOf: [0x5C, 0x55, 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }
  }
}
