import AsyncHTTPClient
package import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// The keys of bearer issuers by address: fetched when they are needed, kept for a while, and asked for by one caller
/// at a time, however many wait.
///
/// A key that an issuer withdraws is taken for `lifetime` more at most, and for `lifetime + grace` while the issuer
/// cannot be reached. Without keys nobody is let in.
package final class KeySets: Sendable {
  package struct Settings: Sendable {
    /// How long keys are used without asking.
    package var lifetime = Duration.seconds(600)
    /// How long they are used beyond that while the issuer does not answer.
    package var grace = Duration.seconds(3600)
    /// How soon after an answer the issuer is asked again for a key it did not name: anyone can make up key ids.
    package var interval = Duration.seconds(30)
    /// How soon it is asked again after a failure.
    package var retryInterval = Duration.seconds(10)
    /// From the request to the last byte of the answer.
    package var timeout = Duration.seconds(5)
    /// Bytes of an answer.
    package var bodyLimit = 1 << 20

    package init() {}
  }

  private struct Entry {
    var keys: KeySet?
    /// Milliseconds since 1970.
    var fetchedAt: Int64 = 0
    /// When the last attempt ended.
    var attemptedAt: Int64?
    var hasFailed = false
    var flight: Task<Void, Never>?
  }

  private enum Step {
    case use(KeySet)
    case wait(Task<Void, Never>)
    case refuse
  }

  private let settings: Settings
  private let clock: @Sendable () -> Int64
  private let logger: Logger
  private let entries = Mutex<[String: Entry]>([:])

  /// - Parameter clock: milliseconds since 1970.
  package init(settings: Settings = Settings(), logger: Logger, clock: @escaping @Sendable () -> Int64) {
    self.settings = settings
    self.logger = logger
    self.clock = clock
  }

  /// The keys at an address. Whether the named one is among them is the caller's to see.
  ///
  /// - Throws: `unavailable` when the issuer does not give them, and none are left that may be used.
  func keys(at address: String, naming id: String?) async throws(Refusal) -> KeySet {
    let step = entries.withLock { entries -> Step in
      let now = clock()
      let entry = entries[address, default: Entry()]
      if let keys = entry.keys, isWithin(settings.lifetime, of: entry.fetchedAt, now), id.map(keys.names) ?? true {
        return .use(keys)
      }
      if let flight = entry.flight { return .wait(flight) }
      let pause = entry.hasFailed ? settings.retryInterval : settings.interval
      if let attemptedAt = entry.attemptedAt, isWithin(pause, of: attemptedAt, now) {
        return settled(entry, id, now)
      }
      // Not the caller's child: others wait for it too, and one that gives up must not take it with it. The time limit
      // of `fetch` ends it.
      let flight = Task { await refresh(address) }
      entries[address, default: Entry()].flight = flight
      return .wait(flight)
    }
    switch step {
    case .use(let keys): return keys
    case .refuse: throw .unavailable
    case .wait(let flight): await flight.value
    }
    let outcome = entries.withLock { settled($0[address, default: Entry()], id, clock()) }
    guard case .use(let keys) = outcome else { throw .unavailable }
    return keys
  }

  /// What there is while nothing is asked.
  private func settled(_ entry: Entry, _ id: String?, _ now: Int64) -> Step {
    guard let keys = entry.keys, isWithin(settings.lifetime + settings.grace, of: entry.fetchedAt, now) else {
      return .refuse
    }
    // The issuer may have a key by that name; it just cannot say so.
    if entry.hasFailed, let id, !keys.names(id) { return .refuse }
    return .use(keys)
  }

  /// A clock put back makes what it timed old, not new.
  private func isWithin(_ duration: Duration, of moment: Int64, _ now: Int64) -> Bool {
    now >= moment && .milliseconds(now - moment) < duration
  }

  private func refresh(_ address: String) async {
    var keys: KeySet?
    do throws(KeySetError) {
      keys = try await KeySet(parsing: fetch(address))
    } catch {
      logger.warning(
        "The keys of a bearer issuer cannot be had", metadata: ["url": "\(address)", "reason": "\(error)"])
    }
    entries.withLock { entries in
      let now = clock()
      var entry = entries[address, default: Entry()]
      entry.flight = nil
      entry.attemptedAt = now
      entry.hasFailed = keys == nil
      if let keys {
        entry.keys = keys
        entry.fetchedAt = now
      }
      entries[address] = entry
    }
  }

  /// Asks with a client of its own: it is needed for a moment a few times an hour, and follows no redirect.
  private func fetch(_ address: String) async throws(KeySetError) -> [UInt8] {
    if let fault = BearerIssuer.fault(ofKeyAddress: address) { throw .address(fault) }
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.timeout.connect = TimeAmount(settings.timeout)
    // Whoever waits is told at once that nobody listens there.
    configuration.connectionPool.retryConnectionEstablishment = false
    let limit = settings.bodyLimit
    let timeout = settings.timeout
    do {
      return try await HTTPClient.withHTTPClient(configuration: configuration) { http in
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
          group.addTask {
            var request = HTTPClientRequest(url: address)
            request.headers = ["Accept": "application/jwk-set+json, application/json", "User-Agent": "passmintd"]
            let response = try await http.execute(request, timeout: .hours(1))
            guard response.status == .ok else { throw KeySetError.status(Int(response.status.code)) }
            return try await Array(buffer: response.body.collect(upTo: limit))
          }
          group.addTask {
            try await Task.sleep(for: timeout)
            throw KeySetError.timeout
          }
          defer { group.cancelAll() }
          guard let bytes = try await group.next() else { throw KeySetError.timeout }
          return bytes
        }
      }
    } catch let error as KeySetError {
      throw error
    } catch is NIOTooManyBytesError {
      throw .tooLarge(limit: limit)
    } catch let error as HTTPClientError {
      throw error == .connectTimeout ? .timeout : .network(error.shortDescription)
    } catch {
      throw .network("\(type(of: error))")
    }
  }
}
