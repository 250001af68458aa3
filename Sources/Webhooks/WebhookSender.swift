package import AsyncHTTPClient
package import Issuance
package import Logging
import NIOCore
public import ServiceLifecycle
import Synchronization

/// Sends tenants' events to their endpoints, as Standard Webhooks say (https://www.standardwebhooks.com): signed, at least
/// once, again with growing pauses, never twice with another id.
public final class WebhookSender: Service {
  package struct Settings: Sendable {
    /// Between the attempts at a message; after the last one it is given up. Those of the specification.
    package var pauses: [Duration] = [
      .seconds(5), .seconds(300), .seconds(1_800), .seconds(7_200), .seconds(18_000), .seconds(36_000),
      .seconds(50_400),
      .seconds(72_000), .seconds(86_400),
    ]
    /// The first pause of an endpoint that is down, doubled with each failure, and the longest.
    package var endpointPause = Duration.seconds(5)
    package var longestEndpointPause = Duration.seconds(300)
    /// What a receiver may ask for with `Retry-After`.
    package var longestRetryAfter = Duration.seconds(86_400)
    /// Messages under way to one endpoint at a time.
    package var messagesAtOnce = 8
    /// How long an answer is waited for.
    package var timeout = Duration.seconds(20)
    /// How long the body of an answer is read, of which a reason shows the beginning.
    package var bodyTimeout = Duration.seconds(2)
    /// How long a name is looked up.
    package var lookupTimeout = Duration.seconds(10)
    /// How long a message is a worker's; longer than looking a name up and an attempt take.
    package var lease = Duration.seconds(120)
    /// Messages that another process wrote down are found after this at the latest.
    package var longestSleep = Duration.seconds(5)
    package var storePause = Duration.seconds(2)
    /// What a service that is asked to stop gives its messages.
    package var grace = Duration.seconds(10)
    /// When a message is looked at again whose endpoint is not in the configuration.
    package var unknownPause = Duration.seconds(300)

    package init() {}
  }

  private struct State {
    var endpoints: [String: [String: WebhookEndpoint]] = [:]
    /// Whether the store does not yet know them.
    var isNew = false
    var isStopping = false
    /// Endpoints that are being sent to, by their numbers.
    var busy: Set<Int64> = []
    /// How often they were replaced.
    var generation = 0
  }

  let service: IssuingService
  let settings: Settings
  let logger: Logger
  private let state = Mutex(State())
  private let clients: WebhookClients
  private var store: any Store { service.store }

  /// - Parameter trust: changes the clients' settings; for tests, whose authorities nobody else trusts.
  package init(
    _ service: IssuingService, settings: Settings = Settings(), logger: Logger,
    trust: @escaping @Sendable (inout HTTPClient.Configuration) -> Void = { _ in }
  ) {
    self.service = service
    self.settings = settings
    self.logger = logger
    clients = WebhookClients(trust: trust)
  }

  /// Puts other endpoints in place. When it returns, events that happen from now on are written down for them; if the store
  /// is in trouble that is made up for as soon as it is not.
  package func replaceEndpoints(_ endpoints: [WebhookEndpoint]) async {
    state.withLock { state in
      state.endpoints = [:]
      for endpoint in endpoints { state.endpoints[endpoint.tenant, default: [:]][endpoint.name] = endpoint }
      state.isNew = true
      state.generation += 1
    }
    clients.keep(endpoints)
    await subscribe()
    service.webhookSignal.set()
  }

  private func subscribe() async {
    let (endpoints, generation) = state.withLock { state in
      defer { state.isNew = false }
      return (state.isNew ? state.endpoints : nil, state.generation)
    }
    guard let endpoints else { return }
    // Others that came meanwhile may have been written first.
    defer { state.withLock { if $0.generation != generation { $0.isNew = true } } }
    do throws(StoreError) {
      let known = try await store.webhookEndpoints(tenant: nil).map(\.tenant)
      for tenant in Set(known).union(endpoints.keys).sorted() {
        try await store.subscribe(endpoints[tenant, default: [:]].values.map(\.subscription), tenant: tenant)
      }
    } catch {
      state.withLock { $0.isNew = true }
      logger.error("outgoing webhooks: the store cannot be used: \(error)")
    }
  }

