/// What stands between two pieces of text, or the text itself.
enum Node: Sendable {
  case text(String)
  case output(FilteredExpression)
  case assign(String, FilteredExpression)
  case capture(String, [Node], at: Int)
  /// `if`, `unless`, `elsif`: the first branch whose condition holds.
  case branches([Branch], otherwise: [Node]?)
  case choice(Choice)
  case loop(Loop)
  case cycle(Cycle)
  case increment(String, by: Int)
  case breakLoop
  case continueLoop
}

struct Branch: Sendable {
  let condition: Expression
  /// The result of the condition for which the branch is taken: false for `unless`.
  let wanted: Bool
  let body: [Node]
}

/// `case`: every `when` that fits is rendered, `else` when none before it did.
final class Choice: Sendable {
  let subject: Expression
  /// An empty list of values is `else`.
  let branches: [(values: [Expression], body: [Node])]

  init(subject: Expression, branches: [(values: [Expression], body: [Node])]) {
    self.subject = subject
    self.branches = branches
  }
}

final class Loop: Sendable {
  enum Offset: Sendable {
    case none
    /// Where the last loop of the same name stopped.
    case resume
    case at(Expression)
  }

  let variable: String
  let collection: Expression
  let limit: Expression?
  let offset: Offset
  let isReversed: Bool
  let body: [Node]
  let otherwise: [Node]?
  /// `variable-collection` as written: `forloop.name`, and the key of `offset: continue`.
  let name: String
  let byte: Int

  init(
    variable: String, collection: Expression, limit: Expression?, offset: Offset, isReversed: Bool, body: [Node],
    otherwise: [Node]?, name: String, byte: Int
  ) {
    self.variable = variable
    self.collection = collection
    self.limit = limit
    self.offset = offset
    self.isReversed = isReversed
    self.body = body
    self.otherwise = otherwise
    self.name = name
    self.byte = byte
  }
}

final class Cycle: Sendable {
  let group: Expression?
  let values: [Expression]

  init(group: Expression?, values: [Expression]) {
    self.group = group
    self.values = values
  }
}

struct FilteredExpression: Sendable {
  let base: Expression
  let filters: [FilterCall]
}

final class FilterCall: Sendable {
  let filter: Filter
  let arguments: [Expression]
  /// Only `default` has a named argument.
  let allowFalse: Expression?
  /// For `date` with a format written in the template: read once.
  let dateFormat: DateFormat?
  /// For `date` with a time zone written in the template: looked up once.
  let zone: NamedZone?
  /// Where the filter's name stands.
  let byte: Int

  init(
    filter: Filter, arguments: [Expression], allowFalse: Expression?, dateFormat: DateFormat?, zone: NamedZone?,
    byte: Int
  ) {
    self.filter = filter
    self.arguments = arguments
    self.allowFalse = allowFalse
    self.dateFormat = dateFormat
    self.zone = zone
    self.byte = byte
  }
}

indirect enum Expression: Sendable {
  case literal(LiquidValue)
  case variable(String, at: Int)
  /// `a.b`, by far the most frequent path.
  case member(String, String, at: Int)
  case path(Path)
  case range(Expression, Expression)
  case comparison(Expression, Comparison, Expression, at: Int)
  /// Terms joined by `and` and `or`; one operator fewer than terms. Right-associative: `a and b or c` is
  /// `a and (b or c)`, so it can be decided from the left without recursion.
  case logical([Expression], [LogicalOperator])
}

final class Path: Sendable {
  enum Segment: Sendable {
    case name(String)
    case index(Int)
    case dynamic(Expression)
  }

  /// The first is never an index.
  let root: Segment
  let segments: [Segment]
  let byte: Int

  init(root: Segment, segments: [Segment], byte: Int) {
    self.root = root
    self.segments = segments
    self.byte = byte
  }
}

enum Comparison: Sendable {
  case equal, notEqual, less, greater, lessOrEqual, greaterOrEqual, contains

  /// How tightly it binds: `contains` before the others, all of them before `and` and `or`.
  var precedence: Int { self == .contains ? 2 : 1 }
}

enum LogicalOperator: Sendable { case and, or }
