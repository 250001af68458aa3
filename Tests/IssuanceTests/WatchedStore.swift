import Issuance
import Passes
import Secutix
import Synchronization

/// A store that tells of a step before it is taken: a test may hold it up there, or have it fail.
final class WatchedStore: Store {
  enum Step: Hashable, Sendable {
    case accept, claim, renew, complete, retry, release, discard, nextDue, save, pass, passes, assets
    case claimPushes, endPushes
  }

  private let store: any Store
  private let before: @Sendable (Step) async throws(StoreError) -> Void
  private let onClaim: @Sendable ([Job]) -> Void
  private let onEnd: @Sendable (Job) -> Void

  /// - Parameters:
  ///   - onClaim: told of jobs right after they were claimed.
  ///   - onEnd: told of a job right before it is ended, however.
  init(
    _ store: any Store, onClaim: @escaping @Sendable ([Job]) -> Void = { _ in },
    onEnd: @escaping @Sendable (Job) -> Void = { _ in },
    before: @escaping @Sendable (Step) async throws(StoreError) -> Void = { (_) async throws(StoreError) in }
  ) {
    self.store = store
    self.onClaim = onClaim
    self.onEnd = onEnd
    self.before = before
  }

  func accept(
    _ changes: [OrderChange], tenant: String, correlationID: String, at now: Int64
  ) async throws(StoreError) -> Int {
    try await before(.accept)
    return try await store.accept(changes, tenant: tenant, correlationID: correlationID, at: now)
  }

  func request(_ key: OrderKey, correlationID: String, at now: Int64) async throws(StoreError) -> Job {
    try await store.request(key, correlationID: correlationID, at: now)
  }

  func changes(of key: OrderKey) async throws(StoreError) -> [RecordedChange] { try await store.changes(of: key) }

  func claim(_ limit: Int, worker: String, leasedUntil: Int64, at now: Int64) async throws(StoreError) -> [Job] {
    try await before(.claim)
    let jobs = try await store.claim(limit, worker: worker, leasedUntil: leasedUntil, at: now)
    onClaim(jobs)
    return jobs
  }

  func renew(_ jobs: [Job], leasedUntil: Int64) async throws(StoreError) -> [Job] {
    try await before(.renew)
    return try await store.renew(jobs, leasedUntil: leasedUntil)
  }

  func complete(
    _ job: Job, saving file: IssuedFile, notice: String?, at now: Int64
  ) async throws(StoreError) -> [PassRecord] {
    try await before(.complete)
    onEnd(job)
    return try await store.complete(job, saving: file, notice: notice, at: now)
  }

  func retry(_ job: Job, at runAt: Int64, reason: String, now: Int64) async throws(StoreError) {
    try await before(.retry)
    onEnd(job)
    try await store.retry(job, at: runAt, reason: reason, now: now)
  }

  func release(
    _ job: Job, at runAt: Int64, isLook: Bool, reason: String?, now: Int64
  ) async throws(StoreError) {
    try await before(.release)
    onEnd(job)
    try await store.release(job, at: runAt, isLook: isLook, reason: reason, now: now)
  }

  func discard(_ job: Job, reason: String, at now: Int64) async throws(StoreError) {
    try await before(.discard)
    onEnd(job)
    try await store.discard(job, reason: reason, at: now)
  }

  func checkWriting() async throws(StoreError) { try await store.checkWriting() }

  func nextDue() async throws(StoreError) -> Int64? {
    try await before(.nextDue)
    return try await store.nextDue()
  }

  func job(_ id: Int64, tenant: String?) async throws(StoreError) -> Job? { try await store.job(id, tenant: tenant) }
  func jobs(_ filter: JobFilter) async throws(StoreError) -> [Job] { try await store.jobs(filter) }

  func replay(_ id: Int64, tenant: String?, at now: Int64) async throws(StoreError) -> Job {
    try await store.replay(id, tenant: tenant, at: now)
  }

  func discard(_ id: Int64, tenant: String?, reason: String, at now: Int64) async throws(StoreError) {
    try await store.discard(id, tenant: tenant, reason: reason, at: now)
  }

  func jobSummary(tenant: String?) async throws(StoreError) -> JobSummary {
    try await store.jobSummary(tenant: tenant)
  }

  func forget(finishedBefore time: Int64) async throws(StoreError) -> Int {
    try await store.forget(finishedBefore: time)
  }

  func file(_ number: String, tenant: String) async throws(StoreError) -> FileRecord? {
    try await store.file(number, tenant: tenant)
  }

  func save(_ file: IssuedFile, tenant: String, at now: Int64) async throws(StoreError) -> [PassRecord] {
    try await before(.save)
    return try await store.save(file, tenant: tenant, at: now)
  }

  func assets(_ digest: [UInt8]) async throws(StoreError) -> PassAssets? {
    try await before(.assets)
    return try await store.assets(digest)
  }

  func pass(serialNumber: String, tenant: String) async throws(StoreError) -> PassRecord? {
    try await before(.pass)
    return try await store.pass(serialNumber: serialNumber, tenant: tenant)
  }

  func passes(_ property: PassProperty, tenant: String) async throws(StoreError) -> [PassRecord] {
    try await before(.passes)
    return try await store.passes(property, tenant: tenant)
  }

  func passes(
    _ filter: PassFilter, tenant: String, offset: Int, limit: Int
  ) async throws(StoreError) -> PassPage {
    try await store.passes(filter, tenant: tenant, offset: offset, limit: limit)
  }

  func register(
    _ device: DeviceKey, pushToken: String, serialNumber: String, limit: Int, deviceLimit: Int, correlationID: String,
    at now: Int64
  ) async throws(StoreError) -> Registration {
    try await store.register(
      device, pushToken: pushToken, serialNumber: serialNumber, limit: limit, deviceLimit: deviceLimit,
      correlationID: correlationID, at: now)
  }

