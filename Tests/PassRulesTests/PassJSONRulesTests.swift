import JSON
import Passes
import Testing

/// One spoiled member and what must be found at that place. A nil code means: no finding at all.
struct SpoiledPass: CustomTestStringConvertible, Sendable {
  let pointer: String
  let json: String?
  let code: String?
  let severity: Finding.Severity
  var testDescription: String { "\(pointer) = \(json ?? "nothing") → \(code ?? "good")" }

  static func error(_ pointer: String, _ json: String?, _ code: String) -> SpoiledPass {
    SpoiledPass(pointer: pointer, json: json, code: code, severity: .error)
  }
  static func warning(_ pointer: String, _ json: String?, _ code: String) -> SpoiledPass {
    SpoiledPass(pointer: pointer, json: json, code: code, severity: .warning)
  }
  static func good(_ pointer: String, _ json: String?) -> SpoiledPass {
    SpoiledPass(pointer: pointer, json: json, code: nil, severity: .warning)
  }
}

@Suite("Rules for pass.json") struct PassJSONRulesTests {
  private func findings(_ spoiled: SpoiledPass) throws -> [Finding] {
    WalletRules.findings(in: try PassFixture.files(setting: spoiled.pointer, to: spoiled.json))
  }

  private func expect(_ spoiled: SpoiledPass) throws {
    let findings = try findings(spoiled)
    guard let code = spoiled.code else {
      #expect(findings == [])
      return
    }
    let found = findings.first { $0.code == code }
    #expect(found != nil, "found only \(findings.map(\.code))")
    #expect(found?.severity == spoiled.severity)
    #expect(found?.place.line != nil, "every finding in pass.json has a line")
    #expect(found?.hint.isEmpty == false)
    let others = findings.filter { $0.code != code }
    #expect(others == [], "one slip, one kind of finding")
  }

  @Test func `the untouched pass breaks no rule`() {
    #expect(WalletRules.findings(in: PassFixture.files()) == [])
  }

  static let topLevel: [SpoiledPass] = [
    .error("formatVersion", nil, "required-key-missing"),
    .error("passTypeIdentifier", nil, "required-key-missing"),
    .error("serialNumber", nil, "required-key-missing"),
    .error("teamIdentifier", nil, "required-key-missing"),
    .error("organizationName", nil, "required-key-missing"),
    .error("description", nil, "required-key-missing"),
    .error("serialNumber", "\"\"", "required-key-empty"),
    .warning("description", "\" \"", "required-key-empty"),
    .warning("passTypeIdentifier", "\"org.example.tickets\"", "pass-type-identifier"),
    .error("formatVersion", "2", "format-version"),
    .error("formatVersion", "\"1\"", "wrong-type"),
    .error("serialNumber", "815", "wrong-type"),
    .error("voided", "\"true\"", "wrong-type"),
    .warning("voided", "1", "wrong-type"),
    .good("voided", "true"),
    .good("sharingProhibited", "false"),
    .warning("maxDistance", "\"100\"", "wrong-type"),
    .warning("maxDistance", "-5", "max-distance-range"),
    .good("maxDistance", "100"),
    .good("backgroundColor", "\"#fff\""),
    .good("backgroundColor", "\"#A0b1C2\""),
    .good("labelColor", "\"rgb(1,2,3)\""),
    .warning("labelColor", "\"rgba(1, 2, 3, 0.5)\"", "color-with-alpha"),
    .error("labelColor", "\"rgb(256, 0, 0)\"", "color-malformed"),
    .error("labelColor", "\"rgb(1, 2)\"", "color-malformed"),
    .error("labelColor", "\"red\"", "color-malformed"),
    .error("labelColor", "\"#12345\"", "color-malformed"),
    .error("authenticationToken", "\"short\"", "authentication-token-short"),
    .error("authenticationToken", nil, "web-service-incomplete"),
    .error("webServiceURL", nil, "web-service-incomplete"),
    .warning("webServiceURL", "\"http://example.org/wallet\"", "web-service-insecure"),
    .error("webServiceURL", "\"example.org\"", "web-service-url-malformed"),
    .error("webServiceURL", "\"https://\"", "web-service-url-malformed"),
    .warning("webServiceURL", "\"https://example.org/v1\"", "web-service-url-version"),
    .good("webServiceURL", "\"https://example.org:8443/a/b\""),
    .error("appLaunchURL", "\"myapp://open\"", "app-launch-without-store-identifier"),
    .error("associatedStoreIdentifiers", "[\"123\"]", "wrong-type"),
    .good("associatedStoreIdentifiers", "[123]"),
    .warning("relevantdate", "\"2026-12-31T19:00:00Z\"", "key-misspelt"),
    .warning("sharingProhibitd", "true", "key-misspelt"),
    // Next to a key that is there, an alike one is more likely an issuer's own.
    .good("backgroundColour", "\"rgb(1, 2, 3)\""),
    .good("userInfo", "{\"any\": [1]}"),
    .good("passThatWasSet", "true"),
    .good("isShellPass", "1"),
    .warning("sellURL", "\"https://example.org/sell\"", "key-without-effect"),
    .good("groupingIdentifier", "\"42\""),
    .good("expirationDate", "\"2027-01-01T00:00:00Z\""),
    .good("expirationDate", "\"2027-01-01T00:00Z\""),
    .good("expirationDate", "\"2027-01-01T00:00:00.000+01:00\""),
    .error("expirationDate", "\"2027-01-01T00:00:00\"", "date-without-zone"),
    .error("expirationDate", "\"2027-01-01T00:00:00+0100\"", "date-malformed"),
    .error("expirationDate", "\"2027-01-01T00:00:00-7:00\"", "date-malformed"),
    .error("expirationDate", "\"2027-01-01 00:00:00Z\"", "date-malformed"),
    .error("expirationDate", "\"2027-02-31T00:00:00Z\"", "date-impossible"),
    .error("expirationDate", "\"31.12.2026\"", "date-malformed"),
    .error("expirationDate", "1798758000", "wrong-type"),
  ]

