import Foundation
import Passes
import Testing

@Suite("Every rule, kept and broken") struct RuleTableTests {
  @Test(arguments: GoodPass.allCases) func `a good pass breaks no rule`(_ good: GoodPass) {
    #expect(good.findings(in: good.files, now: nil) == [])
    #expect(good.findings(in: good.files, now: 1_798_000_000) == [])
  }

  @Test(arguments: RuleTable.all) func `one slip shows its rule and no other`(_ rule: BrokenRule) throws {
    var files = rule.base.files
    for spoil in rule.spoils {
      let json = String(decoding: files["pass.json"] ?? [], as: UTF8.self)
      switch spoil {
      case .member(let pointer, let value):
        files["pass.json"] = Array(try PassFixture.setting(pointer, to: value, in: json).utf8)
      case .text(let old, let new):
        try #require(json.contains(old))
        files["pass.json"] = Array(json.replacing(old, with: new).utf8)
      case .file(let path, let bytes): files[path] = bytes
      }
    }
    let findings = rule.base.findings(in: files, now: rule.now)
    let own = findings.filter { $0.code == rule.code }
    #expect(!own.isEmpty)
    #expect(own.allSatisfy { $0.severity == rule.severity })
    #expect(Set(findings.map(\.code)).subtracting(rule.company) == [rule.code], "\(findings)")
    for finding in findings {
      #expect(!finding.message.hasSuffix("."), "a message is no sentence: \(finding.message)")
      let isSentence = finding.hint.first?.isLowercase == false && ".?…`".contains(finding.hint.last ?? "-")
      #expect(isSentence, "a hint is a sentence: \(finding.hint)")
    }
  }

  // MARK: - The page

  private static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Codes stand in the sources as literals in small letters with hyphens; two have no hyphen.
  private static func codesInSources() throws -> Set<String> {
    let folder = root.appending(path: "Sources/Passes")
    var codes: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file.hasSuffix(".swift") {
      let source = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      for match in source.matches(of: /"([a-z0-9]+(?:-[a-z0-9]+)+)"/) { codes.insert(String(match.output.1)) }
      for match in source.matches(of: /\.(?:error|warning), "([a-z]+)"/) { codes.insert(String(match.output.1)) }
    }
    let encodings = try Regex("^(iso|us|utf|euc|koi8|windows)-")
    // Whether a pass is signed is asked here and described on the page of `PassBundle`.
    return codes.filter { $0.firstMatch(of: encodings) == nil }.subtracting(["manifest-missing", "signature-missing"])
  }

  @Test func `the page lists every code there is, and no other, and each has its rows in the table`() throws {
    let inSources = try Self.codesInSources()
    let listed = WalletRules.book.rules.map(\.code)
    #expect(listed.count == Set(listed).count, "a code stands on the page twice")
    #expect(inSources.subtracting(listed).sorted() == [], "missing on the page")
    #expect(Set(listed).subtracting(inSources).sorted() == [], "no longer in the sources")
    #expect(Set(listed).subtracting(RuleTable.all.map(\.code)).sorted() == [], "never broken by the table")
    #expect(Set(RuleTable.all.map(\.code)).subtracting(listed).sorted() == [], "no such rule")
  }

  @Test func `the page says how bad each is, and what to do`() throws {
    let page = try String(
      contentsOf: Self.root.appending(path: "Sources/Passes/Passes.docc/PASS-RULES.md"), encoding: .utf8)
    var broken: [String: Set<Finding.Severity>] = [:]
    for rule in RuleTable.all { broken[rule.code, default: []].insert(rule.severity) }
    for row in page.matches(of: /(?m)^\| `([a-z-]+)` \| (\w+) \| (.+) \| (.+) \| (.+) \|$/) {
      let severities: Set<Finding.Severity> =
        switch row.output.2 {
        case "error": [.error]
        case "warning": [.warning]
        default: [.error, .warning]
        }
      #expect(broken[String(row.output.1)] == severities, "\(row.output.1)")
    }
    for rule in WalletRules.book.rules { #expect(!rule.problem.isEmpty && !rule.remedy.isEmpty, "\(rule.code)") }
    #expect(WalletRules.book.rule("icon-missing")?.problem == "no icon")
    let names = Set(page.matches(of: /(?m)^\| ([A-Z][A-Za-z ]+) \| <https/).map { String($0.output.1) })
    for row in page.matches(of: /(?m)^\| `([a-z-]+)` \|.* \| ([^|]+) \|$/) {
      for source in row.output.2.split(separator: ", ") where source.first?.isUppercase == true {
        #expect(names.contains(String(source)), "\(row.output.1): the page has no source “\(source)”")
      }
    }
  }
}
