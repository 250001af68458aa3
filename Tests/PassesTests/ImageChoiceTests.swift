import Passes
import Testing
import Tickets

@Suite("Pictures by state and by value") struct ImageChoiceTests {
  static let byState = """
    images:
      strip: "{% if pass.voided %}strip-voided{% elsif pass.used %}strip-used{% elsif venue.hall == 'Studio' %}studio{% endif %}"
    """

  static let files = [
    "strip.png": "own 1", "strip@2x.png": "own 2", "strip@3x.png": "own 3", "logo.png": "logo",
    "images/strip-voided.png": "voided 1", "images/strip-voided@2x.png": "voided 2",
    "images/strip-used@2x.png": "used 2", "images/strip-used@3x.png": "used 3",
    "images/studio.png": "studio 1", "images/studio@2x.png": "studio 2", "images/studio@3x.png": "studio 3",
  ]

  /// Every file of a pass that is for a slot, by path.
  private func slot(
    _ name: String, _ template: PassTemplate, _ ticket: Ticket, isVoided: Bool = false
  ) throws -> [String: String] {
    let files = try template.files(ticket, isVoided: isVoided)
    #expect(!files.contents.keys.contains { $0.hasPrefix("images/") })
    return files.contents.filter { $0.key.split(separator: "/").last?.hasPrefix(name) ?? false }
      .mapValues { String(decoding: $0, as: UTF8.self) }
  }

  private func strip(_ yaml: String, files: [String: String] = Self.files, code: String) throws -> [String: String] {
    let template = try Fixture.template(yaml: yaml, files: files)
    return try slot("strip", template, Fixture.ticket { $0.variables["CODE"] = code })
  }

