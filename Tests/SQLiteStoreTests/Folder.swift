import Foundation
import Issuance
import Passes
import Secutix
import SQLiteStore
import ZonedTime

/// A folder with room for one store, gone with the test.
final class Folder: Sendable {
  let path: String
  var file: String { "\(path)/store.sqlite" }

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

func row(_ order: String, update: Int64 = 1) -> OrderChange {
  OrderChange(
    order: .secretToken(order), state: "PAID", lastUpdate: ZonedDateTime(epochMilliseconds: update))
}

/// A pass of about the size that concerts' have.
func pass(_ serialNumber: String, content: UInt8 = 1) -> IssuedPass {
  IssuedPass(
    serialNumber: serialNumber, movement: serialNumber, order: "4711", file: "815", template: "concert", state: .valid,
    rendered: [PassAssets.File(path: "pass.json", bytes: [UInt8](repeating: content, count: 1500))],
    assetsDigest: [UInt8](repeating: 7, count: 32), contentDigest: [UInt8](repeating: content, count: 32), asOf: 0)
}

extension Store {
  @discardableResult
  func hear(_ order: String, update: Int64 = 1) async throws(StoreError) -> Int {
    try await accept([row(order, update: update)], tenant: "a", correlationID: "r", at: 0)
  }

  func orders() async throws(StoreError) -> Set<String> {
    let jobs = try await jobs(JobFilter(limit: 1_000_000))
    return Set(jobs.map { if case .secretToken(let token) = $0.key.order { token } else { "" } })
  }
}
