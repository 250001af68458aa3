import Foundation
import JSON
import Testing

@Suite("A run that is cut short", .serialized)
struct InterruptedRunTests {
  let place: Workplace
  static let count = 900

  init() throws {
    place = try Workplace()
    try place.write("orders.csv", OrderRow.csv(Self.count))
  }

  /// Begins a run and waits until it has made the passes of some more orders.
  private func begin(_ input: String = "orders.csv") throws -> Running {
    let out = place.path("out")
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    let there = try FileManager.default.contentsOfDirectory(atPath: out).count
    let run = try Running(Workplace.program, place.issueArguments([input]), in: place.folder)
    try #require(try run.waitForEntries(there + 20, in: out))
    return run
  }

  private func expectComplete() throws {
    let passes = place.passes()
    #expect(passes.count == Self.count)
    let table = try place.table()
    #expect(table.map { $0[3] }.sorted() == passes)
    #expect(!place.exists("out/.passmint"))
    #expect(place.files().count == Self.count + 1)
    let judged = try place.judge(table.map { "out/\($0[3])" }, signatures: false)
    for row in table {
      #expect(judged["out/\(row[3])"]?.problems == [])
      #expect(judged["out/\(row[3])"]?.sha256 == row[4])
    }
    let serials = Set(judged.values.compactMap { $0.pass["serialNumber"]?.stringValue })
    #expect(serials.count == Self.count)
  }

  @Test
  func `kill -9 leaves only whole passes, and the next run makes the rest`() throws {
    let run = try begin()
    run.send(SIGKILL)
    #expect(try run.end().wasKilled)
    let made = place.passes()
    #expect(made.count > 30 && made.count < Self.count)
    let judged = try place.judge(made.map { "out/\($0)" }, signatures: false)
    for (path, one) in judged { #expect(one.problems == [], "\(path)") }
    let signed = try place.judge(made.suffix(20).map { "out/\($0)" }, signatures: true)
    for (path, one) in signed { #expect(one.problems == [], "\(path)") }
    #expect(!place.exists("out/passes.csv"))

    let marks = place.marks().filter { made.contains($0.key) }
    let again = try place.issue("orders.csv", with: ["--json"])
    #expect(again.status == 0)
    #expect(try again.json()["unchanged"]?.int == Int64(made.count))
    #expect(try again.json()["issued"]?.int == Int64(Self.count - made.count))
    #expect(place.marks().filter { made.contains($0.key) } == marks)
    try expectComplete()
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `Ctrl-C finishes the passes in hand and says how to go on`(signal: Int32) throws {
    let run = try begin()
    run.send(signal)
    let ended = try run.end()
    #expect(!ended.wasKilled)
    #expect(ended.status == 1)
    #expect(
      ended.errors.contains(
        "passmint: stopped on request; every pass written is whole, run the same command again to go on\n"))
    #expect(!place.exists("out/.passmint"))
    let made = place.passes()
    #expect(made.count < Self.count)
    #expect(try place.table().map { $0[3] }.sorted() == made)

    // Cut short once more, with a part already there: the books still hold all passes.
    let second = try begin()
    second.send(signal)
    _ = try second.end()
    #expect(try place.table().map { $0[3] }.sorted() == place.passes())

    #expect(try place.issue("orders.csv").status == 0)
    try expectComplete()
  }

  @Test func `a rejects file that is being issued keeps the rows nobody has read yet`() throws {
    let bad = OrderRow(9000).with { $0.barcode = "" }
    let rejects = OrderRow.csv([bad] + (0..<Self.count).map { OrderRow($0) })
    try place.write("out/rejects.csv", rejects)
    let run = try begin("out/rejects.csv")
    run.send(SIGINT)
    #expect(try run.end().errors.contains("stopped on request"))
    #expect(try place.text("out/rejects.csv") == rejects)
  }

  @Test func `a second run into the same folder is kept out`() throws {
    let run = try begin()
    let other = try place.issue("orders.csv")
    #expect(other.status == 3)
    #expect(
      other.errors.hasSuffix(
        """
        passmint: error: another passmint run is writing to out
        passmint: hint: wait for it to end, or choose another --out

        """))
    #expect(try run.end().status == 0)
    try expectComplete()
  }

  /// A power cut can leave what no killed process leaves: names without contents.
  @Test(arguments: ["empty", "zeros", "cut"])
  func `a file torn by a power cut is made again`(kind: String) throws {
    try place.write("two.csv", OrderRow.csv(2))
    try place.issue("two.csv")
    let whole = try place.bytes("out/1001/50001.pkpass")
    switch kind {
    case "empty": try place.write("out/1001/50001.pkpass", [UInt8]())
    case "zeros": try place.write("out/1001/50001.pkpass", [UInt8](repeating: 0, count: whole.count))
    default: try place.write("out/1001/50001.pkpass", Array(whole.prefix(whole.count / 2)))
    }
    let again = try place.issue("two.csv", with: ["--json"])
    #expect(again.status == 0)
    #expect(try again.json()["updated"]?.int == 1)
    #expect(try place.judge(["out/1001/50001.pkpass"], signatures: true)["out/1001/50001.pkpass"]?.problems == [])
  }

  @Test func `a full disk ends the run with a word on what to do, and the next run goes on`() throws {
    // A limit on the size of files stands in for the disk: no file may grow beyond 48 KB, and passes.csv does.
    let script = "trap '' XFSZ; ulimit -f 48; exec \"$0\" \"$@\""
    let full = try Run(
      URL(filePath: "/bin/bash"), ["-c", script, Workplace.program.path] + place.issueArguments(["orders.csv"]),
      in: place.folder)
    #expect(full.status == 3)
    #expect(full.errors.contains("passmint: error: writing "))
    #expect(full.errors.contains(" failed: File too large\n"))
    #expect(full.errors.hasSuffix("every pass written is whole\n"))
    #expect(!place.exists("out/.passmint"))
    #expect(!place.exists("out/passes.csv"))
    let made = place.passes()
    #expect(!made.isEmpty && made.count < Self.count)
    for (path, one) in try place.judge(made.map { "out/\($0)" }, signatures: false) {
      #expect(one.problems == [], "\(path)")
    }
    #expect(try place.issue("orders.csv").status == 0)
    try expectComplete()
  }
}
