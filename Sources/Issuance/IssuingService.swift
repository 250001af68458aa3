package import Logging
package import PassBundle
import Passes
package import Secutix
package import SecutixClient
public import ServiceLifecycle
import Synchronization

/// The service without its fronts: takes changes in, works off jobs, knows tenants, hands out sealed passes.
public final class IssuingService: Service {
  package struct Settings: Sendable {
    /// Orders fetched at once.
    package var concurrency = 16
    package var backoff = Backoff()
    /// How long a job is a worker's without a word from it.
    package var lease = Duration.seconds(120)
    /// How long a ticket without a barcode is waited for, and the shortest and the longest time between two looks at it.
    package var barcodeWait = Duration.seconds(48 * 3600)
    package var barcodeInterval = Duration.seconds(600)
    package var longestBarcodeInterval = Duration.seconds(4 * 3600)
    /// How long completed jobs are kept, and how often it is looked for those to forget.
    package var keptJobs = Duration.seconds(30 * 24 * 3600)
    package var forgetInterval = Duration.seconds(3600)
    /// What a service that is asked to stop gives its jobs to end by themselves.
    package var grace = Duration.seconds(20)
    /// Jobs that another process wrote down are found after this at the latest.
    package var longestSleep = Duration.seconds(5)
    /// Between two attempts at a store that fails.
    package var storePause = Duration.seconds(2)
    /// For how long a lookup by an order's secret is answered as it was the last time.
    package var lookupPause = Duration.seconds(30)
    /// How many calls may wait for the institution's limit before what somebody only looks at is put off.
    package var lookupsWaiting = 50
    /// For how long what was read of an order is good for a lookup by its secret, while no change of it is known.
    package var freshness = Duration.seconds(600)
    /// Bytes of sealed passes kept in memory.
    package var sealedBytes = 64 << 20
    /// Bytes of files that passes share, kept in memory.
    package var assetBytes = 64 << 20
    /// Pushes that a lane has under way at once, and how many lanes there are.
    package var pushesAtOnce = 200
    package var pushLanes = 3
    /// Of pushes that were tried and failed: in the mean a day passes before one is given up.
    package var pushBackoff = Backoff(base: 2_000, cap: 7_200_000, limit: 36)
    /// For how long a tenant is not pushed for after its certificate was refused. While no connection can be made it is
    /// the longest pause between two attempts, the first of which is `outagePause`.
    package var pushPause = Duration.seconds(300)
    package var outagePause = Duration.seconds(5)
    /// How often it is written down who had which pass.
    package var noteInterval = Duration.seconds(1)
    /// Names this process in leases.
    package var worker = "worker"

    package init() {}
  }

  struct Known: Sendable {
    let tenants: [String: Tenant]
    let marks: [[UInt8]: String]

    init(_ tenants: [Tenant]) {
      self.tenants = Dictionary(tenants.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      marks = Dictionary(
        tenants.map { (DownloadToken.mark(of: $0.keys.tenant), $0.id) }, uniquingKeysWith: { first, _ in first })
    }
  }

  package let store: any Store
  package let settings: Settings
  /// Milliseconds since 1970.
  package let clock: @Sendable () -> Int64
  let sleep: @Sendable (Duration) async throws -> Void
  let logger: Logger
  let known: Mutex<Known>
  let wakeSignal = WakeSignal()
  let pushState: PushState
  /// Set when there may be something to tell tenants' endpoints.
  package let webhookSignal = WakeSignal()
  let deliveries = PendingDeliveries()
  let storeTrouble = StoreTrouble()
  let figures = Figures()
  let salesPoints = SalesPoints()
  let assetDigests = AssetDigests()
  let threads = SealingThreads()
  let sealed: BoundedCache<SealedKey, SealedPass>
  let sealings = SharedWork<SealedKey, Result<SealedPass, IssuingError>>()
  let assets: BoundedCache<[UInt8], PassAssets>
  let assetReadings = SharedWork<[UInt8], Result<PassAssets?, IssuingError>>()
  let answers = BoundedCache<LookupKey, Answered>(limit: 10_000)
  /// When Secutix said last that it knows no such order.
  let misses = BoundedCache<LookupKey, Int64>(limit: 10_000)
  let lookups = SharedWork<LookupKey, Result<FileOverview, IssuingError>>()
  /// Lookups of orders that nobody told of.
  let strangers = TokenBuckets()

