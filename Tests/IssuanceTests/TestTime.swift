import Foundation
import Synchronization

@testable import Issuance

/// The time of a test: it goes on when it is told to.
final class TestTime: Sendable {
  /// 20 November 2026, 18:05:02 UTC.
  static let start: Int64 = 1_795_197_902_000

  private struct State {
    var now = TestTime.start
    var sleepers: [Int: (until: Int64, wake: CheckedContinuation<Void, Never>)] = [:]
    var next = 0
    var watchers: [(count: Int, tell: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  var now: Int64 { state.withLock { $0.now } }

  func advance(by duration: Duration) {
    let woken = state.withLock { state in
      state.now += duration.inMilliseconds
      let due = state.sleepers.filter { $0.value.until <= state.now }
      for id in due.keys { state.sleepers[id] = nil }
      return due.values.map(\.wake)
    }
    for sleeper in woken { sleeper.resume() }
  }

  /// A millisecond later.
  func tick() -> Int64 {
    advance(by: .milliseconds(1))
    return now
  }

  /// Goes on step by step, while others run, until something has come about.
  func advance(by step: Duration, until condition: () -> Bool) async {
    while !condition() {
      advance(by: step)
      await Task.yield()
    }
  }

  func sleep(for duration: Duration) async throws {
    let id = state.withLock { state in
      state.next += 1
      return state.next
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { sleeper in
        let watchers: [CheckedContinuation<Void, Never>]? = state.withLock { state in
          if Task.isCancelled || duration <= .zero { return nil }
          state.sleepers[id] = (state.now + duration.inMilliseconds, sleeper)
          let told = state.watchers.filter { $0.count <= state.sleepers.count }
          state.watchers.removeAll { $0.count <= state.sleepers.count }
          return told.map(\.tell)
        }
        guard let watchers else { return sleeper.resume() }
        for watcher in watchers { watcher.resume() }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: id)?.wake }?.resume()
    }
    try Task.checkCancellation()
  }

  /// Returns when so many sleep.
  func sleepers(atLeast count: Int) async {
    await withCheckedContinuation { watcher in
      let isSo = state.withLock { state in
        if state.sleepers.count >= count { return true }
        state.watchers.append((count, watcher))
        return false
      }
      if isSo { watcher.resume() }
    }
  }
}

/// True the first time it is asked.
final class Once: Sendable {
  private let isLeft = Mutex(true)

  func take() -> Bool {
    isLeft.withLock { isLeft in
      defer { isLeft = false }
      return isLeft
    }
  }
}

/// A clock on which nobody waits: who sleeps moves it on.
final class ImpatientClock: Clock {
  struct Instant: InstantProtocol {
    var offset: Duration
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
  }

  private let offset = Mutex(Duration.zero)
  var now: Instant { Instant(offset: offset.withLock { $0 }) }
  var minimumResolution: Duration { .nanoseconds(1) }

  func advance(by duration: Duration) { offset.withLock { $0 += duration } }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    offset.withLock { $0 = max($0, deadline.offset) }
  }
}
