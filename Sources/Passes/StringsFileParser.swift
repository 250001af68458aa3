/// The scalars of a strings file, whatever its bytes were.
struct DecodedText {
  let scalars: [Unicode.Scalar]
  let encoding: StringsFile.Encoding
  let hasByteOrderMark: Bool

  init(_ bytes: [UInt8]) throws(StringsError) {
    let start: Int
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      (encoding, hasByteOrderMark, start) = (.utf8, true, 3)
    } else if bytes.starts(with: [0xFF, 0xFE]) {
      (encoding, hasByteOrderMark, start) = (.utf16LittleEndian, true, 2)
    } else if bytes.starts(with: [0xFE, 0xFF]) {
      (encoding, hasByteOrderMark, start) = (.utf16BigEndian, true, 2)
    } else if bytes.count >= 2, bytes[0] == 0, bytes[1] != 0 {
      // The first character is a quote, a slash or a blank: the side of its zero byte tells the byte order.
      (encoding, hasByteOrderMark, start) = (.utf16BigEndian, false, 0)
    } else if bytes.count >= 2, bytes[1] == 0, bytes[0] != 0 {
      (encoding, hasByteOrderMark, start) = (.utf16LittleEndian, false, 0)
    } else {
      (encoding, hasByteOrderMark, start) = (.utf8, false, 0)
    }
    let body = bytes[start...]
    let decoded: [Unicode.Scalar]
    let isValid: Bool
    switch encoding {
    case .utf8:
      (decoded, isValid) = Self.decode(body, as: UTF8.self)
    case .utf16LittleEndian, .utf16BigEndian:
      let low = encoding == .utf16LittleEndian ? 0 : 1
      let units = stride(from: body.startIndex, to: body.endIndex - 1, by: 2).map { index in
        UInt16(body[index + low]) | UInt16(body[index + 1 - low]) << 8
      }
      let (scalars, isWellFormed) = Self.decode(units, as: UTF16.self)
      (decoded, isValid) = (scalars, isWellFormed && body.count.isMultiple(of: 2))
    }
    scalars = decoded
    guard isValid else {
      throw StringsError(reason: .invalidEncoding(encoding), position: StringsParser.position(after: decoded[...]))
    }
  }

  /// The scalars up to the first error, and whether there was none.
  private static func decode<Units: Collection, Codec: Unicode.Encoding>(
    _ units: Units, as codec: Codec.Type
  ) -> ([Unicode.Scalar], Bool) where Units.Element == Codec.CodeUnit {
    var scalars: [Unicode.Scalar] = []
    scalars.reserveCapacity(units.count)
    var iterator = units.makeIterator()
    var parser = Codec.ForwardParser()
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded): scalars.append(Codec.decode(encoded))
      case .emptyInput: return (scalars, true)
      case .error: return (scalars, false)
      }
    }
  }
}

/// Reads the old property-list syntax of strings files: pairs, comments, quoted and bare words.
struct StringsParser {
  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var line = 1
  /// The last place whose column was asked for on this line; columns are counted on from there, because a file may be
  /// one long line.
  private var mark = (index: 0, column: 1)

  init(scalars: [Unicode.Scalar]) {
    self.scalars = scalars
  }

  mutating func entries() throws(StringsError) -> [StringsFile.Entry] {
    var entries: [StringsFile.Entry] = []
    try skipBlanksAndComments()
    while index < scalars.count {
      let keyPosition = position()
      let key = try word("a key")
      try skipBlanksAndComments()
      var value = key
      var valuePosition = keyPosition
      // `"key";` alone is short for `"key" = "key";`.
      if peek != ";" {
        try expect("=")
        try skipBlanksAndComments()
        valuePosition = position()
        value = try word("a value")
        try skipBlanksAndComments()
      }
      try expect(";")
      entries.append(.init(key: key, value: value, keyPosition: keyPosition, valuePosition: valuePosition))
      try skipBlanksAndComments()
    }
    return entries
  }

  /// The position that follows some text.
  static func position(after scalars: ArraySlice<Unicode.Scalar>) -> StringsFile.Position {
    let line = 1 + scalars.count { $0 == "\n" }
    let lineStart = scalars.lastIndex(of: "\n").map { $0 + 1 } ?? scalars.startIndex
    return .init(line: line, column: 1 + characterCount(scalars[lineStart...]))
  }

  private static func characterCount(_ scalars: ArraySlice<Unicode.Scalar>) -> Int {
    String(String.UnicodeScalarView(scalars)).count
  }

  private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private mutating func position() -> StringsFile.Position {
    mark = (index, mark.column + Self.characterCount(scalars[mark.index..<index]))
    return .init(line: line, column: mark.column)
  }

  private mutating func advance() {
    if scalars[index] == "\n" {
      line += 1
      mark = (index + 1, 1)
    }
    index += 1
  }

