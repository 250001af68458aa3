import ZonedTime

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
  package var performances: [Performance]

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
}

extension SandboxHouse {
  /// A theatre in Lyon. One performance is in the night the clocks go back and has no duration; the third is a season
  /// ticket.
  package static let theatre = SandboxHouse(
    institution: "MOSA", operatorCode: "MOSA_PASSES", secret: "a-theatre-of-the-sandbox", timeZone: "Europe/Paris",
    currencyCode: "EUR", fractionDigits: 2, language: "fr", barcodeLength: 24,
    performances: [
      Performance(
        id: 10_228_900_000_200, eventID: 10_228_900_000_150, productID: 10_228_900_000_100, productCode: "SYMGALA",
        names: ["fr": "Gala symphonique", "en": "Symphonic Gala", "de": "Sinfonische Gala"],
        site: ["fr": "Maison des Arts", "en": "House of the Arts"], space: "Grande Salle",
        street: "12 quai des Lilas", zip: "69002", town: "Lyon", countryCode: "FR",
        start: moment("2027-01-15T20:30:00+01:00"), duration: 7_200, price: 65_000),
      Performance(
        id: 10_228_900_000_201, eventID: 10_228_900_000_151, productID: 10_228_900_000_101, productCode: "NUIT",
        names: [
          "fr": "La très longue nuit du théâtre d'objets et des marionnettes",
          "en": "The Very Long Night of Puppets",
        ],
        site: ["fr": "Maison des Arts", "en": "House of the Arts"], space: "Petite Salle",
        street: "12 quai des Lilas", zip: "69002", town: "Lyon", countryCode: "FR",
        start: moment("2027-10-31T01:30:00+02:00"), duration: nil, price: 22_500, wallet: "vip"),
      Performance(
        id: 10_228_900_000_202, eventID: nil, productID: 10_228_900_000_102, productCode: "ABO27",
        kind: "SEASONTICKET", names: ["fr": "Abonnement 2027", "en": "Season Ticket 2027"],
        site: ["fr": "Maison des Arts", "en": "House of the Arts"], space: nil, street: "12 quai des Lilas",
        zip: "69002", town: "Lyon", countryCode: "FR", start: nil, duration: nil, price: 310_000),
    ])

  /// A museum in Tokyo: visits by time slot, no seats, no decimals.
  package static let museum = SandboxHouse(
    institution: "EDOM", operatorCode: "EDOM_PASSES", secret: "a-museum-of-the-sandbox", timeZone: "Asia/Tokyo",
    currencyCode: "JPY", fractionDigits: 0, language: "en", barcodeLength: 28,
    performances: [
      Performance(
        id: 10_331_400_000_200, eventID: 10_331_400_000_150, productID: 10_331_400_000_100, productCode: "VISIT",
        kind: "PASS", names: ["en": "Permanent Collection", "ja": "常設展"], site: ["en": "Museum of Edo", "ja": "江戸博物館"],
        street: "1-4 Yokoami", zip: "130-0015", town: "Tokyo", countryCode: "JP",
        start: moment("2027-04-04T10:00:00+09:00"), duration: 5_400, isSeated: false, price: 1_500_000)
    ])

  /// A stadium in Kuwait: names from right to left, three decimals. The guests' tickets have another system's barcodes.
  package static let stadium = SandboxHouse(
    institution: "CUBE", operatorCode: "CUBE_PASSES", secret: "a-stadium-of-the-sandbox", timeZone: "Asia/Kuwait",
    currencyCode: "KWD", fractionDigits: 3, language: "en", barcodeLength: 20,
    performances: [
      Performance(
        id: 10_447_700_000_200, eventID: 10_447_700_000_150, productID: 10_447_700_000_100, productCode: "FINAL",
        names: ["en": "Cup Final", "ar": "نهائي الكأس"], site: ["en": "Gulf Stadium", "ar": "استاد الخليج"],
        space: "Main Pitch", street: "Sixth Ring Road", zip: "13001", town: "Kuwait City", countryCode: "KW",
        start: moment("2027-03-19T19:00:00+03:00"), duration: 6_300, price: 12_750),
      Performance(
        id: 10_447_700_000_201, eventID: 10_447_700_000_151, productID: 10_447_700_000_101, productCode: "AWAY",
        names: ["en": "Cup Final, guests' stand", "ar": "نهائي الكأس، مدرج الضيوف"],
        site: ["en": "Gulf Stadium", "ar": "استاد الخليج"], space: "Main Pitch", street: "Sixth Ring Road",
        zip: "13001", town: "Kuwait City", countryCode: "KW", start: moment("2027-03-19T19:00:00+03:00"),
        duration: 6_300, isSeated: false, price: 9_500, barcodesAreForeign: true),
    ])

  /// The houses by what people call them.
  package static let named = ["theatre": theatre, "museum": museum, "stadium": stadium]

  private static func moment(_ text: String) -> Int64 { ZonedDateTime(iso8601: text)?.epochMilliseconds ?? 0 }
}
