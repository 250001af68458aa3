/// An amount read out of its text.
struct AmountReading: Equatable {
  var thousandths: Int64
  /// The ISO code, when the text shows which currency it is: `CHF 65`, `65 €`. A bare `$` or `¥` could be several.
  var currency: String?
}

struct AmountReadingError: Error, Equatable {
  let problem: AmountProblem
}

/// How an export writes amounts.
///
/// Blanks and apostrophes between digits always group thousands. Where both point and comma occur, the last of them is the
/// decimal mark. One alone is the decimal mark too, unless exactly three digits follow and one to three (no lone zero) go
/// before: `1.234` could be either, so it is refused until a mapping says what the decimal mark is.
struct AmountForm: Sendable, Equatable {
  var unit: AmountUnit = .units
  /// Point or comma, when the user said so.
  var decimalMark: Unicode.Scalar?

  func read(_ text: String) -> Result<AmountReading, AmountReadingError> {
    func refuse(_ problem: AmountProblem) -> Result<AmountReading, AmountReadingError> {
      .failure(.init(problem: problem))
    }
    let scalars = Array(text.unicodeScalars)
    guard let first = scalars.firstIndex(where: { asciiDigit($0) != nil }),
      let last = scalars.lastIndex(where: { asciiDigit($0) != nil })
    else { return refuse(.unreadable) }
    var prefix = String(String.UnicodeScalarView(scalars[..<first].filter { !isBlank($0) }))
    var suffix = String(String.UnicodeScalarView(scalars[(last + 1)...].filter { !isBlank($0) }))
    var isNegative = false
    for (index, sign) in zip(prefix.indices, prefix) where "-+\u{2212}".contains(sign) {
      isNegative = sign != "+"
      prefix.remove(at: index)
      break
    }
    for swiss in [".-", ".–", ".—", ",-", ",–", ",—"] where suffix.hasPrefix(swiss) {
      suffix.removeFirst(swiss.count)
      break
    }
    guard prefix.isEmpty || suffix.isEmpty, let sign = Self.sign(prefix.isEmpty ? suffix : prefix) else {
      return refuse(.unreadable)
    }
    switch digits(of: scalars[first...last]) {
    case .failure(let error): return .failure(error)
    case .success(let (whole, fraction, fractionDigits)):
      if unit != .units, fractionDigits > 0 { return refuse(.notWhole(unit)) }
      let factor: Int64 =
        switch unit {
        case .units: 1000
        case .hundredths: 10
        case .thousandths: 1
        }
      let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
      let (sum, overflow2) = product.addingReportingOverflow(fraction)
      if overflow || overflow2 { return refuse(.tooLarge) }
      var currency: String?
      if case .code(let code) = sign { currency = code }
      return .success(AmountReading(thousandths: isNegative ? -sum : sum, currency: currency))
    }
  }

  private typealias Digits = (whole: Int64, thousandths: Int64, fractionDigits: Int)

  private func digits(of scalars: ArraySlice<Unicode.Scalar>) -> Result<Digits, AmountReadingError> {
    func refuse(_ problem: AmountProblem) -> Result<Digits, AmountReadingError> { .failure(.init(problem: problem)) }
    // The digits between separators, and the separators.
    var groups: [[Int]] = [[]]
    var marks: [Unicode.Scalar] = []
    for scalar in scalars {
      if let digit = asciiDigit(scalar) {
        groups[groups.count - 1].append(digit)
      } else {
        switch scalar {
        case ".", ",": marks.append(scalar)
        case "'", "\u{2019}": marks.append("'")
        case _ where isBlank(scalar): marks.append(" ")
        default: return refuse(.unreadable)
        }
        groups.append([])
      }
    }
    if groups.contains(where: \.isEmpty) { return refuse(.unreadable) }
    var fraction: [Int] = []
    switch decimalMarkUsed(marks, groups) {
    case .ambiguous: return refuse(.ambiguous)
    case .contradictory: return refuse(.unreadable)
    case .none: break
    case .last:
      fraction = groups.removeLast()
      marks.removeLast()
    }
    if !marks.isEmpty {
      guard Set(marks).count == 1, groups[0].count <= 3, groups.dropFirst().allSatisfy({ $0.count == 3 }) else {
        return refuse(.unreadable)
      }
    }
    if fraction.count > 3 {
      guard fraction[3...].allSatisfy({ $0 == 0 }) else { return refuse(.unreadable) }
    }
    var whole: Int64 = 0
    for digit in groups.joined() {
      let (product, overflow) = whole.multipliedReportingOverflow(by: 10)
      let (sum, overflow2) = product.addingReportingOverflow(Int64(digit))
      if overflow || overflow2 { return refuse(.tooLarge) }
      whole = sum
    }
    let thousandths = (fraction + [0, 0, 0]).prefix(3).reduce(0) { $0 * 10 + Int64($1) }
    return .success((whole, thousandths, fraction.count))
  }

  private enum DecimalMark {
    case none, last, ambiguous, contradictory
  }

  private func decimalMarkUsed(_ marks: [Unicode.Scalar], _ groups: [[Int]]) -> DecimalMark {
    guard let last = marks.last, last == "." || last == "," else { return .none }
    if let decimalMark {
      guard marks.dropLast().allSatisfy({ $0 != decimalMark }) else { return .contradictory }
      return last == decimalMark ? .last : .none
    }
    if marks.count == 1 {
      let before = groups[0]
      return groups[1].count != 3 || before.count > 3 || before == [0] ? .last : .ambiguous
    }
    // One separator several times groups; a different last one is the decimal mark.
    return marks.dropLast().contains(last) ? .none : .last
  }

  private enum Sign {
    /// Nothing was written, or a sign of several currencies.
    case open
    case code(String)
  }

  /// nil: neither the sign nor the code of a currency.
  private static func sign(_ text: String) -> Sign? {
    switch text {
    case "", "$", "¥", "kr", "kr.": .open
    case "€", "EURO", "Euro", "euro", "Euros", "euros": .code("EUR")
    case "£": .code("GBP")
    case "US$": .code("USD")
    case "Fr", "Fr.", "SFr", "SFr.", "CHF.": .code("CHF")
    case "zł": .code("PLN")
    case "Kč": .code("CZK")
    case "₺": .code("TRY")
    case "₹": .code("INR")
    case "₩": .code("KRW")
    case "₪": .code("ILS")
    case let code where code.utf8.count == 3 && code.utf8.allSatisfy({ ($0 | 0x20) &- 0x61 < 26 }):
      .code(code.uppercased())
    default: nil
    }
  }
}
