import HTTPTypes
import Issuance

/// Keeps the orders that each tenant's webhooks tell of below a number a minute, and says how it stands in the fields of
/// draft-ietf-httpapi-ratelimit-headers-11.
final class RequestRate: Sendable {
  /// How a request fared.
  struct Verdict {
    let isAccepted: Bool
    let headers: HTTPFields
  }

  private let buckets = TokenBuckets()

  /// As `TokenBuckets.take`.
  func take(_ tenant: String, _ count: Int = 1, perMinute: Int, at now: Int64) -> Verdict {
    let outcome = buckets.take(tenant, count, perMinute: perMinute, at: now)
    let wait = outcome.isAccepted ? outcome.untilFull : outcome.untilNext
    var headers: HTTPFields = [
      .rateLimitPolicy: #""webhook";q=\#(outcome.size);w=10"#,
      .rateLimit: #""webhook";r=\#(outcome.left);t=\#(wait)"#,
    ]
    if !outcome.isAccepted { headers[.retryAfter] = "\(outcome.untilNext)" }
    return Verdict(isAccepted: outcome.isAccepted, headers: headers)
  }
}
