import Foundation
import GRDB
package import Issuance
package import Passes

extension SQLiteStore {
  @discardableResult
  package func save(
    _ file: IssuedFile, tenant: String, at now: Int64
  ) async throws(StoreError) -> [PassRecord] {
    try await commits.write { try PassRows.save(file, tenant: tenant, at: now, in: $0) }
  }

  package func file(_ number: String, tenant: String) async throws(StoreError) -> FileRecord? {
    try await read { database in
      let statement = try database.cachedStatement(
        sql: "SELECT as_of, waiting, refused FROM files WHERE tenant = ? AND number = ?")
      return try Row.fetchOne(statement, arguments: [tenant, number]).map {
        FileRecord(asOf: $0["as_of"], waiting: $0["waiting"], refused: $0["refused"])
      }
    }
  }

  package func assets(_ digest: [UInt8]) async throws(StoreError) -> PassAssets? {
    try await read { try AssetRows.assets(digest, in: $0) }
  }

  package func pass(serialNumber: String, tenant: String) async throws(StoreError) -> PassRecord? {
    try await read { try PassRows.pass(serialNumber, tenant: tenant, in: $0) }
  }

  package func personalize(
    serialNumber: String, tenant: String, info: String, correlationID: String, at now: Int64
  ) async throws(StoreError) -> PersonalizationOutcome {
    // Whoever repeats it costs no turn of the one writer.
    let known = try await read { try PassRows.personalization(of: serialNumber, tenant: tenant, in: $0) }
    if let known { return known }
    return try await commits.write { database in
      if let known = try PassRows.personalization(of: serialNumber, tenant: tenant, in: database) { return known }
      guard let pass = try DeviceRows.pass(serialNumber, tenant: tenant, in: database) else { return .noPass }
      let tag = try PassRows.nextTag(in: database)
      try database.cachedStatement(
        sql: """
          UPDATE passes SET personalized_at = ?1, personal_info = ?2, update_tag = ?3, changed_at = ?1,
            correlation_id = ?4
          WHERE id = ?5
          """
      ).execute(arguments: [now, info, tag, correlationID, pass.row])
      try EventRows.add(.personalized, to: pass.row, correlationID: correlationID, at: now, in: database)
      try PushRows.want(pass: pass.row, tag: tag, correlationID: correlationID, at: now, in: database)
      return .new
    }
  }

  package func passes(_ property: PassProperty, tenant: String) async throws(StoreError) -> [PassRecord] {
    let (column, value) =
      switch property {
      case .order(let value): ("order_number", value)
      case .orderSecret(let value): ("order_secret", value)
      case .file(let value): ("file", value)
      case .movement(let value): ("movement", value)
      }
    return try await read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM passes WHERE tenant = ? AND \(column) = ? ORDER BY id",
        arguments: [tenant, value]
      ).map(PassRows.record)
    }
  }

  package func passes(
    _ filter: PassFilter, tenant: String, offset: Int, limit: Int
  ) async throws(StoreError) -> PassPage {
    try await read { database in
      var condition = "tenant = ?"
      var arguments: StatementArguments = [tenant]
      if !filter.states.isEmpty {
        condition += " AND state IN (\(filter.states.map { _ in "?" }.joined(separator: ", ")))"
        arguments += StatementArguments(filter.states.map(\.rawValue))
      }
      if let template = filter.template {
        condition += " AND template = ?"
        arguments += [template]
      }
      for word in filter.searchWords {
        condition += " AND instr(searchable_text, ?) > 0"
        arguments += [word]
      }
      let total = try Int.fetchOne(
        database, sql: "SELECT count(*) FROM passes WHERE \(condition)", arguments: arguments)
      let rows = try Row.fetchAll(
        database, sql: "SELECT * FROM passes WHERE \(condition) ORDER BY id DESC LIMIT ? OFFSET ?",
        arguments: arguments + [max(0, limit), max(0, offset)])
      return PassPage(records: try rows.map(PassRows.record), total: total ?? 0)
    }
  }
}

