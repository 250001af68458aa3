import JSON
import ZonedTime

/// What the doors ask (https://platform.secutix.com/backend/accesscontrol), and the list of tickets.
extension SandboxSecutix {
  static let accessControlMethods = ["getTimeZone", "getControlledTicket", "burnTicket", "importControlledTicket"]

  /// - Returns: nil for a barcode nobody has.
  func accessControl(_ method: String, _ body: JSONValue) -> JSONObject? {
    switch method {
    case "getTimeZone": return ["timeZone": .string(house.timeZone)]
    case "getControlledTicket": return controlledTicket(body["barCodeOrTaxNumber"]?.stringValue)
    case "burnTicket":
      let barcode = body["barCodeOrTaxNumber"]?.stringValue
      if let movement = movement(ofBarcode: barcode) { try? scan(movement) }
      return controlledTicket(barcode)
    case "importControlledTicket":
      for ticket in body["controlledTickets"]?.array ?? [] {
        guard let movement = movement(ofBarcode: ticket["barcode"]?.stringValue) else { continue }
        // A ticket that is cancelled meanwhile stays so, whatever a door says of it.
        try? scan(movement, succeeds: ticket["controlResult"]?.stringValue == "OK")
      }
      return [:]
    default: return nil
    }
  }

  private func controlledTicket(_ barcode: String?) -> JSONObject? {
    guard let barcode, let place = place(ofBarcode: barcode) else { return nil }
    let movement = files[place.file].orders[place.order].movements[place.movement]
    guard let ticket = movement.tickets.first(where: { $0.barcode == barcode }) else { return nil }
    let isGone = ticket.state == "CANCELLED" || ticket.state == "INVALIDATED"
    return [
      "controlledTicketData": [
        "barcode": .string(barcode), "state": isGone ? "CANCELLED" : "VALID",
        "cancellationCause": isGone ? .string(ticket.state) : "NOT_CANCELLED", "ticketMedium": "E_TICKET",
        "duplicate": .bool(movement.tickets.count > 1),
        "controlOperations": ticket.state == "CONTROLLED"
          ? [["controlOperationType": "OK", "operationDateTime": date(files[place.file].changedAt)]] : [],
      ]
    ]
  }

  /// The movement whose ticket of now has the barcode.
  private func movement(ofBarcode barcode: String?) -> Int64? {
    guard let barcode, let place = place(ofBarcode: barcode) else { return nil }
    let movement = files[place.file].orders[place.order].movements[place.movement]
    return movement.ticket?.barcode == barcode ? movement.id : nil
  }

  private func place(ofBarcode barcode: String) -> Place? {
    for movement in soldMovements {
      guard let place = place(of: movement) else { continue }
      let tickets = files[place.file].orders[place.order].movements[place.movement].tickets
      if tickets.contains(where: { $0.barcode == barcode }) { return place }
    }
    return nil
  }

  /// `listTicketsByCriteria`: both dates must be there, pages are of 5000, and whoever names a point of sale gets
  /// nothing, as clients of the real one found.
  func ticketList(_ body: JSONValue, _ language: String) -> JSONObject? {
    guard let criteria = body["ticketFilterCriteria"],
      let start = criteria["startDate"]?.stringValue.flatMap({ ZonedDateTime(iso8601: $0) }),
      let end = criteria["endDate"]?.stringValue.flatMap({ ZonedDateTime(iso8601: $0) })
    else { return nil }
    let product = criteria["productId"]?.int
    var summaries: [JSONValue] = []
    for file in files where criteria["pointOfSalesId"]?.int == nil {
      for order in file.orders
      where (start.epochMilliseconds...max(start, end).epochMilliseconds).contains(order.createdAt) {
        for movement in order.movements where movement.undoes == nil {
          guard let operation = order.operations.first(where: { $0.id == movement.operation }),
            let performance = performance(operation.performance),
            product == nil || product == operation.packageProduct ?? performance.productID
          else { continue }
          for ticket in movement.tickets {
            summaries.append([
              "ticketId": .number(JSONNumber(ticket.id)),
              // This list knows four words only.
              "ticketState": .string(
                ["PRINTED", "CONTROLLED"].contains(ticket.state) ? "VALID" : ticket.state),
              "performanceId": .number(JSONNumber(performance.id)),
              "seatCategoryId": .number(JSONNumber(Self.seatCategory)),
              "audienceSubCategoryId": .number(JSONNumber(operation.tariff.id)),
              "audienceSubCategory": .string(name(of: operation.tariff, in: language)),
              "price": .number(JSONNumber(operation.unitPrice)),
            ])
          }
        }
      }
    }
    let page = body["paginationParameter"]
    let first = Int(clamping: max(0, page?["startPosition"]?.int ?? 0))
    let most = Int(clamping: min(5_000, max(1, page?["maxResult"]?.int ?? 5_000)))
    let shown = summaries.dropFirst(first).prefix(most)
    return [
      "truncated": .bool(first + shown.count < summaries.count), "ticketSummaries": .array(Array(shown)),
    ]
  }
}
