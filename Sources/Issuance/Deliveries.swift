import Logging
import Synchronization

/// Who had which pass, on the way to the store. A download waits for no disk: what was not written when the process is
/// killed is a second of history.
final class PendingDeliveries: Sendable {
  /// More than this only gathers while the store is in trouble.
  private static let limit = 50_000
  private let pending = Mutex<[Delivery]>([])

  func add(_ delivery: Delivery) {
    pending.withLock { if $0.count < Self.limit { $0.append(delivery) } }
  }

  func takeAll() -> [Delivery] {
    pending.withLock { pending in
      defer { pending = [] }
      return pending
    }
  }

  func putBack(_ deliveries: [Delivery]) {
    pending.withLock { $0 = Array((deliveries + $0).prefix(Self.limit)) }
  }
}

extension IssuingService {
  /// Notes that somebody was handed a pass.
  ///
  /// - Parameter kind: `downloaded` or `fetched`.
  package func handedOut(_ record: PassRecord, _ kind: PassEvent.Kind, correlationID: String) {
    deliveries.add(
      Delivery(
        tenant: record.tenant, serialNumber: record.pass.serialNumber, kind: kind, updateTag: record.updateTag,
        at: clock(), correlationID: correlationID))
  }

  func noteDeliveriesNowAndThen() async {
    while !Task.isCancelled {
      do {
        try await sleep(settings.noteInterval)
      } catch {
        return
      }
      await noteDeliveries()
    }
  }

  /// Writes down at once what was handed out until now.
  package func noteDeliveries() async {
    let all = deliveries.takeAll()
    if all.isEmpty { return }
    // Once each: a pass that is downloaded a thousand times a second is written once a second.
    var latest: [String: Delivery] = [:]
    for delivery in all { latest["\(delivery.kind.rawValue) \(delivery.tenant) \(delivery.serialNumber)"] = delivery }
    do throws(StoreError) {
      try await store.note(latest.values.sorted { ($0.at, $0.serialNumber) < ($1.at, $1.serialNumber) })
    } catch {
      storeTrouble.begin(error, logger)
      deliveries.putBack(all)
    }
  }
}
