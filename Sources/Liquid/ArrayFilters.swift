extension Renderer {
  /// Filters for arrays. A single value counts as an array of one, nil as an empty one; arrays inside are flattened.
  mutating func array(
    _ call: FilterCall, _ input: LiquidValue, _ first: LiquidValue?, _ second: LiquidValue?
  ) throws(Scanner.Failure) -> LiquidValue {
    switch call.filter {
    case .size: return .int(input.count)
    // Text has no first and last item.
    case .first: return input.endItem("first")
    case .last: return input.endItem("last")
    default: break
    }
    let items = try items(of: input, call)
    switch call.filter {
    case .join: return .string(try joined(call, items, by: first?.text ?? " "))
    case .reverse: return .array(items.reversed())
    case .concat:
      guard case .array(let others)? = first else { throw invalid(call, expected: "an array", first ?? .null) }
      return .array(try checked(call, items + others))
    case .compact:
      guard let first, first != .null else { return .array(items.filter { $0 != .null }) }
      return .array(items.filter { ($0.member(first.text) ?? .null) != .null })
    case .map:
      var result: [LiquidValue] = []
      for item in items { result.append(try member(first?.text ?? "", of: item, call)) }
      return .array(result)
    case .sum:
      return try sum(call, items, of: first)
    case .uniq:
      return .array(try unique(call, items, by: first))
    case .sort, .sort_natural: return .array(try sorted(call, items, by: first))
    default: return selected(call, items, first, second)
    }
  }

  /// Filters that look for items by a member, and perhaps its value: `where`, `reject`, `find`, `find_index`, `has`.
  private func selected(
    _ call: FilterCall, _ items: [LiquidValue], _ first: LiquidValue?, _ second: LiquidValue?
  ) -> LiquidValue {
    let name = first?.text ?? ""
    func fits(_ item: LiquidValue) -> Bool {
      let found = item.member(name) ?? .null
      guard let second, second != .null else { return found.isTrue }
      return found.equals(second)
    }
    switch call.filter {
    case .where: return .array(items.filter(fits))
    case .reject: return .array(items.filter { !fits($0) })
    case .find: return items.first(where: fits) ?? .null
    case .find_index: return items.firstIndex(where: fits).map { .int($0) } ?? .null
    default: return .bool(items.contains(where: fits))
    }
  }

  private func items(of value: LiquidValue, _ call: FilterCall) throws(Scanner.Failure) -> [LiquidValue] {
    switch value {
    case .array(let items):
      var flat: [LiquidValue] = []
      flatten(items, into: &flat, levels: 5)
      return try checked(call, flat)
    case .range(let range):
      guard range.saturatingCount <= limits.loopIterations else {
        throw Scanner.Failure(kind: .tooManyIterations(limit: limits.loopIterations), byte: call.byte)
      }
      return range.map { .int($0) }
    case .null, .empty, .blank: return []
    default: return [value]
    }
  }

  private func flatten(_ items: [LiquidValue], into flat: inout [LiquidValue], levels: Int) {
    for item in items {
      if case .array(let inner) = item, levels > 0 {
        flatten(inner, into: &flat, levels: levels - 1)
      } else {
        flat.append(item)
      }
    }
  }

  /// An array that nobody may loop over is no use, and a danger.
  func checked(_ call: FilterCall, _ items: [LiquidValue]) throws(Scanner.Failure) -> [LiquidValue] {
    guard items.count <= limits.loopIterations else {
      throw Scanner.Failure(kind: .tooManyIterations(limit: limits.loopIterations), byte: call.byte)
    }
    return items
  }

  private func member(_ name: String, of item: LiquidValue, _ call: FilterCall) throws(Scanner.Failure) -> LiquidValue {
    switch item {
    case .object, .string, .null: item.member(name) ?? .null
    default: throw invalid(call, expected: "an array of objects", item)
    }
  }

  private func joined(
    _ call: FilterCall, _ items: [LiquidValue], by separator: String
  ) throws(Scanner.Failure) -> String {
    var output = ""
    for (index, item) in items.enumerated() {
      if index > 0 { output += separator }
      output += item.text
      guard output.utf8.count <= limits.outputBytes else {
        throw Scanner.Failure(kind: .outputTooLarge(limit: limits.outputBytes), byte: call.byte)
      }
    }
    return output
  }

  private func sum(
    _ call: FilterCall, _ items: [LiquidValue], of name: LiquidValue?
  ) throws(Scanner.Failure) -> LiquidValue {
    let plus = FilterCall(
      filter: .plus, arguments: [], allowFalse: nil, dateFormat: nil, zone: nil, byte: call.byte)
    var total = LiquidValue.int(0)
    for item in items {
      let value = name.flatMap { $0 == .null ? nil : $0 }.map { item.member($0.text) ?? .null } ?? item
      total = try number(plus, total, value)
    }
    return total
  }

  private mutating func unique(
    _ call: FilterCall, _ items: [LiquidValue], by name: LiquidValue?
  ) throws(Scanner.Failure) -> [LiquidValue] {
    var keys: [LiquidValue] = []
    var result: [LiquidValue] = []
    for item in items {
      let key = name.map { item.member($0.text) ?? .null } ?? item
      // Each is held against all before it.
      try spend(keys.count, at: call.byte)
      guard !keys.contains(where: { $0.equals(key) }) else { continue }
      keys.append(key)
      result.append(item)
    }
    return result
  }

  /// In ascending order; what has no value to sort by comes last.
  private mutating func sorted(
    _ call: FilterCall, _ items: [LiquidValue], by name: LiquidValue?
  ) throws(Scanner.Failure) -> [LiquidValue] {
    var keyed: [(key: LiquidValue, item: LiquidValue)] = []
    for item in items {
      let key = name.flatMap { $0 == .null ? nil : $0 }.map { item.member($0.text) ?? .null } ?? item
      try spend(key.weight, at: call.byte)
      keyed.append((call.filter == .sort || key == .null ? key : .string(key.text.lowercased()), item))
    }
    let keys = keyed.map(\.key).filter { $0 != .null }
    // One look at neighbours is enough to find kinds that have no order between them.
    for (left, right) in zip(keys, keys.dropFirst()) where left.isLess(than: right) == nil {
      throw invalid(call, expected: "values of one kind", right)
    }
    let order = keyed.indices.sorted { left, right in
      switch (keyed[left].key, keyed[right].key) {
      case (.null, .null): left < right
      case (.null, _): false
      case (_, .null): true
      case (let leftKey, let rightKey):
        // Equal keys keep their order.
        leftKey.isLess(than: rightKey) == true || (rightKey.isLess(than: leftKey) != true && left < right)
      }
    }
    return order.map { keyed[$0].item }
  }
}

extension LiquidValue {
  /// How many items or characters; 0 for what has none.
  fileprivate var count: Int {
    switch self {
    case .string(let text): text.count
    case .array(let items): items.count
    case .object(let object): object.memberNames.count
    case .range(let range): range.saturatingCount
    default: 0
    }
  }

  fileprivate func endItem(_ name: String) -> LiquidValue {
    switch self {
    case .array, .range: member(name) ?? .null
    case .object(let object) where name == "first": object.memberNames.first.map { object.pair($0) } ?? .null
    default: .null
    }
  }
}
