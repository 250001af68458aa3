import Foundation
import Testing

@Suite("The page of findings") struct FindingsPageTests {
  private static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Codes are written as string literals right after a severity or in one of the few helpers that take one.
  @Test func `lists every code there is in the sources, and no other`() throws {
    let folders = [("Passes", ["WalletRules"]), ("PassBundle", ["ArchiveReader", "BundleCheck", "SignatureCheck"])]
    var inSources: Set<String> = []
    for (module, prefixes) in folders {
      let folder = Self.root.appending(path: "Sources/\(module)")
      for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      where file.hasSuffix(".swift") && prefixes.contains(where: { file.hasPrefix($0) }) {
        let source = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        let code =
          /(?:\.error|\.warning|error\(|warn\(|severity|"manifest\.json"|"signature"|code:|\?|:)\s*,?\s*"([a-z0-9]+(?:-[a-z0-9]+)+)"/
        for match in source.matches(of: code) { inSources.insert(String(match.output.1)) }
      }
    }
    let page = try String(
      contentsOf: Self.root.appending(path: "Sources/PassBundle/PassBundle.docc/Findings.md"), encoding: .utf8)
    let listed = page.matches(of: /\| `([a-z0-9-]+)` \|/).map { String($0.output.1) }
    #expect(listed.count == Set(listed).count, "a code stands on the page twice")
    #expect(inSources.count > 150)
    #expect(inSources.subtracting(listed).sorted() == [], "missing on the page")
    #expect(Set(listed).subtracting(inSources).sorted() == [], "no longer in the sources")
  }
}
