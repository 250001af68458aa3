import Foundation
import JSON
import Testing

@Suite("Rejected rows")
struct RejectsTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  static let bad = [
    OrderRow(0),
    OrderRow(1).with { $0.barcode = "1.23E+12" },
    OrderRow(2).with { $0.barcode = "" },
    OrderRow(3).with { $0.start = "31.31.2090" },
    OrderRow(4).with { $0.state = "PERHAPS" },
    OrderRow(5).with {
      $0.name = "=HYPERLINK(\"evil\")"; $0.barcode = ""
    },
    OrderRow(6).with {
      $0.state = "NOT_PRINTED"; $0.barcode = ""
    },
    OrderRow(7).with {
      $0.name = "Ünal; \"Ö\"\nzwei Zeilen"; $0.barcode = String(repeating: "9", count: 51)
    },
  ]

  @Test func `are said, kept with their own columns, and complete once mended`() throws {
    try place.write("orders.csv", OrderRow.csv(Self.bad))
    let run = try place.issue("orders.csv")
    #expect(run.status == 1)
    #expect(
      run.transcript == """
        passmint: warning: certificates: phones refuse these passes: “Passmint Example Worldwide Developer Relations” is none of Apple's intermediates
        passmint: passes without --web-service-url can never be updated once they are on a phone
        passmint: error: orders.csv:3: BARCODE: a spreadsheet turned it into a number and its digits are lost; take it from the original export (“1.23E+12”)
        passmint: error: orders.csv:4: a ticket in state PRINTED must have a barcode
        passmint: error: orders.csv:5: START: there is no such date; the day is read first unless a mapping file says otherwise (dates:) (“31.31.2090”)
        passmint: error: orders.csv:6: TICKET_STATE: nothing is known of the state “PERHAPS” (“PERHAPS”)
        passmint: error: orders.csv:7: a ticket in state PRINTED must have a barcode
        passmint: error: orders.csv:9: BARCODE: a barcode has at most 50 characters, this one has 51 (“\(String(repeating: "9", count: 51))”)
        passmint: hint: mend the rows in out/rejects.csv and issue that file, with the same options
        1 pass issued in out (TIME)
        of 8 rows read: 6 rejected, 1 waiting for a barcode

        """)
    let rejects = try place.text("out/rejects.csv")
    #expect(rejects.hasPrefix(OrderRow.header.dropLast() + ";rejected_because\n"))
    #expect(rejects.contains(";1.23E+12;"))
    #expect(rejects.contains("'=HYPERLINK"))
    #expect(!place.exists("out/.passmint"))

    // A script mends what is wrong, in the file as it is.
    var mended = rejects.replacing("1.23E+12", with: "000007000002").replacing("31.31.2090", with: "30.04.2090")
      .replacing("PERHAPS;", with: "PRINTED;").replacing(String(repeating: "9", count: 51), with: "000007000008")
    mended = mended.replacing(";50003;PRINTED;;", with: ";50003;PRINTED;000007000003;")
      .replacing(";50006;PRINTED;;", with: ";50006;PRINTED;000007000006;")
    try place.write("out/rejects.csv", mended)
    let again = try place.issue("out/rejects.csv", with: ["--json"])
    #expect(again.status == 0, "\(again.errors)")
    #expect(try again.json()["issued"]?.int == 6)
    #expect(try place.table().count == 7)
    #expect(place.passes().count == 7)
    let formula = try place.pass("1002/50006.pkpass")
    #expect(formula[pointer: "/eventTicket/secondaryFields/1/value"] == "=HYPERLINK(\"evil\")")
    // The user's own file is not taken away; a clean run of the export does that.
    #expect(try place.text("out/rejects.csv") == mended)
  }

  @Test func `what is still wrong in a rejects file is what is left of it`() throws {
    try place.write("orders.csv", OrderRow.csv(Self.bad))
    try place.issue("orders.csv")
    let rejects = try place.text("out/rejects.csv")
    try place.write("out/rejects.csv", rejects.replacing("1.23E+12", with: "000007000002"))
    let again = try place.issue("out/rejects.csv")
    #expect(again.status == 1)
    let left = try place.text("out/rejects.csv")
    #expect(!left.contains("50002"))
    #expect(left.split(separator: "\n").first?.components(separatedBy: "rejected_because").count == 2)
    #expect(left.contains("50003"))
  }

  @Test func `a clean run takes the rejects file of the run before away`() throws {
    try place.write("orders.csv", OrderRow.csv([OrderRow(0).with { $0.barcode = "" }]))
    try place.issue("orders.csv")
    #expect(place.exists("out/rejects.csv"))
    try place.write("orders.csv", OrderRow.csv(1))
    #expect(try place.issue("orders.csv").status == 0)
    #expect(!place.exists("out/rejects.csv"))
  }

  @Test func `go where --rejects says, one file for each export`() throws {
    try place.write("a.csv", OrderRow.csv([OrderRow(0).with { $0.barcode = "" }]))
    try place.write("b.csv", OrderRow.csv([OrderRow(1).with { $0.barcode = "" }, OrderRow(2)]))
    let run = try place.issue("a.csv", "b.csv", with: ["--rejects", "wrong/rows.csv", "--json"])
    #expect(run.status == 1)
    #expect(place.files("wrong") == ["rows-2.csv", "rows.csv"])
    #expect(try place.text("wrong/rows.csv").contains("50001"))
    #expect(try place.text("wrong/rows-2.csv").contains("50002"))
    #expect(try run.json()["rejectsFiles"] == ["wrong/rows.csv", "wrong/rows-2.csv"])
  }

  @Test func `of Secutix's JSON are JSON that can be mended and issued`() throws {
    let concert = Workplace.templates.appending(path: "exports/concert.json")
    var text = String(decoding: try Data(contentsOf: concert), as: UTF8.self)
    let barcode = "027105626259244915414468"
    text = text.replacing(barcode, with: "1.23E+12")
    try place.write("orders.json", text)
    let run = try place.issue("orders.json", with: ["--json", "--quiet"])
    #expect(run.status == 1)
    #expect(try run.json()["rejected"]?.int == 1)
    #expect(try run.json()["issued"]?.int == 11)
    let rejects = try place.text("out/rejects.ndjson")
    #expect(rejects.contains("\"rejectedBecause\""))
    try place.write("out/rejects.ndjson", rejects.replacing("1.23E+12", with: barcode))
    let again = try place.issue("out/rejects.ndjson", with: ["--json", "--quiet"])
    #expect(again.status == 0, "\(again.errors)")
    #expect(try again.json()["issued"]?.int == 1)
    #expect(place.passes().count == 12)
    #expect(try place.table().count == 12)
  }

  @Test func `of which there are many, the first ten are said`() throws {
    try place.write("orders.csv", OrderRow.csv((0..<25).map { OrderRow($0).with { $0.barcode = "" } }))
    let run = try place.issue("orders.csv")
    #expect(run.errors.components(separatedBy: "must have a barcode").count == 11)
    #expect(run.errors.contains("passmint: error: and 15 more rejected rows\n"))
    #expect(run.output.hasPrefix("0 passes issued"))
    #expect(try place.text("out/rejects.csv").split(separator: "\n").count == 26)
  }

  @Test func `control characters of an export do not reach the terminal`() throws {
    try place.write("orders.csv", OrderRow.csv([OrderRow(0).with { $0.state = "\u{1B}[2Jgone\u{7}" }]))
    let run = try place.issue("orders.csv")
    #expect(run.status == 1)
    #expect(!(run.errors + run.output).contains { $0 == "\u{1B}" || $0 == "\u{7}" })
  }
}
