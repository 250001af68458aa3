package import Foundation

/// An instant together with the offset from UTC that holds there at that instant.
///
/// Tickets say when the doors open *at the venue*. The offset is worked out once, where a date enters; from then on
/// formatting is plain arithmetic and needs neither a calendar nor a time-zone database.
package struct ZonedDateTime: Sendable, Hashable {
  /// Milliseconds since 1970-01-01T00:00:00Z. Within ±`limit`.
  package let epochMilliseconds: Int64
  /// Seconds east of UTC, within ±18 h.
  package let offsetSeconds: Int
  /// IANA identifier of the zone (`Europe/Paris`), when it is known and not only an offset.
  package let zone: String?

  /// Year 0001 to 9999: what ISO 8601 writes with four digits.
  static let range: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

  /// - Parameters:
  ///   - epochMilliseconds: clamped to the years 1 to 9999.
  ///   - offsetSeconds: clamped to ±18 h, the widest that ISO 8601 time zones use.
  package init(epochMilliseconds: Int64, offsetSeconds: Int = 0, zone: String? = nil) {
    let offset = min(max(offsetSeconds, -64_800), 64_800)
    let shift = Int64(offset) * 1000
    // Both the instant and what the clock shows stay within four-digit years.
    self.epochMilliseconds = min(
      max(epochMilliseconds, Self.range.lowerBound - min(0, shift)), Self.range.upperBound - max(0, shift))
    self.offsetSeconds = offset
    self.zone = zone
  }

  /// The instant with the offset that `zone` has then.
  package init(epochMilliseconds: Int64, in zone: TimeZone) {
    let clamped = min(max(epochMilliseconds, Self.range.lowerBound), Self.range.upperBound)
    let date = Date(timeIntervalSince1970: Double(clamped) / 1000)
    self.init(
      epochMilliseconds: clamped, offsetSeconds: zone.secondsFromGMT(for: date), zone: Self.identifier(of: zone))
  }

  /// A local time in `zone`; nil for a date that does not exist (31 February, hour 24).
  ///
  /// In the hour that is skipped when summer time begins the clock is moved on by the gap (02:30 becomes 03:30), in
  /// the hour that comes twice the first one is taken: what a visitor reading a printed ticket would do.
  package init?(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0,
    in zone: TimeZone
  ) {
    guard
      let local = Self.localMilliseconds(
        year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond)
    else { return nil }
    func offset(at utc: Int64) -> Int64 {
      Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(utc) / 1000)))
    }
    // The offsets a day before and after bracket any one transition near the local time.
    let before = offset(at: local - 86_400_000)
    let after = offset(at: local + 86_400_000)
    // The larger offset gives the earlier instant: the first of the two in a fold.
    let candidates = [max(before, after), min(before, after)].map { local - $0 * 1000 }
    let valid = candidates.first { local - offset(at: $0) * 1000 == $0 }
    // In a gap neither holds; reading the clock with the offset before it moves on by the gap's length.
    let instant = valid ?? (local - before * 1000)
    guard Self.range.contains(instant) else { return nil }
    self.init(epochMilliseconds: instant, offsetSeconds: Int(offset(at: instant)), zone: Self.identifier(of: zone))
  }

  /// A local time with a fixed offset from UTC; nil for a date that does not exist.
  package init?(
    year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, millisecond: Int, offsetSeconds: Int
  ) {
    guard abs(offsetSeconds) <= 64_800,
      let local = Self.localMilliseconds(
        year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond),
      Self.range.contains(local - Int64(offsetSeconds) * 1000)
    else { return nil }
    self.init(epochMilliseconds: local - Int64(offsetSeconds) * 1000, offsetSeconds: offsetSeconds)
  }

  /// The same instant on the clocks of another zone.
  package func shifted(to zone: TimeZone) -> ZonedDateTime {
    ZonedDateTime(epochMilliseconds: epochMilliseconds, in: zone)
  }

  /// Whether clocks of the zone show this time at another instant too, as they do in the hour in which summer time ends.
  package func comesTwice(in zone: TimeZone) -> Bool {
    func reading(_ moment: Int64) -> Int64 {
      moment + Int64(ZonedDateTime(epochMilliseconds: moment, in: zone).offsetSeconds) * 1000
    }
    // Almost always no clock is changed within the hours around, and two questions say so.
    let around: [Int64] = [-7200, 7200].map { reading(epochMilliseconds + $0 * 1000) }
    if around[1] - around[0] == 14_400_000 { return false }
    let here = reading(epochMilliseconds)
    // Half an hour on Lord Howe, two hours in Antarctica.
    return [-7200, -3600, -1800, 1800, 3600, 7200].contains { reading(epochMilliseconds + $0 * 1000) == here }
  }

  /// The instant that many seconds later, kept within the years 1 to 9999. The offset is worked out again when the
  /// zone is known, so that an evening that ends after the change to winter time ends at the right hour.
  package func adding(seconds: Int64) -> ZonedDateTime {
    let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    let (sum, overflow2) = epochMilliseconds.addingReportingOverflow(milliseconds)
    let moved = overflow || overflow2 ? (seconds < 0 ? Self.range.lowerBound : Self.range.upperBound) : sum
    if let zone, let timeZone = TimeZone(identifier: zone) {
      return ZonedDateTime(epochMilliseconds: moved, in: timeZone)
    }
    return ZonedDateTime(epochMilliseconds: moved, offsetSeconds: offsetSeconds, zone: zone)
  }

  private static func identifier(of zone: TimeZone) -> String? {
    // A zone made from a bare offset is called "GMT+0200" by Foundation: that is no IANA name.
    let name = zone.identifier
    return name.hasPrefix("GMT") && name != "GMT" ? nil : name
  }

  private static func localMilliseconds(
    year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, millisecond: Int
  ) -> Int64? {
    guard (1...9999).contains(year), (1...12).contains(month),
      (1...GregorianDay.count(in: month, of: year)).contains(day),
      (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second), (0...999).contains(millisecond)
    else { return nil }
    let days = GregorianDay.sinceEpoch(year: year, month: month, day: day)
    return ((days * 24 + Int64(hour)) * 60 + Int64(minute)) * 60_000 + Int64(second) * 1000 + Int64(millisecond)
  }
}

