import Foundation
import ZonedTime

/// A time zone of the IANA list. Foundation itself also takes abbreviations, which mean different things.
struct NamedZone: Sendable {
  let zone: TimeZone
  let name: String

  init?(_ name: String) {
    // "EST" or "CET" would be taken for a fixed offset; real identifiers have a slash, but for UTC and GMT.
    guard name.contains("/") || name == "UTC" || name == "GMT", let zone = TimeZone(identifier: name) else {
      return nil
    }
    self.zone = zone
    self.name = name
  }
}

extension ZonedDateTime {
  /// The date that a value of a template stands for, as far as it does.
  ///
  /// Dates are themselves. Text is read as ISO 8601 (with or without time, seconds, offset) and in the ways of writing
  /// that begin with or contain an English month: `March 14, 2026`, `14 Mar 2026 10:30`. Whole numbers, also as text,
  /// are seconds since 1970. A time without an offset is one of `zone`.
  init?(liquid value: LiquidValue, in zone: TimeZone) {
    switch value {
    case .date(let date): self = date
    case .int(let seconds):
      let (milliseconds, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1000)
      guard !overflow else { return nil }
      self.init(epochMilliseconds: milliseconds, in: zone)
    case .string(let text):
      if !text.isEmpty, text.utf8.allSatisfy(\.isDigit) {
        guard let seconds = Int(text) else { return nil }
        self.init(liquid: .int(seconds), in: zone)
      } else {
        self.init(written: text, in: zone)
      }
    default: return nil
    }
  }

  private init?(written text: String, in zone: TimeZone) {
    if let date = ZonedDateTime(iso8601: text) {
      self = date
      return
    }
    var parts = WrittenDate(text)
    guard let day = parts.readDay() else { return nil }
    guard let time = parts.readTime(), parts.isAtEnd else { return nil }
    if let offset = time.offset {
      self.init(
        year: day.year, month: day.month, day: day.day, hour: time.hour, minute: time.minute, second: time.second,
        millisecond: 0, offsetSeconds: offset)
    } else {
      self.init(
        year: day.year, month: day.month, day: day.day, hour: time.hour, minute: time.minute, second: time.second,
        in: zone)
    }
  }
}

/// Text cut into numbers, words and signs.
private struct WrittenDate {
  private enum Token: Equatable {
    case number(Int, digits: Int)
    case word(String)
    case sign(Character)
  }

  private var tokens: ArraySlice<Token>

  var isAtEnd: Bool { tokens.isEmpty }

  init(_ text: String) {
    var tokens: [Token] = []
    var rest = text.prefix(64)
    while let character = rest.first {
      if character.isSpace || character == "," {
        rest.removeFirst()
      } else if character.isASCII, character.isNumber {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        tokens.append(.number(Int(digits) ?? .max, digits: digits.count))
        rest = rest[digits.endIndex...]
      } else if character.isLetter {
        let word = rest.prefix { $0.isLetter }
        tokens.append(.word(word.lowercased()))
        rest = rest[word.endIndex...]
      } else {
        tokens.append(.sign(character))
        rest.removeFirst()
      }
    }
    self.tokens = tokens[...]
  }

  private mutating func number(digits: ClosedRange<Int> = 1...2) -> Int? {
    guard case .number(let value, let count) = tokens.first, digits.contains(count) else { return nil }
    tokens.removeFirst()
    return value
  }

  private mutating func take(_ sign: Character) -> Bool {
    guard tokens.first == .sign(sign) else { return false }
    tokens.removeFirst()
    return true
  }

  private mutating func month() -> Int? {
    guard case .word(let word) = tokens.first, word.count >= 3 else { return nil }
    let months = [
      "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
      "december",
    ]
    guard let index = months.firstIndex(where: { $0.hasPrefix(word) || word == "sept" && $0 == "september" })
    else { return nil }
    tokens.removeFirst()
    _ = take(".")
    return index + 1
  }

  private mutating func skipWeekday() {
    guard case .word(let word) = tokens.first, word.count >= 3 else { return }
    let days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
    if days.contains(where: { $0.hasPrefix(word) || word == "tues" || word == "thur" || word == "thurs" }) {
      tokens.removeFirst()
      _ = take(".")
    }
  }

  mutating func readDay() -> (year: Int, month: Int, day: Int)? {
    skipWeekday()
    if let year = number(digits: 4...4) {
      let separator: Character = tokens.first == .sign("/") ? "/" : "-"
      guard take(separator), let month = number(), take(separator), let day = number() else { return nil }
      return (year, month, day)
    }
    if let month = month() {
      guard let day = number(), let year = number(digits: 4...4) else { return nil }
      return (year, month, day)
    }
    guard let day = number() else { return nil }
    _ = take(".")
    guard let month = month(), let year = number(digits: 4...4) else { return nil }
    return (year, month, day)
  }

  mutating func readTime() -> (hour: Int, minute: Int, second: Int, offset: Int?)? {
    if isAtEnd { return (0, 0, 0, nil) }
    if tokens.first == .word("t") { tokens.removeFirst() }
    guard var hour = number(), take(":"), let minute = number(digits: 2...2) else { return nil }
    var second = 0
    if take(":") {
      guard let value = number(digits: 2...2) else { return nil }
      second = value
      if take(".") { _ = number(digits: 1...9) }
    }
    if tokens.first == .word("pm") || tokens.first == .word("am") {
      guard (1...12).contains(hour) else { return nil }
      hour = hour % 12 + (tokens.first == .word("pm") ? 12 : 0)
      tokens.removeFirst()
    }
    return (hour, minute, second, readOffset())
  }

  private mutating func readOffset() -> Int? {
    if [.word("z"), .word("utc"), .word("gmt")].contains(tokens.first) {
      tokens.removeFirst()
      if isAtEnd { return 0 }
    }
    let sign = take("+") ? 1 : take("-") ? -1 : 0
    guard sign != 0 else { return nil }
    if let both = number(digits: 4...4) { return sign * (both / 100 * 3600 + both % 100 * 60) }
    guard let hours = number() else { return nil }
    let minutes = take(":") ? number() ?? 0 : 0
    return sign * (hours * 3600 + minutes * 60)
  }
}

extension Character {
  fileprivate var isSpace: Bool { unicodeScalars.allSatisfy(\.isSpace) }
}
