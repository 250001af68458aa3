import Foundation
import Secutix
import Testing
import Tickets
import ZonedTime

@Suite("Dates and amounts") struct ValueTests {
  private func start(_ text: String, _ options: ExportOptions = .paris) -> String? {
    Reading("movement_id;barcode;start_date\n1;0123;\(text)\n", options).tickets.first?.event.start?.iso8601
  }

  @Test(arguments: [
    ("31.12.2026", "2026-12-31T00:00:00+01:00"), ("31.12.2026 20:00", "2026-12-31T20:00:00+01:00"),
    ("31/12/2026 14h30", "2026-12-31T14:30:00+01:00"), ("31/12/2026 14:30:00", "2026-12-31T14:30:00+01:00"),
    ("31/12/2026\u{A0}14h", "2026-12-31T14:00:00+01:00"), ("2026-12-31", "2026-12-31T00:00:00+01:00"),
    ("2026-12-31 14:30:00", "2026-12-31T14:30:00+01:00"), ("2026-12-31 14:30:00.0", "2026-12-31T14:30:00+01:00"),
    ("2026-12-31T14:30:00.503+00:00", "2026-12-31T15:30:00+01:00"), ("2026-12-31T14:30Z", "2026-12-31T15:30:00+01:00"),
    ("2026-12-31T14:30:00+0530", "2026-12-31T10:00:00+01:00"), ("01/02/2027", "2027-02-01T00:00:00+01:00"),
    ("1.7.2027, 9:05", "2027-07-01T09:05:00+02:00"), ("28.03.2027 02:30", "2027-03-28T03:30:00+02:00"),
    ("29.02.2028", "2028-02-29T00:00:00+01:00"),
  ])
  func `the usual forms, the day first`(text: String, expected: String) {
    #expect(start(text) == expected)
  }

  @Test(arguments: [
    ("31.02.2027", DateProblem.impossible), ("29.02.2027", .impossible), ("12/31/2026", .impossible),
    ("2026-13-01", .impossible), ("31.12.2026 24:00", .impossible), ("31.12.2026 20:60", .impossible),
    ("31.12.26", .unreadable), ("tomorrow", .unreadable), ("2026", .unreadable), ("31.12/2026", .unreadable),
    ("46387", .unreadable), ("31.12.2026 8 pm", .unreadable), ("2026-12-31 14:30:00 CET", .unreadable),
    ("99999999999999999999.1.1", .unreadable),
  ])
  func `what is no date is refused`(text: String, problem: DateProblem) {
    let reading = Reading("movement_id;barcode;start_date\n1;0123;\(text)\n", .paris)
    #expect(reading.rejections.map(\.reason) == [.date(problem)])
    #expect(reading.rejections.first?.column == "start_date")
  }

  @Test func `a mapping's forms come before the usual ones`() throws {
    let options = try ExportOptions.mapped(
      "time_zone: America/New_York\ndates: ['%m/%d/%Y %I:%M %p', '%m/%d/%y', '%d %m %Y %Hh%M']\n")
    #expect(start("01/02/2027 08:30 pm", options) == "2027-01-02T20:30:00-05:00")
    #expect(start("01/02/2027 12:00 AM", options) == "2027-01-02T00:00:00-05:00")
    #expect(start("12/31/26", options) == "2026-12-31T00:00:00-05:00")
    #expect(start("31 12 2026 20h15", options) == "2026-12-31T20:15:00-05:00")
    #expect(start("2026-12-31 20:15", options) == "2026-12-31T20:15:00-05:00")
    #expect(start("31.12.2026", options) == nil)
  }

  @Test func `the caller's zone goes before the mapping's`() throws {
    var options = try ExportOptions.mapped("time_zone: America/New_York\n")
    options.timeZone = TimeZone(identifier: "Asia/Tokyo")
    #expect(start("31.12.2026 20:00", options) == "2026-12-31T20:00:00+09:00")
  }

  private func price(_ text: String, _ options: ExportOptions = ExportOptions()) -> Reading {
    Reading("movement_id\tbarcode\tprice\tcurrency\n1\t0123\t\(text)\n".replacing("\n1", with: "\n1"), options)
  }

  @Test(arguments: [
    ("65", "EUR", 65000), ("65.00", "EUR", 65000), ("65,5", "EUR", 65500), ("1'234.50", "CHF", 1_234_500),
    ("1\u{2019}234.50", "CHF", 1_234_500), ("1\u{A0}234,50", "EUR", 1_234_500), ("1\u{202F}234,50", "EUR", 1_234_500),
    ("1.234,50", "EUR", 1_234_500), ("1,234.50", "USD", 1_234_500), ("1.234.567", "JPY", 1_234_567_000),
    ("CHF 1'234.50", "", 1_234_500), ("65,00 €", "", 65000), ("€65", "", 65000), ("-12.50 EUR", "", -12500),
    ("EUR -12,50", "", -12500), ("\u{2212}12,50", "EUR", -12500), ("65.-", "CHF", 65000), ("Fr. 65.—", "", 65000),
    ("0.500", "KWD", 500), ("1234.500", "EUR", 1_234_500), ("65.0000", "EUR", 65000), ("$65", "CAD", 65000),
    ("0", "JPY", 0), ("1 234", "JPY", 1_234_000), ("9 223 372 036 854 775,80", "EUR", 9_223_372_036_854_775_800),
  ])
  func `amounts as people write them`(text: String, currency: String, thousandths: Int64) {
    let reading = price("\(text)\t\(currency)")
    #expect(reading.tickets.first?.price?.thousandths == thousandths)
    #expect(reading.rejections.isEmpty)
  }

  @Test(arguments: [
    ("1.234", AmountProblem.ambiguous), ("12,345", .ambiguous), ("free", .unreadable), ("1.2.3", .unreadable),
    ("1,23,456.00", .unreadable), ("1'23", .unreadable), ("12..5", .unreadable), ("65 70", .unreadable),
    ("65 xyzzy", .unreadable), ("€65 EUR", .unreadable), ("9223372036854775807", .tooLarge),
    ("99999999999999999999999", .tooLarge), ("12.3456", .unreadable), ("1e3", .unreadable),
    ("12.505.001,2.3", .unreadable), ("65%", .unreadable),
  ])
  func `amounts that could be wrong are refused`(text: String, problem: AmountProblem) {
    let reading = price("\(text)\tEUR")
    #expect(reading.rejections.map(\.reason) == [.amount(problem)])
    #expect(reading.tickets.isEmpty)
  }

  @Test func `a mapping settles what is ambiguous`() throws {
    #expect(price("1.234\tEUR", try .mapped("decimal_mark: ','")).tickets.first?.price?.thousandths == 1_234_000)
    #expect(price("1.234\tKWD", try .mapped("decimal_mark: '.'")).tickets.first?.price?.thousandths == 1234)
    #expect(price("6500\tEUR", try .mapped("amount_unit: hundredths")).tickets.first?.price?.thousandths == 65000)
    #expect(price("65000\tEUR", try .mapped("amount_unit: thousandths")).tickets.first?.price?.thousandths == 65000)
    let whole = price("65.00\tEUR", try .mapped("amount_unit: hundredths"))
    #expect(whole.rejections.map(\.reason) == [.amount(.notWhole(.hundredths))])
  }
}
