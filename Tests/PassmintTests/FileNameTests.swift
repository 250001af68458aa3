import Foundation
import JSON
import Testing

@Suite("File names")
struct FileNameTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  @Test(arguments: [
    ("{{ order.id }}/{{ seat.number }}", "1001/1.pkpass"),
    ("{{ holder.name }}.pkpass", "Moreau.pkpass"),
    ("{{ holder.name }}/{{ ticket.barcode }}", "Moreau/000007000001.pkpass"),
    ("../../{{ seat.number }}", "1.pkpass"),
    ("/etc/{{ seat.number }}", "etc/1.pkpass"),
    ("a\\b:c*{{ seat.number }}", "a_b_c_1.pkpass"),
    (".passmint/pass-{{ seat.number }}", "_passmint/pass-1.pkpass"),
    ("CON", "_CON.pkpass"), ("lpt1.x", "_lpt1.x.pkpass"),
    ("tail. . ", "tail.pkpass"),
    ("{{ 'a\u{7}b' }}", "a_b.pkpass"),
  ])
  func `are what --name says, made safe`(name: String, path: String) throws {
    try place.write("orders.csv", OrderRow.csv(1))
    let run = try place.issue("orders.csv", with: ["--name", name])
    #expect(run.status == 0, "\(run.errors)")
    #expect(place.passes() == [path])
    #expect(try place.table()[0][3] == path)
    #expect(place.files(".").filter { $0.hasSuffix(".pkpass") } == ["out/\(path)"])
  }

  @Test(arguments: [
    ("🎭 Gala 👨‍👩‍👧", "🎭 Gala 👨_👩_👧.pkpass"), ("حفلة موسيقية", "حفلة موسيقية.pkpass"),
    ("e\u{301}t\u{E9}", "\u{E9}t\u{E9}.pkpass"),
    ("a/b", "a/b.pkpass"), ("..", nil), (".", nil), ("   ", nil), ("\u{202E}x", "_x.pkpass"),
    ("'; rm -rf $HOME `x`", "'; rm -rf $HOME `x`.pkpass"),
    (String(repeating: "Ж", count: 300), String(repeating: "Ж", count: 100) + ".pkpass"),
  ])
  func `made of what a buyer wrote`(event: String, path: String?) throws {
    try place.write("orders.csv", OrderRow.csv([OrderRow(0).with { $0.event = event }]))
    let run = try place.issue("orders.csv", with: ["--name", "{{ event.name }}"])
    #expect(run.status == (path == nil ? 1 : 0), "\(run.errors)")
    #expect(place.passes() == [path].compactMap { $0 })
    if path == nil { #expect(run.errors.contains("--name gives this ticket no file name")) }
  }

  @Test func `that are too long for any file system are refused rows, not the end of the run`() throws {
    let long = Array(repeating: String(repeating: "x", count: 190), count: 30).joined(separator: "/")
    try place.write("orders.csv", OrderRow.csv([OrderRow(0).with { $0.event = long }, OrderRow(1)]))
    let run = try place.issue("orders.csv", with: ["--name", "{{ event.name }}"])
    #expect(run.status == 1)
    #expect(place.passes() == ["Gala.pkpass"])
  }

  @Test func `two tickets never share one, also where only letter case differs`() throws {
    let rows = [
      OrderRow(0).with { $0.name = "Feld" }, OrderRow(1).with { $0.name = "feld" },
      OrderRow(2).with { $0.name = "Ross" },
      OrderRow(3).with { $0.name = "Ross" },
    ]
    try place.write("orders.csv", OrderRow.csv(rows))
    let run = try place.issue("orders.csv", with: ["--name", "{{ holder.last_name }}"])
    #expect(run.status == 1)
    #expect(place.passes() == ["Feld.pkpass", "Ross.pkpass"])
    let rejects = try place.text("out/rejects.csv")
    #expect(rejects.contains("the file name feld.pkpass is that of another ticket already"))
    #expect(rejects.contains("the file name Ross.pkpass is that of another ticket already"))
    #expect(try place.pass("Ross.pkpass")[pointer: "/barcodes/0/message"] == "000007000003")
  }

  @Test func `of another ticket's pass in a run before are taken too`() throws {
    try place.write("a.csv", OrderRow.csv([OrderRow(0)]))
    try place.write("b.csv", OrderRow.csv([OrderRow(1)]))
    try place.issue("a.csv", with: ["--name", "{{ holder.last_name }}"])
    let before = try place.bytes("out/Moreau.pkpass")
    let run = try place.issue("b.csv", with: ["--name", "{{ holder.last_name }}"])
    #expect(run.status == 1)
    #expect(run.errors.contains("Moreau.pkpass is there already and is not this ticket's pass"))
    #expect(try place.bytes("out/Moreau.pkpass") == before)
    #expect(try place.table().count == 1)
  }

  @Test(arguments: ["text", "archive", "folder", "file in the way"])
  func `of files that are not ours are left alone`(kind: String) throws {
    try place.write("orders.csv", OrderRow.csv(2))
    switch kind {
    case "text": try place.write("out/1001/50001.pkpass", "my notes")
    case "archive":
      try place.write("other.csv", OrderRow.csv([OrderRow(900)]))
      try place.issue("other.csv", with: ["--out", "other"])
      try place.write("out/1001/50001.pkpass", try place.bytes("other/\(place.passes("other")[0])"))
    case "folder": try place.write("out/1001/50001.pkpass/inside", "mine")
    default: try place.write("out/1001", "mine")
    }
    let before = try place.contents()
    let run = try place.issue("orders.csv")
    #expect(run.status == 1)
    #expect(run.errors.contains("is there already and is not this ticket's pass"))
    let after = try place.contents()
    for (path, bytes) in before { #expect(after[path] == bytes) }
    #expect(try place.table().count == (kind == "file in the way" ? 0 : 1))
  }

  @Test func `that follow the seat move with it: no pass is there twice`() throws {
    let options = ["--name", "{{ order.id }}/{{ seat.number }}"]
    try place.write("orders.csv", OrderRow.csv(3))
    try place.issue("orders.csv", with: options)
    try place.write("later.csv", OrderRow.csv([OrderRow(1).with { $0.seat = "42" }]))
    try place.issue("later.csv", with: options)
    #expect(place.passes() == ["1001/1.pkpass", "1001/3.pkpass", "1001/42.pkpass"])
    #expect(try place.table().map { $0[3] }.sorted() == place.passes())
    // Both versions in one run.
    try place.write("both.csv", OrderRow.csv([OrderRow(0), OrderRow(0).with { $0.seat = "7" }]))
    try place.issue("both.csv", with: options + ["--out", "new"])
    #expect(place.passes("new") == ["1001/7.pkpass"])
    #expect(try place.table("new").count == 1)
  }
}
