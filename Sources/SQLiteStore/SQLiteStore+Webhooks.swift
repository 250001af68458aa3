import GRDB
package import Issuance

extension SQLiteStore {
  package func subscribe(_ subscriptions: [WebhookSubscription], tenant: String) async throws(StoreError) {
    try await commits.write { database in
      try database.cachedStatement(sql: "UPDATE webhook_endpoints SET is_configured = 0 WHERE tenant = ?")
        .execute(arguments: [tenant])
      for subscription in subscriptions {
        let types = subscription.types.map(\.rawValue).sorted().joined(separator: ",")
        try database.cachedStatement(
          sql: """
            INSERT INTO webhook_endpoints (tenant, name, address, types, is_configured) VALUES (?, ?, ?, ?, 1)
            ON CONFLICT (tenant, name) DO UPDATE SET
              types = excluded.types, is_configured = 1,
              failures = iif(address = excluded.address, failures, 0),
              paused_until = iif(address = excluded.address, paused_until, NULL),
              disabled_at = iif(address = excluded.address, disabled_at, NULL),
              disabled_for = iif(address = excluded.address, disabled_for, NULL),
              address = excluded.address
            """
        ).execute(arguments: [tenant, subscription.name, subscription.address, ",\(types),"])
      }
    }
  }

  package func claimWebhooks(
    _ limit: Int, without busy: Set<Int64>, worker: String, leasedUntil: Int64, at now: Int64
  ) async throws(StoreError) -> [WebhookMessage] {
    try await commits.write { database in
      let update = try database.cachedStatement(
        sql: """
          UPDATE webhook_messages
          SET state = 'running', worker = ?, leased_until = ?, attempts = attempts + 1, claims = claims + 1 WHERE id = ?
          """)
      let due = try database.cachedStatement(sql: WebhookRows.due)
      let abandoned = try database.cachedStatement(sql: WebhookRows.abandoned)
      var messages: [WebhookMessage] = []
      for endpoint in try WebhookRows.ready(without: busy, at: now, in: database) {
        // One tells whether it is there again; the others would only wait for their time-outs.
        let most = endpoint.failures > 0 ? 1 : limit
        var ids = try Int64.fetchAll(due, arguments: [endpoint.id, now, most])
        ids += try Int64.fetchAll(abandoned, arguments: [endpoint.id, now, max(0, most - ids.count)])
        for id in ids {
          try update.execute(arguments: [worker, leasedUntil, id])
          if let message = try WebhookRows.message(id, tenant: nil, in: database) { messages.append(message) }
        }
      }
      return messages
    }
  }

  package func end(
    _ messages: [(message: WebhookMessage, ending: WebhookEnding)], at now: Int64
  ) async throws(StoreError) {
    let held = messages
    try await commits.write { database in
      for (message, ending) in held { try WebhookRows.end(message, ending, at: now, in: database) }
    }
  }

  package func nextWebhookDue(without busy: Set<Int64>) async throws(StoreError) -> Int64? {
    try await read { database in
      var moments: [Int64] = []
      let first = try database.cachedStatement(
        sql: """
          SELECT run_at FROM webhook_messages INDEXED BY webhook_messages_due
          WHERE endpoint = ? AND \(Migrations.isWaiting) ORDER BY run_at LIMIT 1
          """)
      let lease = try database.cachedStatement(
        sql: """
          SELECT min(leased_until) FROM webhook_messages INDEXED BY webhook_messages_running
          WHERE endpoint = ? AND state = 'running'
          """)
      // Of others nothing is claimed, whatever is due there.
      for endpoint in try WebhookRows.ready(without: busy, at: .max, in: database) {
        let waiting = try Int64.fetchOne(first, arguments: [endpoint.id])
        let running = try Int64.fetchOne(lease, arguments: [endpoint.id])
        guard let due = [waiting, running].compactMap({ $0 }).min() else { continue }
        moments.append(max(due, endpoint.pausedUntil ?? 0))
      }
      return moments.min()
    }
  }

  package func webhook(_ id: Int64, tenant: String?) async throws(StoreError) -> WebhookMessage? {
    try await read { try WebhookRows.message(id, tenant: tenant, in: $0) }
  }

