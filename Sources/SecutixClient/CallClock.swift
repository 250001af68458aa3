import Foundation

/// Time as calls see it: a clock to wait on, and the time of day for tokens.
package struct CallClock: Sendable {
  /// Since some moment that stays the same.
  let elapsed: @Sendable () -> Duration
  private let sleepUntil: @Sendable (Duration) async throws -> Void
  /// Milliseconds since 1970.
  let epochMilliseconds: @Sendable () -> Int64

  /// - Parameter epochMilliseconds: the time of day, since 1970.
  package init<C: Clock>(_ clock: C, epochMilliseconds: @escaping @Sendable () -> Int64 = Self.timeOfDay)
  where C.Duration == Duration {
    let start = clock.now
    elapsed = { start.duration(to: clock.now) }
    sleepUntil = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
    self.epochMilliseconds = epochMilliseconds
  }

  package static let system = CallClock(ContinuousClock())

  /// The machine's own.
  @Sendable package static func timeOfDay() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

  func sleep(until moment: Duration) async throws(CancellationError) {
    do {
      try await sleepUntil(moment)
    } catch {
      throw CancellationError()
    }
  }

  func sleep(for duration: Duration) async throws(CancellationError) {
    if duration > .zero { try await sleep(until: elapsed() + duration) }
  }
}
