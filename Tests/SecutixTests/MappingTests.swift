import Foundation
import Secutix
import Testing
import Tickets
import ZonedTime

@Suite("Mapping files") struct MappingTests {
  private func problem(_ yaml: String) -> ExportError? {
    do throws(ExportError) {
      _ = try ExportMapping(yaml: yaml, file: "m.yaml")
      return nil
    } catch {
      return error
    }
  }

  @Test func `columns, dialect, constants and units`() throws {
    let options = try ExportOptions.mapped(
      """
      dialect:
        delimiter: "#"
        quoteChar: "'"
        commentChar: "%"
        skipInitialSpace: true
        encoding: utf-8
        lineTerminator: "\\r\\n"
      fields:
        Billet: ticket.barcode
        N°: [ticket.movement, ticket.id]
        Spectacle: [event.name, product.name]
        Jour: event.start
        Heure: event.start
        Zone: variables.ZONE
        Prix: price.amount
      dates: ["%d.%m.%Y %H:%M"]
      time_zone: Europe/Paris
      amount_unit: hundredths
      currency: chf
      language: fr
      constants:
        venue.name: Maison des Arts
        venue.time_zone: Europe/Zurich
        variables.WALLET: vip
        event.doors: 15.01.2027 19:00
      """)
    let reading = Reading(
      "N°#Billet#Spectacle#Jour#Heure#Zone#Prix\n%not a row\n7#0123# 'L''Avare # fin'#15.01.2027#20:30#A#6550\n",
      options)
    let ticket = try #require(reading.tickets.first)
    #expect(ticket.movement == "7")
    #expect(ticket.id == "7")
    #expect(ticket.event.name?.text == "L'Avare # fin")
    #expect(ticket.product.name?.text == "L'Avare # fin")
    #expect(ticket.event.start?.iso8601 == "2027-01-15T20:30:00+01:00")
    #expect(ticket.event.doors?.iso8601 == "2027-01-15T19:00:00+01:00")
    #expect(ticket.variables == ["ZONE": "A", "WALLET": "vip"])
    #expect(ticket.price?.decimalText == "65.50")
    #expect(ticket.price?.currency.code == "CHF")
    #expect(ticket.contact.language == "fr")
    #expect(ticket.venue.name?.text == "Maison des Arts")
    #expect(ticket.venue.timeZone == "Europe/Zurich")
  }

  @Test func `a table without a header has columns by number`() throws {
    let options = try ExportOptions.mapped(
      "dialect: {header: false, delimiter: ';'}\nfields:\n  1: ticket.barcode\n  3: product.code\n  7: event.start\n")
    let reading = Reading("0123;2627;P1;C;10;0;2027-01-15 20:30:00;;\n1.2E+22;2627;P1;C;10;0;;;\n", options)
    #expect(reading.barcodes == ["0123"])
    #expect(reading.tickets.first?.product.code == "P1")
    #expect(reading.rejections.map(\.place.row) == [2])
    let again = Reading(reading.rejectsText.replacing("1.2E+22", with: "0124"), options)
    #expect(again.barcodes == ["0124"])
    #expect(again.rejections.isEmpty)
  }

  @Test(
    arguments: [
      ("fields: [", 1, MappingProblem.malformed("did not find expected node content")),
      ("fields:\n  A: seat.rwo\n", 2, .unknownField("seat.rwo", nearest: "seat.row")),
      ("feilds:\n  A: seat.row\n", 1, .unknownKey("feilds", nearest: "fields")),
      ("dialect:\n  delimeter: ';'\n", 2, .unknownKey("delimeter", nearest: "delimiter")),
      ("dialect:\n  delimiter: ';;'\n", 2, .wrongValue(key: "delimiter", value: ";;", expected: "one ASCII character")),
      ("dialect:\n  header: maybe\n", 2, .wrongValue(key: "header", value: "maybe", expected: "true or false")),
      (
        "dialect:\n  encoding: klingon\n", 2,
        .wrongValue(key: "encoding", value: "klingon", expected: "utf-8, utf-16, utf-16be or windows-1252")
      ),
      (
        "\ntime_zone: Europe/Pari\n", 2,
        .wrongValue(key: "time_zone", value: "Europe/Pari", expected: "a time zone such as Europe/Paris")
      ),
      (
        "amount_unit: cents\n", 1,
        .wrongValue(key: "amount_unit", value: "cents", expected: "units, hundredths or thousandths")
      ),
      ("currency: EURO\n", 1, .wrongValue(key: "currency", value: "EURO", expected: "a code such as EUR")),
      (
        "dates: ['%d.%m']\n", 1,
        .wrongValue(
          key: "dates", value: "%d.%m", expected: "a date form with day, month and year such as %d.%m.%Y %H:%M")
      ),
      ("constants:\n  venue.nam: x\n", 2, .unknownField("venue.nam", nearest: "venue.name")),
      ("fields:\n  A: seat.row\n  A: seat.area\n", 3, .repeatedKey("A")),
      ("- a\n", 1, .wrongValue(key: "the mapping", value: "", expected: "a list of keys and values")),
      ("fields:\n  seat.rwo: [movement.row]\n", 2, .unknownField("seat.rwo", nearest: "seat.row")),
    ] as [(String, Int, MappingProblem)])
  func `a mistake is shown with its line`(yaml: String, line: Int, expected: MappingProblem) throws {
    let error = try #require(problem(yaml))
    #expect(error.file == "m.yaml")
    if case .malformed = expected {
      guard case .mapping(.malformed) = error.reason else {
        Issue.record("\(error)")
        return
      }
    } else if case .repeatedKey = expected {
      #expect(error.reason == .mapping(expected))
    } else {
      #expect(error.reason == .mapping(expected))
      #expect(error.line == line)
    }
  }

