/// One rendering: the context and everything that tags change.
struct Renderer {
  let context: LiquidContext
  let limits: LiquidLimits
  private var variables: [String: LiquidValue] = [:]
  private var counters: [String: Int] = [:]
  private var cycles: [String: Int] = [:]
  /// Where loops stopped, for `offset: continue`.
  private var stops: [String: Int] = [:]
  private var loops: [RunningLoop] = []
  private var iterations = 0
  private var work = 0

  init(context: LiquidContext, limits: LiquidLimits) {
    self.context = context
    self.limits = limits
  }

  enum Flow { case onward, breaking, continuing }

  mutating func render(_ nodes: [Node], into output: inout String) throws(Scanner.Failure) -> Flow {
    for node in nodes {
      switch node {
      case .text(let text): try append(text, to: &output, at: 0)
      case .output(let expression):
        let value = try value(of: expression)
        if case .string(let text) = value {
          try append(text, to: &output, at: 0)
        } else {
          try append(text(of: value), to: &output, at: 0)
        }
      case .assign(let name, let expression): variables[name] = try value(of: expression)
      case .capture(let name, let body, _):
        var captured = ""
        let flow = try render(body, into: &captured)
        try spend(captured.utf8.count, at: 0)
        variables[name] = .string(captured)
        guard flow == .onward else { return flow }
      case .branches(let branches, let otherwise):
        let flow = try render(branches, otherwise: otherwise, into: &output)
        guard flow == .onward else { return flow }
      case .choice(let choice):
        let flow = try render(choice, into: &output)
        guard flow == .onward else { return flow }
      case .loop(let loop): try render(loop, into: &output)
      case .cycle(let cycle): try render(cycle, into: &output)
      case .increment(let name, let step):
        let old = counters[name, default: 0]
        let new = old &+ step
        counters[name] = new
        try append(String(step > 0 ? old : new), to: &output, at: 0)
      case .breakLoop: return .breaking
      case .continueLoop: return .continuing
      }
    }
    return .onward
  }

  private func append(_ text: String, to output: inout String, at byte: Int) throws(Scanner.Failure) {
    guard text.utf8.count <= limits.outputBytes &- output.utf8.count else {
      throw Scanner.Failure(kind: .outputTooLarge(limit: limits.outputBytes), byte: byte)
    }
    output += text
  }

  /// Counts the bytes that filters and comparisons go over. Without it, short loops over long texts take hours.
  mutating func spend(_ bytes: Int, at byte: Int) throws(Scanner.Failure) {
    work &+= bytes
    guard work <= limits.workBytes else {
      throw Scanner.Failure(kind: .tooMuchText(limit: limits.workBytes), byte: byte)
    }
  }

  /// Text of a value; arrays may be large, so their text is made with an eye on the limit.
  func text(of value: LiquidValue) throws(Scanner.Failure) -> String {
    guard case .array(let items) = value else { return value.text }
    var output = ""
    for item in items { try append(text(of: item), to: &output, at: 0) }
    return output
  }

  // MARK: Tags

  private mutating func render(
    _ branches: [Branch], otherwise: [Node]?, into output: inout String
  ) throws(Scanner.Failure) -> Flow {
    for branch in branches where try value(of: branch.condition).isTrue == branch.wanted {
      return try render(branch.body, into: &output)
    }
    guard let otherwise else { return .onward }
    return try render(otherwise, into: &output)
  }

  private mutating func render(_ choice: Choice, into output: inout String) throws(Scanner.Failure) -> Flow {
    let subject = try value(of: choice.subject)
    var hasMatched = false
    for (values, body) in choice.branches {
      if values.isEmpty {
        guard !hasMatched else { continue }
        let flow = try render(body, into: &output)
        guard flow == .onward else { return flow }
      }
      for candidate in values where try value(of: candidate).equals(subject) {
        hasMatched = true
        let flow = try render(body, into: &output)
        guard flow == .onward else { return flow }
      }
    }
    return .onward
  }

  private mutating func render(_ cycle: Cycle, into output: inout String) throws(Scanner.Failure) {
    var values: [LiquidValue] = []
    for expression in cycle.values { values.append(try value(of: expression)) }
    // Without a name, cycles of the same values share their turn.
    let key: String
    if let group = cycle.group {
      key = "name " + (try text(of: try value(of: group)))
    } else {
      key = try text(of: .array(values.flatMap { [.string($0.kindName), $0, ","] }))
    }
    let turn = cycles[key, default: 0]
    cycles[key] = (turn + 1) % values.count
    if turn < values.count { try append(text(of: values[turn]), to: &output, at: 0) }
  }

