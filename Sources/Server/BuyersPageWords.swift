/// What the buyer's page says, in one language. Names in braces are put in by ``filled(_:_:)``.
///
/// Each language is written out whole, so that the compiler misses what a translator forgets.
struct BuyersPageWords: Sendable {
  let title: String
  let ticket: String
  /// `{n}` is its number.
  let ticketNumber: String
  let add: String
  let addAll: String
  /// `{a}` and `{b}` are numbers of tickets.
  let addRange: String
  /// `{a}` is the number of the one ticket that is left.
  let addLast: String
  /// Over several such buttons.
  let allAtOnce: String
  let download: String
  let cancelled: String
  let used: String
  let orderCancelled: String
  let ticketCancelled: String
  let waitingOne: String
  /// `{n}` is their count, at least 2.
  let waitingMany: String
  let empty: String
  /// `{time}` is a time of day.
  let doors: String
  let holder: String
  let scanTitle: String
  let scanText: String
  let scanLabel: String
  let safariTitle: String
  /// `{app}` is the name of the app.
  let inAppText: String
  /// In the place of a name that is not known.
  let inAppUnnamed: String
  /// `{app}` is the name of the browser.
  let otherBrowserText: String
  let browserTitle: String
  /// `{app}` is the name of the app.
  let androidInAppText: String
  let androidTitle: String
  let androidText: String
  let addressLabel: String
  let notATicket: String
  let privateNote: String
  let unknownTitle: String
  let unknownText: String
  let troubleTitle: String
  let troubleText: String
  let tryAgain: String

  /// The languages there are, without regions; the first is for everybody else.
  static let languages = ["en", "fr", "de", "it", "es", "nl", "ar"]

  static func words(in language: String) -> BuyersPageWords {
    switch language {
    case "fr": .french
    case "de": .german
    case "it": .italian
    case "es": .spanish
    case "nl": .dutch
    case "ar": .arabic
    default: .english
    }
  }

  /// A text with its `{name}` replaced.
  static func filled(_ text: String, _ values: KeyValuePairs<String, String>) -> String {
    var filled = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      let name = rest[rest.index(after: open)..<close]
      filled += rest[..<open] + (values.first { $0.key == name }?.value ?? "")
      rest = rest[rest.index(after: close)...]
    }
    return filled + rest
  }
}
