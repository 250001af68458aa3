import Foundation
import GRDB
import Issuance
import Testing

@testable import SQLiteStore

@Suite("A backup")
struct BackupTests {
  @Test func `is a whole store in one file while writes go on`() async throws {
    let folder = try Folder()
    let store = try SQLiteStore(path: folder.file)
    for number in 0..<500 { try await store.hear("before \(number)") }
    let backups = (0..<4).map { "\(folder.path)/backup\($0).sqlite" }
    let written = try await withThrowingTaskGroup { group in
      let isDone = Flag()
      for writer in 0..<4 {
        group.addTask {
          var turn = 0
          while await !isDone.isSet {
            try await store.accept(
              [row("\(writer)-\(turn)-left"), row("\(writer)-\(turn)-right")], tenant: "a", correlationID: "r", at: 0)
            turn += 1
          }
          return turn
        }
      }
      group.addTask {
        for path in backups { try await store.backup(to: path) }
        await isDone.set()
        return 0
      }
      return try await group.reduce(0, +)
    }
    var counts: [Int] = []
    for path in backups {
      #expect(!FileManager.default.fileExists(atPath: "\(path)-wal"))
      let raw = try DatabaseQueue(path: path)
      #expect(try await raw.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
      try raw.close()
      let orders = try await SQLiteStore(path: path).orders()
      #expect(orders.count { $0.hasPrefix("before") } == 500)
      // Both orders of one request or none.
      #expect(orders.filter { $0.hasSuffix("left") }.allSatisfy { orders.contains($0.dropLast(4) + "right") })
      counts.append(orders.count)
    }
    #expect(counts == counts.sorted())
    #expect(written > 0)
    #expect(try await store.orders().count == 500 + 2 * written)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!left.contains { $0.contains("partial") })
  }

  @Test func `that is put back tells phones of changes, whatever they were told of meanwhile`() async throws {
    let folder = try Folder()
    let store = try SQLiteStore(path: folder.file)
    let phone = DeviceKey(tenant: "a", passType: "pass.org.example", libraryIdentifier: "phone")
    try await store.save([pass("1", content: 1)], tenant: "a", at: 1)
    _ = try await store.register(
      phone, pushToken: "00", serialNumber: "1", limit: 9, deviceLimit: 9, correlationID: "r", at: 2)
    let path = "\(folder.path)/backup.sqlite"
    try await store.backup(to: path)
    // All this is lost, but for the tag that the phone has.
    for content in 2...9 { try await store.save([pass("1", content: UInt8(content))], tenant: "a", at: 3) }
    let tag = try #require(try await store.updatedPasses(of: phone, after: nil)?.tag)

    let restored = try SQLiteStore(path: path)
    try await restored.save([pass("1", content: 10)], tenant: "a", at: 4)
    for content in 1...20 { try await restored.save([pass("2", content: UInt8(content))], tenant: "a", at: 5) }
    #expect(try await restored.updatedPasses(of: phone, after: tag)?.serialNumbers == ["1"])
  }

  @Test func `that fails leaves the backup before it`() async throws {
    let folder = try Folder()
    let store = try SQLiteStore(path: folder.file)
    try await store.hear("x")
    let path = "\(folder.path)/backup.sqlite"
    try await store.backup(to: path)
    let before = try Data(contentsOf: URL(filePath: path))
    try FileManager.default.createDirectory(atPath: path + ".partial", withIntermediateDirectories: true)
    await #expect(throws: StoreError.self) { try await store.backup(to: path) }
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
    try FileManager.default.removeItem(atPath: path + ".partial")
    try await store.hear("y")
    try await store.backup(to: path)
    #expect(try await SQLiteStore(path: path).orders() == ["x", "y"])
  }
}

private actor Flag {
  private(set) var isSet = false

  func set() { isSet = true }
}
