import JSON
import Passes
import Testing
import Tickets

@Suite("Values of a pass") struct ValueTests {
  @Test func `an output alone keeps the type of its value`() throws {
    let template = try Fixture.template(
      fields: [
        field("amount", "{{ price.amount }}", #""currencyCode": "{{ price.currency }}""#),
        field("text", "Price {{ price.amount }}"), field("flag", "{{ ticket.free_seating }}"),
        field("start", "{{ event.start }}"), field("seconds", "{{ event.duration }}"),
        field("row", "{{ seat.row }}"),
      ].joined(separator: ","))
    let ticket = try Fixture.ticket {
      $0.price = try? Money(thousandths: 65_500, currency: Currency("EUR"))
      $0.event.start = Fixture.date("2027-01-15T19:30:00+01:00")
      $0.event.duration = 8100
      $0.seat.row = "007"
    }
    #expect(try template.field("amount", ticket)?["value"] == 65.5)
    #expect(try template.field("amount", ticket)?["currencyCode"] == "EUR")
    #expect(try template.field("text", ticket)?["value"] == "Price 65.5")
    #expect(try template.field("flag", ticket)?["value"] == false)
    #expect(try template.field("start", ticket)?["value"] == "2027-01-15T19:30:00+01:00")
    #expect(try template.field("seconds", ticket)?["value"] == 8100)
    #expect(try template.field("row", ticket)?["value"] == "007")
  }

  @Test func `a whole amount is written as Wallet's numbers are, not as 65.0`() throws {
    let template = try Fixture.template(fields: field("amount", "{{ price.amount }}"))
    let ticket = try Fixture.ticket { $0.price = try? Money(thousandths: 65_000, currency: Currency("JPY")) }
    let text = String(decoding: try template.files(ticket)["pass.json"] ?? [], as: UTF8.self)
    #expect(text.contains(#""value":65}"#))
  }

  @Test func `identifiers beyond 2^53 and barcodes with leading zeros stay text, digit for digit`() throws {
    let template = try Fixture.template(
      fields: field("movement", "{{ ticket.movement }}") + "," + field("code", "{{ ticket.barcode }}"),
      more: """
        "barcodes": [{"format": "PKBarcodeFormatQR", "message": "{{ ticket.barcode }}", "messageEncoding": "iso-8859-1"}],
        "userInfo": {"code": "{{ ticket.barcode }}"}
        """)
    let pass = try template.pass(Fixture.ticket())
    #expect(try template.field("movement", Fixture.ticket())?["value"] == "9007199254740993")
    #expect(try template.field("code", Fixture.ticket())?["value"] == "00041177203958116402")
    #expect(pass[pointer: "/barcodes/0/message"] == "00041177203958116402")
    #expect(pass[pointer: "/userInfo/code"] == "00041177203958116402")
  }

  @Test func `coordinates, booleans and lists have the types that Wallet wants`() throws {
    let template = try Fixture.template(
      more: """
        "sharingProhibited": "{% if tariff.code == 'STAFF' %}true{% else %}false{% endif %}",
        "maxDistance": "{{ 300 }}",
        "locations": [{"latitude": "{{ venue.latitude }}", "longitude": "{{ venue.longitude }}"}],
        "semantics": {"duration": "{{ event.duration }}", "performerNames": "{{ event.performers }}"}
        """)
    let pass = try template.pass(
      Fixture.ticket {
        $0.tariff.code = "STAFF"
        $0.venue.latitude = 45.75
        $0.venue.longitude = -4
        $0.event.duration = 60
        $0.event.performers = "Anna , Björn,, Cem"
      })
    #expect(pass["sharingProhibited"] == true)
    #expect(pass["maxDistance"] == 300)
    #expect(pass[pointer: "/locations/0"] == ["latitude": 45.75, "longitude": -4])
    #expect(pass[pointer: "/semantics/duration"] == 60)
    #expect(pass[pointer: "/semantics/performerNames"] == ["Anna", "Björn", "Cem"])
  }

  @Test func `Liquid inside a list gives as many texts as it has, a literal stays one`() throws {
    let template = try Fixture.template(
      more: #"""
        "semantics": {
          "performerNames": ["Earth, Wind & Fire", "{{ event.performers }}", "{{ variables.GUEST }}"],
          "artistIDs": ["{{ variables.ARTISTS | split: ';' }}"], "albumIDs": ["{{ variables.NONE }}"]
        }
        """#)
    let ticket = try Fixture.ticket {
      $0.event.performers = "Anna, Björn"
      $0.variables["ARTISTS"] = "1,5;2"
    }
    let semantics = try template.pass(ticket)["semantics"]
    #expect(semantics?["performerNames"] == ["Earth, Wind & Fire", "Anna", "Björn"])
    #expect(semantics?["artistIDs"] == ["1,5", "2"])
    #expect(semantics?["albumIDs"] == nil)
  }

  @Test func `dates come out as Wallet reads them, also when they were put together as text`() throws {
    let template = try Fixture.template(
      fields: field(
        "start", "{{ event.start | date: '%Y-%m-%dT%H:%M' }}+01:00", #""dateStyle": "PKDateStyleShort""#))
    let ticket = try Fixture.ticket { $0.event.start = Fixture.date("2027-01-15T19:30:00+01:00") }
    #expect(try template.field("start", ticket)?["value"] == "2027-01-15T19:30:00+01:00")
  }

  @Test(arguments: [
    (#""expirationDate": "on {{ event.start }}""#, CompositionError.Reason.notADate("on 2027-01-15T19:30:00+01:00")),
    (#""relevantDates": [{"date": "{{ seat.row }}"}]"#, .notADate("12a")),
    (#""maxDistance": "{{ seat.row }}""#, .notANumber("12a")),
    (#""sharingProhibited": "{{ seat.row }}""#, .notABoolean("12a")),
    (#""backgroundColor": "{{ seat.row }}""#, .notAColor("12a")),
    (#""labelColor": "rgb({{ 1 }}, 2, 256)""#, .notAColor("rgb(1, 2, 256)")),
    (##""foregroundColor": "#{{ 12 }}""##, .notAColor("#12")),
  ])
  func `what Wallet could not read is an error with its place`(
    member: String, reason: CompositionError.Reason
  ) throws {
    let template = try Fixture.template(more: member)
    let ticket = try Fixture.ticket {
      $0.seat.row = "12a"
      $0.event.start = Fixture.date("2027-01-15T19:30:00+01:00")
    }
    let error = try #require(throws: CompositionError.self) { try template.pass(ticket) }
    #expect(error.reason == reason)
    #expect(error.place.file == "pass.json")
    #expect(error.place.line == 9)
    #expect(error.place.pointer != nil)
  }

  @Test(arguments: ["rgb(1, 20, 255)", "#FFF", "#12aB0f", "rgb(0,0,0)"])
  func `colours in every way Wallet reads them pass`(color: String) throws {
    let template = try Fixture.template(more: #""labelColor": "{{ variables.COLOR }}""#)
    let ticket = try Fixture.ticket { $0.variables["COLOR"] = color }
    #expect(try template.pass(ticket)["labelColor"]?.stringValue == color)
  }

  @Test(arguments: [
    ("PKBarcodeFormatQR", "iso-8859-1", "Größe 7", true), ("PKBarcodeFormatQR", "iso-8859-1", "Łódź", false),
    ("PKBarcodeFormatQR", "utf-8", "Łódź 🎟", true), ("PKBarcodeFormatAztec", "us-ascii", "é", false),
    ("PKBarcodeFormatEAN13", "iso-8859-1", "400638133393", true),
    ("PKBarcodeFormatEAN13", "iso-8859-1", "04006381333931", false),
    ("PKBarcodeFormatEAN13", "iso-8859-1", "40063813339a", false),
    ("PKBarcodeFormatCode128", "iso-8859-1", "ABC-001", true), ("PKBarcodeFormatCode128", "iso-8859-1", "é", false),
    ("PKBarcodeFormatI2of5", "iso-8859-1", "0123", true), ("PKBarcodeFormatI2of5", "iso-8859-1", "123", false),
    ("PKBarcodeFormatCode39", "iso-8859-1", "A 1", true), ("PKBarcodeFormatCode39", "iso-8859-1", "a1", false),
  ])
  func `a barcode that its format or encoding cannot carry is refused`(
    format: String, encoding: String, message: String, isGood: Bool
  ) throws {
    let template = try Fixture.template(
      more: """
        "barcodes": [{"format": "\(format)", "message": "{{ ticket.barcode }}", "messageEncoding": "\(encoding)"}]
        """)
    let ticket = try Ticket(movement: "1", barcode: Barcode(message), stateWord: "PRINTED")
    if isGood {
      #expect(try template.pass(ticket)[pointer: "/barcodes/0/message"]?.stringValue == message)
    } else {
      let error = try #require(throws: CompositionError.self) { try template.pass(ticket) }
      #expect(error.place.pointer == "/barcodes/0/message")
      #expect(error.place.line == 9)
    }
  }

  @Test func `Arabic, emoji, quotes, backslashes and line breaks reach the pass unharmed`() throws {
    let name = "ليلى \"Lu\\la\" 🎻👩🏽‍🎤\nzweite Zeile\t\u{2028}</script>"
    let template = try Fixture.template(
      fields: field("holder", "{{ holder.name }}"),
      files: ["fr.lproj/pass.strings": "", "en.lproj/pass.strings": ""])
    let ticket = try Fixture.ticket {
      $0.holder.lastName = name
      $0.event.name = LocalizedText(name, translations: ["fr": "fr \(name)"])
    }
    #expect(try template.field("holder", ticket)?["value"]?.stringValue == name)
    let translated = try Fixture.template(
      fields: field("event", "{{ event.name }}"),
      files: ["fr.lproj/pass.strings": "", "en.lproj/pass.strings": ""])
    #expect(try translated.shown("/eventTicket/auxiliaryFields/0/value", in: "fr", ticket) == "fr \(name)")
    #expect(try translated.shown("/eventTicket/auxiliaryFields/0/value", in: "en", ticket) == name)
  }

  @Test func `a name of a megabyte either fits or is an error with its place`() throws {
    let template = try Fixture.template(
      fields: field("holder", "{{ holder.name }}") + "," + field("loud", "{{ holder.name | upcase }}!"))
    let fitting = try Fixture.ticket { $0.holder.lastName = String(repeating: "x", count: 1_000_000) }
    #expect(try template.field("loud", fitting)?["value"]?.stringValue?.count == 1_000_001)
    let tooLarge = try Fixture.ticket { $0.holder.lastName = String(repeating: "x", count: 2_000_000) }
    let error = try #require(throws: CompositionError.self) { try template.pass(tooLarge) }
    #expect(error.sentence.contains("larger than"))
    #expect(error.place.pointer == "/eventTicket/auxiliaryFields/1/value")
  }
}