  /// - Parameters:
  ///   - clock: milliseconds since 1970.
  ///   - sleep: lets that much time pass on the same clock.
  package init(
    store: any Store, tenants: [Tenant], settings: Settings = Settings(), logger: Logger,
    clock: @escaping @Sendable () -> Int64,
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.store = store
    self.settings = settings
    self.clock = clock
    self.sleep = sleep
    self.logger = logger
    known = Mutex(Known(tenants))
    pushState = PushState(lanes: settings.pushLanes)
    sealed = BoundedCache(limit: settings.sealedBytes)
    assets = BoundedCache(limit: settings.assetBytes)
  }

  // MARK: Tenants

  package var tenants: [Tenant] { known.withLock { Array($0.tenants.values) } }
  package func tenant(_ id: String) -> Tenant? { known.withLock { $0.tenants[id] } }

  /// Puts other tenants in place. Jobs of a tenant that is gone wait until it comes back.
  package func replaceTenants(_ tenants: [Tenant]) {
    known.withLock { $0 = Known(tenants) }
    // Perhaps somebody has mended a certificate.
    pushState.pauses.withLock { $0 = [:] }
    pushState.outages.withLock { $0 = [:] }
    wake()
    wakePushes()
  }

  // MARK: Changes

  /// Writes changes down; when it returns they are durable and their jobs are on the way.
  package func receive(_ changes: [OrderChange], of tenant: Tenant, correlationID: String) async throws(StoreError) {
    try await store.accept(changes, tenant: tenant.id, correlationID: correlationID, at: clock())
    wake()
  }

  /// Has the order of a pass fetched again, soon.
  ///
  /// - Throws: `IssuingError.noOrder` when the pass knows no order to ask for.
  package func refresh(
    _ record: PassRecord, of tenant: Tenant, correlationID: String
  ) async throws(IssuingError) -> Job {
    let order: OrderChange.Order
    if let secret = record.pass.orderSecret, !secret.isEmpty {
      order = .secretToken(secret)
    } else if let id = record.pass.order.flatMap({ Int64($0) }) {
      order = .id(id)
    } else {
      throw .noOrder
    }
    let job = try await stored { () async throws(StoreError) in
      try await self.store.request(
        OrderKey(tenant: tenant.id, order: order), correlationID: correlationID, at: self.clock())
    }
    wake()
    return job
  }

  /// Lets idle workers look for jobs.
  package func wake() { wakeSignal.set() }
}

/// A file and its passes.
package struct FileOverview: Sendable {
  package let fileID: String
  /// Secutix's word for it, as it stands.
  package let state: String?
  /// In the order in which they were made; voided ones too.
  package let passes: [PassRecord]
  /// Tickets sold but not yet printed: they have no pass yet.
  package let waiting: Int
  /// Tickets that nobody could make a pass of; the log says why.
  package let refused: Int

  package init(fileID: String, state: String?, passes: [PassRecord], waiting: Int, refused: Int) {
    self.fileID = fileID
    self.state = state
    self.passes = passes
    self.waiting = waiting
    self.refused = refused
  }
}

/// The bytes of a download.
package struct SealedPass: Sendable, Hashable {
  package let bytes: [UInt8]
  /// When its content changed last, in milliseconds since 1970.
  package let changedAt: Int64

  package init(bytes: [UInt8], changedAt: Int64) {
    self.bytes = bytes
    self.changedAt = changedAt
  }
}

/// Why the service could not do what it was asked.
package enum IssuingError: Error, Sendable {
  case store(StoreError)
  case secutix(SecutixError)
  case sealing(SealingError)
  /// The pass knows no order that Secutix could be asked for.
  case noOrder
  /// The tenant's certificate has ended: `notAfter`, seconds since 1970.
  case certificateEnded(notAfter: Int64)
  /// Some tickets of the file can become no pass; what they say is in the log.
  case tickets(String)
}
