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
      let performance = try performance(given.integer("performance"))
      let count = try Int(clamping: given.integer("seats") ?? 1)
      let holders = try given.people("holders")
      let buyer = try given.people("buyer").first
      let isPrinted = try given.flag("printed") ?? true
      try given.end()
      guard (1...500).contains(count) else { throw SandboxError("seats must be 1 to 500") }
      let sale = try sell(
        performance: performance, count: count, holders: holders,
        buyer: buyer ?? SandboxPerson("Ana", "Moreau", email: "ana@example.org"), isPrinted: isPrinted)
      return outcome(isPrinted ? "sold" : "sold, not printed yet", sale, sale.movements, rowsBefore)
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
      "movements": .array(soldMovements.compactMap { described($0).map { .object($0) } }),
      "rows": .number(JSONNumber(Int64(rows.count))), "calls": .number(JSONNumber(Int64(calls.count))),
    ]
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

  private func prepareFault(_ given: inout Particulars) throws(SandboxError) -> JSONObject {
    let kind = try given.text("kind") ?? ""
    let times = Int(clamping: try given.integer("times") ?? 1)
    let method = try given.text("method")
    let seconds = try given.integer("seconds")
    try given.end()
    guard (1...10_000).contains(times) else { throw SandboxError("times must be 1 to 10000") }
    if kind == "none" {
      let gone = clearFaults()
      return ["said": .string("no faults to come any more; \(gone) had been")]
    }
    guard let fault = SandboxFault(named: kind, seconds: seconds) else {
      throw SandboxError(
        "there is no fault \(kind.prefix(40)): a status such as 509, or \(SandboxFault.names.joined(separator: ", "))")
    }
    prepare(fault, for: method, times: times)
    let calls = times == 1 ? "the next call" : "the next \(times) calls"
    return ["said": .string("\(calls)\(method.map { " of \($0)" } ?? "") will come to: \(kind)")]
  }
}

extension SandboxFault {
  /// As people name them; a number is a bare status.
  package static let names = [
    "slow", "reset", "hang", "broken-json", "broken-gzip", "half-body", "failed", "in-progress", "html",
    "unknown-members", "oversized",
  ]

  init?(named name: String, seconds: Int64?) {
    switch name {
    case "slow": self = .delay(.seconds(seconds ?? 3))
    case "reset": self = .reset
    case "hang": self = .hang
    case "broken-json": self = .brokenJSON
    case "broken-gzip": self = .brokenGzip
    case "half-body": self = .halfBody
    case "failed": self = .failure(statusCode: "error", detail: "the sandbox was asked to fail")
    case "in-progress": self = .inProgress(2)
    case "html": self = .contentType("text/html")
    case "unknown-members": self = .unknownMembers
    case "oversized": self = .oversized(64 << 20)
    default:
      guard let status = Int(name), (400...599).contains(status) else { return nil }
      self = .status(status, retryAfter: seconds.map { String($0) })
    }
  }
}
