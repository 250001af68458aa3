import Logging
import Synchronization

/// Everything that was logged.
final class LogLines: Sendable {
  private struct State {
    var lines: [String] = []
    var watchers: [(beginning: String, count: Int, tell: CheckedContinuation<Void, Never>)] = []

    func count(_ beginning: String) -> Int { lines.count { $0.hasPrefix(beginning) } }
  }

  private let state = Mutex(State())

  var all: [String] { state.withLock { $0.lines } }
  var text: String { all.joined(separator: "\n") }

  /// - Parameter beginning: the level and the message's first words.
  func count(beginningWith beginning: String) -> Int { state.withLock { $0.count(beginning) } }

  /// Returns when there are so many such lines.
  func lines(beginningWith beginning: String, atLeast count: Int) async {
    await withCheckedContinuation { watcher in
      let isSo = state.withLock { state in
        if state.count(beginning) >= count { return true }
        state.watchers.append((beginning, count, watcher))
        return false
      }
      if isSo { watcher.resume() }
    }
  }

  private func add(_ line: String) {
    let told = state.withLock { state in
      state.lines.append(line)
      let watchers = state.watchers
      state.watchers = watchers.filter { state.count($0.beginning) < $0.count }
      return watchers.filter { state.count($0.beginning) >= $0.count }
    }
    for watcher in told { watcher.tell.resume() }
  }

  var logger: Logger {
    var logger = Logger(label: "test") { _ in Handler(lines: self) }
    logger.logLevel = .trace
    return logger
  }

  private struct Handler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = metadata.merging(event.metadata ?? [:]) { $1 }
      let words = all.map { "\($0)=\($1)" }.sorted().joined(separator: " ")
      lines.add("\(event.level) \(event.message) \(words)")
    }
  }
}
