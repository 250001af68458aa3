import Foundation
import Passes
import Testing

@Suite("Strings files") struct StringsFileTests {
  private func entries(_ text: String) throws -> [String] {
    try StringsFile(parsing: Array(text.utf8)).entries.map { "\($0.key)=\($0.value)" }
  }

  @Test(
    arguments: [
      ("", []), ("/* nothing */ // else", []), ("\"a\"=\"b\";", ["a=b"]), ("\"a\" /* x */ = // y\n \"b\" ;", ["a=b"]),
      ("a = b;\nkey.with-all_1 = \"v\";", ["a=b", "key.with-all_1=v"]), ("\"a\";", ["a=a"]),
      (#""a" = "say \"hi\" \\ \n\t\r";"#, ["a=say \"hi\" \\ \n\t\r"]), (#""a" = "\u00e9\U00E9";"#, ["a=éé"]),
      (#""a" = "\UD83C\UDFAB";"#, ["a=🎫"]), (#""a" = "\101";"#, ["a=A"]), ("\"a\" = \"two\nlines\";", ["a=two\nlines"]),
      ("\"a\" = \"b\";\r\n\"c\" = \"d\";\r\n", ["a=b", "c=d"]), ("\"a\" = '\"b\"';", ["a=\"b\""]),
      ("\"a\"=\"1\";\"a\"=\"2\";", ["a=1", "a=2"]),
    ] as [(String, [String])]) func `what can be read`(_ text: String, _ expected: [String]) throws
  {
    #expect(try entries(text) == expected)
  }

  @Test(arguments: [
    ("\"a\" = \"b\"", 1, 10), ("\"a\" = ;", 1, 7), ("\n\"é\" \"b\";", 2, 5), ("\"a\" = \"b;", 1, 7), ("/* x", 1, 1),
    (#""a" = "\uZZ";"#, 1, 8), (#""a" = "\UD83C";"#, 1, 14), ("\"a\" = \"b\"; }", 1, 12), ("\"a\" = {b=c;};", 1, 7),
  ]) func `errors have a place`(_ text: String, _ line: Int, _ column: Int) {
    let error = #expect(throws: StringsError.self) { try entries(text) }
    #expect(error?.position.line == line)
    #expect(error?.position.column == column)
  }

  @Test func `invalid bytes are told as such, in each encoding`() {
    for bytes in [[0x22, 0xFF], [0xFF, 0xFE, 0x22], [0xFF, 0xFE, 0x00, 0xD8, 0x22, 0x00], [0xFE, 0xFF, 0xDC, 0x00]]
      as [[UInt8]]
    {
      #expect(throws: StringsError.self) { try StringsFile(parsing: bytes) }
    }
  }

  @Test func `the last of two values counts, both are known`() throws {
    let file = try StringsFile(parsing: Array("\"a\" = \"1\";\n\"a\" = \"2\";".utf8))
    #expect(file["a"] == "2")
    #expect(file.duplicates.map(\.valuePosition.line) == [2])
  }

  @Test func `any text survives writing and reading`() throws {
    let texts = [
      "", "plain", "\"quoted\"", "back\\slash", "line\nfeed\r\ttab", "\u{1}\u{7F}", "é 🎫 漢字", "a;b = /* c */",
    ]
    let bytes = StringsFile.serialized(texts.map { (key: "k" + $0, value: $0) })
    #expect(bytes.first == 0x22, "KPkPass reads UTF-8 only when it begins with punctuation")
    let file = try StringsFile(parsing: bytes)
    #expect(file.entries.map(\.value) == texts)
    #expect(file.entries.map(\.key) == texts.map { "k" + $0 })
  }

  /// Foundation's property lists are an independent reader of the same syntax.
  @Test func `Foundation reads the same values`() throws {
    let texts = ["plain", "\"quoted\" back\\slash", "line\nfeed\r\ttab", "é 🎫", "control \u{1}"]
    let bytes = StringsFile.serialized(texts.enumerated().map { (key: "key\($0.offset)", value: $0.element) })
    let object = try PropertyListSerialization.propertyList(from: Data(bytes), format: nil)
    let strings = try #require(object as? [String: String])
    for (index, text) in texts.enumerated() { #expect(strings["key\(index)"] == text) }
  }
}
