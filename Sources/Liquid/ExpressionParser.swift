/// Reads the inside of one tag or output.
struct ExpressionParser {
  private let lexemes: [(lexeme: Lexeme, byte: Int)]
  private let source: [UInt8]
  private let depthLimit: Int
  private var position = 0
  private var depth = 0
  /// Whether a filter was met whose result depends on the language.
  private(set) var usesLanguage = false

  init(source: [UInt8], range: Range<Int>, depthLimit: Int) throws(Scanner.Failure) {
    self.source = source
    self.depthLimit = depthLimit
    lexemes = try Liquid.lexemes(of: source, in: range)
  }

  // MARK: Lexemes

  var current: Lexeme { lexemes[position].lexeme }
  var next: Lexeme { lexemes[min(position + 1, lexemes.count - 1)].lexeme }
  var byte: Int { lexemes[position].byte }

  mutating func advance() {
    if position < lexemes.count - 1 { position += 1 }
  }

  mutating func take(_ lexeme: Lexeme) -> Bool {
    guard current == lexeme else { return false }
    advance()
    return true
  }

  mutating func takeWord(_ word: String) -> Bool { take(.word(word)) }

  mutating func expect(_ lexeme: Lexeme) throws(Scanner.Failure) {
    guard take(lexeme) else { throw unexpected(expected: lexeme.name) }
  }

  func expectEnd() throws(Scanner.Failure) {
    guard current == .end else { throw unexpected(expected: "the end of the tag") }
  }

  func unexpected(expected: String) -> Scanner.Failure {
    Scanner.Failure(kind: .unexpected(found: current.name, expected: expected), byte: byte)
  }

  private mutating func enter() throws(Scanner.Failure) {
    depth += 1
    guard depth <= depthLimit else {
      throw Scanner.Failure(kind: .nestingTooDeep(limit: depthLimit), byte: byte)
    }
  }

  // MARK: Values and paths

  /// A variable name to be set: one word.
  mutating func identifier() throws(Scanner.Failure) -> String {
    switch current {
    case .word(let word) where !word.hasSuffix("?"):
      advance()
      return word
    case .string(let text):
      advance()
      return text
    default: throw unexpected(expected: "a name")
    }
  }

  mutating func primitive() throws(Scanner.Failure) -> Expression {
    let byte = byte
    switch current {
    case .int(let value):
      advance()
      return .literal(.int(value))
    case .double(let value):
      advance()
      return .literal(.double(value))
    case .string(let text):
      advance()
      return .literal(.string(text))
    case .leftParenthesis: return try range()
    case .leftBracket:
      return try path(root: bracket(), byte: byte)
    case .word(let word):
      advance()
      if let constant = Self.constant(word) { return .literal(constant) }
      return try path(root: .name(word), byte: byte)
    default: throw unexpected(expected: "a name or a value")
    }
  }

  private static func constant(_ word: String) -> LiquidValue? {
    switch word {
    case "true": .bool(true)
    case "false": .bool(false)
    case "nil", "null": .null
    case "empty": .empty
    case "blank": .blank
    default: nil
    }
  }

  private mutating func range() throws(Scanner.Failure) -> Expression {
    try enter()
    defer { depth -= 1 }
    try expect(.leftParenthesis)
    let lower = try primitive()
    try expect(.doubleDot)
    let upper = try primitive()
    try expect(.rightParenthesis)
    return .range(lower, upper)
  }

  private mutating func path(root: Path.Segment, byte: Int) throws(Scanner.Failure) -> Expression {
    var segments: [Path.Segment] = []
    while true {
      if take(.dot) {
        guard case .word(let word) = current else { throw unexpected(expected: "a name after the dot") }
        advance()
        segments.append(.name(word))
      } else if current == .leftBracket {
        segments.append(try bracket())
      } else {
        break
      }
    }
    if case .name(let name) = root {
      if segments.isEmpty { return .variable(name, at: byte) }
      if segments.count == 1, case .name(let member) = segments[0] { return .member(name, member, at: byte) }
    }
    return .path(Path(root: root, segments: segments, byte: byte))
  }

