import JSON
import Passes
import Testing
import Tickets

@Suite("Languages") struct LanguageTests {
  static let empty = ["en.lproj/pass.strings": "", "fr.lproj/pass.strings": "", "de.lproj/pass.strings": ""]
  static let value = "/eventTicket/auxiliaryFields/0/value"

  @Test func `names that the ticket knows in several languages are shown in each`() throws {
    let template = try Fixture.template(fields: field("event", "{{ event.name }}"), files: Self.empty)
    let ticket = try Fixture.ticket {
      $0.event.name = LocalizedText("Gala", translations: ["fr": "Gala d’hiver", "de": "Wintergala"])
    }
    #expect(try template.field("event", ticket)?["value"] == "Gala")
    #expect(try template.shown(Self.value, in: "en", ticket) == "Gala")
    #expect(try template.shown(Self.value, in: "fr", ticket) == "Gala d’hiver")
    #expect(try template.shown(Self.value, in: "de", ticket) == "Wintergala")
  }

  @Test func `a ticket without translations takes the template's own strings as they are`() throws {
    let template = try Fixture.template(fields: field("event", "{{ event.name }}"), files: Self.empty)
    let contents = try template.contents(
      for: Fixture.ticket { $0.event.name = "Gala" }, issuer: Fixture.issuer, serialNumber: "1")
    #expect(contents.rendered.map(\.path) == ["pass.json"])
  }

  @Test func `without a folder of its own the default language stands in pass.json`() throws {
    let template = try Fixture.template(
      fields: field("event", "{{ event.name }}"), yaml: "default_language: de\n", files: ["fr.lproj/logo.png": "x"])
    #expect(template.languages == ["de", "fr"])
    let ticket = try Fixture.ticket {
      $0.event.name = LocalizedText("Gala", translations: ["fr": "Gala d’hiver", "de": "Wintergala"])
    }
    #expect(try template.field("event", ticket)?["value"] == "Wintergala")
    #expect(try template.shown(Self.value, in: "fr", ticket) == "Gala d’hiver")
    #expect(try template.files(ticket)["de.lproj/pass.strings"] == nil)
  }

  @Test func `keys of the strings that Liquid chooses are looked up by Wallet`() throws {
    let template = try Fixture.template(
      fields: field("status", "{% if pass.used %}status_used{% endif %}") + "," + field("event", "{{ event.name }}"),
      files: [
        "en.lproj/pass.strings": #""status_used" = "Used";"#, "fr.lproj/pass.strings": #""status_used" = "Utilisé";"#,
      ])
    let used = try Fixture.ticket(state: "CONTROLLED") {
      $0.event.name = LocalizedText("Gala", translations: ["fr": "Le gala"])
    }
    #expect(try template.shown(Self.value, in: "en", used) == "Used")
    #expect(try template.shown(Self.value, in: "fr", used) == "Utilisé")
    for language in ["en", "fr"] {
      let strings = try StringsFile(parsing: template.files(used)["\(language).lproj/pass.strings"] ?? [])
      #expect(strings.duplicates.isEmpty)
      #expect(strings.keys == ["status_used", "Gala"])
    }
  }

