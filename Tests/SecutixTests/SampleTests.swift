import Foundation
import Secutix
import Testing
import Tickets
import ZonedTime

@Suite("The sample exports") struct SampleTests {
  private func sample(_ name: String) throws -> [UInt8] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return Array(try Data(contentsOf: root.appending(path: "templates/exports/\(name)")))
  }

  @Test func `concert`() throws {
    let reading = Reading(try sample("concert.json"), .paris)
    #expect(reading.format == .secutixJSON)
    #expect(reading.error == nil)
    #expect(reading.rejections.isEmpty)
    #expect(!reading.tickets.isEmpty)
    #expect(Set(reading.tickets.map(\.identity)).count == reading.tickets.count)
    for ticket in reading.tickets {
      #expect(ticket.movement != nil)
      #expect(ticket.event.name != nil)
      #expect(ticket.event.start != nil)
      #expect(ticket.venue.name != nil)
      #expect(ticket.price?.currency.code == "EUR")
    }
    #expect(reading.tickets.contains { $0.action == .issue })
  }

  @Test func `museum`() throws {
    let reading = Reading(try sample("museum.csv"), .paris)
    #expect(reading.format == .barcodesForReseller)
    #expect(reading.error == nil)
    #expect(reading.rejections.isEmpty)
    let ticket = try #require(reading.tickets.first)
    #expect(ticket.barcode?.text == "0000693524750154777052683976")
    #expect(ticket.event.name?.text == "Forms of Light – timed visit")
    #expect(ticket.event.start?.iso8601 == "2027-03-20T10:30:00+01:00")
    #expect(ticket.price?.decimalText == "18.00")
    #expect(ticket.file.id == "318802")
    #expect(ticket.isFreeSeating)
  }

  @Test func `match`() throws {
    let reading = Reading(try sample("match.csv"), .paris)
    #expect(reading.format == .singleEntry)
    #expect(reading.error == nil)
    #expect(reading.rejections.isEmpty)
    let ticket = try #require(reading.tickets.first)
    #expect(ticket.barcode?.text == "008621252036227455007548")
    #expect(ticket.seat.configuration == "Arena")
    #expect(ticket.seat.area == "North Stand")
    #expect(ticket.seat.block == "N12")
    #expect(ticket.seat.row == "14")
    #expect(ticket.seat.number == "7")
    #expect(ticket.price?.decimalText == "45.00")
    #expect(ticket.event.start?.iso8601 == "2027-04-17T18:30:00+02:00")
    #expect(ticket.order.id == "70001")
  }

  @Test(arguments: ["concert.json", "museum.csv", "match.csv"]) func `cut anywhere, nothing worse than an error`(
    name: String
  ) throws {
    let bytes = Array(try sample(name).prefix(6000))
    let whole = Reading(bytes)
    let step = 29
    for length in stride(from: 0, to: bytes.count, by: step) {
      let reading = Reading(Array(bytes[..<length]))
      #expect(reading.tickets.count <= whole.tickets.count + 1)
    }
  }
}

@Suite("Where bytes come from") struct ByteSourceTests {
  @Test func `an open file is read to its end`() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "export-\(UUID().uuidString).csv")
    defer { try? FileManager.default.removeItem(at: file) }
    let rows = (0..<30_000).map { "\($0);\(1_000_000 + $0)\n" }.joined()
    try Data("movement_id;barcode\n\(rows)".utf8).write(to: file)
    let handle = try FileHandle(forReadingFrom: file)
    let source = ByteSource(fileDescriptor: handle.fileDescriptor)
    let reader = try ExportReader(source: source, name: "f", options: ExportOptions())
    var count = 0
    while let record = try reader.next() {
      if case .ticket = record { count += 1 }
    }
    #expect(count == 30_000)
    try handle.close()
  }

  @Test func `a source that fails is an error in its own words`() {
    struct Trouble: Error, CustomStringConvertible {
      let description = "the disk is gone"
    }
    let source = ByteSource { _ in throw Trouble() }
    #expect(throws: ExportError(file: "f", reason: .unreadable("the disk is gone"))) {
      _ = try ExportReader(source: source, name: "f", options: ExportOptions())
    }
    #expect(throws: ExportError.self) {
      _ = try ExportReader(source: ByteSource(fileDescriptor: -1), name: "f", options: ExportOptions())
    }
  }
}

