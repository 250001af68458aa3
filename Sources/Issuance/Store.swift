package import Passes
package import Secutix

/// What is remembered and what is still to do. Each method is one whole transaction: all of it is durable when it
/// returns, none of it has happened when it throws. Every store passes the tests of `StoreConformanceTests`.
///
/// A store has no clock: `now` comes in, and all times are milliseconds since 1970. A tenant sees its own alone; an
/// argument `tenant` that is nil means all of them and is for the machine's operators.
package protocol Store: Sendable {
  // MARK: Changes

  /// Writes changes down and sees to it that their orders are fetched, by the rules of <doc:Jobs>.
  ///
  /// - Returns: how many jobs were made or brought forward; zero when everything was known already.
  @discardableResult
  func accept(
    _ changes: [OrderChange], tenant: String, correlationID: String, at now: Int64
  ) async throws(StoreError) -> Int

  /// Has an order fetched without a change: the job that waits already, now due, or a new one.
  @discardableResult
  func request(_ key: OrderKey, correlationID: String, at now: Int64) async throws(StoreError) -> Job

  /// What was received of an order, oldest `lastUpdate` first, without one before all others.
  func changes(of key: OrderKey) async throws(StoreError) -> [RecordedChange]

  // MARK: Work

  /// Takes jobs that are due, those that could run first before others, and those whose lease ran out. No order is ever
  /// in two jobs that run. A job that only has another look (`release`) stands behind those that could run up to
  /// `lookPatience` later.
  func claim(
    _ limit: Int, worker: String, leasedUntil: Int64, at now: Int64
  ) async throws(StoreError) -> [Job]

  /// Lengthens leases. What is not among the jobs returned is lost to this worker, which should stop working on it.
  func renew(_ jobs: [Job], leasedUntil: Int64) async throws(StoreError) -> [Job]

  /// Ends a job with the passes it made, together.
  ///
  /// - Parameter notice: what a person should know though the work is done; becomes the job's reason.
  /// - Returns: the passes that are new or whose content changed.
  /// - Throws: `leaseLost`, and then no pass is saved.
  @discardableResult
  func complete(
    _ job: Job, saving file: IssuedFile, notice: String?, at now: Int64
  ) async throws(StoreError) -> [PassRecord]

  /// Lets a failed job wait for another attempt. If a later job of its order waits already, that one goes on alone.
  ///
  /// - Throws: `leaseLost`.
  func retry(_ job: Job, at runAt: Int64, reason: String, now: Int64) async throws(StoreError)

  /// Gives a job back that nothing was wrong with (the program stops, the limiter says wait): the attempt does not
  /// count. If a later job of its order waits already, that one goes on alone.
  ///
  /// - Parameter isLook: it comes back to have another look, though nobody told of a change.
  /// - Throws: `leaseLost`.
  func release(_ job: Job, at runAt: Int64, isLook: Bool, reason: String?, now: Int64) async throws(StoreError)

  /// Gives a job up.
  ///
  /// - Throws: `leaseLost`.
  func discard(_ job: Job, reason: String, at now: Int64) async throws(StoreError)

  /// When `claim` will next find something, which may be in the past; nil while nothing waits or runs.
  func nextDue() async throws(StoreError) -> Int64?

  /// Writes something that changes nothing: whether a change would be taken now.
  func checkWriting() async throws(StoreError)

  // MARK: Jobs, for operators

  func job(_ id: Int64, tenant: String?) async throws(StoreError) -> Job?

  /// Newest first.
  func jobs(_ filter: JobFilter) async throws(StoreError) -> [Job]

  /// Makes a job available again, its attempts forgotten; a running one is left alone.
  ///
  /// - Returns: the job that will do it: this one, or another of its order that waits already.
  /// - Throws: `unknownJob`.
  @discardableResult
  func replay(_ id: Int64, tenant: String?, at now: Int64) async throws(StoreError) -> Job

  /// Gives a waiting job up by hand; a finished one stays as it is.
  ///
  /// - Throws: `unknownJob`, `jobIsRunning`.
  func discard(_ id: Int64, tenant: String?, reason: String, at now: Int64) async throws(StoreError)

  func jobSummary(tenant: String?) async throws(StoreError) -> JobSummary

  /// Forgets jobs completed, and changes received last, before a time. What is discarded or still to do stays, and so does
  /// what is known of each order's newest update. Shared files that no pass has any more go as well; so do outgoing
  /// webhooks that ended before, or that wait for an endpoint that is switched off.
  ///
  /// - Returns: how many jobs were forgotten.
  @discardableResult
  func forget(finishedBefore time: Int64) async throws(StoreError) -> Int

  // MARK: Passes

  /// Saves what a reading of a file made, outside a job.
  ///
  /// If the file was read later already, nothing is saved: what that reading did not issue, because it was undone,
  /// must not come to life again. What was read later than `now` was read before the clock was set back, and gives
  /// way. A pass read earlier (`asOf`) than the one that is there is left out. One whose `contentDigest` is the same
  /// keeps its `updateTag` and `changedAt`.
  /// - Returns: the passes that are new or whose content changed.
  @discardableResult
  func save(_ file: IssuedFile, tenant: String, at now: Int64) async throws(StoreError) -> [PassRecord]

  /// What is known of a file as a whole; nil when it was never read, or long ago and nothing of it is to come.
  ///
  /// - Parameter number: of the file.
  func file(_ number: String, tenant: String) async throws(StoreError) -> FileRecord?

  /// The files that passes with this `assetsDigest` share, as they were saved with the first of them; nil when there are
  /// none.
  func assets(_ digest: [UInt8]) async throws(StoreError) -> PassAssets?

  func pass(serialNumber: String, tenant: String) async throws(StoreError) -> PassRecord?

  /// All passes that have this value, in the order in which they were made.
  func passes(_ property: PassProperty, tenant: String) async throws(StoreError) -> [PassRecord]

  func passes(
    _ filter: PassFilter, tenant: String, offset: Int, limit: Int
  ) async throws(StoreError) -> PassPage

  /// Keeps what a holder entered into a pass's form. The pass changes by it: it is listed and pushed.
  ///
  /// - Parameter info: as in `Personalization`.
  func personalize(
    serialNumber: String, tenant: String, info: String, correlationID: String, at now: Int64
  ) async throws(StoreError) -> PersonalizationOutcome

  // MARK: Devices

  /// Registers a device for a pass. The token counts for all passes of the device. A device that registers is told of the
  /// pass with its next list, for nobody knows which content it has. Unless there has only ever been one content and
  /// somebody was handed it, the device is pushed as well; by the rules of <doc:Pushes>, also when it registers again.
  ///
  /// - Parameters:
  ///   - limit: how many passes a device may have.
  ///   - deviceLimit: how many devices a pass may be on.
  func register(
    _ device: DeviceKey, pushToken: String, serialNumber: String, limit: Int, deviceLimit: Int, correlationID: String,
    at now: Int64
  ) async throws(StoreError) -> Registration

  /// Takes a registration back, and with its last one the device.
  ///
  /// - Returns: whether there was one.
  func unregister(
    _ device: DeviceKey, serialNumber: String, correlationID: String, at now: Int64
  ) async throws(StoreError) -> Bool

  /// The passes of a device that changed after a tag; nil when there are none.
  ///
  /// - Parameter tag: of an answer before; nil for all passes. One that was never given out counts as nil.
  func updatedPasses(of device: DeviceKey, after tag: Int64?) async throws(StoreError) -> UpdatedPasses?

  /// Keeps what phones wrote; the oldest lines go.
  ///
  /// - Parameters:
  ///   - limit: how many lines of a tenant are kept.
  ///   - each: how many of those may be about the same pass; about no pass that there is, but the same device; about
  ///     neither.
  func keep(
    _ lines: [DeviceLogLine], tenant: String, limit: Int, each: Int, at now: Int64
  ) async throws(StoreError)

  // MARK: Pushes

  /// Takes pushes that are due, and those whose lease ran out.
  func claimPushes(
    _ limit: Int, worker: String, leasedUntil: Int64, at now: Int64
  ) async throws(StoreError) -> [Push]

  /// Ends pushes, all together. What is no longer this worker's is left alone.
  func end(_ pushes: [(push: Push, ending: PushEnding)], at now: Int64) async throws(StoreError)

  /// When `claimPushes` will next find something, which may be in the past; nil while nothing waits or runs.
  func nextPushDue() async throws(StoreError) -> Int64?

  /// Has all devices of a pass pushed, and lists it to them as changed.
  ///
  /// - Returns: how many devices; nil when there is no such pass.
  func requestPushes(
    serialNumber: String, tenant: String, correlationID: String, at now: Int64
  ) async throws(StoreError) -> Int?

  /// Makes all pushes that were given up due again, their attempts forgotten.
  ///
  /// - Returns: how many.
  func replayDiscardedPushes(tenant: String?, at now: Int64) async throws(StoreError) -> Int

  func pushSummary() async throws(StoreError) -> PushSummary

  // MARK: Outgoing webhooks

  /// Takes over which addresses a tenant's events are sent to. One that is no longer among them gets nothing new, and what
  /// waits for it waits; one that has another address than before is no longer paused or switched off.
  func subscribe(_ subscriptions: [WebhookSubscription], tenant: String) async throws(StoreError)

  /// Takes messages that are due, oldest first, and those whose lease ran out; of an endpoint whose last attempt failed only
  /// one.
  ///
  /// - Parameters:
  ///   - limit: of each endpoint.
  ///   - busy: endpoints that are left alone, by their numbers.
  func claimWebhooks(
    _ limit: Int, without busy: Set<Int64>, worker: String, leasedUntil: Int64, at now: Int64
  ) async throws(StoreError) -> [WebhookMessage]

  /// Ends attempts, all together. What is no longer this worker's is left alone.
  func end(_ messages: [(message: WebhookMessage, ending: WebhookEnding)], at now: Int64) async throws(StoreError)

  /// When `claimWebhooks` will next find something, which may be in the past; nil while nothing waits or runs.
  func nextWebhookDue(without busy: Set<Int64>) async throws(StoreError) -> Int64?

  func webhook(_ id: Int64, tenant: String?) async throws(StoreError) -> WebhookMessage?

  /// Newest first.
  func webhooks(_ filter: WebhookFilter) async throws(StoreError) -> [WebhookMessage]

  /// Has a message sent again, its attempts forgotten, whether it was delivered or given up; one that is under way is left
  /// alone.
  ///
  /// - Returns: nil when there is no such message.
  @discardableResult
  func replayWebhook(_ id: Int64, tenant: String?, at now: Int64) async throws(StoreError) -> WebhookMessage?

  /// Has an endpoint tried again at once that is paused or switched off, with everything that waits for it.
  ///
  /// - Returns: whether there is one.
  func resumeWebhooks(of endpoint: String, tenant: String, at now: Int64) async throws(StoreError) -> Bool

  /// In the order of their names; of all tenants without one.
  func webhookEndpoints(tenant: String?) async throws(StoreError) -> [WebhookEndpointRecord]

  // MARK: History

  /// Writes down who had what.
  func note(_ deliveries: [Delivery]) async throws(StoreError)

  /// What happened to a pass; nil when there is no such pass.
  ///
  /// - Parameter limit: of events and of lines, the newest; and of devices.
  func history(of serialNumber: String, tenant: String, limit: Int) async throws(StoreError) -> PassHistory?
}

/// For how long jobs that only have another look let others go first, in milliseconds.
package let lookPatience: Int64 = 3_600_000

/// What passes are looked up by.
package enum PassProperty: Sendable, Hashable {
  /// The order's number.
  case order(String)
  /// The order's secret id.
  case orderSecret(String)
  /// The file's number.
  case file(String)
  case movement(String)
}

extension Store {
  package func release(_ job: Job, at runAt: Int64, reason: String?, now: Int64) async throws(StoreError) {
    try await release(job, at: runAt, isLook: false, reason: reason, now: now)
  }

  /// Passes alone: nothing is said of their file, and their shared files are there already.
  @discardableResult
  package func complete(
    _ job: Job, saving passes: [IssuedPass], at now: Int64
  ) async throws(StoreError) -> [PassRecord] {
    try await complete(job, saving: IssuedFile(passes: passes), notice: nil, at: now)
  }

  @discardableResult
  package func save(_ passes: [IssuedPass], tenant: String, at now: Int64) async throws(StoreError) -> [PassRecord] {
    try await save(IssuedFile(passes: passes), tenant: tenant, at: now)
  }
}
