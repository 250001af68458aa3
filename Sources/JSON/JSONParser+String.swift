extension JSONParser {
  /// Reads a string from its opening quote to behind its closing one.
  mutating func string() throws(JSONError) -> String {
    offset += 1
    let start = offset
    var seen: UInt8 = 0
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        // ASCII needs no validation, and most strings are.
        let text =
          seen < 0x80
          ? String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self)
          : try text(start..<offset)
        offset += 1
        return text
      case UInt8(ascii: "\\"):
        return try escapedString(from: start)
      case 0..<0x20:
        throw failure(.controlCharacter(bytes[offset]), at: offset)
      default:
        seen |= bytes[offset]
        offset += 1
      }
    }
    throw failure(.endsInside("a string"), at: bytes.count)
  }

  private func text(_ range: Range<Int>) throws(JSONError) -> String {
    let slice = UnsafeBufferPointer(rebasing: bytes[range])
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw failure(.invalidUTF8, at: range.lowerBound + lengthOfValidUTF8(slice))
    }
    return text
  }

  /// How many bytes at the start are whole, valid characters.
  private func lengthOfValidUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var length = 0
    while true {
      switch decoder.parseScalar(from: &iterator) {
      case .valid(let scalar): length += scalar.count
      case .error, .emptyInput: return length
      }
    }
  }

  /// The slow way: `start` is behind the opening quote and the parser stands on the first backslash.
  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var text = ""
    var run = start
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        text += try self.text(run..<offset)
        offset += 1
        return text
      case UInt8(ascii: "\\"):
        text += try self.text(run..<offset)
        text.unicodeScalars.append(try escape())
        run = offset
      case 0..<0x20:
        throw failure(.controlCharacter(bytes[offset]), at: offset)
      default:
        offset += 1
      }
    }
    throw failure(.endsInside("a string"), at: bytes.count)
  }

  /// Reads one escape from its backslash on, a surrogate pair as one.
  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let start = offset
    guard offset + 1 < bytes.count else { throw failure(.endsInside("a string"), at: bytes.count) }
    let kind = bytes[offset + 1]
    offset += 2
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(kind)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default:
      let text = String(decoding: bytes[start..<min(bytes.count, start + 5)], as: UTF8.self).prefix(2)
      throw failure(.invalidEscape(String(text)), at: start)
    }
    let unit = try hexUnit(escapeAt: start)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard unit < 0xDC00, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
      bytes[offset + 1] == UInt8(ascii: "u")
    else {
      throw failure(.loneSurrogate("\\u\(paddedHex(unit))"), at: start)
    }
    let second = offset
    offset += 2
    let low = try hexUnit(escapeAt: second)
    guard (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
    else {
      throw failure(.loneSurrogate("\\u\(paddedHex(unit))"), at: start)
    }
    return scalar
  }

  private mutating func hexUnit(escapeAt start: Int) throws(JSONError) -> UInt16 {
    guard offset + 4 <= bytes.count else { throw failure(.endsInside("a string"), at: bytes.count) }
    var unit: UInt16 = 0
    for index in offset..<offset + 4 {
      guard let digit = Character(UnicodeScalar(bytes[index])).hexDigitValue else {
        let text = String(decoding: bytes[start..<offset + 4], as: UTF8.self)
        throw failure(.invalidEscape(text), at: start)
      }
      unit = unit << 4 | UInt16(digit)
    }
    offset += 4
    return unit
  }
}
