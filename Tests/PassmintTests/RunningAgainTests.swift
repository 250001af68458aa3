import Foundation
import JSON
import Testing

@Suite("Running again")
struct RunningAgainTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  @Test func `the same time gives the same bytes, with any number of workers`() throws {
    try place.write("orders.csv", OrderRow.csv(100))
    let time = ISO8601DateFormatter().string(from: Date())
    let one = try place.issue("orders.csv", with: ["--out", "one", "--at", time, "--jobs", "1", "--bundle", "order"])
    let four = try place.issue("orders.csv", with: ["--out", "four", "--at", time, "--jobs", "4", "--bundle", "order"])
    #expect(one.status == 0 && four.status == 0)
    #expect(try place.contents("one") == place.contents("four"))
    #expect(place.passes("one").count == 100)
  }

  @Test func `writes nothing when nothing has changed`() throws {
    try place.write("orders.csv", OrderRow.csv(40))
    try place.issue("orders.csv", with: ["--bundle", "order"])
    let marks = place.marks()
    let again = try place.issue("orders.csv", with: ["--bundle", "order", "--json"])
    #expect(again.status == 0)
    #expect(try again.json()["unchanged"]?.int == 40)
    #expect(try again.json()["issued"]?.int == 0)
    #expect(place.marks() == marks)
  }

  @Test func `a changed row changes its own pass alone`() throws {
    var rows = (0..<10).map { OrderRow($0) }
    try place.write("orders.csv", OrderRow.csv(rows))
    try place.issue("orders.csv")
    let marks = place.marks().filter { $0.key.hasSuffix(".pkpass") }
    rows[4].seat = "99"
    try place.write("orders.csv", OrderRow.csv(rows))
    let again = try place.issue("orders.csv", with: ["--json"])
    #expect(try again.json()["updated"]?.int == 1)
    #expect(try again.json()["unchanged"]?.int == 9)
    let changed = place.marks().filter { marks[$0.key] != nil && marks[$0.key] != $0.value }.map(\.key)
    #expect(changed == ["1002/50005.pkpass"])
    #expect(try place.pass("1002/50005.pkpass")[pointer: "/eventTicket/secondaryFields/0/value"] == "99")
    #expect(try place.table().count == 10)
  }

  @Test func `makes the pass that was taken away and keeps the others`() throws {
    try place.write("orders.csv", OrderRow.csv(6))
    try place.issue("orders.csv")
    try FileManager.default.removeItem(atPath: place.path("out/1001/50002.pkpass"))
    let again = try place.issue("orders.csv", with: ["--json"])
    #expect(try again.json()["issued"]?.int == 1)
    #expect(try again.json()["unchanged"]?.int == 5)
    #expect(place.passes().count == 6)
  }

  @Test func `a new certificate signs every pass anew`() throws {
    try place.write("orders.csv", OrderRow.csv(6))
    try place.issue("orders.csv")
    try place.passmint(["certs", "example", "renewed"])
    let again = try place.issue("orders.csv", with: ["--identity", "renewed", "--json"])
    #expect(try again.json()["updated"]?.int == 6)
    let third = try place.issue("orders.csv", with: ["--identity", "renewed", "--json"])
    #expect(try third.json()["unchanged"]?.int == 6)
    let check = try place.passmint(
      ["check", "--trust", "renewed/root.pem"] + place.passes().map { "out/\($0)" })
    #expect(check.status == 0, "\(check.output)")
  }

  @Test func `a part of the export leaves the rest of the table alone`() throws {
    try place.write("all.csv", OrderRow.csv(9))
    try place.write("part.csv", OrderRow.csv([OrderRow(4), OrderRow(20)]))
    try place.issue("all.csv")
    try place.issue("part.csv")
    let rows = try place.table()
    #expect(rows.map { $0[3] }.sorted() == place.passes())
    #expect(rows.count == 10)
  }

  // MARK: Cancelled and replaced

  @Test func `a cancelled ticket's pass is voided, once`() throws {
    try place.write("orders.csv", OrderRow.csv(3))
    try place.issue("orders.csv")
    try place.write("later.csv", OrderRow.csv([OrderRow(1).with { $0.state = "CANCELLED" }]))
    let later = try place.issue("later.csv", with: ["--json"])
    #expect(later.status == 0)
    #expect(try later.json()["voided"]?.int == 1)
    #expect(try place.pass("1001/50002.pkpass")["voided"] == true)
    #expect(try place.pass("1001/50001.pkpass")["voided"] == nil)
    #expect(
      try place.table().map { [$0[1], $0[5]] }.sorted { $0[0] < $1[0] }
        == [["50001", "valid"], ["50002", "voided"], ["50003", "valid"]])
    #expect(try place.issue("later.csv", with: ["--json"]).json()["unchanged"]?.int == 1)
  }

  @Test func `a ticket cancelled before any pass was made gets none`() throws {
    try place.write("orders.csv", OrderRow.csv([OrderRow(0), OrderRow(1).with { $0.state = "CANCELLED" }]))
    let run = try place.issue("orders.csv")
    #expect(run.status == 0)
    #expect(run.output.contains("1 cancelled before any pass was made"))
    #expect(place.passes() == ["1001/50001.pkpass"])
  }

  @Test func `sold and cancelled in one export: voided, and a second run touches nothing`() throws {
    try place.write(
      "orders.csv", OrderRow.csv([OrderRow(0), OrderRow(1), OrderRow(1).with { $0.state = "CANCELLED" }]))
    try place.issue("orders.csv")
    #expect(try place.pass("1001/50002.pkpass")["voided"] == true)
    #expect(try place.table().map { $0[5] }.sorted() == ["valid", "voided"])
    let marks = place.marks()
    let again = try place.issue("orders.csv", with: ["--json"])
    #expect(try again.json()["unchanged"]?.int == 2)
    #expect(try again.json()["updated"]?.int == 0)
    #expect(place.marks() == marks)
  }

  @Test func `cancelled first and sold later in the file: the row out of date is refused`() throws {
    try place.write(
      "orders.csv", OrderRow.csv([OrderRow(1).with { $0.state = "CANCELLED" }, OrderRow(1)]))
    let run = try place.issue("orders.csv")
    #expect(run.status == 1)
    #expect(place.passes() == [])
    #expect(try place.text("out/rejects.csv").contains("cancelled by another row"))
  }

  @Test(arguments: [false, true])
  func `an invalidated ticket gives its pass to the newer one, in either order`(isNewerFirst: Bool) throws {
    try place.write("first.csv", OrderRow.csv([OrderRow(0)]))
    try place.issue("first.csv")
    let old = OrderRow(0).with { $0.state = "INVALIDATED" }
    let new = OrderRow(0).with { $0.barcode = "000099999999" }
    try place.write("later.csv", OrderRow.csv(isNewerFirst ? [new, old] : [old, new]))
    let run = try place.issue("later.csv", with: ["--json"])
    #expect(run.status == 0)
    #expect(try run.json()["updated"]?.int == 1)
    #expect(try run.json()["replaced"]?.int == 1)
    let pass = try place.pass("1001/50001.pkpass")
    #expect(pass[pointer: "/barcodes/0/message"] == "000099999999")
    #expect(pass["voided"] == nil)
    let again = try place.issue("later.csv", with: ["--json"])
    #expect(try again.json()["unchanged"]?.int == 1)
    #expect(try place.table().count == 1)
  }

  @Test func `an invalidated ticket without a newer one is voided`() throws {
    try place.write("first.csv", OrderRow.csv([OrderRow(0), OrderRow(1)]))
    try place.issue("first.csv")
    try place.write("later.csv", OrderRow.csv([OrderRow(0).with { $0.state = "INVALIDATED" }]))
    #expect(try place.issue("later.csv", with: ["--json"]).json()["voided"]?.int == 1)
    #expect(try place.pass("1001/50001.pkpass")["voided"] == true)
  }

  @Test func `an older export does not make an invalidated barcode valid`() throws {
    let old = OrderRow(0)
    let dead = OrderRow(0).with { $0.state = "INVALIDATED" }
    try place.write("old.csv", OrderRow.csv([old]))
    try place.write("new.csv", OrderRow.csv([dead]))
    try place.issue("old.csv", "new.csv")
    #expect(try place.pass("1001/50001.pkpass")["voided"] == true)
    let marks = place.marks()
    #expect(try place.issue("old.csv", "new.csv", with: ["--json"]).json()["unchanged"]?.int == 1)
    #expect(place.marks() == marks)
    let other = try place.issue("new.csv", "old.csv", with: ["--out", "other"])
    #expect(other.status == 1)
    #expect(place.passes("other") == [])
  }

  // MARK: Rows more than once

  @Test func `overlapping exports: the same row twice is one pass, the later version counts`() throws {
    let rows = (0..<6).map { OrderRow($0) }
    try place.write("monday.csv", OrderRow.csv(Array(rows[..<4])))
    try place.write("tuesday.csv", OrderRow.csv([rows[2], rows[3].with { $0.seat = "77" }, rows[4], rows[5]]))
    let run = try place.issue("monday.csv", "tuesday.csv", with: ["--json"])
    #expect(run.status == 0)
    #expect(try run.json()["issued"]?.int == 6)
    #expect(try run.json()["repeated"]?.int == 1)
    #expect(try place.pass("1002/50004.pkpass")[pointer: "/eventTicket/secondaryFields/0/value"] == "77")
    let table = try place.table()
    #expect(table.count == 6)
    let judged = try place.judge(table.map { "out/\($0[3])" }, signatures: false)
    for row in table { #expect(judged["out/\(row[3])"]?.sha256 == row[4]) }

    let marks = place.marks()
    let again = try place.issue("monday.csv", "tuesday.csv", with: ["--json"])
    #expect(try again.json()["unchanged"]?.int == 6)
    #expect(try again.json()["updated"]?.int == 0)
    #expect(place.marks() == marks)
  }

  @Test func `thousands of second versions all arrive, and each pass is listed once`() throws {
    let rows = (0..<2200).map { OrderRow($0) }
    try place.write("old.csv", OrderRow.csv(rows))
    try place.write("new.csv", OrderRow.csv(rows.map { row in row.with { $0.seat = "N\(row.seat)" } }))
    let run = try place.issue("old.csv", "new.csv", with: ["--json"])
    #expect(try run.json()["issued"]?.int == 2200)
    #expect(try run.json()["updated"]?.int == 2200)
    let table = try place.table()
    #expect(table.count == 2200)
    #expect(Set(table.map { $0[2] }).count == 2200)
    let judged = try place.judge(table.map { "out/\($0[3])" }, signatures: false)
    for row in table {
      let one = try #require(judged["out/\(row[3])"])
      #expect(one.sha256 == row[4])
      #expect(one.pass[pointer: "/eventTicket/secondaryFields/0/value"]?.stringValue?.first == "N")
    }
  }

  // MARK: Any order

  /// What the rules say about a movement's pass, in their plainest form.
  private struct Expected: Equatable {
    var barcode: String
    var seat: String
    var isVoided: Bool
  }

  private static func expectation(_ rows: [OrderRow]) -> [String: Expected] {
    var live: [String: OrderRow] = [:]
    var cancelled: Set<String> = []
    var invalidated: Set<String> = []
    for row in rows {
      switch row.state {
      case "CANCELLED": cancelled.insert(row.movement)
      case "INVALIDATED": invalidated.insert(row.movement + row.barcode)
      default:
        if !cancelled.contains(row.movement), !invalidated.contains(row.movement + row.barcode) {
          live[row.movement] = row
        }
      }
    }
    return live.mapValues { row in
      Expected(
        barcode: row.barcode, seat: row.seat,
        isVoided: cancelled.contains(row.movement) || invalidated.contains(row.movement + row.barcode))
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `rows about the same movements in any order come to what the rules say, and stay so`(seed: UInt64) throws {
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let rows = (0..<500).map { _ in
      OrderRow(random(150)).with { row in
        if random(3) == 0 { row.barcode = "9\(row.barcode)" }
        row.seat = String(random(3))
        row.state = ["PRINTED", "PRINTED", "PRINTED", "PRINTED", "PRINTED", "INVALIDATED", "CANCELLED"][random(7)]
      }
    }
    try place.write("orders.csv", OrderRow.csv(rows))
    let time = ["--at", ISO8601DateFormatter().string(from: Date()), "--json", "--quiet"]
    let first = try place.issue("orders.csv", with: time + ["--jobs", "1"])
    try place.issue("orders.csv", with: time + ["--jobs", "4", "--out", "four"])
    #expect(try place.contents() == place.contents("four"))
    #expect(try first.json()["read"]?.int == 500)

    let expected = Self.expectation(rows)
    let table = try place.table()
    #expect(Set(table.map { $0[1] }) == Set(expected.keys))
    #expect(table.count == expected.count)
    #expect(table.map { $0[3] }.sorted() == place.passes())
    let judged = try place.judge(table.map { "out/\($0[3])" }, signatures: false)
    for row in table {
      let one = try #require(judged["out/\(row[3])"])
      let wanted = try #require(expected[row[1]])
      #expect(one.problems == [])
      #expect(one.sha256 == row[4])
      #expect((one.pass["voided"] == true) == wanted.isVoided, "\(row[1])")
      #expect((row[5] == "voided") == wanted.isVoided)
      if !wanted.isVoided {
        #expect(one.pass[pointer: "/barcodes/0/message"]?.stringValue == wanted.barcode)
        #expect(one.pass[pointer: "/eventTicket/secondaryFields/0/value"]?.stringValue == wanted.seat)
      }
    }

    let marks = place.marks().filter { $0.key != "rejects.csv" }
    let again = try place.issue("orders.csv", with: time)
    for count in ["issued", "updated", "voided"] { #expect(try again.json()[count] == 0) }
    #expect(place.marks().filter { $0.key != "rejects.csv" } == marks)
  }
}
