import Passes
import Testing

@Suite("What differs between two states of a pass") struct PassDifferenceTests {
  private typealias Change = PassDifference.Change

  /// A pass with a gate, a seat and its barcode's number on the back.
  private static func pass(
    gate: String = "A", seat: String = "21", barcode: String = "041177203958", more: String = "",
    gateMembers: String = "", texts: String = "Gate is now %@"
  ) -> PassFiles {
    let json = """
      {
        "organizationName": "Hall", "authenticationToken": "0123456789abcdef", "serialNumber": "1",
        "barcodes": [{ "format": "PKBarcodeFormatQR", "message": "\(barcode)", "altText": "\(barcode)" }],
        "eventTicket": {
          "headerFields": [
            { "key": "gate", "label": "label_gate", "value": "\(gate)", "changeMessage": "gate_changed"\(gateMembers) }
          ],
          "secondaryFields": [{ "key": "seat", "label": "Seat", "value": "\(seat)" }],
          "backFields": [{ "key": "number", "label": "Number", "value": "0411 7720 3958 / \(barcode)" }]
        }\(more)
      }
      """
    return PassFiles([
      "pass.json": Array(json.utf8), "icon.png": [1],
      "en.lproj/pass.strings": Array("\"label_gate\" = \"Gate\";\n\"gate_changed\" = \"\(texts)\";\n".utf8),
      "fr.lproj/pass.strings": Array("\"label_gate\" = \"Porte\";\n\"gate_changed\" = \"Porte : %@\";\n".utf8),
    ])
  }

  private func changes(_ old: PassFiles, _ new: PassFiles, _ language: String? = "en") -> [Change] {
    PassDifference(from: old, to: new, language: language).changes
  }

  @Test func `a pass is the same as itself, however its members are ordered`() {
    #expect(changes(Self.pass(), Self.pass()) == [])
    #expect(PassDifference(from: Self.pass(), to: Self.pass(), language: nil).isEmpty)
  }

  @Test func `a field's new value comes with its label and its message, as the language has them`() {
    let english = Change(
      subject: .field, effect: .changed, place: "/eventTicket/headerFields/0", key: "gate", label: "Gate", old: "A",
      new: "B", changeMessage: "Gate is now %@")
    #expect(changes(Self.pass(), Self.pass(gate: "B")) == [english])
    var french = english
    french.label = "Porte"
    french.changeMessage = "Porte : %@"
    #expect(changes(Self.pass(), Self.pass(gate: "B"), "fr-CH") == [french])
    // English where the pass does not know the language; no strings at all where none is asked for.
    #expect(changes(Self.pass(), Self.pass(gate: "B"), "ja") == [english])
    #expect(changes(Self.pass(), Self.pass(gate: "B"), nil).first?.changeMessage == "gate_changed")
  }

  @Test func `fields that come and go, are called otherwise or stand elsewhere`() {
    let moved = PassFiles(
      Self.pass().contents.mapValues { bytes in
        Array(
          String(decoding: bytes, as: UTF8.self).replacing("\"secondaryFields\"", with: "\"auxiliaryFields\"")
            .replacing("\"label\": \"Seat\"", with: "\"label\": \"Place\"").replacing("\"gate\"", with: "\"entrance\"")
            .utf8)
      })
    #expect(
      changes(Self.pass(), moved) == [
        Change(
          subject: .field, effect: .added, place: "/eventTicket/headerFields/0", key: "entrance", label: "Gate",
          new: "A", changeMessage: "Gate is now %@"),
        Change(
          subject: .label, effect: .changed, place: "/eventTicket/auxiliaryFields/0", key: "seat", label: "Place",
          old: "Seat", new: "Place"),
        Change(
          subject: .layout, effect: .changed, place: "/eventTicket/auxiliaryFields/0", key: "seat", label: "Place",
          old: "secondaryFields", new: "auxiliaryFields"),
        Change(
          subject: .field, effect: .removed, place: "/eventTicket/headerFields/0", key: "gate", label: "Gate", old: "A"),
      ])
    let styled = Self.pass(gateMembers: #", "textAlignment": "PKTextAlignmentLeft""#)
    #expect(changes(Self.pass(), styled).map(\.subject) == [.layout])
  }

