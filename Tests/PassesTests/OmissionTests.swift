import JSON
import Passes
import Testing
import Tickets

@Suite("What is left out") struct OmissionTests {
  @Test func `a field without a value goes with its label, its neighbours stay`() throws {
    let template = try Fixture.template(
      fields: [
        field("row", "{{ seat.row }}", #""label": "Row""#), field("seat", "{{ seat.number }}", #""label": "Seat""#),
        field("both", "{{ holder.first_name }} {{ holder.last_name }}", #""label": "Holder""#),
      ].joined(separator: ","))
    let fields = try template.pass(Fixture.ticket { $0.seat.number = "7" })[pointer: "/eventTicket/auxiliaryFields"]
    #expect(fields == [["key": "seat", "value": "7", "label": "Seat"]])
  }

  @Test func `a label that comes out empty goes alone`() throws {
    let template = try Fixture.template(fields: field("seat", "{{ seat.number }}", #""label": "{{ seat.area }}""#))
    let found = try template.field("seat", Fixture.ticket { $0.seat.number = "7" })
    #expect(found == ["key": "seat", "value": "7"])
  }

  @Test func `lists and objects in which nothing remains go, whatever is fixed in them`() throws {
    let template = try Fixture.template(
      more: """
        "barcodes": [{"format": "PKBarcodeFormatQR", "message": "{{ ticket.barcode }}", "messageEncoding": "utf-8"}],
        "locations": [{"latitude": "{{ venue.latitude }}", "longitude": "{{ venue.longitude }}", "relevantText": "Near"}],
        "relevantDates": [{"date": "{{ event.doors }}"}, {"startDate": "{{ event.doors }}", "endDate": "{{ event.end }}"}],
        "nfc": {"message": "{{ variables.NFC }}", "encryptionPublicKey": "abc"},
        "semantics": {
          "seats": [{"seatRow": "{{ seat.row }}", "seatNumber": "{{ seat.number }}"}],
          "venueLocation": {"latitude": "{{ venue.latitude }}", "longitude": "{{ venue.longitude }}"}
        }
        """)
    let ticket = try Ticket(movement: "1", stateWord: "CANCELLED")
    let pass = try template.pass(ticket)
    for name in ["barcodes", "locations", "relevantDates", "nfc", "semantics"] { #expect(pass[name] == nil) }
    #expect(pass["eventTicket"] != nil)
  }

  @Test func `half a place and half an interval are none`() throws {
    let template = try Fixture.template(
      more: """
        "locations": [{"latitude": "{{ venue.latitude }}", "longitude": "{{ venue.longitude }}"}, {"latitude": 1, "longitude": 2}],
        "relevantDates": [{"startDate": "{{ event.doors }}", "endDate": "{{ event.end }}"}],
        "semantics": {"venueName": "Hall", "venueLocation": {"latitude": "{{ venue.latitude }}", "longitude": "{{ venue.longitude }}"}}
        """)
    let pass = try template.pass(
      Fixture.ticket {
        $0.venue.latitude = 45
        $0.event.doors = Fixture.date("2027-01-15T19:00:00+01:00")
      })
    #expect(pass["locations"] == [["latitude": 1, "longitude": 2]])
    #expect(pass["relevantDates"] == nil)
    #expect(pass["semantics"] == ["venueName": "Hall"])
  }

  @Test func `empty lists that the designer wrote survive`() throws {
    let template = try Fixture.template(
      fields: field("number", "{{ order.id }}", #""dataDetectorTypes": []"#),
      more: #""userInfo": {"tags": [], "map": {}}"#)
    let ticket = try Fixture.ticket { $0.order.id = "1" }
    #expect(try template.field("number", ticket)?["dataDetectorTypes"] == [])
    #expect(try template.pass(ticket)["userInfo"] == ["tags": [], "map": [:]])
  }

  @Test func `null is nothing, wherever it stands`() throws {
    let template = try Fixture.template(
      fields: #"{"key": "gone", "label": "Gone", "value": null}, {"key": "stays", "label": null, "value": "x"}"#,
      more:
        #""logoText": null, "locations": [null, {"latitude": 1, "longitude": null}], "userInfo": {"a": null, "b": 1}"#)
    let pass = try template.pass(Fixture.ticket())
    #expect(pass[pointer: "/eventTicket/auxiliaryFields"] == [["key": "stays", "value": "x"]])
    #expect(pass["logoText"] == nil)
    #expect(pass["userInfo"] == ["b": 1])
    #expect(!(pass["locations"]?.array ?? []).contains { $0["longitude"] == nil })
  }

  @Test func `Pass Designer's marks never reach a pass`() throws {
    let template = try Fixture.template(
      fields: field("row", "{{ seat.row }}", #""_id": "F1", "semantics": {"_id": "S1", "eventType": "x"}"#)
        + #", {"_id": "F2"}"#, more: #""_id": "P1""#)
    let bytes = try template.files(Fixture.ticket { $0.seat.row = "A" })["pass.json"] ?? []
    #expect(!String(decoding: bytes, as: UTF8.self).contains("_id"))
    #expect(try template.pass(Fixture.ticket())[pointer: "/eventTicket/auxiliaryFields"] == nil)
  }

  @Test func `a pass without description or organisation is refused with the place`() throws {
    let template = try Fixture.template(description: "{{ event.name }}")
    let error = try #require(throws: CompositionError.self) { try template.pass(Fixture.ticket()) }
    #expect(error.reason == .requiredEmpty)
    #expect(error.place == .init(file: "pass.json", pointer: "/description", line: 7, column: 19))
  }

  @Test func `what belongs to the designer alone never reaches a pass`() throws {
    let template = try Fixture.template(
      yaml: "name: Small\n",
      files: [
        "tooling.json": "{}", "samples/one.json": #"{"ticket": {"id": "1", "barcode": "1"}}"#, ".DS_Store": "x",
        "fr.lproj/.hidden": "x", "__MACOSX/icon.png": "x", ".lproj/pass.strings": "", "manifest.json": "{}",
        "signature": "x", "logo.png": "x", "fr.lproj/logo.png": "x", "samples/two/picture.png": "x",
      ])
    let files = try template.files(Fixture.ticket())
    #expect(files.sortedPaths == ["fr.lproj/logo.png", "icon.png", "logo.png", "pass.json"])
    #expect(template.languages == ["en", "fr"])
  }
  @Test func `keys and exports that lie in the folder stay out of passes, and are named`() throws {
    let template = try Fixture.template(files: ["key.pem": "x", "orders.csv": "x", "fr.lproj/notes.txt": "x"])
    #expect(try template.files(Fixture.ticket()).sortedPaths.allSatisfy { !$0.contains("key") && !$0.contains("csv") })
    let named = template.warnings.filter { $0.code == "template-file-left-out" }.map(\.place.file)
    #expect(named == ["fr.lproj/notes.txt", "key.pem", "orders.csv"])
  }
}
