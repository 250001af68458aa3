import GRDB
package import Issuance

extension SQLiteStore {
  package func keep(
    _ lines: [DeviceLogLine], tenant: String, limit: Int, each: Int, at now: Int64
  ) async throws(StoreError) {
    try await commits.write { database in
      var subjects: Set<LogRows.Subject> = []
      for line in lines {
        // Anybody can name passes that are nobody's: those would not count together.
        let serialNumber = try line.serialNumber.flatMap { serialNumber in
          try DeviceRows.pass(serialNumber, tenant: tenant, in: database).map { _ in serialNumber }
        }
        let device = try line.device.flatMap { try DeviceRows.find($0, in: database) }
        try database.cachedStatement(
          sql: "INSERT INTO device_log (tenant, serial_number, device, at, text) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [tenant, serialNumber, device, now, line.text])
        subjects.insert(serialNumber.map { .pass($0) } ?? .device(device))
      }
      for subject in subjects { try LogRows.trim(subject, of: tenant, to: each, in: database) }
      try LogRows.trim("true", ["tenant": tenant], to: limit, in: database)
    }
  }
}

/// How the rows of `device_log` come and go.
enum LogRows {
  /// What lines are about.
  enum Subject: Hashable {
    case pass(String)
    /// Nil: nobody that is known.
    case device(Int64?)
  }

  static let ofPass = "serial_number = :serial_number"
  static let ofDevice = "serial_number IS NULL AND device IS :device"

  /// The lines of a pass and those of its devices that name no pass, newest first. `CROSS` has SQLite begin with the
  /// pass's devices and not with the tenant's lines.
  static let newest = """
    SELECT text, at, device FROM (
      SELECT id, text, at, device FROM (
        SELECT id, text, at, device FROM device_log WHERE tenant = :tenant AND \(ofPass) ORDER BY id DESC LIMIT :limit)
      UNION ALL
      SELECT id, text, at, device_log.device FROM registrations
      CROSS JOIN device_log ON tenant = :tenant AND serial_number IS NULL AND device_log.device = registrations.device
      WHERE pass = :pass)
    ORDER BY id DESC LIMIT :limit
    """

  static func trim(_ condition: String) -> String {
    """
    DELETE FROM device_log WHERE tenant = :tenant AND \(condition) AND id <= (
      SELECT id FROM device_log WHERE tenant = :tenant AND \(condition) ORDER BY id DESC LIMIT 1 OFFSET :limit)
    """
  }

  static func trim(_ subject: Subject, of tenant: String, to limit: Int, in database: Database) throws {
    switch subject {
    case .pass(let serialNumber):
      try trim(ofPass, ["tenant": tenant, "serial_number": serialNumber], to: limit, in: database)
    case .device(let device): try trim(ofDevice, ["tenant": tenant, "device": device], to: limit, in: database)
    }
  }

  /// Leaves the newest lines that meet a condition.
  static func trim(
    _ condition: String, _ arguments: [String: (any DatabaseValueConvertible)?], to limit: Int, in database: Database
  ) throws {
    var arguments = arguments
    arguments["limit"] = max(0, limit)
    try database.cachedStatement(sql: trim(condition)).execute(arguments: StatementArguments(arguments))
  }
}
