import Foundation
import GRDB
import Issuance
import Testing

@testable import SQLiteStore

@Suite("An SQLite store")
struct DurabilityTests {
  @Test func `writes through to the disk at each commit`() async throws {
    let folder = try Folder()
    #expect(try await SQLiteStore(path: folder.file).durability() == .init(journalMode: "wal", synchronous: 2))
    #expect(try await SQLiteStore(path: folder.file).durability() == .full)
  }

  @Test func `is for its owner's eyes`() async throws {
    let folder = try Folder()
    let store = try SQLiteStore(path: folder.file)
    try await store.hear("x")
    for suffix in ["", "-wal", "-shm"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.file + suffix)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test func `lets many writes share one commit`() async throws {
    let folder = try Folder()
    let store = try SQLiteStore(path: folder.file)
    try await withThrowingTaskGroup { group in
      for caller in 0..<64 {
        group.addTask { for turn in 0..<20 { try await store.hear("order \(caller) \(turn)") } }
      }
      try await group.waitForAll()
    }
    let figures = store.commitFigures
    #expect(figures.writes == 1280)
    #expect(figures.commits < figures.writes / 4)
    #expect(try await store.orders().count == 1280)
  }

  @Test func `does not let a write that fails take others with it`() async throws {
    let folder = try Folder()
    let store = try SQLiteStore(path: folder.file)
    try await store.hear("held")
    let held = try #require(try await store.claim(1, worker: "w", leasedUntil: 1, at: 0).first)
    _ = try await store.claim(1, worker: "v", leasedUntil: 100, at: 1)
    let losses = try await withThrowingTaskGroup { group in
      for number in 0..<200 {
        group.addTask {
          if number % 2 == 0 {
            try await store.hear("order \(number)")
            return 0
          }
          do {
            try await store.complete(held, saving: [pass("lost \(number)")], at: 2)
            return 0
          } catch StoreError.leaseLost {
            return 1
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(losses == 100)
    #expect(store.commitFigures.commits < 150, "the writes were not mixed")
    #expect(try await store.orders().count == 101)
    #expect(try await store.passes(PassFilter(), tenant: "a", offset: 0, limit: 1).total == 0)
  }

  @Test func `finds its jobs, passes, devices and their log by an index`() async throws {
    let folder = try Folder()
    let store = try SQLiteStore(path: folder.file)
    let plans = [
      ("SELECT id FROM jobs WHERE order_row = ? AND \(Migrations.isWaiting)", "one_job_waits"),
      ("SELECT newest_update FROM jobs WHERE order_row = ? AND state = 'running'", "one_job_runs"),
      (SQLiteStore.waitingJobs("run_at <= ?"), "jobs_due (is_look=? AND run_at<?)"),
      (SQLiteStore.waitingJobs("true"), "one_job_runs (order_row=?)"),
      ("SELECT * FROM changes WHERE order_row = ? AND last_update IS ?", "changes_of_order"),
      ("SELECT * FROM passes WHERE tenant = ? AND file = ?", "passes_of_file"),
      ("SELECT * FROM passes WHERE tenant = ? AND order_secret = ?", "passes_of_order_secret"),
      (DeviceRows.ofLibrary, "(tenant=? AND pass_type=? AND library_identifier=?)"),
      (LogRows.trim(LogRows.ofPass), "device_log_of_pass (tenant=? AND serial_number=?)"),
      (LogRows.trim(LogRows.ofDevice), "device_log_of_device (tenant=? AND device=? AND id<?)"),
      // In the order of their numbers they are not there already, and few.
      (
        LogRows.newest.replacing(/ORDER BY id DESC LIMIT :limit$/, with: ""),
        "device_log_of_device (tenant=? AND device=?)"
      ),
    ]
    for (sql, index) in plans {
      let plan = try await store.read { database in
        let explained = try database.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
        explained.setUncheckedArguments(StatementArguments([1, 1, 1].prefix(sql.count { $0 == "?" })))
        return try Row.fetchAll(explained).map { $0["detail"] as String }.joined(separator: "; ")
      }
      #expect(plan.contains(index) && !plan.contains("TEMP B-TREE"), "\(sql): \(plan)")
    }
  }

  /// A process writes from many tasks and is killed at a random moment. What it was told is durable is there.
  @Test(arguments: 0..<5) func `loses nothing that it accepted when the process is killed`(round: Int) async throws {
    let folder = try Folder()
    let receipts = "\(folder.path)/receipts"
    try Data().write(to: URL(filePath: receipts))
    let limit = [1, 7, 60, 300, 1000][round]
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [file = folder.file as String, receipts = receipts as String, limit = limit as Int] in
      let store = try SQLiteStore(path: file)
      let descriptor = open(receipts, O_WRONLY | O_APPEND)
      let count = Counter()
      try await withThrowingTaskGroup { group in
        for caller in 0..<16 {
          group.addTask {
            for turn in 0... {
              let name = "\(caller)-\(turn)"
              try await store.hear(name)
              let line = Array("\(name)\n".utf8)
              _ = write(descriptor, line, line.count)
              if caller == 0, let job = try await store.claim(1, worker: "w", leasedUntil: .max, at: 0).first {
                try await store.complete(job, saving: [pass(name), pass("\(name)'")], at: 1)
              }
              if await count.next() == limit { kill(getpid(), SIGKILL) }
            }
          }
        }
        try await group.waitForAll()
      }
    }
    let accepted = try String(contentsOfFile: receipts, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(accepted.count >= limit)
    let store = try SQLiteStore(path: folder.file)
    #expect(Set(accepted).isSubset(of: try await store.orders()))
    // Each completed job has both of its passes.
    let completed = try await store.jobSummary(tenant: "a").counts[.completed] ?? 0
    #expect(try await store.passes(PassFilter(), tenant: "a", offset: 0, limit: 1).total == 2 * completed)
    #expect(try await store.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
  }
}

private actor Counter {
  private var count = 0

  func next() -> Int {
    count += 1
    return count
  }
}
