import Tickets

/// What a column or a JSON path fills: a field of the ticket, or a comfort variable.
enum FieldTarget: Sendable, Hashable {
  case field(TicketField)
  case variable(String)

  /// Reads `seat.row` or `variables.WALLET`.
  init?(_ name: String) {
    if let field = TicketField(rawValue: name) {
      self = .field(field)
    } else if name.hasPrefix("variables."), name.utf8.count > 10 {
      self = .variable(String(name.dropFirst(10)))
    } else {
      return nil
    }
  }

  var name: String {
    switch self {
    case .field(let field): field.rawValue
    case .variable(let name): "variables.\(name)"
    }
  }

  static func nearest(to name: String) -> String? {
    nearestName(to: name, among: TicketField.allCases.map(\.rawValue))
  }
}
