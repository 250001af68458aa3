import Liquid
import Testing

@Suite("Liquid: hostile templates end with an error, never with the process")
struct HostileTemplateTests {
  private static func run(
    _ source: String, _ data: [String: LiquidValue] = [:], limits: LiquidLimits = LiquidLimits()
  ) throws(LiquidError) -> String {
    try LiquidTemplate(source, at: LiquidPlace(file: "f"), limits: limits).render(LiquidContext(root: data))
  }

  private static func kind(
    _ source: String, _ data: [String: LiquidValue] = [:], limits: LiquidLimits = LiquidLimits()
  ) -> LiquidError.Kind? {
    do throws(LiquidError) {
      _ = try run(source, data, limits: limits)
      return nil
    } catch {
      return error.kind
    }
  }

  private static func repeated(_ text: String) -> String { String(repeating: text, count: 100_000) }

  @Test(arguments: ["if true", "unless false", "for i in (1..2)", "case 1", "capture x"])
  func `a hundred thousand blocks inside each other`(tag: String) {
    let when = tag == "case 1" ? "{% when 1 %}" : ""
    #expect(Self.kind(Self.repeated("{% \(tag) %}\(when)")) == .nestingTooDeep(limit: 64))
  }

  @Test func `a hundred thousand parentheses and brackets inside each other`() {
    #expect(Self.kind("{{ \(Self.repeated("(")) }}") == .nestingTooDeep(limit: 64))
    #expect(Self.kind("{{ a\(Self.repeated("[b")) }}") == .nestingTooDeep(limit: 64))
    #expect(Self.kind("{{ \(Self.repeated("[")) }}") == .nestingTooDeep(limit: 64))
    #expect(Self.kind("{% if 1 \(Self.repeated("== 1 ")) %}{% endif %}") == .nestingTooDeep(limit: 64))
  }

  @Test func `long chains that need no depth are fine`() throws {
    #expect(try Self.run("{% if false \(Self.repeated("or false "))or true %}y{% endif %}") == "y")
    #expect(try Self.run("{{ 'a' \(Self.repeated("| upcase "))}}") == "A")
    #expect(try Self.run("{{ a\(Self.repeated(".b")) }}") == "")
    let elsif = Self.repeated("{% elsif false %}")
    #expect(try Self.run("{% if false %}\(elsif){% else %}y{% endif %}") == "y")
  }

  @Test func `blocks beyond the limit of the stack are refused whatever limit is asked for`() {
    let limits = LiquidLimits(depth: 1_000_000)
    #expect(Self.kind(Self.repeated("{% if true %}"), limits: limits) == .nestingTooDeep(limit: 100))
  }