  @Test func `a name that is also a key, a label or another name is not mistaken for it`() throws {
    let template = try Fixture.template(
      fields: [
        field("block", "{{ seat.block }}", #""label": "Gala""#), field("category", "{{ seat.category }}"),
        field("area", "{{ seat.area }}"), field("event", "{{ event.name }}"), field("tariff", "{{ tariff.name }}"),
        field("product", "{{ product.name }}"),
      ].joined(separator: ","),
      files: ["en.lproj/pass.strings": "", "fr.lproj/pass.strings": #""Row" = "Rang";"#])
    let ticket = try Fixture.ticket {
      $0.seat.block = "A"
      $0.seat.category = LocalizedText("A", translations: ["fr": "Catégorie A"])
      $0.seat.area = "A"
      $0.event.name = LocalizedText("Gala", translations: ["fr": "Le gala"])
      $0.tariff.name = LocalizedText("Row", translations: ["fr": "Barque"])
      $0.product.name = LocalizedText("A", translations: ["fr": "Produit A"])
    }
    func french(_ index: Int, _ member: String = "value") throws -> String? {
      try template.shown("/eventTicket/auxiliaryFields/\(index)/\(member)", in: "fr", ticket)
    }
    #expect(try french(0) == "A")
    #expect(try french(0, "label") == "Gala")
    #expect(try french(1) == "Catégorie A")
    #expect(try french(2) == "A")
    #expect(try french(3) == "Le gala")
    #expect(try french(4) == "Barque")
    #expect(try french(5) == "Produit A")
    #expect(try template.shown("/eventTicket/auxiliaryFields/1/value", in: "en", ticket) == "A")
    for language in ["en", "fr"] {
      let strings = try StringsFile(parsing: template.files(ticket)["\(language).lproj/pass.strings"] ?? [])
      #expect(strings.duplicates.isEmpty)
    }
    // A phone in none of the languages shows pass.json: nothing strange may be seen there.
    let seen = try template.field("category", ticket)?["value"]?.stringValue
    #expect(seen?.unicodeScalars.filter { $0 != "\u{200B}" }.map(String.init).joined() == "A")
  }

  @Test func `money, dates and translate speak each language`() throws {
    let template = try Fixture.template(
      fields: [
        field("price", "{{ price | money }}"), field("day", "{{ event.start | date: '%A' }}"),
        field("gate", "{{ 'gate' | translate }} {{ seat.entrance }}"),
        field("if", "{% if pass.language == 'fr' %}oui{% else %}yes{% endif %}"),
      ].joined(separator: ","),
      files: [
        "en.lproj/pass.strings": #""gate" = "Gate"; "only" = "Only here";"#,
        "fr.lproj/pass.strings": #""gate" = "Porte";"#,
      ])
    let ticket = try Fixture.ticket {
      $0.price = try? Money(thousandths: 1_234_500, currency: Currency("EUR"))
      $0.event.start = Fixture.date("2027-01-15T19:30:00+01:00")
      $0.seat.entrance = "C"
    }
    func shown(_ index: Int, _ language: String) throws -> String? {
      try template.shown("/eventTicket/auxiliaryFields/\(index)/value", in: language, ticket)
    }
    #expect(try shown(0, "en") == "€1,234.50")
    #expect(try shown(0, "fr")?.hasSuffix("€") == true)
    #expect(try shown(1, "en") == "Friday")
    #expect(try shown(1, "fr") == "vendredi")
    #expect(try shown(2, "en") == "Gate C")
    #expect(try shown(2, "fr") == "Porte C")
    #expect(try shown(3, "en") == "yes")
    #expect(try shown(3, "fr") == "oui")
  }

  @Test func `translate falls back to the default language`() throws {
    let template = try Fixture.template(
      fields: field("x", "{{ 'gate' | translate }} {{ seat.row }}"),
      files: ["en.lproj/pass.strings": #""gate" = "Gate";"#, "fr.lproj/pass.strings": ""])
    #expect(try template.shown(Self.value, in: "fr", Fixture.ticket { $0.seat.row = "A" }) == "Gate A")
  }

  @Test func `Liquid in pass.strings is rendered for each ticket and language`() throws {
    let template = try Fixture.template(
      fields: field("greeting", "greeting"),
      files: [
        "en.lproj/pass.strings":
          "/* Hello */\n\"greeting\" = \"Welcome, \\\"{{ holder.name }}\\\"\";\n\"fixed\" = \"x\";",
        "fr.lproj/pass.strings": "\"greeting\" = \"Bienvenue à {{ event.name }}\";\n\"fixed\" = \"y\";",
      ])
    let ticket = try Fixture.ticket {
      $0.holder.lastName = #"O"Neill \ Søn"#
      $0.event.name = LocalizedText("Gala", translations: ["fr": "Gala d’hiver"])
    }
    #expect(try template.shown(Self.value, in: "en", ticket) == #"Welcome, "O"Neill \ Søn""#)
    #expect(try template.shown(Self.value, in: "fr", ticket) == "Bienvenue à Gala d’hiver")
    let french = try StringsFile(parsing: template.files(ticket)["fr.lproj/pass.strings"] ?? [])
    #expect(french["fixed"] == "y")
  }

  @Test func `strings in UTF-16, either way, are passed on in UTF-8`() throws {
    let text = "/* é */ \"gate\" = \"Größe 🎟\";\n"
    let little: [UInt8] =
      [0xFF, 0xFE] + text.utf16.flatMap { unit -> [UInt8] in [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    let big: [UInt8] = [0xFE, 0xFF] + text.utf16.flatMap { unit -> [UInt8] in [UInt8(unit >> 8), UInt8(unit & 0xFF)] }
    let template = try PassTemplate(
      name: "x",
      files: PassFiles([
        "pass.json": Array(Fixture.passJSON(fields: field("gate", "gate")).utf8), "fr.lproj/pass.strings": little,
        "de.lproj/pass.strings": big,
      ]))
    for language in ["fr", "de"] {
      let bytes = try template.files(Fixture.ticket())["\(language).lproj/pass.strings"] ?? []
      #expect(String(decoding: bytes, as: UTF8.self) == "\"gate\" = \"Größe 🎟\";\n")
      #expect(try template.shown(Self.value, in: language, Fixture.ticket()) == "Größe 🎟")
    }
  }

  @Test func `a region takes the words of its language`() throws {
    let template = try Fixture.template(
      fields: field("event", "{{ event.name }}"),
      files: ["pt-BR.lproj/pass.strings": "", "zh-Hant.lproj/pass.strings": ""])
    let ticket = try Fixture.ticket {
      $0.event.name = LocalizedText("Gala", translations: ["pt": "Festa", "zh-hant": "晚會"])
    }
    #expect(try template.shown(Self.value, in: "pt-BR", ticket) == "Festa")
    #expect(try template.shown(Self.value, in: "zh-Hant", ticket) == "晚會")
  }
}
