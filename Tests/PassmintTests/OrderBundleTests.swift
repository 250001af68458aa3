import Foundation
import JSON
import Testing

@Suite("--bundle order")
struct OrderBundleTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  private func bundles() -> [String] { place.files().filter { $0.hasSuffix(".pkpasses") } }

  /// What is in a bundle, by Python's zipfile: name and bytes.
  private func contents(_ bundle: String) throws -> [String: [UInt8]] {
    let script = """
      import sys, zipfile
      archive = zipfile.ZipFile(sys.argv[1])
      assert archive.testzip() is None
      assert all(i.compress_type == 0 for i in archive.infolist())
      archive.extractall("unpacked")
      """
    try? FileManager.default.removeItem(atPath: place.path("unpacked"))
    let run = try Run(
      URL(filePath: "/usr/bin/env"), ["python3", "-c", script, "out/\(bundle)"], in: place.folder)
    try #require(run.status == 0, "\(run.errors)")
    return try place.contents("unpacked")
  }

  @Test func `puts all passes of an order into one file more, at most ten into each`() throws {
    let rows = (0..<23).map { OrderRow($0).with { $0.order = "A-1" } } + [OrderRow(30)]
    try place.write("orders.csv", OrderRow.csv(rows))
    let run = try place.issue("orders.csv", with: ["--bundle", "order"])
    #expect(run.status == 0)
    #expect(run.output.contains("4 .pkpasses files\n"))
    #expect(bundles() == ["1011/1011.pkpasses", "A-1/A-1-2.pkpasses", "A-1/A-1-3.pkpasses", "A-1/A-1.pkpasses"])
    var all: [String: [UInt8]] = [:]
    for (bundle, count) in [("A-1/A-1.pkpasses", 10), ("A-1/A-1-2.pkpasses", 10), ("A-1/A-1-3.pkpasses", 3)] {
      let contents = try contents(bundle)
      #expect(contents.count == count)
      all.merge(contents) { $1 }
    }
    #expect(all.count == 23)
    for (name, bytes) in all { #expect(try place.bytes("out/A-1/\(name)") == bytes) }
    let check = try place.passmint(
      ["check", "--trust", "certificates/root.pem"] + bundles().map { "out/\($0)" })
    #expect(check.status == 0, "\(check.output)")

    // An order that has become smaller needs no third file.
    try FileManager.default.removeItem(atPath: place.path("out"))
    try place.write("orders.csv", OrderRow.csv(Array(rows.prefix(11))))
    try place.issue("orders.csv", with: ["--bundle", "order"])
    #expect(bundles() == ["A-1/A-1-2.pkpasses", "A-1/A-1.pkpasses"])
    try FileManager.default.removeItem(atPath: place.path("out/A-1/50011.pkpass"))
    try place.write("orders.csv", OrderRow.csv(Array(rows.prefix(10))))
    try place.issue("orders.csv", with: ["--bundle", "order"])
    #expect(bundles() == ["A-1/A-1.pkpasses"])
  }

  @Test func `holds the whole order, also when a run issues a part of it`() throws {
    try place.write("orders.csv", OrderRow.csv([OrderRow(0), OrderRow(1).with { $0.barcode = "" }, OrderRow(2)]))
    try place.issue("orders.csv", with: ["--bundle", "order"])
    #expect(try contents("1001/1001.pkpasses").count == 2)
    let mended = try place.text("out/rejects.csv").replacing(";50002;PRINTED;;", with: ";50002;PRINTED;000007000002;")
    try place.write("out/rejects.csv", mended)
    #expect(try place.issue("out/rejects.csv", with: ["--bundle", "order"]).status == 0)
    #expect(try contents("1001/1001.pkpasses").keys.sorted() == ["50001.pkpass", "50002.pkpass", "50003.pkpass"])
  }

  @Test func `strangers without an order never share one`() throws {
    try place.write("orders.csv", OrderRow.csv((0..<3).map { OrderRow($0).with { $0.order = "" } }))
    let run = try place.issue("orders.csv", with: ["--bundle", "order"])
    #expect(run.status == 0)
    #expect(place.passes().count == 3)
    #expect(bundles() == [])
  }

  @Test func `orders whose names look alike on disk keep apart`() throws {
    let names = ["7/8", "7_8", "7:8", "\"x\"", "a\"b,c", "two\nlines", "\u{202E}Ω"]
    let rows = names.enumerated().map { index, order in OrderRow(index).with { $0.order = order } }
    try place.write("orders.csv", OrderRow.csv(rows))
    try place.issue("orders.csv", with: ["--bundle", "order"])
    #expect(bundles().count == names.count)
    for bundle in bundles() { #expect(try contents(bundle).count == 1) }
    let marks = place.marks()
    try place.issue("orders.csv", with: ["--bundle", "order"])
    #expect(place.marks() == marks)
    // A run with nothing in it keeps every row of the table.
    try place.write("none.csv", OrderRow.header)
    try place.issue("none.csv")
    #expect(place.marks() == marks)
  }
}
