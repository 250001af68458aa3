/// How an amount of money is written in a language. Own small tables after Unicode's locale data: the system's
/// formatters cost more than the rest of a pass.
struct MoneyStyle: Sendable {
  let decimal: String
  let group: String
  /// A first group of fewer digits than this is not split off: `1234,50 €`, but `12.345,50 €` in Spanish.
  let leastFirstGroup: Int
  let isSymbolFirst: Bool
  /// Between symbol and number; codes such as CHF in front always get a no-break space.
  let gap: String
  /// Whether the minus stands between symbol and number (`€ -5,00`).
  let isMinusAfterSymbol: Bool
  let symbols: [String: String]

  private static let noBreakSpace = "\u{A0}"

  private init(
    _ decimal: String, _ group: String, leastFirstGroup: Int = 1, symbolFirst: Bool, gap: String = noBreakSpace,
    minusAfterSymbol: Bool = false, symbols: [String: String]
  ) {
    self.decimal = decimal
    self.group = group
    self.leastFirstGroup = leastFirstGroup
    isSymbolFirst = symbolFirst
    self.gap = gap
    isMinusAfterSymbol = minusAfterSymbol
    self.symbols = symbols
  }

  /// By language tag; countries that write differently from their language have an own entry. A language without a
  /// table gets the neutral form `1234.50 CHF`.
  static func named(_ tag: String) -> MoneyStyle {
    let parts = tag.split(whereSeparator: { $0 == "-" || $0 == "_" })
    let country = parts.count > 1 ? parts[parts.count - 1].uppercased() : ""
    switch (parts.first?.lowercased() ?? "", country) {
    case ("en", ""), ("en", "US"): return english
    case ("en", _): return worldEnglish
    case ("fr", _): return french
    case ("de", "CH"), ("de", "LI"): return swissGerman
    case ("it", "CH"): return swissItalian
    case ("de", "AT"): return austrian
    case ("de", _): return german
    case ("it", _): return italian
    case ("es", _): return spanish
    case ("nl", _): return dutch
    case ("pt", "PT"): return european
    case ("pt", _): return brazilian
    default: return neutral
    }
  }

  private static let english = MoneyStyle(
    ".", ",", symbolFirst: true, gap: "",
    symbols: ["EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CAD": "CA$", "AUD": "A$", "BRL": "R$"])
  private static let worldEnglish = MoneyStyle(
    ".", ",", symbolFirst: true, gap: "",
    symbols: ["EUR": "€", "USD": "US$", "GBP": "£", "JPY": "JP¥", "CAD": "CA$", "AUD": "A$", "BRL": "R$"])
  private static let french = MoneyStyle(
    ",", "\u{202F}", symbolFirst: false, symbols: ["EUR": "€", "USD": "$US", "GBP": "£GB"])
  private static let german = MoneyStyle(
    ",", ".", symbolFirst: false, symbols: ["EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "BRL": "R$"])
  private static let austrian = MoneyStyle(
    ",", ".", symbolFirst: true, symbols: ["EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"])
  private static let swissGerman = MoneyStyle(
    ".", "’", symbolFirst: true, minusAfterSymbol: true, symbols: ["USD": "$", "GBP": "£", "JPY": "¥"])
  private static let swissItalian = MoneyStyle(
    ".", "’", symbolFirst: true, minusAfterSymbol: true, symbols: ["EUR": "€", "GBP": "£"])
  private static let italian = MoneyStyle(
    ",", ".", symbolFirst: false, symbols: ["EUR": "€", "GBP": "£", "BRL": "R$"])
  private static let spanish = MoneyStyle(
    ",", ".", leastFirstGroup: 2, symbolFirst: false, symbols: ["EUR": "€", "USD": "US$"])
  private static let dutch = MoneyStyle(
    ",", ".", symbolFirst: true, minusAfterSymbol: true,
    symbols: ["EUR": "€", "USD": "US$", "GBP": "£", "JPY": "JP¥", "BRL": "R$"])
  private static let brazilian = MoneyStyle(
    ",", ".", symbolFirst: true, symbols: ["EUR": "€", "USD": "US$", "GBP": "£", "JPY": "JP¥", "BRL": "R$"])
  private static let european = MoneyStyle(
    ",", noBreakSpace, leastFirstGroup: 2, symbolFirst: false,
    symbols: ["EUR": "€", "USD": "US$", "GBP": "£", "JPY": "JP¥", "BRL": "R$"])
  private static let neutral = MoneyStyle(".", "", symbolFirst: false, symbols: [:])

  /// - Parameters:
  ///   - amount: in whole units of the currency; rounded to its fraction digits, halves away from zero.
  ///   - currency: ISO 4217 code; empty for a number alone, with two fraction digits.
  /// - Returns: nil for amounts of more than 38 digits.
  func string(_ amount: SmallDecimal, currency: String) -> String? {
    let code = currency.uppercased()
    let fractionDigits = Self.fractionDigits(of: code)
    guard let units = amount.digits(atFractionDigits: fractionDigits) else { return nil }
    let number = number(units.magnitude, fractionDigits: fractionDigits)
    let minus = units < 0 ? "-" : ""
    guard !code.isEmpty else { return minus + number }
    let symbol = symbols[code] ?? code
    guard isSymbolFirst else { return minus + number + gap + symbol }
    let isWord = symbol.last?.isLetter ?? false
    let gap = gap.isEmpty && isWord ? Self.noBreakSpace : gap
    // Where the minus follows the symbol it takes the place of the gap's end: `€ -5,00`, but `CHF-5.00`.
    if isMinusAfterSymbol, !minus.isEmpty { return symbol + (decimal == "." ? "" : gap) + minus + number }
    return minus + symbol + gap + number
  }

  private func number(_ units: UInt128, fractionDigits: Int) -> String {
    var digits = Array(String(units).utf8)
    while digits.count <= fractionDigits { digits.insert(0x30, at: 0) }
    let whole = digits.dropLast(fractionDigits)
    let isGrouped = !group.isEmpty && whole.count > 3 && whole.count - 3 >= leastFirstGroup
    var text = ""
    for (index, digit) in whole.enumerated() {
      if isGrouped, index > 0, (whole.count - index) % 3 == 0 { text += group }
      text.unicodeScalars.append(Unicode.Scalar(digit))
    }
    guard fractionDigits > 0 else { return text }
    return text + decimal + String(decoding: digits.suffix(fractionDigits), as: UTF8.self)
  }

  /// ISO 4217's minor unit.
  static func fractionDigits(of code: String) -> Int {
    switch code {
    case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
      "XPF":
      0
    case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
    default: 2
    }
  }
}
