import GRDB
package import Issuance

extension SQLiteStore {
  package func register(
    _ device: DeviceKey, pushToken: String, serialNumber: String, limit: Int, deviceLimit: Int, correlationID: String,
    at now: Int64
  ) async throws(StoreError) -> Registration {
    try await commits.write { database in
      guard let pass = try DeviceRows.pass(serialNumber, tenant: device.tenant, in: database) else { return .noPass }
      let known = try DeviceRows.find(device, in: database)
      if let known {
        try DeviceRows.set(pushToken, of: known, at: now, in: database)
        if try DeviceRows.registerAgain(known, for: pass, correlationID: correlationID, at: now, in: database) {
          return .known
        }
      }
      guard try known.map({ try DeviceRows.passes(of: $0, in: database) }) ?? 0 < limit else { return .tooMany }
      guard try DeviceRows.devices(of: pass.row, in: database) < deviceLimit else { return .tooManyDevices }
      let row = try known ?? DeviceRows.make(device, pushToken: pushToken, at: now, in: database)
      let tag = try PassRows.nextTag(in: database)
      try database.cachedStatement(
        sql: "INSERT INTO registrations (device, pass, tag, pushed_tag, registered_at) VALUES (?, ?, ?, ?, ?)"
      ).execute(arguments: [row, pass.row, tag, pass.isSureToBeNew ? tag : 0, now])
      try EventRows.add(.registered, to: pass.row, device: row, correlationID: correlationID, at: now, in: database)
      if !pass.isSureToBeNew {
        try PushRows.want(
          "WHERE id = ?", [row], tag: tag, correlationID: correlationID, at: now, in: database)
      }
      return .new
    }
  }

  package func unregister(
    _ device: DeviceKey, serialNumber: String, correlationID: String, at now: Int64
  ) async throws(StoreError) -> Bool {
    try await commits.write { database in
      guard let row = try DeviceRows.find(device, in: database),
        let pass = try DeviceRows.pass(serialNumber, tenant: device.tenant, in: database)
      else { return false }
      try database.cachedStatement(sql: "DELETE FROM registrations WHERE device = ? AND pass = ?")
        .execute(arguments: [row, pass.row])
      if database.changesCount == 0 { return false }
      try EventRows.add(.unregistered, to: pass.row, device: row, correlationID: correlationID, at: now, in: database)
      let isLast = try Bool.fetchOne(
        database.cachedStatement(sql: "SELECT NOT EXISTS (SELECT 1 FROM registrations WHERE device = ?)"),
        arguments: [row])
      if isLast == true { try DeviceRows.remove(row, in: database) }
      return true
    }
  }

  package func updatedPasses(of device: DeviceKey, after tag: Int64?) async throws(StoreError) -> UpdatedPasses? {
    try await read { database in
      guard let row = try DeviceRows.find(device, in: database) else { return nil }
      var after = tag ?? -1
      // A store that was taken back to a backup gives lower tags again: who asks with one from before would miss them all.
      if let last = try Int64.fetchOne(database.cachedStatement(sql: "SELECT value FROM update_tag")), after > last {
        after = -1
      }
      let rows = try Row.fetchAll(
        database.cachedStatement(sql: DeviceRows.updated), arguments: ["device": row, "after": after])
      guard let last = rows.last else { return nil }
      return UpdatedPasses(serialNumbers: rows.map { $0["serial_number"] }, tag: last["tag"])
    }
  }
}

/// How the rows of `devices` come and go.
enum DeviceRows {
  /// What a device is told of: newest change last.
  static let updated = """
    SELECT passes.serial_number, max(passes.update_tag, registrations.tag) AS tag
    FROM registrations JOIN passes ON passes.id = registrations.pass
    WHERE registrations.device = :device AND max(passes.update_tag, registrations.tag) > :after
    ORDER BY tag
    """

  static let ofLibrary = "SELECT id FROM devices WHERE tenant = ? AND pass_type = ? AND library_identifier = ?"

  struct Pass {
    let row: Int64
    let updateTag: Int64
    let handedTag: Int64?
    /// Since it was made.
    let hasChanged: Bool

    /// Whether a device that adds it has its present content: there was never another, and somebody had it from here.
    ///
    /// That the present content was handed out would not be enough. A file that was downloaded before the last change
    /// may lie in a mail and be added at any time, and nobody knows which one a device has.
    var isSureToBeNew: Bool { handedTag != nil && !hasChanged }
  }

