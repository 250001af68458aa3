package import Foundation
import GRDB
package import Issuance
import Synchronization

/// A store in one SQLite file.
///
/// The file is in WAL mode with `synchronous` FULL: what was committed survives a loss of power. One connection writes,
/// and every write is a member of a group commit; others read beside it.
package final class SQLiteStore: Sendable {
  package struct Options: Sendable, Hashable {
    /// How long to wait for another program that writes to the same file, in seconds.
    package var busyTimeout: TimeInterval = 5
    /// Connections that read at the same time.
    package var readers = 4

    package init() {}
  }

  private let pool: DatabasePool
  let commits: CommitQueue
  private let file: StoreFile
  /// Of workers that live in this process.
  let workers = Mutex<[WorkerFile]>([])
  var workersPath: String { "\(file.path)-workers" }

  /// Opens the file, makes it if there is none, and brings its schema up to date. Blocks until that is done.
  package init(path: String, options: Options = Options()) throws(StoreError) {
    file = try StoreFile(path: path)
    do {
      pool = try DatabasePool(path: path, configuration: Self.configuration(options))
      try Self.prepare(pool)
    } catch {
      throw StoreError(error)
    }
    commits = CommitQueue(pool: pool, file: file)
  }

  private static func configuration(_ options: Options) -> Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(options.busyTimeout)
    configuration.maximumReaderCount = options.readers
    configuration.label = "store"
    return configuration
  }

  private static func prepare(_ pool: DatabasePool) throws {
    try pool.writeWithoutTransaction { database in
      // GRDB sets NORMAL when it turns WAL on, after anything a Configuration could say.
      try database.execute(
        sql: """
          PRAGMA synchronous = FULL;
          PRAGMA wal_autocheckpoint = 4000;
          PRAGMA journal_size_limit = 67108864;
          """)
      let settings = try durability(database)
      guard settings == Durability.full else {
        throw StoreError.failed("SQLite did not take its settings: \(settings)")
      }
    }
    let migrator = Migrations.migrator
    if try pool.read(migrator.hasBeenSuperseded) { throw StoreError.tooNew }
    try migrator.migrate(pool)
  }

  /// Closes the file after the writes that were begun; the store cannot be used any more.
  package func close() throws(StoreError) {
    workers.withLock { $0 = [] }
    do {
      // GRDB closes the writing connection first, and those that read may not bring the WAL's pages home.
      try? pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      try pool.close()
    } catch {
      throw StoreError(error)
    }
  }

  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    try file.check()
    let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
      pool.asyncRead { database in
        do {
          continuation.resume(returning: .success(try body(database.get())))
        } catch {
          continuation.resume(returning: .failure(StoreError(error)))
        }
      }
    }
    return try result.get()
  }

  // MARK: Durability

  struct Durability: Sendable, Hashable {
    let journalMode: String
    /// SQLite's number: 2 is FULL.
    let synchronous: Int

    static let full = Durability(journalMode: "wal", synchronous: 2)
  }

  /// What the writing connection says of itself.
  func durability() async throws(StoreError) -> Durability {
    let result: Result<Durability, StoreError> = await withCheckedContinuation { continuation in
      pool.asyncWriteWithoutTransaction { database in
        let settings = Result { try Self.durability(database) }
        continuation.resume(returning: settings.mapError { StoreError($0) })
      }
    }
    return try result.get()
  }

  private static func durability(_ database: Database) throws -> Durability {
    Durability(
      journalMode: try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? "",
      synchronous: try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? -1)
  }

  /// Commits and the writes in them, since opening.
  package var commitFigures: (commits: Int, writes: Int) { commits.figures }

  /// Lets the file grow no further than so many pages, as a full disk would; nil takes the limit away.
  func limitPages(to count: Int?) async throws(StoreError) {
    try await set("max_page_count", count ?? 1_073_741_823)
  }

  /// Refuses to write, as on a file system that was mounted anew for reading alone.
  func refuseWriting(_ isRefused: Bool) async throws(StoreError) {
    try await set("query_only", isRefused ? 1 : 0)
  }

  private func set(_ pragma: String, _ value: Int) async throws(StoreError) {
    let result: Result<Void, StoreError> = await withCheckedContinuation { continuation in
      pool.asyncWriteWithoutTransaction { database in
        let done = Result { try database.execute(sql: "PRAGMA \(pragma) = \(value)") }
        continuation.resume(returning: done.mapError { StoreError($0) })
      }
    }
    try result.get()
  }

  // MARK: Backup

  /// Copies the whole store, as it is at one moment, into one file that SQLite and this store open by themselves; what
  /// has that name is replaced when the copy is finished and on disk. Writes go on meanwhile.
  package func backup(to path: String) async throws(StoreError) {
    try file.check()
    let pool = pool
    let result: Result<Void, StoreError> = await withCheckedContinuation { continuation in
      DispatchQueue.global(qos: .utility).async {
        let done = Result { try Backup.write(pool, to: path) }
        continuation.resume(returning: done.mapError { StoreError($0) })
      }
    }
    try result.get()
  }
}
