import Foundation
import Logging
import Metrics
import Passes
import Synchronization

/// What the tasks that push share.
final class PushState: Sendable {
  /// One a lane, for a signal wakes one sleeper.
  let wakeSignals: [WakeSignal]
  /// When a tenant may be pushed for again whose certificate or topic was refused, in milliseconds since 1970.
  let pauses = Mutex<[String: Int64]>([:])
  /// Of tenants for which no connection could be made since the last push that was answered.
  let outages = Mutex<[String: Outage]>([:])

  struct Outage: Sendable {
    /// Waves of pushes that met it.
    var count: Int
    /// When it is tried again, in milliseconds since 1970.
    var until: Int64
  }

  init(lanes: Int) {
    wakeSignals = (0..<max(1, lanes)).map { _ in WakeSignal() }
  }

  func wake() {
    for signal in wakeSignals { signal.set() }
  }
}

extension IssuingService {
  /// What became of pushes, for the figures.
  private enum Word: String {
    case accepted, gone, retried, discarded, refused, released, unreachable
  }

  /// Something happened to passes or devices: lets those who tell of it look for work.
  package func wakePushes() {
    pushState.wake()
    webhookSignal.set()
  }

  /// Pushes until it is cancelled or `isStopping` says so: takes what is due, pushes all of it at once, writes down what
  /// became of it, all together. Several lanes do so side by side, so that one slow answer holds up no other batch.
  func pushDevices(lane: Int, isStopping: @Sendable () -> Bool) async {
    let signal = pushState.wakeSignals[lane]
    while !isStopping(), !Task.isCancelled {
      let pause = await pushBatch()
      if pause != .zero, !isStopping() { await sleepUntil(signal, atMost: pause) }
    }
  }

  /// - Returns: how long to sleep at most; nothing when something was pushed.
  private func pushBatch() async -> Duration {
    let now = clock()
    do throws(StoreError) {
      // Looking costs no turn of the store's one writer, and mostly there is nothing.
      guard let due = try await store.nextPushDue() else { return settings.longestSleep }
      if due > now { return min(.milliseconds(due - now), settings.longestSleep) }
      let pushes = try await store.claimPushes(
        settings.pushesAtOnce, worker: settings.worker, leasedUntil: now + settings.lease.inMilliseconds, at: now)
      // What was due and was not to be had is another lane's.
      if pushes.isEmpty { return .milliseconds(50) }
      let endings = await withTaskGroup(of: (Push, PushEnding).self) { group in
        for push in pushes { group.addTask { (push, await self.push(push)) } }
        return await group.reduce(into: [(push: Push, ending: PushEnding)]()) { $0.append(($1.0, $1.1)) }
      }
      try await end(endings)
      webhookSignal.set()
      logger.info("pushes ended", metadata: ["count": "\(endings.count)"])
      return .zero
    } catch {
      // What was claimed is free again when its lease ends.
      storeTrouble.begin(error, logger)
      return settings.storePause
    }
  }

  /// A store that is in trouble is asked a few times: a push whose end is not written is pushed again.
  private func end(_ endings: [(push: Push, ending: PushEnding)]) async throws(StoreError) {
    var pause = Duration.seconds(1)
    while true {
      do throws(StoreError) {
        return try await store.end(endings, at: clock())
      } catch {
        storeTrouble.begin(error, logger)
        guard pause <= .seconds(4), !Task.isCancelled else { throw error }
        try? await sleep(pause)
        pause = pause * 2
      }
    }
  }

  private func push(_ push: Push) async -> PushEnding {
    var logger = logger
    logger[metadataKey: "tenant"] = "\(push.tenant)"
    logger[metadataKey: "device"] = "\(push.device)"
    if let id = push.correlationID { logger[metadataKey: "correlation_id"] = "\(id)" }
    guard let tenant = tenant(push.tenant) else {
      return .putOff(
        until: clock() + settings.pushPause.inMilliseconds,
        reason: "the tenant \(push.tenant) is not configured: it waits for it")
    }
    guard let transport = tenant.push else {
      return .discard(reason: "pushing is switched off in the tenant's configuration")
    }
    guard tenant.issuer.passTypeIdentifier == push.passType else {
      return .discard(reason: "the device registered for \(push.passType), for which the tenant has no certificate")
    }
    let now = clock()
    // One that is longer than pauses are is from before the clock was set back.
    if let until = pushState.pauses.withLock({ $0[push.tenant] }), until > now,
      until - now <= settings.pushPause.inMilliseconds
    {
      return .putOff(until: until, reason: "pushes of this tenant are refused at the moment")
    }
    if let outage = pushState.outages.withLock({ $0[push.tenant] }), isLasting(outage, at: now) {
      return .putOff(until: outage.until, reason: "no connection can be made at the moment")
    }
    let id = UUID().uuidString.lowercased()
    let outcome = await transport.push(to: push.token, id: id)
    logger[metadataKey: "apns_id"] = "\(id)"
    return ending(of: push, outcome, logger)
  }

