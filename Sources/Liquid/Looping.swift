/// A loop that is running: the innermost is the last of its array.
struct RunningLoop: Sendable {
  let variable: String
  let name: String
  let length: Int
  var index = 0
  var item = LiquidValue.null

  init(variable: String, name: String, length: Int) {
    self.variable = variable
    self.name = name
    self.length = length
  }
}

/// `forloop`: where the innermost loop stands.
struct ForLoop: LiquidObject {
  static let members = [
    "first", "index", "index0", "last", "length", "name", "parentloop", "rindex", "rindex0",
  ]

  private let loop: RunningLoop
  private let outer: [RunningLoop]

  init?(outer loops: [RunningLoop]) {
    guard let last = loops.last else { return nil }
    loop = last
    outer = loops.dropLast()
  }

  var memberNames: [String] { Self.members }

  func value(for member: String) -> LiquidValue? {
    switch member {
    case "first": .bool(loop.index == 0)
    case "index": .int(loop.index + 1)
    case "index0": .int(loop.index)
    case "last": .bool(loop.index == loop.length - 1)
    case "length": .int(loop.length)
    case "name": .string(loop.name)
    case "parentloop": ForLoop(outer: outer).map { .object($0) } ?? .null
    case "rindex": .int(loop.length - loop.index)
    case "rindex0": .int(loop.length - loop.index - 1)
    default: nil
    }
  }
}

/// What a loop runs over, without ever unfolding a range.
struct LoopItems {
  private enum Source {
    case items([LiquidValue])
    case range(ClosedRange<Int>)
  }

  private let source: Source
  private var first = 0
  private(set) var count: Int

  /// Arrays and ranges give their items, objects pairs of name and value, text itself once; anything else nothing.
  init(_ value: LiquidValue) {
    switch value {
    case .array(let items):
      source = .items(items)
      count = items.count
    case .range(let range):
      source = .range(range)
      count = range.saturatingCount
    case .object(let object):
      let pairs = object.memberNames.map { object.pair($0) }
      source = .items(pairs)
      count = pairs.count
    case .string(let text) where !text.isEmpty:
      source = .items([value])
      count = 1
    default:
      source = .items([])
      count = 0
    }
  }

  /// Keeps `limit` items from `start` on, and says at which position that stops.
  mutating func select(from start: Int, limit: Int?) -> Int {
    let (sum, overflow) = start.addingReportingOverflow(limit ?? 0)
    let stop = min(limit == nil ? count : overflow ? (start < 0 ? 0 : .max) : max(sum, 0), count)
    first = min(max(start, 0), count)
    count = max(stop - first, 0)
    return max(stop, first)
  }

  subscript(index: Int) -> LiquidValue {
    switch source {
    case .items(let items): items[first + index]
    case .range(let range): .int(range.lowerBound &+ first &+ index)
    }
  }
}
