import Foundation
import Glibc

/// A program that is started from here: a browser.
struct OtherProgram {
  let path: String

  /// Finds a program on `PATH`.
  init?(_ name: String) {
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    let candidates = name.contains("/") ? [name] : folders.split(separator: ":").map { "\($0)/\(name)" }
    guard let found = candidates.first(where: { access($0, X_OK) == 0 && !Self.isFolder($0) }) else { return nil }
    path = found
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Starts it in a process group of its own, so that Ctrl-C is not for it, and with nothing that is open here.
  ///
  /// - Parameters:
  ///   - words: the file that what it says is added to.
  ///   - environment: what is other than here.
  /// - Returns: the process, or nil when it cannot be started.
  func start(
    _ arguments: [String], words: String = "/dev/null", environment: [String: String] = [:]
  ) -> pid_t? {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
      if let descriptor = Int32(name), descriptor > STDERR_FILENO { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, words, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    let environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for variable in variables { free(variable) } }
    var process: pid_t = 0
    return posix_spawn(&process, path, &actions, &attributes, &words, &variables) == 0 ? process : nil
  }

  /// Waits for a process to end.
  ///
  /// - Returns: its exit status; nil when a signal ended it.
  static func wait(for process: pid_t) -> Int32? {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { return nil }
    }
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
  }
}

/// The browser of whoever sits here.
enum Browser {
  /// Opens an address; says so when no program wants to.
  static func open(_ address: String) {
    // The first may be there and have no browser to start, as in Windows' Linux.
    let programs = ["xdg-open", "wslview", "open"].compactMap { OtherProgram($0) }
    // Some of them end only with the browser.
    Thread.detachNewThread {
      for program in programs {
        if let process = program.start([address]), OtherProgram.wait(for: process) == 0 { return }
      }
      Terminal.hint("no browser could be started (xdg-open, wslview, open); \(address) is for you to open")
    }
  }
}
