import Foundation
import PassBundle
import Passes
import Testing

@Suite("The page of findings") struct FindingsPageTests {
  private static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Codes are written as string literals right after a severity or in one of the few helpers that take one.
  @Test func `lists every code there is in the sources, and no other`() throws {
    let folder = Self.root.appending(path: "Sources/PassBundle")
    let prefixes = ["ArchiveReader", "BundleCheck", "SignatureCheck", "SigningIdentityProblem", "TemplateFolder"]
    // Said by the rules of `Passes`, for passes that have to be signed.
    var inSources: Set = ["manifest-missing", "signature-missing"]
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    where file.hasSuffix(".swift") && prefixes.contains(where: { file.hasPrefix($0) }) {
      let source = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      let code =
        /(?:\.error|\.warning|error\(|warn\(|report\(|severity|case \.\w+|code:|\?|:)\s*[,:]?\s*"([a-z0-9]+(?:-[a-z0-9]+)+)"/
      for match in source.matches(of: code) { inSources.insert(String(match.output.1)) }
    }
    inSources.subtract(WalletRules.book.rules.map(\.code))
    let listed = BundleCheck.book.rules.map(\.code)
    #expect(listed.count == Set(listed).count, "a code stands on the page twice")
    #expect(inSources.count > 60)
    #expect(inSources.subtracting(listed).sorted() == [], "missing on the page")
    #expect(Set(listed).subtracting(inSources).sorted() == [], "no longer in the sources")
    #expect(Set(listed).isDisjoint(with: WalletRules.book.rules.map(\.code)), "on both pages")
  }
}
