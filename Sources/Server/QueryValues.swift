import Foundation
import Hummingbird

/// The parameters behind the question mark, with everything that is wrong with them gathered up.
struct QueryValues {
  private let values: [String: [String]]
  private var errors: [(member: String, sentence: String)] = []

  init(_ request: Request) {
    var values: [String: [String]] = [:]
    // Forms write a blank as +, which the framework's own reading leaves as it is.
    for pair in (request.uri.query ?? "").split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { part in
        let text = part.replacing("+", with: " ")
        return text.removingPercentEncoding ?? String(text)
      }
      values[parts[0], default: []].append(parts.count > 1 ? parts[1] : "")
    }
    self.values = values
  }

  /// The last of a name; an empty one counts as none.
  func text(_ name: String) -> String? {
    guard let text = values[name]?.last, !text.isEmpty else { return nil }
    return text
  }

  mutating func number(_ name: String, or other: Int64, in range: ClosedRange<Int64>) -> Int64 {
    guard let text = text(name) else { return other }
    if let number = Int64(text), range.contains(number) { return number }
    errors.append(
      (
        name,
        range.upperBound == .max
          ? "Send a whole number from \(range.lowerBound) on."
          : "Send a whole number from \(range.lowerBound) to \(range.upperBound)."
      ))
    return other
  }

  mutating func words<Word: RawRepresentable & CaseIterable>(
    _ name: String, _: Word.Type
  ) -> [Word] where Word.RawValue == String {
    var words: [Word] = []
    for text in values[name] ?? [] where !text.isEmpty {
      if let word = Word(rawValue: text) {
        words.append(word)
      } else {
        errors.append((name, "Send one of: \(Word.allCases.map(\.rawValue).joined(separator: ", "))."))
      }
    }
    return words
  }

  /// - Throws: when anything asked for was wrong.
  func check() throws(Problem) {
    if errors.isEmpty { return }
    throw Problem(.badRequest, "A parameter of the address is wrong.", errors: errors)
  }
}
