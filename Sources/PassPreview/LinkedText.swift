import Foundation

/// Text of the back with what Wallet makes links of.
struct LinkedText {
  private struct Piece {
    var text: String
    /// `https:`, `http:`, `tel:` or `mailto:`.
    var address: String?
  }

  private var pieces: [Piece] = []

  /// `attributedValue`: text that may hold `<a href="…">…</a>` and nothing else.
  init(attributed text: String) {
    var rest = text[...]
    while let start = rest.range(of: "<a", options: .caseInsensitive) {
      guard let end = rest.range(of: ">", range: start.upperBound..<rest.endIndex),
        let close = rest.range(of: "</a>", options: .caseInsensitive, range: end.upperBound..<rest.endIndex)
      else { break }
      add(String(rest[..<start.lowerBound]))
      let tag = rest[start.upperBound..<end.lowerBound]
      add(String(rest[end.upperBound..<close.lowerBound]), Self.address(in: tag))
      rest = rest[close.upperBound...]
    }
    add(String(rest))
  }

  /// Plain text in which Wallet finds addresses and numbers (`dataDetectorTypes`). All kinds are looked for alike.
  init(detectingIn text: String) {
    var current = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.offset > 0 { current += "\n" }
      for (index, word) in line.element.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
        if index > 0 { current += " " }
        let core = word.trimmingCharacters(in: CharacterSet(charactersIn: ".,;:!?()[]«»“”\"'"))
        guard let address = Self.address(of: core), let range = word.range(of: core) else {
          current += word
          continue
        }
        add(current + word[..<range.lowerBound])
        add(core, address)
        current = String(word[range.upperBound...])
      }
    }
    add(current)
    if pieces.count == 1, Self.isPhone(text) { pieces[0].address = "tel:" + text.filter { !$0.isWhitespace } }
  }

  private mutating func add(_ text: String, _ address: String? = nil) {
    if !text.isEmpty { pieces.append(Piece(text: text, address: address)) }
  }

  private static func address(in tag: Substring) -> String? {
    guard let href = tag.range(of: "href", options: .caseInsensitive) else { return nil }
    let after = tag[href.upperBound...].drop { $0.isWhitespace || $0 == "=" }
    guard let quote = after.first, quote == "\"" || quote == "'" else { return nil }
    let value = String(after.dropFirst().prefix { $0 != quote })
    let allowed = ["https://", "http://", "tel:", "mailto:"]
    return allowed.contains { value.lowercased().hasPrefix($0) } ? value : nil
  }

  private static func address(of word: String) -> String? {
    let lowered = word.lowercased()
    if lowered.hasPrefix("https://") || lowered.hasPrefix("http://"), word.count > 10 { return word }
    if lowered.hasPrefix("www."), word.count > 6 { return "https://\(word)" }
    let parts = word.split(separator: "@", omittingEmptySubsequences: false)
    if parts.count == 2, !parts[0].isEmpty, parts[1].contains("."), parts[1].last?.isLetter == true {
      return "mailto:\(word)"
    }
    return nil
  }

  /// A text that is a telephone number and nothing else.
  private static func isPhone(_ text: String) -> Bool {
    let digits = text.count { $0.isASCII && $0.isNumber }
    return (7...15).contains(digits) && text.allSatisfy { ($0.isASCII && $0.isNumber) || " +-()./\u{A0}".contains($0) }
      && (text.hasPrefix("+") || text.hasPrefix("0") || text.hasPrefix("("))
  }

  func write(to html: inout HTML) {
    for piece in pieces {
      if let address = piece.address {
        html.element(
          "a", ["href": address, "target": "_blank", "rel": "noopener noreferrer"], text: piece.text)
      } else {
        html.text(piece.text)
      }
    }
  }
}