/// How the rows of `passes` come and go.
enum PassRows {
  static func record(_ row: Row) throws -> PassRecord {
    let serialNumber: String = row["serial_number"]
    guard let state = IssuedPass.State(rawValue: row["state"]),
      let rendered = PackedFiles.unpack(bytes(row, "rendered"))
    else { throw StoreError.corrupt("pass \(serialNumber) cannot be read") }
    let pass = IssuedPass(
      serialNumber: serialNumber, movement: row["movement"], ticket: row["ticket"], order: row["order_number"],
      orderSecret: row["order_secret"], file: row["file"], template: row["template"], state: state, event: row["event"],
      seat: row["seat"], rendered: rendered, assetsDigest: bytes(row, "assets_digest"),
      contentDigest: bytes(row, "content_digest"), asOf: row["as_of"])
    return PassRecord(
      tenant: row["tenant"], pass: pass, updateTag: row["update_tag"], changedAt: row["changed_at"],
      createdAt: row["created_at"], correlationID: row["correlation_id"], personalization: personalization(row))
  }

  private static func bytes(_ row: Row, _ column: String) -> [UInt8] { Array(row[column] as Data) }

  private static func personalization(_ row: Row) -> Personalization? {
    (row["personalized_at"] as Int64?).map { Personalization(at: $0, info: row["personal_info"] ?? "{}") }
  }

  static func pass(_ serialNumber: String, tenant: String, in database: Database) throws -> PassRecord? {
    let statement = try database.cachedStatement(sql: "SELECT * FROM passes WHERE tenant = ? AND serial_number = ?")
    return try Row.fetchOne(statement, arguments: [tenant, serialNumber]).map(record)
  }

  /// - Returns: the passes that are new or whose content changed.
  static func save(
    _ file: IssuedFile, tenant: String, at now: Int64, in database: Database
  ) throws -> [PassRecord] {
    guard try note(file, tenant: tenant, at: now, in: database) else { return [] }
    for digest in Set(file.passes.map(\.assetsDigest)) {
      if let assets = file.assets[digest] { try AssetRows.save(assets, digest: digest, in: database) }
    }
    return try file.passes.compactMap { pass in
      let known = try Self.known(pass.serialNumber, tenant: tenant, in: database)
      // What was read later than now was read before the clock was set back: earlier than this.
      if let known, known.asOf > pass.asOf, known.asOf <= now { return nil }
      let isChanged = known?.contentDigest != pass.contentDigest
      let record = PassRecord(
        tenant: tenant, pass: pass, updateTag: isChanged ? try nextTag(in: database) : known?.updateTag ?? 0,
        changedAt: isChanged ? now : known?.changedAt ?? now, createdAt: known?.createdAt ?? now,
        correlationID: isChanged ? file.correlationID : known?.correlationID, personalization: known?.personalization)
      try write(record, in: database)
      guard isChanged else { return nil }
      try tell(record, known, file.differences[pass.serialNumber], at: now, in: database)
      return record
    }
  }

  /// What follows from a change: it is in the pass's history, and its devices are to be pushed.
  private static func tell(
    _ record: PassRecord, _ known: Known?, _ difference: IssuedFile.Difference?, at now: Int64, in database: Database
  ) throws {
    let correlationID = record.correlationID
    guard let known else {
      return try EventRows.add(
        .issued, to: database.lastInsertedRowID, correlationID: correlationID, at: now, in: database)
    }
    let isVoided = record.pass.state == .voided && known.state != IssuedPass.State.voided.rawValue
    // Made of another content than the one that was there, it would say what is not so.
    let detail = difference.flatMap { $0.from == known.contentDigest ? $0.detail : nil }
    try EventRows.add(
      isVoided ? .voided : .changed, to: known.row, correlationID: correlationID, detail: detail, at: now, in: database)
    try PushRows.want(pass: known.row, tag: record.updateTag, correlationID: correlationID, at: now, in: database)
  }

