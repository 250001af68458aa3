import ZonedTime

extension SandboxHouse {
  /// A theatre in Lyon. One performance is in the night the clocks go back and has no duration; the third is a season
  /// ticket, which two seasons have; a package is of the first two. The house has no German name, as names are missing in a
  /// real one.
  package static let theatre = SandboxHouse(
    institution: "MOSA", operatorCode: "MOSA_PASSES", secret: "a-theatre-of-the-sandbox", timeZone: "Europe/Paris",
    currencyCode: "EUR", fractionDigits: 2, language: "fr", barcodeLength: 24,
    vat: VAT(id: 306_170_001, code: "FR2.1", rate: 2_100, countryCode: "FR"),
    performances: [
      Performance(
        id: 10_228_900_000_200, eventID: 10_228_900_000_150, productID: 10_228_900_000_100, productCode: "SYMGALA",
        names: [
          "fr": "Gala symphonique", "en": "Symphonic Gala", "de": "Sinfonische Gala", "it": "Gala sinfonico",
          "es": "Gala sinfónica",
        ],
        site: houseOfTheArts, space: "Grande Salle", street: "12 quai des Lilas", zip: "69002", town: "Lyon",
        countryCode: "FR", start: moment("2027-01-15T20:30:00+01:00"), duration: 7_200, price: 65_000),
      Performance(
        id: 10_228_900_000_201, eventID: 10_228_900_000_151, productID: 10_228_900_000_101, productCode: "NUIT",
        names: [
          "fr": "La très longue nuit du théâtre d'objets et des marionnettes",
          "en": "The Very Long Night of Puppets", "de": "Die sehr lange Nacht der Puppen",
          "it": "La lunghissima notte delle marionette", "es": "La larguísima noche de los títeres",
        ],
        site: houseOfTheArts, space: "Petite Salle", street: "12 quai des Lilas", zip: "69002", town: "Lyon",
        countryCode: "FR", start: moment("2027-10-31T01:30:00+02:00"), duration: nil, price: 22_500, wallet: "vip"),
      Performance(
        id: 10_228_900_000_202, eventID: nil, productID: 10_228_900_000_102, productCode: "ABO27",
        kind: "SEASONTICKET",
        names: [
          "fr": "Abonnement 2027", "en": "Season Ticket 2027", "de": "Abonnement 2027", "it": "Abbonamento 2027",
          "es": "Abono 2027",
        ],
        site: houseOfTheArts, space: nil, street: "12 quai des Lilas", zip: "69002", town: "Lyon", countryCode: "FR",
        start: nil, duration: nil, price: 310_000),
    ],
    packages: [
      Package(
        productID: 10_228_900_000_103, productCode: "DUO27",
        names: [
          "fr": "Formule Duo", "en": "Duo Package", "de": "Duo-Paket", "it": "Pacchetto Duo", "es": "Paquete Dúo",
        ],
        parts: [
          .init(performance: 10_228_900_000_200, price: 55_000), .init(performance: 10_228_900_000_201, price: 19_000),
        ])
    ],
    seasons: [
      Season(
        id: 10_228_900_000_010, code: "S2627",
        names: [
          "fr": "Saison 2026/27", "en": "Season 2026/27", "de": "Spielzeit 2026/27", "it": "Stagione 2026/27",
          "es": "Temporada 2026/27",
        ],
        start: moment("2026-09-01T00:00:00+02:00"), end: moment("2027-12-31T23:59:59+01:00"),
        products: [10_228_900_000_100, 10_228_900_000_102, 10_228_900_000_103]),
      Season(
        id: 10_228_900_000_011, code: "S2728",
        names: [
          "fr": "Saison 2027/28", "en": "Season 2027/28", "de": "Spielzeit 2027/28", "it": "Stagione 2027/28",
          "es": "Temporada 2027/28",
        ],
        start: moment("2027-09-01T00:00:00+02:00"), end: moment("2028-07-31T23:59:59+02:00"),
        products: [10_228_900_000_101, 10_228_900_000_102]),
    ])

  private static let houseOfTheArts = [
    "fr": "Maison des Arts", "en": "House of the Arts", "it": "Casa delle Arti", "es": "Casa de las Artes",
  ]

