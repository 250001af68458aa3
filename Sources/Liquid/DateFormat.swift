import ZonedTime

/// A strftime format, read once.
///
/// Directives are those of the C library and of Ruby; between `%` and the letter may stand the flags `-` (no padding),
/// `_` (padded with spaces), `0` (padded with zeros), `^` (upper case), `#` (case turned) and a width. Anything that
/// is no directive stays as it is.
struct DateFormat: Sendable {
  private enum Part: Sendable {
    case text(String)
    case directive(UInt8, Padding)
  }

  private struct Padding: Sendable {
    var fill: UInt8?
    var isOff = false
    var isUpper = false
    var isSwapped = false
    var width: Int?
    var colons = 0
  }

  private var parts: [Part] = []
  /// Whether names of days or months or the order of day and month may differ by language.
  private(set) var usesLanguage = false

  init(_ format: String) {
    let bytes = Array(format.utf8)
    var text: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == .percent, let (part, length) = Self.directive(in: bytes, at: index) {
        if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
        text.removeAll()
        parts.append(part)
        if case .directive(let letter, _) = part { usesLanguage = usesLanguage || Self.spoken.contains(letter) }
        index += length
      } else {
        text.append(bytes[index])
        index += 1
      }
    }
    if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
  }

  private static let spoken = Set("aAbBhcxXpPr+v".utf8)
  private static let known = Set("aAbBcCdDeFgGhHIjklLmMnNpPrRsStTuUvVwWxXyYzZ+%".utf8)

  private static func directive(in bytes: [UInt8], at start: Int) -> (Part, length: Int)? {
    var padding = Padding()
    var index = start + 1
    flags: while index < bytes.count {
      switch bytes[index] {
      case .minus: padding.isOff = true
      case UInt8(ascii: "_"): padding.fill = 0x20
      case UInt8(ascii: "0"): padding.fill = 0x30
      case UInt8(ascii: "^"): padding.isUpper = true
      case .hash: padding.isSwapped = true
      default: break flags
      }
      index += 1
    }
    var width = 0
    let widthStart = index
    while index < bytes.count, bytes[index].isDigit {
      width = width * 10 + Int(bytes[index] - 0x30)
      index += 1
      // Nobody pads a date to a thousand characters; a hostile template would.
      guard index - widthStart <= 3 else { return nil }
    }
    if index > widthStart { padding.width = width }
    while index < bytes.count, bytes[index] == UInt8(ascii: ":"), padding.colons < 2 {
      padding.colons += 1
      index += 1
    }
    guard index < bytes.count, known.contains(bytes[index]), padding.colons == 0 || bytes[index] == UInt8(ascii: "z")
    else { return nil }
    return (.directive(bytes[index], padding), index - start + 1)
  }

  /// The date in that language, on the clocks of its own offset (or of `zone`).
  func string(for date: ZonedDateTime, language: DateLanguage) -> String {
    var writer = DateWriter(date: date, parts: date.components, language: language)
    for part in parts {
      switch part {
      case .text(let text): writer.output += text
      case .directive(let letter, let padding): write(letter, padding, with: &writer)
      }
    }
    return writer.output
  }

  private func write(_ letter: UInt8, _ padding: Padding, with writer: inout DateWriter) {
    if let field = writer.number(letter, width: padding.width) {
      let fill = padding.isOff ? nil : padding.fill ?? field.fill
      writer.append(field.value, width: fill == nil ? 0 : padding.width ?? field.width, fill: fill ?? 0x30)
      return
    }
    var text = letter == UInt8(ascii: "z") ? writer.offset(colons: padding.colons) : writer.text(letter)
    if padding.isUpper { text = text.uppercased() }
    if padding.isSwapped { text = letter == UInt8(ascii: "p") ? text.lowercased() : text.uppercased() }
    if let width = padding.width {
      let fill: Character = padding.fill == 0x30 ? "0" : " "
      writer.output += String(repeating: fill, count: max(0, width - text.count))
    }
    writer.output += text
  }
}

private struct DateWriter {
  let date: ZonedDateTime
  let parts: ZonedDateTime.Components
  let language: DateLanguage
  var output = ""

  struct Field {
    var value: Int
    var width: Int
    var fill: UInt8 = 0x30
  }