@Suite("Hostile input") struct HostileTests {
  @Test func `random bytes never crash and never hang`() {
    var generator = SeededGenerator(seed: 7)
    let alphabet = Array("\";,\t|\r\n'=+-@0123456789.eE{}[]:\\u abc".utf8) + [0, 0xFF, 0xFE, 0xC3, 0xA9, 0x81]
    let starts = [
      "", "movement_id;barcode;price;start_date\n", "[", "{\"movementDatas\":[", "sep=;\nbarcode\n", "barcode\n\"",
    ]
    for round in 0..<700 {
      var bytes = Array(starts[round % starts.count].utf8)
      for _ in 0..<Int.random(in: 0..<120, using: &generator) {
        bytes.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
      }
      let reading = Reading(bytes, .paris, chunk: Int.random(in: 1..<64, using: &generator))
      #expect(reading.tickets.count < 200)
      if !reading.rejects.isEmpty { _ = Reading(reading.rejects, .paris) }
    }
  }

  @Test func `what is refused stays refused until it is mended`() {
    var generator = SeededGenerator(seed: 11)
    let pieces = ["\"", "\"\"", ";", "\n", "a", "01", "=", "'", "1.2E+5", "PRINTED", "", " "]
    for _ in 0..<700 {
      let noise = (0..<Int.random(in: 1..<16, using: &generator)).map { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &generator)]
      }
      let reading = Reading("movement_id;barcode;state;event_name\n" + noise.joined())
      guard !reading.rejections.isEmpty else { continue }
      let again = Reading(reading.rejects)
      #expect(again.tickets.isEmpty, "\(reading.rejectsText)")
      #expect(again.error == nil)
    }
  }

  @Test func `broken JSON values of every kind are refused, not believed`() {
    var generator = SeededGenerator(seed: 13)
    let values = [
      "null", "true", "-1", "1e400", "\"\"", "\" \"", "[]", "{}", "[[1]]", "{\"en\":null}", "\"31.02.2027\"",
      "99999999999999999999",
    ]
    let names = [
      "movementId", "operationId", "barCode", "type", "row", "unitPrice", "startDate", "orderState", "orderType",
      "operationDatas", "movementDatas", "siteAddress", "comfortVariables", "tickets", "seatCategory", "statusCode",
    ]
    for _ in 0..<700 {
      func object(_ depth: Int) -> String {
        let members = (0..<Int.random(in: 0..<6, using: &generator)).map { _ in
          let name = names[Int.random(in: 0..<names.count, using: &generator)]
          let isNested = depth < 3 && Bool.random(using: &generator)
          let value = isNested ? "[\(object(depth + 1))]" : values[Int.random(in: 0..<values.count, using: &generator)]
          return "\"\(name)\":\(value)"
        }
        return "{\(members.joined(separator: ","))}"
      }
      let reading = Reading("{\"orderDetailsData\":\(object(0))}", .paris)
      #expect(reading.tickets.allSatisfy { $0.movement != nil || $0.id != nil || $0.barcode != nil })
    }
  }

  @Test func `cut at every byte`() {
    let table = Array(
      "\u{FEFF}sep=;\r\nmovement_id;barcode;event_name;price\r\n1;0123;\"a \"\"b\"\"\r\nc\";65,00 €\r\n2;0124;é;1\r\n"
        .utf8)
    for bytes in [table, Array(OrderTests.order.utf8)] {
      for length in 0...bytes.count {
        let reading = Reading(Array(bytes[..<length]), chunk: 5)
        #expect(reading.tickets.count <= 2)
      }
    }
  }
}
