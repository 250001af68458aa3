import Foundation
import JSON
import Liquid
import Testing
import ZonedTime

@Suite("Liquid: the table that python-liquid judges")
struct JudgeTests {
  private struct Failure: Error { let message: String }

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  private static func cases() throws -> [JSONValue] {
    let bytes = try Data(contentsOf: folder.appending(path: "cases.json"))
    return try #require(JSONValue(parsing: Array(bytes)).array)
  }

  @Test func `every case renders to what is expected`() throws {
    let cases = try Self.cases()
    #expect(cases.count >= 300)
    for entry in cases {
      let name = try #require(entry["name"]?.stringValue)
      let template = try #require(entry["template"]?.stringValue)
      if entry["fails"]?.bool == true {
        #expect(throws: LiquidError.self, "\(name): \(template)") {
          try Self.render(template, entry)
        }
      } else {
        let expected = try #require(entry["expect"]?.stringValue, "\(name)")
        do {
          let text = try Self.render(template, entry)
          // String's own equality takes é and e + ´ for the same.
          #expect(Array(text.utf8) == Array(expected.utf8), "\(name): \(template) gives \(text)")
        } catch {
          Issue.record("\(name): \(template): \(error)")
        }
      }
    }
  }

  @Test func `names of cases are unique, and differences have a reason`() throws {
    let cases = try Self.cases()
    let names = cases.compactMap { $0["name"]?.stringValue }
    #expect(Set(names).count == cases.count)
    for entry in cases {
      if let reason = entry["differs"] { #expect((reason.stringValue ?? "").count > 20, "\(entry["name"] ?? "")") }
    }
  }

  @Test func `python-liquid agrees with the table`() throws {
    let python = ProcessInfo.processInfo.environment["PASSMINT_PYTHON"] ?? "python3"
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [python, Self.folder.appending(path: "judge.py").path(percentEncoded: false)]
    process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
  }

  // MARK: From JSON

  private static func render(_ template: String, _ entry: JSONValue) throws -> String {
    let translations = entry["translations"]?.object
    let zone = entry["timeZone"]?.stringValue.flatMap(TimeZone.init(identifier:))
    let data = try entry["data"].map(value) ?? .object([String: LiquidValue]())
    guard case .object(let root) = data else { throw Failure(message: "data is no object") }
    let context = LiquidContext(
      root: root, language: entry["language"]?.stringValue ?? "en", timeZone: zone,
      translate: { key in translations?[key]?.stringValue })
    return try LiquidTemplate(template, at: LiquidPlace(file: "cases.json")).render(context)
  }

  private static func value(_ json: JSONValue) throws -> LiquidValue {
    switch json {
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .string(let text): return .string(text)
    case .number(let number):
      if !number.literal.contains(where: { ".eE".contains($0) }), let value = number.int64 { return .int(Int(value)) }
      return .double(try #require(number.double))
    case .array(let items): return .array(try items.map(value))
    case .object(let object):
      if let text = object["$date"]?.stringValue {
        return .date(try #require(ZonedDateTime(iso8601: text)))
      }
      var members: [String: LiquidValue] = [:]
      for member in object.members { members[member.name] = try value(member.value) }
      return .object(members)
    }
  }
}
