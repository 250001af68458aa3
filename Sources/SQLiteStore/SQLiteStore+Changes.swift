import GRDB
package import Issuance
package import Secutix
import ZonedTime

extension SQLiteStore {
  @discardableResult
  package func accept(
    _ changes: [OrderChange], tenant: String, correlationID: String, at now: Int64
  ) async throws(StoreError) -> Int {
    try await commits.write { database in
      var jobs: Set<Int64> = []
      for change in changes {
        let reception = Reception(change: change, tenant: tenant, correlationID: correlationID, now: now)
        if let job = try reception.take(in: database) { jobs.insert(job) }
      }
      return jobs.count
    }
  }

  @discardableResult
  package func request(_ key: OrderKey, correlationID: String, at now: Int64) async throws(StoreError) -> Job {
    try await commits.write { database in
      let order = try OrderRow.findOrMake(key, in: database)
      let id = try Reception.bringForward(
        order, order.waitingJob(in: database), correlationID: correlationID, now: now, in: database)
      return try JobRows.knownJob(id, tenant: key.tenant, in: database)
    }
  }

  package func changes(of key: OrderKey) async throws(StoreError) -> [RecordedChange] {
    try await read { database in
      guard let order = try OrderRow.find(key, in: database) else { return [] }
      return try Row.fetchAll(
        database, sql: "SELECT * FROM changes WHERE order_row = ? ORDER BY last_update, id", arguments: [order.id]
      ).map(JobRows.change)
    }
  }
}

/// One change on its way into the store.
private struct Reception {
  let change: OrderChange
  let tenant: String
  let correlationID: String
  let now: Int64

  /// When it changed, as far as that can be believed: what lies ahead of us would make every later change look old, so it
  /// counts as no time. Clocks differ by minutes.
  private var update: Int64? {
    change.lastUpdate.map(\.epochMilliseconds).flatMap { $0 > now + 300_000 ? nil : $0 }
  }

  /// - Returns: the job that was made or brought forward.
  func take(in database: Database) throws -> Int64? {
    let order = try OrderRow.findOrMake(OrderKey(tenant: tenant, order: change.order), in: database)
    let isKnownRow = try !record(order, in: database)

    var newest = order.newestUpdate
    if let update, update > newest ?? .min {
      newest = update
      try database.cachedStatement(sql: "UPDATE orders SET newest_update = ? WHERE id = ?")
        .execute(arguments: [update, order.id])
    }
    let waiting = try order.waitingJob(in: database)
    if waiting != nil {
      // An older row says nothing that the waiting job will not see.
      guard isNews(order, isKnownRow: isKnownRow) else { return nil }
    } else {
      let running = try order.runningUpdate(in: database)
      let covered = max(order.doneUpdate ?? .min, running ?? .min)
      guard isNews(order, isKnownRow: isKnownRow) || newest ?? .min > covered else { return nil }
    }
    let known = OrderRow(id: order.id, newestUpdate: newest, doneUpdate: order.doneUpdate)
    return try Self.bringForward(known, waiting, correlationID: correlationID, now: now, in: database)
  }

  /// Whether the order may have changed since it was fetched last.
  private func isNews(_ order: OrderRow, isKnownRow: Bool) -> Bool {
    // Without a time nobody knows.
    guard let update, let newest = order.newestUpdate else { return true }
    // Secutix counts in seconds: two tickets that change within one have the same time, and between the rows of the two
    // the order may have been fetched. Only the very same row again says nothing new.
    return update > newest || update == newest && !isKnownRow
  }

  /// - Returns: whether the row is new; the very same row again is only counted.
  private func record(_ order: OrderRow, in database: Database) throws -> Bool {
    try database.cachedStatement(
      sql: """
        UPDATE changes SET times = times + 1, last_received_at = ?
        WHERE order_row = ? AND last_update IS ? AND ticket IS ? AND movement IS ? AND state = ?
        """
    ).execute(arguments: [now, order.id, update, change.ticketID, change.movementID, change.state])
    if database.changesCount > 0 { return false }
    try database.cachedStatement(
      sql: """
        INSERT INTO changes
          (order_row, ticket, movement, state, last_update, first_received_at, last_received_at, correlation_id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(
      arguments: [order.id, change.ticketID, change.movementID, change.state, update, now, now, correlationID])
    return true
  }

  /// Makes the order's waiting job due, with its attempts forgotten, or makes one.
  static func bringForward(
    _ order: OrderRow, _ waiting: Int64?, correlationID: String, now: Int64, in database: Database
  ) throws -> Int64 {
    if let waiting {
      try database.cachedStatement(
        sql: """
          UPDATE jobs SET state = 'available', attempts = 0, run_at = min(run_at, ?), is_look = 0, newest_update = ?
          WHERE id = ?
          """
      ).execute(arguments: [now, order.newestUpdate, waiting])
      return waiting
    }
    try database.cachedStatement(
      sql: """
        INSERT INTO jobs (order_row, state, correlation_id, newest_update, run_at, created_at)
        VALUES (?, 'available', ?, ?, ?, ?)
        """
    ).execute(arguments: [order.id, correlationID, order.newestUpdate, now, now])
    return database.lastInsertedRowID
  }
}
