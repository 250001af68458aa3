/// A JSON number, kept exactly as it was written: ids above 2^53 and prices stay what they are.
///
/// Equality is that of the text: `65` and `65.0` are different numbers here.
package struct JSONNumber: Sendable, Hashable {
  package let literal: String

  /// nil when the text is not a number by the grammar of RFC 8259 section 6 (no leading zeros, no `+`, no `NaN`).
  package init?(literal: String) {
    var text = literal
    let length = text.withUTF8 { JSONParser.lengthOfNumber(in: $0, from: 0) }
    guard case .number(let count) = length, count == text.utf8.count else { return nil }
    self.literal = literal
  }

  package init(_ value: Int64) {
    literal = String(value)
  }

  /// The shortest digits that give the same value back, `65` rather than `65.0`; nil when the value is not finite.
  package init?(_ value: Double) {
    guard value.isFinite else { return nil }
    let text = value.description
    literal = text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  init(validated literal: String) {
    self.literal = literal
  }

  /// The value when it is exactly a 64-bit integer, also when written `65.0` or `1e3`.
  package var int64: Int64? {
    if let value = Int64(literal) { return value }
    var digits = ""
    var fractionDigits = 0
    var exponent = 0
    var inFraction = false
    var rest = literal[...]
    let isNegative = rest.first == "-"
    if isNegative { rest.removeFirst() }
    while let character = rest.first {
      rest.removeFirst()
      if character == "." {
        inFraction = true
      } else if character == "e" || character == "E" {
        guard let value = Int(rest) else { return digits.allSatisfy { $0 == "0" } ? 0 : nil }
        exponent = value
        break
      } else {
        digits.append(character)
        if inFraction { fractionDigits += 1 }
      }
    }
    while digits.last == "0" && fractionDigits > 0 {
      digits.removeLast()
      fractionDigits -= 1
    }
    digits = String(digits.drop { $0 == "0" })
    if digits.isEmpty { return 0 }
    let (shift, overflow) = exponent.subtractingReportingOverflow(fractionDigits)
    if overflow { return nil }
    if shift >= 0 {
      guard shift <= 19 else { return nil }
      digits += String(repeating: "0", count: shift)
    } else {
      guard digits.count > -shift, digits.suffix(-shift).allSatisfy({ $0 == "0" }) else { return nil }
      digits.removeLast(-shift)
    }
    return Int64((isNegative ? "-" : "") + digits)
  }

  /// The nearest double; nil when there is none (`1e999`).
  package var double: Double? {
    guard let value = Double(literal), value.isFinite else { return nil }
    return value
  }
}