  package func webhooks(_ filter: WebhookFilter) async throws(StoreError) -> [WebhookMessage] {
    try await read { database in
      var condition = "true"
      var arguments: StatementArguments = []
      if let tenant = filter.tenant {
        condition += " AND tenant = ?"
        arguments += [tenant]
      }
      if let endpoint = filter.endpoint {
        condition += " AND name = ?"
        arguments += [endpoint]
      }
      if !filter.states.isEmpty {
        condition += " AND state IN (\(filter.states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")))"
      }
      if let before = filter.before {
        condition += " AND webhook_messages.id < ?"
        arguments += [before]
      }
      return try Row.fetchAll(
        database, sql: "\(WebhookRows.select) WHERE \(condition) ORDER BY webhook_messages.id DESC LIMIT ?",
        arguments: arguments + [max(0, filter.limit)]
      ).map(WebhookRows.message)
    }
  }

  @discardableResult
  package func replayWebhook(_ id: Int64, tenant: String?, at now: Int64) async throws(StoreError) -> WebhookMessage? {
    try await commits.write { database in
      guard let message = try WebhookRows.message(id, tenant: tenant, in: database) else { return nil }
      try database.cachedStatement(
        sql: """
          UPDATE webhook_messages SET state = 'available', attempts = 0, run_at = ?, reason = NULL, finished_at = NULL
          WHERE id = ? AND state != 'running'
          """
      ).execute(arguments: [now, message.id])
      return try WebhookRows.message(id, tenant: tenant, in: database)
    }
  }

  package func resumeWebhooks(of endpoint: String, tenant: String, at now: Int64) async throws(StoreError) -> Bool {
    try await commits.write { database in
      try database.cachedStatement(
        sql: """
          UPDATE webhook_endpoints SET failures = 0, paused_until = NULL, disabled_at = NULL, disabled_for = NULL
          WHERE tenant = ? AND name = ?
          """
      ).execute(arguments: [tenant, endpoint])
      if database.changesCount == 0 { return false }
      try database.cachedStatement(
        sql: """
          UPDATE webhook_messages SET run_at = min(run_at, ?)
          WHERE \(Migrations.isWaiting)
            AND endpoint = (SELECT id FROM webhook_endpoints WHERE tenant = ? AND name = ?)
          """
      ).execute(arguments: [now, tenant, endpoint])
      return true
    }
  }

  package func webhookEndpoints(tenant: String?) async throws(StoreError) -> [WebhookEndpointRecord] {
    try await read { database in
      let endpoints = try Row.fetchAll(
        database, sql: "SELECT * FROM webhook_endpoints WHERE tenant = ?1 OR ?1 IS NULL ORDER BY tenant, name",
        arguments: [tenant])
      return try endpoints.map { try WebhookRows.endpoint($0, in: database) }
    }
  }
}

/// How the rows of `webhook_messages` come and go.
enum WebhookRows {
  struct Endpoint {
    let id: Int64
    let failures: Int
    let pausedUntil: Int64?
  }

  static let due = """
    SELECT id FROM webhook_messages INDEXED BY webhook_messages_due
    WHERE endpoint = ? AND \(Migrations.isWaiting) AND run_at <= ? ORDER BY run_at, id LIMIT ?
    """
  static let abandoned = """
    SELECT id FROM webhook_messages INDEXED BY webhook_messages_running
    WHERE endpoint = ? AND state = 'running' AND leased_until <= ? ORDER BY id LIMIT ?
    """
  static let select = """
    SELECT webhook_messages.*, tenant, name, address, failures
    FROM webhook_messages JOIN webhook_endpoints ON webhook_endpoints.id = endpoint
    """

