import Foundation
import Liquid
import Testing
import ZonedTime

@Suite("Liquid: values keep their type, languages and zones are the context's")
struct LiquidTemplateTests {
  private static let evening = ZonedDateTime(iso8601: "2026-07-14T20:30:00+02:00")

  private static func template(_ source: String) throws -> LiquidTemplate {
    try LiquidTemplate(source, at: LiquidPlace(file: "pass.json"))
  }

  private static func context(_ language: String = "en") throws -> LiquidContext {
    let seat: [String: LiquidValue] = ["row": "12", "number": 7, "price": 65.5, "aisle": true]
    let root: [String: LiquidValue] = [
      "seat": .object(seat), "start": .date(try #require(evening)), "barcode": "000123", "rows": [1, 2],
    ]
    return LiquidContext(root: root, language: language, translate: { $0 == "gate" ? "Porte" : nil })
  }

  @Test func `one output alone keeps the type of its value`() throws {
    let context = try Self.context()
    #expect(try Self.template("{{ seat.number }}").evaluate(context) == 7)
    #expect(try Self.template("{{ seat.price }}").evaluate(context) == 65.5)
    #expect(try Self.template("{{ seat.aisle }}").evaluate(context) == true)
    #expect(try Self.template("{{ start }}").evaluate(context) == .date(try #require(Self.evening)))
    #expect(try Self.template("{{ rows }}").evaluate(context) == [1, 2])
    #expect(try Self.template("{{ nothing }}").evaluate(context) == .null)
    #expect(try Self.template("{{ seat.number | plus: 1 }}").evaluate(context) == 8)
    #expect(try Self.template("{{- seat.number -}}").evaluate(context) == 7)
    #expect(try Self.template("{{ false }}").evaluate(context) == false)
    #expect(try Self.template("{{ (1..3) }}").evaluate(context) == .range(1...3))
  }

  @Test func `anything beside the output makes it text`() throws {
    let context = try Self.context()
    #expect(try Self.template("{{ seat.number }} ").evaluate(context) == "7 ")
    #expect(try Self.template("{{ seat.number }}{{ seat.number }}").evaluate(context) == "77")
    #expect(try Self.template("{% if seat.aisle %}{{ seat.number }}{% endif %}").evaluate(context) == "7")
    #expect(try Self.template("plain").evaluate(context) == "plain")
  }

  @Test func `a barcode with leading zeros stays text`() throws {
    #expect(try Self.template("{{ barcode }}").evaluate(Self.context()) == "000123")
  }

  @Test func `templates without tags are known to be static`() throws {
    #expect(try Self.template("Row 12").staticText == "Row 12")
    #expect(try Self.template("").staticText == "")
    #expect(try Self.template("a{% raw %}{{ b }}{% endraw %}{% comment %}c{% endcomment %}").staticText == "a{{ b }}")
    #expect(try Self.template("{{ a }}").isStatic == false)
    #expect(try Self.template("{{ a }}").staticText == nil)
    #expect(try Self.template("{% if true %}a{% endif %}").isStatic == false)
  }

  @Test(arguments: [
    ("{{ x | t }}", true), ("{{ x | money }}", true), ("{{ x | date: '%A' }}", true), ("{{ x | date: '%d %B' }}", true),
    ("{{ x | date: '%d.%m.%Y %H:%M' }}", false), ("{{ x | date: '100%%A' }}", false), ("{{ x | date: y }}", true),
    ("{{ x | upcase }}", false), ("{% if true %}{% assign a = x | translate %}{% endif %}", true), ("money", false),
  ])
  func `a template knows whether its result depends on the language`(source: String, expected: Bool) throws {
    #expect(try Self.template(source).usesLanguage == expected)
  }

  @Test func `dates, money and translations follow the language`() throws {
    let date = try Self.template("{{ start | date: '%A %e %B' }}")
    #expect(try date.render(Self.context("fr")) == "mardi 14 juillet")
    #expect(try date.render(Self.context("de-CH")) == "Dienstag 14 Juli")
    #expect(try date.render(Self.context("en_GB")) == "Tuesday 14 July")
    let money = try Self.template("{{ seat.price | money: 'eur' }}")
    #expect(try money.render(Self.context("fr")) == "65,50\u{A0}€")
    #expect(try money.render(Self.context("en")) == "€65.50")
    #expect(try Self.template("{{ 'gate' | t }} {{ 'row' | t }}").render(Self.context("fr")) == "Porte row")
  }

  @Test func `dates print as ISO 8601 and keep their own clock`() throws {
    #expect(
      try Self.template("{{ start }} {{ start | date: '%H' }}").render(Self.context())
        == "2026-07-14T20:30:00+02:00 20")
    #expect(
      try Self.template("{{ start | date: '%R %Z', 'America/New_York' }}").render(Self.context())
        == "14:30 -04:00")
    #expect(try Self.template("{% if start > '2026-07-14T18:00:00Z' %}y{% endif %}").render(Self.context()) == "y")
  }

  @Test func `a date written without offset is in the zone of the context`() throws {
    var context = try Self.context()
    let template = try Self.template("{{ '2026-07-14 20:30' | date: '%s' }}")
    #expect(try template.render(context) == "1784061000")
    context.timeZone = TimeZone(identifier: "Europe/Paris")
    #expect(try template.render(context) == "1784053800")
  }

  @Test func `now is refused, with the reason`() throws {
    let template = try Self.template("Printed {{ 'now' | date: '%Y' }}")
    let error = #expect(throws: LiquidError.self) { try template.render(Self.context()) }
    #expect(error?.kind == .noClock)
  }

  private struct Seat: LiquidObject {
    func value(for member: String) -> LiquidValue? { member == "row" ? "12" : nil }
    var memberNames: [String] { ["row"] }
    var liquidText: String { "Row 12" }
  }

  /// Has an own short way to `seat.row`.
  private struct Tickets: LiquidObject {
    func value(for member: String) -> LiquidValue? { member == "seat" ? .object(Seat()) : nil }
    func value(for member: String, _ next: String) -> LiquidValue? { next == "fast" ? "short way" : "12" }
    var memberNames: [String] { [] }
  }

  @Test func `objects of our own answer for their members and their text`() throws {
    let context = LiquidContext(root: Tickets())
    #expect(try Self.template("{{ seat }}").render(context) == "Row 12")
    #expect(try Self.template("{{ seat.fast }}").render(context) == "short way")
    #expect(try Self.template("{{ seat['row'] }} {{ seat.size }}").render(context) == "12 12")
    #expect(try Self.template("{% assign s = seat %}{{ s.row }}{{ s.nothing }}").render(context) == "12")
    #expect(try Self.template("{% for m in seat %}{{ m | join: '=' }}{% endfor %}").render(context) == "row=12")
  }

  @Test func `one template renders many tickets at once`() async throws {
    let template = try Self.template("{% assign n = row | plus: 1 %}{% increment c %}{{ row }}-{{ n }}")
    let results = try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for row in 0..<100 {
        group.addTask { (row, try template.render(LiquidContext(root: ["row": .int(row)]))) }
      }
      var results: [Int: String] = [:]
      for try await (row, text) in group { results[row] = text }
      return results
    }
    for row in 0..<100 { #expect(results[row] == "0\(row)-\(row + 1)") }
  }
}
