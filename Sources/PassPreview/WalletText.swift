package import Foundation
package import JSON
package import ZonedTime

/// How Wallet writes values in a language: dates in its styles, numbers, currencies.
///
/// Wallet uses the styles of `DateFormatter` and `NumberFormatter` under other names (`PKDateStyleShort`,
/// `PKNumberStylePercent`; see PassFieldContent in Apple's documentation), so the same formatters of Foundation, with the
/// same Unicode tables behind them, write what a phone in that language writes.
package struct WalletText {
  /// A language tag: `fr`, `de-CH`.
  package let language: String
  private let locale: Locale

  package init(language: String) {
    self.language = language
    locale = Locale(identifier: language)
  }

  /// A date that is shown relative to the day on which somebody looks at it.
  package struct RelativeDate: Hashable, Sendable {
    var epochMilliseconds: Int64
    var offsetSeconds: Int
    /// The time of day written out; empty when none is shown.
    var time: String
  }

  /// What a field shows.
  package struct Shown: Hashable, Sendable {
    package var text: String
    /// Set when Wallet would say "tomorrow" on the day before. The text is the date then.
    var relative: RelativeDate?
  }

  /// - Parameters:
  ///   - value: the field's value, strings already looked up.
  ///   - field: the field's dictionary with its styles.
  package func shown(_ value: JSONValue?, in field: JSONValue) -> Shown {
    switch value {
    case .string(let text):
      guard field["dateStyle"] != nil || field["timeStyle"] != nil,
        let date = ZonedDateTime(iso8601: text.trimmingCharacters(in: .whitespaces))
      else { return Shown(text: text) }
      return shown(date, in: field)
    case .number(let number):
      guard let value = number.double else { return Shown(text: number.literal) }
      return Shown(text: text(value, in: field))
    case .bool(let flag): return Shown(text: flag ? "true" : "false")
    default: return Shown(text: "")
    }
  }

  private func shown(_ date: ZonedDateTime, in field: JSONValue) -> Shown {
    let dateStyle = Self.style(field["dateStyle"]?.stringValue)
    let timeStyle = Self.style(field["timeStyle"]?.stringValue)
    let text = self.text(of: date, dateStyle, timeStyle)
    guard field["isRelative"]?.bool == true, dateStyle != .none else { return Shown(text: text) }
    let time = timeStyle == .none ? "" : self.text(of: date, .none, timeStyle)
    return Shown(
      text: text,
      relative: RelativeDate(
        epochMilliseconds: date.epochMilliseconds, offsetSeconds: date.offsetSeconds, time: time))
  }

  /// A date in Apple's medium style with its time, for what is not a field.
  package func text(of date: ZonedDateTime, _ dateStyle: DateFormatter.Style, _ timeStyle: DateFormatter.Style)
    -> String
  {
    let formatter = DateFormatter()
    formatter.locale = locale
    // The clock at the venue: on a phone that is there, the same with and without `ignoresTimeZone`.
    formatter.timeZone = TimeZone(secondsFromGMT: date.offsetSeconds)
    formatter.dateStyle = dateStyle
    formatter.timeStyle = timeStyle
    return formatter.string(from: Date(timeIntervalSince1970: Double(date.epochMilliseconds) / 1000))
  }

  /// A date by a Unicode skeleton (`EEEdMMM`), in the language's own order.
  package func text(of date: ZonedDateTime, skeleton: String) -> String {
    let formatter = DateFormatter()
    formatter.locale = locale
    formatter.timeZone = TimeZone(secondsFromGMT: date.offsetSeconds)
    formatter.setLocalizedDateFormatFromTemplate(skeleton)
    return formatter.string(from: Date(timeIntervalSince1970: Double(date.epochMilliseconds) / 1000))
  }

  private func text(_ number: Double, in field: JSONValue) -> String {
    let formatter = NumberFormatter()
    formatter.locale = locale
    formatter.numberStyle = .decimal
    if let code = field["currencyCode"]?.stringValue {
      formatter.numberStyle = .currency
      formatter.currencyCode = code
    } else if let style = field["numberStyle"]?.stringValue {
      formatter.numberStyle =
        switch style {
        case "PKNumberStylePercent": .percent
        case "PKNumberStyleScientific": .scientific
        case "PKNumberStyleSpellOut": .spellOut
        default: .decimal
        }
    }
    return formatter.string(from: NSNumber(value: number)) ?? "\(number)"
  }

  private static func style(_ name: String?) -> DateFormatter.Style {
    switch name {
    case "PKDateStyleShort": .short
    case "PKDateStyleMedium": .medium
    case "PKDateStyleLong": .long
    case "PKDateStyleFull": .full
    default: .none
    }
  }

  /// Whether the language is written from right to left, as Wallet then lays out the pass.
  package var isRightToLeft: Bool {
    ["ar", "he", "fa", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"].contains(
      language.split(whereSeparator: { $0 == "-" || $0 == "_" }).first ?? "")
  }
}
