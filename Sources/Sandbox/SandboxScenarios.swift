extension SandboxSecutix {
  /// Sells places of a performance, in a new file: one operation for each tariff.
  ///
  /// - Parameters:
  ///   - performance: nil: the house's first.
  ///   - seats: one movement each.
  ///   - count: of places, when there are no seats.
  ///   - children: how many of the places, the last ones, are at the children's tariff.
  ///   - holders: names on the tickets, for as many as there are.
  ///   - isPrinted: with barcodes; else NOT_PRINTED, as before anyone looked at the tickets.
  @discardableResult
  package func sell(
    performance: Int64? = nil, seats: [SandboxSeat] = [], count: Int = 1, children: Int = 0,
    holders: [SandboxPerson] = [],
    buyer: SandboxPerson = SandboxPerson("Ana", "Moreau", email: "ana@example.org"), isPrinted: Bool = true
  ) throws(SandboxError) -> SandboxSale {
    let performance = try known(performance)
    let places = seats.isEmpty ? freePlaces(count, of: performance) : seats
    let lines = lines(
      performance, price: performance.price, places: places, children: children, holders: holders)
    return order("SALE", in: newFile(of: buyer), lines, isPrinted: isPrinted)
  }

  /// Sells packages, in a new file: each is a place in every performance of the package, all under one order.
  ///
  /// - Parameters:
  ///   - product: nil: the house's first package.
  ///   - count: of packages.
  ///   - children: how many of the packages, the last ones, are at the children's tariff.
  ///   - holders: each has the tickets of one package.
  @discardableResult
  package func sellPackage(
    _ product: Int64? = nil, count: Int = 1, children: Int = 0, holders: [SandboxPerson] = [],
    buyer: SandboxPerson = SandboxPerson("Ana", "Moreau", email: "ana@example.org"), isPrinted: Bool = true
  ) throws(SandboxError) -> SandboxSale {
    guard let offer = product == nil ? house.packages.first : packageOffer(product) else {
      throw SandboxError(product.map { "no package \($0)" } ?? "the house sells no packages")
    }
    var lines: [Line] = []
    for part in offer.parts {
      let performance = try known(part.performance)
      lines += self.lines(
        performance, of: offer, price: part.price, places: freePlaces(count, of: performance), children: children,
        holders: holders)
    }
    return order("SALE", in: newFile(of: buyer), lines, isPrinted: isPrinted)
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
    let line = Line(
      performance: performance, unitPrice: performance.price, places: [new], holders: old.holder.map { [$0] } ?? [],
      givingBack: [old])
    return order("EXCHANGE_CLIENT", in: place.file, [line], isPrinted: true)
  }

  /// Refunds movements of one file, by an order of its own with an operation for each that is refunded. The file is CANCELED
  /// when nothing is left.
  @discardableResult
  package func refund(_ movements: [Int64]) throws(SandboxError) -> SandboxSale {
    var places: [Place] = []
    for movement in movements { places.append(try live(movement)) }
    guard let first = places.first, places.allSatisfy({ $0.file == first.file }) else {
      throw SandboxError("a refund is of one file")
    }
    var lines: [(sold: Int64, line: Line)] = []
    for place in places {
      let order = files[place.file].orders[place.order]
      let old = order.movements[place.movement]
      if let index = lines.firstIndex(where: { $0.sold == old.operation }) {
        lines[index].line.givingBack.append(old)
        continue
      }
      guard let sold = order.operations.first(where: { $0.id == old.operation }) else { continue }
      let line = Line(
        performance: try known(sold.performance), packageProduct: sold.packageProduct, tariff: sold.tariff,
        unitPrice: sold.unitPrice, givingBack: [old])
      lines.append((sold.id, line))
    }
    for place in places { cancelTicket(place) }
    let sale = order("REFUND_CLIENT", in: first.file, lines.map(\.line), isPrinted: false)
    let isEmpty = files[first.file].orders.allSatisfy { order in
      order.movements.allSatisfy { $0.undoes != nil || $0.ticket?.state == "CANCELLED" }
    }
    if isEmpty { files[first.file].state = "CANCELED" }
    return sale
  }

  /// Sells a ticket on to another buyer: given back in the one file, sold in a new one, on the same seat and by itself, even
  /// when it was a part of a package.
  @discardableResult
  package func resell(_ movement: Int64, to buyer: SandboxPerson) throws(SandboxError) -> SandboxSale {
    let place = try live(movement)
    let old = files[place.file].orders[place.order].movements[place.movement]
    let operation = files[place.file].orders[place.order].operations.first { $0.id == old.operation }
    try refund([movement])
    return try sell(
      performance: operation?.performance, seats: old.seat.map { [$0] } ?? [],
      children: operation?.tariff == .child ? 1 : 0, holders: [buyer], buyer: buyer)
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
}
