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
    // Tickets that waited for their barcode may have it by now.
    if last.map({ $0.waiting == 0 }) ?? true, let oldest = known.map(\.pass.asOf).min(),
      now - oldest < settings.freshness.inMilliseconds
    {
      let filter = JobFilter(
        tenant: tenant.id, states: [.available, .running, .retryable], order: .secretToken(orderSecret), limit: 1)
      let jobs = try await stored { () async throws(StoreError) in try await self.store.jobs(filter) }
      if jobs.isEmpty {
        let answered = Answered(at: oldest, fileID: known.first?.pass.file, state: nil, waiting: 0)
        return try await overview(answered, orderSecret: orderSecret, of: tenant)
      }
    }
    do throws(IssuingError) {
      // Pages are the first to be put off: what webhooks told of goes before what somebody wants to look at.
      guard tenant.secutix.limiter.waiting < settings.lookupsWaiting else {
        throw IssuingError.secutix(.rateLimited(retryAfter: settings.lookupPause))
      }
      return try await lookUp(.orderSecret(orderSecret), of: tenant, correlationID: correlationID)
    } catch {
      if case .secutix(.notFound) = error { misses.insert(now, for: key, size: 1) }
      guard let first = known.first, let reason = error.reasonToShowWhatIsKnown else { throw error }
      var logger = logger
      logger[metadataKey: "correlation_id"] = "\(correlationID)"
      logger.warning(
        "\(reason); the passes known are shown",
        metadata: ["tenant": "\(tenant.id)", "order": "\(key.name.logged)"])
      // Not asked again for everybody who looks meanwhile: that would help neither them nor Secutix.
      let answered = Answered(at: now, fileID: first.pass.file, state: nil, waiting: last?.waiting ?? 0)
      answers.insert(answered, for: key, size: 1)
      return try await overview(answered, orderSecret: orderSecret, of: tenant)
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
    logger.info("looked up", metadata: ["changed": "\(saved.count)", "waiting": "\(made.waiting)"])
    if let notice = made.noticeText { logger.warning("\(notice)") }
    let answered = Answered(
      at: reading.asOf, fileID: reading.details.fileID, state: reading.details.fileState, waiting: made.waiting)
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
      fileID: fileID ?? "", state: answered.state, passes: passes, waiting: answered.waiting)
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
