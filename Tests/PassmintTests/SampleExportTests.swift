import Foundation
import JSON
import Testing

@Suite("The sample exports")
struct SampleExportTests {
  struct Sample: CustomTestStringConvertible, Sendable {
    let export: String
    let template: String
    let options: [String]
    let passes: Int
    var testDescription: String { export }
  }

  static let samples = [
    Sample(export: "concert.json", template: "concert", options: ["--time-zone", "Europe/Paris"], passes: 12),
    Sample(
      export: "museum.csv", template: "museum", options: ["--time-zone", "Europe/Zurich", "--currency", "CHF"],
      passes: 22),
    Sample(
      export: "match.csv", template: "match", options: ["--time-zone", "Europe/Paris", "--currency", "EUR"], passes: 39),
  ]

  @Test(arguments: samples)
  func `become passes that openssl, unzip, Python and check accept`(sample: Sample) throws {
    let place = try Workplace()
    let run = try place.issue(
      Workplace.templates.appending(path: "exports/\(sample.export)").path,
      with: ["--template", Workplace.templates.appending(path: "\(sample.template).pkpasstemplate").path]
        + sample.options)
    #expect(run.status == 0, "\(run.errors)")
    let passes = place.passes()
    #expect(passes.count == sample.passes)
    let judged = try place.judge(passes.map { "out/\($0)" }, signatures: true)
    for pass in passes {
      let one = try #require(judged["out/\(pass)"])
      #expect(one.problems == [], "\(pass)")
    }
    let rows = try place.table()
    #expect(rows.map { $0[3] }.sorted() == passes)
    for row in rows {
      #expect(judged["out/\(row[3])"]?.sha256 == row[4])
      #expect(judged["out/\(row[3])"]?.pass["serialNumber"]?.stringValue == row[2])
    }
    #expect(place.files().filter { !$0.hasSuffix(".pkpass") } == ["passes.csv"])

    let check = try place.passmint(
      ["check", "--json", "--trust", "certificates/root.pem"] + passes.map { "out/\($0)" })
    #expect(check.status == 0)
    #expect(check.errors == "")
    let reports = try #require(try check.json().array)
    #expect(reports.count == passes.count)
    for report in reports {
      let findings = report["findings"]?.array ?? []
      #expect(!findings.contains { $0["severity"]?.stringValue == "error" }, "\(findings)")
    }
  }
}
