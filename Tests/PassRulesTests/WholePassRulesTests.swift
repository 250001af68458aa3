import JSON
import Passes
import Testing

@Suite("Rules for whole passes") struct WholePassRulesTests {
  private func codes(_ files: PassFiles, now: Int64? = nil) -> [String] {
    WalletRules.findings(in: files, now: now).map(\.code)
  }

  private func codes(_ passJSON: String) -> [String] { codes(PassFixture.files(passJSON: passJSON)) }

  // MARK: - JSON

  @Test func `a trailing comma is told once and hides nothing else`() {
    let json = PassFixture.passJSON.replacing("\"formatVersion\": 1,", with: "\"formatVersion\": 2,")
    let spoiled = String(json.dropLast(2)) + ",\n}"
    let findings = WalletRules.findings(in: PassFixture.files(passJSON: spoiled))
    #expect(findings.map(\.code) == ["json-trailing-comma", "format-version"])
    #expect(findings.allSatisfy { $0.severity == .error })
    #expect(findings[1].place.line == 2)
    #expect(findings[1].place.column == 20)
  }

  @Test func `text that is not JSON is an error with its place`() {
    let findings = WalletRules.findings(in: PassFixture.files(passJSON: "{\n  \"formatVersion\" 1\n}"))
    let syntax = findings.first { $0.code == "json-syntax" }
    #expect(syntax?.place.line == 2)
    #expect(syntax?.severity == .error)
  }

  @Test(arguments: ["[]", "null", "\"pass\""]) func `a pass is an object`(_ json: String) {
    #expect(codes(json) == ["json-not-an-object"])
  }

  @Test func `one key written twice`() {
    let twice = PassFixture.passJSON.replacing(
      "\"formatVersion\": 1,", with: "\"formatVersion\": 1, \"formatVersion\": 1,")
    #expect(codes(twice) == ["json-duplicate-key"])
  }

  @Test func `a byte-order mark`() {
    #expect(codes("\u{FEFF}" + PassFixture.passJSON) == ["json-byte-order-mark"])
  }

