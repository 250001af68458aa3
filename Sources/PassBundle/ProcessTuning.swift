import CLibzip
import Glibc

/// What a process that seals many passes should set once, at its very start.
package enum ProcessTuning {
  /// Call before any other thread runs: it changes the environment.
  ///
  /// - glibc's allocator keeps large blocks, see `CLibzip`.
  /// - libzip turns each file's time to local time and back, several times a file. Without `TZ` glibc looks each time
  ///   whether `/etc/localtime` has changed: some fifty system calls a pass. Naming that same file in `TZ` stops it.
  package static func apply() {
    passmint_keep_large_blocks()
    setenv("TZ", ":/etc/localtime", 0)
  }
}
