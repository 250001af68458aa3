/// A number as its decimal digits, so that 0.1 + 0.2 is 0.3 and 2.675 rounds to 2.68, as on a price list.
///
/// Holds what a `Double` shows (at most 17 digits); results that need more than 38 digits are nil and the caller falls
/// back on floating point.
struct SmallDecimal {
  /// The value is `digits` × 10^`exponent`.
  var digits: Int128
  var exponent: Int

  init(digits: Int128, exponent: Int) {
    self.digits = digits
    self.exponent = exponent
  }

  init(_ value: Int) { self.init(digits: Int128(value), exponent: 0) }

  /// The shortest digits that stand for the value; nil for infinity and not-a-number.
  init?(_ value: Double) {
    guard value.isFinite else { return nil }
    var digits: Int128 = 0
    var exponent = 0
    var isFraction = false
    var bytes = value.description.utf8[...]
    let isNegative = bytes.first == .minus
    if isNegative { bytes.removeFirst() }
    while let byte = bytes.popFirst() {
      if byte.isDigit {
        digits = digits * 10 + Int128(byte - 0x30)
        if isFraction { exponent -= 1 }
      } else if byte == UInt8(ascii: ".") {
        isFraction = true
      } else {
        guard let power = Int(Substring(bytes)) else { return nil }
        exponent += power
        break
      }
    }
    self.init(digits: isNegative ? -digits : digits, exponent: exponent)
  }

  var double: Double { Double("\(digits)e\(exponent)") ?? .nan }

  static func + (left: Self, right: Self) -> Self? {
    guard let (left, right, exponent) = aligned(left, right) else { return nil }
    return SmallDecimal(digits: left + right, exponent: exponent)
  }

  static func - (left: Self, right: Self) -> Self? {
    left + SmallDecimal(digits: -right.digits, exponent: right.exponent)
  }

  static func * (left: Self, right: Self) -> Self? {
    let (product, overflow) = left.digits.multipliedReportingOverflow(by: right.digits)
    return overflow ? nil : SmallDecimal(digits: product, exponent: left.exponent + right.exponent)
  }

  /// The remainder, with the sign of the left side.
  static func % (left: Self, right: Self) -> Self? {
    guard right.digits != 0, let (left, right, exponent) = aligned(left, right) else { return nil }
    return SmallDecimal(digits: left % right, exponent: exponent)
  }

  /// Both with the smaller exponent; nil when the digits would not fit.
  private static func aligned(_ left: Self, _ right: Self) -> (Int128, Int128, Int)? {
    let exponent = min(left.exponent, right.exponent)
    guard let left = left.scaled(to: exponent), let right = right.scaled(to: exponent) else { return nil }
    return (left, right, exponent)
  }

  /// The digits at an exponent that is not above the own one.
  private func scaled(to exponent: Int) -> Int128? {
    if digits == 0 { return 0 }
    var result = digits
    for _ in exponent..<self.exponent {
      let (next, overflow) = result.multipliedReportingOverflow(by: 10)
      // One digit is kept free, so that a sum cannot overflow.
      guard !overflow, next.magnitude < Self.most else { return nil }
      result = next
    }
    return result
  }

  private static let most: UInt128 = 10_000_000_000_000_000_000_000_000_000_000_000_000

  /// Rounded to that many fraction digits (below zero: to tens, hundreds …); halves go away from zero, as in shops.
  func rounded(toFractionDigits count: Int) -> SmallDecimal {
    var result = self
    let (target, overflow) = 0.subtractingReportingOverflow(count)
    guard !overflow, exponent < target else { return result }
    // More places than there are digits: nothing is left.
    guard target - exponent <= 38 else { return SmallDecimal(digits: 0, exponent: 0) }
    var lastDropped: Int128 = 0
    while result.exponent < target {
      lastDropped = result.digits % 10
      result.digits /= 10
      result.exponent += 1
    }
    if lastDropped.magnitude >= 5 { result.digits += lastDropped < 0 ? -1 : 1 }
    return result
  }

  /// The digits at exactly that many fraction digits, after rounding; nil when there would be too many.
  func digits(atFractionDigits count: Int) -> Int128? {
    rounded(toFractionDigits: count).scaled(to: -count)
  }
}
