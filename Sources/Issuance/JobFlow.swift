import Logging
import PassBundle
import Secutix
import SecutixClient

/// How a job ended for the worker that had it.
enum JobOutcome: String, Sendable {
  case completed, waiting, retried, released, discarded
  /// Another worker has it by now.
  case lost
  /// The store did not take the end: the job is free when its lease ends.
  case unsaved
}

extension IssuingService {
  /// How a job is to end.
  private enum Ending {
    case complete(IssuedFile, notice: String?)
    /// What was made is saved, and the job comes back.
    case wait(IssuedFile, until: Int64, reason: String)
    case saveAndRetry(IssuedFile, at: Int64, reason: String)
    case saveAndDiscard(IssuedFile, reason: String)
    case retry(at: Int64, reason: String)
    case release(at: Int64, reason: String)
    case discard(reason: String)
  }

  /// How often a job is begun whose order Secutix does not know, or whose tickets can become no pass: an order may be
  /// asked for while it is being written.
  private static let doubtfulAttempts = 6
  private static let badTicketAttempts = 3
  /// When a tenant that is not configured is looked for again, in milliseconds.
  private static let tenantPause: Int64 = 300_000
  /// When Secutix is asked again that has had too many calls and does not say when, in milliseconds.
  private static let limitPause: Int64 = 60_000

  /// Works a job off, from the question to the saved passes. Never throws: whatever happens, the job has an end, or is
  /// free again when its lease ends.
  func work(off job: Job) async {
    var logger = logger
    logger[metadataKey: "correlation_id"] = "\(job.correlationID)"
    logger[metadataKey: "tenant"] = "\(job.key.tenant)"
    logger[metadataKey: "job"] = "\(job.id)"
    logger[metadataKey: "order"] = "\(FileName(job.key.order).logged)"
    let ending = await ending(of: job, logger: logger)
    let outcome = await end(job, ending, logger: logger)
    figures.finished(outcome)
  }

  private func ending(of job: Job, logger: Logger) async -> Ending {
    guard job.attempts <= settings.backoff.limit else {
      return .discard(
        reason: "begun \(job.attempts) times without coming to an end: look for what ends the worker, then retry it")
    }
    guard let tenant = tenant(job.key.tenant) else {
      return .release(
        at: clock() + Self.tenantPause, reason: "the tenant \(job.key.tenant) is not configured: it waits for it")
    }
    do throws(IssuingError) {
      let reading = try await read(FileName(job.key.order), of: tenant, correlationID: job.correlationID)
      var issuing = FileIssuing(service: self, tenant: tenant, reading: reading, logger: logger)
      return ending(of: job, try await issuing.passesOfFile())
    } catch {
      return ending(of: job, after: error)
    }
  }

  private func ending(of job: Job, _ made: FilePasses) -> Ending {
    let now = clock()
    var reasons: [String] = []
    if made.waiting > 0 {
      reasons.append(made.waiting == 1 ? "1 ticket has no barcode yet" : "\(made.waiting) tickets have no barcode yet")
    }
    if !made.problems.isEmpty { reasons.append(made.problemText) }
    let reason = reasons.joined(separator: "; ")
    let age = now - job.createdAt
    if made.waiting > 0, age < settings.barcodeWait.inMilliseconds {
      // The last look is when the wait is over.
      let end = job.createdAt + settings.barcodeWait.inMilliseconds
      return .wait(made.issued, until: min(end, now + pause(afterWaiting: age)), reason: reason)
    }
    if made.problems.isEmpty {
      let wait = made.waiting > 0 ? "\(reason): no longer waited for, the next change looks again" : nil
      let notices = [wait, made.noticeText].compactMap { $0 }
      return .complete(made.issued, notice: notices.isEmpty ? nil : notices.joined(separator: "; "))
    }
    if job.attempts < Self.badTicketAttempts, let delay = delay(after: job) {
      return .saveAndRetry(made.issued, at: now + delay, reason: reason)
    }
    return .saveAndDiscard(made.issued, reason: reason)
  }

