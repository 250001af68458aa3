/// Builds the tree of a template from its pieces.
struct TemplateParser {
  private let source: [UInt8]
  private let pieces: [Piece]
  private let depthLimit: Int
  private var position = 0
  private var depth = 0
  private var loopDepth = 0
  private(set) var usesLanguage = false

  init(source: [UInt8], depthLimit: Int) throws(Scanner.Failure) {
    self.source = source
    self.depthLimit = depthLimit
    pieces = try Scanner.pieces(of: source)
  }

  /// A tag that ends a block or a part of it, left for the block to deal with.
  private struct Terminator {
    let name: String
    let byte: Int
    let expression: Range<Int>
  }

  mutating func parse() throws(Scanner.Failure) -> [Node] {
    let (nodes, terminator) = try nodes(until: [])
    if let terminator { throw misplaced(terminator.name, terminator.byte) }
    return nodes
  }

  private func misplaced(_ name: String, _ byte: Int) -> Scanner.Failure {
    Scanner.Failure(kind: .misplacedTag(name: name), byte: byte)
  }

  /// Nodes up to one of the given tags, which is consumed and returned; nil at the end of the template.
  private mutating func nodes(until ends: Set<String>) throws(Scanner.Failure) -> ([Node], Terminator?) {
    var nodes: [Node] = []
    while position < pieces.count {
      let piece = pieces[position]
      position += 1
      switch piece {
      case .text(let text): nodes.append(.text(text))
      case .output(let range):
        // `{{ }}` prints nothing and is left behind by people who edit: no reason to refuse it.
        guard !range.isEmpty else {
          nodes.append(.output(FilteredExpression(base: .literal(.null), filters: [])))
          continue
        }
        nodes.append(.output(try filtered(in: range)))
      case .tag(let name, let byte, let expression):
        if ends.contains(name) { return (nodes, Terminator(name: name, byte: byte, expression: expression)) }
        nodes.append(try node(ofTag: name, at: byte, expression))
      }
    }
    return (nodes, nil)
  }

  /// The inside of a block, up to one of its tags.
  private mutating func body(
    of tag: String, at byte: Int, until ends: Set<String>
  ) throws(Scanner.Failure) -> ([Node], Terminator) {
    depth += 1
    defer { depth -= 1 }
    guard depth <= depthLimit else {
      throw Scanner.Failure(kind: .nestingTooDeep(limit: depthLimit), byte: byte)
    }
    let (nodes, terminator) = try nodes(until: ends)
    guard let terminator else {
      throw Scanner.Failure(kind: .unterminatedBlock(tag: tag), byte: byte)
    }
    return (nodes, terminator)
  }

  private mutating func node(
    ofTag name: String, at byte: Int, _ range: Range<Int>
  ) throws(Scanner.Failure) -> Node {
    switch name {
    case "assign": return try assign(range)
    case "capture": return try capture(at: byte, range)
    case "if": return try branches(of: name, at: byte, range)
    case "unless": return try branches(of: name, at: byte, range)
    case "case": return try choice(at: byte, range)
    case "for": return try loop(at: byte, range)
    case "cycle": return try cycle(range)
    case "increment": return .increment(try singleName(in: range), by: 1)
    case "decrement": return .increment(try singleName(in: range), by: -1)
    case "echo":
      return .output(range.isEmpty ? .init(base: .literal(.null), filters: []) : try filtered(in: range))
    case "break", "continue":
      guard loopDepth > 0 else { throw misplaced(name, byte) }
      return name == "break" ? .breakLoop : .continueLoop
    case "else", "elsif", "when", "endif", "endunless", "endcase", "endfor", "endcapture", "endraw", "endcomment":
      throw misplaced(name, byte)
    default:
      throw Scanner.Failure(
        kind: .unknownTag(name: name, nearest: nearestName(to: name, among: Self.tags)), byte: byte)
    }
  }

