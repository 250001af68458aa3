package import Foundation

/// A Liquid template: read and checked once, rendered as often as wanted.
///
/// The language is Shopify's: `{{ }}` with filters, `assign`, `capture`, `if`, `unless`, `case`, `for`, `cycle`,
/// `increment`, `decrement`, `echo`, `comment`, `raw`. Added are the filters `money` and `translate` and the time zone
/// as second argument of `date`. Rendering sees nothing but its context: no file, no clock, no network.
///
/// Whole numbers have 64 bits; a result that does not fit becomes a floating-point number.
package struct LiquidTemplate: Sendable {
  private let source: String
  private let place: LiquidPlace
  private let limits: LiquidLimits
  let nodes: [Node]
  /// No tags and outputs: renders to the same text every time.
  package let isStatic: Bool
  /// The text of a static template.
  package let staticText: String?
  /// Whether the result may differ by language: `translate`, `money`, dates with names of days or months.
  package let usesLanguage: Bool
  /// Set when the template is one `{{ … }}` and nothing else.
  private let onlyOutput: FilteredExpression?

  /// - Parameters:
  ///   - source: the template.
  ///   - place: where it begins in its file; errors say their own place counted from there.
  ///   - schema: the variables that exist; nil takes any name.
  /// - Throws: syntax errors, unknown filters, unknown variables.
  package init(
    _ source: String, at place: LiquidPlace, schema: LiquidSchema? = nil, limits: LiquidLimits = LiquidLimits()
  ) throws(LiquidError) {
    self.source = source
    self.place = place
    self.limits = limits
    do throws(Scanner.Failure) {
      var parser = try TemplateParser(source: Array(source.utf8), depthLimit: limits.depth)
      nodes = try parser.parse()
      usesLanguage = parser.usesLanguage
      if let schema { try SchemaCheck.check(nodes, against: schema) }
    } catch {
      throw LiquidError(error.kind, at: place.advanced(over: source, toByte: error.byte))
    }
    var text: String? = ""
    for node in nodes {
      if case .text(let piece) = node { text? += piece } else { text = nil }
    }
    staticText = text
    isStatic = text != nil
    if nodes.count == 1, case .output(let expression) = nodes[0] {
      onlyOutput = expression
    } else {
      onlyOutput = nil
    }
  }

  /// The text for one ticket. Names that hold nothing print nothing.
  package func render(_ context: LiquidContext) throws(LiquidError) -> String {
    if let staticText { return staticText }
    if let onlyOutput {
      // The usual string of a pass: no need to gather pieces.
      let value = try value(of: onlyOutput, context)
      let text: String
      if case .array = value {
        do throws(Scanner.Failure) {
          text = try Renderer(context: context, limits: limits).text(of: value)
        } catch {
          throw located(error)
        }
      } else {
        text = value.text
      }
      guard text.utf8.count <= limits.outputBytes else {
        throw LiquidError(.outputTooLarge(limit: limits.outputBytes), at: place)
      }
      return text
    }
    var output = ""
    var renderer = Renderer(context: context, limits: limits)
    do throws(Scanner.Failure) {
      _ = try renderer.render(nodes, into: &output)
    } catch {
      throw located(error)
    }
    return output
  }

  /// The value of a template that is one `{{ … }}` and nothing else, with its type: number, boolean, date …
  /// Of any other template, the rendered text.
  package func evaluate(_ context: LiquidContext) throws(LiquidError) -> LiquidValue {
    guard let onlyOutput else { return .string(try render(context)) }
    return try value(of: onlyOutput, context)
  }

  private func value(of expression: FilteredExpression, _ context: LiquidContext) throws(LiquidError) -> LiquidValue {
    // A plain variable needs nothing of what a rendering keeps: there are no others than the context's.
    if expression.filters.isEmpty {
      switch expression.base {
      case .member(let name, let member, _): return context.root.value(for: name, member) ?? .null
      case .variable(let name, _): return context.root.value(for: name) ?? .null
      default: break
      }
    }
    var renderer = Renderer(context: context, limits: limits)
    do throws(Scanner.Failure) {
      return try renderer.value(of: expression)
    } catch {
      throw located(error)
    }
  }

  private func located(_ failure: Scanner.Failure) -> LiquidError {
    LiquidError(failure.kind, at: place.advanced(over: source, toByte: failure.byte))
  }
}

/// What a template is rendered with.
package struct LiquidContext: Sendable {
  /// The variables, by their first name.
  package var root: any LiquidObject
  /// Language tag (`fr`, `de-CH`) for names of days and months, money and translations.
  package var language: String
  /// Zone of dates that are written without an offset; UTC when nil.
  package var timeZone: TimeZone?
  /// The translation of a key, or nil when there is none.
  package var translate: (@Sendable (String) -> String?)?

  package init(
    root: any LiquidObject, language: String = "en", timeZone: TimeZone? = nil,
    translate: (@Sendable (String) -> String?)? = nil
  ) {
    self.root = root
    self.language = language
    self.timeZone = timeZone
    self.translate = translate
  }
}