  @Test(arguments: topLevel) func `top-level keys`(_ spoiled: SpoiledPass) throws { try expect(spoiled) }

  static let styles: [SpoiledPass] = [
    .error("eventTicket", nil, "style-missing"),
    .error("eventTicket", "[]", "wrong-type"),
    .error("generic", "{}", "style-ambiguous"),
    .good("posterGeneric", "{}"),
    .warning("eventTicket/additionalinfofields", "[]", "key-misspelt"),
    .warning("eventTicket/transitType", "\"PKTransitTypeAir\"", "transit-type-misplaced"),
  ]

  @Test(arguments: styles) func `the style`(_ spoiled: SpoiledPass) throws { try expect(spoiled) }

  static let fields: [SpoiledPass] = [
    .error("eventTicket/primaryFields", "{}", "wrong-type"),
    .error("eventTicket/primaryFields/0", "\"title\"", "wrong-type"),
    .error("eventTicket/primaryFields/0/key", nil, "field-key-missing"),
    .error("eventTicket/primaryFields/0/key", "7", "wrong-type"),
    .error("eventTicket/primaryFields/0/value", nil, "field-value-missing"),
    .error("eventTicket/primaryFields/0/value", "true", "field-value-type"),
    .error("eventTicket/primaryFields/0/value", "null", "field-value-type"),
    .good("eventTicket/primaryFields/0/value", "\"\""),
    .good("eventTicket/primaryFields/0/key", "\"Additional Texté\""),
    .warning("eventTicket/primaryFields/0/key", "\"seat\"", "field-key-duplicate"),
    .warning("eventTicket/primaryFields/0/_id", "\"CB6B\"", "designer-id"),
    .warning("eventTicket/primaryFields/0/lable", "\"EVENT\"", "key-misspelt"),
    .warning("eventTicket/primaryFields/1", #"{"key": "second", "value": ""}"#, "too-many-fields"),
    .error("eventTicket/primaryFields/0/label", "12", "wrong-type"),
    .warning("eventTicket/backFields/0/attributedValue", "\"<b>bold</b>\"", "attributed-value-markup"),
    .good("eventTicket/backFields/0/attributedValue", "\"3 < 4 and <a href='x'>y</a>\""),
    .warning("eventTicket/secondaryFields/0/changeMessage", "\"Changed\"", "change-message-without-placeholder"),
    .good("eventTicket/secondaryFields/0/changeMessage", "\"\""),
    .warning("eventTicket/secondaryFields/0/numberStyle", "\"PKNumberStyleDecimal\"", "currency-with-number-style"),
    .warning("eventTicket/secondaryFields/0/currencyCode", "\"Euro\"", "currency-code-unknown"),
    .warning("eventTicket/secondaryFields/0/value", "\"12.50\"", "number-as-text"),
    .error("eventTicket/secondaryFields/0/value", "\"free\"", "number-style-on-text"),
    .error("eventTicket/auxiliaryFields/1/value", "\"seven\"", "number-style-on-text"),
    .error("eventTicket/auxiliaryFields/1/numberStyle", "\"PKNumberStyleRoman\"", "number-style-unknown"),
    .error("eventTicket/headerFields/0/dateStyle", "\"NSDateFormatterShortStyle\"", "date-style-unknown"),
    .error("eventTicket/headerFields/0/timeStyle", "\"Short\"", "date-style-unknown"),
    .error("eventTicket/headerFields/0/value", "\"tonight\"", "date-malformed"),
    .error("eventTicket/headerFields/0/value", "20261231", "date-style-on-other-value"),
    .error("eventTicket/headerFields/0/isRelative", "\"yes\"", "wrong-type"),
    .good("eventTicket/headerFields/0/textAlignment", "\"PKTextAlignmentRight\""),
    .error("eventTicket/headerFields/0/textAlignment", "\"right\"", "text-alignment-unknown"),
    .warning("eventTicket/primaryFields/0/textAlignment", "\"PKTextAlignmentLeft\"", "text-alignment-misplaced"),
    .error("eventTicket/auxiliaryFields/0/row", "2", "row-unknown"),
    .error("eventTicket/auxiliaryFields/0/row", "\"0\"", "wrong-type"),
    .warning("eventTicket/headerFields/0/row", "0", "row-misplaced"),
    .error("eventTicket/backFields/0/dataDetectorTypes", "[\"Link\"]", "data-detector-unknown"),
    .warning("eventTicket/headerFields/0/dataDetectorTypes", "[]", "data-detectors-misplaced"),
    .good("eventTicket/backFields/0/dataDetectorTypes", "[\"PKDataDetectorTypeLink\"]"),
  ]

  @Test(arguments: fields) func `fields of all groups`(_ spoiled: SpoiledPass) throws { try expect(spoiled) }

  static let barcodes: [SpoiledPass] = [
    .error(
      "barcodes", #"{"format": "PKBarcodeFormatQR", "message": "1", "messageEncoding": "iso-8859-1"}"#, "wrong-type"),
    .error("barcodes/0", "\"0001\"", "wrong-type"),
    .warning("barcodes", "[]", "barcodes-empty"),
    .error("barcodes/0/format", nil, "barcode-key-missing"),
    .error("barcodes/0/message", nil, "barcode-key-missing"),
    .error("barcodes/0/messageEncoding", nil, "barcode-key-missing"),
    .error("barcodes/0/message", "12345", "wrong-type"),
    .error("barcodes/0/message", "\"\"", "barcode-message-empty"),
    .error("barcodes/0/message", "\"50 €\"", "barcode-not-encodable"),
    .good("barcodes/0/message", "\"Müller\""),
    .error("barcodes/0/messageEncoding", "\"latin one\"", "barcode-encoding-unknown"),
    .warning("barcodes/0/messageEncoding", "\"iso-8859-15\"", "barcode-encoding-unknown"),
    .good("barcodes/0/messageEncoding", "\"utf-8\""),
    .warning(
      "barcodes", #"[{"format": "PKBarcodeFormatQR", "message": "Łódź", "messageEncoding": "utf-8", "altText": "Ł"}]"#,
      "barcode-encoding-scanner"),
    .error("barcodes/0/format", "\"PKBarcodeFormatQRCode\"", "barcode-format-unknown"),
    .error("barcodes/0/format", "\"PKBarcodeFormatITF\"", "barcode-format-unknown"),
    .warning("barcodes/0/format", "\"PKBarcodeFormatCode128\"", "barcode-not-on-watch"),
    .warning("barcodes/0/format", "\"PKBarcodeFormatI2of5\"", "barcode-without-fallback"),
    .good(
      "barcodes/1",
      #"{"format": "PKBarcodeFormatEAN13", "message": "4006381333931", "messageEncoding": "us-ascii", "altText": "1"}"#),
    .error(
      "barcodes/1",
      #"{"format": "PKBarcodeFormatEAN13", "message": "4006381333932", "messageEncoding": "us-ascii", "altText": "1"}"#,
      "barcode-not-drawable"),
    .error(
      "barcodes/1",
      #"{"format": "PKBarcodeFormatEAN13", "message": "12345", "messageEncoding": "us-ascii", "altText": "1"}"#,
      "barcode-not-drawable"),
    .error(
      "barcodes/1",
      #"{"format": "PKBarcodeFormatI2of5", "message": "123", "messageEncoding": "us-ascii", "altText": "1"}"#,
      "barcode-not-drawable"),
    .error(
      "barcodes/1",
      #"{"format": "PKBarcodeFormatCode39", "message": "abc", "messageEncoding": "us-ascii", "altText": "1"}"#,
      "barcode-not-drawable"),
    .error(
      "barcodes/1",
      #"{"format": "PKBarcodeFormatCodabar", "message": "A12E", "messageEncoding": "us-ascii", "altText": "1"}"#,
      "barcode-not-drawable"),
    .error(
      "barcodes/1",
      #"{"format": "PKBarcodeFormatCode128", "message": "é", "messageEncoding": "iso-8859-1", "altText": "1"}"#,
      "barcode-not-drawable"),
    .error("barcodes/0/message", "\"\(String(repeating: "9", count: 3000))\"", "barcode-too-long"),
    .warning(
      "barcode", #"{"format": "PKBarcodeFormatQR", "message": "1", "messageEncoding": "iso-8859-1"}"#,
      "barcode-legacy-differs"),
    .good("barcode", #"{"format": "PKBarcodeFormatQR", "message": "00012345", "messageEncoding": "iso-8859-1"}"#),
    .error("nfc", #"{"message": "1"}"#, "nfc-key-missing"),
    .error("nfc", #"{"message": "1", "encryptionPublicKey": "MDkw"}"#, "nfc-public-key-malformed"),
    .good("nfc", nfc(message: "1")),
    .warning("nfc", nfc(message: String(repeating: "x", count: 65)), "nfc-message-long"),
  ]

  private static func nfc(message: String) -> String {
    #"{"message": "\#(message)", "encryptionPublicKey": "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", "requiresAuthentication": false}"#
  }

  @Test(arguments: barcodes) func `barcodes and NFC`(_ spoiled: SpoiledPass) throws { try expect(spoiled) }

  static let relevance: [SpoiledPass] = [
    .error("locations", "{}", "wrong-type"),
    .error("locations/0/latitude", nil, "location-incomplete"),
    .error("locations/0/latitude", "\"48.2\"", "wrong-type"),
    .warning("locations/0/latitude", "116.3", "location-range"),
    .warning(
      "locations", "[\(Array(repeating: #"{"latitude": 1, "longitude": 2}"#, count: 11).joined(separator: ","))]",
      "too-many-locations"),
    .error("beacons/0/proximityUUID", nil, "beacon-uuid"),
    .error("beacons/0/proximityUUID", "\"not a uuid\"", "beacon-uuid"),
    .warning("beacons/0/major", "70000", "beacon-range"),
    .warning(
      "beacons",
      "[\((0..<11).map { #"{"proximityUUID": "F8F589E9-C07E-58B8-9B7A-2D1C6F0A5A\#(10 + $0)"}"# }.joined(separator: ","))]",
      "too-many-beacons"),
    .error("relevantDates", "\"2026-12-31T19:00:00Z\"", "wrong-type"),
    .error("relevantDates/0", "\"2026-12-31T19:00:00Z\"", "wrong-type"),
    .error("relevantDates/0", "{}", "relevant-dates-shape"),
    .error("relevantDates/0/endDate", nil, "relevant-dates-shape"),
    .good("relevantDates/0", #"{"date": "2026-12-31T19:00:00Z"}"#),
    .warning("relevantDates/0/date", "\"2026-12-31T19:00:00Z\"", "relevant-dates-mixed"),
    .warning("relevantDates/0", #"{"relevantDate": "2026-12-31T19:00:00Z"}"#, "relevant-dates-beta-name"),
    .warning("relevantDates/0/endDate", "\"2026-12-30T19:00:00Z\"", "interval-reversed"),
    .warning("relevantDates/0/endDate", "\"2027-01-02T19:00:00Z\"", "interval-long"),
    .error("relevantDates/0/endDate", "\"2027-01-02\"", "date-malformed"),
  ]

  @Test(arguments: relevance) func `places and dates of relevance`(_ spoiled: SpoiledPass) throws {
    try expect(spoiled)
  }

  static let semantics: [SpoiledPass] = [
    .warning("semantics/eventName", "7", "wrong-type"),
    .warning("semantics/flightNumber", "\"815\"", "wrong-type"),
    .error("semantics/eventStartDate", "\"31.12.2026\"", "date-malformed"),
    .warning("semantics/eventType", "\"PKEventTypeConcert\"", "event-type-unknown"),
    .warning("semantics/venueNmae", "\"Hall\"", "key-misspelt"),
    .warning("semantics/seats/0/seatnumber", "\"C\"", "key-misspelt"),
    .good("semantics/seats/0/seatNumber", "\"12\""),
    .warning("semantics/seats/0", "\"C\"", "wrong-type"),
    .warning("semantics/totalPrice", #"{"amount": 12.5, "currencyCode": "EUR"}"#, "wrong-type"),
    .good("semantics/totalPrice", #"{"amount": "12.5", "currencyCode": "EUR"}"#),
    .warning("eventTicket/primaryFields/0/semantics", #"{"eventName": 1}"#, "wrong-type"),
    .good("preferredStyleSchemes", "[\"eventTicket\"]"),
    .warning("preferredStyleSchemes", "[\"posterTicket\"]", "style-scheme-unknown"),
    .warning("featuredActions", #"[{"identifier": "1", "type": "call"}]"#, "action-incomplete"),
  ]

  @Test(arguments: semantics) func `semantic tags and newer parts`(_ spoiled: SpoiledPass) throws {
    try expect(spoiled)
  }
}
