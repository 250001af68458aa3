import Liquid
import Testing

@Suite("What a template can render to") struct PossibleTextsTests {
  @Test(
    arguments: [
      ("", [""], true), ("a", ["a"], true), ("{{ x }}", [], false), ("a{{ x }}", [], false),
      ("{{ 'a' }}b", ["ab"], true),
      ("{{ 'a' | upcase }}", [], false), ("{% if x %}a{% endif %}", ["", "a"], true),
      ("{% if x %}a{% elsif y %}b{% else %}c{% endif %}", ["a", "b", "c"], true),
      ("{% if x %}a{% else %}{{ y }}{% endif %}", ["a"], false),
      ("{% unless x %}a{% endunless %}-", ["-", "a-"], true),
      ("{% case x %}{% when 1 %}a{% when 2 %}b{% else %}c{% endcase %}", ["a", "b", "c"], true),
      ("{% case x %}{% when 1 %}a{% endcase %}", ["", "a"], true),
      ("{% if x %}a{% endif %}{% if y %}b{% endif %}", ["", "a", "b", "ab"], true),
      ("{% assign z = x %}{% capture q %}w{% endcapture %}a", ["a"], true),
      ("{% for i in x %}a{% endfor %}", [], false), ("{% cycle 'a', 'b' %}", [], false),
    ] as [(String, Set<String>, Bool)])
  func `by its conditions alone`(source: String, texts: Set<String>, isComplete: Bool) throws {
    let possible = try LiquidTemplate(source, at: LiquidPlace(file: "x")).possibleTexts
    #expect(possible == .init(texts: texts, isComplete: isComplete))
  }

  @Test func `more ways than anyone can list are none`() throws {
    let source = (0..<40).map { "{% if x %}\($0){% endif %}" }.joined()
    let possible = try LiquidTemplate(source, at: LiquidPlace(file: "x")).possibleTexts
    #expect(possible == .init(texts: [], isComplete: false))
  }
}
