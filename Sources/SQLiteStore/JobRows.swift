import GRDB
import Issuance
import Secutix

/// How the rows of `orders`, `changes` and `jobs` become values.
enum JobRows {
  static let columns = """
    jobs.id, jobs.state, jobs.correlation_id, jobs.newest_update, jobs.attempts, jobs.claims, jobs.run_at, jobs.worker,
    jobs.leased_until, jobs.reason, jobs.created_at, jobs.finished_at, orders.tenant, orders.name
    """
  static let source = "jobs JOIN orders ON orders.id = jobs.order_row"

  static func job(_ row: Row) throws -> Job {
    guard let state = JobState(rawValue: row["state"]), let order = OrderChange.Order(storedName: row["name"]) else {
      throw StoreError.corrupt("job \(row["id"] as Int64) cannot be read")
    }
    var lease: Job.Lease?
    if let worker: String = row["worker"] {
      lease = Job.Lease(worker: worker, until: row["leased_until"], claim: row["claims"])
    }
    return Job(
      id: row["id"], key: OrderKey(tenant: row["tenant"], order: order), correlationID: row["correlation_id"],
      state: state, attempts: row["attempts"], runAt: row["run_at"], newestUpdate: row["newest_update"], lease: lease,
      reason: row["reason"], createdAt: row["created_at"], finishedAt: row["finished_at"])
  }

  static func job(_ id: Int64, tenant: String? = nil, in database: Database) throws -> Job? {
    let statement = try database.cachedStatement(
      sql: "SELECT \(columns) FROM \(source) WHERE jobs.id = ? AND orders.tenant = ifnull(?, orders.tenant)")
    return try Row.fetchOne(statement, arguments: [id, tenant]).map(job)
  }

  /// - Throws: `unknownJob`.
  static func knownJob(_ id: Int64, tenant: String?, in database: Database) throws -> Job {
    guard let job = try job(id, tenant: tenant, in: database) else { throw StoreError.unknownJob }
    return job
  }

  static func change(_ row: Row) -> RecordedChange {
    RecordedChange(
      ticketID: row["ticket"], movementID: row["movement"], state: row["state"], lastUpdate: row["last_update"],
      times: row["times"], firstReceivedAt: row["first_received_at"], lastReceivedAt: row["last_received_at"],
      correlationID: row["correlation_id"])
  }
}

/// What is known of an order.
struct OrderRow {
  let id: Int64
  /// The newest `lastUpdate` that was ever received.
  let newestUpdate: Int64?
  /// The newest that a completed job answered for.
  let doneUpdate: Int64?

  static func find(_ key: OrderKey, in database: Database) throws -> OrderRow? {
    let statement = try database.cachedStatement(
      sql: "SELECT id, newest_update, done_update FROM orders WHERE tenant = ? AND name = ?")
    return try Row.fetchOne(statement, arguments: [key.tenant, key.order.storedName]).map {
      OrderRow(id: $0["id"], newestUpdate: $0["newest_update"], doneUpdate: $0["done_update"])
    }
  }

  static func findOrMake(_ key: OrderKey, in database: Database) throws -> OrderRow {
    if let known = try find(key, in: database) { return known }
    try database.cachedStatement(sql: "INSERT INTO orders (tenant, name) VALUES (?, ?)")
      .execute(arguments: [key.tenant, key.order.storedName])
    return OrderRow(id: database.lastInsertedRowID, newestUpdate: nil, doneUpdate: nil)
  }

  func waitingJob(in database: Database) throws -> Int64? {
    let statement = try database.cachedStatement(
      sql: "SELECT id FROM jobs WHERE order_row = ? AND \(Migrations.isWaiting)")
    return try Int64.fetchOne(statement, arguments: [id])
  }

  /// What the job that runs answers for; nil when none runs, or when it answers for no certain update.
  func runningUpdate(in database: Database) throws -> Int64? {
    let statement = try database.cachedStatement(
      sql: "SELECT newest_update FROM jobs WHERE order_row = ? AND state = 'running'")
    return try Row.fetchOne(statement, arguments: [id])?["newest_update"]
  }
}
