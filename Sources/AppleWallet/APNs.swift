package import Issuance
package import Logging
import NIOCore
import NIOHPACK
package import PassBundle
import NIOPosix
import Synchronization

/// Pushes to phones through Apple's Push Notification service.
///
/// One long-lived HTTP/2 connection for each certificate in use, however many pushes are on their way. The certificate is
/// the one that signs the passes; several may be given while one is being renewed, and the first that APNs accepts is used.
package final class APNs: PushTransport {
  /// A connection, or the attempt at one.
  private struct Line {
    let number: Int
    let connection: EventLoopFuture<APNsConnection>
  }

  /// A certificate that APNs does not accept.
  private struct Refusal {
    let reason: String
    let until: ContinuousClock.Instant
  }

  private struct State {
    /// Index of the identity that was accepted last.
    var current = 0
    var lines: [Int: Line] = [:]
    var refusals: [Int: Refusal] = [:]
    /// Connections made so far.
    var count = 0
    var isShutDown = false
    /// Whether a push was ever accepted, and how many tokens were unknown before that.
    var hasAccepted = false
    var unknownTokens = 0
  }

  /// What came of one attempt with one certificate.
  private enum Attempt {
    case outcome(PushOutcome)
    case certificateRefused(String)
    case notTaken(String)
  }

  /// The pass type, which is the topic of all pushes.
  package let topic: String
  private let credentials: [APNsCredentials]
  private let settings: APNsSettings
  private let logger: Logger
  private let now: @Sendable () -> Int64
  private let group: any EventLoopGroup
  private let state = Mutex(State())

  /// How often a push that APNs has certainly not taken is sent again before the caller hears of it.
  private static let repetitions = 3
  /// How many tokens may be unknown before any is accepted.
  private static let believedUnknown = 20

  /// - Parameters:
  ///   - identities: all of one pass type, in the order in which they are tried.
  ///   - now: milliseconds since 1970.
  package init(
    identities: [SigningIdentity], settings: APNsSettings = APNsSettings(), logger: Logger,
    now: @escaping @Sendable () -> Int64
  ) throws(APNsSetupError) {
    try settings.check()
    guard let first = identities.first else { throw .noIdentity }
    let types = Set(identities.map(\.passTypeIdentifier))
    guard types.count == 1 else { throw .severalPassTypes(types.sorted()) }
    topic = first.passTypeIdentifier
    guard topic.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .identity(certificate: APNsCredentials.name(first), reason: "its pass type is none: “\(topic)”")
    }
    var credentials: [APNsCredentials] = []
    for identity in identities { credentials.append(try APNsCredentials(identity, settings)) }
    self.credentials = credentials
    self.settings = settings
    self.logger = logger
    self.now = now
    group = MultiThreadedEventLoopGroup.singleton
  }

  package func push(to token: String, id: String) async -> PushOutcome {
    guard let token = PushToken(token) else {
      return .deviceGone(since: nil, reason: "what the phone gave is no push token")
    }
    let headers = headers(token, id: id)
    var tried: Set<Int> = []
    var repeated = 0
    while true {
      guard let index = candidate(besides: tried) else { return .refused(reason: refusal()) }
      switch await attempt(headers, with: index) {
      case .outcome(let outcome): return outcome
      case .certificateRefused(let reason):
        refuse(index, reason)
        tried.insert(index)
      case .notTaken(let reason):
        repeated += 1
        if repeated > Self.repetitions { return .retry(after: nil, reason: reason) }
      }
    }
  }

  /// Lets the pushes that are on their way end, and closes the connections. Pushes after that are to be tried elsewhere.
  package func shutdown() async {
    let lines = state.withLock { state in
      state.isShutDown = true
      defer { state.lines = [:] }
      return Array(state.lines.values)
    }
    for line in lines {
      guard let connection = try? await line.connection.get() else { continue }
      connection.retire()
      try? await connection.channel.closeFuture.get()
    }
  }

  // MARK: One attempt

  private func attempt(_ headers: HPACKHeaders, with index: Int) async -> Attempt {
    guard let line = line(index) else { return .outcome(.retry(after: nil, reason: "the service is being stopped")) }
    let connection: APNsConnection
    do {
      connection = try await line.connection.get()
    } catch {
      drop(index, line.number)
      let failure = APNsFailure(opening: error, to: settings.authority)
      if case .lost(let reason) = failure { return .outcome(.unreachable(reason: reason)) }
      return judged(failure)
    }
    do {
      let answer = try await connection.post(headers).get()
      switch answer.meaning(topic: topic, at: now()) {
      case .outcome(let outcome): return .outcome(doubted(outcome, status: answer.status))
      case .certificateRefused(let reason): return .certificateRefused("APNs refuses it: \(reason)")
      }
    } catch {
      return judged(APNsFailure(pushing: error, to: settings.authority))
    }
  }

  /// When APNs knows none of the first tokens and has taken none, it is not the phones that are gone: rather than to forget
  /// them all, somebody is to look.
  private func doubted(_ outcome: PushOutcome, status: Int) -> PushOutcome {
    switch outcome {
    case .accepted:
      state.withLock { $0.hasAccepted = true }
      return outcome
    case .deviceGone(_, let reason) where status == 400:
      let count = state.withLock { state in
        state.unknownTokens += state.hasAccepted ? 0 : 1
        return state.hasAccepted ? 0 : state.unknownTokens
      }
      guard count > Self.believedUnknown else { return outcome }
      return .refused(
        reason:
          "\(reason): \(settings.authority) knows none of the first \(count) tokens, and has taken no push; is it the "
          + "right host, and are these phones of the pass type \(topic)?")
    default: return outcome
    }
  }

  private func judged(_ failure: APNsFailure) -> Attempt {
    switch failure {
    case .certificateRefused(let reason): .certificateRefused(reason)
    case .untrusted(let reason): .outcome(.refused(reason: reason))
    case .notTaken(let reason): .notTaken(reason)
    case .lost(let reason): .outcome(.retry(after: nil, reason: reason))
    }
  }

  private func headers(_ token: PushToken, id: String) -> HPACKHeaders {
    var headers = HPACKHeaders()
    headers.reserveCapacity(10)
    headers.add(name: ":method", value: "POST")
    headers.add(name: ":scheme", value: "https")
    headers.add(name: ":authority", value: settings.authority)
    // Each is sent once: there is nothing to gain from keeping it, and a token is nobody else's business.
    headers.add(name: ":path", value: "/3/device/\(token.digits)", indexing: .neverIndexed)
    headers.add(name: "apns-topic", value: topic)
    headers.add(name: "apns-priority", value: "\(settings.priority)")
    if let type = settings.pushType { headers.add(name: "apns-push-type", value: type) }
    if let lifetime = settings.lifetime {
      headers.add(name: "apns-expiration", value: lifetime == 0 ? "0" : "\(now() / 1000 + lifetime)")
    }
    if let collapseID = settings.collapseID { headers.add(name: "apns-collapse-id", value: collapseID) }
    headers.add(name: "apns-id", value: id, indexing: .nonIndexable)
    return headers
  }

  // MARK: Connections

  /// The connection of an identity, opened if there is none; nil after the end.
  private func line(_ index: Int) -> Line? {
    let (line, isNew) = state.withLock { state -> (Line?, Bool) in
      if state.isShutDown { return (nil, false) }
      if let line = state.lines[index] { return (line, false) }
      state.count += 1
      let number = state.count
      let connection = APNsConnection.open(settings, context: credentials[index].context, on: group.any()) {
        [weak self] in
        self?.drop(index, number)
      }
      let line = Line(number: number, connection: connection)
      state.lines[index] = line
      return (line, true)
    }
    if isNew, let line { watch(line, index) }
    return line
  }

  private func watch(_ line: Line, _ index: Int) {
    let name = APNsCredentials.name(credentials[index].identity)
    line.connection.whenSuccess { [weak self, logger, settings] _ in
      logger.info("connected to APNs", metadata: ["host": "\(settings.authority)", "certificate": "\(name)"])
      self?.state.withLock { state in
        state.current = index
        state.refusals[index] = nil
      }
    }
  }

  /// Forgets a connection that takes no more pushes.
  private func drop(_ index: Int, _ number: Int) {
    state.withLock { state in
      if state.lines[index]?.number == number { state.lines[index] = nil }
    }
  }

  // MARK: Certificates

  /// The next identity to try, from the one that was accepted last; nil when none is left.
  private func candidate(besides tried: Set<Int>) -> Int? {
    let (seconds, instant) = (now() / 1000, ContinuousClock.now)
    return state.withLock { state in
      credentials.indices.map { (state.current + $0) % credentials.count }.first { index in
        if tried.contains(index) || credentials[index].problem(at: seconds) != nil { return false }
        return state.refusals[index].map { $0.until <= instant } ?? true
      }
    }
  }

  private func refuse(_ index: Int, _ reason: String) {
    let until = ContinuousClock.now + settings.refusalPause
    let (line, isNew) = state.withLock { state in
      let isNew = state.refusals.updateValue(Refusal(reason: reason, until: until), forKey: index) == nil
      return (state.lines.removeValue(forKey: index), isNew)
    }
    line?.connection.whenSuccess { $0.retire() }
    if isNew {
      logger.error(
        "APNs refuses a certificate",
        metadata: ["certificate": "\(APNsCredentials.name(credentials[index].identity))", "reason": "\(reason)"])
    }
  }

  /// Why no identity is left.
  private func refusal() -> String {
    let seconds = now() / 1000
    let refusals = state.withLock { $0.refusals }
    return credentials.indices.map { index in
      let reason = credentials[index].problem(at: seconds) ?? refusals[index]?.reason ?? "it was refused"
      return "no push with “\(APNsCredentials.name(credentials[index].identity))”: \(reason)"
    }.joined(separator: "; ")
  }
}
