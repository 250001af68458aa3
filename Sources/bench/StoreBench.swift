import Foundation
import GRDB
import Issuance
import Passes
import SQLiteStore
import Secutix
import ZonedTime

/// How far the store gets beyond what its disk allows a program that commits each row by itself.
final class StoreBench: Sendable {
  struct Figures {
    /// One row a commit, by one connection: what SQLite does on this disk.
    var commits: [Double] = []
    var accepts: [Double] = []
    var arrays: [Double] = []
    var jobs: [Double] = []
    var passes: [Double] = []
    var writesPerCommit: [Double] = []
  }

  private static let callers = 64
  private static let rounds = 9
  private let folder: URL
  private let store: SQLiteStore
  private let plain: DatabaseQueue

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    store = try SQLiteStore(path: folder.appending(path: "store.sqlite").path)
    plain = try DatabaseQueue(path: folder.appending(path: "plain.sqlite").path)
    try plain.writeWithoutTransaction { database in
      try database.execute(
        sql: """
          PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
          CREATE TABLE changes (id INTEGER PRIMARY KEY, name TEXT UNIQUE, state TEXT, last_update INTEGER);
          """)
    }
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// All in turn, round by round: only what was measured within the same second may be compared.
  func measure() async throws -> Figures {
    var figures = Figures()
    for round in 0...Self.rounds {
      let commits = try await commitOneByOne(round: round)
      let before = store.commitFigures
      let accepts = try await accept(round: round)
      let after = store.commitFigures
      let arrays = try await acceptArrays(round: round)
      let (jobs, passes) = try await work(round: round)
      // The first round warms up.
      if round == 0 { continue }
      figures.commits.append(commits)
      figures.accepts.append(accepts)
      figures.arrays.append(arrays)
      figures.jobs.append(jobs)
      figures.passes.append(passes)
      figures.writesPerCommit.append(Double(after.writes - before.writes) / Double(after.commits - before.commits))
    }
    return figures
  }

  func commitOneByOne(round: Int) async throws -> Double {
    let plain = plain
    return try await timed { end in
      try await plain.writeWithoutTransaction { database in
        var count = 0
        let insert = try database.cachedStatement(
          sql: "INSERT INTO changes (name, state, last_update) VALUES (?, 'PAID', ?)")
        while Interleaved.clock() < end {
          try insert.execute(arguments: [UUID().uuidString, count])
          count += 1
        }
        return count
      }
    }
  }

  /// Rows of new orders, one a call, as webhooks bring them.
  private func accept(round: Int) async throws -> Double {
    try await timed { end in
      try await withThrowingTaskGroup { group in
        for caller in 0..<Self.callers {
          group.addTask {
            var count = 0
            while Interleaved.clock() < end {
              let row = Self.row("alone \(round) \(caller) \(count)")
              try await self.store.accept([row], tenant: "venue", correlationID: "request", at: 0)
              count += 1
            }
            return count
          }
        }
        return try await group.reduce(0, +)
      }
    }
  }

  /// Rows of new orders, a hundred a call.
  private func acceptArrays(round: Int) async throws -> Double {
    try await timed { end in
      var count = 0
      while Interleaved.clock() < end {
        let rows = (count..<count + 100).map { Self.row("array \(round) \($0)") }
        try await self.store.accept(rows, tenant: "venue", correlationID: "request", at: 0)
        count += 100
      }
      return count
    }
  }

  /// Claims a hundred jobs a time and completes them side by side: first with nothing, then with two passes each.
  private func work(round: Int) async throws -> (jobs: Double, passes: Double) {
    var rates: [Double] = []
    for passes in [0, 2] {
      rates.append(
        try await timed { end in
          var count = 0
          while Interleaved.clock() < end {
            let jobs = try await self.store.claim(100, worker: "bench", leasedUntil: .max, at: 1)
            try await withThrowingTaskGroup { group in
              for job in jobs {
                group.addTask {
                  let made = (0..<passes).map { Self.pass("\(job.id)-\($0)") }
                  try await self.store.complete(job, saving: made, at: 2)
                }
              }
              try await group.waitForAll()
            }
            count += jobs.count
          }
          return count
        })
    }
    return (rates[0], rates[1])
  }

  private func timed(_ body: (_ end: Double) async throws -> Int) async throws -> Double {
    let start = Interleaved.clock()
    let count = try await body(start + Interleaved.window)
    return Double(count) / (Interleaved.clock() - start)
  }

  private static func row(_ order: String) -> OrderChange {
    OrderChange(
      order: .secretToken(order), ticketID: 1_022_890, movementID: 1_022_891, state: "PAID",
      lastUpdate: ZonedDateTime(epochMilliseconds: 1_790_000_000_000))
  }

  private static func pass(_ serialNumber: String) -> IssuedPass {
    IssuedPass(
      serialNumber: serialNumber, movement: serialNumber, ticket: serialNumber, order: serialNumber,
      orderSecret: serialNumber, file: serialNumber, template: "concert", state: .valid, event: "Gala d’hiver",
      seat: "Row F, Seat 21",
      rendered: [PassAssets.File(path: "pass.json", bytes: [UInt8](repeating: 65, count: 1500))],
      assetsDigest: [UInt8](repeating: 7, count: 32), contentDigest: [UInt8](repeating: 1, count: 32), asOf: 0)
  }

  static func report(_ figures: Figures) {
    func line(_ name: String, _ rates: [Double]) {
      let ratio = Interleaved.median(zip(rates, figures.commits).map { $0 / $1 })
      let text = String(format: "%9.0f %9.2f", Interleaved.median(rates), ratio)
      print(name.padding(toLength: 44, withPad: " ", startingAt: 0) + text)
    }
    print("")
    print("                                                   /s   ÷ commits")
    line("SQLite, one row a commit", figures.commits)
    line("durable changes, \(callers) callers", figures.accepts)
    line("durable changes, 100 a call", figures.arrays)
    line("jobs claimed and completed", figures.jobs)
    line("the same with two passes each", figures.passes)
    print(String(format: "callers that shared a commit   %6.1f", Interleaved.median(figures.writesPerCommit)))
  }
}
