/// Tells phones that there is something new. It says nothing of what: a phone that was pushed asks for itself.
package protocol PushTransport: Sendable {
  /// Pushes to one device, once. Never throws: whatever happens is an outcome.
  ///
  /// - Parameters:
  ///   - token: as the phone told it when it registered; hexadecimal digits, of no fixed number.
  ///   - id: a UUID that names this push in logs on both sides.
  func push(to token: String, id: String) async -> PushOutcome
}

/// What became of a push.
package enum PushOutcome: Sendable, Hashable {
  /// Taken over for delivery. That says nothing about the phone having updated.
  case accepted
  /// The token leads nowhere any more.
  ///
  /// - Parameter since: when that was first known, in milliseconds since 1970; a registration made later is another one. Nil
  ///   when nobody says.
  case deviceGone(since: Int64?, reason: String)
  /// Not now: the service is busy or slow, or nobody knows what became of the push.
  case retry(after: Duration?, reason: String)
  /// No connection could be made, so that nothing was said, neither of this push nor of any other.
  case unreachable(reason: String)
  /// Nothing will go through before a person mends something: the certificate, the topic.
  case refused(reason: String)
}
