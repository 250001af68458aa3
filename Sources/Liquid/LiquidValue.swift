package import ZonedTime

/// What an expression of a template is worth.
///
/// There is no separate "undefined": a name that holds nothing is `null`, and `null` prints as nothing.
package enum LiquidValue: Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case date(ZonedDateTime)
  case array([LiquidValue])
  case object(any LiquidObject)
  case range(ClosedRange<Int>)
  /// The word `empty` of a template: equal to a string, array or object with nothing in it.
  case empty
  /// The word `blank` of a template: as `empty`, and also equal to white space, nil and false.
  case blank
}

/// Something with named members that templates can look into.
package protocol LiquidObject: Sendable {
  /// The member of that name, or nil when there is none.
  func value(for member: String) -> LiquidValue?
  /// The member `next` of the member `member`, for paths such as `seat.row`. Has a default; worth an own answer where
  /// building the value in between costs something.
  func value(for member: String, _ next: String) -> LiquidValue?
  /// Names for loops over the object and for `size`; may be empty.
  var memberNames: [String] { get }
  /// What `{{ object }}` prints.
  var liquidText: String { get }
}

extension LiquidObject {
  package func value(for member: String, _ next: String) -> LiquidValue? {
    value(for: member)?.member(next)
  }

  package var liquidText: String { "" }
}

extension Dictionary: LiquidObject where Key == String, Value == LiquidValue {
  package func value(for member: String) -> LiquidValue? { self[member] }

  /// Sorted, so that a loop over a dictionary gives the same output every time.
  package var memberNames: [String] { keys.sorted() }
}

extension LiquidValue {
  /// What `{{ value }}` prints: nothing for nil, ISO 8601 for dates, the items one after the other for arrays.
  package var text: String {
    switch self {
    case .null, .empty, .blank: ""
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .double(let value): value.description
    case .string(let value): value
    case .date(let value): value.iso8601
    case .array(let items): items.reduce(into: "") { $0 += $1.text }
    case .object(let object): object.liquidText
    case .range(let range): "\(range.lowerBound)..\(range.upperBound)"
    }
  }

  /// Everything but nil and false, as in every Liquid: 0 and "" are true.
  var isTrue: Bool {
    switch self {
    case .null, .bool(false): false
    default: true
    }
  }

  /// Roughly how many bytes it takes to look at all of it.
  var weight: Int {
    switch self {
    case .string(let text): text.utf8.count
    case .array(let items): items.count &* 16
    default: 16
    }
  }

  /// The kind of value in the words of error messages.
  var kindName: String {
    switch self {
    case .null: "nil"
    case .bool: "a boolean"
    case .int, .double: "a number"
    case .string: "a string"
    case .date: "a date"
    case .array: "an array"
    case .object: "an object"
    case .range: "a range"
    case .empty: "empty"
    case .blank: "blank"
    }
  }

  /// A named member, or one of `size`, `first` and `last`, which every collection answers.
  func member(_ name: String) -> LiquidValue? {
    switch self {
    case .object(let object):
      if let value = object.value(for: name) { return value }
      let names = object.memberNames
      switch name {
      case "size": return .int(names.count)
      case "first": return names.first.map { object.pair($0) }
      default: return nil
      }
    case .array(let items):
      switch name {
      case "size": return .int(items.count)
      case "first": return items.first
      case "last": return items.last
      default: return nil
      }
    case .range(let range):
      switch name {
      case "size": return .int(range.saturatingCount)
      case "first": return .int(range.lowerBound)
      case "last": return .int(range.upperBound)
      default: return nil
      }
    case .string(let text): return name == "size" ? .int(text.count) : nil
    default: return nil
    }
  }

  /// The element at a position; below zero counts from the end.
  func element(at index: Int) -> LiquidValue? {
    switch self {
    case .array(let items):
      let position = index < 0 ? items.count + index : index
      return items.indices.contains(position) ? items[position] : nil
    case .range(let range):
      let (sum, overflow) = (index < 0 ? range.upperBound : range.lowerBound).addingReportingOverflow(index)
      let (position, overflow2) = index < 0 ? sum.addingReportingOverflow(1) : (sum, false)
      return !overflow && !overflow2 && range.contains(position) ? .int(position) : nil
    default: return nil
    }
  }
}

extension LiquidObject {
  /// `[name, value]`, the form in which loops hand out the members of an object.
  func pair(_ name: String) -> LiquidValue { .array([.string(name), value(for: name) ?? .null]) }
}

extension ClosedRange<Int> {
  /// How many numbers the range holds; `Int.max` when there are more than that.
  var saturatingCount: Int {
    let (distance, overflow) = upperBound.subtractingReportingOverflow(lowerBound)
    let (count, overflow2) = distance.addingReportingOverflow(1)
    return overflow || overflow2 ? .max : count
  }
}

extension LiquidValue: Equatable {
  /// Strict equality of kind and content, for programs and tests; `==` in a template is more generous.
  /// Objects are equal when they show the same members.
  package static func == (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.null, .null), (.empty, .empty), (.blank, .blank): true
    case (.bool(let left), .bool(let right)): left == right
    case (.int(let left), .int(let right)): left == right
    case (.double(let left), .double(let right)): left == right
    case (.string(let left), .string(let right)): left == right
    case (.date(let left), .date(let right)): left == right
    case (.array(let left), .array(let right)): left == right
    case (.range(let left), .range(let right)): left == right
    case (.object(let left), .object(let right)):
      left.memberNames == right.memberNames && left.liquidText == right.liquidText
        && left.memberNames.allSatisfy { left.value(for: $0) == right.value(for: $0) }
    default: false
    }
  }
}

extension LiquidValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .int(value) }
  package init(floatLiteral value: Double) { self = .double(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(nilLiteral: ()) { self = .null }
  package init(arrayLiteral elements: LiquidValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, LiquidValue)...) {
    self = .object(Dictionary(elements) { _, last in last })
  }
}