  private mutating func bracket() throws(Scanner.Failure) -> Path.Segment {
    try enter()
    defer { depth -= 1 }
    try expect(.leftBracket)
    let inside = try primitive()
    try expect(.rightBracket)
    switch inside {
    case .literal(.string(let name)): return .name(name)
    case .literal(.int(let index)): return .index(index)
    default: return .dynamic(inside)
    }
  }

  // MARK: Conditions

  /// Comparisons joined by `and` and `or`, up to the end of the tag.
  mutating func condition() throws(Scanner.Failure) -> Expression {
    var terms = [try comparison()]
    var operators: [LogicalOperator] = []
    while true {
      if takeWord("and") {
        operators.append(.and)
      } else if takeWord("or") {
        operators.append(.or)
      } else {
        break
      }
      terms.append(try comparison())
    }
    try expectEnd()
    return operators.isEmpty ? terms[0] : .logical(terms, operators)
  }

  /// Comparisons of the same rank group to the right; `contains` binds more tightly than the others.
  private mutating func comparison(atLeast precedence: Int = 0) throws(Scanner.Failure) -> Expression {
    try enter()
    defer { depth -= 1 }
    var left = try primitive()
    while let comparison = comparisonOperator, comparison.precedence >= precedence {
      let byte = byte
      advance()
      left = .comparison(left, comparison, try self.comparison(atLeast: comparison.precedence), at: byte)
    }
    return left
  }

  private var comparisonOperator: Comparison? {
    switch current {
    case .comparison(let comparison): comparison
    case .word("contains"): .contains
    default: nil
    }
  }

  // MARK: Filters

  /// A value and the filters behind it, up to the end of the tag or output.
  mutating func filtered() throws(Scanner.Failure) -> FilteredExpression {
    let base = try primitive()
    var filters: [FilterCall] = []
    while take(.pipe) { filters.append(try filter()) }
    guard current == .end else { throw unexpected(expected: filters.isEmpty ? "| and a filter" : "| or ,") }
    return FilteredExpression(base: base, filters: filters)
  }

  private mutating func filter() throws(Scanner.Failure) -> FilterCall {
    let byte = byte
    guard case .word(let name) = current else { throw unexpected(expected: "the name of a filter") }
    guard let filter = Filter(rawValue: name) else {
      let nearest = nearestName(to: name, among: Filter.allCases.map(\.rawValue))
      throw Scanner.Failure(kind: .unknownFilter(name: name, nearest: nearest), byte: byte)
    }
    advance()
    var arguments: [Expression] = []
    var allowFalse: Expression?
    if take(.colon) {
      repeat {
        if case .word(let argument) = current, next == .colon {
          guard filter == .default, argument == "allow_false" else {
            throw Scanner.Failure(kind: .wrongArguments(filter: name, expected: filter.takes), byte: self.byte)
          }
          advance()
          advance()
          allowFalse = try primitive()
        } else {
          arguments.append(try primitive())
        }
      } while take(.comma)
    }
    guard filter.argumentCount.contains(arguments.count) else {
      throw Scanner.Failure(kind: .wrongArguments(filter: name, expected: filter.takes), byte: byte)
    }
    return try prepared(filter, arguments, allowFalse, byte: byte)
  }

  /// Does at load time what `date` would otherwise do for every ticket, and finds its mistakes.
  private mutating func prepared(
    _ filter: Filter, _ arguments: [Expression], _ allowFalse: Expression?, byte: Int
  ) throws(Scanner.Failure) -> FilterCall {
    var format: DateFormat?
    var zone: NamedZone?
    switch filter {
    case .money, .translate, .t: usesLanguage = true
    case .date:
      if case .literal(.string(let text)) = arguments[0] { format = DateFormat(text) }
      usesLanguage = usesLanguage || format?.usesLanguage ?? true
      if arguments.count > 1, case .literal(.string(let name)) = arguments[1] {
        zone = NamedZone(name)
        guard zone != nil else { throw Scanner.Failure(kind: .unknownTimeZone(name), byte: byte) }
      }
    default: break
    }
    return FilterCall(
      filter: filter, arguments: arguments, allowFalse: allowFalse, dateFormat: format, zone: zone, byte: byte)
  }

  /// The source between a byte and the current lexeme, without the white space at its end.
  func sourceText(from start: Int) -> String {
    String(decoding: source[start..<max(start, byte)], as: UTF8.self).withoutSpaceAtEnd()
  }
}
