/// Names of days and months as Unicode's locale data writes them in running text.
struct DateLanguage: Sendable {
  /// Sunday first.
  let days: [String]
  let shortDays: [String]
  let months: [String]
  let shortMonths: [String]
  /// What `%x` stands for.
  let dayFormat: String

  /// By language tag, of which only the language counts (`fr-CH`, `de_AT`); English for languages that have no table.
  static func named(_ tag: String) -> DateLanguage {
    switch tag.prefix(while: { $0 != "-" && $0 != "_" }).lowercased() {
    case "fr": french
    case "de": german
    case "it": italian
    case "es": spanish
    default: english
    }
  }

  private init(days: String, shortDays: String, months: String, shortMonths: String, dayFormat: String) {
    func list(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
    self.days = list(days)
    self.shortDays = list(shortDays)
    self.months = list(months)
    self.shortMonths = list(shortMonths)
    self.dayFormat = dayFormat
  }

  private static let english = DateLanguage(
    days: "Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
    shortDays: "Sun Mon Tue Wed Thu Fri Sat",
    months: "January February March April May June July August September October November December",
    shortMonths: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    dayFormat: "%m/%d/%y")

  private static let french = DateLanguage(
    days: "dimanche lundi mardi mercredi jeudi vendredi samedi",
    shortDays: "dim. lun. mar. mer. jeu. ven. sam.",
    months: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    shortMonths: "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    dayFormat: "%d/%m/%Y")

  private static let german = DateLanguage(
    days: "Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag",
    shortDays: "So. Mo. Di. Mi. Do. Fr. Sa.",
    months: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    shortMonths: "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    dayFormat: "%d.%m.%Y")

  private static let italian = DateLanguage(
    days: "domenica lunedì martedì mercoledì giovedì venerdì sabato",
    shortDays: "dom lun mar mer gio ven sab",
    months: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    shortMonths: "gen feb mar apr mag giu lug ago set ott nov dic",
    dayFormat: "%d/%m/%Y")

  private static let spanish = DateLanguage(
    days: "domingo lunes martes miércoles jueves viernes sábado",
    shortDays: "dom lun mar mié jue vie sáb",
    months: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    shortMonths: "ene feb mar abr may jun jul ago sept oct nov dic",
    dayFormat: "%d/%m/%Y")
}
