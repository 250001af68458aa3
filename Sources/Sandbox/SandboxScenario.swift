import Foundation
package import JSON
import ZonedTime

extension SandboxSecutix {
  /// Plays a scenario by its name: what the control routes and the commands behind them do.
  ///
  /// Every particular may be left out. A movement is named by its id or by its number in `list`; the last one that is not
  /// cancelled is meant when none is named.
  ///
  /// - Returns: what was touched, as `list` shows it, with a sentence in `said`.
  package func play(_ name: String, _ particulars: JSONObject = [:]) throws(SandboxError) -> JSONObject {
    var given = Particulars(particulars, of: name)
    let rowsBefore = rows.count
    switch name {
    case "sell":
      return try sell(&given)
    case "print":
      let movement = try movement(given.integer("movement")) { $0.ticket?.barcode == nil }
      try given.end()
      try print(movement)
      return outcome("printed: the ticket has a barcode now", nil, [movement], rowsBefore)
    case "reprint":
      let movement = try movement(given.integer("movement"))
      try given.end()
      try reprint(movement)
      return outcome("printed again: another ticket and barcode, the same movement", nil, [movement], rowsBefore)
    case "reseat":
      let movement = try movement(given.integer("movement"))
      let (row, number, entrance) = (try given.text("row"), try given.text("seat"), try given.text("entrance"))
      try given.end()
      guard var seat = self.movement(movement)?.seat else { throw SandboxError("movement \(movement) has no seat") }
      let next = freeSeat()
      seat = SandboxSeat(
        id: next.id, area: seat.area, block: seat.block, row: row ?? (number == nil ? next.row : seat.row),
        number: number ?? next.number, entrance: entrance ?? seat.entrance)
      try reseat(movement, to: seat)
      return outcome("moved to another seat, which prints again", nil, [movement], rowsBefore)
    case "rename":
      let movement = try movement(given.integer("movement"))
      let holder = try given.people("holder").first
      try given.end()
      try rename(movement, to: holder ?? SandboxPerson("Ben", "Ndiaye"))
      return outcome("another name on the ticket, the barcode stays", nil, [movement], rowsBefore)
    case "reschedule":
      let performance = try performance(given.integer("performance")) ?? lastPerformance()
      let to = try given.text("to")
      try given.end()
      try reschedule(performance, to: try start(of: performance, to))
      return outcome("another start, for every ticket of the performance", nil, movements(of: performance), rowsBefore)
    case "exchange":
      let movement = try movement(given.integer("movement"))
      let performance = try performance(given.integer("performance"))
      try given.end()
      let sale = try exchange(movement, for: performance)
      return outcome(
        "exchanged: one given back, one new in the same file", sale, [movement] + sale.movements, rowsBefore)
    case "refund":
      var all: [Int64] = []
      for number in try given.integers("movements") { all.append(try movement(number)) }
      try given.end()
      if all.isEmpty { all = try restOfLastFile() }
      let refund = try refund(all)
      return outcome("refunded, by an order of its own", refund, all, rowsBefore)
    case "resell":
      let movement = try movement(given.integer("movement"))
      let buyer = try given.people("buyer").first
      try given.end()
      let sale = try resell(movement, to: buyer ?? SandboxPerson("Kim", "Sato", email: "kim@example.org"))
      return outcome("sold on: given back in one file, sold in another", sale, [movement] + sale.movements, rowsBefore)
    case "scan":
      let movement = try movement(given.integer("movement"))
      let succeeds = try given.flag("succeeds") ?? true
      try given.end()
      try scan(movement, succeeds: succeeds)
      return outcome(
        succeeds ? "scanned at the door" : "refused at the door: nothing changes", nil, [movement], rowsBefore)
    case "cancel-event":
      let performance = try performance(given.integer("performance")) ?? lastPerformance()
      try given.end()
      try cancelEvent(performance)
      return outcome("called off: every ticket of the performance", nil, movements(of: performance), rowsBefore)
    case "fault":
      return try prepareFault(&given)
    default:
      throw SandboxError("there is no scenario \(name)")
    }
  }

