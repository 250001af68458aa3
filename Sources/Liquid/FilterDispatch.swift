import Foundation
import ZonedTime

extension Renderer {
  /// The value behind one filter.
  mutating func apply(_ call: FilterCall, to input: LiquidValue) throws(Scanner.Failure) -> LiquidValue {
    try spend(input.weight, at: call.byte)
    let first = try argument(0, of: call)
    let second = try argument(1, of: call)
    let result: LiquidValue
    switch call.filter {
    case .abs, .at_least, .at_most, .ceil, .divided_by, .floor, .minus, .modulo, .plus, .round, .times:
      result = try number(call, input, first)
    case .compact, .concat, .find, .find_index, .first, .has, .join, .last, .map, .reject, .reverse, .size, .sort,
      .sort_natural, .sum, .uniq, .where:
      result = try array(call, input, first, second)
    case .slice: result = try slice(call, input, first, second)
    case .split, .truncate, .truncatewords: result = try cut(call, text(of: input), first, second)
    case .append, .prepend, .remove, .remove_first, .remove_last, .replace, .replace_first, .replace_last:
      result = .string(try replaced(call, text(of: input), first?.text ?? "", second?.text ?? ""))
    case .date: result = try date(call, input, format: first, zone: second)
    case .default: result = try defaulted(call, input, first)
    case .money: result = try money(call, input, currency: first)
    case .t, .translate:
      let key = try text(of: input)
      result = .string(context.translate?(key) ?? key)
    default: result = .string(try changed(call, text(of: input)))
    }
    if case .string(let text) = result, text.utf8.count > limits.outputBytes {
      throw Scanner.Failure(kind: .outputTooLarge(limit: limits.outputBytes), byte: call.byte)
    }
    try spend(result.weight, at: call.byte)
    return result
  }

  private mutating func argument(_ index: Int, of call: FilterCall) throws(Scanner.Failure) -> LiquidValue? {
    guard index < call.arguments.count else { return nil }
    let argument = try value(of: call.arguments[index])
    // Only these two have a use for an array; the others want its text.
    guard case .array = argument, call.filter != .concat, call.filter != .default else { return argument }
    return .string(try text(of: argument))
  }

  func invalid(_ call: FilterCall, expected: String, _ found: LiquidValue) -> Scanner.Failure {
    Scanner.Failure(
      kind: .invalidArgument(filter: call.filter.rawValue, expected: expected, found: found.kindName), byte: call.byte)
  }

  private mutating func defaulted(
    _ call: FilterCall, _ input: LiquidValue, _ fallback: LiquidValue?
  ) throws(Scanner.Failure) -> LiquidValue {
    if case .bool(false) = input, let allowFalse = call.allowFalse, try value(of: allowFalse) == .bool(true) {
      return input
    }
    return input.isTrue && !input.isEmpty && input != .empty && input != .blank ? input : fallback ?? ""
  }

  // MARK: Dates and money

  /// `date: format` or `date: format, zone`. What is no date stays as it is; nil stays nothing.
  private func date(
    _ call: FilterCall, _ input: LiquidValue, format: LiquidValue?, zone: LiquidValue?
  ) throws(Scanner.Failure) -> LiquidValue {
    if case .string(let text) = input, text == "now" || text == "today" {
      throw Scanner.Failure(kind: .noClock, byte: call.byte)
    }
    var namedZone = call.zone
    if namedZone == nil, let zone, zone != .null {
      namedZone = NamedZone(zone.text)
      if namedZone == nil {
        throw Scanner.Failure(kind: .unknownTimeZone(String(zone.text.prefix(64))), byte: call.byte)
      }
    }
    guard var date = ZonedDateTime(liquid: input, in: context.timeZone ?? .gmt) else {
      switch input {
      case .null, .empty, .blank: return ""
      case .string, .int: return .string(input.text)
      default: throw invalid(call, expected: "a date", input)
      }
    }
    // Most dates are in the zone of their venue already.
    if let namedZone, namedZone.name != date.zone { date = date.shifted(to: namedZone.zone) }
    guard let format, format != .null else { return .string(date.iso8601) }
    let dateFormat = call.dateFormat ?? DateFormat(format.text)
    return .string(dateFormat.string(for: date, language: DateLanguage.named(context.language)))
  }

  /// A number with a currency as argument, or an object with the members `amount` and `currency`.
  private func money(
    _ call: FilterCall, _ input: LiquidValue, currency: LiquidValue?
  ) throws(Scanner.Failure) -> LiquidValue {
    var amount = input
    var code = currency?.text ?? ""
    if case .object(let object) = input {
      amount = object.value(for: "amount") ?? .null
      if code.isEmpty { code = object.value(for: "currency")?.text ?? "" }
    }
    if amount.isBlank { return "" }
    guard let decimal = amount.number?.decimal,
      let text = MoneyStyle.named(context.language).string(decimal, currency: code)
    else { throw invalid(call, expected: "an amount of money", amount) }
    return .string(text)
  }
}
