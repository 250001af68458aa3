import Logging
import Secutix
import SecutixClient
import Synchronization

/// What a lookup answered, besides the passes, which the store has.
struct Answered: Sendable {
  let at: Int64
  let fileID: String?
  let state: String?
  let waiting: Int
  let refused: Int
}

struct LookupKey: Hashable, Sendable {
  let tenant: String
  let name: FileName
}

extension IssuingService {
  /// The tenant whose download tokens carry this mark.
  package func tenant(marked mark: [UInt8]) -> Tenant? {
    known.withLock { known in known.marks[mark].flatMap { known.tenants[$0] } }
  }

  /// A file as Secutix knows it now, with its passes; what is not yet issued is issued first, what changed is changed.
  ///
  /// - Throws: `IssuingError.secutix(.notFound)` when Secutix knows no such file.
  package func file(
    _ id: Int64, of tenant: Tenant, correlationID: String
  ) async throws(IssuingError) -> FileOverview {
    try await lookUp(.file(id), of: tenant, correlationID: correlationID)
  }

  /// The file of an order, by the order's secret: what a link in a mail knows.
  ///
  /// From the store when its passes are known there, were looked at not long ago and nothing is about to change them;
  /// else from Secutix. When Secutix cannot answer, what is known is better than nothing.
  package func file(
    orderSecret: String, of tenant: Tenant, correlationID: String
  ) async throws(IssuingError) -> FileOverview {
    let now = clock()
    let key = LookupKey(tenant: tenant.id, name: .orderSecret(orderSecret))
    let last = answers.value(for: key)
    if let last, now - last.at < settings.lookupPause.inMilliseconds {
      return try await overview(last, orderSecret: orderSecret, of: tenant)
    }
    // Anybody can make secrets up. Each costs Secutix a call, and the same one only now and then.
    if let missed = misses.value(for: key), now - missed < settings.lookupPause.inMilliseconds {
      throw .secutix(.notFound)
    }
    let known = try await stored { () async throws(StoreError) in
      try await self.store.passes(.orderSecret(orderSecret), tenant: tenant.id)
    }
    let record = try await self.record(ofFile: known.first?.pass.file, of: tenant)
    let waiting = last?.waiting ?? record?.waiting ?? 0
    // Tickets that waited for their barcode may have it by now.
    if waiting == 0, let oldest = known.map(\.pass.asOf).min(),
      now - oldest < settings.freshness.inMilliseconds
    {
      let filter = JobFilter(
        tenant: tenant.id, states: [.available, .running, .retryable], order: .secretToken(orderSecret), limit: 1)
      let jobs = try await stored { () async throws(StoreError) in try await self.store.jobs(filter) }
      if jobs.isEmpty {
        let answered = Answered(
          at: oldest, fileID: known.first?.pass.file, state: nil, waiting: 0, refused: record?.refused ?? 0)
        return try await overview(answered, orderSecret: orderSecret, of: tenant)
      }
    }
    do throws(IssuingError) {
      try mayLook(tenant)
      if known.isEmpty { try await admitStranger(orderSecret, of: tenant, at: now) }
      return try await lookUp(.orderSecret(orderSecret), of: tenant, correlationID: correlationID)
    } catch {
      if case .secutix(.notFound) = error { misses.insert(now, for: key, size: 1) }
      guard let first = known.first, let reason = error.reasonToShowWhatIsKnown else { throw error }
      let answered = Answered(
        at: now, fileID: first.pass.file, state: nil, waiting: waiting, refused: record?.refused ?? 0)
      letRest(answered, key, reason: reason, correlationID: correlationID)
      return try await overview(answered, orderSecret: orderSecret, of: tenant)
    }
  }

  /// A file that somebody looks at by its page's address.
  ///
  /// As the store has it; but while tickets of it wait for their barcode Secutix is asked, now and then, whether they have it.
  /// - Parameter number: of the file.
  package func page(
    ofFile number: String, of tenant: Tenant, correlationID: String
  ) async throws(IssuingError) -> FileOverview {
    let now = clock()
    let record = try await self.record(ofFile: number, of: tenant)
    let known = Answered(
      at: now, fileID: number, state: nil, waiting: record?.waiting ?? 0, refused: record?.refused ?? 0)
    if let record, record.waiting > 0, let id = Int64(number) {
      let key = LookupKey(tenant: tenant.id, name: .file(id))
      let last = max(record.asOf, answers.value(for: key)?.at ?? .min)
      if now - last >= settings.lookupPause.inMilliseconds {
        do throws(IssuingError) {
          try mayLook(tenant)
          return try await lookUp(.file(id), of: tenant, correlationID: correlationID)
        } catch {
          if case .store = error { throw error }
          let reason = error.reasonToShowWhatIsKnown ?? "Secutix knows the file no longer"
          letRest(known, key, reason: reason, correlationID: correlationID)
        }
      }
    }
    return try await overview(known, orderSecret: nil, of: tenant)
  }

