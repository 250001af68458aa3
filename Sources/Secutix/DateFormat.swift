/// The form of a date, in the tokens of strftime: `%d.%m.%Y %H:%M`.
struct DateFormat: Sendable, Hashable {
  private enum Token: Hashable {
    case year, shortYear, month, day, hour, hour12, minute, second, fraction, half, offset
    case blanks
    case literal(Unicode.Scalar)
  }

  private let tokens: [Token]

  /// nil when it has a token that is not read, or neither year, month nor day.
  init?(_ format: String) {
    let expanded = format.replacing("%T", with: "%H:%M:%S").replacing("%F", with: "%Y-%m-%d")
      .replacing("%R", with: "%H:%M")
    var tokens: [Token] = []
    var scalars = expanded.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      if isBlank(scalar) {
        if tokens.last != .blanks { tokens.append(.blanks) }
        continue
      }
      guard scalar == "%" else {
        tokens.append(.literal(scalar))
        continue
      }
      switch scalars.next() {
      case "Y": tokens.append(.year)
      case "y": tokens.append(.shortYear)
      case "m": tokens.append(.month)
      case "d", "e": tokens.append(.day)
      case "H", "k": tokens.append(.hour)
      case "I", "l": tokens.append(.hour12)
      case "M": tokens.append(.minute)
      case "S": tokens.append(.second)
      case "f", "L": tokens.append(.fraction)
      case "p", "P": tokens.append(.half)
      case "z": tokens.append(.offset)
      case "%": tokens.append(.literal("%"))
      default: return nil
      }
    }
    guard tokens.contains(.year) || tokens.contains(.shortYear), tokens.contains(.month), tokens.contains(.day) else {
      return nil
    }
    self.tokens = tokens
  }

  /// The whole text by this form; nil when it is written otherwise.
  func read(_ reader: inout ClockReader) -> DateParts? {
    var parts = DateParts()
    var isAfternoon: Bool?
    for token in tokens {
      switch token {
      case .blanks:
        guard reader.skipBlanks() else { return nil }
      case .literal(let scalar):
        guard reader.take(scalar) else { return nil }
      case .half:
        guard let half = reader.take(anyOf: "AaPp"), reader.take(anyOf: "Mm") != nil else { return nil }
        isAfternoon = half == "P" || half == "p"
      case .offset:
        guard let offset = reader.offset() else { return nil }
        parts.offset = offset
      case .fraction:
        guard let fraction = reader.fraction() else { return nil }
        parts.millisecond = fraction
      case .year:
        guard let number = reader.number(4...4) else { return nil }
        parts.year = number.value
      case .shortYear:
        guard let number = reader.number(2...2) else { return nil }
        parts.year = 2000 + number.value
      case .month, .day, .hour, .hour12, .minute, .second:
        guard let value = reader.number(1...2)?.value else { return nil }
        switch token {
        case .month: parts.month = value
        case .day: parts.day = value
        case .minute: parts.minute = value
        case .second: parts.second = value
        default: parts.hour = value
        }
      }
    }
    guard reader.isAtEnd else { return nil }
    if let isAfternoon {
      guard (1...12).contains(parts.hour) else { return nil }
      parts.hour = parts.hour % 12 + (isAfternoon ? 12 : 0)
    }
    return parts
  }
}
