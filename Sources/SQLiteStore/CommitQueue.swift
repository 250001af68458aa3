import Foundation
import GRDB
import Issuance
import Synchronization

/// Makes many writes share one commit, and so one wait for the disk.
///
/// While a commit is under way, further writes gather; the next commit takes them all. When one of them fails they are all
/// done again, each in a savepoint of its own, so it takes nothing of the others with it. That is rare, and savepoints would
/// cost every write two statements more. Nobody hears of success before the commit is done.
final class CommitQueue: Sendable {
  private struct State {
    var pending: [any PendingWrite] = []
    var isDraining = false
    var commits = 0
    var writes = 0
  }

  /// More would let the first wait for the last.
  private static let maximumWrites = 512

  private let pool: DatabasePool
  private let file: StoreFile
  private let state = Mutex(State())

  init(pool: DatabasePool, file: StoreFile) {
    self.pool = pool
    self.file = file
  }

  /// Commits tried and writes in them, since opening.
  var figures: (commits: Int, writes: Int) { state.withLock { ($0.commits, $0.writes) } }

  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
      add(Write(body: body, continuation: continuation))
    }
    return try result.get()
  }

  private func add(_ write: any PendingWrite) {
    let mustStart = state.withLock { state in
      state.pending.append(write)
      defer { state.isDraining = true }
      return !state.isDraining
    }
    if mustStart { pool.asyncWriteWithoutTransaction { self.drain($0) } }
  }

  /// On the writing connection's own queue.
  private func drain(_ database: Database) {
    while true {
      let batch = state.withLock { state in
        let batch = Array(state.pending.prefix(Self.maximumWrites))
        state.pending.removeFirst(batch.count)
        if batch.isEmpty {
          state.isDraining = false
        } else {
          state.commits += 1
          state.writes += batch.count
        }
        return batch
      }
      if batch.isEmpty { return }
      var failure: StoreError?
      do {
        try commit(batch, in: database)
      } catch {
        failure = StoreError(error)
      }
      for write in batch { write.finish(failure) }
    }
  }

  private func commit(_ batch: [any PendingWrite], in database: Database) throws {
    try file.check()
    do {
      try database.beginTransaction(.immediate)
      do {
        for write in batch { try write.apply(database) }
      } catch {
        guard database.isInsideTransaction, error.concernsOneWrite else { throw error }
        try database.rollback()
        try database.beginTransaction(.immediate)
        for write in batch { try applyAlone(write, in: database) }
      }
      try database.commit()
    } catch {
      // SQLite ends the transaction by itself when, for example, the disk is full.
      if database.isInsideTransaction { try? database.rollback() }
      throw error
    }
    // What was committed to a file that nobody will find again is not kept.
    try file.check()
  }

  private func applyAlone(_ write: any PendingWrite, in database: Database) throws {
    try database.cachedStatement(sql: "SAVEPOINT write").execute()
    do {
      try write.apply(database)
    } catch {
      guard database.isInsideTransaction, error.concernsOneWrite else { throw error }
      try database.cachedStatement(sql: "ROLLBACK TO write").execute()
      write.fail(StoreError(error))
    }
    try database.cachedStatement(sql: "RELEASE write").execute()
  }
}

private protocol PendingWrite: AnyObject, Sendable {
  func apply(_ database: Database) throws
  func fail(_ error: StoreError)
  /// - Parameter failure: of the commit; nil when it succeeded.
  func finish(_ failure: StoreError?)
}

/// Unchecked: `result` is only touched on the writing connection's queue.
private final class Write<Value: Sendable>: PendingWrite, @unchecked Sendable {
  private let body: @Sendable (Database) throws -> Value
  private let continuation: CheckedContinuation<Result<Value, StoreError>, Never>
  private var result: Result<Value, StoreError>?

  init(
    body: @escaping @Sendable (Database) throws -> Value,
    continuation: CheckedContinuation<Result<Value, StoreError>, Never>
  ) {
    self.body = body
    self.continuation = continuation
  }

  func apply(_ database: Database) throws { result = .success(try body(database)) }

  func fail(_ error: StoreError) { result = .failure(error) }

  func finish(_ failure: StoreError?) {
    if let failure {
      continuation.resume(returning: .failure(failure))
    } else {
      continuation.resume(returning: result ?? .failure(.failed("the write was never tried")))
    }
  }
}

extension Error {
  /// Whether other writes of the same commit may go on: the caller's mistake, or a rule of the schema.
  fileprivate var concernsOneWrite: Bool {
    if self is StoreError { return true }
    guard let error = self as? DatabaseError else { return false }
    return switch error.resultCode {
    case .SQLITE_CONSTRAINT, .SQLITE_TOOBIG, .SQLITE_MISMATCH, .SQLITE_ERROR: true
    default: false
    }
  }
}