  private func ending(of push: Push, _ outcome: PushOutcome, _ logger: Logger) -> PushEnding {
    let now = clock()
    let isReached = if case .unreachable = outcome { false } else { true }
    if isReached, pushState.outages.withLock({ $0.removeValue(forKey: push.tenant) }) != nil {
      logger.notice("pushes go out again")
    }
    switch outcome {
    case .accepted:
      count(.accepted, push)
      logger.info("pushed")
      return .done
    case .deviceGone(let since?, let reason) where push.tokenSince > since:
      // It has told its token since then: perhaps that is news to APNs. Not for ever, though: clocks differ.
      return retry(push, after: nil, reason, logger)
    case .deviceGone(let since, let reason):
      count(.gone, push)
      logger.notice("the device is gone: \(reason)")
      return .deviceGone(since: since, reason: reason)
    case .retry(let wait, let reason): return retry(push, after: wait, reason, logger)
    case .unreachable(let reason): return unreachable(push, reason, logger)
    case .refused(let reason):
      count(.refused, push)
      let until = now + settings.pushPause.inMilliseconds
      let isNew = pushState.pauses.withLock { pauses in
        defer { pauses[push.tenant] = until }
        return pauses[push.tenant] ?? 0 <= now
      }
      // Said once, not by every push of a batch: nothing will go through before somebody has mended it.
      if isNew { logger.critical("pushes are refused: \(reason)") }
      return .putOff(until: until, reason: reason)
    }
  }

  private func retry(_ push: Push, after wait: Duration?, _ reason: String, _ logger: Logger) -> PushEnding {
    if Task.isCancelled {
      count(.released, push)
      return .putOff(until: clock(), reason: "the service was stopped")
    }
    var random = SystemRandomNumberGenerator()
    guard let delay = settings.pushBackoff.delay(afterAttempts: push.attempts, using: &random) else {
      count(.discarded, push)
      logger.error("a push is given up: \(reason)")
      return .discard(reason: reason)
    }
    count(.retried, push)
    logger.notice("pushed again later: \(reason)")
    return .retry(at: clock() + max(delay, wait?.inMilliseconds ?? 0), reason: reason)
  }

  /// Puts a push off without an attempt, however long it takes: it is not the push that failed. The pauses grow, and all
  /// pushes of the tenant keep them, so that a hundred thousand of them do not each try.
  private func unreachable(_ push: Push, _ reason: String, _ logger: Logger) -> PushEnding {
    if Task.isCancelled {
      count(.released, push)
      return .putOff(until: clock(), reason: "the service was stopped")
    }
    count(.unreachable, push)
    let now = clock()
    let (outage, isNew) = pushState.outages.withLock { outages in
      let known = outages[push.tenant]
      // Those that were under way together met it once.
      if let known, isLasting(known, at: now) { return (known, false) }
      let count = (known?.count ?? 0) + 1
      let pause = settings.outagePause.inMilliseconds << min(count - 1, 20)
      let outage = PushState.Outage(count: count, until: now + min(pause, settings.pushPause.inMilliseconds))
      outages[push.tenant] = outage
      return (outage, known == nil)
    }
    if isNew { logger.error("nothing can be pushed at the moment, and everything waits: \(reason)") }
    return .putOff(until: outage.until, reason: reason)
  }

  /// One that is longer than pauses are is from before the clock was set back.
  private func isLasting(_ outage: PushState.Outage, at now: Int64) -> Bool {
    outage.until > now && outage.until - now <= settings.pushPause.inMilliseconds
  }

  private func count(_ word: Word, _ push: Push) {
    Counter(
      label: "passmint_pushes_total", dimensions: [("tenant", push.tenant), ("outcome", word.rawValue)]
    ).increment()
  }

  /// Tenants whose pushes are refused at the moment.
  package var tenantsRefusedPushes: [String] {
    let now = clock()
    return pushState.pauses.withLock { pauses in pauses.filter { $0.value > now }.keys.sorted() }
  }

  /// Tenants for which no connection could be made when it was tried last.
  package var tenantsWithoutConnection: [String] { pushState.outages.withLock { $0.keys.sorted() } }
}
