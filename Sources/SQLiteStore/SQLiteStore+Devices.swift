import GRDB
package import Issuance

extension SQLiteStore {
  package func register(
    _ device: DeviceKey, pushToken: String, serialNumber: String, limit: Int, correlationID: String, at now: Int64
  ) async throws(StoreError) -> Registration {
    try await commits.write { database in
      guard let pass = try DeviceRows.pass(serialNumber, tenant: device.tenant, in: database) else { return .noPass }
      let row = try DeviceRows.findOrMake(device, pushToken: pushToken, at: now, in: database)
      let isKnown = try Bool.fetchOne(
        database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM registrations WHERE device = ? AND pass = ?)"),
        arguments: [row, pass.row])
      if isKnown == true { return .known }
      let count = try Int.fetchOne(
        database.cachedStatement(sql: "SELECT count(*) FROM registrations WHERE device = ?"), arguments: [row])
      guard count ?? 0 < limit else {
        if count == 0 { try DeviceRows.remove(row, in: database) }
        return .tooMany
      }
      let tag = try PassRows.nextTag(in: database)
      let hasIt = pass.handedTag ?? 0 >= pass.updateTag
      try database.cachedStatement(
        sql: "INSERT INTO registrations (device, pass, tag, pushed_tag, registered_at) VALUES (?, ?, ?, ?, ?)"
      ).execute(arguments: [row, pass.row, tag, hasIt ? tag : 0, now])
      try EventRows.add(.registered, to: pass.row, device: row, correlationID: correlationID, at: now, in: database)
      if !hasIt {
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
  }

  static func pass(_ serialNumber: String, tenant: String, in database: Database) throws -> Pass? {
    let statement = try database.cachedStatement(
      sql: "SELECT id, update_tag, handed_tag FROM passes WHERE tenant = ? AND serial_number = ?")
    return try Row.fetchOne(statement, arguments: [tenant, serialNumber]).map {
      Pass(row: $0["id"], updateTag: $0["update_tag"], handedTag: $0["handed_tag"])
    }
  }

  static func find(_ device: DeviceKey, in database: Database) throws -> Int64? {
    let statement = try database.cachedStatement(sql: ofLibrary)
    return try Int64.fetchOne(statement, arguments: [device.tenant, device.passType, device.libraryIdentifier])
  }

  static func findOrMake(
    _ device: DeviceKey, pushToken: String, at now: Int64, in database: Database
  ) throws -> Int64 {
    if let row = try find(device, in: database) {
      try database.cachedStatement(sql: "UPDATE devices SET push_token = ?, token_since = ? WHERE id = ?")
        .execute(arguments: [pushToken, now, row])
      return row
    }
    try database.cachedStatement(
      sql: """
        INSERT INTO devices (tenant, pass_type, library_identifier, push_token, token_since) VALUES (?, ?, ?, ?, ?)
        """
    ).execute(arguments: [device.tenant, device.passType, device.libraryIdentifier, pushToken, now])
    return database.lastInsertedRowID
  }

  /// With its registrations and its push.
  static func remove(_ row: Int64, in database: Database) throws {
    try database.cachedStatement(sql: "DELETE FROM devices WHERE id = ?").execute(arguments: [row])
  }
}