  func unregister(
    _ device: DeviceKey, serialNumber: String, correlationID: String, at now: Int64
  ) async throws(StoreError) -> Bool {
    try await store.unregister(device, serialNumber: serialNumber, correlationID: correlationID, at: now)
  }

  func updatedPasses(of device: DeviceKey, after tag: Int64?) async throws(StoreError) -> UpdatedPasses? {
    try await store.updatedPasses(of: device, after: tag)
  }

  func keep(
    _ lines: [DeviceLogLine], tenant: String, limit: Int, each: Int, at now: Int64
  ) async throws(StoreError) {
    try await store.keep(lines, tenant: tenant, limit: limit, each: each, at: now)
  }

  func claimPushes(
    _ limit: Int, worker: String, leasedUntil: Int64, at now: Int64
  ) async throws(StoreError) -> [Push] {
    try await before(.claimPushes)
    return try await store.claimPushes(limit, worker: worker, leasedUntil: leasedUntil, at: now)
  }

  func end(_ pushes: [(push: Push, ending: PushEnding)], at now: Int64) async throws(StoreError) {
    try await before(.endPushes)
    try await store.end(pushes, at: now)
  }

  func nextPushDue() async throws(StoreError) -> Int64? { try await store.nextPushDue() }

  func requestPushes(
    serialNumber: String, tenant: String, correlationID: String, at now: Int64
  ) async throws(StoreError) -> Int? {
    try await store.requestPushes(serialNumber: serialNumber, tenant: tenant, correlationID: correlationID, at: now)
  }

  func pushSummary() async throws(StoreError) -> PushSummary { try await store.pushSummary() }

  func note(_ deliveries: [Delivery]) async throws(StoreError) { try await store.note(deliveries) }

  func replayDiscardedPushes(tenant: String?, at now: Int64) async throws(StoreError) -> Int {
    try await store.replayDiscardedPushes(tenant: tenant, at: now)
  }

  func history(of serialNumber: String, tenant: String, limit: Int) async throws(StoreError) -> PassHistory? {
    try await store.history(of: serialNumber, tenant: tenant, limit: limit)
  }

  func personalize(
    serialNumber: String, tenant: String, info: String, correlationID: String, at now: Int64
  ) async throws(StoreError) -> PersonalizationOutcome {
    try await store.personalize(
      serialNumber: serialNumber, tenant: tenant, info: info, correlationID: correlationID, at: now)
  }

  func subscribe(_ subscriptions: [WebhookSubscription], tenant: String) async throws(StoreError) {
    try await store.subscribe(subscriptions, tenant: tenant)
  }

  func claimWebhooks(
    _ limit: Int, without busy: Set<Int64>, worker: String, leasedUntil: Int64, at now: Int64
  ) async throws(StoreError) -> [WebhookMessage] {
    try await store.claimWebhooks(limit, without: busy, worker: worker, leasedUntil: leasedUntil, at: now)
  }

  func end(_ messages: [(message: WebhookMessage, ending: WebhookEnding)], at now: Int64) async throws(StoreError) {
    try await store.end(messages, at: now)
  }

  func nextWebhookDue(without busy: Set<Int64>) async throws(StoreError) -> Int64? {
    try await store.nextWebhookDue(without: busy)
  }

  func webhook(_ id: Int64, tenant: String?) async throws(StoreError) -> WebhookMessage? {
    try await store.webhook(id, tenant: tenant)
  }

  func webhooks(_ filter: WebhookFilter) async throws(StoreError) -> [WebhookMessage] {
    try await store.webhooks(filter)
  }

  func replayWebhook(_ id: Int64, tenant: String?, at now: Int64) async throws(StoreError) -> WebhookMessage? {
    try await store.replayWebhook(id, tenant: tenant, at: now)
  }

  func resumeWebhooks(of endpoint: String, tenant: String, at now: Int64) async throws(StoreError) -> Bool {
    try await store.resumeWebhooks(of: endpoint, tenant: tenant, at: now)
  }

  func webhookEndpoints(tenant: String?) async throws(StoreError) -> [WebhookEndpointRecord] {
    try await store.webhookEndpoints(tenant: tenant)
  }
}

/// A gate on somebody's way: whoever comes waits until it is opened for good.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var held: [CheckedContinuation<Void, Never>] = []
    var arrivals = 0
    var watchers: [(count: Int, tell: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  /// How many have come.
  var count: Int { state.withLock { $0.arrivals } }

  func pass() async {
    await withCheckedContinuation { walker in
      let (isOpen, told) = state.withLock { state in
        state.arrivals += 1
        if !state.isOpen { state.held.append(walker) }
        let told = state.watchers.filter { $0.count <= state.arrivals }
        state.watchers.removeAll { $0.count <= state.arrivals }
        return (state.isOpen, told)
      }
      for watcher in told { watcher.tell.resume() }
      if isOpen { walker.resume() }
    }
  }

  func open() {
    let held = state.withLock { state in
      state.isOpen = true
      defer { state.held = [] }
      return state.held
    }
    for walker in held { walker.resume() }
  }

  /// Returns when so many have come, held or not.
  func arrivals(atLeast count: Int) async {
    await withCheckedContinuation { watcher in
      let isSo = state.withLock { state in
        if state.arrivals >= count { return true }
        state.watchers.append((count, watcher))
        return false
      }
      if isSo { watcher.resume() }
    }
  }
}

/// Lets others run until something has come about. It must: nothing else ends it.
func until(_ condition: () async throws -> Bool) async rethrows {
  while !(try await condition()) { await Task.yield() }
}
