import JSON
import Testing

@testable import PassPreview

@Suite struct WalletTextTests {
  private func shown(_ value: JSONValue, _ language: String, _ field: JSONValue) -> String {
    WalletText(language: language).shown(value, in: field).text
  }

  @Test(arguments: [
    ("en", "Friday, January 15, 2027 at 7:30 PM"), ("en-GB", "Friday, 15 January 2027 at 19:30"),
    ("fr", "vendredi 15 janvier 2027 à 19:30"), ("de-CH", "Freitag, 15. Januar 2027 um 19:30"),
  ])
  func `a date is written as the language writes it`(language: String, expected: String) {
    let field: JSONValue = ["dateStyle": "PKDateStyleFull", "timeStyle": "PKDateStyleShort"]
    let text = shown("2027-01-15T19:30+01:00", language, field)
    // Unicode's tables put narrow spaces before AM and PM.
    #expect(text.replacing("\u{202F}", with: " ") == expected)
  }

  @Test func `the clock is the venue's, in summer and in winter`() {
    let field: JSONValue = ["dateStyle": "PKDateStyleNone", "timeStyle": "PKDateStyleShort"]
    #expect(shown("2027-03-28T01:30:00+01:00", "fr", field) == "01:30")
    #expect(shown("2027-03-28T03:30:00+02:00", "fr", field) == "03:30")
    #expect(shown("2027-10-31T02:30:00+01:00", "fr", field) == "02:30")
  }

  @Test func `what is no date stays the text it is`() {
    #expect(shown("soon", "fr", ["dateStyle": "PKDateStyleFull"]) == "soon")
    #expect(shown("2027-01-15T19:30:00+01:00", "fr", [:]) == "2027-01-15T19:30:00+01:00")
  }

  @Test func `numbers and amounts follow the language`() throws {
    let number = try JSONValue(parsing: Array("1234.5".utf8))
    func plain(_ text: String) -> String {
      text.replacing("\u{202F}", with: " ").replacing("\u{A0}", with: " ")
    }
    #expect(plain(shown(number, "fr", ["currencyCode": "EUR"])) == "1 234,50 €")
    #expect(shown(number, "en", ["currencyCode": "EUR"]) == "€1,234.50")
    #expect(shown(number, "de", ["numberStyle": "PKNumberStyleDecimal"]) == "1.234,5")
    let half = try JSONValue(parsing: Array("0.5".utf8))
    #expect(shown(half, "en", ["numberStyle": "PKNumberStylePercent"]) == "50%")
    let three = try JSONValue(parsing: Array("3".utf8))
    #expect(shown(three, "fr", ["numberStyle": "PKNumberStyleSpellOut"]) == "trois")
  }

  @Test func `a relative date says its day and its time apart`() {
    let field: JSONValue = [
      "dateStyle": "PKDateStyleMedium", "timeStyle": "PKDateStyleShort", "isRelative": .bool(true),
    ]
    let shown = WalletText(language: "de").shown("2027-01-15T19:30:00+01:00", in: field)
    #expect(shown.relative?.epochMilliseconds == 1_800_037_800_000)
    #expect(shown.relative?.offsetSeconds == 3600)
    #expect(shown.relative?.time == "19:30")
    #expect(shown.text == "15.01.2027, 19:30")
  }

  @Test func `Arabic, Hebrew and Persian are laid out from the right`() {
    #expect(WalletText(language: "ar").isRightToLeft)
    #expect(WalletText(language: "he-IL").isRightToLeft)
    #expect(!WalletText(language: "fr").isRightToLeft)
  }
}
