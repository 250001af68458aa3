/// The smallest parts of an expression.
enum Lexeme: Equatable {
  case word(String)
  case string(String)
  case int(Int)
  case double(Double)
  case comparison(Comparison)
  case dot, doubleDot, comma, colon, pipe, assign
  case leftParenthesis, rightParenthesis, leftBracket, rightBracket
  case end

  /// In the words of error messages.
  var name: String {
    switch self {
    case .word(let word): word
    case .string(let text): "\"\(text)\""
    case .int(let value): String(value)
    case .double(let value): value.description
    case .comparison(let comparison): "\(comparison)"
    case .dot: "."
    case .doubleDot: ".."
    case .comma: ","
    case .colon: ":"
    case .pipe: "|"
    case .assign: "="
    case .leftParenthesis: "("
    case .rightParenthesis: ")"
    case .leftBracket: "["
    case .rightBracket: "]"
    case .end: "the end"
    }
  }
}

/// Splits the inside of a tag or an output into lexemes, each with the byte at which it begins. The last is `.end`.
func lexemes(
  of bytes: [UInt8], in range: Range<Int>
) throws(Scanner.Failure) -> [(lexeme: Lexeme, byte: Int)] {
  var lexer = Lexer(bytes: bytes, position: range.lowerBound, end: range.upperBound)
  var result: [(lexeme: Lexeme, byte: Int)] = []
  while let next = try lexer.next() { result.append(next) }
  result.append((.end, range.upperBound))
  return result
}

private struct Lexer {
  let bytes: [UInt8]
  var position: Int
  let end: Int

  mutating func next() throws(Scanner.Failure) -> (lexeme: Lexeme, byte: Int)? {
    while let space = spaceLength() { position += space }
    guard position < end else { return nil }
    let start = position
    let lexeme = try lexeme()
    return (lexeme, start)
  }

  private func peek(_ distance: Int = 0) -> UInt8? {
    position + distance < end ? bytes[position + distance] : nil
  }

  /// Length of the white space character at the position. The no-break space is one: it slips in by copy and paste.
  private func spaceLength() -> Int? {
    guard let byte = peek() else { return nil }
    if byte.isASCIISpace { return 1 }
    return byte == 0xC2 && peek(1) == 0xA0 ? 2 : nil
  }

  private mutating func lexeme() throws(Scanner.Failure) -> Lexeme {
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return try string(quote: byte)
    case UInt8(ascii: "."):
      return take(peek(1) == byte ? 2 : 1, peek(1) == byte ? .doubleDot : .dot)
    case UInt8(ascii: ","): return take(1, .comma)
    case UInt8(ascii: ":"): return take(1, .colon)
    case UInt8(ascii: "|"): return take(1, .pipe)
    case UInt8(ascii: "("): return take(1, .leftParenthesis)
    case UInt8(ascii: ")"): return take(1, .rightParenthesis)
    case UInt8(ascii: "["): return take(1, .leftBracket)
    case UInt8(ascii: "]"): return take(1, .rightBracket)
    case UInt8(ascii: "="):
      return peek(1) == byte ? take(2, .comparison(.equal)) : take(1, .assign)
    case UInt8(ascii: "!"):
      if peek(1) == UInt8(ascii: "=") { return take(2, .comparison(.notEqual)) }
    case UInt8(ascii: "<"):
      if peek(1) == UInt8(ascii: "=") { return take(2, .comparison(.lessOrEqual)) }
      return peek(1) == UInt8(ascii: ">") ? take(2, .comparison(.notEqual)) : take(1, .comparison(.less))
    case UInt8(ascii: ">"):
      return peek(1) == UInt8(ascii: "=")
        ? take(2, .comparison(.greaterOrEqual)) : take(1, .comparison(.greater))
    case .minus:
      if peek(1)?.isDigit == true, let number = number() { return number }
    default:
      if byte.isDigit, let number = number() { return number }
      if let word = word() { return .word(word) }
    }
    let rest = String(decoding: bytes[position..<min(end, position + 16)], as: UTF8.self)
    throw Scanner.Failure(
      kind: .unexpected(found: String(rest.prefix(1)), expected: "a name, a value or an operator"), byte: position)
  }

  private mutating func take(_ length: Int, _ lexeme: Lexeme) -> Lexeme {
    position += length
    return lexeme
  }

  /// There are no escapes: a string ends at the next quotation mark of its kind.
  private mutating func string(quote: UInt8) throws(Scanner.Failure) -> Lexeme {
    var close = position + 1
    while close < end, bytes[close] != quote { close += 1 }
    guard close < end else { throw Scanner.Failure(kind: .unterminatedString, byte: position) }
    let text = String(decoding: bytes[(position + 1)..<close], as: UTF8.self)
    position = close + 1
    return .string(text)
  }

  /// Whole numbers beyond 64 bits become floating-point numbers. `2nd` is no number, but a word.
  private mutating func number() -> Lexeme? {
    var index = position + 1
    while index < end, bytes[index].isDigit { index += 1 }
    let isDouble =
      index < end && bytes[index] == UInt8(ascii: ".")
      && !(index + 1 < end && bytes[index + 1] == UInt8(ascii: "."))
    if isDouble {
      index += 1
      while index < end, bytes[index].isDigit { index += 1 }
    } else if index < end, bytes[index].isWordByte || bytes[index] >= 0x80 {
      return nil
    }
    var text = String(decoding: bytes[position..<index], as: UTF8.self)
    if text.hasSuffix(".") { text += "0" }
    guard let double = Double(text) else { return nil }
    position = index
    return isDouble ? .double(double) : Int(text).map { .int($0) } ?? .double(double)
  }

  /// Letters of any script, digits, `_`, `-` after the first, and one `?` at the end.
  private mutating func word() -> String? {
    var index = position
    while index < end {
      let byte = bytes[index]
      if byte.isWordByte || (byte == .minus && index > position) {
        index += 1
      } else if byte >= 0x80, let length = letterLength(at: index) {
        index += length
      } else {
        break
      }
    }
    guard index > position else { return nil }
    if index < end, bytes[index] == UInt8(ascii: "?") { index += 1 }
    defer { position = index }
    return String(decoding: bytes[position..<index], as: UTF8.self)
  }

  private func letterLength(at index: Int) -> Int? {
    var decoder = UTF8()
    var iterator = bytes[index..<min(end, index + 4)].makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
    let properties = scalar.properties
    guard properties.isAlphabetic || properties.numericType != nil || properties.generalCategory == .nonspacingMark
    else { return nil }
    return UTF8.width(scalar)
  }
}
