import Foundation
import JSON
import Testing

/// What must hold whatever is missing, in the way, or linked elsewhere.
@Suite("Safe ends")
struct SafeEndsTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  @Test func `a cancellation that does not tell the order finds the pass`() throws {
    let sold = OrderRow(0)
    try place.write("sold.csv", OrderRow.csv([sold]))
    try place.issue("sold.csv")
    let gone = sold.with {
      $0.order = ""
      $0.state = "CANCELLED"
      $0.barcode = ""
    }
    try place.write("gone.csv", OrderRow.csv([gone]))
    #expect(try place.issue("gone.csv", with: ["--json"]).json()["voided"]?.int == 1)
    #expect(try place.pass("1001/50001.pkpass")["voided"] == true)
    #expect(place.passes() == ["1001/50001.pkpass"])
    #expect(try place.issue("gone.csv", with: ["--json"]).json()["unchanged"]?.int == 1)
  }

  @Test func `so it does within one export`() throws {
    let sold = OrderRow(0)
    let gone = sold.with {
      $0.order = ""
      $0.state = "CANCELLED"
    }
    try place.write("orders.csv", OrderRow.csv([sold, gone]))
    try place.issue("orders.csv")
    #expect(try place.pass("1001/50001.pkpass")["voided"] == true)
    #expect(place.passes() == ["1001/50001.pkpass"])
  }

  @Test func `a cancellation that says next to nothing voids the pass as it is`() throws {
    try place.write(
      "small.pkpasstemplate/pass.json",
      Workplace.smallPass.replacing("\"description\": \"Ticket\"", with: "\"description\": \"{{ event.name }}\""))
    try place.write("sold.csv", OrderRow.csv([OrderRow(0)]))
    try place.issue("sold.csv")
    let gone = OrderRow(0).with {
      $0.event = ""
      $0.state = "CANCELLED"
    }
    try place.write("gone.csv", OrderRow.csv([gone]))
    let run = try place.issue("gone.csv", with: ["--json"])
    #expect(run.status == 0)
    #expect(try run.json()["voided"]?.int == 1)
    let pass = try place.pass("1001/50001.pkpass")
    #expect(pass["voided"] == true)
    #expect(pass["description"] == "Gala")
    let check = try place.passmint(["check", "--trust", "certificates/root.pem", "out/1001/50001.pkpass"])
    #expect(check.status == 0, "\(check.output)")
    #expect(try place.issue("gone.csv", with: ["--json"]).json()["unchanged"]?.int == 1)
  }

  @Test func `a work folder that is a link is no work folder`() throws {
    try place.write("victim/precious.txt", "x")
    try FileManager.default.createDirectory(atPath: place.path("out"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: place.path("out/.passmint"), withDestinationPath: place.path("victim"))
    try place.write("orders.csv", OrderRow.csv(3))
    #expect(try place.issue("orders.csv").status == 3)
    #expect(try place.text("victim/precious.txt") == "x")
  }

  @Test func `rejects go into a file and nowhere else`() throws {
    try place.write("orders.csv", OrderRow.csv(3))
    for target in ["/dev/null", "out/passes.csv", "small.pkpasstemplate"] {
      let run = try place.issue("orders.csv", with: ["--rejects", target])
      #expect(run.status == 2, "\(target): \(run.errors)")
    }
    try place.write("r.csv.partial", OrderRow.csv(3))
    #expect(try place.issue("r.csv.partial", with: ["--rejects", "r.csv"]).status == 2)
    #expect(place.exists("r.csv.partial"))
  }

  @Test func `a mended rejects file outlives a run over another export`() throws {
    let bad = OrderRow(0).with { $0.barcode = "1.23E+12" }
    try place.write("monday.csv", OrderRow.csv([bad, OrderRow(1)]))
    #expect(try place.issue("monday.csv").status == 1)
    let mended = try place.text("out/rejects.csv").replacing("1.23E+12", with: "000000000042")
    try place.write("out/rejects.csv", mended)
    try place.write("tuesday.csv", OrderRow.csv([OrderRow(5)]))
    #expect(try place.issue("tuesday.csv").status == 0)
    #expect(try place.issue("out/rejects.csv.old").status == 0)
    #expect(place.passes().count == 3)
  }

  @Test func `a summary that cannot be written is an error`() throws {
    try place.write("orders.csv", OrderRow.csv(3))
    let command = ([Workplace.program.path] + place.issueArguments(["orders.csv"], ["--json"]))
      .map { "'\($0)'" }.joined(separator: " ")
    let run = try Run(URL(filePath: "/bin/sh"), ["-c", "\(command) > /dev/full"], in: place.folder)
    #expect(run.status == 3)
    #expect(run.errors.contains("standard output"))
  }

  @Test func `an open date is no date of the past`() throws {
    try place.write("orders.csv", OrderRow.csv([OrderRow(0).with { $0.start = "31.12.9999" }]))
    try place.issue("orders.csv")
    let end = try #require(try place.pass("1001/50001.pkpass")["expirationDate"]?.stringValue)
    #expect(end.hasPrefix("9999-"))
  }
}

