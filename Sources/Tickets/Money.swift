/// An amount in a currency, exact to a thousandth: the unit in which Secutix's API counts.
package struct Money: Sendable, Hashable {
  package let thousandths: Int64
  package let currency: Currency

  package init(thousandths: Int64, currency: Currency) {
    self.thousandths = thousandths
    self.currency = currency
  }

  /// The amount as a number of whole currency units (`65.0` for EUR 65).
  package var amount: Double { Double(thousandths) / 1000 }

  /// The amount with the currency's number of fraction digits and a point: `65.00`, `6500`, `12.345`.
  package var decimalText: String {
    let magnitude = thousandths.magnitude
    var whole = magnitude / 1000
    var fraction = magnitude % 1000
    switch currency.fractionDigits {
    case 0: fraction = 0
    case 2: fraction /= 10
    default: break
    }
    if currency.fractionDigits == 0, magnitude % 1000 >= 500 { whole += 1 }
    let sign = thousandths < 0 ? "-" : ""
    guard currency.fractionDigits > 0 else { return "\(sign)\(whole)" }
    let digits = String(fraction)
    return "\(sign)\(whole)." + String(repeating: "0", count: currency.fractionDigits - digits.count) + digits
  }
}

/// An ISO 4217 currency code.
package struct Currency: Sendable, Hashable {
  /// Three capital letters.
  package let code: String

  /// - Throws: `TicketError.currency` unless it is three ASCII letters; small letters are raised.
  package init(_ code: some StringProtocol) throws(TicketError) {
    let upper = code.uppercased()
    guard upper.utf8.count == 3, upper.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
      throw .currency(String(code))
    }
    self.code = upper
  }

  /// Digits of the smallest coin, by ISO 4217: none for the yen, three for the Kuwaiti dinar, two for most.
  package var fractionDigits: Int {
    switch code {
    case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
      "XPF":
      0
    case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
    default: 2
    }
  }
}
