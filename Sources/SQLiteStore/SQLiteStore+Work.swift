import GRDB
package import Issuance

extension SQLiteStore: Store {
  package func claim(
    _ limit: Int, worker: String, leasedUntil: Int64, at now: Int64
  ) async throws(StoreError) -> [Job] {
    try await commits.write { database in
      let update = try database.cachedStatement(
        sql: """
          UPDATE jobs SET state = 'running', worker = ?, leased_until = ?, attempts = attempts + 1, claims = claims + 1
          WHERE id = ?
          """)
      return try Self.claimable(limit, at: now, in: database).compactMap { id in
        try update.execute(arguments: [worker, leasedUntil, id])
        return try JobRows.job(id, in: database)
      }
    }
  }

  /// Jobs that wait and are a look (1) or not (0), those that could run first before others, without those of an order that
  /// is being fetched.
  ///
  /// The index is named since SQLite, which knows no numbers of rows, would sort all that wait.
  static func waitingJobs(_ condition: String) -> String {
    """
    SELECT run_at, id FROM jobs INDEXED BY jobs_due
    WHERE \(Migrations.isWaiting) AND is_look = ? AND \(condition) AND NOT EXISTS (
      SELECT 1 FROM jobs AS other INDEXED BY one_job_runs
      WHERE other.order_row = jobs.order_row AND other.state = 'running')
    ORDER BY run_at, id LIMIT ?
    """
  }
  static let abandonedJobs = """
    SELECT run_at, id FROM jobs INDEXED BY one_job_runs
    WHERE state = 'running' AND leased_until <= ? ORDER BY run_at, id LIMIT ?
    """

  /// - Returns: at most `limit` jobs, those that could run first before others.
  private static func claimable(_ limit: Int, at now: Int64, in database: Database) throws -> [Int64] {
    guard limit > 0 else { return [] }
    let waiting = try database.cachedStatement(sql: waitingJobs("run_at <= ?"))
    var due: [(turn: Int64, id: Int64)] = []
    for (isLook, patience) in [(0, 0), (1, lookPatience)] as [(Int, Int64)] {
      for row in try Row.fetchAll(waiting, arguments: [isLook, now, limit]) {
        due.append((row["run_at"] + patience, row["id"]))
      }
    }
    for row in try Row.fetchAll(database.cachedStatement(sql: abandonedJobs), arguments: [now, limit]) {
      due.append((row["run_at"], row["id"]))
    }
    return due.sorted { ($0.turn, $0.id) < ($1.turn, $1.id) }.prefix(limit).map(\.id)
  }

  package func renew(_ jobs: [Job], leasedUntil: Int64) async throws(StoreError) -> [Job] {
    try await commits.write { database in
      try jobs.compactMap { job in
        try database.cachedStatement(
          sql: "UPDATE jobs SET leased_until = ? WHERE id = ? AND state = 'running' AND claims = ?"
        ).execute(arguments: [leasedUntil, job.id, job.lease?.claim])
        return database.changesCount == 0 ? nil : try JobRows.job(job.id, in: database)
      }
    }
  }

  @discardableResult
  package func complete(
    _ job: Job, saving file: IssuedFile, notice: String?, at now: Int64
  ) async throws(StoreError) -> [PassRecord] {
    try await commits.write { database in
      let order = try Self.orderRow(ofHeld: job, in: database)
      try Self.finish(job, as: .completed, reason: notice, at: now, in: database)
      if let update = job.newestUpdate {
        try database.cachedStatement(
          sql: "UPDATE orders SET done_update = max(ifnull(done_update, ?), ?) WHERE id = ?"
        ).execute(arguments: [update, update, order])
      }
      return try PassRows.save(file, tenant: job.key.tenant, at: now, in: database)
    }
  }

  package func retry(_ job: Job, at runAt: Int64, reason: String, now: Int64) async throws(StoreError) {
    try await putBack(job, as: .retryable, attempts: 0, runAt: runAt, isLook: false, reason: reason, now: now)
  }

  package func release(
    _ job: Job, at runAt: Int64, isLook: Bool, reason: String?, now: Int64
  ) async throws(StoreError) {
    try await putBack(job, as: .available, attempts: -1, runAt: runAt, isLook: isLook, reason: reason, now: now)
  }

  private func putBack(
    _ job: Job, as state: JobState, attempts: Int, runAt: Int64, isLook: Bool, reason: String?, now: Int64
  ) async throws(StoreError) {
    try await commits.write { database in
      let order = try Self.orderRow(ofHeld: job, in: database)
      if let later = try OrderRow(id: order, newestUpdate: nil, doneUpdate: nil).waitingJob(in: database) {
        let sentence = ["job \(later) goes on", reason].compactMap { $0 }.joined(separator: ": ")
        try Self.finish(job, as: .completed, reason: sentence, at: now, in: database)
        return
      }
      try database.cachedStatement(
        sql: """
          UPDATE jobs SET state = ?, worker = NULL, leased_until = NULL, attempts = attempts + ?, run_at = ?,
            is_look = ?, reason = ?
          WHERE id = ?
          """
      ).execute(arguments: [state.rawValue, attempts, runAt, isLook, reason, job.id])
    }
  }

  package func discard(_ job: Job, reason: String, at now: Int64) async throws(StoreError) {
    try await commits.write { database in
      _ = try Self.orderRow(ofHeld: job, in: database)
      try Self.finish(job, as: .discarded, reason: reason, at: now, in: database)
    }
  }

  /// - Throws: `leaseLost` when it is not this worker's any more.
  private static func orderRow(ofHeld job: Job, in database: Database) throws -> Int64 {
    let statement = try database.cachedStatement(
      sql: "SELECT order_row FROM jobs WHERE id = ? AND state = 'running' AND claims = ?")
    guard let row = try Int64.fetchOne(statement, arguments: [job.id, job.lease?.claim]) else {
      throw StoreError.leaseLost
    }
    return row
  }

  static func finish(
    _ job: Job, as state: JobState, reason: String?, at now: Int64, in database: Database
  ) throws {
    try database.cachedStatement(
      sql: """
        UPDATE jobs SET state = ?, worker = NULL, leased_until = NULL, reason = ?, finished_at = ? WHERE id = ?
        """
    ).execute(arguments: [state.rawValue, reason, now, job.id])
  }

  package func checkWriting() async throws(StoreError) {
    // A number in the file's head that means nothing here, and is another each time: what stays the same SQLite does not
    // write.
    try await commits.write { database in
      let number = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      try database.execute(sql: "PRAGMA user_version = \(number == 0 ? 1 : 0)")
    }
  }

  package func nextDue() async throws(StoreError) -> Int64? {
    try await read { database in
      let waiting = try [0, 1].map { isLook in
        try Int64.fetchOne(database, sql: Self.waitingJobs("true"), arguments: [isLook, 1])
      }
      let lease = try Int64.fetchOne(database, sql: "SELECT min(leased_until) FROM jobs WHERE state = 'running'")
      return (waiting + [lease]).compactMap { $0 }.min()
    }
  }
}
