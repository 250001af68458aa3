import Foundation
import JSON
import Testing

@Suite("What the command says, and how it ends")
struct WordsTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write("orders.csv", OrderRow.csv(3))
  }

  // MARK: Usage

  @Test(arguments: [
    (["--xyzzy"], "unknown option '--xyzzy'", "passmint issue --help"),
    (["--jobs", "many"], "the value 'many' is invalid for '--jobs <N>'", "passmint issue --help"),
    (["--jobs", "0"], "--jobs is a number from 1 to 256, not 0", "leave it out for one worker a core"),
    (["--bundle", "all"], "--bundle is ticket or order, not all", "leave it out for one file a ticket"),
    (["--at", "today"], "--at today is not a time", "write it as 2027-01-15T19:30:00+01:00"),
    (["--out", ""], "--out is empty", "name the folder passes go to"),
    (["--time-zone", "Sorana"], "there is no time zone Sorana", "an IANA name is wanted, such as Europe/Paris"),
    (["--currency", "euro"], "euro is no currency", "an ISO 4217 code is wanted, such as EUR"),
    (
      ["--format", "xls"], "there is no format xls",
      "the formats are secutix-json, csv, barcodes-for-reseller, single-entry"
    ),
    (
      ["--name", "{{ seat.rwo }}"], "--name: --name:1:4: seat.rwo: did you mean seat.row?",
      "for instance --name '{{ order.id }}/{{ seat.row }}-{{ seat.number }}'"
    ),
    (["--web-service-url", "ftp://x"], "--web-service-url ftp://x is no web address", "it begins with https://"),
    (
      ["--web-service-url", "https://x.example"],
      "--web-service-url needs --secret-file: a pass that updates carries a token made from the tenant's secret",
      "make one: openssl rand -hex 32 > tenant.secret"
    ),
  ])
  func `wrong options are two lines, before anything is done`(options: [String], message: String, hint: String) throws {
    let run = try place.issue("orders.csv", with: options)
    #expect(run.status == 2)
    #expect(run.transcript == "passmint: error: \(message)\npassmint: hint: \(hint)\n")
    #expect(!place.exists("out"))
  }

  @Test(arguments: [
    ["--out", "small.pkpasstemplate/out"], ["--out", "link/deep/out"], ["--out", "small.pkpasstemplate"],
    ["--identity", "./small.pkpasstemplate/../small.pkpasstemplate/keys"], ["--rejects", "link/rows.csv"],
  ])
  func `nothing of a run may lie in the template, whose files go into every pass`(options: [String]) throws {
    try FileManager.default.createSymbolicLink(
      atPath: place.path("link"), withDestinationPath: place.path("small.pkpasstemplate"))
    let before = place.files("small.pkpasstemplate")
    let run = try place.issue("orders.csv", with: options)
    #expect(run.status == 2)
    #expect(
      run.transcript == """
        passmint: error: \(options[0]) \(options[1]) lies in the template small.pkpasstemplate, whose files go into every pass
        passmint: hint: choose a folder outside of it

        """)
    #expect(place.files("small.pkpasstemplate") == before)
  }

  @Test func `standard input is named once`() throws {
    let run = try place.issue("-", "-")
    #expect(run.status == 2)
    #expect(
      run.transcript == "passmint: error: standard input can be read once only\npassmint: hint: name - once\n")
  }

  @Test(
    arguments: [
      ([], 0), (["--help"], 0), (["--version"], 0), (["help", "issue"], 0), (["issue", "--help"], 0), (["nonsense"], 2),
      (["issue"], 2), (["check"], 2), (["template", "new"], 2), (["certs", "example"], 2),
    ] as [([String], Int32)])
  func `help goes to standard output and ends well, wrong words do not`(arguments: [String], status: Int32) throws {
    let run = try place.passmint(arguments)
    #expect(run.status == status)
    #expect(run.output.isEmpty == (status != 0))
    #expect(run.errors.isEmpty == (status == 0))
    if status != 0 { #expect(run.errors.contains("passmint: hint: passmint")) }
  }

  @Test func `the version is one line`() throws {
    #expect(try place.passmint(["--version"]).output.wholeMatch(of: #/[0-9]+\.[0-9]+\.[0-9]+\n/#) != nil)
  }

  // MARK: What could not run

  @Test(arguments: [
    (["--template", "nowhere"], "the template nowhere cannot be used: 1 error"),
    (["--identity", "nowhere"], "cannot read nowhere: No such file or directory"),
    (["--out", "orders.csv"], "opening orders.csv failed: Not a directory"),
    (["--out", "orders.csv/out"], "creating the folder orders.csv/out failed: Not a directory"),
    (["--mapping", "nowhere.yaml"], "nowhere.yaml cannot be read"),
    (
      ["--web-service-url", "https://x.example", "--secret-file", "nowhere"],
      "cannot read nowhere: No such file or directory"
    ),
    (["--rejects", "orders.csv/rows.csv"], "Not a directory"),
  ])
  func `a run that cannot begin ends with 3 and a hint`(options: [String], message: String) throws {
    try place.write("orders.csv", OrderRow.csv([OrderRow(0).with { $0.barcode = "" }]))
    let run = try place.issue("orders.csv", with: options)
    #expect(run.status == 3)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(run.errors.contains("passmint: error: "))
    #expect(run.errors.contains("passmint: hint: ") || run.errors.contains("\n  Name a folder"))
    #expect(run.output == "")
    #expect(place.passes() == [])
  }

  @Test(arguments: ["nowhere.csv", "certificates", "small.pkpasstemplate"])
  func `an input that is no file is named at once`(input: String) throws {
    let run = try place.issue(input)
    #expect(run.status == 3)
    #expect(run.errors.hasPrefix("passmint: error: \(input)"))
    #expect(run.errors.contains("passmint: hint: name "))
    #expect(!place.exists("out"))
  }

  @Test func `an identity of another team or pass type signs nothing`() throws {
    try place.passmint(["certs", "example", "theirs", "--team", "THEIRTEAM1", "--pass-type", "pass.org.example.other"])
    let run = try place.issue("orders.csv", with: ["--identity", "theirs"])
    #expect(run.status == 3)
    #expect(
      run.transcript == """
        error: theirs: the certificate belongs to team THEIRTEAM1, the template to EXAMPLE123 [team-mismatch]
          Sign with that team's certificate, or set teamIdentifier to THEIRTEAM1.
        passmint: error: the identity theirs cannot sign passes of small: the certificate is for pass type pass.org.example.other, the template for pass.org.example.tickets
        passmint: hint: sign with that pass type's certificate, or set passTypeIdentifier to pass.org.example.other

        """)
    #expect(!place.exists("out"))
  }

  @Test func `an expired certificate signs nothing`() throws {
    try place.write(
      "openssl.cnf",
      """
      [ca]
      basicConstraints = critical, CA:true
      [leaf]
      extendedKeyUsage = clientAuth, 1.2.840.113635.100.4.14
      1.2.840.113635.100.6.1.16 = ASN1:UTF8String:pass.org.example.tickets
      """)
    let script = """
      set -e
      mkdir old
      openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out old/intermediate.pem -subj '/CN=Old WWDR/OU=G4' \
        -days 900
      openssl req -new -newkey rsa:2048 -nodes -keyout old/key.pem -out pass.csr \
        -subj '/UID=pass.org.example.tickets/CN=Pass Type ID: pass.org.example.tickets/OU=EXAMPLE123'
      openssl x509 -req -in pass.csr -CA old/intermediate.pem -CAkey ca.key -CAcreateserial -days -1 \
        -extfile openssl.cnf -extensions leaf -out old/pass.pem
      """
    let made = try Run(URL(filePath: "/bin/bash"), ["-c", script], in: place.folder)
    try #require(made.status == 0, "\(made.errors)")
    let run = try place.issue("orders.csv", with: ["--identity", "old"])
    #expect(run.status == 3)
    #expect(run.errors.contains("the identity old cannot sign passes of small: the certificate expired on "))
    #expect(run.errors.contains("passmint: hint: "))
    #expect(!place.exists("out"))
    #expect(try place.passmint(["certs", "check", "old"]).status == 1)
  }

  @Test func `a template with a wrong variable is refused with its place and the nearest name`() throws {
    try place.write(
      "small.pkpasstemplate/pass.json", Workplace.smallPass.replacing("{{ seat.number }}", with: "{{ seat.numbr }}"))
    let run = try place.issue("orders.csv")
    #expect(run.status == 3)
    #expect(
      run.transcript == """
        error: pass.json:14:54 (/eventTicket/secondaryFields/0/value): seat.numbr: did you mean seat.number? [liquid]
          Mend the Liquid at this place.
        passmint: error: the template small.pkpasstemplate cannot be used: 1 error

        """)
  }

  // MARK: Machines and quiet

  @Test func `--json is one object and nothing else on standard output`() throws {
    try place.write("orders.csv", OrderRow.csv([OrderRow(0), OrderRow(1), OrderRow(1).with { $0.barcode = "" }]))
    let run = try place.issue("orders.csv", with: ["--json"])
    #expect(run.status == 1)
    let summary = try run.json()
    #expect(summary["read"] == 3)
    #expect(summary["issued"] == 2)
    #expect(summary["unchanged"] == 0)
    #expect(summary["rejected"] == 1)
    #expect(try #require(summary["seconds"]?.double) > 0)
    #expect(try #require(summary["passesPerSecond"]?.double) > 0)
    #expect(summary["rejectsFiles"] == ["out/rejects.csv"])
    #expect(run.errors.contains("passmint: error: orders.csv:4: "))
  }

  @Test func `--quiet says nothing when all is good, and errors when not`() throws {
    let good = try place.issue("orders.csv", with: ["--quiet"])
    #expect(good.status == 0)
    #expect(good.transcript == "")
    let bad = try place.issue("nowhere.csv", with: ["--quiet"])
    #expect(bad.status == 3)
    #expect(bad.errors.hasPrefix("passmint: error: nowhere.csv"))
  }

  @Test func `that passes cannot be updated is said once, and not when they can`() throws {
    let note = "passmint: passes without --web-service-url can never be updated once they are on a phone\n"
    #expect(try place.issue("orders.csv").errors.components(separatedBy: note).count == 2)
    try place.write("tenant.secret", "0123456789abcdef0123456789abcdef")
    let run = try place.issue(
      "orders.csv",
      with: ["--out", "live", "--web-service-url", "https://x.example/w", "--secret-file", "tenant.secret"])
    #expect(run.status == 0)
    #expect(!run.errors.contains("never be updated"))
    let judged = try place.judge(["live/1001/50001.pkpass"], signatures: false)
    let pass = try #require(judged["live/1001/50001.pkpass"]?.pass)
    #expect(pass["webServiceURL"]?.stringValue?.hasPrefix("https://x.example/w") == true)
    #expect(pass["authenticationToken"]?.stringValue?.count == 64)
  }

  @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
  func `closed standard streams are no place for what is said`(closed: String) throws {
    try place.write("orders.csv", OrderRow.csv([OrderRow(0), OrderRow(1).with { $0.barcode = "" }]))
    let run = try Run(
      URL(filePath: "/bin/bash"),
      ["-c", "exec \"$0\" \"$@\" \(closed)", Workplace.program.path] + place.issueArguments(["orders.csv"]),
      in: place.folder)
    #expect(run.status == 1)
    #expect(try place.text("out/passes.csv").hasPrefix("order,movement,serial_number,file,sha256,state\n1001,50001,"))
    #expect(try place.table().count == 1)
    #expect(!(try place.text("out/rejects.csv").contains("passmint:")))
  }

  @Test func `a reader that goes away does not stop the run`() throws {
    try place.write("orders.csv", OrderRow.csv(300))
    let script = "\"$0\" \"$@\" 2>&1 | true; exit ${PIPESTATUS[0]}"
    let run = try Run(
      URL(filePath: "/bin/bash"), ["-c", script, Workplace.program.path] + place.issueArguments(["orders.csv"]),
      in: place.folder)
    #expect(run.status == 0)
    #expect(place.passes().count == 300)
  }

  // MARK: Terminals

  /// Runs in a pseudo-terminal of Python's making.
  private func onTerminal(_ arguments: [String], environment: [String: String] = [:]) throws -> Run {
    let script = """
      import os, pty, sys
      status = pty.spawn(sys.argv[1:])
      sys.exit(os.waitstatus_to_exitcode(status))
      """
    return try Run(
      URL(filePath: "/usr/bin/env"), ["python3", "-c", script, Workplace.program.path] + arguments, in: place.folder,
      environment: ["TERM": "xterm"].merging(environment) { $1 })
  }

  @Test func `a terminal gets colour, unless NO_COLOR is set; a file never does`() throws {
    let arguments = place.issueArguments(["orders.csv"])
    #expect(try onTerminal(arguments).output.contains("\u{1B}[33mwarning:\u{1B}[0m"))
    let plain = try onTerminal(arguments, environment: ["NO_COLOR": "1"])
    #expect(plain.output.contains("warning:"))
    #expect(!plain.output.contains("\u{1B}"))
    #expect(!(try place.passmint(arguments).transcript.contains("\u{1B}")))
  }

  @Test func `a long run has a bar that grows and goes away`() throws {
    try place.write("orders.csv", OrderRow.csv(2500))
    let run = try onTerminal(place.issueArguments(["orders.csv"]))
    #expect(run.status == 0)
    let shown = run.output.components(separatedBy: "\r\u{1B}[2K")
    let shares = shown.compactMap { $0.firstMatch(of: #/ ([0-9]+) %  [0-9,]+ passes?  [0-9,]+\/s/#) }
      .compactMap { Int($0.output.1) }
    #expect(shares.count > 2)
    #expect(shares == shares.sorted())
    #expect(try #require(shares.first) < 90)
    #expect(shown.last?.hasPrefix("2,500 passes issued in out (") == true)
  }
}
