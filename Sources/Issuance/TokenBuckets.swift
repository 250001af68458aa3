import Synchronization

/// Keeps what comes under each name below a number a minute: a token bucket for each.
package final class TokenBuckets: Sendable {
  private struct Bucket {
    var level: Double
    /// Milliseconds since 1970.
    var filledAt: Int64
    /// From when on it is as if it had never been asked for, if nothing more comes.
    var fullAt: Int64
  }

  private struct State {
    var buckets: [String: Bucket] = [:]
    /// So many buckets are not looked through for full ones.
    var isFew = TokenBuckets.few
  }

  /// How a request fared, and how its bucket stands.
  package struct Outcome: Sendable {
    package let isAccepted: Bool
    /// What a full bucket holds, and what is left in this one.
    package let size: Int
    package let left: Int
    /// In seconds, at least 1: until one more is let in, and until the bucket is full.
    package let untilNext: Int
    package let untilFull: Int
  }

  private static let few = 1024
  /// How long a bucket takes to fill, so how much comes at once.
  package let seconds: Int
  private let state = Mutex(State())

  package init(seconds: Int = 10) { self.seconds = seconds }

  /// Counts a request. It is let in as long as anything is left.
  ///
  /// - Parameter now: milliseconds since 1970.
  package func take(_ name: String, perMinute: Int, at now: Int64) -> Outcome {
    take(name, perMinute: perMinute, at: now) { $0 >= 1 ? 1 : nil }
  }

  /// Counts what more a request holds than was thought when it was let in: the next ones wait for it.
  package func add(_ count: Int, to name: String, perMinute: Int, at now: Int64) {
    _ = take(name, perMinute: perMinute, at: now) { _ in Double(count) }
  }

  /// - Parameter weight: what is taken from a level; nil: it is not accepted.
  private func take(
    _ name: String, perMinute: Int, at now: Int64, _ weight: (_ level: Double) -> Double?
  ) -> Outcome {
    let perSecond = Double(max(1, perMinute)) / 60
    let size = max(1, perSecond * Double(seconds))
    let (isAccepted, level) = state.withLock { state in
      var bucket = state.buckets[name] ?? Bucket(level: size, filledAt: now, fullAt: now)
      // A clock that was set back fills nothing, and a smaller size holds no more than it can.
      bucket.level = min(size, bucket.level + Double(max(0, now - bucket.filledAt)) / 1000 * perSecond)
      bucket.filledAt = now
      let weight = weight(bucket.level)
      bucket.level -= weight ?? 0
      bucket.fullAt = now + Int64((size - bucket.level) / perSecond * 1000)
      state.buckets[name] = bucket
      if state.buckets.count > state.isFew {
        state.buckets = state.buckets.filter { $0.value.fullAt > now }
        state.isFew = max(Self.few, 2 * state.buckets.count)
      }
      return (weight != nil, bucket.level)
    }
    return Outcome(
      isAccepted: isAccepted, size: Int(size), left: max(0, Int(level)),
      untilNext: max(1, Int(((1 - level) / perSecond).rounded(.up))),
      untilFull: max(1, Int(((size - level) / perSecond).rounded(.up))))
  }
}