  private static let tags = [
    "assign", "break", "capture", "case", "comment", "continue", "cycle", "decrement", "echo", "else", "elsif",
    "endcapture", "endcase", "endcomment", "endfor", "endif", "endraw", "endunless", "for", "if", "increment", "raw",
    "unless", "when",
  ]

  // MARK: Expressions

  private func parser(_ range: Range<Int>) throws(Scanner.Failure) -> ExpressionParser {
    try ExpressionParser(source: source, range: range, depthLimit: depthLimit)
  }

  private mutating func filtered(in range: Range<Int>) throws(Scanner.Failure) -> FilteredExpression {
    var parser = try parser(range)
    return try filtered(&parser)
  }

  private mutating func filtered(_ parser: inout ExpressionParser) throws(Scanner.Failure) -> FilteredExpression {
    let expression = try parser.filtered()
    usesLanguage = usesLanguage || parser.usesLanguage
    return expression
  }

  private func condition(in range: Range<Int>) throws(Scanner.Failure) -> Expression {
    var parser = try parser(range)
    return try parser.condition()
  }

  private func singleName(in range: Range<Int>) throws(Scanner.Failure) -> String {
    var parser = try parser(range)
    let name = try parser.identifier()
    try parser.expectEnd()
    return name
  }

  // MARK: Tags

  private mutating func assign(_ range: Range<Int>) throws(Scanner.Failure) -> Node {
    var parser = try parser(range)
    let name = try parser.identifier()
    try parser.expect(.assign)
    return .assign(name, try filtered(&parser))
  }

  private mutating func capture(at byte: Int, _ range: Range<Int>) throws(Scanner.Failure) -> Node {
    let name = try singleName(in: range)
    let (nodes, _) = try body(of: "capture", at: byte, until: ["endcapture"])
    return .capture(name, nodes.isBlank ? nodes.withoutText : nodes, at: byte)
  }

  private mutating func branches(
    of tag: String, at byte: Int, _ range: Range<Int>
  ) throws(Scanner.Failure) -> Node {
    var branches: [Branch] = []
    var otherwise: [Node]?
    var condition = try condition(in: range)
    while true {
      let (nodes, terminator) = try body(of: tag, at: byte, until: ["elsif", "else", "end" + tag])
      branches.append(Branch(condition: condition, wanted: branches.isEmpty ? tag == "if" : true, body: nodes))
      if terminator.name == "elsif" {
        condition = try self.condition(in: terminator.expression)
        continue
      }
      if terminator.name == "else" { otherwise = try elseBody(terminator, of: tag, at: byte) }
      break
    }
    // A block that shows nothing but white space shows nothing at all: that keeps templates readable over many lines.
    let isBlank = branches.allSatisfy(\.body.isBlank) && otherwise?.isBlank ?? true
    guard isBlank else { return .branches(branches, otherwise: otherwise) }
    return .branches(
      branches.map { Branch(condition: $0.condition, wanted: $0.wanted, body: $0.body.withoutText) },
      otherwise: otherwise?.withoutText)
  }

  /// What follows `else`, up to the end tag.
  private mutating func elseBody(
    _ terminator: Terminator, of tag: String, at byte: Int
  ) throws(Scanner.Failure) -> [Node] {
    // `{% else if … %}` would otherwise silently be a plain else.
    guard terminator.expression.isEmpty else {
      throw Scanner.Failure(
        kind: .unexpected(
          found: String(decoding: source[terminator.expression], as: UTF8.self),
          expected: "nothing after else (a further condition is written elsif)"),
        byte: terminator.expression.lowerBound)
    }
    return try body(of: tag, at: byte, until: ["end" + tag]).0
  }

