/// Why a text is not JSON, and where.
package struct JSONError: Error, Sendable, Hashable {
  package enum Reason: Sendable, Hashable {
    /// Nothing but white space.
    case empty
    /// The text stops inside a value.
    case endsInside(String)
    /// Something else stands where `expected` had to be.
    case unexpected(found: String, expected: String)
    case invalidUTF8
    /// A control character stands in a string unescaped.
    case controlCharacter(UInt8)
    case invalidEscape(String)
    /// `\uD800`-`\uDFFF` without its other half.
    case loneSurrogate(String)
    case malformedNumber(String)
    case trailingComma
    case tooDeep(limit: Int)
    /// A whole value was read and something follows it.
    case contentAfterValue(found: String)
  }

  package let reason: Reason
  /// Byte offset, from 0.
  package let offset: Int
  /// Line, from 1.
  package let line: Int
  /// Column in characters, from 1.
  package let column: Int

  package init(reason: Reason, offset: Int, line: Int, column: Int) {
    self.reason = reason
    self.offset = offset
    self.line = line
    self.column = column
  }
}

extension JSONError: CustomStringConvertible {
  package var description: String { "line \(line), column \(column): \(sentence)" }

  /// The reason in words, without the place.
  package var sentence: String {
    switch reason {
    case .empty: "there is no JSON value, the text is empty"
    case .endsInside(let what): "the text ends inside \(what)"
    case .unexpected(let found, let expected): "expected \(expected), found \(found)"
    case .invalidUTF8: "these bytes are not UTF-8"
    case .controlCharacter(let byte):
      "control character U+\(paddedHex(UInt16(byte))) in a string must be written \\u\(paddedHex(UInt16(byte)))"
    case .invalidEscape(let text): "unknown escape \(text)"
    case .loneSurrogate(let text): "\(text) is half of a surrogate pair and its other half is missing"
    case .malformedNumber(let text): "\(text) is not a JSON number"
    case .trailingComma: "a comma must be followed by another element"
    case .tooDeep(let limit): "nested deeper than \(limit) levels"
    case .contentAfterValue(let found): "the value is complete, yet \(found) follows"
    }
  }
}

func paddedHex(_ value: UInt16) -> String {
  let digits = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: 4 - digits.count) + digits
}

/// The line and the column (both from 1, the column in characters) of a byte offset. LF, CRLF and CR end a line.
func lineAndColumn(of offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> (line: Int, column: Int) {
  let end = min(offset, bytes.count)
  var line = 1
  var lineStart = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? min(3, end) : 0
  var index = lineStart
  while index < end {
    let byte = bytes[index]
    index += 1
    if byte == 0x0A || (byte == 0x0D && !(index < bytes.count && bytes[index] == 0x0A)) {
      line += 1
      lineStart = index
    }
  }
  let column = String(decoding: bytes[lineStart..<end], as: UTF8.self).count + 1
  return (line, column)
}
