import Foundation
import GRDB
import Issuance
import SQLiteStore

/// What a phone asks when it was pushed, of a store with a million registrations: which passes changed.
struct ListBench {
  struct Figures {
    let registrations: Int
    /// Milliseconds: a row by its index, in the same file, by the same kind of connections.
    let point: [Double]
    let nothing: [Double]
    let one: [Double]
    /// Asked without a tag.
    let all: [Double]
    /// Lists that are not what was asked for.
    let wrong: Int
  }

  private static let questions = 5_000
  private static let passesOfPhone = 10
  let house: FullHouse
  /// Of a full house's store, in which each phone has one pass.
  let path: String

  func measure() async throws -> Figures {
    let (before, now, registrations) = try await fill()
    let store = try SQLiteStore(path: path)
    var configuration = Configuration()
    configuration.maximumReaderCount = SQLiteStore.Options().readers
    let pool = try DatabasePool(path: path, configuration: configuration)
    // How many rows each finds.
    let kinds: [(expected: Int, ask: (DeviceKey) async throws -> Int)] = [
      (1, { try await Self.row(of: $0, pool) == nil ? 0 : 1 }),
      (0, { try await store.updatedPasses(of: $0, after: now)?.serialNumbers.count ?? 0 }),
      (1, { try await store.updatedPasses(of: $0, after: before)?.serialNumbers.count ?? 0 }),
      (Self.passesOfPhone, { try await store.updatedPasses(of: $0, after: nil)?.serialNumbers.count ?? 0 }),
    ]
    var times = [[Double]](repeating: [], count: kinds.count)
    var wrong = 0
    var generator = SystemRandomNumberGenerator()
    // Before the first that counts, the connections are opened.
    for question in -100..<Self.questions {
      // In another order each time, and of another phone: nobody finds what somebody else has just read.
      for index in kinds.indices.shuffled(using: &generator) {
        let device = house.device(Int.random(in: 0..<FullHouse.seats, using: &generator))
        let start = Interleaved.clock()
        let count = try await kinds[index].ask(device)
        if question >= 0 { times[index].append((Interleaved.clock() - start) * 1000) }
        if count != kinds[index].expected { wrong += 1 }
      }
    }
    try pool.close()
    try store.close()
    return Figures(
      registrations: registrations, point: times[0], nothing: times[1], one: times[2], all: times[3], wrong: wrong)
  }

  /// Registers each phone for nine more passes, and has its first one changed after that. By SQL: a million calls are a
  /// million events, which no list looks at.
  ///
  /// - Returns: the tags before and after these changes, and how many registrations there are.
  private func fill() async throws -> (before: Int64, now: Int64, registrations: Int) {
    let queue = try DatabaseQueue(path: path)
    defer { try? queue.close() }
    return try await queue.write { database in
      let before = try Int64.fetchOne(database, sql: "SELECT value FROM update_tag") ?? 0
      try database.execute(sql: "UPDATE registrations SET tag = ? + device", arguments: [before])
      try database.execute(
        sql: """
          WITH RECURSIVE more (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM more WHERE number < ?)
          INSERT INTO registrations (device, pass, tag, pushed_tag, registered_at)
          SELECT device, (pass - 1 + number * 10007) % ? + 1, ?, ?, registered_at FROM registrations, more
          """, arguments: [Self.passesOfPhone - 1, FullHouse.seats, before, before])
      try database.execute(sql: "UPDATE update_tag SET value = (SELECT max(tag) FROM registrations)")
      let now = try Int64.fetchOne(database, sql: "SELECT value FROM update_tag") ?? 0
      return (before, now, try Int.fetchOne(database, sql: "SELECT count(*) FROM registrations") ?? 0)
    }
  }

  private static func row(of device: DeviceKey, _ pool: DatabasePool) async throws -> Int64? {
    try await pool.read { database in
      try Int64.fetchOne(
        database.cachedStatement(
          sql: "SELECT id FROM devices WHERE tenant = ? AND pass_type = ? AND library_identifier = ?"),
        arguments: [device.tenant, device.passType, device.libraryIdentifier])
    }
  }

  static func report(_ figures: Figures) {
    let limit = Interleaved.median(figures.point)
    func line(_ name: String, _ times: [Double]) {
      let sorted = times.sorted()
      let median = Interleaved.median(times)
      print(
        name.padding(toLength: 44, withPad: " ", startingAt: 0)
          + String(format: "%9.3f %9.3f ms %6.1f", median, sorted[sorted.count * 99 / 100], median / limit))
    }
    print("")
    print("\(figures.registrations) registrations: which passes changed      p50       p99      ÷ row  (limit 1 ms)")
    line("a row by its index", figures.point)
    line("nothing new", figures.nothing)
    line("one of ten passes changed", figures.one)
    line("all ten, asked without a tag", figures.all)
    print("lists that were wrong: \(figures.wrong)")
  }
}
