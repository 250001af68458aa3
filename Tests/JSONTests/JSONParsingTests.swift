import JSON
import Testing

@Suite("Reading JSON") struct JSONParsingTests {
  private func parse(_ text: String, _ options: JSONOptions = JSONOptions()) throws -> JSONValue {
    try JSONValue(parsing: Array(text.utf8), options: options)
  }

  private func failure(_ bytes: [UInt8]) -> JSONError? {
    do throws(JSONError) {
      _ = try JSONValue(parsing: bytes)
      return nil
    } catch {
      return error
    }
  }

  private func failure(_ text: String) -> JSONError? { failure(Array(text.utf8)) }

  @Test func `ids above 2^53 keep every digit`() throws {
    let value = try parse(#"{"id": 9223372036854775807, "next": 9007199254740993}"#)
    #expect(value["id"]?.int == Int64.max)
    #expect(value["next"]?.number?.literal == "9007199254740993")
    #expect(value["next"]?.int == 9_007_199_254_740_993)
    #expect(try parse("9223372036854775808").int == nil)
  }

  @Test(arguments: [
    ("65.0", 65), ("1e3", 1000), ("1.50e2", 150), ("-0", 0), ("0.000", 0), ("0e999999999999999999999", 0),
    ("120E-1", 12),
    ("-9223372036854775808", Int64.min), ("1.0e18", 1_000_000_000_000_000_000),
  ])
  func `a number is an integer when it is exactly one`(literal: String, value: Int64) throws {
    #expect(try parse(literal).int == value)
  }

  @Test(arguments: ["65.5", "1e30", "1e-1", "1e999999999999999999999", "1e-999999999999999999999", "1.5e0"])
  func `a number that is no integer gives none`(literal: String) throws {
    #expect(try parse(literal).int == nil)
  }

  @Test func `a double is written by its shortest digits`() {
    #expect(JSONNumber(65.0)?.literal == "65")
    #expect(JSONNumber(0.1)?.literal == "0.1")
    #expect(JSONNumber(1e20).flatMap { JSONNumber(literal: $0.literal) } != nil)
    #expect(JSONNumber(Double.infinity) == nil)
    #expect(JSONNumber(literal: "007") == nil)
    #expect(JSONNumber(literal: "1.") == nil)
    #expect(JSONNumber(literal: "-12.5E+3")?.double == -12500)
  }

  @Test func `order and repeated names stay, the last one counts`() throws {
    let value = try parse(#"{"b": 1, "a": 2, "b": 3}"#)
    #expect(value.object?.names == ["b", "a", "b"])
    #expect(value.object?.duplicateNames == ["b"])
    #expect(value["b"]?.int == 3)
    var object = try #require(value.object)
    object["b"] = 4
    #expect(JSONValue.object(object).serialized() == Array(#"{"b":1,"a":2,"b":4}"#.utf8))
    object["b"] = nil
    #expect(object.names == ["a"])
  }

  @Test func `strings are unescaped`() throws {
    #expect(try parse(#""Caf\u00e9 \ud83c\udfab \"x\" \/ \\ \n\t\r\b\f""#) == "Café 🎫 \"x\" / \\ \n\t\r\u{8}\u{C}")
    #expect(try parse("\"Опера — مسرح\"").stringValue == "Опера — مسرح")
  }

  @Test func `a byte order mark and white space around are skipped`() throws {
    #expect(try JSONValue(parsing: [0xEF, 0xBB, 0xBF, 0x20] + Array("[true]\r\n".utf8)) == [true])
  }

  @Test(arguments: [
    ("", JSONError.Reason.empty, 1, 1),
    ("  \n ", .empty, 2, 2),
    ("{\"a\": 1,\n  \"b\" 2}", .unexpected(found: "“2”", expected: "“:” after the name"), 2, 7),
    ("[1 2]", .unexpected(found: "“2”", expected: "“,” or “]”"), 1, 4),
    ("[\"é\", nil]", .unexpected(found: "“nil”", expected: "a value"), 1, 7),
    ("[1,]", .trailingComma, 1, 3),
    ("{\"a\":1", .endsInside("an object"), 1, 7),
    ("[\"abc", .endsInside("a string"), 1, 6),
    ("tru", .endsInside("a value"), 1, 4),
    ("01", .malformedNumber("01"), 1, 1),
    ("1.", .endsInside("a number"), 1, 3),
    ("[1.x]", .malformedNumber("1.x"), 1, 2),
    ("1 2", .contentAfterValue(found: "“2”"), 1, 3),
    ("[\"a\u{1}\"]", .controlCharacter(1), 1, 4),
    (#"["\x"]"#, .invalidEscape(#"\x"#), 1, 3),
    (#"["\u12G4"]"#, .invalidEscape(#"\u12G4"#), 1, 3),
    (#"["\ud800"]"#, .loneSurrogate(#"\uD800"#), 1, 3),
    (#"["\ud800\u0041"]"#, .loneSurrogate(#"\uD800"#), 1, 3),
    (#"["\udc00"]"#, .loneSurrogate(#"\uDC00"#), 1, 3),
    ("{'a': 1}", .unexpected(found: "“'”", expected: "a name in double quotes"), 1, 2),
  ])
  func `an error says what and where`(text: String, reason: JSONError.Reason, line: Int, column: Int) throws {
    let error = try #require(failure(text))
    #expect(error.reason == reason)
    #expect(error.line == line)
    #expect(error.column == column)
  }

  @Test(arguments: [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]])
  func `bytes that are not UTF-8 are refused where they stand`(bytes: [UInt8]) throws {
    let error = try #require(failure(Array("[\"é".utf8) + bytes + Array("\"]".utf8)))
    #expect(error.reason == .invalidUTF8)
    #expect(error.offset == 4)
    #expect(error.column == 4)
  }

  @Test func `columns count characters and lines end in LF, CRLF or CR`() throws {
    let error = try #require(failure("[1,\r\n2,\r3,\n\"👩‍👩‍👧é\", x]"))
    #expect(error.line == 4)
    #expect(error.column == 7)
    #expect(error.description == "line 4, column 7: expected a value, found “x”")
  }

  @Test func `trailing commas are read when allowed`() throws {
    let options = JSONOptions(allowsTrailingCommas: true)
    #expect(try parse("[1,2,]", options) == [1, 2])
    #expect(try parse("{\"a\":1 , }", options) == ["a": 1])
    #expect(throws: JSONError.self) { try parse("[,]", options) }
    #expect(throws: JSONError.self) { try parse("[1,,]", options) }
  }

  @Test func `depth has a limit`() throws {
    let nested = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(failure(nested)?.reason == .tooDeep(limit: 128))
    #expect(throws: Never.self) { try parse(nested, JSONOptions(maximumDepth: 200)) }
    let wide = "[" + Array(repeating: "[]", count: 1000).joined(separator: ",") + "]"
    #expect(try parse(wide).array?.count == 1000)
    #expect(failure(String(repeating: "{\"a\":", count: 1_000_000))?.reason == .tooDeep(limit: 128))
  }

  @Test func `a text cut anywhere is an error and nothing worse`() {
    let bytes = Array(#"{"a":[1.5e3,"é\u00e9\ud83c\udfab",true,false,null,{"b":-0}],"c":{}}"#.utf8)
    for length in 0..<bytes.count {
      #expect(failure(Array(bytes[..<length])) != nil)
    }
    #expect(failure(bytes) == nil)
  }

  @Test func `random bytes never crash`() {
    var seed: UInt64 = 42
    let alphabet = Array(#"{}[]",:\u0dD8e-+.1trufalsn "#.utf8) + [0xFF, 0xC3, 0x00]
    for _ in 0..<5_000 {
      var bytes: [UInt8] = []
      for _ in 0..<24 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes.append(alphabet[Int(seed >> 33) % alphabet.count])
      }
      if let value = try? JSONValue(parsing: bytes) {
        #expect((try? JSONValue(parsing: value.serialized())) == value)
      }
    }
  }
}
