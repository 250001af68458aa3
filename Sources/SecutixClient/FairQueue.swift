import Synchronization

/// One after the other, in the order they came; whoever is cancelled while waiting leaves the queue.
final class FairQueue: Sendable {
  private struct State {
    var isTaken = false
    var next = 0
    var waiting: [(id: Int, turn: CheckedContinuation<Bool, Never>)] = []
  }

  private let state = Mutex(State())

  /// How many stand in the queue.
  var waiting: Int { state.withLock { $0.waiting.count } }

  /// Runs `body` when it is this caller's turn; the next has its turn when `body` is done.
  ///
  /// - Throws: `CancellationError` when the caller was cancelled before its turn.
  func withTurn<Result, Failure: Error>(
    cancelled: Failure, _ body: () async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    guard await take() else { throw cancelled }
    defer { pass() }
    return try await body()
  }

  private func take() async -> Bool {
    let id = state.withLock { state in
      defer { state.next += 1 }
      return state.next
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { turn in
        let answer: Bool? = state.withLock { state in
          if Task.isCancelled { return false }
          if state.isTaken {
            state.waiting.append((id, turn))
            return nil
          }
          state.isTaken = true
          return true
        }
        if let answer { turn.resume(returning: answer) }
      }
    } onCancel: {
      let turn = state.withLock { state in
        state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).turn }
      }
      turn?.resume(returning: false)
    }
  }

  private func pass() {
    let next = state.withLock { state in
      if state.waiting.isEmpty {
        state.isTaken = false
        return CheckedContinuation<Bool, Never>?.none
      }
      return state.waiting.removeFirst().turn
    }
    next?.resume(returning: true)
  }
}
