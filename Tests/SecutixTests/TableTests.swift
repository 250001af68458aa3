import Secutix
import Testing
import Tickets
import ZonedTime

@Suite("Tables") struct TableTests {
  @Test func `documented column names need no mapping, however they are spelled`() throws {
    let header =
      "Ticket ID,saleMovementId,BAR_CODE,order_id,fileId,State,Event,performance,start_date,seat,row,block,area"
    let row = "1,10228900002001,041177203958116402780031,7,8,PRINTED,Gala,Gala 2,2027-01-15 20:30,21,F,B,Stalls"
    let reading = Reading("\(header),price,currency,first_name,last name\n\(row),65.50,EUR,Ana,Moreau\n", .paris)
    let ticket = try #require(reading.tickets.first)
    #expect(reading.error == nil)
    #expect(ticket.id == "1")
    #expect(ticket.identity == .movement("10228900002001"))
    #expect(ticket.barcode?.text == "041177203958116402780031")
    #expect(ticket.order.id == "7")
    #expect(ticket.file.id == "8")
    #expect(ticket.event.name?.text == "Gala")
    #expect(ticket.event.start?.iso8601 == "2027-01-15T20:30:00+01:00")
    #expect(ticket.seat.number == "21")
    #expect(ticket.seat.row == "F")
    #expect(ticket.seat.block == "B")
    #expect(ticket.seat.area == "Stalls")
    #expect(ticket.price?.decimalText == "65.50")
    #expect(ticket.holder.name == "Ana Moreau")
    #expect(ticket.venue.timeZone == "Europe/Paris")
    #expect(reading.notices == [.columnsIgnored(["performance"])])
  }

  @Test(arguments: [";", ",", "\t", "|"]) func `the delimiter is told by the rows`(delimiter: String) {
    let rows = [
      ["movement_id", "barcode", "event_name", "price"], ["1", "0123", "Rock, Pop; mehr", "12,50 €"],
      ["2", "0124", "a|b", "1,50 €"],
    ]
    let text = rows.map { row in
      row.map { $0.contains(where: { ";,\t|".contains($0) }) ? "\"\($0)\"" : $0 }.joined(separator: delimiter)
    }.joined(separator: "\r\n")
    let reading = Reading(text)
    #expect(reading.tickets.map { $0.event.name?.text } == ["Rock, Pop; mehr", "a|b"])
    #expect(reading.tickets.map { $0.price?.thousandths } == [12500, 1500])
  }

  @Test func `decimal commas do not make a comma the delimiter`() {
    let reading = Reading("movement_id;barcode;price;currency\n1;0123;12,50;EUR\n2;0124;1,50;EUR\n")
    #expect(reading.tickets.map { $0.price?.decimalText } == ["12.50", "1.50"])
  }

  @Test(arguments: ["sep=|\r\n", "SEP=|\n", "\"sep=|\"\r\n"]) func `a line sep= decides`(line: String) {
    let reading = Reading("\(line)movement_id|barcode|event_name\n1|0123|a;b;c\n2||x\n")
    #expect(reading.tickets.map { $0.event.name?.text } == ["a;b;c", "x"])
    let refused = Reading("\(line)movement_id|barcode|state\n1||PRINTED\n")
    #expect(refused.rejections.first?.place.line == 3)
    #expect(refused.rejectsText.hasPrefix("sep=|"))
  }

