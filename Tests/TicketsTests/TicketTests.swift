import Testing
import Tickets
import ZonedTime

@Suite("A ticket")
struct TicketTests {
  @Test(arguments: ["1.23E+27", "1,23457E+27", "12E+05", "4E+3"])
  func `is refused when a spreadsheet has mangled its barcode`(text: String) {
    #expect(throws: TicketError.barcode(text, .mangledBySpreadsheet)) { try Barcode(text) }
  }

  @Test(arguments: [
    "041177203958116402780031", "00000000000000000000", "12E05", "SEAT-12E+A", "E+12", "ABCDE+1", "Ü-1",
  ])
  func `keeps its barcode to the letter`(text: String) throws {
    #expect(try Barcode(text).text == text)
  }

  @Test func `has a barcode of one to fifty characters`() throws {
    #expect(throws: TicketError.barcode("", .empty)) { try Barcode("") }
    #expect(throws: TicketError.self) { try Barcode(String(repeating: "1", count: 51)) }
    #expect(throws: TicketError.self) { try Barcode("12\u{0}34") }
    #expect(try Barcode(String(repeating: "1", count: 50)).text.count == 50)
  }

  @Test(arguments: [
    ("PRINTED", true, PassAction.issue), ("paid", true, .issue), (" VALID ", true, .issue), ("MODIFIED", true, .issue),
    ("NOT_PRINTED", true, .issue), ("NOT_PRINTED", false, .wait), ("CONTROLLED", true, .issueUsed),
    ("VALIDATED", true, .issueUsed), ("INVALIDATED", true, .replaceOrVoid), ("CANCELED", true, .void),
    ("ABANDONNED", false, .void), ("HALF_PRINTED", true, .ask),
  ])
  func `asks for what its state means`(word: String, hasBarcode: Bool, action: PassAction) throws {
    let ticket = try Ticket(
      movement: "1", barcode: hasBarcode ? Barcode("0123") : nil, stateWord: word)
    #expect(ticket.action == action)
  }

  @Test func `is known by its movement, else its id, else its barcode`() throws {
    let barcode = try Barcode("0042")
    #expect(try Ticket(id: "7", movement: "9", barcode: barcode, stateWord: "VALID").identity == .movement("9"))
    #expect(try Ticket(id: "7", barcode: barcode, stateWord: "VALID").identity == .ticket("7"))
    #expect(try Ticket(barcode: barcode, stateWord: "VALID").identity == .barcode("0042"))
    #expect(throws: TicketError.noIdentity) { try Ticket(stateWord: "NOT_PRINTED") }
  }

  @Test func `without a barcode is refused unless it waits for one`() throws {
    var draft = TicketDraft()
    try draft.set(.ticketMovement, .text("1"))
    #expect(try draft.ticket().action == .wait)
    try draft.set(.ticketState, .text("PRINTED"))
    let live = draft
    #expect(throws: TicketError.noBarcode(state: "PRINTED")) { try live.ticket() }
  }

  @Test func `splits a seat address with empty parts`() throws {
    var draft = TicketDraft()
    try draft.set(.ticketMovement, .text("1"))
    try draft.set(.seatAddress, .text("Away/Loges//B/64"))
    let seat = try draft.ticket().seat
    #expect(seat.configuration == "Away" && seat.area == "Loges" && seat.block == nil)
    #expect(seat.row == "B" && seat.number == "64")
  }

  @Test(arguments: [
    (65_000, "EUR", "65.00"), (6_500_000, "JPY", "6500"), (12_345, "KWD", "12.345"), (-1_050, "CHF", "-1.05"),
    (5, "KWD", "0.005"), (0, "EUR", "0.00"), (Int64.min, "EUR", "-9223372036854775.80"),
  ])
  func `writes money with the currency's digits`(thousandths: Int64, code: String, text: String) throws {
    #expect(Money(thousandths: thousandths, currency: try Currency(code)).decimalText == text)
  }

  @Test func `refuses an amount without a currency`() throws {
    var draft = TicketDraft()
    try draft.set(.ticketMovement, .text("1"))
    try draft.set(.priceAmount, .thousandths(65_000))
    let priced = draft
    #expect(throws: TicketError.currency("")) { try priced.ticket() }
  }

  @Test func `ends after its duration, else after a day`() throws {
    var event = Event()
    event.start = ZonedDateTime(iso8601: "2027-01-15T19:30:00+01:00")
    #expect(event.effectiveEnd?.iso8601 == "2027-01-16T19:30:00+01:00")
    event.duration = 7200
    #expect(event.effectiveEnd?.iso8601 == "2027-01-15T21:30:00+01:00")
  }

  @Test func `shows a name in the reader's language, else in its own`() {
    let name = LocalizedText("Gala", translations: ["fr": "Gala symphonique", "pt-br": "Gala sinfônica"])
    #expect(name.text(in: "fr-CH") == "Gala symphonique")
    #expect(name.text(in: "pt-BR") == "Gala sinfônica")
    #expect(name.text(in: "de") == "Gala")
  }
}