extension ZonedDateTime: Comparable {
  /// By instant; the same instant in two zones is in no order, yet not equal.
  package static func < (left: Self, right: Self) -> Bool { left.epochMilliseconds < right.epochMilliseconds }
}

extension ZonedDateTime {
  /// The local calendar date and time, in the Gregorian calendar.
  package struct Components: Sendable, Hashable {
    package var year: Int
    /// 1 to 12.
    package var month: Int
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int
    package var millisecond: Int
    /// 0 is Sunday.
    package var weekday: Int
    /// 1 to 366.
    package var dayOfYear: Int
  }

  /// What the clocks and the calendar show at this offset.
  package var components: Components {
    let local = epochMilliseconds + Int64(offsetSeconds) * 1000
    let days = local.floorDivided(by: 86_400_000)
    let rest = Int(local - days * 86_400_000)
    let (year, month, day) = GregorianDay.date(ofDay: days)
    return Components(
      year: year, month: month, day: day,
      hour: rest / 3_600_000, minute: rest / 60_000 % 60, second: rest / 1000 % 60, millisecond: rest % 1000,
      // 1970-01-01 was a Thursday.
      weekday: Int(((days + 4) % 7 + 7) % 7),
      dayOfYear: Int(days - GregorianDay.sinceEpoch(year: year, month: 1, day: 1)) + 1)
  }
}

/// The proleptic Gregorian calendar as arithmetic.
enum GregorianDay {
  static func count(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01. The year is counted from March, so that the leap day is its last.
  static func sinceEpoch(year: Int, month: Int, day: Int) -> Int64 {
    let shifted = Int64(month > 2 ? year : year - 1)
    let era = shifted.floorDivided(by: 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func date(ofDay days: Int64) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = Int(dayOfYear - (153 * month + 2) / 5 + 1)
    let civilMonth = Int(month < 10 ? month + 3 : month - 9)
    return (Int(yearOfEra + era * 400) + (civilMonth <= 2 ? 1 : 0), civilMonth, day)
  }
}

extension Int64 {
  /// Division that rounds down, also below zero.
  func floorDivided(by divisor: Int64) -> Int64 {
    self >= 0 ? self / divisor : (self - divisor + 1) / divisor
  }
}