  @Test(arguments: ["\n", "\r\n", "\r"]) func `line ends, quoted line ends, doubled quotes and empty lines`(end: String)
  {
    let text = [
      "movement_id;barcode;event_name", "1;0123;\"He said \"\"hi\"\"\(end)twice; really\"", "", ";;", "2;0124;5\" pipe",
      "",
    ]
    .joined(separator: end)
    for chunk in [1, 2, 3, 7, 4096] {
      let reading = Reading(text + "3;;x", chunk: chunk)
      #expect(
        reading.tickets.map { $0.event.name?.text } == ["He said \"hi\"\(end)twice; really", "5\" pipe", "x"],
        "chunks of \(chunk)")
      #expect(reading.rejections.isEmpty)
    }
    let refused = Reading(text + "3;1.2E+20;x")
    #expect(refused.rejections.first?.place.line == 7)
    #expect(refused.rejections.first?.place.row == 3)
  }

  @Test func `a ragged row is refused with its counts and the rest goes on`() {
    let reading = Reading("movement_id;barcode;event_name\n1;0123;a\n2;0124\n3;0125;b;c\n4;0126;d\n")
    #expect(reading.barcodes == ["0123", "0126"])
    #expect(reading.rejections.map(\.reason) == [.ragged(columns: 3, cells: 2), .ragged(columns: 3, cells: 4)])
    #expect(reading.rejections.map(\.place.line) == [3, 4])
    #expect(reading.rejections[0].description == "orders:3: the row has 2 cells, the header 3 columns")
  }

  @Test func `a quote that is never closed costs its own line only`() {
    let rows = (5..<2000).map { "\($0);\(100 + $0);x" }.joined(separator: "\n")
    for limit in [1 << 20, 600] {
      var limits = ExportLimits()
      limits.cell = limit
      let reading = Reading(
        "movement_id;barcode;event_name\n1;0123;a\n2;0124;\"b\n3;0125;c\n\(rows)\n", chunk: 100, limits: limits)
      #expect(reading.tickets.count == 1997)
      #expect(reading.rejections.map(\.reason) == [.unclosedQuote(line: 3)])
      #expect(reading.rejections.first?.column == "event_name")
      #expect(reading.rejections.first?.place.line == 3)
    }
    // Closed only by the quote of a later row.
    let later = Reading("movement_id;barcode;event_name\n1;0123;\"a\n2;0124;b\n3;0125;\"c\"\n4;0126;d\n")
    #expect(later.barcodes == ["0124", "0125", "0126"])
    #expect(later.rejections.map(\.reason) == [.unclosedQuote(line: 2)])
  }

  @Test func `text behind a closing quote is refused`() {
    let reading = Reading("movement_id;barcode;event_name\n1;0123;\"a\"b\n2;0124;c\n")
    #expect(reading.rejections.map(\.reason) == [.textAfterQuote])
    #expect(reading.barcodes == ["0124"])
  }

  @Test func `giant cells and rows have limits`() {
    var limits = ExportLimits()
    limits.cell = 1000
    limits.row = 5000
    limits.sample = 512
    let cell = String(repeating: "x", count: 2000)
    let reading = Reading("movement_id;barcode;event_name\n1;0123;\(cell)\n2;0124;b\n", chunk: 512, limits: limits)
    #expect(reading.rejections.map(\.reason) == [.cellTooLarge(limit: 1000)])
    #expect(reading.barcodes == ["0124"])
    let row = String(repeating: "x;", count: 5000)
    let stopped = Reading("movement_id;barcode\n1;0123\n\(row)\n", chunk: 512, limits: limits)
    #expect(stopped.barcodes == ["0123"])
    #expect(stopped.error?.reason == .rowTooLong(limit: 5000))
    #expect(stopped.error?.line == 3)
  }

  @Test func `ids beyond 2^53 and barcodes of any length stay as they are`() {
    let codes = [
      "00000000000000000001", "041177203958116402780031", "0000693524750154777052683976", "AB-12 é/ß",
      String(repeating: "9", count: 50),
    ]
    let text = codes.enumerated().map { "\(9_223_372_036_854_775_800 + $0);\($1)" }.joined(separator: "\n")
    let reading = Reading("movement_id;barcode\n\(text)\n")
    #expect(reading.barcodes == codes)
    #expect(reading.tickets.first?.movement == "9223372036854775800")
  }

  @Test(arguments: [
    ("1.23E+12", RejectionReason.barcode(.mangledBySpreadsheet)), ("4,11772E+22", .barcode(.mangledBySpreadsheet)),
    (String(repeating: "1", count: 51), .barcode(.tooLong(51))), ("123456789012.0", .barcodeFromSpreadsheet),
    ("=\"00123\"", .barcodeFromSpreadsheet), ("'00123", .barcodeFromSpreadsheet), (" 00123", .barcodeHasBlanks),
    ("00123\u{A0}", .barcodeHasBlanks), ("12\u{FFFD}3", .replacementCharacter),
    ("12\u{7}3", .barcode(.controlCharacter)),
  ])
  func `a damaged barcode is refused, never repaired`(barcode: String, reason: RejectionReason) {
    let cell = barcode.replacing("\"", with: "\"\"")
    let reading = Reading("movement_id;barcode;state\n1;\"\(cell)\";PRINTED\n2;0124;PRINTED\n")
    #expect(reading.barcodes == ["0124"])
    #expect(reading.rejections.map(\.reason) == [reason])
    #expect(reading.rejections.first?.column == "barcode")
    #expect(reading.rejections.first?.field == "ticket.barcode")
    #expect(reading.rejections.first?.value == barcode)
  }

  @Test(arguments: ["1.02289E+13", "1,02E+13", "10228900003001.00000", "1E+13"])
  func `an id that a spreadsheet changed is refused`(id: String) {
    let reading = Reading("movement_id;barcode\n\(id);0123\n")
    #expect(reading.rejections.map(\.reason) == [.idFromSpreadsheet])
  }

  @Test func `states decide what an empty barcode means`() {
    let rows = [
      "1;;NOT_PRINTED", "2;;PRINTED", "3;;CANCELLED", "4;;INVALIDATED", "5;;CONTROLLED", "6;0126;SOLD?", "7;; ",
      "8;;paid",
    ]
    let reading = Reading("movement_id;barcode;state\n\(rows.joined(separator: "\n"))\n")
    #expect(reading.tickets.map(\.movement) == ["1", "3", "4", "7"])
    #expect(reading.tickets.map(\.action) == [.wait, .void, .replaceOrVoid, .wait])
    #expect(
      reading.rejections.map(\.reason) == [
        .noBarcode(state: "PRINTED"), .noBarcode(state: "CONTROLLED"), .unknownState("SOLD?"),
        .noBarcode(state: "paid"),
      ])
  }

  @Test func `a ticket without barcode and id waits when it is not printed yet`() {
    let reading = Reading("order_id;barcode;state\n1;;NOT_PRINTED\n2;;CANCELLED\n3;0123;PRINTED\n")
    #expect(reading.waiting.map(\.row) == [1])
    #expect(reading.rejections.map(\.reason) == [.noIdentity])
    #expect(reading.notices.contains(.noMovement(identity: .ticketBarcode)))
  }

  @Test func `day and time of day in two columns are joined`() {
    let text =
      "movement_id;barcode;start_date;start_time\n1;0123;15.01.2027;20:30\n2;0124;16.01.2027;\n3;0125;17.01.2027;17.01.2027 19:00\n"
    let reading = Reading(text, .paris)
    #expect(
      reading.tickets.map { $0.event.start?.iso8601 } == [
        "2027-01-15T20:30:00+01:00", "2027-01-16T00:00:00+01:00", "2027-01-17T19:00:00+01:00",
      ])
  }

  @Test func `a row's own time zone and currency count`() {
    let text = """
      movement_id;barcode;price;currency;start_date;time_zone
      1;0123;1500;JPY;2027-01-15 20:30;Asia/Tokyo
      2;0124;12.345678;KWD;2027-01-15 20:30;Asia/Kuwait
      3;0125;12.3450;KWD;2027-01-15 20:30;Asia/Kuwait
      4;0126;12.50;JPY;2027-01-15 20:30;Asia/Tokyo
      5;0127;€12.50;CHF;2027-01-15 20:30;Europe/Zurich
      6;0128;12.50;EUR;2027-01-15 20:30;Europe/Zurik
      7;0129;12.50;EURO;2027-01-15 20:30;Europe/Paris
      8;0130;12.505;EUR;2027-01-15 20:30;Europe/Paris
      9;0131;0.505;EUR;2027-01-15 20:30;Europe/Paris
      """
    let reading = Reading(text, .paris)
    #expect(reading.tickets.map { $0.price?.decimalText } == ["1500", "12.345"])
    #expect(reading.tickets.first?.event.start?.iso8601 == "2027-01-15T20:30:00+09:00")
    #expect(
      reading.rejections.map(\.reason) == [
        .amount(.unreadable), .amount(.tooFine(currency: "JPY")), .currencyContradicted(atAmount: "EUR", column: "CHF"),
        .timeZone, .currency("EURO"), .amount(.ambiguous), .amount(.tooFine(currency: "EUR")),
      ])
  }

  @Test func `what the reader decides by itself is said once`() {
    let text =
      "barcode;start_date;price;colour\n" + (0..<50).map { "\(1000 + $0);15.01.2027 20:00;12,50;red\n" }.joined()
    let reading = Reading(text)
    #expect(reading.tickets.allSatisfy { $0.price == nil && $0.event.start?.iso8601 == "2027-01-15T20:00:00Z" })
    #expect(
      reading.notices == [
        .noMovement(identity: .ticketBarcode), .columnsIgnored(["colour"]), .noTimeZone(column: "start_date"),
        .noCurrency(column: "price"),
      ])
  }

  @Test func `comfort variables come from columns named so`() {
    let reading = Reading("movement_id;barcode;variables.WALLET;product_name\n1;0123;vip;Visit\n")
    #expect(reading.tickets.first?.variables == ["WALLET": "vip"])
    #expect(reading.tickets.first?.event.name?.text == "Visit")
  }
}
