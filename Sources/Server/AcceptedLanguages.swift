/// The languages a reader asks for: the `Accept-Language` header (RFC 9110, 12.5.4).
struct AcceptedLanguages: Sendable, Hashable {
  /// Tags such as `fr-CH`, the most wanted first. `*` is in it where the reader takes any.
  let tags: [String]

  init(_ header: String?) {
    // Nobody reads thirty languages; a longer header is made to keep readers busy.
    let ranges = (header ?? "").utf8.prefix(2_000).split(separator: UInt8(ascii: ",")).prefix(30)
    var found: [(tag: String, weight: Double)] = []
    for range in ranges {
      let parts = String(decoding: range, as: UTF8.self).split(separator: ";").map { $0.filter { !$0.isWhitespace } }
      guard let tag = parts.first, Self.isTag(tag) else { continue }
      var weight = 1.0
      for parameter in parts.dropFirst() where parameter.lowercased().hasPrefix("q=") {
        weight = Double(parameter.dropFirst(2)) ?? 0
      }
      // A weight of 0 says: not this one.
      if weight > 0, weight <= 1 { found.append((tag, weight)) }
    }
    // Of equal weights the first in the header, as browsers write them.
    tags = found.enumerated()
      .sorted { ($0.element.weight, $1.offset) > ($1.element.weight, $0.offset) }
      .map(\.element.tag)
  }

  /// The best of the languages there are, and the reader's own tag for it, whose region says how dates are written.
  ///
  /// - Parameter languages: without regions; the first is taken when none is asked for.
  func best(of languages: [String]) -> (language: String, tag: String) {
    let fallback = languages.first ?? "en"
    for tag in tags {
      if tag == "*" { break }
      let base = tag.prefix { $0 != "-" }.lowercased()
      if languages.contains(base) { return (base, tag) }
    }
    return (fallback, fallback)
  }

  private static func isTag(_ text: String) -> Bool {
    text == "*"
      || (2...35).contains(text.utf8.count)
        && text.utf8.allSatisfy {
          (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
        }
  }
}