  /// Endpoints that something may be sent to: there are few of them.
  static func ready(without busy: Set<Int64>, at now: Int64, in database: Database) throws -> [Endpoint] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT id, failures, paused_until FROM webhook_endpoints
        WHERE is_configured AND disabled_at IS NULL AND ifnull(paused_until, 0) <= ?
        """)
    return try Row.fetchAll(statement, arguments: [now])
      .map { Endpoint(id: $0["id"], failures: $0["failures"], pausedUntil: $0["paused_until"]) }
      .filter { !busy.contains($0.id) }
  }

  /// Writes down what a tenant's endpoints are to be told of an event, with it.
  static func tell(
    _ type: WebhookType, pass: Int64, device: Int64?, correlationID: String?, detail: String?, at now: Int64,
    in database: Database
  ) throws {
    let endpoints = try Int64.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT id FROM webhook_endpoints
          WHERE tenant = (SELECT tenant FROM passes WHERE id = ?) AND is_configured AND instr(types, ?) > 0
          """),
      arguments: [pass, ",\(type.rawValue),"])
    if endpoints.isEmpty { return }
    let statement = try database.cachedStatement(
      sql: """
        SELECT tenant, serial_number, state, template, event, seat, movement, ticket, order_number, file, update_tag
        FROM passes WHERE id = ?
        """)
    guard let row = try Row.fetchOne(statement, arguments: [pass]) else { return }
    // The pass is as it was when devices come and go; these have numbers of their own.
    let isOfDevice = type == .installed || type == .uninstalled
    let sequence: Int64 = isOfDevice ? try PassRows.nextTag(in: database) : row["update_tag"]
    let body = WebhookBody(
      type: type, at: now, tenant: row["tenant"], serialNumber: row["serial_number"], state: row["state"],
      template: row["template"], event: row["event"], seat: row["seat"], movement: row["movement"],
      ticket: row["ticket"], order: row["order_number"], file: row["file"], sequence: sequence,
      device: device, correlationID: correlationID, differences: detail)
    for endpoint in endpoints {
      try database.cachedStatement(
        sql: """
          INSERT INTO webhook_messages (endpoint, message_id, type, body, correlation_id, state, run_at, created_at)
          VALUES (?, 'msg_' || lower(hex(randomblob(16))), ?, ?, ?, 'available', ?, ?)
          """
      ).execute(arguments: [endpoint, type.rawValue, body.text, correlationID, now, now])
    }
  }

  static func message(_ id: Int64, tenant: String?, in database: Database) throws -> WebhookMessage? {
    let statement = try database.cachedStatement(
      sql: "\(select) WHERE webhook_messages.id = ?1 AND (tenant = ?2 OR ?2 IS NULL)")
    return try Row.fetchOne(statement, arguments: [id, tenant]).map(message)
  }

  static func message(_ row: Row) throws -> WebhookMessage {
    guard let state = JobState(rawValue: row["state"]) else {
      throw StoreError.corrupt("outgoing webhook \(row["id"] as Int64) cannot be read")
    }
    return WebhookMessage(
      id: row["id"], tenant: row["tenant"], endpoint: row["name"], endpointNumber: row["endpoint"],
      address: row["address"], failures: row["failures"],
      messageID: row["message_id"], type: row["type"], body: row["body"], correlationID: row["correlation_id"],
      state: state, attempts: row["attempts"], claim: row["claims"], runAt: row["run_at"], reason: row["reason"],
      createdAt: row["created_at"], finishedAt: row["finished_at"])
  }

  static func endpoint(_ row: Row, in database: Database) throws -> WebhookEndpointRecord {
    let id: Int64 = row["id"]
    var counts: [JobState: Int] = [:]
    for count in try Row.fetchAll(
      database, sql: "SELECT state, count(*) AS count FROM webhook_messages WHERE endpoint = ? GROUP BY state",
      arguments: [id])
    {
      guard let state = JobState(rawValue: count["state"]) else { continue }
      counts[state] = count["count"]
    }
    let oldest = try Int64.fetchOne(
      database,
      sql: "SELECT run_at FROM webhook_messages WHERE endpoint = ? AND \(Migrations.isWaiting) ORDER BY run_at LIMIT 1",
      arguments: [id])
    let types: String = row["types"]
    return WebhookEndpointRecord(
      tenant: row["tenant"], name: row["name"], address: row["address"],
      types: types.split(separator: ",").map(String.init), isConfigured: row["is_configured"],
      failures: row["failures"], pausedUntil: row["paused_until"], disabledAt: row["disabled_at"],
      disabledFor: row["disabled_for"], counts: counts, oldestRunAt: oldest)
  }

  static func end(_ message: WebhookMessage, _ ending: WebhookEnding, at now: Int64, in database: Database) throws {
    let isHeld = try Bool.fetchOne(
      database.cachedStatement(
        sql: "SELECT EXISTS (SELECT 1 FROM webhook_messages WHERE id = ? AND state = 'running' AND claims = ?)"),
      arguments: [message.id, message.claim])
    guard isHeld == true else { return }
    switch ending {
    case .delivered(let answer):
      try put(message, .completed, reason: answer, finishedAt: now, in: database)
      try database.cachedStatement(
        sql: """
          UPDATE webhook_endpoints SET failures = 0, paused_until = NULL WHERE id = ? AND address = ? AND failures > 0
          """
      ).execute(arguments: [message.endpointNumber, message.address])
    case .retry(let moment, let pause, let reason):
      try put(message, .retryable, runAt: moment, reason: reason, in: database)
      try pause.map { try self.pause(message, until: $0, in: database) }
    case .putOff(let moment, let reason):
      try put(message, .available, attempts: message.attempts - 1, runAt: moment, reason: reason, in: database)
    case .discard(let pause, let reason):
      try put(message, .discarded, reason: reason, finishedAt: now, in: database)
      try pause.map { try self.pause(message, until: $0, in: database) }
    case .endpointGone(let reason):
      try put(message, .available, attempts: 0, runAt: now, reason: reason, in: database)
      try database.cachedStatement(
        sql: """
          UPDATE webhook_endpoints SET disabled_at = ?, disabled_for = ? WHERE id = ? AND address = ? AND disabled_at IS NULL
          """
      ).execute(arguments: [now, reason, message.endpointNumber, message.address])
    }
  }

  private static func put(
    _ message: WebhookMessage, _ state: JobState, attempts: Int? = nil, runAt: Int64? = nil, reason: String,
    finishedAt: Int64? = nil, in database: Database
  ) throws {
    try database.cachedStatement(
      sql: """
        UPDATE webhook_messages
        SET state = ?, worker = NULL, leased_until = NULL, attempts = ?, run_at = ?, reason = ?, finished_at = ?
        WHERE id = ?
        """
    ).execute(
      arguments: [
        state.rawValue, max(0, attempts ?? message.attempts), runAt ?? message.runAt, reason, finishedAt, message.id,
      ])
  }

  /// Whatever became of a message says nothing of an address that the endpoint did not have then.
  private static func pause(_ message: WebhookMessage, until moment: Int64, in database: Database) throws {
    // Those that were under way together failed once.
    try database.cachedStatement(
      sql: """
        UPDATE webhook_endpoints SET failures = max(failures, ?), paused_until = max(ifnull(paused_until, 0), ?)
        WHERE id = ? AND address = ?
        """
    ).execute(arguments: [message.failures + 1, moment, message.endpointNumber, message.address])
  }
}
