import ZonedTime

extension LiquidValue {
  /// `==` of a template: numbers of either kind by value, `empty` and `blank` by what they mean.
  func equals(_ other: LiquidValue) -> Bool {
    switch (self, other) {
    case (.empty, .blank), (.blank, .empty): false
    case (.empty, .empty), (.blank, .blank): true
    case (.empty, _): other.isEmpty
    case (_, .empty): isEmpty
    case (.blank, _): other.isBlank
    case (_, .blank): isBlank
    case (.int(let left), .double(let right)): Double(left) == right
    case (.double(let left), .int(let right)): left == Double(right)
    case (.date(let left), .date(let right)): left.epochMilliseconds == right.epochMilliseconds
    case (.date(let left), .string(let right)):
      left.epochMilliseconds == ZonedDateTime(iso8601: right)?.epochMilliseconds
    case (.string(let left), .date(let right)):
      ZonedDateTime(iso8601: left)?.epochMilliseconds == right.epochMilliseconds
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
    default: self == other
    }
  }

  /// A string, array or object with nothing in it. Nil is not empty, it is nothing.
  var isEmpty: Bool {
    switch self {
    case .string(let text): text.isEmpty
    case .array(let items): items.isEmpty
    case .object(let object): object.memberNames.isEmpty && object.liquidText.isEmpty
    default: false
    }
  }

  var isBlank: Bool {
    switch self {
    case .null, .bool(false): true
    case .string(let text): text.isOnlySpace
    default: isEmpty
    }
  }

  /// Whether it comes before the other; nil where there is no order.
  func isLess(than other: LiquidValue) -> Bool? {
    switch (self, other) {
    case (.int(let left), .int(let right)): left < right
    case (.int(let left), .double(let right)): Double(left) < right
    case (.double(let left), .int(let right)): left < Double(right)
    case (.double(let left), .double(let right)): left < right
    // By code points: the bytes of UTF-8 are in the same order.
    case (.string(let left), .string(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.date(let left), .date(let right)): left < right
    case (.date(let left), .string(let right)): ZonedDateTime(iso8601: right).map { left < $0 }
    case (.string(let left), .date(let right)): ZonedDateTime(iso8601: left).map { $0 < right }
    default: nil
    }
  }

  /// `contains`: text in text, an item in an array, a member of an object. Nothing contains nil or false.
  func contains(_ other: LiquidValue) -> Bool {
    guard isTrue, other.isTrue else { return false }
    switch self {
    case .string(let text):
      switch other {
      case .array, .object, .range: return false
      default: return text.utf8.contains(bytesOf: other.text)
      }
    case .array(let items): return items.contains { $0.equals(other) }
    case .object(let object):
      if case .string(let name) = other { return object.value(for: name) != nil }
      return false
    case .range(let range):
      if case .int(let number) = other { return range.contains(number) }
      return false
    default: return false
    }
  }
}

extension String.UTF8View {
  /// Whether the bytes of `part` stand somewhere in these.
  func contains(bytesOf part: String) -> Bool { firstRange(ofBytesOf: part, from: startIndex) != nil }

  /// The next place of `part`, compared byte by byte: exact, and safe for text that is not normalised.
  func firstRange(ofBytesOf part: String, from start: Index) -> Range<Index>? {
    let part = part.utf8
    guard let first = part.first else { return start..<start }
    var index = start
    while let candidate = self[index...].firstIndex(of: first) {
      var end = candidate
      var matches = true
      for byte in part {
        guard end < endIndex, self[end] == byte else {
          matches = false
          break
        }
        formIndex(after: &end)
      }
      if matches { return candidate..<end }
      // The rest is shorter than what is looked for.
      if end == endIndex { return nil }
      index = self.index(after: candidate)
    }
    return nil
  }

  /// The last place of `part`.
  func lastRange(ofBytesOf part: String) -> Range<Index>? {
    var result: Range<Index>?
    var start = startIndex
    while let next = firstRange(ofBytesOf: part, from: start) {
      result = next
      guard next.lowerBound < endIndex else { break }
      start = index(after: next.lowerBound)
    }
    return result
  }
}