  @Test func `a mapping that does not fit the file is an error`() throws {
    let missing = Reading("barcode;b\n1;2\n", try .mapped("fields:\n  barcode: ticket.barcode\n  Reihe: seat.row\n"))
    #expect(missing.error?.reason == .mapping(.missingColumns(["Reihe"], found: ["barcode", "b"])))
    #expect(missing.error?.line == 3)
    let twice = Reading("a;b;c\n1;2;3\n", try .mapped("fields:\n  a: ticket.barcode\n  b: seat.row\n  c: seat.row\n"))
    #expect(twice.error?.reason == .mapping(.repeatedField("seat.row", columns: ["b", "c"])))
    let constant = Reading("barcode\n01\n", try .mapped("constants:\n  event.start: tomorrow\n"))
    guard case .mapping(.wrongValue(key: "event.start", value: "tomorrow", _))? = constant.error?.reason else {
      Issue.record("\(String(describing: constant.error))")
      return
    }
    let paths = Reading("barcode\n01\n", try .mapped("fields:\n  seat.row: [movement.rank]\n"))
    #expect(paths.error != nil)
  }
}

@Suite("Telling the format") struct FormatTests {
  private let seen = "ticket_id;barcode;event_name\n1;0123;x\n"

  @Test func `columns nobody knows are listed`() throws {
    let error = try #require(Reading("Platz;Reihe\n1;2\n").error)
    #expect(error.reason == .noRecognisedColumns(found: ["Platz", "Reihe"]))
    #expect(error.description.contains("“Platz”, “Reihe”"))
    #expect(error.description.contains("--mapping"))
    let partly = try #require(Reading("order_id;seat;Kode\n1;2;3\n").error)
    #expect(
      partly.reason
        == .missingColumns(
          needed: ["ticket.barcode"], found: ["order_id", "seat", "Kode"], recognised: ["order_id", "seat"]))
    #expect(Reading("barcode;Bar Code\n1;2\n").error?.reason == .repeatedColumn("barcode"))
  }

  @Test func `a format that contradicts the file is refused with what was seen`() {
    var options = ExportOptions(format: .secutixJSON)
    #expect(
      Reading(seen, options).error?.reason
        == .formatContradicted(.secutixJSON, seen: "it begins with “ticket_id;barcode;event_name”"))
    options.format = .csv
    #expect(Reading("{\"a\":1}", options).error?.reason == .formatContradicted(.csv, seen: "it begins like JSON"))
    options.format = .singleEntry
    let wrong = Reading("Kode;event\n0123;x\n", options).error
    #expect(
      wrong?.reason == .missingColumns(needed: ["ticket.barcode"], found: ["Kode", "event"], recognised: ["event"]))
  }

  @Test func `a format can be told where the header is not enough`() {
    let reading = Reading(
      "BARCODE;SEAT_NUMBER;PRICE;TICKET_STATE\n0123;Away/Loges//B/64;6500;PRINTED\n0124;Away/Loges;0;PRINTED\n",
      ExportOptions(format: .singleEntry, currency: try? Currency("EUR")))
    #expect(reading.tickets.first?.seat.configuration == "Away")
    #expect(reading.tickets.first?.seat.area == "Loges")
    #expect(reading.tickets.first?.seat.block == nil)
    #expect(reading.tickets.first?.seat.row == "B")
    #expect(reading.tickets.first?.seat.number == "64")
    #expect(reading.tickets.first?.price?.decimalText == "65.00")
    #expect(reading.tickets.last?.seat.area == "Loges")
    #expect(reading.tickets.last?.isFreeSeating == true)
  }
}

@Suite("The documentation") struct DocumentationTests {
  @Test func `its mapping files are read`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let article = try String(
      contentsOf: root.appending(path: "Sources/Secutix/Secutix.docc/Mapping.md"), encoding: .utf8)
    let examples = article.components(separatedBy: "```yaml\n").dropFirst().map {
      $0.components(separatedBy: "\n```")[0]
    }
    #expect(examples.count == 2)
    let table = Reading(
      "Billet;Spectacle;Date;Heure;Zone VIP\n0123;Gala;15.01.2027;20:30;A\n", try .mapped(examples[0]))
    #expect(table.tickets.first?.event.start?.iso8601 == "2027-01-15T20:30:00+01:00")
    #expect(Reading(OrderTests.order, try .mapped(examples[1])).tickets.count == 2)
  }
}
