import GRDB
package import Issuance

extension SQLiteStore {
  package func job(_ id: Int64, tenant: String?) async throws(StoreError) -> Job? {
    try await read { try JobRows.job(id, tenant: tenant, in: $0) }
  }

  package func jobs(_ filter: JobFilter) async throws(StoreError) -> [Job] {
    try await read { database in
      var conditions: [String] = []
      var arguments = StatementArguments()
      func add(_ condition: String, _ values: [any DatabaseValueConvertible]) {
        conditions.append(condition)
        arguments += StatementArguments(values)
      }
      if let tenant = filter.tenant { add("orders.tenant = ?", [tenant]) }
      if let order = filter.order { add("orders.name = ?", [order.storedName]) }
      if let before = filter.before { add("jobs.id < ?", [before]) }
      if !filter.states.isEmpty {
        let marks = filter.states.map { _ in "?" }.joined(separator: ", ")
        add("jobs.state IN (\(marks))", filter.states.map(\.rawValue))
      }
      let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
      arguments += [max(0, filter.limit)]
      return try Row.fetchAll(
        database,
        sql: "SELECT \(JobRows.columns) FROM \(JobRows.source) \(condition) ORDER BY jobs.id DESC LIMIT ?",
        arguments: arguments
      ).map(JobRows.job)
    }
  }

  @discardableResult
  package func replay(_ id: Int64, tenant: String?, at now: Int64) async throws(StoreError) -> Job {
    try await commits.write { database in
      let job = try JobRows.knownJob(id, tenant: tenant, in: database)
      guard job.state != .running else { return job }
      if job.state.isFinished, let order = try OrderRow.find(job.key, in: database),
        let waiting = try order.waitingJob(in: database)
      {
        return try JobRows.knownJob(waiting, tenant: tenant, in: database)
      }
      try database.cachedStatement(
        sql: """
          UPDATE jobs SET state = 'available', attempts = 0, run_at = ?, is_look = 0, finished_at = NULL,
            newest_update = (SELECT newest_update FROM orders WHERE orders.id = jobs.order_row)
          WHERE id = ?
          """
      ).execute(arguments: [now, id])
      return try JobRows.knownJob(id, tenant: tenant, in: database)
    }
  }

  package func discard(_ id: Int64, tenant: String?, reason: String, at now: Int64) async throws(StoreError) {
    try await commits.write { database in
      let job = try JobRows.knownJob(id, tenant: tenant, in: database)
      if job.state == .running { throw StoreError.jobIsRunning }
      if job.state.isFinished { return }
      try Self.finish(job, as: .discarded, reason: reason, at: now, in: database)
    }
  }

  package func jobSummary(tenant: String?) async throws(StoreError) -> JobSummary {
    try await read { database in
      let source = tenant == nil ? "jobs" : JobRows.source
      let condition = tenant == nil ? "?1 IS NULL" : "orders.tenant = ?1"
      let rows = try Row.fetchAll(
        database, sql: "SELECT jobs.state, count(*) AS count FROM \(source) WHERE \(condition) GROUP BY jobs.state",
        arguments: [tenant])
      let waiting = tenant == nil ? "jobs INDEXED BY jobs_due" : source
      // One after the other, as the index has them.
      let oldest = try [0, 1].compactMap { isLook in
        try Int64.fetchOne(
          database,
          sql: """
            SELECT run_at FROM \(waiting)
            WHERE \(condition) AND jobs.\(Migrations.isWaiting) AND is_look = ?2 ORDER BY run_at LIMIT 1
            """,
          arguments: [tenant, isLook])
      }.min()
      var counts: [JobState: Int] = [:]
      for row in rows {
        guard let state = JobState(rawValue: row["state"]) else { continue }
        counts[state] = row["count"]
      }
      return JobSummary(counts: counts, oldestRunAt: oldest)
    }
  }

  @discardableResult
  package func forget(finishedBefore time: Int64) async throws(StoreError) -> Int {
    _ = try await forget("changes", where: "last_received_at < ?", time)
    // No reading is under way so long that it could still cross with these.
    _ = try await forget("files", where: "as_of < ? AND waiting = 0 AND refused = 0", time)
    try await commits.write { try AssetRows.removeUnused(in: $0) }
    // What was given up too: its receiver has long lost interest, and others' data is not kept for nothing.
    _ = try await forget("webhook_messages", where: "finished_at < ?", time)
    _ = try await forget(
      "webhook_messages",
      where: """
        created_at < ? AND endpoint IN (
          SELECT id FROM webhook_endpoints WHERE disabled_at IS NOT NULL OR NOT is_configured)
        """, time)
    return try await forget("jobs", where: "state = 'completed' AND finished_at < ?", time)
  }

  /// A part at a time, so that other writes get their turn; and looked for where nobody waits, since there may be millions
  /// of rows to look through.
  private func forget(
    _ table: String, where condition: String, _ time: Int64
  ) async throws(StoreError) -> Int {
    var count = 0
    var last: Int64? = 0
    while let from = last {
      let ids = try await read { database in
        try Int64.fetchAll(
          database, sql: "SELECT id FROM \(table) WHERE id > ? AND \(condition) ORDER BY id LIMIT 1000",
          arguments: [from, time])
      }
      last = ids.last
      guard !ids.isEmpty else { break }
      count += try await commits.write { database in
        // Some may have come to life again meanwhile.
        let delete = try database.cachedStatement(sql: "DELETE FROM \(table) WHERE id = ? AND \(condition)")
        return try ids.reduce(0) { count, id in
          try delete.execute(arguments: [id, time])
          return count + database.changesCount
        }
      }
    }
    return count
  }
}
