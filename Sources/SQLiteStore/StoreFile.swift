import Foundation
import Issuance

/// The file under a store, as the file system sees it.
///
/// SQLite goes on writing to a file that was removed or replaced, and what it writes is gone when it closes it. So the
/// file is looked at around every commit.
struct StoreFile: Sendable {
  let path: String
  private let device: UInt64
  private let inode: UInt64

  /// Makes the file if there is none, for its owner only: it has names and orders in it.
  init(path: String) throws(StoreError) {
    self.path = path
    let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      close(descriptor)
    } else if errno == EEXIST {
      // Not opened to see: closing it again would drop the locks that another connection of this process has on it.
      guard access(path, R_OK | W_OK) == 0 else { throw Self.error(errno, path) }
    } else {
      throw Self.error(errno, path)
    }
    guard let identity = Self.identity(path) else { throw Self.error(errno, path) }
    (device, inode) = identity
  }

  /// - Throws: `unavailable` when another file has its name by now, or none.
  func check() throws(StoreError) {
    guard let identity = Self.identity(path) else { throw .unavailable("\(path) is gone; put it back or start again") }
    guard identity == (device, inode) else { throw .unavailable("\(path) was replaced; start again") }
  }

  private static func identity(_ path: String) -> (device: UInt64, inode: UInt64)? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return (UInt64(status.st_dev), UInt64(status.st_ino))
  }

  static func error(_ code: Int32, _ path: String) -> StoreError {
    switch code {
    case EACCES, EPERM, EROFS: .readOnly
    case ENOSPC, EDQUOT: .full
    default: .unavailable("\(path): \(String(cString: strerror(code)))")
    }
  }
}
