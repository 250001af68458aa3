import Foundation
import JSON
import Testing

/// One Chromium looks at everything; each test here speaks for a group of what it saw.
@Suite("The preview in a browser")
struct BrowserTests {
  @Test func `passes are laid out as Wallet lays them out, within 3 points`() throws { try expectAll("layout") }

  @Test func `notch, scallops, cuts, corners and shine are where Wallet has them`() throws { try expectAll("shapes") }

  @Test func `every barcode is read from the screen`() throws { try expectAll("barcodes") }

  @Test func `states, phones, scales and the lock screen can be switched`() throws { try expectAll("choices") }

  @Test func `the panel says what is behind, what fits and what is wrong`() throws { try expectAll("panel") }

  @Test func `dates, numbers and money are written as the language has it`() throws { try expectAll("words") }

  @Test func `saving a file changes the open page, and a broken one keeps the last good drawing`() throws {
    try expectAll("editing")
  }

  @Test func `it works by keyboard alone, and every text has contrast`() throws { try expectAll("access") }

  @Test func `texts of tickets are never markup, and no other host is asked or answered`() throws {
    try expectAll("safety")
  }

  @Test func `a picture and a page to keep need nothing else`() throws { try expectAll("output") }

  @Test func `the templates that come along are drawn with each of their tickets`() throws { try expectAll("shipped") }

  // MARK: - What the browser saw

  private struct Check {
    let group: String
    let name: String
    let passed: Bool
    let found: String
  }

  private func expectAll(_ group: String) throws {
    let checks = try Self.checks.get().filter { $0.group == group }
    try #require(checks.count > 1, "nothing was looked at")
    for check in checks { #expect(check.passed, "\(check.name): \(check.found)") }
  }

  private static let checks = Result { () throws -> [Check] in
    let folder = URL.temporaryDirectory.appending(path: "passmint-browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let templates = Python.folder.appending(path: "../../templates").standardizedFileURL
    let said = try Python.run("Browser/run.py", [program.path, folder.path, templates.path])
    return try String(decoding: said, as: UTF8.self).split(separator: "\n").map { line in
      let line = try JSONValue(parsing: Array(line.utf8))
      return Check(
        group: try #require(line["group"]?.stringValue), name: try #require(line["name"]?.stringValue),
        passed: try #require(line["passed"]?.bool as Bool?), found: try #require(line["found"]?.stringValue))
    }
  }

  /// The program under test lies beside the test bundle.
  private static let program: URL = {
    let bundle = URL(filePath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
    let candidates = [Bundle.main.bundleURL, Bundle.main.executableURL?.deletingLastPathComponent(), bundle]
    return candidates.compactMap { $0?.appending(path: "passmint") }.first {
      FileManager.default.isExecutableFile(atPath: $0.path)
    } ?? bundle.appending(path: "passmint")
  }()
}
