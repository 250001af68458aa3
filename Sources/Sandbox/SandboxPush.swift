/// A push that the sandbox's APNs took.
package struct SandboxPush: Sendable, Hashable {
  /// In the order they were taken, from 1.
  package let number: Int
  /// The connection it came by, from 1.
  package let connection: Int
  /// SHA-256 fingerprint of the certificate it came with; nil without one.
  package let certificate: String?
  package let token: String
  /// `apns-id`: the sender's, or one made here.
  package let id: String
  package let topic: String
  /// Milliseconds since 1970.
  package let time: Int64
  /// All headers but the pseudo-headers, with names in small letters.
  package let headers: [String: String]
}

/// What goes wrong with a push.
package enum SandboxPushFault: Sendable, Hashable {
  /// An answer other than 200. `timestamp`: milliseconds since 1970, as a 410 has it.
  case answer(status: Int, reason: String?, timestamp: Int64? = nil, retryAfter: String? = nil)
  /// A 410: the token leads nowhere from now on.
  case gone(reason: String)
  /// A status with a body that is none of Apple's.
  case body(status: Int, [UInt8])
  /// The right answer, later.
  case delay(Duration)
  /// Taken, and never answered.
  case hang
  /// Taken, and the stream is reset where the answer should be.
  case lost
  /// Not taken: the stream is refused (`REFUSED_STREAM`).
  case refusedStream
  /// Taken and answered; then no more pushes on this connection (GOAWAY).
  case goAwayAfter
  /// Not taken: neither this push nor those after it on this connection, says GOAWAY.
  case goAwayBefore
  /// The connection is closed where the answer should be.
  case disconnect
}
