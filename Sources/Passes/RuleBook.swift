/// The words of rules, read from the tables of a page of documentation: what is wrong in general, and what to do about it.
///
/// A finding says what is wrong in one place; programs that list rules want the general words too.
package struct RuleBook: Sendable {
  package struct Rule: Sendable, Hashable {
    package let code: String
    /// What is wrong.
    package let problem: String
    /// What to do about it.
    package let remedy: String
  }

  package let rules: [Rule]

  /// - Parameter markdown: a page with tables of the columns code, severity, what is wrong, what to do.
  package init(markdown: [UInt8]) {
    rules = String(decoding: markdown, as: UTF8.self).split(separator: "\n").compactMap { line in
      guard line.hasPrefix("| `") else { return nil }
      let cells = line.split(separator: " | ")
      guard cells.count >= 4 else { return nil }
      let remedy = cells[3].hasSuffix(" |") ? cells[3].dropLast(2) : cells[3]
      return Rule(
        code: cells[0].dropFirst(3).dropLast().description, problem: Self.plain(cells[2]), remedy: Self.plain(remedy))
    }
  }

  package func rule(_ code: String) -> Rule? { rules.first { $0.code == code } }

  /// Without the marks of Markdown.
  private static func plain(_ text: Substring) -> String {
    String(text.filter { $0 != "`" && $0 != "*" }).replacing("<doc:", with: "").replacing(">", with: "")
  }
}

extension WalletRules {
  /// The page "Rules for passes".
  package static let book = RuleBook(markdown: PackageResources.PASS_RULES_md)
}
