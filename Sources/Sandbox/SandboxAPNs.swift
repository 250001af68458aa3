import JSON
import NIOCore
import NIOHPACK
package import PassBundle
import Synchronization

/// A faithful APNs for passes: HTTP/2 over TLS, client certificates required, and Apple's answers, also on demand.
///
/// It gives out push tokens as phones get them, and lets whoever plays the phone wait for its pushes.
package final class SandboxAPNs: Sendable {
  package struct Options: Sendable, Hashable {
    /// Whether a client must show a certificate. Without one it may push to any topic.
    package var requiresCertificate = true
    /// Whether only tokens that were given out here are known. Else every token leads somewhere.
    package var knowsTokens = true
    /// How many pushes may be on their way on a connection.
    package var concurrentStreams = 1000
    /// How many pushes are remembered, for those who ask for them later.
    package var keptPushes = 10_000

    package init() {}
  }

  /// How often something happened.
  package struct Counts: Sendable, Hashable {
    /// Connections that came through the handshake.
    package var connections = 0
    /// Requests, whatever became of them.
    package var requests = 0
    /// Pushes that were taken.
    package var pushes = 0
    /// How often a client asked whether the connection is still there.
    package var pings = 0

    package init(connections: Int = 0, requests: Int = 0, pushes: Int = 0, pings: Int = 0) {
      self.connections = connections
      self.requests = requests
      self.pushes = pushes
      self.pings = pings
    }
  }

  private struct Waiter {
    let token: String?
    let continuation: AsyncStream<SandboxPush>.Continuation
  }

  private struct Expectation {
    let fault: SandboxPushFault
    let token: String?
    var count: Int
  }

  private struct State {
    var counts = Counts()
    var pushes: [SandboxPush] = []
    /// When a token was retired, by token; nil while it is in use.
    var tokens: [String: Int64?] = [:]
    var faults: [Expectation] = []
    var waiters: [Int: Waiter] = [:]
    var nextWaiter = 0
  }

  package let options: Options
  /// The root of the server's certificate, in PEM, for clients to trust.
  package let rootPEM: [UInt8]
  let server: ExampleServerCertificate
  let clientRoots: [Certificate]
  /// Milliseconds since 1970.
  private let now: @Sendable () -> Int64
  private let state = Mutex(State())

  /// - Parameters:
  ///   - roots: whom client certificates must come from, over an intermediate the client sends along.
  ///   - now: milliseconds since 1970.
  package init(
    trusting roots: [Certificate], options: Options = Options(), now: @escaping @Sendable () -> Int64
  ) throws {
    self.options = options
    self.now = now
    clientRoots = roots
    server = try ExampleServerCertificate(now: now() / 1000)
    rootPEM = server.root.pem
  }

  package var counts: Counts { state.withLock { $0.counts } }
  /// What was taken, the oldest first.
  package var taken: [SandboxPush] { state.withLock { $0.pushes } }

  // MARK: Tokens

  /// A token as a phone gets it: 64 hexadecimal digits.
  package func newToken() -> String {
    var generator = SystemRandomNumberGenerator()
    let token = Digest.hex((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    state.withLock { $0.tokens[token] = .some(nil) }
    return token
  }

  /// Ends a token, as when a phone is wiped: pushes to it are answered with 410 from now on.
  package func retire(_ token: String) {
    let time = now()
    state.withLock { $0.tokens[token] = time }
  }

  // MARK: Waiting

  /// The pushes to `token`, or all: first those that are remembered, then each when it is taken.
  package func pushes(to token: String? = nil) -> AsyncStream<SandboxPush> {
    let (stream, continuation) = AsyncStream<SandboxPush>.makeStream()
    let id = state.withLock { state in
      for push in state.pushes where token == nil || push.token == token { continuation.yield(push) }
      state.nextWaiter += 1
      state.waiters[state.nextWaiter] = Waiter(token: token, continuation: continuation)
      return state.nextWaiter
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { _ = $0.waiters.removeValue(forKey: id) }
    }
    return stream
  }

  // MARK: Faults

  /// Something goes wrong with the next pushes, to one token or to any. Faults for one token go first; among others, the
  /// one that was asked for first.
  package func fail(_ fault: SandboxPushFault, next count: Int = 1, token: String? = nil) {
    state.withLock { $0.faults.append(Expectation(fault: fault, token: token, count: count)) }
  }

  /// Nothing goes wrong any more.
  package func heal() {
    state.withLock { $0.faults = [] }
  }

  // MARK: A request

  /// What is to be done with a request.
  enum Verdict {
    case answer(APNsReply)
    /// Whether it counts as taken, and how it ends.
    case fault(SandboxPushFault, APNsReply)
  }

  func connected() -> Int {
    state.withLock { state in
      state.counts.connections += 1
      return state.counts.connections
    }
  }

  func pinged() {
    state.withLock { $0.counts.pings += 1 }
  }

  /// Judges a request and remembers the push, if it is taken.
  ///
  /// - Parameter certificate: SHA-256 fingerprint of the client's; nil without one.
  func receive(_ request: APNsRequest, connection: Int, certificate: String?) -> Verdict {
    let time = now()
    return state.withLock { state in
      state.counts.requests += 1
      if let refusal = request.refusal { return .answer(refusal) }
      let fault = Self.takeFault(for: request.token, &state)
      switch fault {
      case .answer(let status, let reason, let timestamp, let retryAfter):
        return .answer(
          APNsReply(status, reason, timestamp: timestamp, retryAfter: retryAfter, id: request.id))
      case .gone(let reason):
        state.tokens[request.token] = time
        return .answer(APNsReply(410, reason, timestamp: time, id: request.id))
      case .body(let status, let body): return .answer(APNsReply(status: status, body: body, id: request.id))
      case .refusedStream, .goAwayBefore: return .fault(fault ?? .refusedStream, APNsReply(503, nil, id: request.id))
      case .disconnect: return .fault(.disconnect, APNsReply(503, nil, id: request.id))
      case .delay, .hang, .lost, .goAwayAfter, nil: break
      }
      switch state.tokens[request.token] {
      case .some(.some(let retired)):
        return .answer(APNsReply(410, "Unregistered", timestamp: retired, id: request.id))
      case .none where options.knowsTokens: return .answer(APNsReply(400, "BadDeviceToken", id: request.id))
      default: break
      }
      state.counts.pushes += 1
      let push = SandboxPush(
        number: state.counts.pushes, connection: connection, certificate: certificate, token: request.token,
        id: request.id, topic: request.topic, time: time, headers: request.headers)
      Self.keep(push, kept: options.keptPushes, &state)
      let reply = APNsReply(status: 200, body: [], id: request.id)
      return fault.map { .fault($0, reply) } ?? .answer(reply)
    }
  }

  private static func takeFault(for token: String, _ state: inout State) -> SandboxPushFault? {
    guard
      let index = state.faults.firstIndex(where: { $0.token == token })
        ?? state.faults.firstIndex(where: { $0.token == nil })
    else { return nil }
    let fault = state.faults[index].fault
    state.faults[index].count -= 1
    if state.faults[index].count <= 0 { state.faults.remove(at: index) }
    return fault
  }

  /// Remembers a push, and tells those who wait for it.
  private static func keep(_ push: SandboxPush, kept: Int, _ state: inout State) {
    state.pushes.append(push)
    // Cut rarely, as what is left moves each time.
    if state.pushes.count > 2 * kept + 1 { state.pushes.removeFirst(state.pushes.count - kept) }
    for waiter in state.waiters.values where waiter.token == nil || waiter.token == push.token {
      waiter.continuation.yield(push)
    }
  }
}
