import GRDB
package import Issuance

extension SQLiteStore {
  package func note(_ deliveries: [Delivery]) async throws(StoreError) {
    try await commits.write { database in
      for delivery in deliveries {
        guard let pass = try DeviceRows.pass(delivery.serialNumber, tenant: delivery.tenant, in: database) else {
          continue
        }
        if delivery.updateTag > pass.handedTag ?? -1 {
          try database.cachedStatement(sql: "UPDATE passes SET handed_tag = ? WHERE id = ?")
            .execute(arguments: [delivery.updateTag, pass.row])
        }
        try EventRows.add(
          delivery.kind, to: pass.row, correlationID: delivery.correlationID, at: delivery.at, in: database)
      }
    }
  }

  package func history(
    of serialNumber: String, tenant: String, limit: Int
  ) async throws(StoreError) -> PassHistory? {
    try await read { database in
      guard let pass = try DeviceRows.pass(serialNumber, tenant: tenant, in: database) else { return nil }
      let events = try Row.fetchAll(
        database, sql: "SELECT * FROM events WHERE pass = ? ORDER BY id DESC LIMIT ?", arguments: [pass.row, limit]
      ).reversed().map { try EventRows.event($0, of: serialNumber) }
      let devices = try Row.fetchAll(
        database,
        sql: """
          SELECT registrations.device, registered_at, token_since, state, attempts, run_at, reason
          FROM registrations JOIN devices ON devices.id = registrations.device
          LEFT JOIN pushes ON pushes.device = registrations.device
          WHERE pass = ? ORDER BY registered_at, registrations.device LIMIT ?
          """, arguments: [pass.row, limit])
      let lines = try Row.fetchAll(
        database, sql: LogRows.newest,
        arguments: ["tenant": tenant, "serial_number": serialNumber, "pass": pass.row, "limit": limit])
      return PassHistory(
        events: events, devices: try devices.map(EventRows.device),
        logLines: lines.reversed().map { KeptLogLine(text: $0["text"], at: $0["at"], device: $0["device"]) })
    }
  }
}

/// How the rows of `events` come.
enum EventRows {
  /// Adds an event, or counts it to the last one of the pass when that says the same.
  static func add(
    _ kind: PassEvent.Kind, to pass: Int64, device: Int64? = nil, correlationID: String?, detail: String? = nil,
    at now: Int64, in database: Database
  ) throws {
    if kind == .downloaded || kind == .fetched || kind == .pushed {
      try database.cachedStatement(
        sql: """
          UPDATE events SET times = times + 1, last_at = ?, correlation_id = ?
          WHERE id = (SELECT max(id) FROM events WHERE pass = ?) AND kind = ? AND device IS ?
          """
      ).execute(arguments: [now, correlationID, pass, kind.rawValue, device])
      if database.changesCount > 0 { return }
    }
    try database.cachedStatement(
      sql: """
        INSERT INTO events (pass, kind, at, last_at, device, correlation_id, detail) VALUES (?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [pass, kind.rawValue, now, now, device, correlationID, detail])
    guard let type = WebhookType(kind) else { return }
    try WebhookRows.tell(
      type, pass: pass, device: device, correlationID: correlationID, detail: detail, at: now, in: database)
  }

  static func event(_ row: Row, of serialNumber: String) throws -> PassEvent {
    guard let kind = PassEvent.Kind(rawValue: row["kind"]) else {
      throw StoreError.corrupt("event \(row["id"] as Int64) cannot be read")
    }
    return PassEvent(
      id: row["id"], serialNumber: serialNumber, kind: kind, at: row["at"], times: row["times"], lastAt: row["last_at"],
      device: row["device"], correlationID: row["correlation_id"], detail: row["detail"])
  }

  static func device(_ row: Row) throws -> DeviceRecord {
    var push: DeviceRecord.PendingPush?
    if let word: String = row["state"] {
      guard let state = JobState(rawValue: word) else {
        throw StoreError.corrupt("the push of device \(row["device"] as Int64) cannot be read")
      }
      push = .init(state: state, attempts: row["attempts"], runAt: row["run_at"], reason: row["reason"])
    }
    return DeviceRecord(
      number: row["device"], registeredAt: row["registered_at"], tokenSince: row["token_since"], push: push)
  }
}
