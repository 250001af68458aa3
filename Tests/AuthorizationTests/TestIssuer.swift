import Authorization
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import Sandbox
import Synchronization
import Testing

/// A token issuer's key address over a real socket, with its troubles.
final class TestIssuer: Sendable {
  enum Answer: Sendable {
    case keys([JSONObject])
    case text(String)
    case status(Int)
    case redirect
    /// Nothing comes.
    case silence
    /// So many bytes, without saying how many.
    case bytes(Int)
    /// The head comes, and the rest never.
    case halfBody
  }

  private struct State {
    var answer: Answer
    var requests = 0
    var redirected = 0
    var isHeld = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  init(_ answer: Answer) { state = Mutex(State(answer: answer)) }

  convenience init(_ keys: SigningKey...) { self.init(.keys(keys.map(\.published))) }

  /// How often its keys were asked for.
  var requests: Int { state.withLock { $0.requests } }
  /// How often a redirect was followed.
  var redirected: Int { state.withLock { $0.redirected } }

  func answer(_ answer: Answer) { state.withLock { $0.answer = answer } }
  /// Lets requests in and no answer out.
  func hold() { state.withLock { $0.isHeld = true } }

  func letGo() {
    let waiting = state.withLock { state in
      state.isHeld = false
      defer { state.waiting = [] }
      return state.waiting
    }
    for one in waiting { one.resume() }
  }

  /// Serves for as long as `body` runs, which gets the address of the keys.
  func serve<Result: Sendable>(_ body: @escaping @Sendable (String) async throws -> Result) async throws -> Result {
    let router = Router()
    router.get("/keys") { _, _ in try await self.respond() }
    router.get("/elsewhere") { _, _ in
      self.state.withLock { $0.redirected += 1 }
      return "{}"
    }
    var logger = Logger(label: "issuer")
    logger.logLevel = .critical
    return try await whileServing(router, logger: logger) { try await body("http://127.0.0.1:\($0)/keys") }
  }

  private func respond() async throws -> Response {
    state.withLock { $0.requests += 1 }
    await withCheckedContinuation { waiter in
      let waits = state.withLock { state in
        if state.isHeld { state.waiting.append(waiter) }
        return state.isHeld
      }
      if !waits { waiter.resume() }
    }
    switch state.withLock({ $0.answer }) {
    case .keys(let keys): return text(JSONObject(dictionaryLiteral: ("keys", .array(keys.map { .object($0) }))).text)
    case .text(let words): return text(words)
    case .status(let code): return Response(status: .init(code: code))
    case .redirect: return Response(status: .found, headers: [.location: "/elsewhere"])
    case .silence:
      // Ended by the server's end.
      try await Task.sleep(for: .seconds(86_400))
      return Response(status: .ok)
    case .bytes(let count):
      return Response(
        status: .ok,
        body: ResponseBody { writer in
          for _ in 0..<(count / 4096 + 1) { try await writer.write(ByteBuffer(repeating: 0x20, count: 4096)) }
          try await writer.finish(nil)
        })
    case .halfBody:
      return Response(
        status: .ok,
        body: ResponseBody(contentLength: 10) { writer in
          try await writer.write(ByteBuffer(string: "{"))
          try await Task.sleep(for: .seconds(86_400))
          try await writer.finish(nil)
        })
    }
  }

  private func text(_ words: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(string: words)))
  }
}

/// A time of day that moves when it is told to.
final class TestTime: Sendable {
  /// 20 November 2026, 18:05:02 UTC, in seconds since 1970.
  static let start: Int64 = 1_795_197_902

  private let now = Mutex(TestTime.start * 1000)

  /// Milliseconds since 1970.
  @Sendable func milliseconds() -> Int64 { now.withLock { $0 } }
  func advance(by seconds: Int64) { now.withLock { $0 += seconds * 1000 } }
}

extension KeySets {
  convenience init(_ time: TestTime, settings: Settings = Settings()) {
    var logger = Logger(label: "keys")
    logger.logLevel = .critical
    self.init(settings: settings, logger: logger, clock: time.milliseconds)
  }
}

/// Why a caller was not let in; nil if it was.
func refusal(_ ask: () async throws(Refusal) -> Caller) async -> Refusal? {
  do throws(Refusal) {
    _ = try await ask()
    return nil
  } catch {
    return error
  }
}
