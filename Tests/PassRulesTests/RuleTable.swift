import Passes
import Testing

/// One rule and a way to break it: a good pass, spoiled in one place, must show this code and no other.
struct BrokenRule: CustomTestStringConvertible, Sendable {
  enum Spoil: Sendable {
    /// A member of `pass.json`; nil removes it.
    case member(String, String?)
    /// Text of `pass.json`.
    case text(String, String)
    /// A file; nil removes it.
    case file(String, [UInt8]?)
  }

  let code: String
  let severity: Finding.Severity
  let base: GoodPass
  let spoils: [Spoil]
  /// Seconds since 1970.
  var now: Int64?
  /// What cannot but be found as well.
  var company: Set<String> = []

  var testDescription: String { "\(code) (\(severity), \(base.rawValue))" }

  static func error(_ code: String, _ base: GoodPass = .ticket, _ spoils: Spoil...) -> BrokenRule {
    BrokenRule(code: code, severity: .error, base: base, spoils: spoils)
  }

  static func warning(_ code: String, _ base: GoodPass = .ticket, _ spoils: Spoil...) -> BrokenRule {
    BrokenRule(code: code, severity: .warning, base: base, spoils: spoils)
  }

  func at(_ now: Int64) -> BrokenRule {
    var copy = self
    copy.now = now
    return copy
  }

  func with(_ codes: String...) -> BrokenRule {
    var copy = self
    copy.company = Set(codes)
    return copy
  }
}

extension BrokenRule.Spoil {
  static func file(_ path: String, text: String) -> Self { .file(path, Array(text.utf8)) }

  static func png(_ path: String, _ width: Int, _ height: Int) -> Self {
    .file(path, PassFixture.png(width: width, height: height))
  }

  /// The same field so many times, each with a key of its own.
  static func fields(_ pointer: String, count: Int, value: String = "v") -> Self {
    let fields = (0..<count).map { #"{"key": "k\#($0)", "value": "\#(value)"}"# }
    return .member(pointer, "[\(fields.joined(separator: ","))]")
  }
}

/// Every rule of the module, in the order of the page "Rules for passes".
enum RuleTable {
  static let all = json + keys + fields + barcodes + relevance + semantics + looks + images + languages + templates

  private static let json: [BrokenRule] = [
    .error("pass-json-missing", .ticket, .file("pass.json", nil)),
    .error("pass-json-missing", .template, .file("pass.json", nil)),
    .error("json-syntax", .ticket, .text("\"formatVersion\": 1", "\"formatVersion\" 1")),
    .error("json-trailing-comma", .ticket, .text("note\"\n}", "note\",\n}")),
    .error("json-not-an-object", .ticket, .file("pass.json", text: "[]")),
    .warning(
      "json-duplicate-key", .ticket, .text("\"formatVersion\": 1,", "\"formatVersion\": 1, \"formatVersion\": 1,")),
    .warning("json-byte-order-mark", .ticket, .text("{\n  \"formatVersion", "\u{FEFF}{\n  \"formatVersion")),
    .error("json-too-large", .ticket, .file("pass.json", [UInt8](repeating: 0x20, count: 2 << 20))),
    .warning("too-many-findings", .ticket, .fields("eventTicket/backFields", count: 201, value: "2026-12-31T19:30:00Z"))
      .with("date-without-style"),
    .error("wrong-type", .ticket, .member("serialNumber", "815")),
    .warning("wrong-type", .ticket, .member("maxDistance", "\"100\"")),
    .warning("key-misspelt", .ticket, .member("sharingProhibitd", "true")),
    .warning("builder-spelling", .flight, .member("semantics/airlineLoungePlaceID", "\"I1\"")),
    .warning("builder-spelling", .poster, .member("upcomingPassInformation/0/urls", "{}")),
    .warning("builder-spelling", .poster, .member("upcomingPassInformation/0/images/venueMap/URLs/0/sha256", "\"e3\"")),
    .warning("designer-id", .ticket, .member("eventTicket/primaryFields/0/_id", "\"CB6B\"")),
    .warning("designer-id", .poster, .member("upcomingPassInformation/0/_id", "\"CB6B\"")),
  ]

