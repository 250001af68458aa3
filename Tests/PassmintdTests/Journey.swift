import Foundation
import JSON
import Sandbox
import Testing

/// What happens to tickets in a Secutix, step by step, and what the service behind its webhook makes of each.
actor Journey {
  let service: RunningServe
  private let webhook: SandboxWebhook
  /// What goes wrong with the calls of the next steps, one kind a step.
  private var faults: [SandboxFault]
  private var rowsSent = 0
  /// The passes as they were after the last step, by movement.
  private var passes: [Int64: DownloadedPass] = [:]
  private(set) var files: [Int64] = []
  /// Every address that opens something.
  private(set) var addresses: Set<String> = []

  var sandbox: SandboxSecutix { service.fixture.sandbox }

  init(_ service: RunningServe, faults: [SandboxFault] = [], isDisordered: Bool = false) {
    self.service = service
    self.faults = faults
    webhook = service.fixture.webhook(to: service) {
      $0.isDoubled = isDisordered
      $0.isShuffled = isDisordered
      $0.bucket = isDisordered ? 3 : 1
    }
  }

  /// Plays something, lets its webhooks come, and holds every pass there is against Secutix.
  ///
  /// - Parameters:
  ///   - changes: movements whose pass is another afterwards; all others are what they were.
  ///   - late: rows of earlier steps that come again.
  @discardableResult
  func step<Result: Sendable>(
    _ name: String, changes: [Int64] = [], late: Bool = false, source: SourceLocation = #_sourceLocation,
    _ play: @Sendable (isolated SandboxSecutix) throws -> Result
  ) async throws -> Result {
    if !faults.isEmpty {
      await sandbox.prepare(faults.removeFirst(), for: "getFileDetailsFromOrderSecretId")
    }
    let result = try await play(sandbox)
    if late {
      let rows = await sandbox.rows.prefix(rowsSent).reversed()
      #expect(try await service.post(Array(rows)).status == 200)
    }
    repeat {} while await webhook.poll().waiting > 0
    rowsSent = await sandbox.rows.count
    try await service.settle()
    _ = await sandbox.clearFaults()
    files = await sandbox.files.map(\.id)
    try await look(name, changes: Set(changes), source)
    return result
  }

  private func look(_ name: String, changes: Set<Int64>, _ source: SourceLocation) async throws {
    let before = passes
    var barcoded: Set<Int64> = []
    for file in await sandbox.files {
      let movements = file.orders.flatMap(\.movements).filter { $0.undoes == nil }
      let found = try await service.downloads(file: file.id)
      for movement in movements where movement.ticket?.barcode != nil {
        barcoded.insert(movement.id)
        let pass = try #require(
          found[movement.id], "\(name): movement \(movement.id) has no pass", sourceLocation: source)
        try await sandbox.expect(pass, isOf: movement.id, source)
        passes[movement.id] = pass
        addresses.insert(pass.address)
        guard let old = before[movement.id] else { continue }
        let asked = try await service.get(old.address, headers: ["If-None-Match": old.tag])
        if changes.contains(movement.id) {
          #expect(asked.status == 200, "\(name): movement \(movement.id)", sourceLocation: source)
        } else {
          #expect(asked.status == 304 && asked.body.isEmpty, "\(name): movement \(movement.id)", sourceLocation: source)
        }
      }
      #expect(
        Set(found.keys) == barcoded.intersection(movements.map(\.id)), "\(name): file \(file.id)",
        sourceLocation: source)
      try await lookAtPage(name, file, movements, source)
    }
  }

  /// The buyer's page, by the lookup's address and by the mail's.
  private func lookAtPage(
    _ name: String, _ file: SandboxFile, _ movements: [SandboxMovement], _ source: SourceLocation
  ) async throws {
    let lookup = try await service.get("/api/theatre/external/secutix/orders/getTicketsUrl/\(file.id)", as: "theatre")
    try #require(lookup.status == 200, "\(name): \(lookup.text)", sourceLocation: source)
    #expect(
      lookup.json?["waiting"]?.int == Int64(movements.count { $0.ticket?.barcode == nil }), sourceLocation: source)
    let address = try #require(lookup.json?["url"]?.stringValue)
    addresses.insert(address)
    var pages = [address]
    if let secret = file.orders.first?.secret { pages.append("/o/theatre/\(secret)") }
    for page in pages {
      let answer = try await service.get(
        page, headers: ["Accept-Language": "en", "X-Correlation-ID": "page-of-\(file.id)"])
      #expect(answer.status == 200, "\(name): \(answer.text)", sourceLocation: source)
      for (look, states) in [("valid", ["PRINTED"]), ("used", ["CONTROLLED"]), ("voided", ["CANCELLED"])] {
        let expected = movements.count { states.contains($0.ticket?.state ?? "") && $0.ticket?.barcode != nil }
        let shown = answer.text.ranges(of: "class=\"ticket \(look)\"").count
        #expect(shown == expected, "\(name): \(look) of file \(file.id) on \(page)", sourceLocation: source)
      }
      for movement in movements where movement.ticket?.barcode != nil && movement.ticket?.state != "CANCELLED" {
        let pass = try #require(passes[movement.id])
        #expect(
          answer.text.contains(pass.address.replacing(ServiceFixture.publicURL, with: "")),
          "\(name): movement \(movement.id) on \(page)", sourceLocation: source)
        if let holder = movement.holder { #expect(answer.text.contains(holder.lastName), sourceLocation: source) }
      }
    }
  }

  /// All that ever happens to tickets.
  func all(late: Bool) async throws {
    let gala = SandboxHouse.theatre.performances[0].id
    let night = SandboxHouse.theatre.performances[1].id
    let sale = try await step("sold") {
      try $0.sell(
        performance: gala, count: 5,
        holders: [
          SandboxPerson("Zenobia", "Quastenflosser"), SandboxPerson("Ottokar", "Wipfelwurm"),
          SandboxPerson("Leocadia", "Brombeerstein"),
        ], buyer: SandboxPerson("Balthasar", "Nachtigallen", email: "balthasar@example.org"))
    }
    let seats = sale.movements
    let other = try await step("sold, not printed yet", late: late) {
      try $0.sell(performance: night, count: 2, isPrinted: false)
    }
    try await step("printed", late: late) { for movement in other.movements { try $0.print(movement) } }
    try await step("printed again", changes: [seats[0]], late: late) { try $0.reprint(seats[0]) }
    try await step("moved", changes: [seats[1]], late: late) {
      try $0.reseat(seats[1], to: SandboxSeat(row: "A", number: "7", entrance: "Porte 9"))
    }
    try await step("renamed", changes: [seats[2]], late: late) {
      try $0.rename(seats[2], to: SandboxPerson("Theodolinde", "Schattenspross"))
    }
    try await step("another hour", changes: seats, late: late) {
      try $0.reschedule(gala, to: 1_800_003_600_000)
    }
    for movement in seats {
      #expect(passes[movement]?.json["relevantDates"]?[0]?["date"]?.stringValue == "2027-01-15T10:00:00+01:00")
    }
    try await step("exchanged", changes: [seats[0]], late: late) { try $0.exchange(seats[0], for: night) }
    try await step("refunded in part", changes: [seats[1]], late: late) { try $0.refund([seats[1]]) }
    try await step("sold on", changes: [seats[2]], late: late) {
      try $0.resell(seats[2], to: SandboxPerson("Philomena", "Distelkamp"))
    }
    try await step("scanned", changes: [seats[3]], late: late) { try $0.scan(seats[3]) }
    try await step("refunded whole", changes: other.movements, late: late) { try $0.refund(other.movements) }
    let gone = await sandbox.liveMovements(of: gala)
    try await step("called off", changes: gone, late: late) { try $0.cancelEvent(gala) }
    #expect(try await service.jobs(states: "discarded", "retryable").isEmpty)
  }
}

extension SandboxSecutix {
  /// Of a performance, without what was given back.
  func liveMovements(of performance: Int64) -> [Int64] {
    files.flatMap(\.orders).flatMap { order in
      let operations = Set(order.operations.filter { $0.performance == performance }.map(\.id))
      return order.movements.filter {
        $0.undoes == nil && operations.contains($0.operation) && $0.ticket?.state != "CANCELLED"
      }
    }.map(\.id)
  }

  /// What no log may hold: what admits, what opens, and who goes where.
  var confidences: [String] {
    files.flatMap { file in
      [file.buyer.lastName, file.buyer.email].compactMap { $0 }
        + file.orders.flatMap { order in
          [order.secret]
            + order.movements.flatMap { movement in
              movement.tickets.compactMap(\.barcode) + [movement.holder?.lastName].compactMap { $0 }
            }
        }
    } + [house.secret]
  }
}
