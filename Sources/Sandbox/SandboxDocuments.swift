import Foundation
import JSON
import ZonedTime

/// The business objects of the answers, with the names the public pages have for them.
extension SandboxSecutix {
  func fileDetails(_ file: SandboxFile, language: String) -> JSONObject {
    var contact: JSONObject = [
      "fileContactType": "SALE", "contactReference": .string(file.contactReference),
      "firstName": .string(file.buyer.firstName), "lastName": .string(file.buyer.lastName),
    ]
    contact["email"] = file.buyer.email.map { .string($0) }
    return [
      "fileDetailsData": [
        "fileId": .number(JSONNumber(file.id)), "fileState": .string(file.state),
        "lastModDateTime": date(file.changedAt), "fileContacts": [.object(contact)], "fileAttachments": [],
      ],
      "orderDetailsDatas": .array(
        file.orders.map { .object(orderDetails($0, of: file, granularity: "TICKETS", language: language)) }),
    ]
  }

  /// - Parameter granularity: OPERATIONS, MOVEMENTS or TICKETS; each holds those before it.
  func orderDetails(
    _ order: SandboxOrder, of file: SandboxFile, granularity: String, language: String
  ) -> JSONObject {
    let sold = order.operations.reduce(0) { $0 + $1.unitPrice * Int64($1.quantity) }
    var document: JSONObject = [
      "orderId": .number(JSONNumber(order.id)), "orderSecretId": .string(order.secret),
      "orderState": .string(order.state), "orderType": .string(order.type), "fileId": .number(JSONNumber(file.id)),
      "creationDateTime": date(order.createdAt), "referenceDate": date(order.createdAt),
      "saleAmount": .number(JSONNumber(order.type.hasPrefix("REFUND") ? -sold : sold)), "preSaleAmount": 0,
      "reservationAmount": 0, "optionAmount": 0, "waitingAccountBalanceAmount": 0,
      "catalogCurrency": [
        "currencyCode": .string(house.currencyCode), "symbol": .string(house.currencyCode),
        "fractionDigit": .number(JSONNumber(Int64(house.fractionDigits))),
      ],
      "contactReference": .string(file.contactReference), "salesChannelCode": "B2C", "orderOriginator": "TICKETSHOP",
      "operationDatas": .array(order.operations.map { .object(operation($0, of: file, language: language)) }),
    ]
    if granularity != "OPERATIONS" {
      document["movementDatas"] = .array(
        order.movements.map { .object(movement($0, withTickets: granularity == "TICKETS")) })
    }
    return document
  }

  private func operation(_ operation: SandboxOperation, of file: SandboxFile, language: String) -> JSONObject {
    var document: JSONObject = [
      "operationId": .number(JSONNumber(operation.id)), "fileId": .number(JSONNumber(file.id)),
      "quantity": .number(JSONNumber(Int64(operation.quantity))),
      "basePrice": .number(JSONNumber(operation.unitPrice)), "unitPrice": .number(JSONNumber(operation.unitPrice)),
      "audienceSubCategoryId": .number(JSONNumber(operation.tariff.id)),
      "audienceSubCategory": .string(name(of: operation.tariff, in: language)),
    ]
    guard let performance = performance(operation.performance) else { return document }
    let name = performance.names[language] ?? performance.names[house.language] ?? performance.productCode
    // How a package's operations look is not documented: here each is of one performance, and its product is the package.
    let sold = packageOffer(operation.packageProduct)
    document["kind"] = .string(sold == nil ? performance.kind : "PACKAGE")
    document["productId"] = .number(JSONNumber(sold?.productID ?? performance.productID))
    document["product"] = .string(
      sold.map { $0.names[language] ?? $0.names[house.language] ?? $0.productCode } ?? name)
    document["productCode"] = .string(sold?.productCode ?? performance.productCode)
    if let event = performance.eventID {
      document["performanceId"] = .number(JSONNumber(performance.id))
      document["performance"] = .string(name)
      document["eventId"] = .number(JSONNumber(event))
    }
    document["startDate"] = performance.start.map { date($0) }
    document["duration"] = performance.duration.map { .number(JSONNumber($0)) }
    document["site"] = (performance.site[language] ?? performance.site[house.language]).map { .string($0) }
    document["space"] = performance.space.map { .string($0) } ?? .null
    document["siteAddress"] = [
      "firstAddressLine": .string(performance.street), "zipCode": .string(performance.zip),
      "town": .string(performance.town), "countryCode": .string(performance.countryCode),
    ]
    document["state"] = performance.isCancelled ? "CANCELED" : "RUNNING"
    if let wallet = performance.wallet {
      document["comfortVariables"] = [["code": "WALLET", "value": .string(wallet)]]
    }
    return document
  }

  private func movement(_ movement: SandboxMovement, withTickets: Bool) -> JSONObject {
    var document: JSONObject = [
      "movementId": .number(JSONNumber(movement.id)), "operationId": .number(JSONNumber(movement.operation)),
      "type": movement.seat == nil ? "AREA" : "SEAT",
      "seatCategoryId": .number(JSONNumber(Self.seatCategory)), "seatCategory": .string(Self.seatCategoryName),
      "contingentId": 466_690_001, "contingent": "Public",
    ]
    document["saleMovementId"] = movement.undoes.map { .number(JSONNumber($0)) }
    if let seat = movement.seat {
      document["seatId"] = .number(JSONNumber(seat.id))
      document["area"] = .string(seat.area)
      document["block"] = .string(seat.block)
      document["row"] = .string(seat.row)
      document["seat"] = .string(seat.number)
      document["entrance"] = .string(seat.entrance)
    }
    document["beneficiaryFirstname"] = movement.holder.map { .string($0.firstName) } ?? .null
    document["beneficiaryLastname"] = movement.holder.map { .string($0.lastName) } ?? .null
    if let barcode = movement.ticket?.barcode { document["barCode"] = .string(barcode) }
    if withTickets, !movement.tickets.isEmpty {
      document["tickets"] = .array(
        movement.tickets.map { ticket in
          var object: JSONObject = [
            "ticketId": .number(JSONNumber(ticket.id)), "ticketState": .string(ticket.state),
          ]
          if let barcode = ticket.barcode { object["barCode"] = .string(barcode) }
          return .object(object)
        })
    }
    return document
  }

  func name(of tariff: SandboxTariff, in language: String) -> String {
    tariff.names[language] ?? tariff.names["en"] ?? tariff.code
  }

  /// The only one there is; orders have its name in one language.
  static let seatCategory: Int64 = 466_680_001
  static let seatCategoryName = "Category 1"

  /// With milliseconds and offset, by the house's clock.
  func date(_ milliseconds: Int64) -> JSONValue {
    let zone = TimeZone(identifier: house.timeZone) ?? .gmt
    return .string(ZonedDateTime(epochMilliseconds: milliseconds, in: zone).secutixText)
  }
}

extension ZonedDateTime {
  /// `2026-11-20T18:04:11.203+00:00`
  var secutixText: String {
    let parts = components
    let minutes = abs(offsetSeconds) / 60
    return "\(parts.sqlText("T")).\(padded(parts.millisecond, 3))\(offsetSeconds < 0 ? "-" : "+")"
      + "\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
  }
}

extension ZonedDateTime.Components {
  /// `2026-11-20 19:05:02`
  func sqlText(_ separator: String = " ") -> String {
    "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))\(separator)"
      + "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
  }
}

private func padded(_ number: Int, _ width: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, width - text.count)) + text
}
