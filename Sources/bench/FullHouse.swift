import Foundation
import Issuance
import PassBundle
import Passes
import SQLiteStore
import Tickets

/// One performance, sold out: a pass for each seat, on a phone of its own.
struct FullHouse {
  /// Phones, seats and passes have the same numbers.
  static let seats = 100_000
  static let tenant = "bench"
  /// The same hour, a day later.
  static let newStart = "2027-01-16T19:30:00+01:00"
  /// Passes of an order, and orders worked off at once, as the service does.
  private static let seatsOfOrder = 4
  private static let ordersAtOnce = 16

  let workload: Workload
  let issuer: PassIssuer
  let keys: PassKeys
  private let assetsDigest: [UInt8]

  init(_ certificates: ExampleCertificates) throws {
    workload = try Workload(images: Workload.smallImages, certificates: certificates)
    issuer = PassIssuer(
      passTypeIdentifier: certificates.identity.passTypeIdentifier,
      teamIdentifier: certificates.identity.teamIdentifier, tenant: "Bench",
      webServiceURL: "https://bench.example/wallet/\(Self.tenant)")
    keys = PassKeys(tenant: Self.tenant, secret: Secret(ServiceBench.passSecret.utf8))
    assetsDigest = Digest.sha256(PackedFiles.pack(workload.template.assets.files))
  }

  // MARK: Phones

  func device(_ phone: Int) -> DeviceKey {
    DeviceKey(
      tenant: Self.tenant, passType: issuer.passTypeIdentifier,
      libraryIdentifier: Digest.hex(Array(Digest.sha256(Array("\(phone)".utf8)).prefix(16))))
  }

  /// 64 hexadecimal digits, as Apple gives them; the number stands in them.
  static func pushToken(_ phone: Int) -> String { String(format: "%064x", phone) }

  /// - Returns: nil for a token of nobody.
  static func phone(_ pushToken: String) -> Int? {
    Int(pushToken, radix: 16).flatMap { (0..<seats).contains($0) ? $0 : nil }
  }

  // MARK: Before

  /// Issues all passes, has each downloaded, and its phone registered: nothing is to be pushed.
  ///
  /// - Returns: what the phones have then.
  func open(_ store: SQLiteStore) async throws -> Phones.Held {
    var serialNumbers: [String] = []
    serialNumbers.reserveCapacity(Self.seats)
    let chunk = 500
    for start in stride(from: 0, to: Self.seats, by: chunk) {
      let file = try file(nil, of: start..<min(Self.seats, start + chunk), start: Workload.usualStart)
      let records = try await store.save(file, tenant: Self.tenant, at: Self.now)
      try await store.note(
        records.map { record in
          Delivery(
            tenant: Self.tenant, serialNumber: record.pass.serialNumber, kind: .downloaded,
            updateTag: record.updateTag, at: Self.now, correlationID: "download")
        })
      serialNumbers += records.map(\.pass.serialNumber)
    }
    let passes = serialNumbers
    let date = Date()
    @Sendable func register(_ phone: Int) async throws {
      let outcome = try await store.register(
        device(phone), pushToken: Self.pushToken(phone), serialNumber: passes[phone], limit: 1000,
        deviceLimit: 1000, correlationID: "registration", at: Self.now)
      guard outcome == .new else { throw RunningService.Failed(what: "a registration is \(outcome)") }
    }
    let last = Self.seats - 1
    try await withThrowingTaskGroup { group in
      let callers = 256
      for caller in 0..<callers {
        group.addTask {
          for phone in stride(from: caller, to: last, by: callers) { try await register(phone) }
        }
      }
      try await group.waitForAll()
    }
    // After all others: its tag is the newest.
    try await register(last)
    let tag = try await store.updatedPasses(of: device(last), after: nil)?.tag ?? 0
    return Phones.Held(serialNumbers: passes, tag: tag, date: date)
  }

  // MARK: The change

  /// Saves all passes anew with another start, order by order, as jobs do.
  func reschedule(_ store: SQLiteStore) async throws {
    let orders = Self.seats / Self.seatsOfOrder
    try await withThrowingTaskGroup { group in
      for worker in 0..<Self.ordersAtOnce {
        group.addTask {
          for order in stride(from: worker, to: orders, by: Self.ordersAtOnce) {
            let seats = order * Self.seatsOfOrder..<(order + 1) * Self.seatsOfOrder
            try await store.save(
              try file("\(order)", of: seats, start: Self.newStart), tenant: Self.tenant, at: Self.now)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private func file(_ number: String?, of seats: Range<Int>, start: String) throws -> IssuedFile {
    let now = Self.now
    return IssuedFile(
      number: number, asOf: now, passes: try seats.map { try pass($0, start: start, asOf: now) },
      assets: [assetsDigest: workload.template.assets], correlationID: start)
  }

  private func pass(_ seat: Int, start: String, asOf: Int64) throws -> IssuedPass {
    let ticket = try Workload.ticket(seat, start: start)
    let serialNumber = keys.serialNumber(of: ticket)
    let contents = try workload.template.contents(
      for: ticket, issuer: issuer, serialNumber: serialNumber,
      authenticationToken: keys.authenticationToken(serialNumber: serialNumber))
    return IssuedPass(
      serialNumber: serialNumber, movement: ticket.movement, ticket: ticket.id, order: ticket.order.id,
      file: "\(seat / Self.seatsOfOrder)", template: workload.template.name, state: .valid,
      event: ticket.event.name?.text, seat: ticket.seat.number, rendered: contents.rendered,
      assetsDigest: assetsDigest, contentDigest: Digest.sha256(assetsDigest + PackedFiles.pack(contents.rendered)),
      asOf: asOf)
  }

  /// Milliseconds since 1970.
  static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
