package import PassBundle
import Glibc

/// Why a whole run could not go on. Passes that were finished before stay finished.
package enum BatchError: Error, Sendable {
  /// A system call failed; `code` is errno.
  case system(String, path: String, code: Int32)
  /// Another run writes to this folder.
  case inUse(path: String)
  case sealing(SealingError)

  /// The system's own words for a failed call.
  package static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