  /// A museum in Tokyo: visits by time slot, no seats, no decimals.
  package static let museum = SandboxHouse(
    institution: "EDOM", operatorCode: "EDOM_PASSES", secret: "a-museum-of-the-sandbox", timeZone: "Asia/Tokyo",
    currencyCode: "JPY", fractionDigits: 0, language: "en", barcodeLength: 28,
    vat: VAT(id: 316_170_001, code: "JP10", rate: 10_000, countryCode: "JP"),
    performances: [
      Performance(
        id: 10_331_400_000_200, eventID: 10_331_400_000_150, productID: 10_331_400_000_100, productCode: "VISIT",
        kind: "PASS",
        names: [
          "en": "Permanent Collection", "ja": "常設展", "fr": "Collection permanente", "de": "Dauerausstellung",
          "it": "Collezione permanente", "es": "Colección permanente",
        ],
        site: [
          "en": "Museum of Edo", "ja": "江戸博物館", "fr": "Musée d'Edo", "de": "Edo-Museum", "it": "Museo di Edo",
          "es": "Museo de Edo",
        ],
        street: "1-4 Yokoami", zip: "130-0015", town: "Tokyo", countryCode: "JP",
        start: moment("2027-04-04T10:00:00+09:00"), duration: 5_400, isSeated: false, price: 1_500_000)
    ],
    seasons: [
      Season(
        id: 10_331_400_000_010, code: "FY2027", names: ["en": "2027", "ja": "2027年度"],
        start: moment("2027-04-01T00:00:00+09:00"), end: moment("2028-03-31T23:59:59+09:00"),
        products: [10_331_400_000_100])
    ])

  /// A stadium in Kuwait: names from right to left, three decimals. The guests' tickets have another system's barcodes.
  package static let stadium = SandboxHouse(
    institution: "CUBE", operatorCode: "CUBE_PASSES", secret: "a-stadium-of-the-sandbox", timeZone: "Asia/Kuwait",
    currencyCode: "KWD", fractionDigits: 3, language: "en", barcodeLength: 20,
    vat: VAT(id: 326_170_001, code: "KW0", rate: 0, countryCode: "KW"),
    performances: [
      Performance(
        id: 10_447_700_000_200, eventID: 10_447_700_000_150, productID: 10_447_700_000_100, productCode: "FINAL",
        names: [
          "en": "Cup Final", "ar": "نهائي الكأس", "fr": "Finale de la coupe", "de": "Pokalfinale",
          "it": "Finale di coppa", "es": "Final de copa",
        ],
        site: gulfStadium, space: "Main Pitch", street: "Sixth Ring Road", zip: "13001", town: "Kuwait City",
        countryCode: "KW", start: moment("2027-03-19T19:00:00+03:00"), duration: 6_300, price: 12_750),
      Performance(
        id: 10_447_700_000_201, eventID: 10_447_700_000_151, productID: 10_447_700_000_101, productCode: "AWAY",
        names: [
          "en": "Cup Final, guests' stand", "ar": "نهائي الكأس، مدرج الضيوف",
          "fr": "Finale de la coupe, tribune visiteurs", "de": "Pokalfinale, Gästetribüne",
          "it": "Finale di coppa, settore ospiti", "es": "Final de copa, grada visitante",
        ],
        site: gulfStadium, space: "Main Pitch", street: "Sixth Ring Road", zip: "13001", town: "Kuwait City",
        countryCode: "KW", start: moment("2027-03-19T19:00:00+03:00"), duration: 6_300, isSeated: false,
        price: 9_500, barcodesAreForeign: true),
    ],
    seasons: [
      Season(
        id: 10_447_700_000_010, code: "S2627", names: ["en": "2026/27 Season", "ar": "موسم 2026/27"],
        start: moment("2026-08-01T00:00:00+03:00"), end: moment("2027-06-30T23:59:59+03:00"),
        products: [10_447_700_000_100, 10_447_700_000_101])
    ])

  private static let gulfStadium = [
    "en": "Gulf Stadium", "ar": "استاد الخليج", "fr": "Stade du Golfe", "de": "Golfstadion",
    "it": "Stadio del Golfo", "es": "Estadio del Golfo",
  ]

  private static func moment(_ text: String) -> Int64 { ZonedDateTime(iso8601: text)?.epochMilliseconds ?? 0 }
}
