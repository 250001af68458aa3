import JSON
import Liquid
import Passes
import Testing
import Tickets

@Suite("Mistakes in a template") struct LoadingTests {
  @Test func `an unknown variable is found when the template is loaded, with its place and the nearest name`() throws {
    let findings = try Fixture.findings {
      try Fixture.template(fields: "\n" + field("row", "Row {{ seat.rwo }}") + "\n")
    }
    let found = try #require(findings.first)
    #expect(findings.count == 1)
    #expect(found.severity == .error)
    #expect(found.message == "seat.rwo: did you mean seat.row?")
    #expect(
      found.place == .init(file: "pass.json", pointer: "/eventTicket/auxiliaryFields/0/value", line: 9, column: 33))
  }

  @Test func `the place is that of the file also behind escaped line breaks, quotes and emoji`() throws {
    let text = #"a\n\"b\"\u00e9\uD83C\uDF9F\r\nc {{ seat.rwo }}"#
    let findings = try Fixture.findings { try Fixture.template(fields: "\n" + field("x", text)) }
    let column = #"{"key": "x", "value": "a\n\"b\"\u00e9\uD83C\uDF9F\r\nc {{ "#.count + 1
    #expect(findings.map(\.place.line) == [9])
    #expect(findings.map(\.place.column) == [column])
  }

  @Test func `every mistake is reported, in all files at once`() throws {
    let findings = try Fixture.findings {
      try Fixture.template(
        fields: field("a", "{{ seat.rwo }}") + "," + field("b", "{{ event.nmae }}") + "," + field("c", "{% if %}"),
        yaml: "nome: x\nbindings:\n  nobody: '{{ seat.row }}'\n",
        files: [
          "fr.lproj/pass.strings": "\"a\" = \"x\";\n\"b\" = \"\\n{{ venue.nmae }}\";\n",
          "de.lproj/pass.strings": "\"a\" = ",
          "samples/one.json": #"{"seat": {"rwo": "1"}}"#, "samples/two.json": "{",
        ])
    }
    let places = findings.map(\.place.description)
    #expect(findings.count == 9, "\(findings)")
    #expect(places.contains { $0.hasPrefix("template.yaml:1:1") })
    #expect(places.contains { $0.hasPrefix("template.yaml:3:12") })
    #expect(places.contains { $0.hasPrefix("fr.lproj/pass.strings:2:13") }, "\(places)")
    #expect(places.contains { $0.hasPrefix("de.lproj/pass.strings:1:") })
    #expect(places.contains { $0.hasPrefix("samples/one.json:1:18") })
    #expect(places.contains { $0.hasPrefix("samples/two.json:1:2") })
    #expect(findings.allSatisfy { !$0.hint.isEmpty && !$0.message.isEmpty })
  }

  @Test func `a mistake in the description is one finding, not a second one that it is missing`() throws {
    let findings = try Fixture.findings { try Fixture.template(description: "{{ nobody }}") }
    #expect(findings.map(\.code) == ["liquid"])
  }

  @Test func `broken JSON says where`() throws {
    let findings = try Fixture.findings { try Fixture.template("{\n  \"description\": \"x\",,\n}") }
    #expect(findings.map(\.place) == [.init(file: "pass.json", line: 2, column: 22)])
    #expect(try Fixture.findings { try Fixture.template("[]") }.first?.code == "pass-json-not-object")
    #expect(
      try Fixture.findings { try PassTemplate(name: "x", files: PassFiles()) }.map(\.code) == ["pass-json-missing"])
  }

  @Test func `what Wallet insists on is missed at once`() throws {
    let findings = try Fixture.findings { try Fixture.template(#"{"eventTicket": {}, "organizationName": null}"#) }
    #expect(findings.map(\.place.pointer) == ["/description", "/organizationName"])
  }

  @Test func `a failing filter names the place in the template and the reason once`() throws {
    let template = try Fixture.template(fields: field("x", #"\n{{ event.duration | divided_by: seat.row }}"#))
    let ticket = try Fixture.ticket {
      $0.event.duration = 7
      $0.seat.row = "0"
    }
    let error = try #require(throws: CompositionError.self) { try template.pass(ticket) }
    #expect(error.sentence == "divided_by: division by zero")
    #expect(error.place.line == 8)
    #expect(error.place.pointer == "/eventTicket/auxiliaryFields/0/value")
  }

  @Test func `findings of a sample's pass are placed in the template, also behind fields that were left out`() throws {
    let template = try Fixture.template(
      fields: "\n" + field("gone", "{{ seat.row }}") + ",\n"
        + field("bad", "{{ seat.number }}", #""numberStyle": "Odd""#),
      files: ["samples/one.json": #"{"ticket": {"id": "1", "barcode": "1"}, "seat": {"number": "7"}}"#])
    let found = template.findings().filter { $0.place.pointer?.hasSuffix("numberStyle") ?? false }
    #expect(!found.isEmpty)
    #expect(
      found.allSatisfy { $0.place.pointer == "/eventTicket/auxiliaryFields/1/numberStyle" && $0.place.line == 10 })
  }

  @Test func `a template for codes of thirteen digits is tried with one`() throws {
    let template = try Fixture.template(
      more: """
        "barcodes": [{"format": "PKBarcodeFormatEAN13", "message": "{{ ticket.barcode }}", "messageEncoding": "iso-8859-1"}]
        """)
    #expect(!template.findings().contains { $0.code == "composition" })
  }

  @Test func `what fails for a sample is an error, what fails for a made-up ticket is not`() throws {
    let color = #""labelColor": "{{ seat.level }}""#
    let sample = #"{"ticket": {"id": "1", "barcode": "1"}, "seat": {"level": "2"}}"#
    func severity(_ files: [String: String]) throws -> [Finding.Severity] {
      try Fixture.template(more: color, files: files).findings().filter { $0.code == "composition" }.map(\.severity)
    }
    #expect(try severity([:]) == [.warning])
    #expect(try severity(["samples/one.json": sample]) == [.error, .warning])
  }
}

@Suite("template.yaml") struct SettingsTests {
  static let designed = #"""
    {
      "formatVersion": 1, "organizationName": "Hall", "description": "Ticket", "_id": "X",
      "semantics": {
        "eventType": "PKEventTypeSports", "eventName": "Sample match", "silenceRequested": true,
        "venueName": "{{ venue.name }}", "performerNames": ["Sample", "{{ event.performers }}"],
        "seats": [{"seatRow": "S1", "seatNumber": "S2"}],
        "venueLocation": {"latitude": 1, "longitude": 2}
      },
      "barcodes": [{"format": "PKBarcodeFormatQR", "message": "SAMPLE", "messageEncoding": "iso-8859-1"}],
      "eventTicket": {
        "primaryFields": [{"key": "event", "label": "Event", "value": "Sample match", "_id": "Y",
          "semantics": {"eventName": "Sample match"}}],
        "auxiliaryFields": [{"key": "row", "label": "Row", "value": "S1"}, {"key": "a/b~c", "value": "S3"}]
      }
    }
    """#

  @Test func `bindings set fields by key, members by mapping, and any place by pointer`() throws {
    let template = try Fixture.template(
      Self.designed,
      yaml: """
        bindings:
          event: "{{ event.name }}"
          row:
            label: "{{ seat.area }}"
            value: "{{ seat.row }}"
            isRelative: true
            row: 1
          a/b~c: "{{ seat.number }}"
          /barcodes/0/message: "{{ ticket.barcode }}"
          /barcodes/0: { altText: "{{ ticket.id }}" }
          /semantics/seats/0/seatRow: "{{ seat.row }}"
          /logoText: "{{ tenant.name }}"
        """)
    let ticket = try Fixture.ticket {
      $0.event.name = "Final"
      $0.seat.row = "F"
      $0.seat.number = "9"
      $0.seat.area = "Parterre"
      $0.event.performers = "Anna, Björn"
    }
    let pass = try template.pass(ticket)
    #expect(pass[pointer: "/eventTicket/primaryFields/0"] == ["key": "event", "label": "Event", "value": "Final"])
    #expect(
      pass[pointer: "/eventTicket/auxiliaryFields/0"]
        == ["key": "row", "label": "Parterre", "value": "F", "isRelative": true, "row": 1])
    #expect(pass[pointer: "/eventTicket/auxiliaryFields/1/value"] == "9")
    #expect(pass[pointer: "/barcodes/0/message"] == "00041177203958116402")
    #expect(pass[pointer: "/barcodes/0/altText"] == "501")
    #expect(pass["logoText"] == "sorana")
    // Of the semantics only their kind, what holds Liquid and what was bound.
    #expect(
      pass["semantics"]
        == ["eventType": "PKEventTypeSports", "performerNames": ["Anna", "Björn"], "seats": [["seatRow": "F"]]])
  }

  @Test func `semantics stay as they are in a template without bindings`() throws {
    let pass = try Fixture.template(Self.designed).pass(Fixture.ticket())
    #expect(pass[pointer: "/semantics/eventName"] == "Sample match")
    #expect(pass[pointer: "/semantics/seats/0/seatNumber"] == "S2")
  }

  @Test(arguments: [
    ("bindings:\n  rwo: '{{ seat.row }}'", "template.yaml:2:9", "rwo"),
    ("bindings:\n  /barcodes/7/message: x", "template.yaml:2:24", "/barcodes/7/message"),
    ("bindings:\n  /nowhere/at/all: x", "template.yaml:2:20", "/nowhere/at/all"),
    ("bindings:\n  row:\n    label: Row\n    value: '{{ seat.rwo }}'", "template.yaml:4:16", "seat.rwo"),
    ("bindings:\n  row: |\n    {{ seat.rwo }}", "template.yaml:3:4", "seat.rwo"),
    ("bindings:\n  row: [a]", "template.yaml:2:8", "mapping"),
    ("bindings:\n  row: { value: [a] }", "template.yaml:2:17", "text"),
    ("bindings: [a]", "template.yaml:1:11", "bindings"), ("- a", "template.yaml:1:1", "mapping"),
    ("name: [a]", "template.yaml:1:7", "text"), ("colour: red", "template.yaml:1:1", "colour"),
    ("used_for: concert", "template.yaml:1:11", "list"), ("used_for:\n  - [a]", "template.yaml:2:5", "text"),
    ("name: \"x", "template.yaml:", ""), ("name: &a x", "template.yaml:1:7", "anchors"),
    ("name: a\nname: b", "template.yaml:", "name"),
  ])
  func `a mistake has its line`(yaml: String, place: String, word: String) throws {
    let findings = try Fixture.findings { try Fixture.template(Self.designed, yaml: yaml) }
    let found = try #require(findings.first)
    #expect(found.severity == .error)
    #expect(found.place.description.hasPrefix(place), "\(found.place)")
    #expect(found.place.line != nil)
    #expect(found.message.contains(word), "\(found.message)")
  }

  @Test func `keys with nothing behind them are nothing`() throws {
    let template = try Fixture.template(yaml: "# nothing yet\nname:\nused_for:\nbindings:\n  # none\n")
    #expect(template.settings == TemplateSettings())
    #expect(try Fixture.template(yaml: "").settings == TemplateSettings())
  }

  @Test func `binding what the issuer decides is a warning`() throws {
    let template = try Fixture.template(Self.designed, yaml: "bindings:\n  /serialNumber: '{{ ticket.id }}'\n")
    #expect(template.warnings.map(\.code) == ["binding-without-effect"])
    #expect(try template.pass(Fixture.ticket())["serialNumber"] == "0815")
  }
}

@Suite("Sample tickets") struct SampleTests {
  private func findings(_ sample: String) throws -> [Finding] {
    try Fixture.findings { try Fixture.template(files: ["samples/one.json": sample]) }
  }

  @Test(arguments: [
    ("{\n  \"seat\": {\n    \"rwo\": \"1\"\n  }\n}", 3, "seat.rwo"),
    ("{\n  \"event\": {\"start\": \"tomorrow\"}}", 2, "event.start"),
    ("{\n  \"ticket\": {\"barcode\": \"1.23E+12\"}}", 2, "spreadsheet"),
    ("{\n  \"ticket\": {\"barcode\": 123}}", 2, "ticket.barcode"),
    ("{\n  \"price\": {\"currency\": \"EURO\"}}", 2, "EURO"),
    ("{\n  \"venue\": {\"latitude\": 200}}", 2, "200"), ("{\n  \"event\": 5}", 2, "event"),
    ("{\n  \"variables\": {\"PEOPLE\": 2}}", 2, "comfort variable"), ("[]", 1, "object"),
    ("{\"ticket\": {\"id\": \"1\"}, \"price\": {\"amount\": 1}}", 1, "currency"), ("{}", 1, "neither"),
    ("{\"ticket\": {\"id\": \"1\", \"state\": \"PRINTED\"}}", 1, "PRINTED"), ("{", 1, ""),
  ])
  func `a mistake has its line and says what it is`(sample: String, line: Int, word: String) throws {
    let found = try #require(try findings(sample).first)
    #expect(found.place.file == "samples/one.json")
    #expect(found.place.line == line)
    #expect(found.message.contains(word), "\(found.message)")
  }

  @Test func `source and comfort variables can be called by the template`() throws {
    let template = try Fixture.template(
      fields: field("people", "{{ variables.PEOPLE }}") + "," + field("deep", "{{ source.a.b[1].c }}")
        + "," + field("big", "{{ source.id }}"),
      files: [
        "samples/one.json": """
        {"ticket": {"id": 9007199254740993, "barcode": "1"}, "variables": {"PEOPLE": "2", "NONE": null},
         "source": {"a": {"b": [0, {"c": "x"}]}, "id": 92233720368547758080}}
        """
      ])
    let ticket = try #require(template.samples.first).ticket
    #expect(ticket.id == "9007199254740993")
    #expect(try template.field("people", ticket)?["value"] == "2")
    #expect(try template.field("deep", ticket)?["value"] == "x")
    #expect(try template.field("big", ticket)?["value"] == "92233720368547758080")
  }
}

@Suite("Hostile templates") struct HostileTemplateTests {
  @Test func `nesting without end is a finding`() throws {
    let deep = 100_000
    let arrays = String(repeating: "[", count: deep) + String(repeating: "]", count: deep)
    #expect(try !Fixture.findings { try Fixture.template(more: "\"userInfo\": \(arrays)") }.isEmpty)
    #expect(try !Fixture.findings { try Fixture.template(yaml: "used_for: \(arrays)") }.isEmpty)
    #expect(try !Fixture.findings { try Fixture.template(files: ["samples/a.json": arrays]) }.isEmpty)
    let blocks = String(repeating: "{% if a %}", count: deep)
    #expect(try !Fixture.findings { try Fixture.template(fields: field("x", blocks)) }.isEmpty)
    #expect(try !Fixture.findings { try Fixture.template(yaml: "a: &a [*a]") }.isEmpty)
  }

  @Test func `the deepest nesting that JSON allows composes`() throws {
    let arrays = String(repeating: "[", count: 120) + #""{{ seat.row }}""# + String(repeating: "]", count: 120)
    let template = try Fixture.template(more: "\"userInfo\": {\"deep\": \(arrays)}")
    #expect(try template.pass(Fixture.ticket())["userInfo"] == nil)
    #expect(try template.pass(Fixture.ticket { $0.seat.row = "A" })["userInfo"] != nil)
  }

  @Test func `bytes that are no text are findings`() throws {
    var files = PassFiles(["pass.json": Array(Fixture.passJSON().utf8)])
    let garbage: [[UInt8]] = [
      [0xFF, 0xFE, 0x22], [0xC3, 0x28], [0x22, 0xFF, 0x22], [0x00, 0xD8, 0x00, 0x00], [0xFE, 0xFF, 0xD8],
    ]
    for bytes in garbage {
      for path in ["fr.lproj/pass.strings", "template.yaml", "samples/a.json", "pass.json"] {
        files[path] = bytes
        let copy = files
        let findings = try Fixture.findings { try PassTemplate(name: "x", files: copy) }
        #expect(findings.contains { $0.severity == .error && $0.place.file == path }, "\(path) \(bytes)")
        files[path] = path == "pass.json" ? Array(Fixture.passJSON().utf8) : nil
      }
    }
  }

  @Test func `huge texts and thousands of mistakes end soon`() throws {
    let huge = String(repeating: "x", count: 2_000_000)
    let template = try Fixture.template(
      fields: field("x", huge), files: ["fr.lproj/pass.strings": "\"\(huge)\" = \"\(huge)\";"])
    #expect(try template.field("x", Fixture.ticket())?["value"]?.stringValue?.utf8.count == 2_000_000)
    let many = (0..<2000).map { field("f\($0)", "{{ seat.rwo }}") }.joined(separator: ",")
    let findings = try Fixture.findings { try Fixture.template(fields: many) }
    #expect((100...300).contains(findings.count))
    let good = (0..<2000).map { field("f\($0)", "{{ seat.row }} {{ holder.name }}") }.joined(separator: ",")
    #expect(try Fixture.template(fields: good).pass(Fixture.ticket()) != .null)
  }

  @Test func `references that multiply in template.yaml end soon`() throws {
    var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let all = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      yaml += "a\(level): &a\(level) [\(all)]\n"
    }
    for last in ["used_for: *a9\n", "bindings: { row: *a9 }\n", "? *a9\n: 1\n"] {
      let text = yaml + last
      #expect(try !Fixture.findings { try Fixture.template(yaml: text) }.isEmpty)
    }
  }

  @Test func `loops and outputs without end are errors of the ticket, not of the process`() throws {
    let template = try Fixture.template(
      fields: field("x", "{% for i in (1..999999999) %}{% for j in (1..999999999) %}x{% endfor %}{% endfor %}"))
    let error = try #require(throws: CompositionError.self) { try template.pass(Fixture.ticket()) }
    #expect(error.place.line == 8)
  }
}