  /// Sends until it is cancelled or asked to stop; then it begins nothing more, and what is under way has `Settings.grace`.
  public func run() async throws {
    await withGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        while !state.withLock({ $0.isStopping }), !Task.isCancelled {
          await subscribe()
          let (batches, pause) = await claim()
          for (endpoint, messages) in batches {
            group.addTask { await self.send(messages, to: endpoint) }
          }
          if batches.isEmpty { await service.sleepUntil(service.webhookSignal, atMost: pause) }
        }
        group.addTask {
          try? await Task.sleep(for: self.settings.grace)
          self.state.withLock { $0.busy = [] }
          self.service.webhookSignal.set()
        }
        while !state.withLock({ $0.busy.isEmpty }), !Task.isCancelled { await service.webhookSignal.wait() }
        group.cancelAll()
      }
    } onGracefulShutdown: {
      self.state.withLock { $0.isStopping = true }
      self.service.webhookSignal.set()
    }
    await clients.shutdown()
  }

  /// Takes what is due.
  ///
  /// - Returns: messages by endpoint, and how long to sleep at most when there are none.
  private func claim() async -> (batches: [Int64: [WebhookMessage]], pause: Duration) {
    let now = service.clock()
    let busy = state.withLock { $0.busy }
    do throws(StoreError) {
      guard let due = try await store.nextWebhookDue(without: busy) else { return ([:], settings.longestSleep) }
      if due > now { return ([:], min(.milliseconds(due - now), settings.longestSleep)) }
      let messages = try await store.claimWebhooks(
        settings.messagesAtOnce, without: busy, worker: service.settings.worker,
        leasedUntil: now + settings.lease.inMilliseconds, at: now)
      let batches = Dictionary(grouping: messages, by: \.endpointNumber)
      state.withLock { $0.busy.formUnion(batches.keys) }
      // What was due and was not to be had is another worker's.
      return (batches, .milliseconds(50))
    } catch {
      logger.error("outgoing webhooks: the store cannot be used: \(error)")
      return ([:], settings.storePause)
    }
  }

  // MARK: One endpoint

  private func send(_ messages: [WebhookMessage], to number: Int64) async {
    let endings = await endings(of: messages)
    await write(endings)
    _ = state.withLock { $0.busy.remove(number) }
    service.webhookSignal.set()
  }

  private func endings(of messages: [WebhookMessage]) async -> [(message: WebhookMessage, ending: WebhookEnding)] {
    guard let first = messages.first else { return [] }
    guard let endpoint = state.withLock({ $0.endpoints[first.tenant]?[first.endpoint] }) else {
      let until = service.clock() + settings.unknownPause.inMilliseconds
      return messages.map { ($0, .putOff(until: until, reason: "the endpoint is not configured: it waits for it")) }
    }
    let target: WebhookTarget
    do throws(WebhookTarget.Fault) {
      target = try await WebhookTarget.find(endpoint, within: settings.lookupTimeout)
    } catch {
      if Task.isCancelled {
        return messages.map { ($0, .putOff(until: service.clock(), reason: "the service was stopped")) }
      }
      let trouble = Trouble(error)
      let pause = pause(after: first.failures, asked: nil)
      return messages.map { ($0, ending(of: $0, after: trouble, pause: pause)) }
    }
    let client = clients.client(of: endpoint, at: target)
    let outcomes = await withTaskGroup(of: (WebhookMessage, Outcome).self) { group in
      for message in messages {
        group.addTask { (message, await self.attempt(message, endpoint, client)) }
      }
      return await group.reduce(into: [(WebhookMessage, Outcome)]()) { $0.append($1) }
    }
    // One that came through says that the endpoint is there, whatever became of the others.
    let isThere = outcomes.contains { if case .delivered = $0.1 { true } else { false } }
    let troubles = outcomes.compactMap { outcome in
      if case .trouble(let trouble) = outcome.1, trouble.isOfEndpoint { trouble } else { nil as Trouble? }
    }
    let pause =
      isThere || troubles.isEmpty
      ? nil : pause(after: first.failures, asked: troubles.compactMap(\.retryAfter).max())
    return outcomes.sorted { $0.0.id < $1.0.id }.map { message, outcome in
      switch outcome {
      case .delivered(let answer):
        count("delivered", message)
        return (message, .delivered(answer: answer))
      case .gone:
        count("gone", message)
        log(message).critical("the endpoint answered 410: nothing is sent to it any more until somebody resumes it")
        return (message, .endpointGone(reason: "the endpoint answered 410"))
      case .stopped:
        return (message, .putOff(until: service.clock(), reason: "the service was stopped"))
      case .trouble(let trouble):
        return (message, ending(of: message, after: trouble, pause: trouble.isOfEndpoint ? pause : nil))
      }
    }
  }

  /// - Parameter failures: those in a row before this one.
  private func pause(after failures: Int, asked: Duration?) -> Int64 {
    let usual = min(settings.endpointPause * (1 << min(failures, 10)), settings.longestEndpointPause)
    return service.clock() + max(usual, min(asked ?? .zero, settings.longestRetryAfter)).inMilliseconds
  }

  private func ending(of message: WebhookMessage, after trouble: Trouble, pause: Int64?) -> WebhookEnding {
    guard message.attempts <= settings.pauses.count else {
      count("discarded", message)
      log(message).error("given up: \(trouble.sentence)")
      return .discard(pause: pause, reason: trouble.sentence)
    }
    count("retried", message)
    log(message).notice("sent again later: \(trouble.sentence)")
    let wait = settings.pauses[max(0, message.attempts - 1)].inMilliseconds
    // Up to a tenth later, so that those that failed together do not come back together.
    let moment = service.clock() + wait + Int64.random(in: 0...max(1, wait / 10))
    return .retry(at: max(moment, pause ?? 0), pause: pause, reason: trouble.sentence)
  }

  /// A store that is in trouble is asked a few times: a message whose end is not written is sent again.
  private func write(_ endings: [(message: WebhookMessage, ending: WebhookEnding)]) async {
    var pause = Duration.seconds(1)
    while true {
      do throws(StoreError) {
        return try await store.end(endings, at: service.clock())
      } catch {
        logger.error("outgoing webhooks: the store cannot be used: \(error)")
        guard pause <= .seconds(4), !Task.isCancelled else { return }
        try? await Task.sleep(for: pause)
        pause = pause * 2
      }
    }
  }

  func log(_ message: WebhookMessage) -> Logger {
    var logger = logger
    logger[metadataKey: "tenant"] = "\(message.tenant)"
    logger[metadataKey: "endpoint"] = "\(message.endpoint)"
    logger[metadataKey: "webhook"] = "\(message.messageID)"
    if let id = message.correlationID { logger[metadataKey: "correlation_id"] = "\(id)" }
    return logger
  }
}