  /// Goes on with what is known. Secutix is not asked again for everybody who looks meanwhile: that would help neither them
  /// nor Secutix.
  private func letRest(_ known: Answered, _ key: LookupKey, reason: String, correlationID: String) {
    var logger = logger
    logger[metadataKey: "correlation_id"] = "\(correlationID)"
    logger.warning(
      "\(reason); the passes known are shown",
      metadata: ["tenant": "\(key.tenant)", "order": "\(key.name.logged)"])
    answers.insert(known, for: key, size: 1)
  }

  /// Pages are the first to be put off: what webhooks told of goes before what somebody wants to look at.
  private func mayLook(_ tenant: Tenant) throws(IssuingError) {
    guard tenant.secutix.limiter.waiting < settings.lookupsWaiting else {
      throw .secutix(.rateLimited(retryAfter: settings.lookupPause))
    }
  }

  /// Anybody can make secrets up, each another one. Of the institution's calls they get no more than half.
  private func admitStranger(_ orderSecret: String, of tenant: Tenant, at now: Int64) async throws(IssuingError) {
    let filter = JobFilter(tenant: tenant.id, order: .secretToken(orderSecret), limit: 1)
    let jobs = try await stored { () async throws(StoreError) in try await self.store.jobs(filter) }
    guard jobs.isEmpty else { return }
    let rate = max(1, tenant.secutix.limiter.callsPerMinute / 2)
    let outcome = strangers.take(tenant.id, perMinute: rate, at: now)
    if !outcome.isAccepted { throw .secutix(.rateLimited(retryAfter: .seconds(outcome.untilNext))) }
  }

  private func record(ofFile number: String?, of tenant: Tenant) async throws(IssuingError) -> FileRecord? {
    guard let number else { return nil }
    return try await stored { () async throws(StoreError) in
      try await self.store.file(number, tenant: tenant.id)
    }
  }

  /// Asks Secutix, saves what comes of it, and says what there is. Who asks for the same at the same time shares the
  /// answer.
  private func lookUp(
    _ name: FileName, of tenant: Tenant, correlationID: String
  ) async throws(IssuingError) -> FileOverview {
    let key = LookupKey(tenant: tenant.id, name: name)
    return try await lookups.value(for: key) { [self] in
      do throws(IssuingError) {
        return .success(try await askNow(name, of: tenant, correlationID: correlationID))
      } catch {
        return .failure(error)
      }
    }.get()
  }

  private func askNow(
    _ name: FileName, of tenant: Tenant, correlationID: String
  ) async throws(IssuingError) -> FileOverview {
    var logger = logger
    logger[metadataKey: "correlation_id"] = "\(correlationID)"
    logger[metadataKey: "tenant"] = "\(tenant.id)"
    logger[metadataKey: "order"] = "\(name.logged)"
    let reading = try await read(name, of: tenant, correlationID: correlationID)
    var issuing = FileIssuing(service: self, tenant: tenant, reading: reading, logger: logger)
    let made = try await issuing.passesOfFile()
    let saved = try await stored { () async throws(StoreError) in
      try await self.store.save(made.issued, tenant: tenant.id, at: self.clock())
    }
    if !saved.isEmpty { wakePushes() }
    logger.info(
      "looked up", metadata: ["changed": "\(saved.count)", "waiting": "\(made.waiting)", "refused": "\(made.refused)"])
    if let notice = made.noticeText { logger.warning("\(notice)") }
    let answered = Answered(
      at: reading.asOf, fileID: reading.details.fileID, state: reading.details.fileState, waiting: made.waiting,
      refused: made.refused)
    var secret: String?
    if case .orderSecret(let text) = name {
      secret = text
      answers.insert(answered, for: LookupKey(tenant: tenant.id, name: name), size: 1)
    }
    var number: String?
    if case .file(let id) = name { number = "\(id)" }
    let overview = try await overview(answered, number: number, orderSecret: secret, of: tenant)
    // Passes made before are there though their tickets can be read no longer.
    if overview.passes.isEmpty, made.waiting == 0, !made.problems.isEmpty { throw .tickets(made.problemText) }
    return overview
  }

  private func overview(
    _ answered: Answered, number: String? = nil, orderSecret: String?, of tenant: Tenant
  ) async throws(IssuingError) -> FileOverview {
    let fileID = answered.fileID ?? number
    let property: PassProperty? = fileID.map { .file($0) } ?? orderSecret.map { .orderSecret($0) }
    var passes: [PassRecord] = []
    if let property {
      passes = try await stored { () async throws(StoreError) in
        try await self.store.passes(property, tenant: tenant.id)
      }
    }
    return FileOverview(
      fileID: fileID ?? "", state: answered.state, passes: passes, waiting: answered.waiting,
      refused: answered.refused)
  }
}

extension IssuingError {
  /// Why Secutix did not say how things stand, for the log; nil when something else is wrong, or when it did say so.
  fileprivate var reasonToShowWhatIsKnown: String? {
    switch self {
    case .secutix(.notFound): nil
    case .secutix(let error): error.sentence
    case .tickets(let sentence): sentence
    case .store, .sealing, .noOrder, .certificateEnded: nil
    }
  }
}