@Suite("Rows that come again")
struct RepeatedRowsTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  @Test func `an old invalidated row leaves the newer ticket's pass alone`() throws {
    let new = OrderRow(0)
    let old = new.with {
      $0.state = "INVALIDATED"
      $0.barcode = "000000000001"
    }
    try place.write("both.csv", OrderRow.csv([old, new]))
    try place.issue("both.csv")
    try place.write("old.csv", OrderRow.csv([old]))
    let run = try place.issue("old.csv", with: ["--json"])
    #expect(try run.json()["voided"]?.int == 0)
    #expect(try run.json()["replaced"]?.int == 1)
    let pass = try place.pass("1001/50001.pkpass")
    #expect(pass["voided"] == nil)
    #expect(pass[pointer: "/barcodes/0/message"]?.stringValue == new.barcode)
    #expect(try place.table().count == 1)
  }

  @Test func `a rejects file stays the same however often it is issued`() throws {
    let bad = OrderRow(0).with {
      $0.event = "-15 Grad"
      $0.start = "31.02.2090"
    }
    try place.write("orders.csv", OrderRow.csv([bad]) + "1001;50009;PRINTED;000000000009\n")
    try place.issue("orders.csv")
    try place.issue("out/rejects.csv")
    let once = try place.text("out/rejects.csv")
    for _ in 0..<2 { try place.issue("out/rejects.csv") }
    #expect(try place.text("out/rejects.csv") == once)
    try place.write("out/rejects.csv", once.replacing("31.02.2090", with: "28.02.2090"))
    try place.issue("out/rejects.csv")
    #expect(try place.pass("1001/50001.pkpass")[pointer: "/eventTicket/primaryFields/0/value"] == "-15 Grad")
  }

  @Test func `a template with one barcode for everybody is refused`() throws {
    try place.write(
      "small.pkpasstemplate/pass.json", Workplace.smallPass.replacing("{{ ticket.barcode }}", with: "SAMPLE"))
    try place.write("orders.csv", OrderRow.csv(2))
    let run = try place.issue("orders.csv")
    #expect(run.status == 3)
    #expect(run.errors.contains("barcode-fixed"))
  }

  @Test func `show believes no signature of a pass that was changed`() throws {
    try place.write("orders.csv", OrderRow.csv(1))
    try place.issue("orders.csv")
    let script = """
      import zipfile
      old = zipfile.ZipFile("out/1001/50001.pkpass")
      new = zipfile.ZipFile("changed.pkpass", "w")
      for name in old.namelist():
          new.writestr(name, old.read(name).replace(b"Sorana", b"Melody"))
      new.close()
      """
    #expect(try Run(URL(filePath: "/usr/bin/env"), ["python3", "-c", script], in: place.folder).status == 0)
    #expect(try place.passmint(["show", "changed.pkpass"]).output.contains("verifies        no: "))
    #expect(try place.passmint(["show", "out/1001/50001.pkpass"]).output.contains("verifies        yes"))
  }
}
