package import Logging
package import PassBundle
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
    /// How long a ticket without a barcode is waited for, and how often it is looked at.
    package var barcodeWait = Duration.seconds(48 * 3600)
    package var barcodeInterval = Duration.seconds(600)
    /// How long completed jobs are kept.
    package var keptJobs = Duration.seconds(30 * 24 * 3600)
    /// Bytes of sealed passes kept in memory.
    package var sealedBytes = 64 << 20
    /// Names this process in leases.
    package var worker = "worker"

    package init() {}
  }

  package let store: any Store
  package let settings: Settings
  let clock: @Sendable () -> Int64
  let logger: Logger
  private let known: Mutex<[String: Tenant]>

  /// - Parameter clock: milliseconds since 1970.
  package init(
    store: any Store, tenants: [Tenant], settings: Settings = Settings(), logger: Logger,
    clock: @escaping @Sendable () -> Int64
  ) {
    self.store = store
    self.settings = settings
    self.clock = clock
    self.logger = logger
    known = Mutex(Dictionary(tenants.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }))
  }

  // MARK: Tenants

  package var tenants: [Tenant] { known.withLock { Array($0.values) } }
  package func tenant(_ id: String) -> Tenant? { known.withLock { $0[id] } }

  /// Puts other tenants in place. Jobs of a tenant that is gone stay, and fail until it comes back.
  package func replaceTenants(_ tenants: [Tenant]) {
    known.withLock { $0 = Dictionary(tenants.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }) }
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
    preconditionFailure("to be built")
  }

  /// Lets idle workers look for jobs.
  package func wake() {}

  // MARK: Lookup

  /// A file as Secutix knows it now, with its passes; what is not yet issued is issued first, what changed is changed.
  ///
  /// - Throws: `IssuingError.secutix(.notFound)` when Secutix knows no such file.
  package func file(
    _ id: Int64, of tenant: Tenant, correlationID: String
  ) async throws(IssuingError) -> FileOverview {
    preconditionFailure("to be built")
  }

  /// The file of an order, by the order's secret: what a link in a mail knows. From the store when its passes are known
  /// there, else from Secutix.
  package func file(
    orderSecret: String, of tenant: Tenant, correlationID: String
  ) async throws(IssuingError) -> FileOverview {
    preconditionFailure("to be built")
  }

  // MARK: Downloads

  /// A pass, sealed. Sealed again only when its content, or the identity, has changed; the same bytes until then.
  package func archive(of record: PassRecord, of tenant: Tenant) async throws(IssuingError) -> SealedPass {
    preconditionFailure("to be built")
  }

  /// Several passes as one `.pkpasses`.
  package func archive(of records: [PassRecord], of tenant: Tenant) async throws(IssuingError) -> SealedPass {
    preconditionFailure("to be built")
  }

  // MARK: Work

  /// Works until it is cancelled or asked to stop; what it has begun by then it ends or gives back.
  public func run() async throws {
    preconditionFailure("to be built")
  }
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

  package init(fileID: String, state: String?, passes: [PassRecord], waiting: Int) {
    self.fileID = fileID
    self.state = state
    self.passes = passes
    self.waiting = waiting
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
