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

  /// Why a route cannot be.
  package enum RoutingError: Error, Sendable, Hashable {
    /// A condition that is no Liquid, or names what does not exist.
    case condition(rule: Int, message: String)
    /// No template of this name. `place`: `default`, `rules[2]`, `families.SINGLE_ENTRY`.
    case unknownTemplate(String, place: String)
  }

  /// By name.
  package let templates: [String: PassTemplate]
  package let rules: [Rule]
  /// Product family or subtype to template.
  package let families: [String: String]
  package let defaultTemplate: String

  /// - Throws: `RoutingError`.
  package init(
    templates: [String: PassTemplate], rules: [Rule] = [], families: [String: String] = [:], defaultTemplate: String
  ) throws(RoutingError) {
    guard templates[defaultTemplate] != nil else { throw .unknownTemplate(defaultTemplate, place: "default") }
    self.templates = templates
    self.rules = rules
    self.families = families
    self.defaultTemplate = defaultTemplate
  }

  /// The template of a ticket.
  package func template(for ticket: Ticket, tenant: String) -> PassTemplate {
    preconditionFailure("to be built")
  }
}
