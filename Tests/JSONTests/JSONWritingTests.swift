import JSON
import Testing

@Suite("Writing JSON and pointing into it") struct JSONWritingTests {
  @Test func `only what must be escaped is`() {
    let value: JSONValue = ["s": "é/\"\\\u{8}\u{C}\n\r\t\u{1}\u{2028}\u{2029}\u{2030}🎫\u{7F}"]
    let expected = "{\"s\":\"é/\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u2028\\u2029\u{2030}🎫\u{7F}\"}"
    #expect(String(decoding: value.serialized(), as: UTF8.self) == expected)
    #expect((try? JSONValue(parsing: value.serialized())) == value)
    var bytes: [UInt8] = []
    appendJSONString("", to: &bytes)
    #expect(bytes == Array("\"\"".utf8))
  }

  @Test func `members keep their order or are sorted`() {
    let value: JSONValue = ["b": [1, 2.5, .null, true], "a": ["z": [], "y": [:]]]
    #expect(String(decoding: value.serialized(), as: UTF8.self) == #"{"b":[1,2.5,null,true],"a":{"z":[],"y":{}}}"#)
    #expect(
      String(decoding: value.serialized(sortedKeys: true), as: UTF8.self)
        == #"{"a":{"y":{},"z":[]},"b":[1,2.5,null,true]}"#)
    let pretty = """
      {
        "b": [
          1,
          2.5,
          null,
          true
        ],
        "a": {
          "z": [],
          "y": {}
        }
      }
      """
    #expect(String(decoding: value.serialized(pretty: true), as: UTF8.self) == pretty)
  }

  @Test func `pointers follow RFC 6901`() throws {
    let text = #"{"foo":["bar","baz"],"":0,"a/b":1,"m~n":8,"x":{"01":2,"k":[[5]]}}"#
    let value = try JSONValue(parsing: text.utf8)
    #expect(value[pointer: ""] == value)
    #expect(value[pointer: "/foo/1"] == "baz")
    #expect(value[pointer: "/"] == 0)
    #expect(value[pointer: "/a~1b"] == 1)
    #expect(value[pointer: "/m~0n"] == 8)
    #expect(value[pointer: "/x/01"] == 2)
    #expect(value[pointer: "/x/k/0/0"] == 5)
    for missing in ["/foo/2", "/foo/01", "/foo/-", "/nope", "foo", "/foo/0/x", "/foo/99999999999999999999"] {
      #expect(value[pointer: missing] == nil, "\(missing)")
    }
    #expect(jsonPointerToken("a/b~c") == "a~1b~0c")
  }

  @Test func `a document knows where its values stand`() throws {
    let text = "\u{FEFF}{\n  \"a\": [1,\n    {\"é\": true, \"b\": null}],\n  \"a~/b\": 7, \"d\": 1, \"d\": 2\n}"
    let document = try JSONDocument(parsing: text.utf8)
    func place(_ pointer: String) -> [Int]? { document.position(of: pointer).map { [$0.line, $0.column] } }
    #expect(place("") == [1, 1])
    #expect(place("/a") == [2, 8])
    #expect(place("/a/1") == [3, 5])
    #expect(place("/a/1/b") == [3, 22])
    #expect(place("/a~0~1b") == [4, 11])
    #expect(place("/d") == [4, 27])
    #expect(place("/a/7") == nil)
    #expect(place("/a/0/x") == nil)
    #expect(document.value["d"] == 2)
  }
}