  /// Everything there is: the house, its performances, every movement with its number.
  package func overview() -> JSONObject {
    [
      "institution": .string(house.institution), "timeZone": .string(house.timeZone),
      "currency": .string(house.currencyCode),
      "performances": .array(
        house.performances.enumerated().map { index, performance in
          [
            "number": .number(JSONNumber(Int64(index + 1))),
            "performanceId": .number(JSONNumber(performance.id)),
            "name": .string(performance.names[house.language] ?? performance.productCode),
            "start": performance.start.map { date($0) } ?? .null, "isCancelled": .bool(performance.isCancelled),
          ]
        }),
      "packages": .array(
        house.packages.enumerated().map { index, offer in
          [
            "number": .number(JSONNumber(Int64(index + 1))), "productId": .number(JSONNumber(offer.productID)),
            "name": .string(offer.names[house.language] ?? offer.productCode),
          ]
        }),
      "movements": .array(soldMovements.compactMap { described($0).map { .object($0) } }),
      "rows": .number(JSONNumber(Int64(rows.count))), "calls": .number(JSONNumber(Int64(calls.count))),
    ]
  }

  private func sell(_ given: inout Particulars) throws(SandboxError) -> JSONObject {
    let rowsBefore = rows.count
    let performance = try performance(given.integer("performance"))
    let offer = try packageOffer(number: given.integer("package"))
    let count = try Int(clamping: given.integer("seats") ?? 1)
    let children = try Int(clamping: given.integer("children") ?? 0)
    let holders = try given.people("holders")
    let buyer = try given.people("buyer").first ?? SandboxPerson("Ana", "Moreau", email: "ana@example.org")
    let isPrinted = try given.flag("printed") ?? true
    try given.end()
    guard (1...500).contains(count) else { throw SandboxError("seats must be 1 to 500") }
    guard (0...count).contains(children) else { throw SandboxError("children must be 0 to \(count), the seats") }
    guard performance == nil || offer == nil else { throw SandboxError("a performance or a package, not both") }
    let sale: SandboxSale
    if let offer {
      sale = try sellPackage(
        offer, count: count, children: children, holders: holders, buyer: buyer, isPrinted: isPrinted)
    } else {
      sale = try sell(
        performance: performance, count: count, children: children, holders: holders, buyer: buyer,
        isPrinted: isPrinted)
    }
    return outcome(isPrinted ? "sold" : "sold, not printed yet", sale, sale.movements, rowsBefore)
  }

  // MARK: What was touched

  private func outcome(
    _ said: String, _ sale: SandboxSale?, _ movements: [Int64], _ rowsBefore: Int
  ) -> JSONObject {
    var document: JSONObject = ["said": .string(said)]
    let touched = Set(movements.compactMap { place(of: $0)?.file })
    let only = touched.count == 1 ? movements.first.flatMap { place(of: $0) } : nil
    if let file = sale.flatMap({ file($0.file) }) ?? only.map({ files[$0.file] }) {
      document["fileId"] = .number(JSONNumber(file.id))
      document["fileState"] = .string(file.state)
      let sold = sale.flatMap { sale in file.orders.first { $0.id == sale.order } }
      let order = sold ?? only.map { files[$0.file].orders[$0.order] }
      document["orderId"] = order.map { .number(JSONNumber($0.id)) }
      document["orderType"] = order.map { .string($0.type) }
      document["orderSecretId"] = order.map { .string($0.secret) }
      document["mailLink"] = options.mailLink.flatMap { link in
        order.map { .string(link.replacing("${orderSecret}", with: $0.secret)) }
      }
    }
    document["movements"] = .array(movements.compactMap { described($0).map { .object($0) } })
    document["rows"] = .array(rows.dropFirst(rowsBefore).map { .string($0.state) })
    return document
  }

