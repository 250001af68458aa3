import Foundation
import Sandbox
import Synchronization
import Testing

/// A service that goes away and comes back at another address, for those who send to it meanwhile.
final class RestartedServe: Sendable {
  private struct State {
    var service: RunningServe?
    var waiting: [CheckedContinuation<RunningServe, Never>] = []
    var answered = 0
    var unanswered = 0
  }

  private let state = Mutex(State())

  /// Webhooks answered with 200, and requests that nothing was heard of.
  var figures: (answered: Int, unanswered: Int) { state.withLock { ($0.answered, $0.unanswered) } }

  func isUp(_ service: RunningServe) {
    let waiting = state.withLock { state in
      state.service = service
      defer { state.waiting = [] }
      return state.waiting
    }
    for waiting in waiting { waiting.resume(returning: service) }
  }

  var service: RunningServe? { state.withLock { $0.service } }

  func isDown() { state.withLock { $0.service = nil } }

  /// The one that runs, when there is one again.
  ///
  /// - Parameter dead: the process of one that is not meant.
  private func current(butNot dead: pid_t?) async -> RunningServe {
    while true {
      let service = await withCheckedContinuation { continuation in
        let service = state.withLock { state in
          let service = state.service.flatMap { $0.process.pid == dead ? nil : $0 }
          if service == nil { state.waiting.append(continuation) }
          return service
        }
        if let service { continuation.resume(returning: service) }
      }
      if service.process.pid != dead { return service }
    }
  }

  /// Sends rows until they are answered, as Secutix does, and never again after that.
  func deliver(_ rows: [SandboxRow]) async throws {
    var dead: pid_t?
    while true {
      let service = await current(butNot: dead)
      // A connection kept from before may be of no use; one that is killed answers nothing more.
      for _ in 0..<3 {
        guard let answer = try? await service.post(rows) else {
          state.withLock { $0.unanswered += 1 }
          continue
        }
        try #require(answer.status == 200, "\(answer.text)")
        state.withLock { $0.answered += 1 }
        return
      }
      dead = service.process.pid
    }
  }
}
