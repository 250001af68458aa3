import Synchronization

/// Keeps what many do below a number a minute each: a token bucket for everyone, which holds ten seconds' worth.
package final class TokenBuckets: Sendable {
  private struct Bucket {
    var level: Double
    /// Milliseconds since 1970.
    var filledAt: Int64
  }

  /// How somebody fared, and how his bucket stands.
  package struct Outcome: Sendable {
    package let isAccepted: Bool
    /// What a full bucket holds, and what is left in this one.
    package let size: Int
    package let left: Int
    /// In seconds, at least 1: until one more is let in, and until the bucket is full.
    package let untilNext: Int
    package let untilFull: Int
  }

  private let buckets = Mutex<[String: Bucket]>([:])

  package init() {}

  /// Counts a request, or what more it holds than was thought. A request is let in as long as anything is left: what it
  /// holds too much, the next ones wait for.
  ///
  /// - Parameters:
  ///   - owner: of the bucket. There are as many buckets as owners: a name that a stranger makes up is none.
  ///   - count: how much it weighs.
  ///   - now: milliseconds since 1970.
  package func take(_ owner: String, _ count: Int = 1, perMinute: Int, at now: Int64) -> Outcome {
    let perSecond = Double(max(1, perMinute)) / 60
    let size = max(1, perSecond * 10)
    let (isAccepted, level) = buckets.withLock { buckets in
      var bucket = buckets[owner] ?? Bucket(level: size, filledAt: now)
      // A clock that was set back fills nothing, and a smaller size holds no more than it can.
      bucket.level = min(size, bucket.level + Double(max(0, now - bucket.filledAt)) / 1000 * perSecond)
      bucket.filledAt = now
      let isAccepted = bucket.level >= 1
      if isAccepted { bucket.level -= Double(count) }
      buckets[owner] = bucket
      return (isAccepted, bucket.level)
    }
    return Outcome(
      isAccepted: isAccepted, size: Int(size), left: max(0, Int(level)),
      untilNext: max(1, Int(((1 - level) / perSecond).rounded(.up))),
      untilFull: max(1, Int(((size - level) / perSecond).rounded(.up))))
  }
}
