import Foundation
import ZonedTime

/// Reads the dates of an export: its own list of forms, or the usual ones.
struct DateForms: Sendable {
  /// Empty: the usual forms.
  var formats: [DateFormat] = []

  /// - Parameters:
  ///   - text: without blanks around it.
  ///   - zone: where the clock stands when the date does not say so itself; also the clock the result is shown on.
  func read(_ text: String, in zone: TimeZone?) -> Result<DateReading, DateReadingError> {
    var reader = ClockReader(text)
    var parsed: DateParts?
    if formats.isEmpty {
      parsed = reader.usual(dayFirst: true)
    } else {
      for format in formats where parsed == nil {
        reader.rewind()
        parsed = format.read(&reader)
      }
      if parsed == nil {
        // Year first cannot be misread, whatever else the export writes.
        reader.rewind()
        parsed = reader.usual(dayFirst: false)
      }
    }
    guard let parts = parsed else { return .failure(.init(problem: .unreadable)) }
    guard let date = parts.date(in: zone) else { return .failure(.init(problem: .impossible)) }
    return .success(DateReading(date: date, hasOffset: parts.offset != nil))
  }
}

struct DateReading: Sendable {
  let date: ZonedDateTime
  /// The text named its offset from UTC.
  let hasOffset: Bool
}

struct DateReadingError: Error {
  let problem: DateProblem
}

struct DateParts {
  var year = 0
  var month = 1
  var day = 1
  var hour = 0
  var minute = 0
  var second = 0
  var millisecond = 0
  /// Seconds east of UTC, when the text says so.
  var offset: Int?

  func date(in zone: TimeZone?) -> ZonedDateTime? {
    if let offset {
      let date = ZonedDateTime(
        year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond,
        offsetSeconds: offset)
      return zone.flatMap { date?.shifted(to: $0) } ?? date
    }
    return ZonedDateTime(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond,
      in: zone ?? .gmt)
  }
}

/// Takes a date apart from left to right. No-break blanks count as blanks.
struct ClockReader {
  private let scalars: [Unicode.Scalar]
  private var index = 0

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
  }

  var isAtEnd: Bool { index == scalars.count }

  mutating func rewind() { index = 0 }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard index < scalars.count, scalars[index] == scalar else { return false }
    index += 1
    return true
  }

  mutating func take(anyOf wanted: String) -> Unicode.Scalar? {
    guard index < scalars.count, wanted.unicodeScalars.contains(scalars[index]) else { return nil }
    index += 1
    return scalars[index - 1]
  }

  @discardableResult mutating func skipBlanks() -> Bool {
    let start = index
    while index < scalars.count, isBlank(scalars[index]) { index += 1 }
    return index > start
  }

  /// A number and how many digits it was written with.
  mutating func number(_ digits: ClosedRange<Int>) -> (value: Int, digits: Int)? {
    var value = 0
    var count = 0
    while count < digits.upperBound, index < scalars.count, let digit = asciiDigit(scalars[index]) {
      value = value * 10 + digit
      count += 1
      index += 1
    }
    return count >= digits.lowerBound ? (value, count) : nil
  }

  /// The digits behind the seconds' mark, cut to milliseconds.
  mutating func fraction() -> Int? {
    var value = 0
    var count = 0
    while index < scalars.count, let digit = asciiDigit(scalars[index]) {
      if count < 3 { value = value * 10 + digit }
      count += 1
      index += 1
    }
    guard count > 0 else { return nil }
    for _ in min(count, 3)..<3 { value *= 10 }
    return value
  }

  /// `Z`, `+01:00`, `+0100` or `+01`, in seconds.
  mutating func offset() -> Int? {
    if take("Z") || take("z") { return 0 }
    guard let sign = take(anyOf: "+-\u{2212}"), let hours = number(2...2)?.value else { return nil }
    let hasColon = take(":")
    var minutes = 0
    if let value = number(2...2)?.value {
      minutes = value
    } else if hasColon {
      return nil
    }
    guard hours <= 18, minutes < 60 else { return nil }
    return (sign == "+" ? 1 : -1) * (hours * 3600 + minutes * 60)
  }

  /// The forms people and Secutix write, to the end of the text: year first, or (if asked) day first, the time behind a
  /// blank or a `T` as `20:00`, `20:00:00.0`, `14h30`, with or without an offset.
  mutating func usual(dayFirst: Bool) -> DateParts? {
    var parts = DateParts()
    guard let first = number(1...4), first.digits != 3, let mark = take(anyOf: ".-/"), let month = number(1...2),
      take(mark)
    else { return nil }
    parts.month = month.value
    if first.digits == 4 {
      guard let day = number(1...2) else { return nil }
      parts.year = first.value
      parts.day = day.value
    } else {
      guard dayFirst, let year = number(4...4) else { return nil }
      parts.year = year.value
      parts.day = first.value
    }
    if isAtEnd { return parts }
    if !(take("T") || take("t")) {
      _ = take(",")
      guard skipBlanks() else { return nil }
    }
    guard time(&parts) else { return nil }
    return parts
  }

  private mutating func time(_ parts: inout DateParts) -> Bool {
    guard let hour = number(1...2)?.value else { return false }
    parts.hour = hour
    if take("h") || take("H") {
      if let minute = number(2...2)?.value { parts.minute = minute }
      return isAtEnd
    }
    guard take(":"), let minute = number(2...2)?.value else { return false }
    parts.minute = minute
    if take(":") {
      guard let second = number(2...2)?.value else { return false }
      parts.second = second
      if take(anyOf: ".,") != nil {
        guard let fraction = fraction() else { return false }
        parts.millisecond = fraction
      }
    }
    skipBlanks()
    if isAtEnd { return true }
    parts.offset = offset()
    return parts.offset != nil && isAtEnd
  }
}

func asciiDigit(_ scalar: Unicode.Scalar) -> Int? {
  scalar.value &- 0x30 < 10 ? Int(scalar.value &- 0x30) : nil
}

/// Blank, tab, no-break blank, narrow no-break blank, thin and figure blank.
func isBlank(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x20, 0x09, 0xA0, 0x202F, 0x2007, 0x2009: true
  default: false
  }
}
