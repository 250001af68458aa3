import Foundation
import Synchronization

/// `passmintd serve` as a child process. What it says goes to a file; each line is a signal to look again.
final class DemoService: Sendable {
  private let process: Process
  private let ended: AsyncStream<Void>
  private let said: AsyncStream<Void>

  /// - Parameter log: where its lines go.
  init(_ program: URL, _ arguments: [String], log: URL) throws {
    process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    let (ended, end) = AsyncStream<Void>.makeStream()
    let (said, say) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    (self.ended, self.said) = (ended, said)
    try Data().write(to: log)
    let file = try FileHandle(forWritingTo: log)
    process.terminationHandler = { _ in
      end.finish()
      say.yield()
    }
    pipe.fileHandleForReading.readabilityHandler = { handle in
      let data = handle.availableData
      if data.isEmpty { handle.readabilityHandler = nil }
      try? file.write(contentsOf: data)
      say.yield()
    }
    try process.run()
  }

  var isRunning: Bool { process.isRunning }

  /// Looks until something is there: again with each line the service says, and ten times a second in case it says none.
  ///
  /// - Returns: nil when the service ended, or the time is over.
  func watch<Value>(for limit: Duration, _ look: () async throws -> Value?) async rethrows -> Value? {
    let end = ContinuousClock.now + limit
    while true {
      if let value = try await look() { return value }
      guard isRunning, ContinuousClock.now < end, !Task.isCancelled else { return nil }
      await withTaskGroup(of: Void.self) { [said] group in
        group.addTask { for await _ in said { break } }
        group.addTask { try? await Task.sleep(for: .milliseconds(100)) }
        await group.next()
        group.cancelAll()
      }
    }
  }

  /// Returns when it has ended, or the task is cancelled.
  func waitForEnd() async {
    for await _ in ended {}
  }

  /// Asks it to stop, and returns when it has. What does not stop within its grace is ended.
  func stop() async {
    guard process.isRunning else { return }
    process.terminate()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.waitForEnd() }
      group.addTask {
        guard (try? await Task.sleep(for: .seconds(40))) != nil else { return }
        kill(self.process.processIdentifier, SIGKILL)
      }
      await group.next()
      group.cancelAll()
    }
    process.waitUntilExit()
  }
}
