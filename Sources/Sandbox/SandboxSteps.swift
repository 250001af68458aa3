/// The steps that scenarios are made of.
extension SandboxSecutix {
  /// The next seat nobody has, row by row from the same door.
  func freeSeat() -> SandboxSeat {
    defer { seatsGiven += 1 }
    let rows = Array("FGHJKLMNPQRSTUVW")
    let row = rows[seatsGiven / 24 % rows.count]
    return SandboxSeat(id: 466_600_001 + Int64(seatsGiven), row: String(row), number: "\(21 + seatsGiven % 24)")
  }

  func newBarcode(for performance: SandboxHouse.Performance?) -> String {
    performance?.barcodesAreForeign == true
      ? random.foreignBarcode() : random.barcode(length: house.barcodeLength)
  }

  func performance(at place: Place) -> SandboxHouse.Performance? {
    let order = files[place.file].orders[place.order]
    let operation = order.movements[place.movement].operation
    return order.operations.first { $0.id == operation }.flatMap { performance($0.performance) }
  }

  func known(_ performance: Int64?) throws(SandboxError) -> SandboxHouse.Performance {
    guard let performance else {
      guard let first = house.performances.first else { throw SandboxError("the house plays nothing") }
      return first
    }
    guard let found = self.performance(performance) else { throw SandboxError("no performance \(performance)") }
    return found
  }

  func live(_ movement: Int64) throws(SandboxError) -> Place {
    guard let place = place(of: movement) else { throw SandboxError("no movement \(movement)") }
    let one = files[place.file].orders[place.order].movements[place.movement]
    guard one.undoes == nil, let state = one.ticket?.state, state != "CANCELLED" else {
      throw SandboxError("movement \(movement) is cancelled")
    }
    return place
  }

  /// The movements of a performance that are not given back.
  func places(of performance: Int64) -> [Place] {
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

  /// What becomes one operation of an order.
  struct Line {
    var performance: SandboxHouse.Performance
    /// The product of the package that it is a part of.
    var packageProduct: Int64?
    var tariff = SandboxTariff.adult
    var unitPrice: Int64
    /// One movement each; nil is a place without a seat.
    var places: [SandboxSeat?] = []
    var holders: [SandboxPerson] = []
    var givingBack: [SandboxMovement] = []
  }

  /// A line for each tariff: the last of the places are the children's.
  func lines(
    _ performance: SandboxHouse.Performance, of offer: SandboxHouse.Package? = nil, price: Int64,
    places: [SandboxSeat?], children: Int, holders: [SandboxPerson]
  ) -> [Line] {
    let adults = places.count - min(max(0, children), places.count)
    let groups = [
      (SandboxTariff.adult, places.prefix(adults), holders.prefix(adults)),
      (.child, places.dropFirst(adults), holders.dropFirst(adults)),
    ]
    return groups.filter { !$0.1.isEmpty }.map { tariff, places, holders in
      Line(
        performance: performance, packageProduct: offer?.productID, tariff: tariff,
        unitPrice: tariff.price(of: price), places: Array(places), holders: Array(holders))
    }
  }

  func freePlaces(_ count: Int, of performance: SandboxHouse.Performance) -> [SandboxSeat?] {
    (0..<count).map { _ in performance.isSeated ? freeSeat() : nil }
  }

  /// - Returns: its place among the files.
  func newFile(of buyer: SandboxPerson) -> Int {
    files.append(
      SandboxFile(
        id: 312_044 + Int64(files.count), state: "SOLDED", contactReference: "\(204_417 + files.count)",
        buyer: buyer, orders: [], changedAt: now()))
    return files.count - 1
  }

  /// Closes an order, with an operation for each line.
  func order(_ type: String, in file: Int, _ lines: [Line], isPrinted: Bool) -> SandboxSale {
    var operations: [SandboxOperation] = []
    var movements: [SandboxMovement] = []
    var sold: [Int64] = []
    for line in lines {
      let operation = SandboxOperation(
        id: newID(), performance: line.performance.id, packageProduct: line.packageProduct, tariff: line.tariff,
        unitPrice: line.unitPrice, quantity: line.places.isEmpty ? line.givingBack.count : line.places.count)
      operations.append(operation)
      movements += line.givingBack.map {
        SandboxMovement(id: newID(), operation: operation.id, seat: $0.seat, holder: $0.holder, undoes: $0.id)
      }
      for (index, seat) in line.places.enumerated() {
        let ticket = SandboxTicket(
          id: newID(), barcode: isPrinted ? newBarcode(for: line.performance) : nil,
          state: isPrinted ? "PRINTED" : "NOT_PRINTED")
        let movement = SandboxMovement(
          id: newID(), operation: operation.id, seat: seat,
          holder: line.holders.indices.contains(index) ? line.holders[index] : nil, tickets: [ticket])
        sold.append(movement.id)
        soldMovements.append(movement.id)
        movements.append(movement)
      }
    }
    let order = SandboxOrder(
      id: newID(), secret: random.token(), type: type, createdAt: now(), operations: operations,
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

  func replaceTicket(
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

  func cancelTicket(_ place: Place) {
    change(place) { one in
      if let last = one.tickets.indices.last { one.tickets[last].state = "CANCELLED" }
    }
  }

  /// Changes a movement and notes the row that the query gives for it.
  func change(
    _ place: Place, state: String? = nil, _ body: (inout SandboxMovement) -> Void
  ) {
    body(&files[place.file].orders[place.order].movements[place.movement])
    files[place.file].changedAt = now()
    let order = files[place.file].orders[place.order]
    let movement = order.movements[place.movement]
    rows.append(row(of: movement, in: order, state: state ?? movement.ticket?.state ?? "MODIFIED"))
  }

  func row(of movement: SandboxMovement, in order: SandboxOrder, state: String) -> SandboxRow {
    SandboxRow(
      ticketID: movement.ticket?.id, movementID: movement.id, orderSecret: order.secret, orderID: order.id,
      state: state, changedAt: now())
  }
}
