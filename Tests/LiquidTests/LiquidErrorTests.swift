import Liquid
import Testing

@Suite("Liquid: errors say what, where and what was probably meant")
struct LiquidErrorTests {
  private static let schema = LiquidSchema([
    "event": ["name": .value, "start": .value, "performers": .list(of: ["name": .value, "role": .value])],
    "seat": ["row": .value, "number": .value, "block": .value],
    "price": ["amount": .value, "currency": .value],
    "tickets": .list(of: ["holder": ["first_name": .value], "row": .value]),
    "variables": .open,
    "source": .open,
  ])

  private static func load(_ source: String, line: Int = 1, column: Int = 1) throws(LiquidError) -> LiquidTemplate {
    try LiquidTemplate(
      source, at: LiquidPlace(file: "concert/pass.json", line: line, column: column), schema: schema)
  }

  private static func error(_ source: String, line: Int = 1, column: Int = 1) -> LiquidError? {
    do throws(LiquidError) {
      _ = try load(source, line: line, column: column)
      return nil
    } catch {
      return error
    }
  }

  @Test func `a slip in a member's name is found with the nearest name and the place in the file`() {
    let error = Self.error("{{ seat.rwo }}", line: 14, column: 19)
    #expect(error?.description == "concert/pass.json:14:22: seat.rwo: did you mean seat.row?")
    #expect(error?.kind == .unknownVariable(path: "seat.rwo", nearest: "seat.row"))
  }

  @Test(arguments: [
    ("{{ sat.row }}", "sat.row", "seat.row"),
    ("{{ evnt.name }}", "evnt.name", "event.name"),
    ("{{ price.curency }}", "price.curency", "price.currency"),
    ("{{ row }}", "row", "seat.row"),
    ("{{ seat['nubmer'] }}", "seat.nubmer", "seat.number"),
    ("{% if seat.blok == 'A' %}x{% endif %}", "seat.blok", "seat.block"),
    ("{{ seat.row | append: seat.numbr }}", "seat.numbr", "seat.number"),
    ("{% for t in tickets %}{{ t.holder.frist_name }}{% endfor %}", "t.holder.frist_name", "t.holder.first_name"),
    ("{% for t in tickts %}{% endfor %}", "tickts", "tickets"),
    ("{{ tickets[0].rwo }}", "tickets[0].rwo", "tickets[0].row"),
    ("{{ event.performers.first.nme }}", "event.performers.first.nme", "event.performers.first.name"),
    ("{% assign s = seat %}{{ s.rwo }}", "s.rwo", "s.row"),
    ("{% assign gate = 'A' %}{{ gat }}", "gat", "gate"),
    ("{% assign best = tickets | where: 'row', 1 | first %}{{ best.rwo }}", "best.rwo", "best.row"),
    ("{% for t in tickets %}{{ forloop.idnex }}{% endfor %}", "forloop.idnex", "forloop.index"),
    ("{% case seat.ro %}{% when 1 %}{% endcase %}", "seat.ro", "seat.row"),
    ("{% for i in (1..ticket.size) %}{% endfor %}", "ticket.size", "tickets.size"),
    ("{% unless seat.rows %}x{% endunless %}", "seat.rows", "seat.row"),
    ("{% cycle seat.row, seat.nummer %}", "seat.nummer", "seat.number"),
    ("{{ event.name.text }}", "event.name.text", nil),
    ("{{ now }}", "now", nil),
    ("{{ quite_another }}", "quite_another", nil),
  ])
  func `unknown names are errors at load time`(source: String, path: String, nearest: String?) {
    #expect(Self.error(source)?.kind == .unknownVariable(path: path, nearest: nearest))
  }

