import JSON

// Texts that are meant to be looked up in the strings, and are not there.
extension PassInspection {
  mutating func checkTexts() {
    for key in ["description", "organizationName", "logoText", "eventLogoText"] {
      checkIsNoKey(root[key], at: "/\(key)")
    }
    for style in WalletStyle.allCases {
      for group in WalletKeys.fieldGroups {
        for (index, field) in (root[style.rawValue]?[group]?.array ?? []).enumerated() {
          let pointer = "/\(style.rawValue)/\(group)/\(index)"
          checkIsNoKey(field["label"], at: pointer + "/label")
          checkIsNoKey(field["value"], at: pointer + "/value", isValue: true)
        }
      }
    }
  }

  /// - Parameter isValue: whether it may be a ticket's own word, such as a number with an underscore; then only what comes
  ///   close to a key is told.
  private mutating func checkIsNoKey(_ value: JSONValue?, at pointer: String, isValue: Bool = false) {
    guard let text = value?.stringValue, Self.looksLikeKey(text) else { return }
    guard strings.allSatisfy({ $0.table[text] == nil }) else { return }
    let known = strings.reduce(into: Set<String>()) { $0.formUnion($1.table.keys) }
    let meant = WalletKeys.nearest(to: text, in: known)
    if isValue, meant == nil { return }
    warn(
      "text-is-key", at: pointer,
      "“\(excerpt(text))” looks like a key, and no language has it, so it shows as it is",
      hint: meant.map { "Did you mean “\($0)”?" } ?? "Add it to the pass.strings of every language.")
  }

  /// `label_row`, `TICKET_TITLE`, `gate.label_2`: nothing that people read.
  static func looksLikeKey(_ text: String) -> Bool {
    guard (3...64).contains(text.utf8.count), text.first?.isLetter == true, text.contains("_") else { return false }
    return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) }
  }
}