  @Test func `huge ranges cost nothing until they are walked, and then stop`() throws {
    #expect(try Self.run("{{ (1..9999999999) | size }}") == "9999999999")
    #expect(try Self.run("{% for i in (1..9999999999) limit: 2 %}{{ i }}{% endfor %}") == "12")
    #expect(try Self.run("{% for i in (1..9999999999) reversed limit: 2 %}{{ i }}{% endfor %}") == "21")
    #expect(try Self.run("{{ (-9223372036854775808..9223372036854775807) | size }}") == "9223372036854775807")
    #expect(try Self.run("{% assign r = (1..99999999999999999999999) %}{{ r.last }}") == "9223372036854775807")
    #expect(
      try Self.run("{% assign r = (1..9999999999) %}{{ r[-1] }}{{ r[5] }}{{ r[x] }}", ["x": .int(.max)]).count == 11)
    #expect(try Self.run("{{ (1..9999999999) | slice: 5, 3 }}") == "678")
    for filter in ["join", "reverse", "sort", "sum", "uniq", "compact"] {
      #expect(Self.kind("{{ (1..9999999999) | \(filter) }}") == .tooManyIterations(limit: 10_000))
    }
    #expect(Self.kind("{% for i in (1..9999999999) %}{% endfor %}") == .tooManyIterations(limit: 10_000))
  }

  @Test func `iterations of all loops count together`() throws {
    let nested = "{% for i in (1..10) %}{% for j in (1..10) %}x{% endfor %}{% endfor %}"
    #expect(try Self.run(nested, limits: LiquidLimits(loopIterations: 110)).count == 100)
    #expect(Self.kind(nested, limits: LiquidLimits(loopIterations: 109)) == .tooManyIterations(limit: 109))
  }

  @Test(arguments: [
    "{% assign a = 'xxxxxxxxxx' %}{% for i in (1..100) %}{% assign a = a | append: a %}{% endfor %}",
    "{% capture a %}xxxxxxxxxx{% endcapture %}{% for i in (1..100) %}{% capture a %}{{ a }}{{ a }}{% endcapture %}{% endfor %}",
    "{% assign a = 'xxxxxxxxxx' %}{% for i in (1..9) %}{% assign a = a | replace: 'x', a %}{% endfor %}",
    "{% assign a = 'xxxxxxxxxx' %}{% for i in (1..9) %}{% assign a = a | replace: '', a %}{% endfor %}",
    "{% assign a = 'xxxxxxxxxx' %}{% for i in (1..9) %}{% assign b = a | split: '' %}{% assign a = b | join: a %}{% endfor %}",
    "{% for i in (1..9999) %}{{ i }}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{% endfor %}",
    "{% assign a = (1..9999) | join: 'xxxxxxxxxx' %}{% assign b = a | newline_to_br %}{% for i in (1..9) %}{{ b }}{% endfor %}",
  ])
  func `output that grows without end`(source: String) {
    #expect(Self.kind(source, limits: LiquidLimits(outputBytes: 100_000)) == .outputTooLarge(limit: 100_000))
  }

  @Test func `arrays that grow without end`() {
    let doubling =
      "{% assign a = 'a,b' | split: ',' %}{% for i in (1..100) %}{% assign a = a | concat: a %}{% endfor %}"
    #expect(Self.kind(doubling) == .tooManyIterations(limit: 10_000))
  }

  @Test(
    .timeLimit(.minutes(10)),
    arguments: [
      "{% for i in (1..9999) %}{% assign b = a | strip_html | size %}{% endfor %}",
      "{% for i in (1..9999) %}{% if a contains 'yx' %}{% endif %}{% endfor %}",
      "{% assign l = a | split: 'y' %}{% for i in (1..9) %}{% assign l = l | concat: l %}{% endfor %}{{ l | join }}",
      "{% assign l = (1..9999) | sort %}{% for i in (1..9999) %}{% assign m = l | uniq %}{% endfor %}",
      "{% for i in (1..9999) %}{% capture b %}{{ a }}{% endcapture %}{% endfor %}",
      "{% assign l = a | split: 'y' %}{% for i in (1..9) %}{% assign l = l | concat: l %}{% endfor %}{{ l | upcase }}",
      "{% assign l = a | split: 'y' %}{% for i in (1..9) %}{% assign l = l | concat: l %}{% endfor %}{{ l }}",
      "{% assign l = a | split: 'y' %}{% for i in (1..9) %}{% assign l = l | concat: l %}{% endfor %}{{ l | sort_natural }}",
    ])
  func `long texts worked on again and again`(source: String) {
    let long = String(repeating: "x", count: 90_000)
    switch Self.kind(source, ["a": .string(long)], limits: LiquidLimits(outputBytes: 100_000)) {
    case .tooMuchText, .outputTooLarge: break
    case nil: Issue.record("\(source) rendered")
    case let other?: Issue.record("\(source): \(other)")
    }
  }

  @Test(
    .timeLimit(.minutes(10)),
    arguments: [
      "{% comment %}", "{% raw %}", "{{ 'a' }}{% raw %}", "{% comment %}{% raw %}",
    ])
  func `a hundred thousand openings that are never closed`(start: String) {
    #expect(Self.kind(start + Self.repeated("{% ")) != nil)
    #expect(Self.kind(start + Self.repeated("{% %}")) != nil)
    #expect(Self.kind(start + Self.repeated("{%  {{ ")) != nil)
  }

  @Test func `the deepest template that is allowed renders`() async throws {
    let limits = LiquidLimits(depth: 100)
    let source =
      String(repeating: "{% for i in (1..1) %}", count: 100) + "x" + String(repeating: "{% endfor %}", count: 100)
    let brackets = "{{ " + String(repeating: "a[", count: 99) + "b" + String(repeating: "]", count: 99) + " }}"
    // On the small stack of a task's thread too.
    let text = try await Task {
      let schema = LiquidSchema(["a": .open, "b": .open])
      let template = try LiquidTemplate(source + brackets, at: LiquidPlace(file: "f"), schema: schema, limits: limits)
      return try template.render(LiquidContext(root: [String: LiquidValue]()))
    }.value
    #expect(text == "x")
  }

  @Test func `exactly the limit is still fine`() throws {
    let limits = LiquidLimits(outputBytes: 10)
    #expect(try Self.run("{{ 'abcde' }}fghij", limits: limits) == "abcdefghij")
    #expect(Self.kind("{{ 'abcde' }}fghijk", limits: limits) == .outputTooLarge(limit: 10))
    #expect(Self.kind("{{ 'abcdefghijk' }}", limits: limits) == .outputTooLarge(limit: 10))
  }

  @Test(arguments: [
    "plus: 9223372036854775807", "minus: 9223372036854775807", "times: 9223372036854775807", "divided_by: -1", "abs",
    "modulo: -1", "round: 9223372036854775807", "round: -9223372036854775808", "ceil", "floor", "at_least: 1e400",
    "times: 1e308 | times: 1e308 | ceil", "times: 1e308 | times: 1e308 | round", "slice: 9223372036854775807, 9",
    "slice: -9223372036854775808, -9223372036854775808", "truncate: -9223372036854775808", "money: 'EUR'",
    "truncate: 9223372036854775807", "truncatewords: -9223372036854775808", "date: '%Y'", "date: '%99999d'",
    "plus: 1e-300", "modulo: 1e-300", "times: 0.1 | money: 'KWD'", "round: 400", "sum",
  ])
  func `no arithmetic traps`(filter: String) throws {
    let source = "{{ x | \(filter.replacing("1e400", with: "'1e400'").replacing("1e308", with: "'1e308'")) }}"
      .replacing("1e-300", with: "'1e-300'")
    let values: [LiquidValue] = [
      .int(.max), .int(.min), 0, .double(.infinity), .double(-.infinity), .double(.nan),
      .double(.greatestFiniteMagnitude),
      .double(.leastNonzeroMagnitude), "9223372036854775808", "-1e999", "nan", "0x1p5",
    ]
    for value in values {
      // Either a result or an error; what matters is to get here.
      _ = try? Self.run(source, ["x": value])
    }
    _ = try LiquidTemplate(source, at: LiquidPlace(file: "f"))
  }

  @Test func `counters wrap instead of trapping`() throws {
    #expect(try Self.run("{% for i in (9223372036854775806..9223372036854775807) %}{{ i }} {% endfor %}").count == 40)
    #expect(try Self.run("{% for i in (1..3) offset: x limit: x %}{{ i }}{% endfor %}", ["x": .int(.max)]) == "")
    #expect(try Self.run("{% for i in (1..3) offset: x limit: x %}{{ i }}{% endfor %}", ["x": .int(.min)]) == "")
  }

  @Test(arguments: [
    "{", "{{", "{%", "{{}", "{%}", "{{-", "{{--}}", "{%-", "{%--%}", "}}", "%}", "{{ a | }}", "{{ | a }}", "{{ 'a\" }}",
    "{% raw %}{% endraw", "{% comment %}{%", "{{ a[ }}", "{{ .a }}", "{{ a.. }}", "{{ (1..) }}", "{{ 1..2 }}",
    "{{ - }}",
    "{{ -a }}", "{{ !a }}", "{{ a: b }}", "{{ \u{0} }}", "{{ \u{FEFF}a }}", "{{ ‘a’ }}", "{{ a |date }}", "{{ 🎟️ }}",
    "{% if %}", "{% for %}", "{% for a in %}", "{% case %}", "{% cycle %}", "{% assign %}",
    "{% capture %}{% endcapture %}",
    "{% increment %}", "{% for a in b limit %}{% endfor %}", "{% for a in b limit: %}{% endfor %}", "{% when 1 %}",
    "{{ a | date: '%' }}", "{{ a | date: '%-' }}", "{{ a | date: '%^' }}", "{{ a | date: '%::' }}",
    "{{ \"\\u{110000}\" }}",
  ])
  func `broken pieces are an error or text, never a crash`(source: String) {
    _ = Self.kind(source, ["a": "2026-01-01"])
  }

  @Test func `text of every script comes through unharmed`() throws {
    let text = "مرحبا بالعالم 👩‍👩‍👧‍👦 e\u{301} \u{202E}x\u{0} 𝔘𝔫𝔦"
    #expect(try Self.run("{{ x }}|\(text)", ["x": .string(text)]) == "\(text)|\(text)")
    #expect(try Self.run("{{ x | truncate: 9, '…' }}", ["x": "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦"]).count == 9)
    #expect(try Self.run("{{ 'مرحبا بالعالم' | split: ' ' | last }}") == "بالعالم")
    #expect(try Self.run("{% assign الاسم = 'x' %}{{ الاسم }}") == "x")
  }

  @Test func `cuts through a template at any byte never crash`() throws {
    let source = """
      {%- assign x = tickets | where: "row", 1 | map: 'name' -%}{% for t in (1..3) reversed limit:2 %}é{{ t | plus: 1.5 }}
      {% if t contains "a" and x != empty %}{% break %}{% else %}🎟️{% endif %}{% endfor %}{% raw %}{{{% endraw %}\
      {% case x[0] %}{% when 1, 'b' or nil %}y{% endcase %}{{ '2026-01-01' | date: "%-d %^B", 'Europe/Paris' }}
      """
    _ = try Self.run(source)
    for end in source.indices {
      _ = Self.kind(String(source[..<end]))
      _ = Self.kind(String(source[end...]))
    }
  }
}
