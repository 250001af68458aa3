import HTTPTypes
import Issuance

/// Keeps what comes under each name (the orders that a tenant's webhooks tell of, the registrations for a pass) below a
/// number a minute, and says how it stands in the fields of draft-ietf-httpapi-ratelimit-headers-11.
final class RequestRate: Sendable {
  /// How a request fared.
  struct Verdict {
    let isAccepted: Bool
    let headers: HTTPFields
  }

  private let policy: String
  private let buckets: TokenBuckets

  /// - Parameters:
  ///   - policy: what it is called in the answers.
  ///   - seconds: how long a bucket takes to fill, so how much comes at once.
  init(_ policy: String, seconds: Int = 10) {
    self.policy = policy
    buckets = TokenBuckets(seconds: seconds)
  }

  /// As `TokenBuckets.take`.
  func take(_ name: String, perMinute: Int, at now: Int64) -> Verdict {
    let outcome = buckets.take(name, perMinute: perMinute, at: now)
    let wait = outcome.isAccepted ? outcome.untilFull : outcome.untilNext
    var headers: HTTPFields = [
      .rateLimitPolicy: #""\#(policy)";q=\#(outcome.size);w=\#(buckets.seconds)"#,
      .rateLimit: #""\#(policy)";r=\#(outcome.left);t=\#(wait)"#,
    ]
    if !outcome.isAccepted { headers[.retryAfter] = "\(outcome.untilNext)" }
    return Verdict(isAccepted: outcome.isAccepted, headers: headers)
  }

  /// As `TokenBuckets.add`.
  func add(_ count: Int, to name: String, perMinute: Int, at now: Int64) {
    buckets.add(count, to: name, perMinute: perMinute, at: now)
  }
}
