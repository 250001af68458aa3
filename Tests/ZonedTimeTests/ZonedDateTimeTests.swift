import Foundation
import Testing
import ZonedTime

@Suite("A time with its zone")
struct ZonedDateTimeTests {
  let paris: TimeZone

  init() throws {
    paris = try #require(TimeZone(identifier: "Europe/Paris"))
  }

  @Test(arguments: [
    ("2027-01-15T19:30:00+01:00", 1_800_037_800_000, "2027-01-15T19:30:00+01:00"),
    ("2027-01-15T18:30Z", 1_800_037_800_000, "2027-01-15T18:30:00Z"),
    ("2027-01-15T18:30:00.250+00:00", 1_800_037_800_250, "2027-01-15T18:30:00Z"),
    ("2027-01-16T00:15:00+05:45", 1_800_037_800_000, "2027-01-16T00:15:00+05:45"),
    ("2027-01-15 13:30:00-0500", 1_800_037_800_000, "2027-01-15T13:30:00-05:00"),
    ("1969-12-31T23:59:59Z", -1000, "1969-12-31T23:59:59Z"),
  ])
  func `reads and writes ISO 8601`(text: String, milliseconds: Int64, written: String) throws {
    let time = try #require(ZonedDateTime(iso8601: text))
    #expect(time.epochMilliseconds == milliseconds)
    #expect(time.iso8601 == written)
  }

  @Test(arguments: [
    "", "2027-01-15", "2027-01-15T19:30:00", "2027-02-29T10:00Z", "2027-13-01T10:00Z", "2027-01-15T24:00Z",
    "2027-01-15T19:30:00+1:00", "2027-01-15T19:30:00ZZ", "2027-01-15T19:30:00.Z", "20270115T193000Z",
    "٢٠٢٧-01-15T19:30Z",
    "2027-01-15T19:30:00+99:00", "0000-01-01T00:00Z",
  ])
  func `refuses what is not a time`(text: String) {
    #expect(ZonedDateTime(iso8601: text) == nil)
  }

  @Test func `moves on in the hour that summer time skips`() throws {
    let time = try #require(ZonedDateTime(year: 2027, month: 3, day: 28, hour: 2, minute: 30, in: paris))
    #expect(time.iso8601 == "2027-03-28T03:30:00+02:00")
  }

  @Test func `takes the first of the hour that comes twice`() throws {
    let time = try #require(ZonedDateTime(year: 2027, month: 10, day: 31, hour: 2, minute: 30, in: paris))
    #expect(time.iso8601 == "2027-10-31T02:30:00+02:00")
  }

  @Test func `ends a long night after the change of the clocks`() throws {
    let start = try #require(ZonedDateTime(year: 2027, month: 10, day: 30, hour: 22, in: paris))
    #expect(start.adding(seconds: 8 * 3600).iso8601 == "2027-10-31T05:00:00+01:00")
  }

  @Test func `agrees with the calendar of Foundation on every day of four centuries`() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    for day in stride(from: -25_000, to: 125_000, by: 97) {
      let instant = Int64(day) * 86_400_000 + 1
      let ours = ZonedDateTime(epochMilliseconds: instant).components
      let theirs = calendar.dateComponents(
        [.year, .month, .day, .weekday], from: Date(timeIntervalSince1970: Double(instant) / 1000))
      #expect(ours.year == theirs.year && ours.month == theirs.month && ours.day == theirs.day)
      #expect(ours.weekday + 1 == theirs.weekday)
    }
  }

  @Test func `keeps absurd instants within four-digit years`() {
    let far = ZonedDateTime(epochMilliseconds: .max, offsetSeconds: .max)
    #expect(far.adding(seconds: .max).epochMilliseconds == far.epochMilliseconds)
    #expect(far.iso8601.count == 25)
    #expect(ZonedDateTime(epochMilliseconds: .min, offsetSeconds: .min).iso8601.count == 25)
  }
}