  @Test(arguments: [
    "{{ seat.row }}", "{{ variables.ANYTHING.at.all }}", "{{ source[0].x[seat.row] }}", "{{ tickets.size }}",
    "{% assign x = 1 %}{{ x }}", "{% capture x %}a{% endcapture %}{{ x | size }}",
    "{% for t in tickets %}{{ t.row }}{{ forloop.index }}{% endfor %}",
    "{% for a in tickets %}{% for b in tickets %}{{ forloop.parentloop.index }}{{ a.row }}{% endfor %}{% endfor %}",
    "{% for p in event.performers %}{{ p.name }}{% else %}{{ seat.row }}{% endfor %}",
    "{% increment count %}{{ count }}", "{% if seat.row %}{% assign x = 1 %}{% endif %}{{ x }}",
    "{% for i in (1..3) %}{{ before }}{% assign before = i %}{% endfor %}",
    "{{ tickets | map: 'row' | join: ', ' }}", "{{ tickets.first.holder.first_name }}", "{{ tickets[0]['row'] }}",
    "{% assign x = 'a,b' | split: ',' %}{% for i in x %}{{ i }}{% endfor %}",
    "{% if seat.row %}{% assign s = seat %}{% else %}{% assign s = event %}{% endif %}{{ s.name }}",
    "{% for member in seat %}{{ member[0] }}{% endfor %}", "{{ nil }}{{ empty }}{{ true }}",
    "{% comment %}{{ wrong }}{% endcomment %}{% raw %}{{ wrong }}{% endraw %}",
  ])
  func `declared names and names that the template sets are fine`(source: String) throws {
    _ = try Self.load(source)
  }

  @Test(arguments: ["{% for t in tickets %}{% endfor %}{{ t }}", "{{ x }}{% assign x = 1 %}", "{{ forloop.index }}"])
  func `names out of their scope are unknown`(source: String) {
    guard case .unknownVariable = Self.error(source)?.kind else {
      Issue.record("\(source) was taken")
      return
    }
  }

  @Test(arguments: [
    ("Row {{ seat.row", 1, 5), ("{% if seat.row %}x", 1, 4), ("a\nb {{ 'x }}", 2, 6), ("ab {% foo %}", 1, 7),
    ("é🎟️ {{ seat.row | shout }}", 1, 18), ("{{ seat.row | slice }}", 1, 15), ("x\r\n\n{{ a.b }}", 3, 4),
    ("{{ seat.row | append: $ }}", 1, 23), ("{% endif %}", 1, 4), ("القاهرة {{ x }}", 1, 12),
  ])
  func `errors have line and column in characters`(source: String, line: Int, column: Int) throws {
    let error = try #require(Self.error(source))
    #expect(error.place == LiquidPlace(file: "concert/pass.json", line: line, column: column), "\(error)")
  }

  @Test func `the place of the text in its file is added to the first line only`() throws {
    #expect(try #require(Self.error("{{ x }}", line: 7, column: 30)).place.column == 33)
    let second = try #require(Self.error("a\n{{ x }}", line: 7, column: 30)).place
    #expect(second == LiquidPlace(file: "concert/pass.json", line: 8, column: 4))
  }

  @Test func `every kind of mistake has its own kind and words`() {
    #expect(Self.error("{{ a")?.kind == .unterminatedOutput)
    #expect(Self.error("{% a")?.kind == .unterminatedTag)
    #expect(Self.error("{{ 'a }}")?.kind == .unterminatedString)
    #expect(Self.error("{% for t in tickets %}")?.kind == .unterminatedBlock(tag: "for"))
    #expect(Self.error("{% asign x = 1 %}")?.kind == .unknownTag(name: "asign", nearest: "assign"))
    #expect(Self.error("{{ seat.row | upcas }}")?.kind == .unknownFilter(name: "upcas", nearest: "upcase"))
    #expect(Self.error("{% break %}")?.kind == .misplacedTag(name: "break"))
    #expect(Self.error("{{ 1 | plus }}")?.kind == .wrongArguments(filter: "plus", expected: "one argument"))
    #expect(Self.error("{{ 1 | upcase: 2 }}")?.kind == .wrongArguments(filter: "upcase", expected: "no argument"))
    #expect(Self.error("{{ 1 | default: 2, allow_fals: true }}") != nil)
    #expect(Self.error("{{ seat.row | date: '%H', 'CET' }}")?.kind == .unknownTimeZone("CET"))
    #expect(
      Self.error("{{ seat.row | upcas }}")?.description
        == "concert/pass.json:1:15: unknown filter upcas: did you mean upcase?")
  }

  @Test func `errors of rendering have their place too`() throws {
    let template = try LiquidTemplate("Row\n {{ 3 | plus: 1 | divided_by: x }}", at: LiquidPlace(file: "f"))
    let error = #expect(throws: LiquidError.self) {
      try template.render(LiquidContext(root: ["x": 0]))
    }
    #expect(
      error == LiquidError(.divisionByZero(filter: "divided_by"), at: LiquidPlace(file: "f", line: 2, column: 19)))
    #expect(try template.render(LiquidContext(root: ["x": 2])) == "Row\n 2")
  }
}