  /// The directives that are numbers, with their usual width and filling.
  func number(_ letter: UInt8, width: Int?) -> Field? {
    let hour12 = (parts.hour + 11) % 12 + 1
    switch Unicode.Scalar(letter) {
    case "C": return Field(value: parts.year / 100, width: 2)
    case "d": return Field(value: parts.day, width: 2)
    case "e": return Field(value: parts.day, width: 2, fill: 0x20)
    case "g": return Field(value: isoWeek.year % 100, width: 2)
    case "G": return Field(value: isoWeek.year, width: 4)
    case "H": return Field(value: parts.hour, width: 2)
    case "I": return Field(value: hour12, width: 2)
    case "j": return Field(value: parts.dayOfYear, width: 3)
    case "k": return Field(value: parts.hour, width: 2, fill: 0x20)
    case "l": return Field(value: hour12, width: 2, fill: 0x20)
    case "m": return Field(value: parts.month, width: 2)
    case "M": return Field(value: parts.minute, width: 2)
    case "s": return Field(value: Int((date.epochMilliseconds - Int64(parts.millisecond)) / 1000), width: 1)
    case "S": return Field(value: parts.second, width: 2)
    case "u": return Field(value: parts.weekday == 0 ? 7 : parts.weekday, width: 1)
    case "U": return Field(value: (parts.dayOfYear + 6 - parts.weekday) / 7, width: 2)
    case "V": return Field(value: isoWeek.week, width: 2)
    case "w": return Field(value: parts.weekday, width: 1)
    case "W": return Field(value: (parts.dayOfYear + 6 - (parts.weekday + 6) % 7) / 7, width: 2)
    case "y": return Field(value: parts.year % 100, width: 2)
    case "Y": return Field(value: parts.year, width: 4)
    default: return nil
    }
  }

  func text(_ letter: UInt8) -> String {
    switch Unicode.Scalar(letter) {
    case "a": language.shortDays[parts.weekday]
    case "A": language.days[parts.weekday]
    case "b", "h": language.shortMonths[parts.month - 1]
    case "B": language.months[parts.month - 1]
    case "c": format("%a %b %e %H:%M:%S %Y")
    case "D": format("%m/%d/%y")
    case "F": format("%Y-%m-%d")
    case "L": String(String(1000 + parts.millisecond).dropFirst())
    case "n": "\n"
    case "N": String(String(1000 + parts.millisecond).dropFirst()) + "000000"
    case "p": parts.hour < 12 ? "AM" : "PM"
    case "P": parts.hour < 12 ? "am" : "pm"
    case "r": format("%I:%M:%S %p")
    case "R": format("%H:%M")
    case "t": "\t"
    case "T", "X": format("%H:%M:%S")
    case "v": format("%e-%^b-%Y")
    case "x": format(language.dayFormat)
    case "Z": zoneName
    case "+": format("%a %b %e %H:%M:%S %Z %Y")
    default: "%"
    }
  }

  private func format(_ format: String) -> String { DateFormat(format).string(for: date, language: language) }

  mutating func append(_ value: Int, width: Int, fill: UInt8) {
    let digits = String(value)
    for _ in 0..<max(0, width - digits.utf8.count) { output += fill == 0x30 ? "0" : " " }
    output += digits
  }

  /// `+0200`, `+02:00` or `+02:00:00`.
  func offset(colons: Int) -> String {
    let seconds = abs(date.offsetSeconds)
    let separator = colons > 0 ? ":" : ""
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
    let text = (date.offsetSeconds < 0 ? "-" : "+") + two(seconds / 3600) + separator + two(seconds / 60 % 60)
    return colons == 2 ? text + ":" + two(seconds % 60) : text
  }

  /// The abbreviations of zones are not unique and change; the offset says the same everywhere.
  private var zoneName: String { date.offsetSeconds == 0 ? "UTC" : offset(colons: 1) }

  /// ISO 8601: weeks begin on Monday, the first one holds 4 January.
  private var isoWeek: (year: Int, week: Int) {
    let weekday = (parts.weekday + 6) % 7
    let week = (parts.dayOfYear - 1 - weekday + 10) / 7
    if week < 1 {
      let year = parts.year - 1
      return (year, Self.hasLongISOYear(year) ? 53 : 52)
    }
    if week == 53, !Self.hasLongISOYear(parts.year) { return (parts.year + 1, 1) }
    return (parts.year, week)
  }

  /// Whether the year has 53 weeks: when it begins or ends on a Thursday.
  private static func hasLongISOYear(_ year: Int) -> Bool {
    func lastWeekday(_ year: Int) -> Int { (year + year / 4 - year / 100 + year / 400) % 7 }
    return lastWeekday(year) == 4 || lastWeekday(year - 1) == 3
  }
}
