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
