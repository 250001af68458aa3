import Foundation
import GRDB
import Issuance
import Passes

/// How the rows of `assets` come and go: files that passes share, once for each content.
enum AssetRows {
  static func save(_ assets: PassAssets, digest: [UInt8], in database: Database) throws {
    let known = try database.cachedStatement(sql: "SELECT 1 FROM assets WHERE digest = ?")
    if try Int.fetchOne(known, arguments: [Data(digest)]) != nil { return }
    try database.cachedStatement(sql: "INSERT INTO assets (digest, is_shared, files) VALUES (?, ?, ?)")
      .execute(arguments: [Data(digest), assets.isShared, Data(PackedFiles.pack(assets.files))])
  }

  static func assets(_ digest: [UInt8], in database: Database) throws -> PassAssets? {
    let statement = try database.cachedStatement(sql: "SELECT is_shared, files FROM assets WHERE digest = ?")
    guard let row = try Row.fetchOne(statement, arguments: [Data(digest)]) else { return nil }
    guard let files = PackedFiles.unpack(Array(row["files"] as Data)) else {
      throw StoreError.corrupt("the files that passes share cannot be read")
    }
    var contents = PassFiles()
    for file in files { contents[file.path] = file.bytes }
    return PassAssets(contents, isShared: row["is_shared"])
  }

  /// Removes those that no pass has.
  static func removeUnused(in database: Database) throws {
    try database.execute(
      sql: "DELETE FROM assets WHERE NOT EXISTS (SELECT 1 FROM passes WHERE passes.assets_digest = assets.digest)")
  }
}
