import Foundation
import GRDB
import Issuance

enum Backup {
  static func write(_ pool: DatabasePool, to path: String) throws {
    let partial = path + ".partial"
    remove(partial)
    defer { remove(partial) }
    _ = try StoreFile(path: partial)
    let copy = try DatabaseQueue(path: partial)
    try pool.backup(to: copy)
    // Out of WAL mode again, which the copy took over: a backup is one file.
    let mode = try copy.writeWithoutTransaction { database in
      try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
    }
    // Phones have tags that the store goes on to give out after this. Put back, the copy begins far behind them, so that what
    // changes then is newer than whatever they were told of before.
    try copy.write { try $0.execute(sql: "UPDATE update_tag SET value = value + 1000000000") }
    guard mode == "delete" else { throw StoreError.failed("the backup stays in \(mode ?? "an unknown") mode") }
    try copy.close()
    try synchronize(partial)
    guard rename(partial, path) == 0 else {
      throw StoreError.unavailable("\(path): \(String(cString: strerror(errno)))")
    }
    try synchronize(URL(filePath: path).deletingLastPathComponent().path)
  }

  private static func remove(_ path: String) {
    for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
  }

  private static func synchronize(_ path: String) throws(StoreError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor >= 0, fsync(descriptor) == 0 else {
      throw .unavailable("\(path): \(String(cString: strerror(errno)))")
    }
  }
}