  /// A movement as it is now.
  private func described(_ id: Int64) -> JSONObject? {
    guard let place = place(of: id) else { return nil }
    let (file, order) = (files[place.file], files[place.file].orders[place.order])
    let movement = order.movements[place.movement]
    var document: JSONObject = [
      "number": .number(JSONNumber(Int64(1 + (soldMovements.firstIndex(of: id) ?? 0)))),
      "movementId": .number(JSONNumber(id)), "fileId": .number(JSONNumber(file.id)),
      "orderId": .number(JSONNumber(order.id)), "state": .string(movement.ticket?.state ?? "NOT_PRINTED"),
    ]
    let operation = order.operations.first { $0.id == movement.operation }
    if let performance = operation.flatMap({ self.performance($0.performance) }) {
      document["event"] = .string(performance.names[house.language] ?? performance.productCode)
      document["start"] = performance.start.map { date($0) } ?? .null
    }
    if let seat = movement.seat {
      document["seat"] = [
        "area": .string(seat.area), "block": .string(seat.block), "row": .string(seat.row),
        "number": .string(seat.number), "entrance": .string(seat.entrance),
      ]
    }
    document["holder"] = movement.holder.map { .string("\($0.firstName) \($0.lastName)") }
    document["ticketId"] = movement.ticket.map { .number(JSONNumber($0.id)) }
    document["barcode"] = movement.ticket?.barcode.map { .string($0) }
    return document
  }

  // MARK: What is meant

  /// - Parameter wanted: what the last one must be, when none is named.
  private func movement(
    _ number: Int64?, where wanted: (SandboxMovement) -> Bool = { _ in true }
  ) throws(SandboxError) -> Int64 {
    if let number {
      let index = Int(clamping: number) - 1
      return soldMovements.indices.contains(index) ? soldMovements[index] : number
    }
    let last = soldMovements.last { id in
      guard let one = movement(id), let state = one.ticket?.state, state != "CANCELLED" else { return false }
      return wanted(one)
    }
    guard let last else { throw SandboxError("there is no such ticket yet: sell one first") }
    return last
  }

  private func performance(_ number: Int64?) throws(SandboxError) -> Int64? {
    guard let number else { return nil }
    let index = Int(clamping: number) - 1
    return house.performances.indices.contains(index) ? house.performances[index].id : number
  }

  private func packageOffer(number: Int64?) throws(SandboxError) -> Int64? {
    guard let number else { return nil }
    let index = Int(clamping: number) - 1
    return house.packages.indices.contains(index) ? house.packages[index].productID : number
  }

  /// What the last ticket is for.
  private func lastPerformance() -> Int64? {
    guard let last = soldMovements.last, let place = place(of: last) else { return house.performances.first?.id }
    return performance(at: place)?.id
  }

  private func movements(of performance: Int64?) -> [Int64] {
    soldMovements.filter { id in place(of: id).flatMap { self.performance(at: $0) }?.id == performance }
  }

  /// What is left of the file that the last ticket is in.
  private func restOfLastFile() throws(SandboxError) -> [Int64] {
    let file = place(of: try movement(nil))?.file
    return soldMovements.filter { id in
      place(of: id)?.file == file && movement(id)?.ticket?.state != "CANCELLED"
    }
  }

  /// A start as people write it: by the house's clock when it has no offset; nil: an hour later than now.
  private func start(of performance: Int64?, _ text: String?) throws(SandboxError) -> Int64 {
    guard let text else {
      let start = performance.flatMap { self.performance($0) }?.start
      guard let start else { throw SandboxError("this product has no start; say which performance") }
      return start + 3_600_000
    }
    if let date = ZonedDateTime(iso8601: text) { return date.epochMilliseconds }
    // The digits by Greenwich's clock first, then the same digits by the house's.
    guard let digits = ZonedDateTime(iso8601: text + "Z")?.components,
      let date = ZonedDateTime(
        year: digits.year, month: digits.month, day: digits.day, hour: digits.hour, minute: digits.minute,
        in: TimeZone(identifier: house.timeZone) ?? .gmt)
    else { throw SandboxError("\(text.prefix(40)) is no date: write 2027-01-15T20:30") }
    return date.epochMilliseconds
  }
}