  private static let keys: [BrokenRule] = [
    .error("required-key-missing", .ticket, .member("teamIdentifier", nil)),
    .error("required-key-missing", .template, .member("description", nil)),
    .error("required-key-empty", .ticket, .member("serialNumber", "\"\"")),
    .warning("required-key-empty", .ticket, .member("description", "\" \"")),
    .error("format-version", .ticket, .member("formatVersion", "2")),
    .warning("pass-type-identifier", .ticket, .member("passTypeIdentifier", "\"org.example.tickets\"")),
    .error("style-missing", .ticket, .member("eventTicket", nil)),
    .error("style-ambiguous", .ticket, .member("generic", "{}")),
    .warning("poster-generic-alone", .posterGeneric, .member("generic", nil)),
    .error("transit-type-missing", .flight, .member("boardingPass/transitType", nil)).with("style-scheme-mismatch"),
    .error("transit-type-unknown", .flight, .member("boardingPass/transitType", "\"PKTransitTypePlane\""))
      .with("style-scheme-mismatch"),
    .warning("transit-type-misplaced", .ticket, .member("eventTicket/transitType", "\"PKTransitTypeAir\"")),
    .error("date-malformed", .ticket, .member("expirationDate", "\"31.12.2026\"")),
    .error("date-without-zone", .ticket, .member("expirationDate", "\"2027-01-01T00:00:00\"")),
    .error("date-impossible", .ticket, .member("expirationDate", "\"2027-02-31T00:00:00Z\"")),
    .error("color-malformed", .ticket, .member("labelColor", "\"red\"")),
    .warning("color-with-alpha", .ticket, .member("labelColor", "\"rgba(1, 2, 3, 0.5)\"")),
    .error("web-service-incomplete", .ticket, .member("authenticationToken", nil)),
    .error("web-service-url-malformed", .ticket, .member("webServiceURL", "\"example.org\"")),
    .warning("web-service-insecure", .ticket, .member("webServiceURL", "\"http://example.org/wallet\"")),
    .warning("web-service-url-version", .ticket, .member("webServiceURL", "\"https://example.org/v1\"")),
    .error("authentication-token-short", .ticket, .member("authenticationToken", "\"short\"")),
    .error("app-launch-without-store-identifier", .ticket, .member("appLaunchURL", "\"myapp://open\"")),
    .warning("grouping-identifier-misplaced", .coupon, .member("groupingIdentifier", "\"1\"")),
    .warning("url-malformed", .poster, .member("sellURL", "\"example.org\"")),
    .warning("url-malformed", .poster, .member("upcomingPassInformation/0/URLs/sellURL", "\"example.org\"")),
    .warning("key-without-effect", .ticket, .member("sellURL", "\"https://example.org/sell\"")),
    .warning("key-without-effect", .ticket, .member("trackBagsURL", "\"https://example.org/bags\"")),
    .warning(
      "key-without-effect", .poster,
      .member("featuredActions", #"[{"identifier": "1", "type": "call", "url": "tel:1"}]"#)),
    .warning("pass-expired", .ticket, .member("expirationDate", "\"2026-01-01T00:00:00Z\"")).at(1_798_000_000),
  ]

  private static let fields: [BrokenRule] = [
    .error("field-key-missing", .ticket, .member("eventTicket/primaryFields/0/key", nil)),
    .warning("field-key-duplicate", .ticket, .member("eventTicket/primaryFields/0/key", "\"seat\"")),
    .error("field-value-missing", .ticket, .member("eventTicket/primaryFields/0/value", nil)),
    .error("field-value-type", .ticket, .member("eventTicket/primaryFields/0/value", "true")),
    .warning("field-group-unused", .ticket, .fields("eventTicket/footerFields", count: 1)),
    .warning("field-group-unused", .ticket, .fields("eventTicket/additionalInfoFields", count: 1)),
    .warning("field-group-unused", .posterGeneric, .fields("posterGeneric/secondaryFields", count: 1)),
    .warning("too-many-fields", .ticket, .fields("eventTicket/secondaryFields", count: 5)),
    .warning("too-many-fields", .posterGeneric, .fields("posterGeneric/footerFields", count: 2)),
    .warning(
      "too-many-fields", .generic, .fields("generic/secondaryFields", count: 5)),
    .warning(
      "text-too-long", .ticket,
      .fields("eventTicket/secondaryFields", count: 4, value: String(repeating: "long ", count: 6))),
    .warning("text-too-long", .ticket, .member("barcodes/0/altText", "\"\(String(repeating: "0", count: 50))\"")),
    .warning("text-is-key", .ticket, .member("eventTicket/primaryFields/0/label", "\"label_event\"")),
    .warning("text-is-key", .template, .text("label_event", "label_evnet")),
    .warning(
      "attributed-value-markup", .ticket, .member("eventTicket/backFields/0/attributedValue", "\"<b>bold</b>\"")),
    .error("number-style-unknown", .ticket, .member("eventTicket/auxiliaryFields/1/numberStyle", "\"Roman\"")),
    .error("number-style-on-text", .ticket, .member("eventTicket/auxiliaryFields/1/value", "\"seven\"")),
    .warning("number-as-text", .ticket, .member("eventTicket/secondaryFields/0/value", "\"12.50\"")),
    .warning("currency-code-unknown", .ticket, .member("eventTicket/secondaryFields/0/currencyCode", "\"Euro\"")),
    .warning(
      "currency-with-number-style", .ticket,
      .member("eventTicket/secondaryFields/0/numberStyle", "\"PKNumberStyleDecimal\"")),
    .error("date-style-unknown", .ticket, .member("eventTicket/headerFields/0/dateStyle", "\"Short\"")),
    .error("date-style-on-other-value", .ticket, .member("eventTicket/headerFields/0/value", "20261231")),
    .warning("date-without-style", .ticket, .member("eventTicket/headerFields/0/dateStyle", nil)),
    .error("text-alignment-unknown", .ticket, .member("eventTicket/headerFields/0/textAlignment", "\"right\"")),
    .warning(
      "text-alignment-misplaced", .ticket,
      .member("eventTicket/primaryFields/0/textAlignment", "\"PKTextAlignmentLeft\"")),
    .warning(
      "change-message-without-placeholder", .ticket, .member("eventTicket/secondaryFields/0/changeMessage", "\"New\"")),
    .error("row-unknown", .ticket, .member("eventTicket/auxiliaryFields/0/row", "2")),
    .warning("row-misplaced", .ticket, .member("eventTicket/headerFields/0/row", "0")),
    .error("data-detector-unknown", .ticket, .member("eventTicket/backFields/0/dataDetectorTypes", "[\"Link\"]")),
    .warning("data-detectors-misplaced", .ticket, .member("eventTicket/headerFields/0/dataDetectorTypes", "[]")),
  ]

  private static func barcode(_ format: String, _ message: String, encoding: String = "us-ascii") -> String {
    """
    {"format": "PKBarcodeFormat\(format)", "message": "\(message)", "messageEncoding": "\(encoding)", "altText": "1"}
    """
  }

  private static let barcodes: [BrokenRule] = [
    .warning("barcodes-empty", .ticket, .member("barcodes", "[]")),
    .error("barcode-key-missing", .ticket, .member("barcodes/0/messageEncoding", nil)),
    .error("barcode-format-unknown", .ticket, .member("barcodes/0/format", "\"PKBarcodeFormatITF\"")),
    .error("barcode-message-empty", .ticket, .member("barcodes/0/message", "\"\"")),
    .error("barcode-encoding-unknown", .ticket, .member("barcodes/0/messageEncoding", "\"latin one\"")),
    .warning("barcode-encoding-unknown", .ticket, .member("barcodes/0/messageEncoding", "\"iso-8859-15\"")),
    .error("barcode-not-encodable", .ticket, .member("barcodes/0/message", "\"50 €\"")),
    .warning("barcode-encoding-scanner", .ticket, .member("barcodes", "[\(barcode("QR", "Łódź", encoding: "utf-8"))]")),
    .error("barcode-not-drawable", .ticket, .member("barcodes/1", barcode("EAN13", "4006381333932"))),
    .error("barcode-too-long", .ticket, .member("barcodes/0/message", "\"\(String(repeating: "9", count: 3000))\"")),
    .warning("barcode-without-alt-text", .ticket, .member("barcodes/0/altText", nil)),
    .warning("barcode-legacy-format", .coupon, .member("barcode", barcode("Code128", "1"))).with(
      "barcode-not-on-watch"),
    .warning("barcode-legacy-differs", .ticket, .member("barcode", barcode("QR", "1"))),
    .warning("barcode-without-fallback", .ticket, .member("barcodes/0/format", "\"PKBarcodeFormatI2of5\"")),
    .warning("barcode-not-on-watch", .ticket, .member("barcodes/0/format", "\"PKBarcodeFormatCode128\"")),
    .error("nfc-key-missing", .ticket, .member("nfc", #"{"message": "1"}"#)),
    .warning("nfc-message-long", .poster, .member("nfc/message", "\"\(String(repeating: "x", count: 65))\"")),
    .error("nfc-public-key-malformed", .poster, .member("nfc/encryptionPublicKey", "\"MDkw\"")),
  ]

  private static let relevance: [BrokenRule] = [
    .warning(
      "too-many-locations", .ticket,
      .member(
        "locations", "[\(Array(repeating: #"{"latitude": 1, "longitude": 2}"#, count: 11).joined(separator: ","))]")),
    .error("location-incomplete", .ticket, .member("locations/0/latitude", nil)),
    .warning("location-range", .ticket, .member("locations/0/latitude", "116.3")),
    .warning("max-distance-range", .ticket, .member("maxDistance", "-5")),
    .warning(
      "too-many-beacons", .ticket,
      .member(
        "beacons",
        "[\((0..<11).map { #"{"proximityUUID": "F8F589E9-C07E-58B8-9B7A-2D1C6F0A5A\#(10 + $0)"}"# }.joined(separator: ","))]"
      )),
    .error("beacon-uuid", .ticket, .member("beacons/0/proximityUUID", "\"no\"")),
    .warning("beacon-range", .ticket, .member("beacons/0/major", "70000")),
    .error("relevant-dates-shape", .ticket, .member("relevantDates/0", "{}")),
    .warning("relevant-dates-shape", .ticket, .member("relevantDates", "[]")),
    .warning("relevant-dates-mixed", .ticket, .member("relevantDates/0/date", "\"2026-12-31T19:00:00Z\"")),
    .warning(
      "relevant-dates-beta-name", .ticket, .member("relevantDates/0", #"{"relevantDate": "2026-12-31T19:00:00Z"}"#)),
    .warning(
      "relevant-date-deprecated", .ticket, .member("relevantDates", nil),
      .member("relevantDate", "\"2026-12-31T19:00:00Z\"")),
    .warning("relevance-without-place", .coupon, .member("relevantDates", #"[{"date": "2026-12-31T19:00:00Z"}]"#)),
    .warning("relevance-without-place", .generic, .member("relevantDates", #"[{"date": "2026-12-31T19:00:00Z"}]"#)),
    .warning("interval-reversed", .ticket, .member("relevantDates/0/endDate", "\"2026-12-30T19:00:00Z\"")),
    .warning("interval-reversed", .poster, .member("semantics/eventEndDate", "\"2026-12-30T19:00:00Z\"")),
    .warning("interval-long", .ticket, .member("relevantDates/0/endDate", "\"2027-01-02T19:00:00Z\"")),
    .warning("relevant-date-past", .ticket).at(1_900_000_000),
  ]

  private static let semantics: [BrokenRule] = [
    .warning("event-type-unknown", .ticket, .member("semantics/eventType", "\"PKEventTypeConcert\"")),
    .warning("semantic-object-incomplete", .poster, .member("semantics/venueLocation/latitude", nil)),
    .warning("semantic-object-incomplete", .ticket, .member("semantics/wifiAccess", #"[{"ssid": "hall"}]"#)),
    .warning("semantic-word-unknown", .flight, .member("semantics/passengerServiceSSRs/0", "\"DOGS\"")),
    .warning(
      "semantic-word-unknown", .flight,
      .member("semantics/passengerCapabilities/0", "\"PKAirlinePassengerCapabilityCarryon\"")),
    .warning("time-zone-unknown", .flight, .member("semantics/departureLocationTimeZone", "\"+01:00\"")),
    .warning("time-zone-unknown", .poster, .member("upcomingPassInformation/0/dateInformation/timeZone", "\"Vienna\"")),
  ]

  private static let looks: [BrokenRule] = [
    .warning("style-scheme-unknown", .ticket, .member("preferredStyleSchemes", "[\"posterTicket\"]")),
    .warning("style-scheme-mismatch", .flight, .member("boardingPass/transitType", "\"PKTransitTypeBus\"")),
    .warning("style-scheme-without-fallback", .poster, .member("preferredStyleSchemes/1", nil)),
    .warning("scheme-fallback-empty", .poster, .member("eventTicket", "{}")),
    .warning("scheme-semantics-missing", .poster, .member("semantics/venueRoom", nil)),
    .warning("scheme-semantics-missing", .poster, .member("semantics/performerNames", "[]")),
    .warning("scheme-semantics-missing", .flight, .member("semantics/passengerName", nil)),
    .warning("poster-event-type-missing", .poster, .member("semantics/eventType", nil)),
    .warning("poster-tag-recommended", .poster, .member("semantics/eventStartDate", nil)),
    .warning("poster-tag-recommended", .poster, .member("semantics/seats", nil)),
    .warning("poster-without-nfc", .poster, .member("nfc", nil)),
    .warning("poster-nfc-authentication", .poster, .member("nfc/requiresAuthentication", nil)),
    .warning("poster-artwork-missing", .poster, .file("artwork@2x.png", nil), .file("artwork@3x.png", nil)),
    .warning("poster-without-relevance", .poster, .member("relevantDates", nil)),
    .warning("upcoming-incomplete", .poster, .member("upcomingPassInformation/0/name", nil)),
    .warning("upcoming-type-unknown", .poster, .member("upcomingPassInformation/0/type", "\"concert\"")),
    .warning(
      "upcoming-identifier-duplicate", .poster,
      .member("upcomingPassInformation/1", #"{"identifier": "1", "name": "Second night", "type": "event"}"#)),
    .warning(
      "upcoming-image-incomplete", .poster, .member("upcomingPassInformation/0/images/venueMap/URLs/0/SHA256", nil)),
    .warning(
      "upcoming-image-incomplete", .poster,
      .member("upcomingPassInformation/0/images/venueMap/URLs/0/URL", "\"http://example.org/map.png\"")),
    .warning(
      "too-many-actions", .generic,
      .member(
        "featuredActions",
        "[\((0..<3).map { #"{"identifier": "\#($0)", "type": "call", "url": "tel:1"}"# }.joined(separator: ","))]")),
    .warning("action-incomplete", .generic, .member("featuredActions", #"[{"identifier": "1", "type": "call"}]"#)),
    .warning(
      "action-type-unknown", .generic,
      .member("featuredActions", #"[{"identifier": "1", "type": "viewMembership", "url": "https://example.org"}]"#)),
    .warning("personalization-incomplete", .rewards, .member("nfc", nil)),
    .warning(
      "personalization-field-unknown", .rewards,
      .file("personalization.json", text: #"{"description": "Join", "requiredPersonalizationFields": ["Name"]}"#)),
  ]

  private static let images: [BrokenRule] = [
    .error("icon-missing", .ticket, .file("icon.png", nil), .file("icon@2x.png", nil), .file("icon@3x.png", nil)),
    .error("image-not-png", .ticket, .file("logo@2x.png", [0xFF, 0xD8, 0xFF, 0xE0])),
    .error("image-corrupt", .ticket, .file("logo@2x.png", Array(PassFixture.png(width: 320, height: 100).dropLast()))),
    .warning("image-pdf-only", .ticket, .file("thumbnail.pdf", text: "%PDF-1.7")),
    .warning("image-size", .ticket, .png("strip@2x.png", 300, 100), .png("strip@3x.png", 450, 150)),
    .warning("image-size", .generic, .png("thumbnail@2x.png", 60, 180), .png("thumbnail@3x.png", 90, 270)),
    .warning("image-scale-missing", .ticket, .file("icon@3x.png", nil)),
    .warning("image-scale-mismatch", .ticket, .png("logo@3x.png", 470, 150)),
    .warning("image-name", .ticket, .png("background2x.png", 10, 10)),
    .warning("image-unused", .ticket, .png("footer@2x.png", 20, 10), .png("footer@3x.png", 30, 15)),
    .warning(
      "strip-with-background", .ticket, .png("strip@2x.png", 750, 196), .png("strip@3x.png", 1125, 294),
      .png("thumbnail@2x.png", 180, 180), .png("thumbnail@3x.png", 270, 270)),
    .warning(
      "localized-image-overridden", .ticket, .png("fr.lproj/logo@2x.png", 320, 100),
      .png("fr.lproj/logo@3x.png", 480, 150)),
    .warning(
      "localized-image-scales", .ticket, .png("fr.lproj/thumbnail@2x.png", 180, 180),
      .png("fr.lproj/thumbnail@3x.png", 270, 270), .png("en.lproj/thumbnail@3x.png", 270, 270)
    ).with("image-scale-missing"),
  ]

  private static let languages: [BrokenRule] = [
    .error("strings-syntax", .ticket, .file("fr.lproj/pass.strings", text: "\"title\" = \"x\"")),
    .error("strings-syntax", .template, .file("fr.lproj/pass.strings", text: "\"label_event\" = \"x\"")),
    .error("strings-too-large", .ticket, .file("fr.lproj/pass.strings", [UInt8](repeating: 0x20, count: 2 << 20))),
    .warning("strings-incomplete", .ticket, .file("fr.lproj/pass.strings", text: "\"other\" = \"x\";")),
    .warning(
      "strings-missing", .ticket, .png("it.lproj/thumbnail@2x.png", 180, 180),
      .png("it.lproj/thumbnail@3x.png", 270, 270)),
    .warning("strings-duplicate-key", .ticket, .file("fr.lproj/pass.strings", text: "title = a; title = b;")),
    .warning(
      "strings-byte-order-mark", .ticket,
      .file("fr.lproj/pass.strings", Array("title = a;".utf8).flatMap { [$0, 0] })),
    .warning("strings-misplaced", .ticket, .file("pass.strings", text: "title = a;")),
    .warning("lproj-name", .ticket, .file("french.lproj/pass.strings", text: "title = a;")),
    .warning("stray-file", .ticket, .file(".DS_Store", [0])),
    .warning("template-file", .ticket, .file("tooling.json", text: "{}")),
  ]

  private static let templates: [BrokenRule] = [
    .error("pass-json-syntax", .template, .text("\"formatVersion\": 1,", "\"formatVersion\": 1")),
    .error("pass-json-not-object", .template, .file("pass.json", text: "[]")).with("required-key-missing"),
    .error("liquid", .template, .text("{{ event.name |", "{{ event.nmae |")),
    .error("template-yaml-encoding", .template, .file("template.yaml", [0xFF])),
    .error("template-yaml-syntax", .template, .file("template.yaml", text: "name: [")),
    .error("template-yaml-content", .template, .file("template.yaml", text: "colour: red")),
    .error("binding-target-missing", .template, .file("template.yaml", text: "bindings:\n  evnet: x\n")),
    .warning(
      "binding-member-unknown", .template,
      .file("template.yaml", text: "bindings:\n  event: { value: x, lable: '{{ event.name }}' }\n")),
    .warning(
      "binding-member-unknown", .template,
      .file("template.yaml", text: "bindings:\n  /barcodes/0/alttext: '{{ event.name }}'\n")),
    .warning("binding-without-effect", .template, .file("template.yaml", text: "bindings:\n  /serialNumber: x\n")),
    .warning("default-language-missing", .template, .file("en.lproj/pass.strings", nil)),
    .warning(
      "change-message-missing", .template,
      .file("template.yaml", text: "default_language: en\nbindings: { event: '{{ event.name }} {{ venue.hall }}' }\n")),
    .warning("template-file-left-out", .template, .file("orders.csv", text: "a;b")),
    .warning(
      "picture-missing", .template,
      .file("template.yaml", text: "images: { strip: 'strip-used' }\nbindings: { event: x }\n")),
    .error("sample-syntax", .template, .file("samples/one.json", text: "{")),
    .error("sample-field", .template, .file("samples/one.json", text: #"{"seat": {"rwo": "1"}}"#)),
    .error("sample-ticket", .template, .file("samples/one.json", text: "{}")),
    .error(
      "composition", .template,
      .text(
        "{{ event.name | default: 'Ticket' }}", "{% if event.name == 'Evening' %}{{ 1 | divided_by: 0 }}{% endif %}x")),
    .warning(
      "composition", .template,
      .text("{{ event.name | default: 'Ticket' }}", "{% if seat.row %}{{ 1 | divided_by: 0 }}{% endif %}x")),
    .error(
      "barcode-fixed", .template, .text("\"message\": \"{{ ticket.barcode }}\"", "\"message\": \"1\""),
      .text("\"altText\": \"{{ ticket.barcode }}\"", "\"altText\": \"1\"")),
    .warning(
      "barcode-fixed", .template, .text("\"message\": \"{{ ticket.barcode }}\"", "\"message\": \"1\""),
      .text("\"altText\": \"{{ ticket.barcode }}\"", "\"altText\": \"1\""), .text("\"eventTicket\"", "\"coupon\"")),
  ]
}
