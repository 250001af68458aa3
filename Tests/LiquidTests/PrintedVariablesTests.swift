import Liquid
import Testing

@Suite("Variables that show") struct PrintedVariablesTests {
  private static let cases: [(String, Set<String>)] = [
    ("{{ seat.row }}", ["seat.row"]), ("{{ name }}", ["name"]), ("text", []), ("{{ 'seat.row' }}", []),
    ("{{ a.b | default: c.d | append: e.f.g }}", ["a.b", "c.d", "e.f"]), ("{{ list[0].name }}", ["list"]),
    ("{% if a.b == c.d %}{{ e.f }}{% elsif g.h %}{{ i.j }}{% else %}{{ k.l }}{% endif %}", ["e.f", "i.j", "k.l"]),
    ("{% case a.b %}{% when c.d %}{{ e.f }}{% else %}{{ g.h }}{% endcase %}", ["e.f", "g.h"]),
    ("{% assign x = a.b %}{% if x %}y{% endif %}", []), ("{% assign x = a.b | upcase %}{{ x }}", ["a.b"]),
    ("{% capture x %}{{ a.b }}{% endcapture %}", []),
    ("{% capture x %}{{ a.b }}-{{ c.d }}{% endcapture %}{{ x }}{{ e.f }}", ["a.b", "c.d", "e.f"]),
    ("{% for x in a.b %}{{ x.name }}{% else %}{{ c.d }}{% endfor %}", ["a.b", "c.d"]),
    ("{% cycle a.b, 'c' %}", ["a.b"]), ("{% unless a.b %}{{ c.d }}{% endunless %}", ["c.d"]),
  ]

  @Test(arguments: cases) func `are those that a template prints`(source: String, names: Set<String>) throws {
    let template = try LiquidTemplate(source, at: LiquidPlace(file: "test"))
    #expect(template.printedVariables == names)
  }
}
