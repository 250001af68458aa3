/// Where a template's text, or a place in it, stands in its file.
package struct LiquidPlace: Sendable, Hashable {
  /// Path as a person knows it: `concert.pkpasstemplate/pass.json`.
  package var file: String
  /// Counted from 1.
  package var line: Int
  /// In characters, counted from 1.
  package var column: Int

  package init(file: String, line: Int = 1, column: Int = 1) {
    self.file = file
    self.line = line
    self.column = column
  }
}

extension LiquidPlace: CustomStringConvertible {
  package var description: String { "\(file):\(line):\(column)" }

  /// The place of the byte `offset` in a text that begins here.
  func advanced(over source: String, toByte offset: Int) -> LiquidPlace {
    var place = self
    var end = 0
    for character in source {
      end += character.utf8.count
      guard end <= offset else { break }
      if character.isNewline {
        place.line += 1
        place.column = 1
      } else {
        place.column += 1
      }
    }
    return place
  }
}

/// Why a template cannot be loaded or rendered, and where.
package struct LiquidError: Error, Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// `{{` without `}}`.
    case unterminatedOutput
    /// `{%` without `%}`.
    case unterminatedTag
    /// A quotation mark that is never closed.
    case unterminatedString
    /// `{% if %}` (or another block) without its end tag.
    case unterminatedBlock(tag: String)
    /// `{% %}` with no name in it.
    case missingTagName
    case unknownTag(name: String, nearest: String?)
    /// A tag that exists, but not here: `{% else %}` outside of a block, `{% break %}` outside of a loop.
    case misplacedTag(name: String)
    case unknownFilter(name: String, nearest: String?)
    /// A filter with too few or too many arguments, or with a named one that it does not know.
    case wrongArguments(filter: String, expected: String)
    case unexpected(found: String, expected: String)
    /// A name that the schema does not declare. `path` as written, `nearest` as it should probably be.
    case unknownVariable(path: String, nearest: String?)
    case unknownTimeZone(String)
    /// Blocks, parentheses or brackets inside each other beyond the limit.
    case nestingTooDeep(limit: Int)
    case tooManyIterations(limit: Int)
    case outputTooLarge(limit: Int)
    /// Filters and comparisons go over so much text, again and again, that rendering would take seconds.
    case tooMuchText(limit: Int)
    case divisionByZero(filter: String)
    /// `<` or `>` between values that have no order.
    case incomparable(left: String, right: String)
    /// A filter met a value it can do nothing with.
    case invalidArgument(filter: String, expected: String, found: String)
    /// `"now" | date`: a template sees no clock, so that the same ticket always gives the same pass.
    case noClock
  }

  package var kind: Kind
  package var place: LiquidPlace

  package init(_ kind: Kind, at place: LiquidPlace) {
    self.kind = kind
    self.place = place
  }
}

extension LiquidError: CustomStringConvertible {
  /// `concert/pass.json:14:22: seat.rwo: did you mean seat.row?`
  package var description: String { "\(place): \(kind)" }
}

extension LiquidError.Kind: CustomStringConvertible {
  /// The sentence alone, without the place.
  package var description: String {
    switch self {
    case .unterminatedOutput: "{{ is never closed: }} is missing"
    case .unterminatedTag: "{% is never closed: %} is missing"
    case .unterminatedString: "a quotation mark is never closed"
    case .unterminatedBlock(let tag): "{% \(tag) %} is never closed: {% end\(tag) %} is missing"
    case .missingTagName: "a tag needs a name: {% if … %}, {% assign … %}"
    case .unknownTag(let name, let nearest): "unknown tag \(name)" + Self.question(nearest)
    case .misplacedTag(let name): "{% \(name) %} does not belong here"
    case .unknownFilter(let name, let nearest): "unknown filter \(name)" + Self.question(nearest)
    case .wrongArguments(let filter, let expected): "the filter \(filter) takes \(expected)"
    case .unexpected(let found, let expected): "expected \(expected), found \(found)"
    case .unknownVariable(let path, let nearest?): "\(path): did you mean \(nearest)?"
    case .unknownVariable(let path, nil): "\(path): there is no such variable"
    case .unknownTimeZone(let name): "unknown time zone \(name): write an IANA name such as Europe/Paris"
    case .nestingTooDeep(let limit): "nested more than \(limit) levels deep"
    case .tooManyIterations(let limit): "loops run more than \(limit) times altogether"
    case .outputTooLarge(let limit): "the output is larger than \(limit) bytes"
    case .tooMuchText(let limit): "filters and comparisons work on more than \(limit) bytes altogether"
    case .divisionByZero(let filter): "\(filter): division by zero"
    case .incomparable(let left, let right): "\(left) and \(right) cannot be compared with < or >"
    case .invalidArgument(let filter, let expected, let found): "\(filter): expected \(expected), found \(found)"
    case .noClock: "templates see no clock: use a date of the ticket instead of now or today"
    }
  }

  private static func question(_ nearest: String?) -> String {
    nearest.map { ": did you mean \($0)?" } ?? ""
  }
}