  private mutating func fails(_ wanted: String) -> StringsError {
    let found = peek.map { $0.value < 0x20 ? "a control character" : "“\(Character($0))”" } ?? "the end of the file"
    return StringsError(reason: .expected(wanted, found: found), position: position())
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws(StringsError) {
    guard peek == scalar else { throw fails("“\(Character(scalar))”") }
    advance()
  }

  private mutating func skipBlanksAndComments() throws(StringsError) {
    while let scalar = peek {
      if scalar.properties.isWhitespace || scalar == "\u{FEFF}" {
        advance()
      } else if scalar == "/", index + 1 < scalars.count, scalars[index + 1] == "/" {
        while let scalar = peek, scalar != "\n", scalar != "\r" { _ = (scalar, advance()) }
      } else if scalar == "/", index + 1 < scalars.count, scalars[index + 1] == "*" {
        let start = position()
        advance()
        advance()
        while true {
          guard let scalar = peek else { throw StringsError(reason: .unterminatedComment, position: start) }
          advance()
          if scalar == "*", peek == "/" {
            advance()
            break
          }
        }
      } else {
        return
      }
    }
  }

  private mutating func word(_ wanted: String) throws(StringsError) -> String {
    guard let first = peek else { throw fails(wanted) }
    if first == "\"" || first == "'" { return try quoted(until: first) }
    var word = String.UnicodeScalarView()
    while let scalar = peek, Self.isBare(scalar) {
      word.append(scalar)
      advance()
    }
    guard !word.isEmpty else { throw fails(wanted) }
    return String(word)
  }

  /// What may stand in a word without quotes (old-style property lists).
  private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "$", "/", ":", ".", "-": true
    default: false
    }
  }

  private mutating func quoted(until quote: Unicode.Scalar) throws(StringsError) -> String {
    let start = position()
    advance()
    var text = String.UnicodeScalarView()
    /// A high surrogate from `\UD83D`, waiting for its low half.
    var highSurrogate: UInt16?
    while let scalar = peek {
      if scalar == "\\" {
        let place = position()
        let escaped = try escape()
        switch (highSurrogate, escaped) {
        case (let high?, .lowSurrogate(let low)):
          let value = 0x10000 + (UInt32(high & 0x3FF) << 10 | UInt32(low & 0x3FF))
          if let scalar = Unicode.Scalar(value) { text.append(scalar) }
          highSurrogate = nil
        case (nil, .highSurrogate(let unit)): highSurrogate = unit
        case (nil, .scalar(let scalar)): text.append(scalar)
        default: throw StringsError(reason: .badEscape("half a surrogate pair"), position: place)
        }
        continue
      }
      guard highSurrogate == nil else {
        throw StringsError(reason: .badEscape("half a surrogate pair"), position: position())
      }
      advance()
      if scalar == quote { return String(text) }
      text.append(scalar)
    }
    throw StringsError(reason: .unterminatedString, position: start)
  }

  private enum Escaped {
    case scalar(Unicode.Scalar)
    case highSurrogate(UInt16)
    case lowSurrogate(UInt16)
  }

  /// Reads from the backslash on.
  private mutating func escape() throws(StringsError) -> Escaped {
    let start = position()
    advance()
    guard let scalar = peek else { throw StringsError(reason: .badEscape("a backslash at the end"), position: start) }
    advance()
    switch scalar {
    case "n": return .scalar("\n")
    case "r": return .scalar("\r")
    case "t": return .scalar("\t")
    case "a": return .scalar("\u{07}")
    case "b": return .scalar("\u{08}")
    case "f": return .scalar("\u{0C}")
    case "v": return .scalar("\u{0B}")
    case "u", "U":
      var unit: UInt16 = 0
      var digits = 0
      while digits < 4, let digit = peek.flatMap({ Character($0).hexDigitValue }), peek?.isASCII == true {
        unit = unit << 4 | UInt16(digit)
        digits += 1
        advance()
      }
      guard digits > 0 else {
        throw StringsError(reason: .badEscape("\\\(Character(scalar)) without hexadecimal digits"), position: start)
      }
      if UTF16.isLeadSurrogate(unit) { return .highSurrogate(unit) }
      if UTF16.isTrailSurrogate(unit) { return .lowSurrogate(unit) }
      guard let scalar = Unicode.Scalar(unit) else {
        throw StringsError(reason: .badEscape("\\U"), position: start)
      }
      return .scalar(scalar)
    case "0"..."7":
      var value = UInt8(scalar.value - 0x30)
      var digits = 1
      while digits < 3, let next = peek, ("0"..."7").contains(next) {
        value = value &<< 3 | UInt8(next.value - 0x30)
        digits += 1
        advance()
      }
      return .scalar(Unicode.Scalar(value))
    default: return .scalar(scalar)  // \" \\ \' and, as property lists do, any other character for itself
    }
  }
}
