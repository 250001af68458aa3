import JSON
import Passes
import Testing

@testable import PassPreview

@Suite struct PassFaceTests {
  private func pass(_ json: String, strings: [String: String] = [:]) throws -> ReadPass {
    var files = PassFiles(["pass.json": Array(json.utf8)])
    for (language, text) in strings { files["\(language).lproj/pass.strings"] = Array(text.utf8) }
    return try #require(ReadPass(files, images: PassImages([])))
  }

  private func face(
    _ json: String, language: String = "en", strings: [String: String] = [:]
  ) throws -> PassFace {
    try #require(PassFace.faces(of: try pass(json, strings: strings), language: language).last)
  }

  private func fields(_ keys: [String], extra: String = "") -> String {
    "[" + keys.map { #"{"key": "\#($0)", "label": "\#($0)", "value": "1"\#(extra)}"# }.joined(separator: ",") + "]"
  }

  @Test func `a fifth field is dropped and named`() throws {
    let face = try face(#"{"eventTicket": {"secondaryFields": \#(fields(["a", "b", "c", "d", "e"]))}}"#)
    #expect(face.row(.secondary)?.fields.map(\.key) == ["a", "b", "c", "d"])
    #expect(face.dropped.map(\.key) == ["e"])
    #expect(face.layoutFacts(cardWidth: 358, scale: 3).map(\.kind) == [.dropped])
  }

  @Test func `store cards and coupons have one row for secondary and auxiliary fields`() throws {
    for style in ["storeCard", "coupon"] {
      let face = try face(
        #"{"\#(style)": {"secondaryFields": \#(fields(["a", "b", "c"])), "auxiliaryFields": \#(fields(["d", "e"]))}}"#)
      #expect(face.row(.secondary)?.fields.map(\.key) == ["a", "b", "c", "d"])
      #expect(face.row(.auxiliary) == nil)
      #expect(face.dropped.map(\.key) == ["e"])
    }
  }

  @Test func `a boarding pass has its auxiliary fields above the secondary ones`() throws {
    let face = try face(
      #"{"boardingPass": {"secondaryFields": \#(fields(["s"])), "auxiliaryFields": \#(fields(["a"])), "primaryFields": \#(fields(["p", "q", "r"]))}}"#
    )
    #expect(face.rows.map(\.name) == [.primary, .auxiliary, .secondary])
    #expect(face.dropped.map(\.key) == ["r"])
  }

  @Test func `row 1 of the auxiliary fields is a row of its own on event tickets only`() throws {
    let fields = #"[{"key": "a", "value": "1"}, {"key": "b", "value": "2", "row": 1}]"#
    let ticket = try face(#"{"eventTicket": {"auxiliaryFields": \#(fields)}}"#)
    #expect(ticket.row(.auxiliary)?.fields.map(\.key) == ["a"])
    #expect(ticket.row(.secondAuxiliary)?.fields.map(\.key) == ["b"])
    let generic = try face(#"{"generic": {"auxiliaryFields": \#(fields)}}"#)
    #expect(generic.row(.auxiliary)?.fields.map(\.key) == ["a", "b"])
  }

  @Test func `texts come from the language's strings, and a missing translation is told`() throws {
    let json = #"{"generic": {"primaryFields": [{"key": "k", "label": "gate", "value": "open"}]}}"#
    let strings = ["en": #""gate" = "Gate"; "open" = "Open";"#, "fr": #""gate" = "Porte";"#]
    let french = try face(json, language: "fr-CH", strings: strings)
    #expect(french.row(.primary)?.fields.first?.label == "Porte")
    #expect(french.row(.primary)?.fields.first?.value.text == "open")
    #expect(french.layoutFacts(cardWidth: 358, scale: 3).map(\.kind) == [.translation])
    #expect(try face(json, language: "en", strings: strings).layoutFacts(cardWidth: 358, scale: 3).isEmpty)
  }

  @Test func `a poster ticket is drawn beside its classic form, and says what it lacks`() throws {
    let json = #"""
      {"preferredStyleSchemes": ["posterEventTicket", "eventTicket"], "eventTicket": {},
       "semantics": {"eventType": "PKEventTypeLivePerformance", "eventName": "Gala", "venueName": "Hall",
                     "venueRegionName": "Lyon", "eventStartDate": "2027-01-15T19:30:00+01:00",
                     "seats": [{"seatRow": "F", "seatNumber": "21"}]}}
      """#
    let faces = PassFace.faces(of: try pass(json), language: "fr")
    #expect(faces.map(\.look) == [.posterEventTicket, .eventTicket])
    let poster = try #require(faces.first?.poster)
    #expect(poster.title?.value == "Gala")
    #expect(poster.time == "19:30")
    #expect(poster.seat.map(\.label) == ["Rang", "Place"])
    #expect(poster.missing == ["venueRoom", "performerNames"])
  }

  @Test func `a generic poster stands before the classic style it is sent with`() throws {
    let json = #"{"posterGeneric": {"primaryFields": []}, "generic": {}}"#
    #expect(PassFace.faces(of: try pass(json), language: "en").map(\.look) == [.posterGeneric, .generic])
  }

  @Test(arguments: [
    ("rgb(20, 13, 26)", "rgb(20 13 26)"), ("#fff", "rgb(255 255 255)"), ("#102030", "rgb(16 32 48)"),
    ("rgba(1,2,3,0.5)", "rgb(1 2 3)"),
  ])
  func `colours are read in every form that Wallet reads`(text: String, css: String) {
    #expect(PassColor(text)?.css == css)
  }

  @Test(arguments: ["red;}body{display:none", "rgb(300,0,0)", "#12", "", "rgb(1,2)", "url(https://example.org)"])
  func `what is no colour never reaches the style sheet`(text: String) throws {
    #expect(PassColor(text) == nil)
    let json: JSONValue = ["backgroundColor": .string(text)]
    #expect(PassColors(json).background.css == "rgb(242 242 247)")
  }

  @Test func `without a foreground colour Wallet takes what can be read`() {
    #expect(PassColors(["backgroundColor": "rgb(0,0,0)"]).foreground.css == "rgb(255 255 255)")
    #expect(PassColors(["backgroundColor": "rgb(255,255,255)"]).foreground.css == "rgb(0 0 0)")
  }
}

@Suite struct LinkedTextTests {
  private func markup(attributed text: String) -> String {
    var html = HTML()
    LinkedText(attributed: text).write(to: &html)
    return html.source
  }

  private func markup(detecting text: String) -> String {
    var html = HTML()
    LinkedText(detectingIn: text).write(to: &html)
    return html.source
  }

  @Test func `a link of attributedValue is a link`() {
    let markup = markup(attributed: #"See <a href="https://example.org/a?b=1&c=2">our page</a>."#)
    #expect(
      markup
        == #"See <a href="https://example.org/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">our page</a>."#
    )
  }

  @Test(arguments: [
    #"<a href="javascript:alert(1)">x</a>"#, #"<A HREF='data:text/html,x'>x</A>"#, "<a>x</a>",
    #"<a href="//evil">x</a>"#,
  ])
  func `a link to anything else than a page, a number or an address is text`(text: String) {
    #expect(markup(attributed: text) == "x")
  }

  @Test(arguments: ["<script>alert(1)</script>", "<a", "<a href=", "</a>", "a < b > c & \"d\" 'e'"])
  func `other markup is shown as it stands`(text: String) {
    #expect(!markup(attributed: text).contains("<"))
    #expect(!markup(detecting: text).contains("<"))
  }

  @Test func `addresses, mail and telephone numbers on the back are found`() {
    #expect(markup(detecting: "+33 4 00 00 00 12").contains(#"href="tel:+33400000012""#))
    #expect(markup(detecting: "write to (box@example.org), please").contains(#"href="mailto:box@example.org""#))
    #expect(markup(detecting: "www.example.org\nsecond line").contains(#"href="https://www.example.org""#))
    #expect(!markup(detecting: "041177203958116402780031").contains("href"))
    #expect(!markup(detecting: "10000912345 12").contains("href"))
  }
}
