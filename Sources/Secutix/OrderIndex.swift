import JSON
import Tickets

/// Finds what belongs to the movements of one order.
struct OrderIndex {
  private let order: OrderDocument.Order
  private let ticketPaths: [JSONPath]
  private var operations: [String: Int] = [:]
  /// Tickets that stand in lists of the order, by the movement they name.
  private var tickets: [String: [(pointer: String, ticket: JSONObject)]] = [:]

  init(_ order: OrderDocument.Order, ticketPaths: [JSONPath]) {
    self.order = order
    self.ticketPaths = ticketPaths.filter { $0.scope == .movement }
    for (index, operation) in order.operations.enumerated() {
      let id = (operation.value(named: "operationId") ?? operation.value(named: "id"))?.idText
      if let id, operations[id] == nil { operations[id] = index }
    }
    for path in ticketPaths where path.scope == .order {
      let list = order.pointer + path.names.map { "/" + jsonPointerToken($0) }.joined()
      for (index, ticket) in objects(.object(order.value), path.names).enumerated() {
        if let id = ticket.value(named: "movementId")?.idText {
          tickets[id, default: []].append(("\(list)/\(index)", ticket))
        }
      }
    }
  }

  /// The operation a movement belongs to: named by it, around it, the only one, or the only one that fits.
  func operation(of movement: OrderDocument.Movement) throws(FieldProblem) -> Int? {
    if let operation = movement.operation { return operation }
    if order.operations.isEmpty { return nil }
    let field = TicketField.ticketOperation.rawValue
    if let id = movement.value.value(named: "operationId")?.idText {
      if let index = operations[id] { return index }
      throw FieldProblem(field: field, column: "movement.operationId", .noOperation(id: id))
    }
    if order.operations.count == 1 { return 0 }
    var fitting = Array(order.operations.indices)
    for name in ["performanceId", "productId", "itemId"] {
      guard let id = movement.value.value(named: name)?.idText else { continue }
      fitting = fitting.filter { order.operations[$0].value(named: name)?.idText == id }
    }
    guard fitting.count == 1 else { throw FieldProblem(field: field, .noOperation(id: nil)) }
    return fitting[0]
  }

  /// The ticket that counts: the newest that was not replaced.
  func newestTicket(of movement: OrderDocument.Movement) -> JSONObject? {
    var found: [JSONObject] = []
    for path in ticketPaths { found += objects(.object(movement.value), path.names) }
    found += listed(for: movement).map(\.ticket)
    func age(_ index: Int) -> (Int, Int64, Int) {
      let ticket = found[index]
      let state = (ticket.value(named: "ticketState") ?? ticket.value(named: "state"))?.stringValue ?? ""
      let id = (ticket.value(named: "ticketId") ?? ticket.value(named: "id"))?.idText.flatMap { Int64($0) } ?? 0
      return (TicketState(word: state) == .replaced ? 0 : 1, id, index)
    }
    return found.indices.max { age($0) < age($1) }.map { found[$0] }
  }

  /// The movement's tickets that stand in lists of the order.
  func listed(for movement: OrderDocument.Movement) -> [(pointer: String, ticket: JSONObject)] {
    if tickets.isEmpty { return [] }
    let id = movement.value.value(named: "movementId") ?? movement.value.value(named: "id")
    return id?.idText.flatMap { tickets[$0] } ?? []
  }

  private func objects(_ value: JSONValue, _ names: [String]) -> [JSONObject] {
    var value = value
    for name in names {
      guard let next = value.object?.value(named: name) else { return [] }
      value = next
    }
    if case .object(let object) = value { return [object] }
    return (value.array ?? []).compactMap(\.object)
  }
}
