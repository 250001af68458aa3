import Foundation
import Issuance

/// A file beside the store that says which workers live.
///
/// A worker holds the lock of one byte in it, and the kernel takes the lock away however its process ends. Whoever shares
/// an SQLite file shares a kernel, so that this holds where ids of processes and names of hosts come again, as in
/// containers. The locks are those of the open file (`fcntl(2)`, open file description locks): nothing else in the process
/// drops them.
final class WorkerFile: Sendable {
  // Linux' numbers (asm-generic/fcntl.h); glibc's header has them behind a feature macro that Swift does not set.
  private static let ask: Int32 = 36
  private static let take: Int32 = 37

  private let descriptor: Int32

  init(path: String) throws(StoreError) {
    descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw StoreFile.error(errno, path) }
  }

  deinit { close(descriptor) }

  /// Takes a byte that nobody has, until this object goes.
  ///
  /// - Returns: its place; nil where the file system has no such locks, and leases alone count.
  func enter() -> Int64? {
    for _ in 0..<10 {
      let place = Int64.random(in: 0..<(1 << 40))
      var lock = Self.lock(at: place)
      if fcntl(descriptor, Self.take, &lock) == 0 { return place }
    }
    return nil
  }

  /// Whether someone else has a byte; nil when the file system does not say.
  func isTaken(_ place: Int64) -> Bool? {
    var lock = Self.lock(at: place)
    guard fcntl(descriptor, Self.ask, &lock) == 0 else { return nil }
    return Int32(lock.l_type) != Int32(F_UNLCK)
  }

  private static func lock(at place: Int64) -> flock {
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    lock.l_start = Int(place)
    lock.l_len = 1
    return lock
  }
}
