import JSON
import Liquid
import Passes
import Tickets

/// What stands behind a field: the designer's Liquid and the ticket's values in it.
struct FieldSource {
  let value: TemplateText?
  let label: TemplateText?
  /// The variables that the Liquid of value and label names, and what the ticket has for them.
  let variables: [(name: String, value: String?)]

  var variablesJSON: String {
    let pairs = variables.map { JSONValue.array([.string($0.name), $0.value.map { .string($0) } ?? .null]) }
    return String(decoding: JSONValue.array(pairs).serialized(), as: UTF8.self)
  }
}

/// The variables of one sample ticket, for the table and for the fields.
struct SampleVariables {
  /// In the order of the documentation's table; nil for what the ticket does not have.
  let values: [(name: String, value: String?)]
  private let valueByName: [String: String?]

  init(ticket: Ticket, pass: PassVariables, tenant: String, language: String) {
    let root = TicketVariables(ticket: ticket, pass: pass, tenant: tenant, language: language)
    let names = TicketVariables.names + ticket.variables.keys.sorted().map { "variables.\($0)" }
    values = names.map { name in
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      let text = parts.count == 2 ? root.value(for: parts[0], parts[1])?.text : nil
      return (name, text.flatMap { $0.isEmpty ? nil : $0 })
    }
    valueByName = Dictionary(values.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// The variables that stand in a text's Liquid, each once.
  func named(in texts: [String]) -> [(name: String, value: String?)] {
    var found: [(name: String, value: String?)] = []
    for text in texts where text.contains("{{") || text.contains("{%") {
      let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
      for word in words.map(String.init) where !found.contains(where: { $0.name == word }) {
        if let value = valueByName[word] {
          found.append((word, value))
        } else if word == "price", let amount = valueByName["price.amount"] {
          found.append((word, amount.map { "\($0) \((valueByName["price.currency"] ?? nil) ?? "")" }))
        }
      }
    }
    return found
  }
}
