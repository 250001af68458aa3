import Foundation
import JSON
import Testing

@Suite("Inputs")
struct InputTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  @Test func `standard input is an export like others`() throws {
    let csv = OrderRow.csv(5)
    try place.write("orders.csv", csv)
    let time = ["--at", ISO8601DateFormatter().string(from: Date())]
    let piped = try place.issue("-", with: time + ["--json"], input: csv)
    #expect(piped.status == 0)
    #expect(try piped.json()["issued"]?.int == 5)
    try place.issue("orders.csv", with: time + ["--out", "file"])
    #expect(try place.contents("out") == place.contents("file"))
  }

  @Test func `a refused row of standard input is named so`() throws {
    let run = try place.issue("-", input: OrderRow.csv([OrderRow(0).with { $0.barcode = "" }]))
    #expect(run.status == 1)
    #expect(run.errors.contains("passmint: error: standard input:2: a ticket in state PRINTED must have a barcode\n"))
  }

  @Test(arguments: [
    ("", "orders.csv: is empty\n"), ("\n\n  \n", "orders.csv: is empty\n"),
    ("a;b\n1;2\n", "none of its columns is known (“a”, “b”). Say which column is what in a mapping file (--mapping)\n"),
    ("{", "orders.csv:1: "),
  ])
  func `that cannot be read end the run with what to do`(text: String, message: String) throws {
    try place.write("orders.csv", text)
    let run = try place.issue("orders.csv")
    #expect(run.status != 0)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(run.errors.contains("passmint: hint: "))
    #expect(place.passes() == [])
  }

  @Test func `bytes that are no text are refused whole`() throws {
    try place.write("orders.csv", (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    let run = try place.issue("orders.csv")
    #expect(run.status == 3)
    #expect(
      run.errors.hasSuffix(
        """
        passmint: error: orders.csv: is not text in UTF-8, UTF-16 or Windows-1252
        passmint: hint: mend the export and run the same command again

        """))
    #expect(run.output == "")
  }

  @Test func `one that cannot be read does not hold up the others`() throws {
    try place.write("empty.csv", "")
    try place.write("orders.csv", OrderRow.csv(3))
    let run = try place.issue("empty.csv", "orders.csv")
    #expect(run.status == 3)
    #expect(place.passes().count == 3)
    #expect(run.errors.contains("passmint: hint: what was read before stands; mend the export"))
  }

  @Test func `a header alone is worth a warning`() throws {
    try place.write("orders.csv", OrderRow.header)
    let run = try place.issue("orders.csv")
    #expect(run.status == 0)
    #expect(run.errors.hasSuffix("passmint: warning: there are no rows to make passes of\n"))
  }

  @Test func `twenty thousand rows need little memory`() throws {
    try place.write("orders.csv", OrderRow.csv(20_000))
    let script = """
      import resource, subprocess, sys
      status = subprocess.run(sys.argv[1:]).returncode
      print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
      sys.exit(status)
      """
    let run = try Run(
      URL(filePath: "/usr/bin/env"),
      ["python3", "-c", script, Workplace.program.path]
        + place.issueArguments(["orders.csv"], ["--dry-run", "--json"]), in: place.folder)
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(try JSONValue(parsing: Array(lines[0].utf8))["issued"]?.int == 20_000)
    let kilobytes = try #require(Int(lines[1]))
    #expect(kilobytes < 150_000)
  }

  @Test func `more exports than files may be open at a time`() throws {
    let names = (0..<150).map { "exports/\($0).csv" }
    for (number, name) in names.enumerated() { try place.write(name, OrderRow.csv([OrderRow(number)])) }
    let script = "ulimit -n 64; exec \"$0\" \"$@\""
    let run = try Run(
      URL(filePath: "/bin/bash"), ["-c", script, Workplace.program.path] + place.issueArguments(names),
      in: place.folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(place.passes().count == 150)
  }

  // MARK: Dry runs

  @Test func `a dry run says what it would do and writes nothing`() throws {
    try place.write("orders.csv", OrderRow.csv([OrderRow(0), OrderRow(1), OrderRow(2).with { $0.barcode = "" }]))
    let before = place.files(".")
    let run = try place.issue("orders.csv", with: ["--dry-run", "--bundle", "order"])
    #expect(run.status == 1)
    #expect(
      run.transcript.hasSuffix(
        """
        passmint: error: orders.csv:4: a ticket in state PRINTED must have a barcode
        2 passes to issue (dry run, nothing written) (TIME)
        of 3 rows read: 1 rejected

        """))
    #expect(place.files(".") == before)
    #expect(!place.exists("out"))
  }

  @Test func `a dry run over a folder of passes tells what would change and touches nothing`() throws {
    try place.write("orders.csv", OrderRow.csv(3))
    try place.issue("orders.csv")
    let marks = place.marks()
    let rows = [
      OrderRow(0), OrderRow(1).with { $0.seat = "9" }, OrderRow(2).with { $0.state = "CANCELLED" }, OrderRow(3),
    ]
    try place.write("orders.csv", OrderRow.csv(rows))
    let run = try place.issue("orders.csv", with: ["--dry-run"])
    #expect(run.status == 0)
    #expect(run.transcript.contains("1 pass to issue, 1 to update, 1 unchanged, 1 to void (dry run, nothing written)"))
    #expect(place.marks() == marks)
  }
}
