import Foundation
import GRDB
import Issuance
import Testing

@testable import SQLiteStore

@Suite("An SQLite store in trouble")
struct TroubleTests {
  @Test func `says that its disk is full, loses nothing, and goes on when there is room`() async throws {
    let folder = try Folder()
    let store = try SQLiteStore(path: folder.file)
    try await store.hear("job")
    let job = try #require(try await store.claim(1, worker: "w", leasedUntil: 100, at: 0).first)
    try await store.limitPages(to: 40)
    var accepted: Set<String> = ["job"]
    await #expect(throws: StoreError.full) {
      for number in 0... {
        try await store.hear("order \(number)")
        accepted.insert("order \(number)")
      }
    }
    #expect(accepted.count > 2)
    let large = (0..<50).map { pass("\($0)") }
    await #expect(throws: StoreError.full) { try await store.complete(job, saving: large, at: 1) }
    await #expect(throws: StoreError.full) { try await store.hear(String(repeating: "x", count: 5000)) }

    #expect(try await store.orders() == accepted)
    #expect(try await store.job(job.id, tenant: nil)?.state == .running)
    try await store.limitPages(to: nil)
    try await store.complete(job, saving: large, at: 1)
    try await store.hear("after")
    #expect(try await store.orders() == accepted.union(["after"]))
  }

  @Test func `does not open what it may not write`() async throws {
    let folder = try Folder()
    try await SQLiteStore(path: folder.file).hear("x")
    // Root may write anything, so somebody else tries.
    await #expect(processExitsWith: .success) { [path = folder.path as String, file = folder.file as String] in
      chmod(file, 0o444)
      chmod(path, 0o555)
      if geteuid() == 0 { try #require(setgid(65_534) == 0 && setuid(65_534) == 0) }
      #expect(throws: StoreError.readOnly) { try SQLiteStore(path: file) }
      #expect(throws: StoreError.readOnly) { try SQLiteStore(path: "\(path)/new.sqlite") }
    }
    chmod(folder.path, 0o755)
    chmod(folder.file, 0o600)
    #expect(try await SQLiteStore(path: folder.file).orders() == ["x"])
  }

  @Test func `says that its disk may be written no longer, and goes on when it may`() async throws {
    let folder = try Folder()
    let store = try SQLiteStore(path: folder.file)
    try await store.hear("before")
    try await store.refuseWriting(true)
    await #expect(throws: StoreError.readOnly) { try await store.hear("lost") }
    await #expect(throws: StoreError.readOnly) { try await store.checkWriting() }
    #expect(try await store.orders() == ["before"])
    try await store.refuseWriting(false)
    try await store.checkWriting()
    try await store.hear("after")
    #expect(try await store.orders() == ["before", "after"])
  }

  @Test func `does not open where there is no folder, or a folder in its place`() throws {
    let folder = try Folder()
    for path in ["\(folder.path)/none/store.sqlite", folder.path] {
      #expect { try SQLiteStore(path: path) } throws: { error in
        if case .unavailable = error as? StoreError { true } else { false }
      }
    }
  }

  @Test func `accepts nothing into a file that was removed or replaced`() async throws {
    let folder = try Folder()
    let store = try SQLiteStore(path: folder.file)
    try await store.hear("before")
    func isUnavailable(_ error: any Error) -> Bool {
      if case .unavailable = error as? StoreError { true } else { false }
    }
    try FileManager.default.moveItem(atPath: folder.file, toPath: folder.file + ".away")
    await #expect { try await store.hear("lost") } throws: { isUnavailable($0) }
    await #expect { try await store.orders() } throws: { isUnavailable($0) }
    try Data().write(to: URL(filePath: folder.file))
    await #expect { try await store.hear("lost") } throws: { isUnavailable($0) }
    try FileManager.default.removeItem(atPath: folder.file)
    try FileManager.default.moveItem(atPath: folder.file + ".away", toPath: folder.file)
    try await store.hear("after")
    #expect(try await store.orders() == ["before", "after"])
  }

  @Test func `says that its file is damaged, or no store at all`() async throws {
    let folder = try Folder()
    func isCorrupt(_ error: any Error) -> Bool {
      if case .corrupt = error as? StoreError { true } else { false }
    }
    try Data("this is a letter, not a database; it is long enough to be read as one".utf8)
      .write(to: URL(filePath: folder.file))
    #expect { try SQLiteStore(path: folder.file) } throws: { isCorrupt($0) }
    try FileManager.default.removeItem(atPath: folder.file)

    let store = try SQLiteStore(path: folder.file)
    for number in 0..<200 { try await store.hear("order \(number)") }
    try store.close()
    let handle = try FileHandle(forUpdating: URL(filePath: folder.file))
    let size = try handle.seekToEnd()
    for page in stride(from: UInt64(4096), to: size, by: 4096) {
      try handle.seek(toOffset: page)
      try handle.write(contentsOf: Data(repeating: 0xFF, count: 200))
    }
    try handle.close()
    await #expect {
      let damaged = try SQLiteStore(path: folder.file)
      _ = try await damaged.orders()
    } throws: { isCorrupt($0) }
  }

  @Test func `waits for another program's write, and not for ever`() async throws {
    let folder = try Folder()
    var options = SQLiteStore.Options()
    options.busyTimeout = 0.05
    let store = try SQLiteStore(path: folder.file, options: options)
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let other = try DatabaseQueue(path: folder.file, configuration: configuration)
    try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    await #expect(throws: StoreError.busy) { try await store.hear("x") }
    try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
    try await store.hear("x")
  }

  @Test func `leaves the file of a newer version alone`() async throws {
    let folder = try Folder()
    try await SQLiteStore(path: folder.file).hear("x")
    let other = try DatabaseQueue(path: folder.file)
    try await other.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 from the future')") }
    try other.close()
    #expect(throws: StoreError.tooNew) { try SQLiteStore(path: folder.file) }
  }
}
