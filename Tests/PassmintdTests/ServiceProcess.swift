import Foundation
import Synchronization
import Testing

/// `passmintd` as a process of its own, and every line it says, as it says it.
final class ServiceProcess: Sendable {
  struct Gone: Error, CustomStringConvertible {
    let description: String
  }

  fileprivate struct State {
    var lines: [String] = []
    var partial: [UInt8] = []
    var hasEnded = false
    var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
    var next = 0
  }

  private let state: Shared
  let pid: pid_t
  private let ended: AsyncStream<Int32>

  /// Shared with the thread that reads, which may outlive this.
  private final class Shared: Sendable {
    let state = Mutex(State())
  }

  /// The program under test lies beside the test bundle.
  static let program: URL = {
    let bundle = URL(filePath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
    let candidates = [Bundle.main.bundleURL, Bundle.main.executableURL?.deletingLastPathComponent(), bundle]
    return candidates.compactMap { $0?.appending(path: "passmintd") }.first {
      FileManager.default.isExecutableFile(atPath: $0.path)
    } ?? bundle.appending(path: "passmintd")
  }()

  /// - Parameter wrapper: a program that starts it, such as `prlimit` with its options.
  init(
    _ arguments: [String], in folder: URL? = nil, wrapper: [String] = [], environment: [String: String] = [:]
  ) throws {
    let process = Process()
    let command = wrapper + [Self.program.path] + arguments
    process.executableURL = URL(filePath: wrapper.isEmpty ? Self.program.path : "/usr/bin/env")
    process.arguments = wrapper.isEmpty ? arguments : command
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.filter {
      !$0.key.hasPrefix("PASSMINT_") && $0.key != "NO_COLOR"
    }.merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    let (ended, end) = AsyncStream<Int32>.makeStream()
    self.ended = ended
    let shared = Shared()
    state = shared
    process.terminationHandler = { process in
      end.yield(process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus)
      end.finish()
    }
    try process.run()
    pid = process.processIdentifier
    // A thread of its own: the pipe is read to its end whatever else waits.
    let descriptor = dup(pipe.fileHandleForReading.fileDescriptor)
    Thread.detachNewThread {
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = read(descriptor, &bytes, bytes.count)
        if count < 0, errno == EINTR { continue }
        shared.state.withLock { $0.take(bytes.prefix(max(0, count)), isEnd: count <= 0) }
        if count <= 0 { break }
      }
      close(descriptor)
    }
  }

  deinit { kill(pid, SIGKILL) }

  var lines: [String] { state.state.withLock { $0.lines } }
  var output: String { lines.joined(separator: "\n") }

  func send(_ signal: Int32) { kill(pid, signal) }

  /// Its exit status; the negative signal when one ended it. Everything it said has been read then.
  func end() async -> Int32 {
    let status = await ended.first { _ in true } ?? -1
    for await _ in watch() {}
    return status
  }

  /// The first line that fits, said already or to come.
  func line(where fits: (String) -> Bool) async throws -> String {
    let watch = watch()
    if let line = lines.first(where: fits) { return line }
    for await _ in watch {
      if let line = lines.first(where: fits) { return line }
    }
    if let line = lines.first(where: fits) { return line }
    throw Gone(description: "ended before it said what was waited for:\n\(output)")
  }

  /// A signal for each piece of output; ends with the output.
  func watch() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    state.state.withLock { state in
      if state.hasEnded { return continuation.finish() }
      state.next += 1
      state.watchers[state.next] = continuation
    }
    return stream
  }
}

extension ServiceProcess.State {
  mutating func take(_ bytes: ArraySlice<UInt8>, isEnd: Bool) {
    partial += bytes
    while let end = partial.firstIndex(of: 0x0A) {
      lines.append(String(decoding: partial[..<end], as: UTF8.self))
      partial.removeSubrange(...end)
    }
    if isEnd {
      if !partial.isEmpty { lines.append(String(decoding: partial, as: UTF8.self)) }
      partial = []
      hasEnded = true
    }
    for watcher in watchers.values {
      watcher.yield()
      if isEnd { watcher.finish() }
    }
  }
}
