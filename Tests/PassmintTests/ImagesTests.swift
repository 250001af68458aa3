import Foundation
import JSON
import Testing

@Suite("Pictures by state, issued")
struct ImagesTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    for (path, drawing) in [
      ("strip.png", "strip.png"), ("strip@2x.png", "strip@2x.png"), ("images/used@2x.png", "icon@2x.png"),
      ("images/void.png", "icon@3x.png"),
    ] { try draw(drawing, as: path) }
    try place.write(
      "small.pkpasstemplate/template.yaml",
      "images:\n  strip: \"{% if pass.voided %}void{% elsif pass.used %}used{% endif %}\"\n")
  }

  /// Wallet's rules look at pictures before anything is issued, so they are real ones.
  private func draw(_ drawing: String, as path: String) throws {
    try place.write("small.pkpasstemplate/\(path)", Self.drawing(drawing))
  }

  private static func drawing(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: Workplace.templates.appending(path: "concert.pkpasstemplate/\(name)")))
  }

  /// Which drawings stand for the strips of a pass, as `unzip` takes them out; hashes, signature and archive are judged
  /// before.
  private func strips(_ name: String) throws -> [String: String] {
    let judged = try #require(try place.judge(["out/\(name)"], signatures: true)["out/\(name)"])
    #expect(judged.problems == [])
    #expect(!judged.files.contains { $0.hasPrefix("images/") })
    let taken = "taken-\(UUID().uuidString)"
    let run = try Run(
      URL(filePath: "/usr/bin/env"), ["unzip", "-q", place.path("out/\(name)"), "-d", taken], in: place.folder)
    #expect(run.status == 0)
    let drawings = try ["strip.png", "strip@2x.png", "icon@2x.png", "icon@3x.png", "logo.png"].map {
      ($0, try Self.drawing($0))
    }
    var strips: [String: String] = [:]
    for file in judged.files where file.hasPrefix("strip") {
      let bytes = try place.bytes("\(taken)/\(file)")
      strips[file] = drawings.first { $0.1 == bytes }?.0 ?? "something else"
    }
    return strips
  }

  private func issue(_ states: [String], with options: [String] = []) throws -> JSONValue {
    let rows = states.enumerated().map { number, state in OrderRow(number).with { $0.state = state } }
    try place.write("orders.csv", OrderRow.csv(rows))
    let run = try place.issue("orders.csv", with: ["--json"] + options)
    #expect(run.status == 0, "\(run.errors)")
    return try run.json()
  }

  @Test func `a ticket that was used gets the other strip, and nothing else is written`() throws {
    #expect(try issue(["PRINTED", "PRINTED", "CONTROLLED"])["issued"] == 3)
    let own = ["strip.png": "strip.png", "strip@2x.png": "strip@2x.png"]
    #expect(try strips("1001/50001.pkpass") == own)
    #expect(try strips("1001/50003.pkpass") == ["strip@2x.png": "icon@2x.png"])
    let marks = place.marks()
    #expect(try issue(["PRINTED", "PRINTED", "CONTROLLED"])["unchanged"] == 3)
    #expect(place.marks() == marks)

    let second = try issue(["PRINTED", "CONTROLLED", "CONTROLLED"])
    #expect(second["updated"] == 1)
    #expect(second["unchanged"] == 2)
    #expect(try strips("1001/50002.pkpass") == ["strip@2x.png": "icon@2x.png"])
    #expect(try strips("1001/50001.pkpass") == own)
    #expect(try issue(["CANCELLED", "CONTROLLED", "CONTROLLED"])["voided"] == 1)
    #expect(try strips("1001/50001.pkpass") == ["strip.png": "icon@3x.png"])
    #expect(try issue(["CANCELLED", "CONTROLLED", "CONTROLLED"])["unchanged"] == 3)
  }

  @Test func `a picture that was drawn anew is in every pass that has it`() throws {
    #expect(try issue(["PRINTED", "CONTROLLED"])["issued"] == 2)
    try draw("logo.png", as: "images/used@2x.png")
    #expect(try issue(["PRINTED", "CONTROLLED"])["updated"] == 1)
    #expect(try strips("1001/50002.pkpass") == ["strip@2x.png": "logo.png"])
  }

  @Test func `any number of workers makes the same passes`() throws {
    let states = (0..<120).map { ["PRINTED", "CONTROLLED", "VALIDATED"][$0 % 3] }
    let time = ["--at", ISO8601DateFormatter().string(from: Date())]
    #expect(try issue(states, with: time + ["--jobs", "1"])["issued"] == 120)
    #expect(try issue(states, with: time + ["--jobs", "4", "--out", "four"])["issued"] == 120)
    #expect(try place.contents() == place.contents("four"))
  }

  @Test func `a cancellation that says next to nothing voids the pass and its strip`() throws {
    try place.write(
      "small.pkpasstemplate/pass.json",
      Workplace.smallPass.replacing(#""description": "Ticket""#, with: #""description": "{{ event.name }}""#))
    #expect(try issue(["PRINTED", "CONTROLLED"])["issued"] == 2)
    let late = OrderRow(1).with {
      $0.state = "CANCELLED"
      $0.event = ""
    }
    try place.write("later.csv", OrderRow.csv([late]))
    #expect(try place.issue("later.csv", with: ["--json"]).json()["voided"] == 1)
    #expect(try place.pass("1001/50002.pkpass")["description"] == "Gala")
    #expect(try strips("1001/50002.pkpass") == ["strip.png": "icon@3x.png"])
    let marks = place.marks()
    #expect(try place.issue("later.csv", with: ["--json"]).json()["unchanged"] == 1)
    #expect(place.marks() == marks)
  }
}
