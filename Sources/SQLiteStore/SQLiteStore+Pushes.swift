import GRDB
package import Issuance

extension SQLiteStore {
  package func claimPushes(
    _ limit: Int, worker: String, leasedUntil: Int64, at now: Int64
  ) async throws(StoreError) -> [Push] {
    try await commits.write { database in
      let update = try database.cachedStatement(
        sql: """
          UPDATE pushes SET state = 'running', worker = ?, leased_until = ?, attempts = attempts + 1, claims = ?
          WHERE device = ?
          """)
      let due = try Int64.fetchAll(
        database.cachedStatement(sql: PushRows.due), arguments: ["now": now, "limit": max(0, limit)])
      if due.isEmpty { return [] }
      // Never the number of a claim before: rows are removed and made anew, and their own count would begin again.
      let claim = try PassRows.nextTag(in: database)
      return try due.compactMap { device in
        try update.execute(arguments: [worker, leasedUntil, claim, device])
        return try PushRows.push(device, in: database)
      }
    }
  }

  package func end(_ pushes: [(push: Push, ending: PushEnding)], at now: Int64) async throws(StoreError) {
    let held = pushes
    try await commits.write { database in
      for (push, ending) in held { try PushRows.end(push, ending, at: now, in: database) }
    }
  }

  package func nextPushDue() async throws(StoreError) -> Int64? {
    try await read { database in
      let waiting = try Int64.fetchOne(
        database, sql: "SELECT run_at FROM pushes WHERE \(Migrations.isWaiting) ORDER BY run_at LIMIT 1")
      let lease = try Int64.fetchOne(database, sql: "SELECT min(leased_until) FROM pushes WHERE state = 'running'")
      return [waiting, lease].compactMap { $0 }.min()
    }
  }

  package func requestPushes(
    serialNumber: String, tenant: String, correlationID: String, at now: Int64
  ) async throws(StoreError) -> Int? {
    try await commits.write { database in
      guard let pass = try DeviceRows.pass(serialNumber, tenant: tenant, in: database) else { return nil }
      let tag = try PassRows.nextTag(in: database)
      try database.cachedStatement(sql: "UPDATE registrations SET tag = ? WHERE pass = ?")
        .execute(arguments: [tag, pass.row])
      let count = database.changesCount
      try PushRows.want(pass: pass.row, tag: tag, correlationID: correlationID, at: now, in: database)
      return count
    }
  }

  package func replayDiscardedPushes(tenant: String?, at now: Int64) async throws(StoreError) -> Int {
    try await commits.write { database in
      try database.cachedStatement(
        sql: """
          UPDATE pushes SET state = 'available', attempts = 0, run_at = ?1
          WHERE state = 'discarded' AND (?2 IS NULL OR device IN (SELECT id FROM devices WHERE tenant = ?2))
          """
      ).execute(arguments: [now, tenant])
      return database.changesCount
    }
  }

  package func pushSummary() async throws(StoreError) -> PushSummary {
    try await read { database in
      var counts: [JobState: Int] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT state, count(*) AS count FROM pushes GROUP BY state") {
        guard let state = JobState(rawValue: row["state"]) else { continue }
        counts[state] = row["count"]
      }
      let oldest = try Int64.fetchOne(
        database, sql: "SELECT run_at FROM pushes WHERE \(Migrations.isWaiting) ORDER BY run_at LIMIT 1")
      return PushSummary(
        counts: counts, oldestRunAt: oldest,
        devices: try Int.fetchOne(database, sql: "SELECT count(*) FROM devices") ?? 0,
        registrations: try Int.fetchOne(database, sql: "SELECT count(*) FROM registrations") ?? 0)
    }
  }
}

/// How the rows of `pushes` come and go.
enum PushRows {
  static let due = """
    SELECT device FROM (
      SELECT device, run_at FROM (
        SELECT device, run_at FROM pushes INDEXED BY pushes_due
        WHERE \(Migrations.isWaiting) AND run_at <= :now ORDER BY run_at, device LIMIT :limit)
      UNION ALL
      SELECT device, run_at FROM (
        SELECT device, run_at FROM pushes INDEXED BY pushes_running
        WHERE state = 'running' AND leased_until <= :now LIMIT :limit))
    ORDER BY run_at, device LIMIT :limit
    """

  static func push(_ device: Int64, in database: Database) throws -> Push? {
    let statement = try database.cachedStatement(
      sql: """
        SELECT tenant, pass_type, push_token, token_since, tag, correlation_id, attempts, claims
        FROM pushes JOIN devices ON devices.id = pushes.device WHERE device = ?
        """)
    return try Row.fetchOne(statement, arguments: [device]).map { row in
      Push(
        device: device, tenant: row["tenant"], passType: row["pass_type"], token: row["push_token"],
        tokenSince: row["token_since"], tag: row["tag"], correlationID: row["correlation_id"],
        attempts: row["attempts"], claim: row["claims"])
    }
  }

