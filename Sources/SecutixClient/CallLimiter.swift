import Synchronization

/// Keeps an institution's calls below what Secutix allows: 180 a minute over all services and partners
/// (https://platform.secutix.com/backend/api_rate_limits).
///
/// A token bucket. It holds a tenth of the minute's calls, for a burst, and fills with the other nine tenths in a
/// minute, so that no minute, wherever it begins, has more calls than allowed. Callers are served in the order they
/// came.
package final class CallLimiter: Sendable {
  private struct Bucket {
    var callsPerMinute: Int
    /// Calls that may be made now.
    var level: Double
    /// When the level was right.
    var filledAt: Duration
    /// Nobody goes before this.
    var closedUntil: Duration = .zero
    var calls = 0

    var size: Double { max(1, Double(callsPerMinute / 10)) }
    /// A minute's whole bucket and what flows into it make the calls of a minute. One a minute fills as slowly.
    var perSecond: Double { max(0.5, Double(callsPerMinute) - size) / 60 }

    mutating func fill(at now: Duration) {
      level = min(size, level + max(0, (now - filledAt) / .seconds(1)) * perSecond)
      filledAt = now
    }
  }

  private let bucket: Mutex<Bucket>
  private let queue = FairQueue()
  private let clock: CallClock

  /// - Parameter callsPerMinute: at least 1.
  package init(callsPerMinute: Int = 180, clock: CallClock = .system) {
    var bucket = Bucket(callsPerMinute: max(1, callsPerMinute), level: 0, filledAt: clock.elapsed())
    bucket.level = bucket.size
    self.bucket = Mutex(bucket)
    self.clock = clock
  }

  package var callsPerMinute: Int {
    get { bucket.withLock { $0.callsPerMinute } }
    set {
      let now = clock.elapsed()
      bucket.withLock { bucket in
        bucket.fill(at: now)
        bucket.callsPerMinute = max(1, newValue)
        bucket.level = min(bucket.level, bucket.size)
      }
    }
  }

  /// Calls that were let through.
  package var calls: Int { bucket.withLock { $0.calls } }
  /// Callers behind the one whose turn it is.
  package var waiting: Int { queue.waiting }

  /// Why a call was not let through.
  package enum Refusal: Error, Sendable, Hashable {
    case cancelled
    /// A pause that is longer than the caller waits has still so long to go.
    case paused(Duration)
  }

  /// Waits until one more call may be made. A caller cancelled while it waits takes none.
  ///
  /// - Parameter longestPause: of a pause; what the limit itself costs is waited for.
  package func acquire(longestPause: Duration = .seconds(3_600)) async throws(Refusal) {
    try await queue.withTurn(cancelled: .cancelled) { () async throws(Refusal) in
      while let moment = try take(longestPause) {
        do {
          try await clock.sleep(until: moment)
        } catch {
          throw .cancelled
        }
      }
    }
  }

  /// Secutix said it has had enough: nobody goes for a while.
  package func pause(for duration: Duration) {
    let end = clock.elapsed() + duration
    bucket.withLock { $0.closedUntil = max($0.closedUntil, end) }
  }

  /// Takes a call, or says when to look again.
  private func take(_ longestPause: Duration) throws(Refusal) -> Duration? {
    let now = clock.elapsed()
    return try bucket.withLock { bucket throws(Refusal) in
      bucket.fill(at: now)
      if now < bucket.closedUntil {
        if bucket.closedUntil - now > longestPause { throw .paused(bucket.closedUntil - now) }
        return bucket.closedUntil
      }
      // Sums of fractions: a millionth of a call short is a call.
      if bucket.level > 1 - 1e-6 {
        bucket.level -= 1
        bucket.calls += 1
        return nil
      }
      return now + .seconds((1 - bucket.level) / bucket.perSecond)
    }
  }
}

/// The limiters of a process, one an institution: Secutix counts the calls of all its tenants and partners together.
package final class CallLimiters: Sendable {
  private let limiters = Mutex<[String: CallLimiter]>([:])
  private let clock: CallClock

  package init(clock: CallClock = .system) {
    self.clock = clock
  }

  /// The one limiter of the connection's institution on its stage. The rate asked for last holds.
  package func limiter(for connection: SecutixConnection, callsPerMinute: Int = 180) -> CallLimiter {
    let key = "\(connection.url.lowercased()) \(connection.institution.lowercased())"
    let limiter = limiters.withLock { limiters in
      if let known = limiters[key] { return known }
      let new = CallLimiter(callsPerMinute: callsPerMinute, clock: clock)
      limiters[key] = new
      return new
    }
    if limiter.callsPerMinute != callsPerMinute { limiter.callsPerMinute = callsPerMinute }
    return limiter
  }
}
