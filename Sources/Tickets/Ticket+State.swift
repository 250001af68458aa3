extension Ticket {
  /// The same ticket in another state, for showing what its pass would look like then.
  ///
  /// - Parameter stateWord: one of Secutix's words, see ``TicketState``.
  package func with(stateWord: String) -> Ticket {
    // An identity was found once and is found again: only a ticket without one is refused.
    guard
      var copy = try? Ticket(
        id: id, movement: movement, operation: operation, barcode: barcode, stateWord: stateWord, type: type)
    else { return self }
    copy.event = event
    copy.venue = venue
    copy.seat = seat
    copy.holder = holder
    copy.price = price
    copy.tariff = tariff
    copy.product = product
    copy.season = season
    copy.order = order
    copy.file = file
    copy.contact = contact
    copy.variables = variables
    copy.source = source
    return copy
  }
}
