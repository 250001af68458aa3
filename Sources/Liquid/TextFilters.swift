import Foundation

extension Renderer {
  /// Filters that take text alone and give text.
  func changed(_ call: FilterCall, _ text: String) throws(Scanner.Failure) -> String {
    switch call.filter {
    case .upcase: text.uppercased()
    case .downcase: text.lowercased()
    case .capitalize:
      text.unicodeScalars.first.map { first in
        first.properties.titlecaseMapping + String(text.unicodeScalars.dropFirst()).lowercased()
      } ?? ""
    case .strip: text.withoutSpaceInFront().withoutSpaceAtEnd()
    case .lstrip: text.withoutSpaceInFront()
    case .rstrip: text.withoutSpaceAtEnd()
    case .squish: text.words().joined(separator: " ")
    case .strip_newlines: text.replacingNewlines(with: "")
    case .newline_to_br: text.replacingNewlines(with: "<br />\n")
    case .strip_html: text.withoutHTML()
    case .escape: text.escapedForHTML(keepingEntities: false)
    case .escape_once: text.escapedForHTML(keepingEntities: true)
    case .url_encode: text.percentEncoded()
    case .url_decode: text.percentDecoded()
    case .base64_encode: Data(text.utf8).base64EncodedString()
    case .base64_url_safe_encode: Data(text.utf8).base64EncodedString().exchanging(["+": "-", "/": "_"])
    case .base64_decode: try decoded(call, text)
    case .base64_url_safe_decode: try decoded(call, text.exchanging(["-": "+", "_": "/"]))
    default: text
    }
  }

  private func decoded(_ call: FilterCall, _ text: String) throws(Scanner.Failure) -> String {
    guard let data = Data(base64Encoded: text), let result = String(data: data, encoding: .utf8) else {
      throw Scanner.Failure(
        kind: .invalidArgument(filter: call.filter.rawValue, expected: "Base64 of UTF-8 text", found: "other text"),
        byte: call.byte)
    }
    return result
  }

  /// Filters that put text in another's place.
  func replaced(
    _ call: FilterCall, _ text: String, _ first: String, _ second: String
  ) throws(Scanner.Failure) -> String {
    switch call.filter {
    case .append: return text + first
    case .prepend: return first + text
    case .remove, .replace: return try replacingAll(call, of: first, with: second, in: text)
    case .remove_first, .replace_first:
      guard let range = text.utf8.firstRange(ofBytesOf: first, from: text.startIndex) else { return text }
      return text[..<range.lowerBound] + second + text[range.upperBound...]
    default:
      guard !first.isEmpty else { return text + second }
      guard let range = text.utf8.lastRange(ofBytesOf: first) else { return text }
      return text[..<range.lowerBound] + second + text[range.upperBound...]
    }
  }

  private func replacingAll(
    _ call: FilterCall, of part: String, with other: String, in text: String
  ) throws(Scanner.Failure) -> String {
    var output = ""
    func check() throws(Scanner.Failure) {
      guard output.utf8.count <= limits.outputBytes else {
        throw Scanner.Failure(kind: .outputTooLarge(limit: limits.outputBytes), byte: call.byte)
      }
    }
    if part.isEmpty {
      // Nothing stands before, between and after all characters.
      output = other
      for scalar in text.unicodeScalars {
        output.unicodeScalars.append(scalar)
        output += other
        try check()
      }
      return output
    }
    var start = text.startIndex
    while let range = text.utf8.firstRange(ofBytesOf: part, from: start) {
      output += text[start..<range.lowerBound]
      output += other
      start = range.upperBound
      try check()
    }
    return output + text[start...]
  }

  /// Filters that take pieces of text.
  func cut(
    _ call: FilterCall, _ text: String, _ first: LiquidValue?, _ second: LiquidValue?
  ) throws(Scanner.Failure) -> LiquidValue {
    switch call.filter {
    case .split: return .array(try split(call, text, by: first?.text ?? ""))
    case .truncate:
      let end = second?.text ?? "..."
      let length = try count(call, first, otherwise: 50)
      // Counted by characters as a reader sees them: half a flag or a letter without its accent helps nobody.
      guard text.count > max(length, 0) else { return .string(text) }
      return .string(text.prefix(max(0, length &- end.count)) + end)
    default:
      let length = max(try count(call, first, otherwise: 15), 1)
      let words = text.words()
      guard words.count > length else { return .string(text) }
      return .string(words.prefix(length).joined(separator: " ") + (second?.text ?? "..."))
    }
  }

  private func count(
    _ call: FilterCall, _ value: LiquidValue?, otherwise: Int
  ) throws(Scanner.Failure) -> Int {
    guard let value else { return otherwise }
    guard let number = value.integer else { throw invalid(call, expected: "a whole number", value) }
    // Far beyond any text, and safe to subtract from.
    return min(max(number, -1_000_000_000_000), 1_000_000_000_000)
  }

  /// `slice: start, length` of text or of an array.
  func slice(
    _ call: FilterCall, _ input: LiquidValue, _ start: LiquidValue?, _ length: LiquidValue?
  ) throws(Scanner.Failure) -> LiquidValue {
    for case .double(let value)? in [start, length] { throw invalid(call, expected: "a whole number", .double(value)) }
    let start = try count(call, start, otherwise: 0)
    let length = try count(call, length == .null ? nil : length, otherwise: 1)
    func bounds(_ count: Int) -> Range<Int> {
      let first = start < 0 ? max(0, count + start) : min(start, count)
      let end = start + length
      let last = start < 0 && end >= 0 ? count : end < 0 ? max(0, count + end) : min(end, count)
      return first..<max(first, last)
    }
    switch input {
    case .array(let items): return .array(Array(items[bounds(items.count)]))
    case .range(let range):
      let bounds = bounds(range.saturatingCount)
      guard bounds.count <= limits.loopIterations else {
        throw Scanner.Failure(kind: .tooManyIterations(limit: limits.loopIterations), byte: call.byte)
      }
      return .array(bounds.map { .int(range.lowerBound + $0) })
    default:
      let text = try text(of: input)
      let bounds = bounds(text.count)
      return .string(String(text.dropFirst(bounds.lowerBound).prefix(bounds.count)))
    }
  }

  /// At a blank: into words; at nothing: into characters.
  private func split(
    _ call: FilterCall, _ text: String, by separator: String
  ) throws(Scanner.Failure) -> [LiquidValue] {
    if separator.isEmpty { return try checked(call, text.map { .string(String($0)) }) }
    if text.isEmpty || text == separator { return [] }
    if separator == " " { return try checked(call, text.words().map { .string(String($0)) }) }
    var parts: [LiquidValue] = []
    var start = text.startIndex
    while let range = text.utf8.firstRange(ofBytesOf: separator, from: start) {
      parts.append(.string(String(text[start..<range.lowerBound])))
      start = range.upperBound
    }
    parts.append(.string(String(text[start...])))
    return try checked(call, parts)
  }
}