  @Test func `voiding, expiring, relevance, pictures and texts`() {
    var new = Self.pass(
      more: """
        , "voided": true, "expirationDate": "2027-01-16T00:00:00+01:00", "semantics": { "eventName": "Gala" },
        "relevantDates": [
          { "date": "2027-01-15T20:30:00+01:00" },
          { "startDate": "2027-01-16T20:00:00+01:00", "endDate": "2027-01-16T23:00:00+01:00" }
        ]
        """, texts: "Please use gate %@")
    new["icon.png"] = [2]
    new["strip.png"] = [3]
    new["personalization.json"] = [4]
    new["manifest.json"] = [5]
    let dates = "2027-01-15T20:30:00+01:00, 2027-01-16T20:00:00+01:00/2027-01-16T23:00:00+01:00"
    #expect(
      changes(Self.pass(), new) == [
        Change(subject: .voided, effect: .changed, place: "/voided", old: "false", new: "true"),
        Change(subject: .expiration, effect: .added, place: "/expirationDate", new: "2027-01-16T00:00:00+01:00"),
        Change(subject: .relevance, effect: .added, place: "/relevantDates", new: dates),
        Change(subject: .member, effect: .added, place: "/semantics"),
        Change(subject: .strings, effect: .changed, place: "en.lproj/pass.strings"),
        Change(subject: .image, effect: .changed, place: "icon.png"),
        Change(subject: .file, effect: .added, place: "personalization.json"),
        Change(subject: .image, effect: .added, place: "strip.png"),
      ])
    #expect(changes(new, Self.pass()).map(\.effect).filter { $0 == .removed }.count == 5)
  }

  @Test func `barcodes and tokens are never told, wherever the pass shows them`() {
    let changed = changes(
      Self.pass(more: #", "description": "Ticket 0411-7720-3958""#),
      PassFiles(
        Self.pass(barcode: "999988887777", more: #", "description": "Ticket 999988887777""#).contents.mapValues {
          Array(String(decoding: $0, as: UTF8.self).replacing("0123456789abcdef", with: "fedcba9876543210").utf8)
        }))
    #expect(
      changed == [
        Change(subject: .barcode, effect: .changed, place: "/barcodes"),
        Change(
          subject: .field, effect: .changed, place: "/eventTicket/backFields/0", key: "number", label: "Number"),
        Change(subject: .member, effect: .changed, place: "/authenticationToken"),
        Change(subject: .appearance, effect: .changed, place: "/description"),
      ])
    // A short one is in many words by chance: only the word itself is withheld.
    let short = changes(
      Self.pass(seat: "21", barcode: "2"), Self.pass(gate: "2", seat: "22", barcode: "2"))
    #expect(short.map(\.new) == [nil, "22"])
  }

  @Test func `two templates' own files are compared with the texts they share`() {
    let files = Self.pass()
    let shared = PassAssets(PassFiles(files.contents.filter { $0.key != "pass.json" }))
    let old = [PassAssets.File(path: "pass.json", bytes: files["pass.json"] ?? [])]
    let new = [PassAssets.File(path: "pass.json", bytes: Self.pass(gate: "C")["pass.json"] ?? [])]
    let difference = PassDifference(from: old, to: new, shared: shared, language: "fr")
    #expect(difference.changes.map(\.label) == ["Porte"])
    #expect(difference.changes.map(\.new) == ["C"])
  }

  @Test func `what cannot be read, and keys that stand twice, are compared all the same`() {
    let broken = PassFiles(["pass.json": Array("{".utf8)])
    #expect(changes(broken, broken) == [])
    #expect(changes(broken, Self.pass()).filter { $0.effect != .added } == [])
    func twice(_ second: String) -> PassFiles {
      Self.pass(
        more: #", "generic": {"backFields": [{"key": "a", "value": "1"}, {"key": "a", "value": "\#(second)"}]}"#)
    }
    #expect(changes(twice("2"), twice("3")).map(\.place) == ["/generic/backFields/1"])
  }
}
