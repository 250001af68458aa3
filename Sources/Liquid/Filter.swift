/// Every filter, by the name that templates use.
enum Filter: String, CaseIterable, Sendable {
  // Text
  case append, base64_decode, base64_encode, base64_url_safe_decode, base64_url_safe_encode, capitalize, downcase
  case escape, escape_once, lstrip, newline_to_br, prepend, remove, remove_first, remove_last, replace, replace_first
  case replace_last, rstrip, slice, split, squish, strip, strip_html, strip_newlines, truncate, truncatewords, upcase
  case url_decode, url_encode
  // Numbers
  case abs, at_least, at_most, ceil, divided_by, floor, minus, modulo, plus, round, times
  // Arrays
  case compact, concat, find, find_index, first, has, join, last, map, reject, reverse, size, sort, sort_natural, sum
  case uniq, `where`
  // Everything else
  case date, `default`, money, t, translate

  /// How many positional arguments it takes; checked when the template is loaded.
  var argumentCount: ClosedRange<Int> {
    switch self {
    case .append, .at_least, .at_most, .concat, .divided_by, .map, .minus, .modulo, .plus, .prepend, .remove,
      .remove_first, .remove_last, .split, .times:
      1...1
    case .compact, .default, .join, .money, .round, .sort, .sort_natural, .sum, .uniq: 0...1
    case .date, .find, .find_index, .has, .reject, .replace, .replace_first, .slice, .where: 1...2
    case .replace_last: 2...2
    case .truncate, .truncatewords: 0...2
    default: 0...0
    }
  }

  /// The same in words.
  var takes: String {
    let count = argumentCount
    let words = ["no argument", "one argument", "two arguments"]
    let positional =
      count.lowerBound == count.upperBound
      ? words[count.lowerBound]
      : count.lowerBound == 0 ? "at most \(words[count.upperBound])" : "one or two arguments"
    return self == .default ? positional + " and allow_false: true" : positional
  }
}
