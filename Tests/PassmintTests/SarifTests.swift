import Foundation
import JSON
import Testing

@Suite("Findings for other programs")
struct SarifTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.passmint(
      ["template", "new", "mine"], environment: ["PASSMINT_TEMPLATES": Workplace.templates.path])
  }

  /// The log, after the schema had nothing against it.
  private func log(_ arguments: [String], status: Int32) throws -> JSONValue {
    let run = try place.passmint(arguments + ["--format", "sarif"])
    #expect(run.status == status, "\(run.errors)")
    let python = ProcessInfo.processInfo.environment["PASSMINT_PYTHON"] ?? "python3"
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "sarif.py").path
    let judged = try Run(URL(filePath: "/usr/bin/env"), [python, script], in: place.folder, input: run.output)
    try #require(judged.status == 0, "\(judged.errors)")
    #expect(try judged.json() == [])
    return try run.json()
  }

  private func change(_ file: String, _ old: String, _ new: String, in folder: String = "mine.pkpasstemplate") throws {
    let text = try place.text("\(folder)/\(file)")
    try #require(text.contains(old))
    try place.write("\(folder)/\(file)", text.replacing(old, with: new, maxReplacements: 1))
  }

  @Test func `a good template gives a log without results`() throws {
    let log = try log(["template", "check", "mine"], status: 0)
    #expect(log["version"] == "2.1.0")
    #expect(log[pointer: "/runs/0/results"] == [])
    #expect(log[pointer: "/runs/0/tool/driver/rules"] == [])
    #expect(log[pointer: "/runs/0/tool/driver/name"] == "passmint")
    #expect(log[pointer: "/runs/0/columnKind"] == "unicodeCodePoints")
  }

  @Test func `a mistake stands at its line of the file, with its rule`() throws {
    try change("pass.json", "{{ seat.row }}", "{{ seat.rwo }}")
    let log = try log(["template", "check", "mine"], status: 1)
    let result = try #require(log[pointer: "/runs/0/results/0"])
    #expect(result["ruleId"] == "liquid")
    #expect(result["level"] == "error")
    let text = try #require(result[pointer: "/message/text"]?.stringValue)
    #expect(text.hasPrefix("seat.rwo: did you mean seat.row?\n"))
    #expect(
      result[pointer: "/locations/0/physicalLocation"] == [
        "artifactLocation": ["uri": "mine.pkpasstemplate/pass.json"], "region": ["startLine": 44, "startColumn": 24],
      ])
    #expect(
      result[pointer: "/locations/0/logicalLocations/0/fullyQualifiedName"] == "pass.json#/semantics/seats/0/seatRow")
    let rule = try #require(log[pointer: "/runs/0/tool/driver/rules/0"])
    #expect(rule["id"] == "liquid")
    #expect(rule[pointer: "/shortDescription/text"]?.stringValue?.contains("Liquid") == true)
    #expect(rule[pointer: "/help/text"]?.stringValue?.isEmpty == false)
  }

  @Test func `paths are escaped, and what is missing is told at pass.json`() throws {
    let name = "été 100% #1.pkpasstemplate"
    try FileManager.default.moveItem(atPath: place.path("mine.pkpasstemplate"), toPath: place.path(name))
    for icon in ["icon.png", "icon@2x.png", "icon@3x.png"] {
      try FileManager.default.removeItem(atPath: place.path("\(name)/\(icon)"))
    }
    let uri = "%C3%A9t%C3%A9%20100%25%20%231.pkpasstemplate/pass.json"
    for path in [name, "./\(name)/", "../\(place.folder.lastPathComponent)/\(name)", place.path(name)] {
      let log = try log(["template", "check", path], status: 1)
      #expect(log[pointer: "/runs/0/results/0/ruleId"] == "icon-missing")
      let location = log[pointer: "/runs/0/results/0/locations/0"]
      #expect(location?[pointer: "/physicalLocation/artifactLocation/uri"]?.stringValue == uri)
      #expect(location?[pointer: "/logicalLocations/0/fullyQualifiedName"] == "icon.png")
    }
  }

  @Test func `findings of archives stand at the archive, each rule once`() throws {
    try place.write("orders.csv", OrderRow.csv(2))
    try place.issue("orders.csv")
    try place.write("garbage.pkpass", "nothing")
    let log = try log(["check", "out", "garbage.pkpass"], status: 1)
    let results = try #require(log[pointer: "/runs/0/results"]?.array)
    #expect(results.map { $0["ruleId"]?.stringValue } == ["untrusted-issuer", "untrusted-issuer", "archive-not-zip"])
    #expect(
      results.map { $0[pointer: "/locations/0/physicalLocation/artifactLocation/uri"]?.stringValue } == [
        "out/1001/50001.pkpass", "out/1001/50002.pkpass", "garbage.pkpass",
      ])
    let rules = try #require(log[pointer: "/runs/0/tool/driver/rules"]?.array)
    #expect(rules.compactMap { $0["id"]?.stringValue } == ["archive-not-zip", "untrusted-issuer"])
    for result in results {
      let index = Int(try #require(result["ruleIndex"]?.int))
      #expect(rules[index]["id"] == result["ruleId"])
      #expect(rules[index][pointer: "/shortDescription/text"] != nil)
    }
  }

  @Test func `a path that cannot be looked at is said in the log too`() throws {
    let log = try log(["check", "nowhere.pkpass"], status: 3)
    #expect(log[pointer: "/runs/0/invocations/0/executionSuccessful"] == false)
  }

  // MARK: - JSON

  @Test func `template check takes names and several templates`() throws {
    let one = try place.passmint(["template", "check", "mine", "--format", "json"])
    #expect(try one.json()["path"] == "mine.pkpasstemplate")
    #expect(try one.json() == place.passmint(["template", "check", "mine/", "--json"]).json())
    let two = try place.passmint(["template", "check", "mine", "small.pkpasstemplate", "--json"])
    #expect(two.status == 0)
    #expect(
      try two.json().array?.compactMap { $0["path"]?.stringValue } == ["mine.pkpasstemplate", "small.pkpasstemplate"])
    let text = try place.passmint(["template", "check", "mine", "nowhere", "small"])
    #expect(text.status == 3)
    #expect(text.output.hasSuffix("mine.pkpasstemplate: good\nsmall.pkpasstemplate: good\n"))
    #expect(text.errors.contains("nowhere: there is no such file or folder"))
  }

  @Test func `one format at a time`() throws {
    let both = try place.passmint(["check", "x.pkpass", "--json", "--format", "sarif"])
    #expect(both.status == 2)
    #expect(both.errors.hasPrefix("passmint: error: --json is short for --format json, which --format sarif is not\n"))
    #expect(try place.passmint(["template", "check", "mine", "--format", "xml"]).status == 2)
    #expect(try place.passmint(["check", "garbage", "--format", "json"]).status == 3)
  }
}
