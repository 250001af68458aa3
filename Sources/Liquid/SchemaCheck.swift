/// Walks a template in the order of its execution and holds every name against the schema and the variables that the
/// template itself has set by then.
struct SchemaCheck {
  typealias Shape = LiquidSchema.Node

  private let schema: LiquidSchema
  /// `assign`, `capture`, `increment`, `decrement`.
  private var locals: [String: Shape] = [:]
  private var loops: [(variable: String, item: Shape)] = []
  /// In branches and loops an assignment may or may not have happened.
  private var uncertainty = 0

  static func check(_ nodes: [Node], against schema: LiquidSchema) throws(Scanner.Failure) {
    var check = SchemaCheck(schema: schema)
    try check.check(nodes)
  }

  private init(schema: LiquidSchema) { self.schema = schema }

  private mutating func check(_ nodes: [Node]) throws(Scanner.Failure) {
    for node in nodes {
      switch node {
      case .text, .breakLoop, .continueLoop: break
      case .output(let expression): _ = try shape(of: expression)
      case .assign(let name, let expression): set(name, try shape(of: expression))
      case .capture(let name, let body, _):
        try check(body)
        set(name, .value)
      case .increment(let name, _):
        // A counter only shows where no variable has its name.
        if known(name) == nil { set(name, .value) }
      case .cycle(let cycle): for value in cycle.values + (cycle.group.map { [$0] } ?? []) { _ = try shape(of: value) }
      case .branches(let branches, let otherwise):
        uncertainty += 1
        for branch in branches {
          _ = try shape(of: branch.condition)
          try check(branch.body)
        }
        try check(otherwise ?? [])
        uncertainty -= 1
      case .choice(let choice):
        _ = try shape(of: choice.subject)
        uncertainty += 1
        for (values, body) in choice.branches {
          for value in values { _ = try shape(of: value) }
          try check(body)
        }
        uncertainty -= 1
      case .loop(let loop): try check(loop)
      }
    }
  }

  private mutating func check(_ loop: Loop) throws(Scanner.Failure) {
    let item = try shape(of: loop.collection).item
    if let limit = loop.limit { _ = try shape(of: limit) }
    if case .at(let offset) = loop.offset { _ = try shape(of: offset) }
    uncertainty += 1
    // What a turn of the loop sets, the next turn can read from its beginning.
    for name in loop.body.assignedNames where locals[name] == nil { locals[name] = .open }
    loops.append((loop.variable, item))
    try check(loop.body)
    loops.removeLast()
    try check(loop.otherwise ?? [])
    uncertainty -= 1
  }

  private mutating func set(_ name: String, _ shape: Shape) {
    // Set twice to different things, once of it perhaps not: nothing is known.
    if uncertainty > 0, let before = known(name), before != shape {
      locals[name] = .open
    } else {
      locals[name] = shape
    }
  }

  private func known(_ name: String) -> Shape? {
    for loop in loops.reversed() where loop.variable == name { return loop.item }
    if !loops.isEmpty, name == "forloop" { return Self.forLoop(nested: loops.count > 1) }
    return locals[name] ?? schema.variables[name]
  }

  private static func forLoop(nested: Bool) -> Shape {
    var members = Dictionary(uniqueKeysWithValues: ForLoop.members.map { ($0, Shape.value) })
    if nested { members["parentloop"] = .open }
    return .object(members)
  }

  // MARK: Expressions

  private func shape(of expression: FilteredExpression) throws(Scanner.Failure) -> Shape {
    var shape = try shape(of: expression.base)
    for call in expression.filters {
      for argument in call.arguments { _ = try self.shape(of: argument) }
      if let allowFalse = call.allowFalse { _ = try self.shape(of: allowFalse) }
      shape = Self.shape(of: shape, after: call.filter)
    }
    return shape
  }

  private static func shape(of shape: Shape, after filter: Filter) -> Shape {
    switch filter {
    case .first, .last, .find: shape.item
    case .where, .reject, .sort, .sort_natural, .reverse, .uniq, .compact: .list(of: shape.item)
    case .split: .list(of: .value)
    case .concat, .default, .map, .slice: .open
    default: .value
    }
  }

  private func shape(of expression: Expression) throws(Scanner.Failure) -> Shape {
    switch expression {
    case .literal(.null): return .open
    case .literal: return .value
    case .variable(let name, let byte): return try shape(root: name, [], byte)
    case .member(let name, let member, let byte): return try shape(root: name, [.name(member)], byte)
    case .path(let path):
      for case .dynamic(let inner) in [path.root] + path.segments { _ = try shape(of: inner) }
      guard case .name(let name) = path.root else { return .open }
      return try shape(root: name, path.segments, path.byte)
    case .range(let lower, let upper):
      _ = try shape(of: lower)
      _ = try shape(of: upper)
      return .list(of: .value)
    case .comparison(let left, _, let right, _):
      _ = try shape(of: left)
      _ = try shape(of: right)
      return .value
    case .logical(let terms, _):
      for term in terms { _ = try shape(of: term) }
      return .value
    }
  }