  @Test func `nesting without end and endless members end in a finding`() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(codes(PassFixture.passJSON.replacing("\"an issuer's own note\"", with: deep)).contains("json-syntax"))
    let many = (0..<2000).map { "{\"key\": \($0)}" }.joined(separator: ",")
    let findings = codes(PassFixture.passJSON.replacing("\"primaryFields\": [", with: "\"primaryFields\": [\(many),"))
    #expect(findings.contains("too-many-findings"))
    #expect(findings.count < 400)
    var files = PassFixture.files()
    files["pass.json"] = [UInt8](repeating: 0x20, count: 3 << 20)
    #expect(codes(files) == ["json-too-large"])
  }

  // MARK: - Styles

  private func styled(_ style: String, _ fields: String, more: String = "") -> [String] {
    let json = """
      {"formatVersion": 1, "passTypeIdentifier": "pass.a", "serialNumber": "1", "teamIdentifier": "T",
       "organizationName": "O", "description": "D", \(more) "\(style)": {\(fields)}}
      """
    return codes(json)
  }

  private func fields(_ group: String, _ count: Int) -> String {
    let fields = (0..<count).map { "{\"key\": \"\(group)\($0)\", \"value\": \"v\"}" }
    return "\"\(group)\": [\(fields.joined(separator: ","))]"
  }

  @Test func `boarding passes say how one travels`() {
    #expect(styled("boardingPass", "\"transitType\": \"PKTransitTypeTrain\"") == [])
    #expect(styled("boardingPass", "") == ["transit-type-missing"])
    #expect(styled("boardingPass", "\"transitType\": \"PKTransitTypePlane\"") == ["transit-type-unknown"])
    #expect(styled("coupon", "", more: "\"groupingIdentifier\": \"1\",") == ["grouping-identifier-misplaced"])
    #expect(styled("posterGeneric", "") == ["poster-generic-alone"])
  }

  @Test(arguments: [
    ("boardingPass", "primaryFields", 2), ("boardingPass", "auxiliaryFields", 5), ("coupon", "secondaryFields", 4),
    ("storeCard", "auxiliaryFields", 4), ("eventTicket", "secondaryFields", 4), ("generic", "headerFields", 3),
  ]) func `room for fields`(_ style: String, _ group: String, _ room: Int) {
    let transit = style == "boardingPass" ? "\"transitType\": \"PKTransitTypeBus\"," : ""
    #expect(styled(style, transit + fields(group, room)) == [])
    #expect(styled(style, transit + fields(group, room + 1)) == ["too-many-fields"])
  }

  @Test func `the second row of an event ticket has room of its own`() {
    let rows = (0..<8).map { "{\"key\": \"k\($0)\", \"value\": \"v\", \"row\": \($0 / 4)}" }.joined(separator: ",")
    #expect(styled("eventTicket", "\"auxiliaryFields\": [\(rows)]") == [])
  }

  @Test func `the old key for barcodes knows fewer formats`() {
    let barcode =
      "\"barcode\": {\"format\": \"PKBarcodeFormatCode128\", \"message\": \"1\", \"messageEncoding\": \"us-ascii\"},"
    #expect(styled("generic", "", more: barcode) == ["barcode-legacy-format"])
    let old = barcode.replacing("Code128", with: "Aztec")
    #expect(styled("generic", "", more: old) == [])
  }

  @Test func `poster tickets need their tags, or are shown as classic tickets`() {
    let scheme = "\"preferredStyleSchemes\": [\"posterEventTicket\", \"eventTicket\"],"
    let findings = styled("eventTicket", "", more: scheme)
    #expect(findings.count { $0 == "scheme-semantics-missing" } == 4)
    #expect(
      Set(findings).isSuperset(of: ["poster-event-type-missing", "poster-without-nfc", "poster-artwork-missing"]))

    let tags = "\"eventName\": \"E\", \"venueName\": \"V\", \"venueRegionName\": \"R\", \"venueRoom\": \"H\""
    let key = "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
    let nfc = "\"nfc\": {\"message\": \"1\", \"encryptionPublicKey\": \"\(key)\", \"requiresAuthentication\": true},"
    let date = "2026-12-31T19:30:00+01:00"
    let dates = "\"relevantDates\": [{\"date\": \"\(date)\"}],"
    let when = "\"eventStartDate\": \"\(date)\", \"seats\": [{\"seatRow\": \"C\"}]"
    func posterFindings(type: String, more: String = "") -> [String] {
      styled(
        "eventTicket", fields("primaryFields", 1),
        more: scheme + nfc + dates + "\"semantics\": {\(tags), \(when), \"eventType\": \"PKEventType\(type)\"\(more)},"
      )
      .filter { $0 != "poster-artwork-missing" }
    }
    #expect(posterFindings(type: "Generic") == [])
    #expect(posterFindings(type: "Sports") == ["scheme-semantics-missing", "scheme-semantics-missing"])
    #expect(posterFindings(type: "LivePerformance", more: ", \"performerNames\": []") == ["scheme-semantics-missing"])
    #expect(posterFindings(type: "LivePerformance", more: ", \"performerNames\": [\"Band\"]") == [])
    #expect(styled("generic", "", more: scheme).contains("style-scheme-mismatch"))
    #expect(
      styled(
        "boardingPass", "\"transitType\": \"PKTransitTypeAir\"",
        more: "\"preferredStyleSchemes\": [\"semanticBoardingPass\"],"
      )
      .count { $0 == "scheme-semantics-missing" } == 12)
  }

  @Test func `featured actions beyond two are not shown`() {
    let action = #"{"identifier": "1", "type": "call", "url": "tel:1"}"#
    #expect(styled("generic", "", more: "\"featuredActions\": [\(action), \(action)],") == [])
    #expect(
      styled("generic", "", more: "\"featuredActions\": [\(action), \(action), \(action)],") == ["too-many-actions"])
  }

  @Test func `what has passed is told when the time is known`() throws {
    let files = try PassFixture.files(setting: "expirationDate", to: "\"2027-01-01T00:00:00Z\"")
    #expect(codes(files, now: 1_798_000_000) == [])
    #expect(Set(codes(files, now: 1_900_000_000)) == ["pass-expired", "relevant-date-past"])
  }

  // MARK: - Languages

  @Test func `a change message may be a name in the strings`() throws {
    var files = try PassFixture.files(setting: "eventTicket/secondaryFields/0/changeMessage", to: "\"change\"")
    #expect(codes(files) == ["change-message-without-placeholder"])
    for language in ["en", "fr"] {
      files["\(language).lproj/pass.strings"] = Array("\"title\" = \"E\"; \"change\" = \"Now %@\";".utf8)
    }
    #expect(codes(files) == [])
    files["fr.lproj/pass.strings"] = Array("\"title\" = \"E\"; \"change\" = \"Ah\";".utf8)
    let finding = WalletRules.findings(in: files).first
    #expect(finding?.message.contains("(fr)") == true)
  }

  static let languageCases: [(path: String, content: String, code: String)] = [
    ("fr.lproj/pass.strings", "\"other\" = \"x\";", "strings-incomplete"),
    ("fr.lproj/pass.strings", "\"title\" = \"x\"", "strings-syntax"),
    ("fr.lproj/pass.strings", "\"title\" = \"a\"; \"title\" = \"b\";", "strings-duplicate-key"),
    ("fr_FR.lproj/pass.strings", "\"title\" = \"x\";", "lproj-name"),
    ("FR.lproj/pass.strings", "\"title\" = \"x\";", "lproj-name"),
    ("french.lproj/pass.strings", "\"title\" = \"x\";", "lproj-name"),
    ("pass.strings", "\"title\" = \"x\";", "strings-misplaced"),
    ("en.lproj/Localizable.strings", "\"title\" = \"x\";", "strings-misplaced"),
    ("Resources/en.lproj/pass.strings", "\"title\" = \"x\";", "strings-misplaced"),
    (".DS_Store", "", "stray-file"), ("__MACOSX/._icon.png", "", "stray-file"),
    ("en.lproj/.DS_Store", "", "stray-file"),
    ("tooling.json", "{}", "template-file"), ("samples/seat.json", "{}", "template-file"),
  ]

  @Test(arguments: languageCases) func `languages and strays`(_ path: String, _ content: String, _ code: String) {
    var files = PassFixture.files()
    files[path] = Array(content.utf8)
    #expect(Set(codes(files)) == [code])
  }

  @Test func `a strings file of one endless line is read, a huge one is not`() {
    var files = PassFixture.files()
    files["fr.lproj/pass.strings"] = Array(String(repeating: "\"title\" = \"x\"; ", count: 20_000).utf8)
    #expect(Set(codes(files)) == ["strings-duplicate-key"])
    files["fr.lproj/pass.strings"] = [UInt8](repeating: 0x20, count: 2 << 20)
    #expect(codes(files) == ["strings-too-large"])
  }

  @Test(arguments: ["de", "fr-CA", "zh-Hans", "zh-Hant-TW", "es-419", "Base"]) func `names of languages`(_ name: String)
  {
    var files = PassFixture.files()
    files["\(name).lproj/pass.strings"] = Array("\"title\" = \"x\";".utf8)
    #expect(codes(files) == [])
  }

  @Test func `strings in the encodings of real passes`() {
    let text = "/* Titel */\n\"title\" = \"Soirée 🎫\";\n"
    func utf16(_ isLittle: Bool, mark: Bool) -> [UInt8] {
      ((mark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit -> [UInt8] in
        let bytes = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
        return isLittle ? bytes : bytes.reversed()
      }
    }
    var files = PassFixture.files()
    for bytes in [utf16(true, mark: true), utf16(false, mark: true), [0xEF, 0xBB, 0xBF] + Array(text.utf8)] {
      files["fr.lproj/pass.strings"] = bytes
      #expect(codes(files) == [])
    }
    files["fr.lproj/pass.strings"] = utf16(true, mark: false)
    #expect(codes(files) == ["strings-byte-order-mark"])
    files["fr.lproj/pass.strings"] = Array(text.utf8) + [0xFF]
    #expect(codes(files) == ["strings-syntax"])
  }

  // MARK: - Signature

  @Test func `a pass for a phone has a manifest and a signature`() {
    let findings = WalletRules.findings(in: PassFixture.files(), requiresSignature: true)
    #expect(findings.map(\.code) == ["manifest-missing", "signature-missing"])
  }

  // MARK: - Personalization

  @Test func `personalization needs its logo, NFC and a service`() {
    var files = PassFixture.files()
    files["personalization.json"] = Array(
      #"{"description": "Join", "requiredPersonalizationFields": ["PKPassPersonalizationFieldName"]}"#.utf8)
    #expect(Set(codes(files)) == ["personalization-incomplete"])
    files["personalization.json"] = Array(#"{"description": "Join", "requiredPersonalizationFields": ["Name"]}"#.utf8)
    #expect(codes(files).contains("personalization-field-unknown"))
    files["personalization.json"] = Array("{,}".utf8)
    #expect(codes(files).contains("json-syntax"))
  }
}
