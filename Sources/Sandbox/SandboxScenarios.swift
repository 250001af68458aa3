extension SandboxSecutix {
  /// Sells places of a performance, in a new file.
  ///
  /// - Parameters:
  ///   - performance: nil: the house's first.
  ///   - seats: one movement each.
  ///   - count: of places, when there are no seats.
  ///   - holders: names on the tickets, for as many as there are.
  ///   - isPrinted: with barcodes; else NOT_PRINTED, as before anyone looked at the tickets.
  @discardableResult
  package func sell(
    performance: Int64? = nil, seats: [SandboxSeat] = [], count: Int = 1, holders: [SandboxPerson] = [],
    buyer: SandboxPerson = SandboxPerson("Ana", "Moreau", email: "ana@example.org"), isPrinted: Bool = true
  ) throws(SandboxError) -> SandboxSale {
    let performance = try known(performance)
    let file = SandboxFile(
      id: 312_044 + Int64(files.count), state: "SOLDED", contactReference: "\(204_417 + files.count)",
      buyer: buyer, orders: [], changedAt: now())
    files.append(file)
    let index = files.count - 1
    let places: [SandboxSeat?]
    if !seats.isEmpty {
      places = seats
    } else if performance.isSeated {
      places = (0..<count).map { _ in freeSeat() }
    } else {
      places = Array(repeating: nil, count: count)
    }
    return order("SALE", in: index, performance, places: places, holders: holders, isPrinted: isPrinted)
  }

  /// Prints what is not printed yet: the ticket has a barcode from now on.
  package func print(_ movement: Int64) throws(SandboxError) {
    let place = try live(movement)
    let barcode = newBarcode(for: performance(at: place))
    change(place) { one in
      guard let last = one.tickets.indices.last else { return }
      if one.tickets[last].barcode == nil { one.tickets[last].barcode = barcode }
      one.tickets[last].state = "PRINTED"
    }
  }

  /// Prints again: the old ticket is INVALIDATED, the same movement has another ticket with another barcode.
  package func reprint(_ movement: Int64) throws(SandboxError) {
    try replaceTicket(of: movement) { _ in }
  }

  /// Moves the buyer to another seat, which prints again.
  package func reseat(_ movement: Int64, to seat: SandboxSeat) throws(SandboxError) {
    try replaceTicket(of: movement) { $0.seat = seat }
  }

  /// Puts another name on the ticket. The barcode stays.
  package func rename(_ movement: Int64, to holder: SandboxPerson) throws(SandboxError) {
    change(try live(movement), state: "MODIFIED") { $0.holder = holder }
  }

  /// Gives a performance another start. Every ticket of it has a row.
  ///
  /// - Parameter start: milliseconds since 1970.
  package func reschedule(_ performance: Int64? = nil, to start: Int64) throws(SandboxError) {
    let id = try known(performance).id
    for index in house.performances.indices where house.performances[index].id == id {
      house.performances[index].start = start
    }
    for place in places(of: id) { change(place, state: "MODIFIED") { _ in } }
  }

  /// Gives a movement back and sells another in the same file, by one order of exchange.
  @discardableResult
  package func exchange(
    _ movement: Int64, for performance: Int64? = nil, seat: SandboxSeat? = nil
  ) throws(SandboxError) -> SandboxSale {
    let place = try live(movement)
    let old = files[place.file].orders[place.order].movements[place.movement]
    let performance = try known(performance)
    cancelTicket(place)
    let new = seat ?? (performance.isSeated ? freeSeat() : nil)
    return order(
      "EXCHANGE_CLIENT", in: place.file, performance, places: [new], holders: old.holder.map { [$0] } ?? [],
      isPrinted: true, givingBack: [old])
  }

  /// Refunds movements of one file, by an order of its own. The file is CANCELED when nothing is left.
  @discardableResult
  package func refund(_ movements: [Int64]) throws(SandboxError) -> SandboxSale {
    var places: [Place] = []
    for movement in movements { places.append(try live(movement)) }
    guard let first = places.first, places.allSatisfy({ $0.file == first.file }) else {
      throw SandboxError("a refund is of one file")
    }
    let old = places.map { files[$0.file].orders[$0.order].movements[$0.movement] }
    let operation = old[0].operation
    let sold = files[first.file].orders.lazy.flatMap(\.operations).first { $0.id == operation }
    let performance = try known(sold?.performance)
    for place in places { cancelTicket(place) }
    let sale = order(
      "REFUND_CLIENT", in: first.file, performance, places: [], holders: [], isPrinted: false, givingBack: old)
    let isEmpty = files[first.file].orders.allSatisfy { order in
      order.movements.allSatisfy { $0.undoes != nil || $0.ticket?.state == "CANCELLED" }
    }
    if isEmpty { files[first.file].state = "CANCELED" }
    return sale
  }

  /// Sells a ticket on to another buyer: given back in the one file, sold in a new one, on the same seat.
  @discardableResult
  package func resell(_ movement: Int64, to buyer: SandboxPerson) throws(SandboxError) -> SandboxSale {
    let place = try live(movement)
    let old = files[place.file].orders[place.order].movements[place.movement]
    let operation = files[place.file].orders[place.order].operations.first { $0.id == old.operation }
    try refund([movement])
    return try sell(
      performance: operation?.performance, seats: old.seat.map { [$0] } ?? [], holders: [buyer], buyer: buyer)
  }

  /// A scan at the door: only one that succeeds marks the ticket.
  package func scan(_ movement: Int64, succeeds: Bool = true) throws(SandboxError) {
    let place = try live(movement)
    guard succeeds else { return }
    change(place) { one in
      if let last = one.tickets.indices.last { one.tickets[last].state = "CONTROLLED" }
    }
  }

  /// Calls a performance off: every ticket of it is CANCELLED, no order is refunded yet.
  package func cancelEvent(_ performance: Int64? = nil) throws(SandboxError) {
    let id = try known(performance).id
    for index in house.performances.indices where house.performances[index].id == id {
      house.performances[index].isCancelled = true
    }
    for place in places(of: id) { cancelTicket(place) }
  }

  // MARK: Steps

  /// The next seat nobody has, row by row from the same door.
  func freeSeat() -> SandboxSeat {
    defer { seatsGiven += 1 }
    let rows = Array("FGHJKLMNPQRSTUVW")
    let row = rows[seatsGiven / 24 % rows.count]
    return SandboxSeat(id: 466_600_001 + Int64(seatsGiven), row: String(row), number: "\(21 + seatsGiven % 24)")
  }

  private func newBarcode(for performance: SandboxHouse.Performance?) -> String {
    performance?.barcodesAreForeign == true
      ? random.foreignBarcode() : random.barcode(length: house.barcodeLength)
  }

  func performance(at place: Place) -> SandboxHouse.Performance? {
    let order = files[place.file].orders[place.order]
    let operation = order.movements[place.movement].operation
    return order.operations.first { $0.id == operation }.flatMap { performance($0.performance) }
  }

  private func known(_ performance: Int64?) throws(SandboxError) -> SandboxHouse.Performance {
    guard let performance else {
      guard let first = house.performances.first else { throw SandboxError("the house plays nothing") }
      return first
    }
    guard let found = self.performance(performance) else { throw SandboxError("no performance \(performance)") }
    return found
  }

  private func live(_ movement: Int64) throws(SandboxError) -> Place {
    guard let place = place(of: movement) else { throw SandboxError("no movement \(movement)") }
    let one = files[place.file].orders[place.order].movements[place.movement]
    guard one.undoes == nil, let state = one.ticket?.state, state != "CANCELLED" else {
      throw SandboxError("movement \(movement) is cancelled")
    }
    return place
  }

  /// The movements of a performance that are not given back.
  private func places(of performance: Int64) -> [Place] {
    var places: [Place] = []
    for (file, value) in files.enumerated() {
      for (order, value) in value.orders.enumerated() {
        let operations = Set(value.operations.filter { $0.performance == performance }.map(\.id))
        for (index, movement) in value.movements.enumerated()
        where operations.contains(movement.operation) && movement.undoes == nil
          && movement.ticket?.state != "CANCELLED"
        {
          places.append(Place(file: file, order: order, movement: index))
        }
      }
    }
    return places
  }

  private func order(
    _ type: String, in file: Int, _ performance: SandboxHouse.Performance, places: [SandboxSeat?],
    holders: [SandboxPerson], isPrinted: Bool, givingBack: [SandboxMovement] = []
  ) -> SandboxSale {
    let operation = SandboxOperation(
      id: newID(), performance: performance.id, unitPrice: performance.price, quantity: max(1, places.count))
    var movements = givingBack.map {
      SandboxMovement(id: newID(), operation: operation.id, seat: $0.seat, holder: $0.holder, undoes: $0.id)
    }
    var sold: [Int64] = []
    for (index, seat) in places.enumerated() {
      let ticket = SandboxTicket(
        id: newID(), barcode: isPrinted ? newBarcode(for: performance) : nil,
        state: isPrinted ? "PRINTED" : "NOT_PRINTED")
      let movement = SandboxMovement(
        id: newID(), operation: operation.id, seat: seat,
        holder: holders.indices.contains(index) ? holders[index] : nil, tickets: [ticket])
      sold.append(movement.id)
      soldMovements.append(movement.id)
      movements.append(movement)
    }
    let order = SandboxOrder(
      id: newID(), secret: random.token(), type: type, createdAt: now(), operations: [operation],
      movements: movements)
    add(order, to: file)
    files[file].changedAt = now()
    closedOrders.append(order.id)
    for movement in movements where movement.undoes == nil {
      rows.append(row(of: movement, in: order, state: isPrinted ? "PAID" : "NOT_PRINTED"))
    }
    return SandboxSale(
      file: files[file].id, order: order.id, orderSecret: order.secret, movements: sold)
  }

  private func replaceTicket(
    of movement: Int64, _ move: (inout SandboxMovement) -> Void
  ) throws(SandboxError) {
    let place = try live(movement)
    let ticket = SandboxTicket(id: newID(), barcode: newBarcode(for: performance(at: place)), state: "PRINTED")
    change(place) { one in
      guard let last = one.tickets.indices.last else { return }
      move(&one)
      one.tickets[last].state = "INVALIDATED"
      one.tickets.append(ticket)
    }
    // The query sees the ticket that went, too, and nothing says in which order.
    let one = files[place.file].orders[place.order].movements[place.movement]
    if let gone = one.tickets.dropLast().last {
      var old = row(of: one, in: files[place.file].orders[place.order], state: "INVALIDATED")
      old.ticketID = gone.id
      rows.append(old)
    }
  }

  private func cancelTicket(_ place: Place) {
    change(place) { one in
      if let last = one.tickets.indices.last { one.tickets[last].state = "CANCELLED" }
    }
  }

  /// Changes a movement and notes the row that the query gives for it.
  private func change(
    _ place: Place, state: String? = nil, _ body: (inout SandboxMovement) -> Void
  ) {
    body(&files[place.file].orders[place.order].movements[place.movement])
    files[place.file].changedAt = now()
    let order = files[place.file].orders[place.order]
    let movement = order.movements[place.movement]
    rows.append(row(of: movement, in: order, state: state ?? movement.ticket?.state ?? "MODIFIED"))
  }

  private func row(of movement: SandboxMovement, in order: SandboxOrder, state: String) -> SandboxRow {
    SandboxRow(
      ticketID: movement.ticket?.id, movementID: movement.id, orderSecret: order.secret, orderID: order.id,
      state: state, changedAt: now())
  }
}