  @Test func `the ticket's state chooses, and so does a value`() throws {
    let template = try Fixture.template(yaml: Self.byState, files: Self.files)
    let own = ["strip.png": "own 1", "strip@2x.png": "own 2", "strip@3x.png": "own 3"]
    #expect(try slot("strip", template, Fixture.ticket()) == own)
    #expect(try slot("strip", template, Fixture.ticket { $0.venue.hall = "Grande Salle" }) == own)
    #expect(
      try slot("strip", template, Fixture.ticket { $0.venue.hall = "Studio" })
        == ["strip.png": "studio 1", "strip@2x.png": "studio 2", "strip@3x.png": "studio 3"])
    let used = try Fixture.ticket(state: "CONTROLLED") { $0.venue.hall = "Studio" }
    #expect(try slot("strip", template, used) == ["strip@2x.png": "used 2", "strip@3x.png": "used 3"])
    #expect(
      try slot("strip", template, used, isVoided: true) == ["strip.png": "voided 1", "strip@2x.png": "voided 2"])
    #expect(try slot("logo", template, used) == ["logo.png": "logo"])
  }

  @Test func `a printed value names the picture, whatever white space stands around it`() throws {
    let yaml = "images:\n  strip: |\n    {% assign code = variables.CODE | downcase %}\n      {{ code }}\n"
    #expect(try strip(yaml, code: "STUDIO")["strip.png"] == "studio 1")
    #expect(try strip(yaml, code: "Other")["strip.png"] == "own 1")
    #expect(try strip(yaml, code: "")["strip.png"] == "own 1")
  }

  @Test func `a picture the template has nothing of its own for is added`() throws {
    let template = try Fixture.template(
      yaml: "images:\n  thumbnail: '{{ product.code }}'", files: ["images/vip@2x.png": "face"])
    #expect(try slot("thumbnail", template, Fixture.ticket()) == [:])
    #expect(try slot("thumbnail", template, Fixture.ticket { $0.product.code = "vip" }) == ["thumbnail@2x.png": "face"])
  }

  @Test func `no pass mixes two pictures: no scale, no language and no PDF of the own one stays`() throws {
    var files = Self.files
    for path in ["strip.pdf", "fr.lproj/strip.png", "de.lproj/strip@2x.png"] { files[path] = "own" }
    files["stripes.png"] = "another"
    let template = try Fixture.template(yaml: Self.byState, files: files)
    #expect(
      try slot("strip", template, Fixture.ticket(state: "CONTROLLED"))
        == ["strip@2x.png": "used 2", "strip@3x.png": "used 3", "stripes.png": "another"])
    #expect(try slot("strip", template, Fixture.ticket()).count == 7)
  }

  @Test func `several pictures are chosen at once`() throws {
    var files = Self.files
    files["images/vip.png"] = "vip"
    let template = try Fixture.template(yaml: Self.byState + "\n  logo: '{{ product.code }}'", files: files)
    let ticket = try Fixture.ticket(state: "CONTROLLED") { $0.product.code = "vip" }
    #expect(try slot("strip", template, ticket)["strip@2x.png"] == "used 2")
    #expect(try slot("logo", template, ticket) == ["logo.png": "vip"])
    #expect(try slot("strip", template, Fixture.ticket { $0.product.code = "vip" })["strip.png"] == "own 1")
  }

  @Test(arguments: [
    "../strip", "../../certificates/key", "/etc/passwd", "images/studio", "./studio", "..", ".", "studio.png",
    "studio@2x",
    "studio\u{0}", "studio/", "\\studio", "s t u d i o", "🎫", "a\nb", String(repeating: "a", count: 60_000), "deep/x",
    ".hidden", "x..y",
  ])
  func `a hostile name is the name of no picture`(_ name: String) throws {
    var files = Self.files
    for path in ["images/deep/x.png", "images/.hidden.png", "images/x..y.png", "images/s t u d i o.png"] {
      files[path] = "never"
    }
    let found = try strip("images:\n  strip: '{{ variables.CODE }}'", files: files, code: name)
    #expect(found == ["strip.png": "own 1", "strip@2x.png": "own 2", "strip@3x.png": "own 3"])
  }

  @Test func `passes with the same pictures share their files, in every copy of the template`() throws {
    let template = try Fixture.template(yaml: Self.byState, files: Self.files)
    func assets(_ template: PassTemplate, _ state: String) throws -> PassAssets {
      try template.contents(for: Fixture.ticket(state: state), issuer: Fixture.issuer, serialNumber: "1").assets
    }
    let used = try assets(template, "CONTROLLED")
    #expect(try assets(template, "CONTROLLED") === used)
    #expect(try assets(template.separateCopy(), "CONTROLLED") === used)
    #expect(try assets(template, "PRINTED") === template.assets)
    #expect(try assets(template.separateCopy(), "PRINTED") === template.assets)
    #expect(used.origins == ["strip@2x.png": "images/strip-used@2x.png", "strip@3x.png": "images/strip-used@3x.png"])
  }

  @Test func `choosing fails as loudly as any other Liquid`() throws {
    let template = try Fixture.template(
      yaml: "name: x\nimages:\n  strip: 'a{{ event.duration | divided_by: 0 }}'", files: Self.files)
    let error = try #require(throws: CompositionError.self) {
      try template.pass(Fixture.ticket { $0.event.duration = 7 })
    }
    #expect(error.sentence == "divided_by: division by zero")
    #expect(error.place.description.hasPrefix("template.yaml:3:"))
  }

  // MARK: Mistakes

  @Test(arguments: [
    ("images:\n  strip: '{{ venue.hal }}'", "template.yaml:2:14", "venue.hall"),
    ("images:\n  strip: |\n    {% if %}", "template.yaml:3:", ""),
    ("images:\n  stripp: x", "template.yaml:2:3", "stripp"),
    ("images:\n  strip: [a]", "template.yaml:2:10", "picture"), ("images: strip", "template.yaml:1:9", "strip"),
    ("images:\n  strip: a\n  strip: b", "template.yaml:", "twice"),
  ])
  func `a mistake has its line`(yaml: String, place: String, word: String) throws {
    let findings = try Fixture.findings { try Fixture.template(yaml: yaml) }
    let found = try #require(findings.first)
    #expect(found.severity == .error)
    #expect(found.place.description.hasPrefix(place), "\(found.place)")
    #expect(found.message.contains(word), "\(found.message)")
  }

  @Test func `nothing behind a slot is nothing`() throws {
    #expect(try Fixture.template(yaml: "images:\n").settings == TemplateSettings())
    #expect(try Fixture.template(yaml: "images:\n  strip:\n").settings == TemplateSettings())
  }

  @Test func `a name that no picture has is said, be it written or chosen by a sample`() throws {
    let yaml = "images:\n  strip: '{% if pass.used %}strip-usd{% else %}{{ product.code }}{% endif %}'"
    let template = try Fixture.template(
      yaml: yaml,
      files: Self.files.merging([
        "samples/one.json": #"{"ticket": {"id": "1", "barcode": "1"}, "product": {"code": "gold"}}"#,
        "samples/two.json": #"{"ticket": {"id": "1", "barcode": "1"}, "product": {"code": "studio"}}"#,
        "samples/used.json": #"{"ticket": {"id": "1", "barcode": "1", "state": "CONTROLLED"}}"#,
      ]) { $1 })
    #expect(template.warnings.map(\.code) == ["picture-missing"])
    let found = template.findings().filter { $0.code == "picture-missing" }
    #expect(found.count == 2, "\(found)")
    #expect(
      found.allSatisfy { $0.severity == .warning && $0.place == .init(file: "template.yaml", line: 2, column: 11) })
    #expect(found.contains { $0.message.contains("strip-usd") } && found.contains { $0.message.contains("gold") })
  }

  @Test func `what lies in the folder is told to be left out when nothing can choose it`() throws {
    func leftOut(_ yaml: String?, _ files: [String: String]) throws -> [String] {
      try Fixture.template(yaml: yaml, files: files).warnings.filter { $0.code == "template-file-left-out" }
        .map(\.place.file)
    }
    let pictures = ["images/a.png": "", "images/a@2x.png": "", "images/b.png": ""]
    #expect(try leftOut(nil, pictures) == ["images/a.png", "images/a@2x.png", "images/b.png"])
    #expect(try leftOut("images:\n  strip: '{% if pass.used %}a{% endif %}'", pictures) == ["images/b.png"])
    #expect(try leftOut("images:\n  strip: '{{ product.code }}'", pictures) == [])
    #expect(
      try leftOut(
        "images:\n  strip: '{{ product.code }}'", ["images/x/a.png": "", "images/notes.txt": "", "images/a.png": ""])
        == ["images/notes.txt", "images/x/a.png"])
  }

  @Test func `Wallet's rules hold for every picture, in the place it is chosen for`() throws {
    var files = Self.files
    for path in files.keys { files[path] = nil }
    files["images/strip-voided@2x.png"] = "GIF89a"
    files["images/strip-used@2x.png"] = "<svg/>"
    files["images/studio.png"] = "%PDF-"
    // By a sample, not by the Liquid's own words.
    files["images/gold.png"] = "<html>"
    files["samples/one.json"] = #"{"ticket": {"id": "1", "barcode": "1"}, "product": {"code": "gold"}}"#
    let template = try Fixture.template(yaml: Self.byState + "\n  footer: '{{ product.code }}'", files: files)
    let found = template.findings().filter { $0.code == "image-not-png" && $0.place.file != "icon.png" }
    #expect(
      Set(found.map(\.place.file)) == [
        "images/strip-voided@2x.png", "images/strip-used@2x.png", "images/studio.png", "images/gold.png",
      ])
    #expect(found.count == 4)
    #expect(template.findings().contains { $0.code == "image-unused" && $0.place.file == "images/gold.png" })
  }
}
