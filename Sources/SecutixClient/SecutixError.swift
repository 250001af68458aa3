package import JSON

/// Why Secutix gave no answer that can be used.
///
/// Nothing in it is secret: no token, no order secret, nothing of an answer but Secutix's own status and detail, from
/// which the secrets of the call were taken out.
package enum SecutixError: Error, Sendable, Hashable {
  /// 401 or 403, also with a new token.
  case unauthorized(status: Int)
  /// Secutix knows no such file or order.
  case notFound
  /// 509 or 429 to the end of patience.
  case rateLimited(retryAfter: Duration?)
  /// The answer's `statusCode` is neither `success` nor `in_progress`.
  case failed(statusCode: String, detail: String?)
  /// A redirect, or a refusal without Secutix's envelope.
  case rejected(status: Int)
  /// 5xx to the end of patience.
  case unavailable(status: Int)
  case unreadable(Unreadable)
  /// Still `in_progress` after all polls.
  case unfinished(polls: Int)
  case timeout(after: Duration)
  /// No connection, or one that ended early.
  case unreachable(reason: String)
  case tooLarge(limit: Int)
  case cancelled

  package enum Unreadable: Sendable, Hashable {
    case json(JSONError)
    case contentType(String)
    /// It cannot be inflated.
    case compression
    /// JSON, but not an object with a `statusCode`.
    case noEnvelope
    /// The token endpoint's answer holds no token.
    case noToken
  }
}

extension SecutixError {
  /// Whether the same question may be answered later.
  package var isRetryable: Bool {
    switch self {
    case .rateLimited, .unavailable, .unfinished, .timeout, .unreachable, .cancelled: true
    // A proxy's page or a cut answer comes with the day; a real change of format stays, and jobs are bounded.
    case .unreadable: true
    // Which codes there are is not published: only those that blame the question are final.
    case .failed(let code, _):
      !["invalid", "param", "denied", "forbidden", "unknown", "not_allowed"].contains { code.lowercased().contains($0) }
    case .unauthorized, .notFound, .rejected, .tooLarge: false
    }
  }

  /// Whether the client itself tries again before it gives up.
  var isWorthAnotherTry: Bool {
    switch self {
    case .rateLimited, .unavailable, .unreachable: true
    default: false
    }
  }

  /// One word for figures.
  var outcome: String {
    switch self {
    case .unauthorized: "unauthorized"
    case .notFound, .failed: "failed"
    case .rateLimited: "rate_limited"
    case .rejected: "rejected"
    case .unavailable: "unavailable"
    case .unreadable: "unreadable"
    case .unfinished: "in_progress"
    case .timeout: "timeout"
    case .unreachable: "unreachable"
    case .tooLarge: "too_large"
    case .cancelled: "cancelled"
    }
  }

  package var sentence: String {
    switch self {
    case .unauthorized(let status):
      "Secutix refuses the sign-in (HTTP \(status)): check operator, institution, partner and secret, and this clock"
    case .notFound: "Secutix knows no such order: check that the webhook is of this institution"
    case .rateLimited(let wait?): "Secutix has had too many calls: ask again in \(wait.components.seconds) s"
    case .rateLimited(nil): "Secutix has had too many calls: ask again in a minute, or lower the calls per minute"
    case .failed(let code, let detail):
      "Secutix answered \(code)\(detail.map { ": \($0)" } ?? "")"
    case .rejected(300..<400):
      "Secutix's address redirects, which is not followed: give the address it redirects to as the url"
    case .rejected(let status):
      "Secutix refused the request (HTTP \(status)): check the url and the API version"
    case .unavailable(let status): "Secutix fails (HTTP \(status)): it is asked again later"
    case .unreadable(.json(let error)): "Secutix's answer is no JSON: \(error.description)"
    case .unreadable(.contentType(let type)):
      "Secutix's answer is \(type), not JSON: check that the url is the web service's and no proxy answers for it"
    case .unreadable(.compression): "Secutix's answer is damaged, it cannot be inflated: it is asked again later"
    case .unreadable(.noEnvelope): "Secutix's answer has no statusCode: check the url and the API version"
    case .unreadable(.noToken): "Secutix's sign-in gave no token: check the url"
    case .unfinished(let polls): "Secutix is still working after being asked \(polls) times: it is asked again later"
    case .timeout(let limit): "Secutix did not answer within \(limit): it is asked again later"
    case .unreachable(let reason): "Secutix cannot be reached (\(reason)): check the url and the way there"
    case .tooLarge(let limit): "Secutix's answer is larger than \(limit >> 20) MB: the order is not read"
    case .cancelled: "the question to Secutix was withdrawn"
    }
  }
}

extension SecutixError: CustomStringConvertible {
  package var description: String { sentence }
}