  private mutating func render(_ loop: Loop, into output: inout String) throws(Scanner.Failure) {
    var items = LoopItems(try value(of: loop.collection))
    let limit = try integer(loop.limit, at: loop.byte)
    let start: Int
    switch loop.offset {
    case .none: start = 0
    case .resume: start = stops[loop.name, default: 0]
    case .at(let expression): start = try integer(expression, at: loop.byte) ?? 0
    }
    let stop = items.select(from: start, limit: limit)
    stops[loop.name] = stop
    guard items.count > 0 else {
      if let otherwise = loop.otherwise { _ = try render(otherwise, into: &output) }
      return
    }
    loops.append(RunningLoop(variable: loop.variable, name: loop.name, length: items.count))
    defer { loops.removeLast() }
    for index in 0..<items.count {
      iterations &+= 1
      guard iterations <= limits.loopIterations else {
        throw Scanner.Failure(kind: .tooManyIterations(limit: limits.loopIterations), byte: loop.byte)
      }
      loops[loops.count - 1].index = index
      loops[loops.count - 1].item = items[loop.isReversed ? items.count - 1 - index : index]
      if try render(loop.body, into: &output) == .breaking { break }
    }
  }

  /// A whole number for `limit` and `offset`; nil stays nil.
  private mutating func integer(_ expression: Expression?, at byte: Int) throws(Scanner.Failure) -> Int? {
    guard let expression else { return nil }
    let value = try value(of: expression)
    if case .null = value { return nil }
    guard let number = value.integer else {
      throw Scanner.Failure(
        kind: .invalidArgument(filter: "for", expected: "a whole number", found: value.kindName), byte: byte)
    }
    return number
  }

  // MARK: Values

  mutating func value(of expression: FilteredExpression) throws(Scanner.Failure) -> LiquidValue {
    var value = try value(of: expression.base)
    for call in expression.filters { value = try apply(call, to: value) }
    return value
  }

  mutating func value(of expression: Expression) throws(Scanner.Failure) -> LiquidValue {
    switch expression {
    case .literal(let value): return value
    case .variable(let name, _): return variable(name) ?? .null
    case .member(let name, let member, _):
      if let local = local(name) { return local.member(member) ?? .null }
      if let value = context.root.value(for: name, member) { return value }
      guard !counters.isEmpty, context.root.value(for: name) == nil else { return .null }
      return counters[name].flatMap { LiquidValue.int($0).member(member) } ?? .null
    case .path(let path): return try value(at: path)
    case .range(let lower, let upper):
      let lower = try value(of: lower).integer ?? 0
      let upper = try value(of: upper).integer ?? 0
      return lower <= upper ? .range(lower...upper) : .array([])
    case .comparison(let left, let comparison, let right, let byte):
      let left = try value(of: left)
      try spend(left.weight, at: byte)
      return .bool(try compare(left, comparison, try value(of: right), at: byte))
    case .logical(let terms, let operators):
      // a and (b or c): the left term decides, or else the rest does.
      for (term, combination) in zip(terms, operators) {
        let isTrue = try value(of: term).isTrue
        if isTrue == (combination == .or) { return .bool(isTrue) }
      }
      return .bool(try value(of: terms[terms.count - 1]).isTrue)
    }
  }

  private func compare(
    _ left: LiquidValue, _ comparison: Comparison, _ right: LiquidValue, at byte: Int
  ) throws(Scanner.Failure) -> Bool {
    switch comparison {
    case .equal: return left.equals(right)
    case .notEqual: return !left.equals(right)
    case .contains: return left.contains(right)
    case .less, .greater:
      if case .null = left { return false }
      if case .null = right { return false }
      guard let result = comparison == .less ? left.isLess(than: right) : right.isLess(than: left) else {
        throw Scanner.Failure(kind: .incomparable(left: left.kindName, right: right.kindName), byte: byte)
      }
      return result
    case .lessOrEqual, .greaterOrEqual:
      let (low, high) = comparison == .lessOrEqual ? (left, right) : (right, left)
      switch (low, high) {
      case (.null, _), (_, .null), (.bool, _), (_, .bool): return false
      default: return low.isLess(than: high) ?? false || low.equals(high)
      }
    }
  }

  private func local(_ name: String) -> LiquidValue? {
    for loop in loops.reversed() where loop.variable == name { return loop.item }
    if !loops.isEmpty, name == "forloop" { return ForLoop(outer: loops).map { .object($0) } }
    return variables.isEmpty ? nil : variables[name]
  }

  private func variable(_ name: String) -> LiquidValue? {
    local(name) ?? context.root.value(for: name) ?? counters[name].map { .int($0) }
  }

  private mutating func value(at path: Path) throws(Scanner.Failure) -> LiquidValue {
    var result: LiquidValue
    switch path.root {
    case .name(let name): result = variable(name) ?? .null
    case .dynamic(let expression):
      guard case .string(let name) = try value(of: expression) else { return .null }
      result = variable(name) ?? .null
    case .index: return .null
    }
    for segment in path.segments {
      let next: LiquidValue?
      switch segment {
      case .name(let name): next = result.member(name)
      case .index(let index): next = result.element(at: index)
      case .dynamic(let expression):
        switch try value(of: expression) {
        case .string(let name): next = result.member(name)
        case .int(let index): next = result.element(at: index)
        default: next = nil
        }
      }
      guard let next else { return .null }
      result = next
    }
    return result
  }
}