  /// Notes when a file was read, and what of it is to come.
  ///
  /// - Returns: false when it was read later already, though not later than now.
  private static func note(
    _ file: IssuedFile, tenant: String, at now: Int64, in database: Database
  ) throws -> Bool {
    guard let number = file.number else { return true }
    try database.cachedStatement(
      sql: """
        INSERT INTO files (tenant, number, as_of, waiting, refused) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (tenant, number) DO UPDATE
        SET as_of = excluded.as_of, waiting = excluded.waiting, refused = excluded.refused
        WHERE excluded.as_of >= files.as_of OR files.as_of > ?
        """
    ).execute(arguments: [tenant, number, file.asOf, file.waiting, file.refused, now])
    return database.changesCount > 0
  }

  private struct Known {
    let row: Int64
    let state: String
    let contentDigest: [UInt8]
    let asOf: Int64
    let updateTag: Int64
    let changedAt: Int64
    let createdAt: Int64
    let correlationID: String?
    let personalization: Personalization?
  }

  private static func known(_ serialNumber: String, tenant: String, in database: Database) throws -> Known? {
    let statement = try database.cachedStatement(
      sql: """
        SELECT id, state, content_digest, as_of, update_tag, changed_at, created_at, correlation_id, personalized_at,
          personal_info
        FROM passes WHERE tenant = ? AND serial_number = ?
        """)
    return try Row.fetchOne(statement, arguments: [tenant, serialNumber]).map { row in
      Known(
        row: row["id"], state: row["state"], contentDigest: bytes(row, "content_digest"), asOf: row["as_of"],
        updateTag: row["update_tag"], changedAt: row["changed_at"], createdAt: row["created_at"],
        correlationID: row["correlation_id"], personalization: personalization(row))
    }
  }

  /// Why a pass is not to be personalized; nil when it is.
  static func personalization(
    of serialNumber: String, tenant: String, in database: Database
  ) throws -> PersonalizationOutcome? {
    let isPersonalized = try Bool.fetchOne(
      database.cachedStatement(
        sql: "SELECT personalized_at IS NOT NULL FROM passes WHERE tenant = ? AND serial_number = ?"),
      arguments: [tenant, serialNumber])
    guard let isPersonalized else { return .noPass }
    return isPersonalized ? .known : nil
  }

  static func nextTag(in database: Database) throws -> Int64 {
    try database.cachedStatement(sql: "UPDATE update_tag SET value = value + 1").execute()
    guard let tag = try Int64.fetchOne(database.cachedStatement(sql: "SELECT value FROM update_tag")) else {
      throw StoreError.corrupt("the last update tag is missing")
    }
    return tag
  }

  private static let columns = [
    "tenant", "serial_number", "movement", "ticket", "order_number", "order_secret", "file", "template", "state",
    "event", "seat", "assets_digest", "content_digest", "as_of", "update_tag", "changed_at", "created_at",
    "correlation_id", "searchable_text", "rendered",
  ]
  private static let upsert = """
    INSERT INTO passes (\(columns.joined(separator: ", ")))
    VALUES (\(columns.map { ":\($0)" }.joined(separator: ", ")))
    ON CONFLICT (tenant, serial_number) DO UPDATE SET
    \(columns.dropFirst(2).map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
    """

  private static func write(_ record: PassRecord, in database: Database) throws {
    let pass = record.pass
    try database.cachedStatement(sql: upsert).execute(
      arguments: [
        "tenant": record.tenant, "serial_number": pass.serialNumber, "movement": pass.movement, "ticket": pass.ticket,
        "order_number": pass.order, "order_secret": pass.orderSecret, "file": pass.file, "template": pass.template,
        "state": pass.state.rawValue, "event": pass.event, "seat": pass.seat,
        "assets_digest": Data(pass.assetsDigest), "content_digest": Data(pass.contentDigest), "as_of": pass.asOf,
        "update_tag": record.updateTag, "changed_at": record.changedAt, "created_at": record.createdAt,
        "correlation_id": record.correlationID, "searchable_text": pass.searchableText,
        "rendered": Data(PackedFiles.pack(pass.rendered)),
      ])
  }
}