  static func pass(_ serialNumber: String, tenant: String, in database: Database) throws -> Pass? {
    let statement = try database.cachedStatement(
      sql: """
        SELECT id, update_tag, handed_tag, changed_at <> created_at AS has_changed
        FROM passes WHERE tenant = ? AND serial_number = ?
        """)
    return try Row.fetchOne(statement, arguments: [tenant, serialNumber]).map {
      Pass(
        row: $0["id"], updateTag: $0["update_tag"], handedTag: $0["handed_tag"], hasChanged: $0["has_changed"])
    }
  }

  static func find(_ device: DeviceKey, in database: Database) throws -> Int64? {
    let statement = try database.cachedStatement(sql: ofLibrary)
    return try Int64.fetchOne(statement, arguments: [device.tenant, device.passType, device.libraryIdentifier])
  }

  static func make(
    _ device: DeviceKey, pushToken: String, at now: Int64, in database: Database
  ) throws -> Int64 {
    try database.cachedStatement(
      sql: """
        INSERT INTO devices (tenant, pass_type, library_identifier, push_token, token_since) VALUES (?, ?, ?, ?, ?)
        """
    ).execute(arguments: [device.tenant, device.passType, device.libraryIdentifier, pushToken, now])
    return database.lastInsertedRowID
  }

  /// Takes over the token that a device told. What could not be pushed to another one is tried with this one at once.
  static func set(_ pushToken: String, of row: Int64, at now: Int64, in database: Database) throws {
    let known = try String.fetchOne(
      database.cachedStatement(sql: "SELECT push_token FROM devices WHERE id = ?"), arguments: [row])
    try database.cachedStatement(sql: "UPDATE devices SET push_token = ?, token_since = ? WHERE id = ?")
      .execute(arguments: [pushToken, now, row])
    if known == pushToken { return }
    try database.cachedStatement(
      sql: """
        UPDATE pushes SET state = 'available', attempts = 0, run_at = ?
        WHERE device = ? AND state IN ('retryable', 'discarded')
        """
    ).execute(arguments: [now, row])
  }

  /// Between two pushes that follow from nothing but registering again, in milliseconds.
  private static let pushAgainPause: Int64 = 600_000

  /// A device registers for a pass that it is registered for: its token is another, an answer was lost, or it took the
  /// pass out without a word and added it again, perhaps from an old file. So it is told of the pass with its next list,
  /// and pushed.
  ///
  /// It is pushed the first time after a change and then once in ten minutes at most. A phone that registers whenever it
  /// has fetched something would else be pushed for that, fetch, and register for ever; like this it is not pushed the
  /// second time, does not fetch, and has no reason to register.
  ///
  /// - Returns: false when it is not registered.
  static func registerAgain(
    _ device: Int64, for pass: Pass, correlationID: String, at now: Int64, in database: Database
  ) throws -> Bool {
    let statement = try database.cachedStatement(
      sql: """
        SELECT tag, coalesce(pushed_again_at, registered_at) AS last_at FROM registrations
        WHERE device = ? AND pass = ?
        """)
    guard let registration = try Row.fetchOne(statement, arguments: [device, pass.row]) else { return false }
    if pass.isSureToBeNew { return true }
    let tag = try PassRows.nextTag(in: database)
    let isFirst = registration["tag"] <= pass.updateTag
    // A clock that was set back holds nothing up.
    guard isFirst || !(0..<pushAgainPause).contains(now - registration["last_at"]) else {
      // Where a push is still to come, its list names the pass as well.
      try database.cachedStatement(
        sql: """
          UPDATE registrations SET tag = ?1, pushed_tag = ?1
          WHERE device = ?2 AND pass = ?3 AND pushed_tag >= max(tag, ?4)
          """
      ).execute(arguments: [tag, device, pass.row, pass.updateTag])
      return true
    }
    try database.cachedStatement(
      sql: "UPDATE registrations SET tag = ?, pushed_again_at = ? WHERE device = ? AND pass = ?"
    ).execute(arguments: [tag, now, device, pass.row])
    try PushRows.want("WHERE id = ?", [device], tag: tag, correlationID: correlationID, at: now, in: database)
    return true
  }

  static func passes(of device: Int64, in database: Database) throws -> Int {
    try Int.fetchOne(
      database.cachedStatement(sql: "SELECT count(*) FROM registrations WHERE device = ?"), arguments: [device]) ?? 0
  }

  static func devices(of pass: Int64, in database: Database) throws -> Int {
    try Int.fetchOne(
      database.cachedStatement(sql: "SELECT count(*) FROM registrations WHERE pass = ?"), arguments: [pass]) ?? 0
  }

  /// With its registrations and its push.
  static func remove(_ row: Int64, in database: Database) throws {
    try database.cachedStatement(sql: "DELETE FROM devices WHERE id = ?").execute(arguments: [row])
  }
}
