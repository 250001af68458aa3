import Foundation
import JSON
import Testing

@Suite("Looking at passes, templates and certificates")
struct LookingTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  private static let concert = templatePath("concert")
  private static func templatePath(_ name: String) -> String {
    Workplace.templates.appending(path: "\(name).pkpasstemplate").path
  }

  // MARK: check

  @Test func `check refuses what is no pass, goes on after a wrong path, and ends with the worst`() throws {
    try place.write("garbage.pkpass", (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    try place.write("empty.pkpass", "")
    let run = try place.passmint(["check", "garbage.pkpass", "nowhere.pkpass", "empty.pkpass"])
    #expect(run.status == 3)
    #expect(
      run.output == """
        error: garbage.pkpass: the file is not a zip archive [archive-not-zip]
          A pass is a zip archive.
        garbage.pkpass: refused (1 error)
        error: empty.pkpass: the file is empty [archive-empty]
          Make or download it again.
        empty.pkpass: refused (1 error)

        """)
    #expect(
      run.errors == """
        passmint: error: nowhere.pkpass: there is no such file or folder
        passmint: hint: name a .pkpass, a .pkpasses or a folder

        """)
  }

  @Test func `check never crashes on a pass that was cut or changed anywhere`() throws {
    try place.write("orders.csv", OrderRow.csv(1))
    try place.issue("orders.csv")
    let whole = try place.bytes("out/1001/50001.pkpass")
    var paths: [String] = []
    for number in 0..<120 {
      var bytes = whole
      let position = number * whole.count / 120
      if number.isMultiple(of: 3) { bytes.removeSubrange(position...) } else { bytes[position] ^= 0x55 }
      try place.write("damaged/\(number).pkpass", bytes)
      paths.append("damaged/\(number).pkpass")
    }
    let run = try place.passmint(["check", "--json", "--trust", "certificates/root.pem"] + paths)
    #expect(!run.wasKilled)
    #expect(run.status == 1)
    let reports = try #require(try run.json().array)
    #expect(reports.count == 120)
    // A flipped bit in what no reader looks at (a time, a name in a local header) may pass; most never do.
    #expect(reports.count { $0["acceptable"] == false } > 100)
    for report in reports where report["acceptable"] == false {
      let findings = report["findings"]?.array ?? []
      #expect(findings.contains { $0["severity"] == "error" && $0["hint"]?.stringValue?.isEmpty == false })
    }
  }

  @Test func `check trusts a root of one's own only when told`() throws {
    try place.write("orders.csv", OrderRow.csv(1))
    try place.issue("orders.csv")
    let alone = try place.passmint(["check", "out/1001/50001.pkpass"])
    #expect(alone.status == 1)
    #expect(alone.output.contains("[untrusted-issuer]"))
    #expect(alone.output.hasSuffix("out/1001/50001.pkpass: refused (1 error)\n"))
    let trusted = try place.passmint(["check", "--trust", "certificates/root.pem", "out/1001/50001.pkpass"])
    #expect(trusted.transcript == "out/1001/50001.pkpass: good\n")
    #expect(trusted.status == 0)
    let wrong = try place.passmint(["check", "--trust", "orders.csv", "out/1001/50001.pkpass"])
    #expect(wrong.status == 3)
    #expect(wrong.errors.contains("passmint: hint: --trust names a file with certificates in PEM\n"))
  }

  // MARK: show

  @Test func `show prints a pass in its languages, as text and as JSON`() throws {
    let run = try place.issue(
      Workplace.templates.appending(path: "exports/concert.json").path,
      with: ["--template", Self.concert, "--quiet"])
    #expect(run.status == 0)
    let file = "out/10000912345/10228900002001.pkpass"
    let english = try place.passmint(["show", file])
    let french = try place.passmint(["show", file, "--language", "fr"])
    let german = try place.passmint(["show", file, "--language", "de"])
    #expect(english.status == 0 && french.status == 0 && german.status == 0)
    #expect(Set([english.output, french.output, german.output]).count == 3)
    for text in [english, french, german] {
      #expect(text.output.contains("027105626259244915414468"))
      #expect(text.output.contains("  verifies        yes, by an issuer that is not Apple's\n"))
      #expect(text.errors == "")
    }
    let missing = try place.passmint(["show", file, "--language", "it"])
    #expect(missing.status == 0)
    #expect(missing.errors == "passmint: warning: the pass has no it; it has de, en, fr\n")

    let json = try place.passmint(["show", file, "--json", "--language", "fr"]).json()
    #expect(json[pointer: "/pass/barcodes/0/message"] == "027105626259244915414468")
    #expect(json["style"] == "eventTicket")
    #expect(json[pointer: "/signature/verified"] == true)
    #expect(json["languages"] == ["de", "en", "fr"])
    #expect(json["files"]?.array?.contains("signature") == true)
  }

  @Test func `show says why it shows nothing`() throws {
    try place.write("garbage.pkpass", "PK\u{3}\u{4} and then nothing")
    let run = try place.passmint(["show", "garbage.pkpass"])
    #expect(run.status == 1)
    #expect(run.output == "")
    #expect(run.errors.contains("passmint: error: garbage.pkpass holds no pass that could be shown\n"))
    #expect(run.errors.contains("passmint: hint: "))
    #expect(try place.passmint(["show", "nowhere"]).status == 3)
  }

  // MARK: template

  @Test func `template new copies one that is good, and never over another`() throws {
    let environment = ["PASSMINT_TEMPLATES": Workplace.templates.path]
    let names = [
      "concert", "festival", "match", "membership", "museum", "season-ticket", "shuttle", "voucher",
    ]
    for name in names {
      let run = try place.passmint(["template", "new", "my-\(name)", "--from", name], environment: environment)
      #expect(run.status == 0)
      #expect(run.output == "my-\(name).pkpasstemplate\n")
      let check = try place.passmint(["template", "check", "my-\(name).pkpasstemplate"])
      #expect(check.status == 0, "\(check.output)")
    }
    let again = try place.passmint(["template", "new", "my-concert"], environment: environment)
    #expect(again.status == 3)
    #expect(
      again.errors == """
        passmint: error: my-concert.pkpasstemplate is there already
        passmint: hint: choose another name

        """)
    let unknown = try place.passmint(["template", "new", "x", "--from", "opera"], environment: environment)
    #expect(unknown.status == 3)
    #expect(
      unknown.errors == """
        passmint: error: there is no template opera
        passmint: hint: there are \(names.joined(separator: ", ")); --from also takes a folder

        """)
    let nameless = try place.passmint(["template", "new", "/"], environment: environment)
    #expect(nameless.status == 2)
    #expect(place.files(".").allSatisfy { !$0.contains("partial") })
  }

  @Test(arguments: [
    ("pass.json", "\"formatVersion\": 1,", "\"formatVersion\": 1", "error: pass.json:3:3: "),
    (
      "pass.json", "{{ seat.row }}", "{{ seat.rwo }}",
      "error: pass.json:44:24 (/semantics/seats/0/seatRow): seat.rwo: did you mean seat.row? [liquid]\n"
    ),
    ("pass.json", "{{ seat.row }}", "{{ seat.row | upcas }}", "upcas"),
    ("pass.json", "{{ seat.row }}", "{% if seat.row %}x", "error: pass.json:44:"),
    (
      "template.yaml", "default_language:", "defualt_language:",
      "error: template.yaml:6:1: nobody knows the key defualt_language"
    ),
    ("template.yaml", "name: Concert", "name: [", "error: template.yaml:"),
    ("de.lproj/pass.strings", "\";", "\"", "error: de.lproj/pass.strings:"),
  ])
  func `template check names the place of a mistake`(file: String, old: String, new: String, message: String) throws {
    try FileManager.default.copyItem(atPath: Self.concert, toPath: place.path("mine.pkpasstemplate"))
    let text = try place.text("mine.pkpasstemplate/\(file)")
    try #require(text.contains(old))
    try place.write("mine.pkpasstemplate/\(file)", text.replacing(old, with: new, maxReplacements: 1))
    let run = try place.passmint(["template", "check", "mine.pkpasstemplate"])
    #expect(run.status == 1)
    #expect(run.output.contains(message), "\(run.output)")
    #expect(run.output.contains("mine.pkpasstemplate: refused ("))
    let json = try place.passmint(["template", "check", "mine.pkpasstemplate", "--json"]).json()
    #expect(json["acceptable"] == false)
    #expect(json[pointer: "/findings/0/line"] != nil)
  }

  @Test func `template check misses the icon and names what it is`() throws {
    try place.passmint(["template", "new", "mine", "--from", Self.concert])
    for icon in ["icon.png", "icon@2x.png", "icon@3x.png"] {
      try FileManager.default.removeItem(atPath: place.path("mine.pkpasstemplate/\(icon)"))
    }
    let run = try place.passmint(["template", "check", "mine.pkpasstemplate"])
    #expect(run.status == 1)
    #expect(run.output.contains("error: icon.png: the pass has no icon [icon-missing]\n"))
    try place.write("orders.csv", OrderRow.csv(1))
    let issue = try place.issue("orders.csv", with: ["--template", "mine.pkpasstemplate"])
    #expect(issue.status == 3)
    #expect(issue.errors.contains("[icon-missing]"))
    #expect(!place.exists("out"))
    #expect(try place.passmint(["template", "check", "nowhere"]).status == 3)
  }

  // MARK: certs

  @Test func `certs check shows what is there and whether it can sign`() throws {
    let good = try place.passmint(["certs", "check", "certificates"])
    #expect(good.status == 0)
    #expect(good.output.contains("pass type           pass.org.example.tickets\n"))
    #expect(good.output.contains("team                EXAMPLE123\n"))
    #expect(good.output.contains("[untrusted-issuer]"))
    try place.write("bare/readme.txt", "nothing here")
    let bare = try place.passmint(["certs", "check", "bare"])
    #expect(bare.status == 1)
    #expect(bare.errors.contains("passmint: hint: "))
    let missing = try place.passmint(["certs", "check", "nowhere"])
    #expect(missing.status == 3)
    #expect(missing.errors.hasPrefix("passmint: error: nowhere: there is no such file or folder\n"))
  }

  @Test func `certs example keeps what is there`() throws {
    let first = try place.passmint(["certs", "example", "made"])
    #expect(first.output == "made\n")
    let before = try place.contents("made")
    let second = try place.passmint(["certs", "example", "made"])
    #expect(second.errors.hasPrefix("passmint: there are example certificates already, good until "))
    #expect(try place.contents("made") == before)
    let key = try FileManager.default.attributesOfItem(atPath: place.path("made/key.pem"))
    #expect(key[.posixPermissions] as? Int == 0o600)
  }
}
