import AsyncHTTPClient
import JSON
import PassBundle
import Sandbox
import SecutixClient
import Synchronization
import Testing

/// A sandbox over real sockets and a client for it.
struct Staging {
  var house = SandboxHouse.theatre
  var options = SandboxSecutix.Options()
  var clock = TestClock()
  var patience = Patience()
  var authentication = SecutixConnection.Authentication.selfMade()
  var callsPerMinute = 60_000
  var institution: String?
  var operatorCode: String?
  var partner: String?
  var secret: String?

  init() {
    options.callsPerMinute = nil
    patience.call = .seconds(20)
  }

  func connection(_ url: String) -> SecutixConnection {
    var connection = SecutixConnection(
      url: url, operatorCode: operatorCode ?? house.operatorCode, institution: institution ?? house.institution,
      partner: partner ?? house.partner, secret: Secret((secret ?? house.secret).utf8), authentication: authentication)
    connection.patience = patience
    return connection
  }

  /// Runs `body` with both, which share one clock.
  func run(_ body: @escaping @Sendable (SecutixClient, SandboxSecutix) async throws -> Void) async throws {
    let sandbox = SandboxSecutix(house, options: options, now: { [clock] in clock.timeOfDay })
    try await sandbox.serve { url in
      let http = HTTPClient(
        eventLoopGroupProvider: .singleton,
        configuration: SecutixClient.configuration(bodyLimit: patience.bodyLimit))
      let clock = CallClock(clock, epochMilliseconds: { [clock] in clock.timeOfDay })
      let client = SecutixClient(
        connection(url), http: http, limiter: CallLimiter(callsPerMinute: callsPerMinute, clock: clock),
        clock: clock)
      do {
        try await body(client, sandbox)
      } catch {
        try await http.shutdown()
        throw error
      }
      try await http.shutdown()
    }
  }
}

/// A clock on which nobody waits: who sleeps moves it on. While it is held, sleepers stay until it is let go.
final class TestClock: Clock {
  struct Instant: InstantProtocol {
    var offset: Duration
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
  }

  private struct State {
    var now = Duration.zero
    var slept: [Duration] = []
    var isHeld = false
    var sleepers: [Int: CheckedContinuation<Void, Never>] = [:]
    var next = 0
  }

  private let state = Mutex(State())
  /// 20 November 2026, 18:05:02 UTC, when the clock is at zero.
  static let start: Int64 = 1_795_197_902_000

  var now: Instant { Instant(offset: state.withLock { $0.now }) }
  var minimumResolution: Duration { .nanoseconds(1) }
  var timeOfDay: Int64 { Self.start + Int64(state.withLock { $0.now } / .milliseconds(1)) }
  /// How long was slept, each time.
  var slept: [Duration] { state.withLock { $0.slept } }
  var sleepers: Int { state.withLock { $0.sleepers.count } }

  func advance(by duration: Duration) { state.withLock { $0.now += duration } }
  func hold() { state.withLock { $0.isHeld = true } }

  func letGo() {
    let sleepers = state.withLock { state in
      state.isHeld = false
      defer { state.sleepers = [:] }
      return state.sleepers.values
    }
    for sleeper in sleepers { sleeper.resume() }
  }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    let id = state.withLock { state in
      state.next += 1
      return state.next
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { sleeper in
        let waits = state.withLock { state in
          if !state.isHeld || Task.isCancelled { return false }
          state.sleepers[id] = sleeper
          return true
        }
        if !waits { sleeper.resume() }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: id) }?.resume()
    }
    try Task.checkCancellation()
    state.withLock { state in
      state.slept.append(max(.zero, deadline.offset - state.now))
      state.now = max(state.now, deadline.offset)
    }
  }
}

/// The error of a call.
func failure<Value>(_ call: () async throws(SecutixError) -> Value) async -> SecutixError? {
  do throws(SecutixError) {
    _ = try await call()
    return nil
  } catch {
    return error
  }
}

/// Lets others run until something has come about. It must: nothing else ends it.
func until(_ condition: () async -> Bool) async {
  while !(await condition()) { await Task.yield() }
}
