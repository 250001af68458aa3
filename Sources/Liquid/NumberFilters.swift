/// A number as the filters reckon with it.
enum Number {
  case int(Int)
  case double(Double)

  var double: Double {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    }
  }

  var decimal: SmallDecimal? {
    switch self {
    case .int(let value): SmallDecimal(value)
    case .double(let value): SmallDecimal(value)
    }
  }

  var isZero: Bool {
    switch self {
    case .int(let value): value == 0
    case .double(let value): value == 0
    }
  }

  var value: LiquidValue {
    switch self {
    case .int(let value): .int(value)
    case .double(let value): .double(value)
    }
  }
}

extension LiquidValue {
  /// The number it is or, as text, shows; nil for everything else.
  var number: Number? {
    switch self {
    case .int(let value): return .int(value)
    case .double(let value): return .double(value)
    case .string(let text):
      let digits = text.withoutSpaceInFront().withoutSpaceAtEnd()
      // `Double` also reads "nan", "inf" and hexadecimal digits, which no one means in a template.
      guard digits.utf8.allSatisfy({ $0.isDigit || "+-.eE".utf8.contains($0) }) else { return nil }
      return Int(digits).map { .int($0) } ?? Double(digits).map { .double($0) }
    default: return nil
    }
  }

  /// The whole number it is, for positions and counts; fractions are cut off and large numbers kept in bounds.
  var integer: Int? {
    switch self {
    case .int(let value): value
    case .double(let value): value.isNaN ? nil : Int(clamping: value)
    case .string(let text): Int(text.withoutSpaceInFront().withoutSpaceAtEnd())
    default: nil
    }
  }
}

extension Int {
  fileprivate init(clamping value: Double) {
    self = Int(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
  }
}

extension Renderer {
  /// Filters for numbers. What is no number counts as 0, as Liquid has always done.
  func number(
    _ call: FilterCall, _ input: LiquidValue, _ argument: LiquidValue?
  ) throws(Scanner.Failure) -> LiquidValue {
    let left = input.number ?? .int(0)
    let right = argument?.number ?? .int(0)
    switch call.filter {
    case .abs:
      if case .int(let value) = left { return value == .min ? .double(-Double(value)) : .int(Swift.abs(value)) }
      return .double(Swift.abs(left.double))
    case .at_least: return (left.value.isLess(than: right.value) ?? false ? right : left).value
    case .at_most: return (right.value.isLess(than: left.value) ?? false ? right : left).value
    case .ceil: return whole(left.double.rounded(.up), of: left)
    case .floor: return whole(left.double.rounded(.down), of: left)
    case .round: return rounded(left, to: argument)
    case .plus: return combine(left, right, { $0.addingReportingOverflow($1) }, { $0 + $1 }, { $0 + $1 })
    case .minus: return combine(left, right, { $0.subtractingReportingOverflow($1) }, { $0 - $1 }, { $0 - $1 })
    case .times: return combine(left, right, { $0.multipliedReportingOverflow(by: $1) }, { $0 * $1 }, { $0 * $1 })
    default: break
    }
    guard !right.isZero else {
      throw Scanner.Failure(kind: .divisionByZero(filter: call.filter.rawValue), byte: call.byte)
    }
    if case .int(let dividend) = left, case .int(let divisor) = right {
      let (quotient, overflow) = dividend.dividedReportingOverflow(by: divisor)
      if overflow { return call.filter == .modulo ? 0 : .double(-Double(dividend)) }
      let remainder = dividend % divisor
      // Rounded down, so that -7 divided by 2 is -4 and leaves 1.
      let isInexact = remainder != 0 && (remainder < 0) != (divisor < 0)
      if call.filter == .modulo { return .int(isInexact ? remainder + divisor : remainder) }
      return .int(isInexact ? quotient - 1 : quotient)
    }
    if call.filter == .divided_by { return .double(left.double / right.double) }
    if let a = left.decimal, let b = right.decimal, let result = a % b { return .double(result.double) }
    return .double(left.double.truncatingRemainder(dividingBy: right.double))
  }

  /// Whole numbers with whole numbers stay whole, unless they do not fit; anything else is reckoned in decimal digits.
  private func combine(
    _ left: Number, _ right: Number, _ whole: (Int, Int) -> (partialValue: Int, overflow: Bool),
    _ exact: (SmallDecimal, SmallDecimal) -> SmallDecimal?, _ floating: (Double, Double) -> Double
  ) -> LiquidValue {
    if case .int(let left) = left, case .int(let right) = right {
      let (result, overflow) = whole(left, right)
      if !overflow { return .int(result) }
    } else if let left = left.decimal, let right = right.decimal, let result = exact(left, right) {
      return .double(result.double)
    }
    return .double(floating(left.double, right.double))
  }

  private func whole(_ rounded: Double, of number: Number) -> LiquidValue {
    if case .int(let value) = number { return .int(value) }
    return Int(exactly: rounded).map { .int($0) } ?? .double(rounded)
  }

  /// To whole numbers, or to that many fraction digits. Halves go away from zero.
  private func rounded(_ number: Number, to argument: LiquidValue?) -> LiquidValue {
    let count = argument?.number.map { LiquidValue.double($0.double).integer ?? 0 } ?? 0
    guard let decimal = number.decimal else { return number.value }
    if case .int = number, count >= 0 { return number.value }
    let result = decimal.rounded(toFractionDigits: count)
    if count > 0 { return .double(result.double) }
    return Int(exactly: result.double).map { .int($0) } ?? .double(result.double)
  }
}