  private func shape(root: String, _ segments: [Path.Segment], _ byte: Int) throws(Scanner.Failure) -> Shape {
    guard let shape = known(root) else { throw unknown(root, segments, byte) }
    switch shape.walk(segments[...]) {
    case .end(let shape): return shape
    case .stuck(let position, let members): throw unknown(root, segments, at: position, among: members, byte)
    }
  }

  // MARK: Nearest names

  /// The error for a first name that nobody knows.
  private func unknown(_ root: String, _ segments: [Path.Segment], _ byte: Int) -> Scanner.Failure {
    let candidates = Set(schema.variables.keys).union(locals.keys).union(loops.map(\.variable))
    var nearest = nearestName(to: root, among: candidates)
    if let found = nearest, case .end? = known(found)?.walk(segments[...]) {
      nearest = found + segments.text
    } else if nearest == nil, segments.isEmpty {
      nearest = memberCalled(root)
    }
    return Scanner.Failure(kind: .unknownVariable(path: root + segments.text, nearest: nearest), byte: byte)
  }

  /// The error for a member that does not exist. What is suggested is the whole path, mended at that one position.
  private func unknown(
    _ root: String, _ segments: [Path.Segment], at position: Int, among members: [String: Shape], _ byte: Int
  ) -> Scanner.Failure {
    var nearest: String?
    if case .name(let name) = segments[position], let found = nearestName(to: name, among: members.keys) {
      var mended = segments
      mended[position] = .name(found)
      let isWhole = if case .end? = members[found]?.walk(mended[(position + 1)...]) { true } else { false }
      nearest = root + (isWhole ? mended : Array(mended[...position])).text
    }
    return Scanner.Failure(kind: .unknownVariable(path: root + segments.text, nearest: nearest), byte: byte)
  }

  /// `row` was written for `seat.row`.
  private func memberCalled(_ name: String) -> String? {
    for (variable, shape) in schema.variables.sorted(by: { $0.key < $1.key }) {
      if case .object(let members) = shape, members[name] != nil { return "\(variable).\(name)" }
    }
    return nil
  }
}

extension [Path.Segment] {
  /// As a path is written: `[0].row`.
  fileprivate var text: String {
    reduce(into: "") { text, segment in
      switch segment {
      case .name(let name): text += "." + name
      case .index(let index): text += "[\(index)]"
      case .dynamic: text += "[…]"
      }
    }
  }
}

extension LiquidSchema.Node {
  fileprivate enum Walk {
    case end(LiquidSchema.Node)
    /// No such member; those that there are.
    case stuck(at: Int, members: [String: LiquidSchema.Node])
  }

  /// Follows a path down from here.
  fileprivate func walk(_ segments: ArraySlice<Path.Segment>) -> Walk {
    var shape = self
    for position in segments.indices {
      switch (shape, segments[position]) {
      case (.object(let members), .name(let name)):
        if let member = members[name] {
          shape = member
        } else if name == "size" || name == "first" {
          return .end(.open)
        } else {
          return .stuck(at: position, members: members)
        }
      case (.list(let item), .name("first")), (.list(let item), .name("last")): shape = item
      case (.list, .name("size")), (.value, .name("size")), (.value, .name("first")), (.value, .name("last")):
        shape = .value
      case (.list, .name), (.value, .name): return .stuck(at: position, members: [:])
      case (.list(let item), _): shape = item
      case (.open, _), (.object, _), (.value, _): return .end(.open)
      }
    }
    return .end(shape)
  }

  /// What a loop over it hands out.
  fileprivate var item: Self {
    switch self {
    case .open, .object: .open
    case .value: .value
    case .list(let item): item
    }
  }
}

extension [Node] {
  /// Every name that is set somewhere inside.
  fileprivate var assignedNames: Set<String> {
    var names: Set<String> = []
    for node in self {
      switch node {
      case .assign(let name, _), .increment(let name, _): names.insert(name)
      case .capture(let name, let body, _): names.formUnion(body.assignedNames.union([name]))
      case .branches(let branches, let otherwise):
        for branch in branches { names.formUnion(branch.body.assignedNames) }
        names.formUnion(otherwise?.assignedNames ?? [])
      case .choice(let choice): for branch in choice.branches { names.formUnion(branch.body.assignedNames) }
      case .loop(let loop): names.formUnion(loop.body.assignedNames.union(loop.otherwise?.assignedNames ?? []))
      default: break
      }
    }
    return names
  }
}
