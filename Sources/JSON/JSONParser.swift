/// Recursive descent over bytes that outlive it (RFC 8259).
struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  let options: JSONOptions
  var offset = 0
  private var depth = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, options: JSONOptions) {
    self.bytes = bytes
    self.options = options
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { offset = 3 }
  }

  mutating func document() throws(JSONError) -> JSONValue {
    skipSpace()
    guard offset < bytes.count else { throw failure(.empty, at: offset) }
    let value = try self.value()
    skipSpace()
    guard offset == bytes.count else { throw failure(.contentAfterValue(found: found(at: offset)), at: offset) }
    return value
  }

  mutating func skipSpace() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x0A, 0x0D, 0x09: offset += 1
      default: return
      }
    }
  }

  mutating func value() throws(JSONError) -> JSONValue {
    guard offset < bytes.count else { throw failure(.endsInside("a value"), at: offset) }
    switch bytes[offset] {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    case UInt8(ascii: "t"):
      try word("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try word("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try word("null")
      return .null
    default: throw unexpected("a value")
    }
  }

  private mutating func word(_ word: StaticString) throws(JSONError) {
    let start = offset
    for index in 0..<word.utf8CodeUnitCount {
      guard offset < bytes.count else { throw failure(.endsInside("a value"), at: offset) }
      guard bytes[offset] == word.utf8Start[index] else {
        offset = start
        throw unexpected("a value")
      }
      offset += 1
    }
  }

  private mutating func number() throws(JSONError) -> JSONNumber {
    switch Self.lengthOfNumber(in: bytes, from: offset) {
    case .number(let length):
      let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[offset..<offset + length]), as: UTF8.self)
      offset += length
      return JSONNumber(validated: text)
    case .malformed(let length):
      if offset + length >= bytes.count { throw failure(.endsInside("a number"), at: bytes.count) }
      let text = String(decoding: bytes[offset..<min(bytes.count, offset + length + 1)], as: UTF8.self)
      throw failure(.malformedNumber(text), at: offset)
    }
  }

  enum NumberLength {
    case number(Int)
    /// The bytes before the one that breaks the grammar.
    case malformed(Int)
  }

  static func lengthOfNumber(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> NumberLength {
    var index = start
    func isDigit() -> Bool { index < bytes.count && bytes[index] &- 0x30 < 10 }
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") { index += 1 }
    guard isDigit() else { return .malformed(index - start) }
    if bytes[index] == UInt8(ascii: "0") {
      index += 1
      if isDigit() { return .malformed(index - start) }
    } else {
      while isDigit() { index += 1 }
    }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      guard isDigit() else { return .malformed(index - start) }
      while isDigit() { index += 1 }
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
      guard isDigit() else { return .malformed(index - start) }
      while isDigit() { index += 1 }
    }
    return .number(index - start)
  }

  private mutating func enter() throws(JSONError) {
    depth += 1
    if depth > options.maximumDepth { throw failure(.tooDeep(limit: options.maximumDepth), at: offset) }
    offset += 1
    skipSpace()
  }

  private mutating func array() throws(JSONError) -> [JSONValue] {
    try enter()
    var elements: [JSONValue] = []
    var isFirst = true
    while try nextElement(until: UInt8(ascii: "]"), isFirst: isFirst, of: "an array") {
      isFirst = false
      elements.append(try value())
      skipSpace()
    }
    return elements
  }

  private mutating func object() throws(JSONError) -> JSONObject {
    try enter()
    var members: [JSONObject.Member] = []
    var isFirst = true
    while try nextElement(until: UInt8(ascii: "}"), isFirst: isFirst, of: "an object") {
      isFirst = false
      let name = try memberName()
      members.append(JSONObject.Member(name: name, value: try value()))
      skipSpace()
    }
    return JSONObject(members)
  }

  /// Reads `"name" :` up to the value.
  mutating func memberName() throws(JSONError) -> String {
    guard offset < bytes.count else { throw failure(.endsInside("an object"), at: offset) }
    guard bytes[offset] == UInt8(ascii: "\"") else { throw unexpected("a name in double quotes") }
    let name = try string()
    skipSpace()
    guard offset < bytes.count else { throw failure(.endsInside("an object"), at: offset) }
    guard bytes[offset] == UInt8(ascii: ":") else { throw unexpected("“:” after the name") }
    offset += 1
    skipSpace()
    return name
  }

  /// Stands after the bracket or after an element and its space: goes on to the next element, or leaves.
  mutating func nextElement(until closing: UInt8, isFirst: Bool, of container: String) throws(JSONError) -> Bool {
    guard offset < bytes.count else { throw failure(.endsInside(container), at: offset) }
    if bytes[offset] == closing {
      offset += 1
      depth -= 1
      return false
    }
    if isFirst { return true }
    guard bytes[offset] == UInt8(ascii: ",") else {
      throw unexpected("“,” or “\(Character(UnicodeScalar(closing)))”")
    }
    let comma = offset
    offset += 1
    skipSpace()
    guard offset < bytes.count else { throw failure(.endsInside(container), at: offset) }
    if bytes[offset] == closing {
      guard options.allowsTrailingCommas else { throw failure(.trailingComma, at: comma) }
      offset += 1
      depth -= 1
      return false
    }
    return true
  }

  // MARK: Walking without values

  /// Where the value of a pointer starts; the text has been read once without error.
  mutating func offset(of tokens: ArraySlice<String>) throws(JSONError) -> Int? {
    skipSpace()
    guard let token = tokens.first else { return offset < bytes.count ? offset : nil }
    guard offset < bytes.count else { return nil }
    var place: Int?
    var isFirst = true
    if bytes[offset] == UInt8(ascii: "{") {
      try enter()
      while try nextElement(until: UInt8(ascii: "}"), isFirst: isFirst, of: "an object") {
        isFirst = false
        if try memberName() == token {
          // Of a repeated name the last one counts, as in JSONObject.
          let start = offset
          var inner = self
          place = try inner.offset(of: tokens.dropFirst())
          offset = start
        }
        _ = try value()
        skipSpace()
      }
    } else if bytes[offset] == UInt8(ascii: "[") {
      guard let wanted = arrayIndex(token) else { return nil }
      try enter()
      var index = 0
      while try nextElement(until: UInt8(ascii: "]"), isFirst: isFirst, of: "an array") {
        isFirst = false
        if index == wanted { return try offset(of: tokens.dropFirst()) }
        _ = try value()
        skipSpace()
        index += 1
      }
    }
    return place
  }

  // MARK: Errors

  func failure(_ reason: JSONError.Reason, at offset: Int) -> JSONError {
    let place = lineAndColumn(of: offset, in: bytes)
    return JSONError(reason: reason, offset: offset, line: place.line, column: place.column)
  }

  func unexpected(_ expected: String) -> JSONError {
    failure(.unexpected(found: found(at: offset), expected: expected), at: offset)
  }

  private func found(at offset: Int) -> String {
    guard offset < bytes.count else { return "the end" }
    let text = String(decoding: bytes[offset..<min(bytes.count, offset + 32)], as: UTF8.self)
    guard let first = text.first else { return "the end" }
    if first.isLetter {
      return "“\(text.prefix { $0.isLetter || $0.isNumber })”"
    }
    if let byte = first.asciiValue, byte < 0x20 { return "control character U+\(paddedHex(UInt16(byte)))" }
    return "“\(first)”"
  }
}
