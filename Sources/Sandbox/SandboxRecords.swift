/// A file ("dossier"): all orders of one customer case.
package struct SandboxFile: Sendable, Hashable {
  package let id: Int64
  package var state: String
  package var contactReference: String
  package var buyer: SandboxPerson
  package var orders: [SandboxOrder]
  var changedAt: Int64
}

package struct SandboxPerson: Sendable, Hashable {
  package var firstName: String
  package var lastName: String
  package var email: String?

  package init(_ firstName: String, _ lastName: String, email: String? = nil) {
    self.firstName = firstName
    self.lastName = lastName
    self.email = email
  }
}

package struct SandboxOrder: Sendable, Hashable {
  package let id: Int64
  package let secret: String
  /// `SALE`, `REFUND_CLIENT`, `EXCHANGE_CLIENT` …
  package let type: String
  package var state = "CLOSED"
  let createdAt: Int64
  package var operations: [SandboxOperation]
  package var movements: [SandboxMovement]
}

package struct SandboxOperation: Sendable, Hashable {
  package let id: Int64
  package let performance: Int64
  /// The product of the package that it is a part of.
  package var packageProduct: Int64?
  package var tariff = SandboxTariff.adult
  package let unitPrice: Int64
  package var quantity: Int
}

/// One seat or place, and its tickets one after the other.
package struct SandboxMovement: Sendable, Hashable {
  package let id: Int64
  package let operation: Int64
  package var seat: SandboxSeat?
  package var holder: SandboxPerson?
  package var tickets: [SandboxTicket] = []
  /// The movement this one gives back.
  package var undoes: Int64?
  package var ticket: SandboxTicket? { tickets.last }
}

package struct SandboxSeat: Sendable, Hashable {
  package var id: Int64
  package var area: String
  package var block: String
  package var row: String
  package var number: String
  package var entrance: String

  package init(
    id: Int64 = 466_600_001, area: String = "Parterre", block: String = "B", row: String, number: String,
    entrance: String = "Porte 3"
  ) {
    self.id = id
    self.area = area
    self.block = block
    self.row = row
    self.number = number
    self.entrance = entrance
  }
}

package struct SandboxTicket: Sendable, Hashable {
  package let id: Int64
  /// Not before it is printed.
  package var barcode: String?
  package var state: String
}

/// A row of the data export's query: one ticket, as it was after one change.
package struct SandboxRow: Sendable, Hashable {
  package var ticketID: Int64?
  package var movementID: Int64
  package var orderSecret: String
  package var orderID: Int64
  package var state: String
  /// Milliseconds since 1970.
  package var changedAt: Int64
}

/// What a scenario made.
package struct SandboxSale: Sendable, Hashable {
  package let file: Int64
  package let order: Int64
  package let orderSecret: String
  package let movements: [Int64]
}

/// A scenario that cannot be played: there is no such movement, or not in this state.
package struct SandboxError: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = description
  }
}
