import Liquid
package import Tickets

/// Which template a ticket gets; the first that matches wins: a rule's condition, the comfort variable `WALLET`, the
/// product's subtype or family, the default.
package struct TemplateRouting: Sendable {
  /// Liquid that is true for the tickets of a template, such as `seat.category == "VIP"`.
  package struct Rule: Sendable, Hashable {
    package let condition: String
    package let template: String

    package init(condition: String, template: String) {
      self.condition = condition
      self.template = template
    }
  }

  /// The comfort variable that names a ticket's template.
  package static let variable = "WALLET"

  /// By name.
  package let templates: [String: PassTemplate]
  package let rules: [Rule]
  /// Product family or subtype to template.
  package let families: [String: String]
  package let defaultTemplate: String
  private let conditions: [LiquidTemplate]
  private let fallback: PassTemplate

  /// - Throws: the first of `problems`.
  package init(
    templates: [String: PassTemplate], rules: [Rule] = [], families: [String: String] = [:], defaultTemplate: String
  ) throws(RoutingError) {
    let problems = Self.problems(
      templates: templates.keys, rules: rules, families: families, defaultTemplate: defaultTemplate)
    if let first = problems.first { throw first }
    guard let fallback = templates[defaultTemplate] else {
      throw .unknownTemplate(defaultTemplate, place: "default", nearest: nil)
    }
    var conditions: [LiquidTemplate] = []
    for (index, rule) in rules.enumerated() { conditions.append(try Self.condition(rule, index: index)) }
    self.templates = templates
    self.rules = rules
    self.families = families
    self.defaultTemplate = defaultTemplate
    self.conditions = conditions
    self.fallback = fallback
  }

  /// Everything that is wrong with a route, in the order in which it is followed; empty when it can be.
  package static func problems(
    templates: some Collection<String>, rules: [Rule], families: [String: String], defaultTemplate: String
  ) -> [RoutingError] {
    var problems: [RoutingError] = []
    func look(for name: String, at place: String) {
      guard !templates.contains(name) else { return }
      problems.append(.unknownTemplate(name, place: place, nearest: nearestName(to: name, among: templates)))
    }
    for (index, rule) in rules.enumerated() {
      do throws(RoutingError) {
        _ = try condition(rule, index: index)
      } catch {
        problems.append(error)
      }
      look(for: rule.template, at: "rules[\(index)]")
    }
    for (family, template) in families.sorted(by: { $0.key < $1.key }) { look(for: template, at: "families.\(family)") }
    look(for: defaultTemplate, at: "default")
    return problems
  }

  private static func condition(_ rule: Rule, index: Int) throws(RoutingError) -> LiquidTemplate {
    let text = rule.condition
    if text.allSatisfy(\.isWhitespace) {
      throw .condition(rule: index, message: "the condition is empty: write one such as seat.category == \"VIP\"")
    }
    for sign in ["{%", "%}", "{{", "}}"] where text.contains(sign) {
      throw .condition(rule: index, message: "write the condition alone, without \(sign)")
    }
    let opening = "{% if "
    do throws(LiquidError) {
      // Columns are counted in the condition as it was written.
      return try LiquidTemplate(
        "\(opening)\(text) %}1{% endif %}", at: LiquidPlace(file: "rules[\(index)]", column: 1 - opening.count),
        schema: TicketVariables.schema)
    } catch {
      let place = error.place.line == 1 ? "column \(max(1, error.place.column))" : "line \(error.place.line)"
      throw .condition(rule: index, message: "\(place): \(error.kind)")
    }
  }

  /// A ticket's template, and what could not be followed on the way to it.
  package struct Route: Sendable {
    package let template: PassTemplate
    package let notices: [RouteNotice]
  }

  /// The template of a ticket.
  package func template(for ticket: Ticket, tenant: String) -> PassTemplate {
    route(for: ticket, tenant: tenant).template
  }

  /// The template of a ticket, with what a person should know about the way to it.
  package func route(for ticket: Ticket, tenant: String) -> Route {
    var notices: [RouteNotice] = []
    if !conditions.isEmpty {
      // A pass has no serial number yet, and a rule that asks whether it is voided would change its look for ever.
      let pass = PassVariables(serialNumber: "", isUsed: ticket.state == .used, isVoided: false)
      let language = fallback.settings.defaultLanguage
      let context = LiquidContext(
        root: TicketVariables(ticket: ticket, pass: pass, tenant: tenant, language: language), language: language)
      for (index, condition) in conditions.enumerated() {
        do throws(LiquidError) {
          guard try !condition.render(context).isEmpty, let template = templates[rules[index].template] else {
            continue
          }
          return Route(template: template, notices: notices)
        } catch {
          notices.append(.condition(rule: index, message: "\(error.kind)"))
        }
      }
    }
    if let name = ticket.variables[Self.variable].map(Self.trimmed), !name.isEmpty {
      if let template = templates[name] { return Route(template: template, notices: notices) }
      notices.append(.unknownTemplate(name, nearest: nearestName(to: name, among: templates.keys)))
    }
    for word in [ticket.product.subtype, ticket.product.family] {
      if let template = word.flatMap({ families[$0] }).flatMap({ templates[$0] }) {
        return Route(template: template, notices: notices)
      }
    }
    return Route(template: fallback, notices: notices)
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}

extension TemplateRouting {
  /// Why a route cannot be.
  package enum RoutingError: Error, Sendable, Hashable {
    /// A condition that is no Liquid, or names what does not exist. `rule` counts from 0; the message says where in the
    /// condition.
    case condition(rule: Int, message: String)
    /// No template of this name. `place`: `default`, `rules[2]`, `families.SINGLE_ENTRY`.
    case unknownTemplate(String, place: String, nearest: String?)
  }
}

extension TemplateRouting.RoutingError: CustomStringConvertible {
  /// Where in the routing it is.
  package var place: String {
    switch self {
    case .condition(let rule, _): "rules[\(rule)]"
    case .unknownTemplate(_, let place, _): place
    }
  }

  /// What is wrong, without the place.
  package var sentence: String {
    switch self {
    case .condition(_, let message): message
    case .unknownTemplate(let name, _, let nearest):
      "there is no template “\(name)”" + (nearest.map { ": did you mean “\($0)”?" } ?? "")
    }
  }

  package var description: String { "\(place): \(sentence)" }
}

/// What could not be followed while one ticket was routed. The ticket has a template all the same.
package enum RouteNotice: Sendable, Hashable {
  /// A rule's condition failed for this ticket, as `<` between a text and a number does: it counts as not met.
  case condition(rule: Int, message: String)
  /// The comfort variable names no template.
  case unknownTemplate(String, nearest: String?)

  package var sentence: String {
    switch self {
    case .condition(let rule, let message): "rules[\(rule)] is not met, for it fails: \(message)"
    case .unknownTemplate(let name, let nearest):
      "\(TemplateRouting.variable) names no template (“\(name.prefix(60))”)"
        + (nearest.map { ": did you mean “\($0)”?" } ?? "")
    }
  }
}