  private func ending(of job: Job, after error: IssuingError) -> Ending {
    let now = clock()
    switch error {
    case .secutix(.cancelled): return .release(at: now, reason: "the service was stopped")
    case .secutix(.rateLimited(let wait)):
      // Nothing is wrong with the order; whoever waits for a limit does not count as an attempt.
      let pause = max(wait?.inMilliseconds ?? Self.limitPause, 1_000)
      return .release(
        at: now + pause + Int64.random(in: 0...(pause / 2)),
        reason: SecutixError.rateLimited(retryAfter: wait).sentence)
    case .secutix(let error):
      let limit: Int
      switch error {
      // One order or all of them: as long as the sign-in fails nobody knows.
      case .unauthorized, .rejected: limit = settings.backoff.limit
      case .tooLarge: limit = 1
      default: limit = error.isRetryable ? settings.backoff.limit : min(Self.doubtfulAttempts, settings.backoff.limit)
      }
      guard job.attempts < limit, let delay = delay(after: job) else { return .discard(reason: error.sentence) }
      return .retry(at: now + delay, reason: error.sentence)
    case .tickets(let sentence):
      guard job.attempts < Self.badTicketAttempts, let delay = delay(after: job) else {
        return .discard(reason: sentence)
      }
      return .retry(at: now + delay, reason: sentence)
    case .store(let error):
      guard let delay = delay(after: job) else { return .discard(reason: "\(error)") }
      return .retry(at: now + delay, reason: "\(error)")
    case .sealing, .noOrder, .certificateEnded:
      // A job seals nothing.
      return .discard(reason: "\(error)")
    }
  }

  /// How long to wait before a ticket without a barcode is looked at again: longer and longer, for it is Secutix that tells
  /// of a barcode, and each look costs the institution a call.
  ///
  /// - Parameter age: since when it is waited, in milliseconds.
  private func pause(afterWaiting age: Int64) -> Int64 {
    max(settings.barcodeInterval.inMilliseconds, min(age / 2, settings.longestBarcodeInterval.inMilliseconds))
  }

  private func delay(after job: Job) -> Int64? {
    var random = SystemRandomNumberGenerator()
    return settings.backoff.delay(afterAttempts: job.attempts, using: &random)
  }

  /// Writes the end down; a store that is in trouble is asked a few times before the job is left to its lease.
  private func end(_ job: Job, _ ending: Ending, logger: Logger) async -> JobOutcome {
    var pause = Duration.seconds(1)
    while true {
      do throws(StoreError) {
        let outcome = try await write(ending, of: job, logger: logger)
        storeTrouble.end(logger)
        return outcome
      } catch .leaseLost {
        logger.notice("another worker has the job by now")
        return .lost
      } catch {
        storeTrouble.begin(error, logger)
        guard pause <= .seconds(4), !Task.isCancelled else { return .unsaved }
        try? await sleep(pause)
        pause = pause * 2
      }
    }
  }

  private func write(_ ending: Ending, of job: Job, logger: Logger) async throws(StoreError) -> JobOutcome {
    let tenant = job.key.tenant
    switch ending {
    case .complete(let file, let notice):
      let changed = try await store.complete(job, saving: file, notice: notice, at: clock())
      if !changed.isEmpty { wakePushes() }
      logger.info(
        "completed", metadata: ["passes": "\(file.passes.count)", "changed": "\(changed.count)"])
      if let notice { logger.warning("\(notice)") }
      return .completed
    case .wait(let file, let moment, let reason):
      if !(try await store.save(file, tenant: tenant, at: clock())).isEmpty { wakePushes() }
      try await store.release(job, at: moment, isLook: true, reason: reason, now: clock())
      logger.info("waits: \(reason)")
      return .waiting
    case .saveAndRetry(let file, let moment, let reason):
      if !(try await store.save(file, tenant: tenant, at: clock())).isEmpty { wakePushes() }
      try await store.retry(job, at: moment, reason: reason, now: clock())
      logger.warning("tried again later: \(reason)")
      return .retried
    case .saveAndDiscard(let file, let reason):
      if !(try await store.save(file, tenant: tenant, at: clock())).isEmpty { wakePushes() }
      try await store.discard(job, reason: reason, at: clock())
      logger.error("given up: \(reason)")
      return .discarded
    case .retry(let moment, let reason):
      try await store.retry(job, at: moment, reason: reason, now: clock())
      logger.warning("tried again later: \(reason)")
      return .retried
    case .release(let moment, let reason):
      try await store.release(job, at: moment, reason: reason, now: clock())
      logger.notice("put off: \(reason)")
      return .released
    case .discard(let reason):
      try await store.discard(job, reason: reason, at: clock())
      logger.error("given up: \(reason)")
      return .discarded
    }
  }
}
