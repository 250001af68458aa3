import Foundation
import Issuance
import Passes
import SQLiteStore
import Secutix
import Testing
import ZonedTime

/// A kind of store. Every test of this folder runs on each.
struct StoreUnderTest: Sendable, CustomTestStringConvertible {
  let name: String
  /// Opens what is kept in a folder, which may be empty.
  let open: @Sendable (_ folder: String) async throws -> any Store

  static let all = [
    StoreUnderTest(name: "SQLite") { folder in try SQLiteStore(path: "\(folder)/store.sqlite") }
  ]

  static func named(_ name: String) throws -> StoreUnderTest { try #require(all.first { $0.name == name }) }

  var testDescription: String { name }

  func open(_ folder: Folder) async throws -> any Store { try await open(folder.path) }

  /// An empty folder, gone with the test.
  final class Folder: Sendable {
    let path: String

    init() throws {
      let url = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }
}

/// Random numbers that are the same in every run.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) }

  // SplitMix64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// A row about an order.
func row(_ order: String, ticket: Int64? = nil, state: String = "PAID", update: Int64?) -> OrderChange {
  OrderChange(
    order: .secretToken(order), ticketID: ticket, movementID: ticket, state: state,
    lastUpdate: update.map { ZonedDateTime(epochMilliseconds: $0) })
}

func pass(
  _ serialNumber: String, content: UInt8 = 1, state: IssuedPass.State = .valid, asOf: Int64 = 0
) -> IssuedPass {
  IssuedPass(
    serialNumber: serialNumber, movement: "movement-\(serialNumber)", ticket: "ticket-\(serialNumber)", order: "4711",
    orderSecret: "secret", file: "815", template: "concert", state: state, event: "Gala d’hiver",
    seat: "Row F, Seat 21",
    rendered: [PassAssets.File(path: "pass.json", bytes: [content, 0, 255])],
    assetsDigest: [UInt8](repeating: 7, count: 32),
    contentDigest: [UInt8](repeating: content, count: 32), asOf: asOf)
}

extension Store {
  /// One row of tenant “a”.
  @discardableResult
  func hear(_ row: OrderChange, at now: Int64 = 0) async throws -> Int {
    try await accept([row], tenant: "a", correlationID: "request", at: now)
  }

  func claim(_ limit: Int = 10, worker: String = "w", for lease: Int64 = 100, at now: Int64 = 0) async throws -> [Job] {
    try await claim(limit, worker: worker, leasedUntil: now + lease, at: now)
  }

  func claimOne(worker: String = "w", at now: Int64 = 0) async throws -> Job {
    try #require(try await claim(1, worker: worker, at: now).first)
  }
}
