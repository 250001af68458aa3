import HTTPTypes
import Synchronization

/// Keeps the orders that each tenant's webhooks tell of below a number a minute: a token bucket that holds ten seconds' worth, and says how it stands
/// in the fields of draft-ietf-httpapi-ratelimit-headers-11.
final class RequestRate: Sendable {
  private struct Bucket {
    var level: Double
    /// Milliseconds since 1970.
    var filledAt: Int64
  }

  /// How a request fared.
  struct Verdict {
    let isAccepted: Bool
    let headers: HTTPFields
  }

  private let buckets = Mutex<[String: Bucket]>([:])

  /// Counts a request, or what more it holds than was thought. A request is let in as long as anything is left: what it
  /// holds too much, the next ones wait for.
  ///
  /// - Parameter count: how much it weighs.
  /// - Parameter now: milliseconds since 1970.
  func take(_ tenant: String, _ count: Int = 1, perMinute: Int, at now: Int64) -> Verdict {
    let perSecond = Double(max(1, perMinute)) / 60
    let size = max(1, perSecond * 10)
    let (isAccepted, level) = buckets.withLock { buckets in
      var bucket = buckets[tenant] ?? Bucket(level: size, filledAt: now)
      // A clock that was set back fills nothing, and a smaller size holds no more than it can.
      bucket.level = min(size, bucket.level + Double(max(0, now - bucket.filledAt)) / 1000 * perSecond)
      bucket.filledAt = now
      let isAccepted = bucket.level >= 1
      if isAccepted { bucket.level -= Double(count) }
      buckets[tenant] = bucket
      return (isAccepted, bucket.level)
    }
    let untilNext = max(1, Int(((1 - level) / perSecond).rounded(.up)))
    let untilFull = max(1, Int(((size - level) / perSecond).rounded(.up)))
    var headers: HTTPFields = [
      .rateLimitPolicy: #""webhook";q=\#(Int(size));w=10"#,
      .rateLimit: #""webhook";r=\#(max(0, Int(level)));t=\#(isAccepted ? untilFull : untilNext)"#,
    ]
    if !isAccepted { headers[.retryAfter] = "\(untilNext)" }
    return Verdict(isAccepted: isAccepted, headers: headers)
  }
}