  /// Has all devices of a pass pushed.
  static func want(
    pass: Int64, tag: Int64, correlationID: String?, at now: Int64, in database: Database
  ) throws {
    try want(
      "WHERE id IN (SELECT device FROM registrations WHERE pass = ?)", [pass], tag: tag, correlationID: correlationID,
      at: now, in: database)
  }

  /// Has devices pushed: makes their pushes, or brings those forward that wait already. What is under way is not for this
  /// change, and goes once more when it ends.
  static func want(
    _ condition: String, _ arguments: StatementArguments, tag: Int64, correlationID: String?, at now: Int64,
    in database: Database
  ) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO pushes (device, tag, state, correlation_id, run_at)
        SELECT id, ?, 'available', ?, ? FROM devices \(condition)
        ON CONFLICT (device) DO UPDATE SET
          tag = max(tag, excluded.tag), correlation_id = excluded.correlation_id,
          run_at = CASE state WHEN 'running' THEN run_at WHEN 'discarded' THEN excluded.run_at
            ELSE min(run_at, excluded.run_at) END,
          attempts = CASE state WHEN 'running' THEN attempts ELSE 0 END,
          state = CASE state WHEN 'running' THEN state ELSE 'available' END
        """
    ).execute(arguments: [tag, correlationID, now] + arguments)
  }

  static func end(_ push: Push, _ ending: PushEnding, at now: Int64, in database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        SELECT tag, push_token, token_since FROM pushes JOIN devices ON devices.id = pushes.device
        WHERE device = ? AND state = 'running' AND claims = ?
        """)
    guard let row = try Row.fetchOne(statement, arguments: [push.device, push.claim]) else { return }
    let tag: Int64 = row["tag"]
    if case .putOff(let moment, let reason) = ending {
      return try putBack(push, as: .available, attempts: push.attempts - 1, runAt: moment, reason: reason, in: database)
    }
    // What became of a token that the phone no longer has says nothing of the one that it told since then.
    if row["push_token"] != push.token {
      return try putBack(push, as: .available, attempts: nil, runAt: now, reason: nil, in: database)
    }
    switch ending {
    case .putOff: break
    case .done:
      // What changed after it was claimed it was not for: that is told by the next one.
      let isFor = "AND max(update_tag, tag) > pushed_tag AND max(update_tag, tag) <= ?"
      try tell(.pushed, push, isFor, [push.tag], detail: nil, at: now, in: database)
      // A pass that was registered for meanwhile is further already.
      try database.cachedStatement(sql: "UPDATE registrations SET pushed_tag = max(pushed_tag, ?) WHERE device = ?")
        .execute(arguments: [push.tag, push.device])
      if tag > push.tag {
        try putBack(push, as: .available, attempts: nil, runAt: now, reason: nil, in: database)
      } else {
        try database.cachedStatement(sql: "DELETE FROM pushes WHERE device = ?").execute(arguments: [push.device])
      }
    case .deviceGone(let since, let reason):
      let told: Int64 = row["token_since"]
      // It has told its token since then: that one leads somewhere.
      if since.map({ told > $0 }) == true {
        return try putBack(push, as: .available, attempts: nil, runAt: now + 1000, reason: reason, in: database)
      }
      try tell(.deviceGone, push, "", [], detail: reason, at: now, in: database)
      try DeviceRows.remove(push.device, in: database)
    case .retry(let moment, let reason):
      // A change that came meanwhile has its own attempts.
      let attempts = tag > push.tag ? 0 : push.attempts
      try putBack(push, as: .retryable, attempts: attempts, runAt: moment, reason: reason, in: database)
    case .discard(let reason):
      if tag > push.tag {
        return try putBack(push, as: .available, attempts: nil, runAt: now, reason: reason, in: database)
      }
      try putBack(push, as: .discarded, attempts: push.attempts, runAt: now, reason: reason, in: database)
    }
  }

  /// - Parameter attempts: nil: none, it is another push.
  private static func putBack(
    _ push: Push, as state: JobState, attempts: Int?, runAt: Int64, reason: String?, in database: Database
  ) throws {
    try database.cachedStatement(
      sql: """
        UPDATE pushes SET state = ?, worker = NULL, leased_until = NULL, attempts = ?, run_at = ?, reason = ?
        WHERE device = ?
        """
    ).execute(arguments: [state.rawValue, max(0, attempts ?? 0), runAt, reason, push.device])
  }

  /// Notes in the history of the device's passes what became of the push.
  private static func tell(
    _ kind: PassEvent.Kind, _ push: Push, _ condition: String, _ arguments: StatementArguments, detail: String?,
    at now: Int64, in database: Database
  ) throws {
    let passes = try Int64.fetchAll(
      database.cachedStatement(
        sql: "SELECT pass FROM registrations JOIN passes ON passes.id = pass WHERE device = ? \(condition)"),
      arguments: [push.device] + arguments)
    for pass in passes {
      try EventRows.add(
        kind, to: pass, device: push.device, correlationID: push.correlationID, detail: detail, at: now, in: database)
    }
  }
}