  private mutating func choice(at byte: Int, _ range: Range<Int>) throws(Scanner.Failure) -> Node {
    var parser = try parser(range)
    let subject = try parser.primitive()
    try parser.expectEnd()
    // Text between `case` and the first `when` shows nothing.
    let ends: Set<String> = ["when", "else", "endcase"]
    var (before, terminator) = try body(of: "case", at: byte, until: ends)
    before.removeAll { if case .text = $0 { true } else { false } }
    guard before.isEmpty else {
      throw Scanner.Failure(kind: .unexpected(found: "other tags", expected: "{% when … %} after case"), byte: byte)
    }
    var branches: [(values: [Expression], body: [Node])] = []
    while terminator.name != "endcase" {
      let values = terminator.name == "when" ? try whenValues(terminator.expression) : []
      let (nodes, next) = try body(of: "case", at: byte, until: ends)
      branches.append((values, nodes))
      terminator = next
    }
    if branches.allSatisfy(\.body.isBlank) { branches = branches.map { ($0.values, $0.body.withoutText) } }
    return .choice(Choice(subject: subject, branches: branches))
  }

  private func whenValues(_ range: Range<Int>) throws(Scanner.Failure) -> [Expression] {
    var parser = try parser(range)
    var values: [Expression] = []
    repeat { values.append(try parser.primitive()) } while parser.take(.comma) || parser.takeWord("or")
    try parser.expectEnd()
    return values
  }

  private mutating func loop(at byte: Int, _ range: Range<Int>) throws(Scanner.Failure) -> Node {
    var parser = try parser(range)
    let variable = try parser.identifier()
    guard parser.takeWord("in") else { throw parser.unexpected(expected: "in") }
    let start = parser.byte
    let collection = try parser.primitive()
    let name = "\(variable)-\(parser.sourceText(from: start))"
    var limit: Expression?
    var offset = Loop.Offset.none
    var isReversed = false
    while parser.current != .end {
      if parser.take(.comma) { continue }
      if parser.takeWord("reversed") {
        isReversed = true
      } else if parser.takeWord("limit") {
        try parser.expect(.colon)
        limit = try parser.primitive()
      } else if parser.takeWord("offset") {
        try parser.expect(.colon)
        offset = parser.takeWord("continue") ? .resume : .at(try parser.primitive())
      } else {
        throw parser.unexpected(expected: "limit, offset or reversed")
      }
    }
    loopDepth += 1
    var (nodes, terminator) = try body(of: "for", at: byte, until: ["else", "endfor"])
    loopDepth -= 1
    var otherwise: [Node]?
    if terminator.name == "else" { otherwise = try elseBody(terminator, of: "for", at: byte) }
    if nodes.isBlank {
      nodes = nodes.withoutText
    }
    if let nodes = otherwise, nodes.isBlank { otherwise = nodes.withoutText }
    return .loop(
      Loop(
        variable: variable, collection: collection, limit: limit, offset: offset, isReversed: isReversed, body: nodes,
        otherwise: otherwise, name: name, byte: byte))
  }

  private mutating func cycle(_ range: Range<Int>) throws(Scanner.Failure) -> Node {
    var parser = try parser(range)
    var values = [try parser.primitive()]
    var group: Expression?
    if parser.take(.colon) {
      group = values[0]
      values = [try parser.primitive()]
    }
    while parser.take(.comma) { values.append(try parser.primitive()) }
    try parser.expectEnd()
    return .cycle(Cycle(group: group, values: values))
  }
}

extension [Node] {
  /// Nothing but white space and tags that print nothing themselves.
  var isBlank: Bool { allSatisfy(\.isBlank) }

  var withoutText: [Node] {
    filter {
      if case .text = $0 { false } else { true }
    }
  }
}

extension Node {
  fileprivate var isBlank: Bool {
    switch self {
    case .text(let text): text.isOnlySpace
    case .output, .cycle, .increment: false
    case .assign, .capture, .breakLoop, .continueLoop: true
    case .branches(let branches, let otherwise): branches.allSatisfy(\.body.isBlank) && otherwise?.isBlank ?? true
    case .choice(let choice): choice.branches.allSatisfy(\.body.isBlank)
    case .loop(let loop): loop.body.isBlank && loop.otherwise?.isBlank ?? true
    }
  }
}
