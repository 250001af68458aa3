@testable import Sandbox

/// What no scenario of the sandbox does, and a real Secutix may.
extension SandboxSecutix {
  /// Gives the last ticket of a movement another state or barcode, and its row.
  func alter(_ movement: Int64, state: String? = nil, barcode: String? = nil) {
    guard let place = place(of: movement) else { return }
    let order = files[place.file].orders[place.order]
    guard let last = order.movements[place.movement].tickets.indices.last else { return }
    var ticket = order.movements[place.movement].tickets[last]
    if let state { ticket.state = state }
    if let barcode { ticket.barcode = barcode }
    files[place.file].orders[place.order].movements[place.movement].tickets[last] = ticket
    rows.append(
      SandboxRow(
        ticketID: ticket.id, movementID: movement, orderSecret: order.secret, orderID: order.id, state: ticket.state,
        changedAt: now()))
  }

  /// Takes the last movement out of its order, as if it had never been; no row tells of it, and the sandbox cannot be
  /// asked for it any more.
  func drop(_ movement: Int64) {
    guard let place = place(of: movement) else { return }
    files[place.file].orders[place.order].movements.remove(at: place.movement)
  }

  /// Gives a file another state; no row tells of it.
  func setState(ofFile id: Int64, to state: String) {
    for index in files.indices where files[index].id == id { files[index].state = state }
  }
}
