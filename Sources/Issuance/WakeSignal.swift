import Synchronization

/// Lets one task sleep until something happens. What happens while nobody sleeps ends the next sleep at once, so that
/// nothing is missed between looking and lying down.
package final class WakeSignal: Sendable {
  private struct State {
    var isSet = false
    var sleeper: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  package func set() {
    let sleeper = state.withLock { state in
      defer { state.sleeper = nil }
      if state.sleeper == nil { state.isSet = true }
      return state.sleeper
    }
    sleeper?.resume()
  }

  /// Returns when the signal was set, which it then no longer is, or when the task is cancelled.
  package func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { sleeper in
        let isOver = state.withLock { state in
          if state.isSet || Task.isCancelled {
            state.isSet = false
            return true
          }
          state.sleeper = sleeper
          return false
        }
        if isOver { sleeper.resume() }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        defer { state.sleeper = nil }
        return state.sleeper
      }
      sleeper?.resume()
    }
  }
}
