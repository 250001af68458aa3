/// An institution of the sandbox: what signs in to it, and what it sells.
package struct SandboxHouse: Sendable {
  package var institution: String
  package var operatorCode: String
  package var partner = "Passmint"
  package var secret: String
  /// IANA name.
  package var timeZone: String
  /// ISO 4217. Amounts are thousandths of its unit, however many digits it has.
  package var currencyCode: String
  package var fractionDigits: Int
  /// Names come in it when nobody asks for another.
  package var language: String
  package var barcodeLength: Int
  package var vat: VAT
  package var performances: [Performance]
  package var packages: [Package] = []
  package var seasons: [Season]

  /// What a ticket is for: a performance, a time slot, a season.
  package struct Performance: Sendable, Hashable {
    package var id: Int64
    /// nil for what is no single event, such as a season ticket.
    package var eventID: Int64?
    package var productID: Int64
    package var productCode: String
    /// Secutix's product family, such as `SINGLE_ENTRY`.
    package var kind = "SINGLE_ENTRY"
    /// By lower-case language.
    package var names: [String: String]
    package var site: [String: String]
    package var space: String?
    package var street: String
    package var zip: String
    package var town: String
    package var countryCode: String
    /// Milliseconds since 1970; nil for what is valid for more than one date.
    package var start: Int64?
    /// Seconds; not every house gives one.
    package var duration: Int64?
    package var isSeated = true
    /// In thousandths of the currency's unit.
    package var price: Int64
    /// The comfort variable WALLET: which template.
    package var wallet: String?
    /// Barcodes come from another ticket system: letters and digits.
    package var barcodesAreForeign = false
    package var isCancelled = false
  }

  /// Performances that are sold together.
  package struct Package: Sendable, Hashable {
    package struct Part: Sendable, Hashable {
      package var performance: Int64
      /// This part's share of the package's price, in thousandths of the currency's unit.
      package var price: Int64
    }

    package var productID: Int64
    package var productCode: String
    /// By lower-case language.
    package var names: [String: String]
    package var parts: [Part]
  }

  /// Seasons overlap, and a product can be in more than one.
  package struct Season: Sendable, Hashable {
    package var id: Int64
    package var code: String
    /// By lower-case language.
    package var names: [String: String]
    /// Milliseconds since 1970.
    package var start: Int64
    package var end: Int64
    package var products: [Int64]
  }

  package struct VAT: Sendable, Hashable {
    package var id: Int64
    package var code: String
    /// Thousandths of a percent.
    package var rate: Int64
    package var countryCode: String
  }
}

/// A tariff, which Secutix calls an audience sub category: who pays what.
package struct SandboxTariff: Sendable, Hashable {
  package let id: Int64
  package let code: String
  /// `FULL`, `REDUCED` or `FREE`.
  package let kind: String
  /// By lower-case language.
  package let names: [String: String]
  /// Thousandths of the full price.
  let share: Int64

  package static let adult = SandboxTariff(
    id: 306_150_001, code: "ADULT", kind: "FULL",
    names: ["fr": "Adulte", "en": "Adult", "de": "Erwachsene", "it": "Adulto", "es": "Adulto"], share: 1_000)
  package static let child = SandboxTariff(
    id: 306_150_002, code: "CHILD", kind: "REDUCED",
    names: ["fr": "Enfant", "en": "Child", "de": "Kind", "it": "Bambino", "es": "Niño"], share: 500)
  package static let all = [adult, child]

  /// What is paid of a full price, in its unit.
  func price(of full: Int64) -> Int64 { full * share / 1_000 }
}
