package import Issuance
package import Logging
import Metrics
import Synchronization

/// What all routes share: the service behind them, the tenants as they are configured now, and how the process stands.
package final class Front: Sendable {
  package let service: IssuingService
  package let settings: ServerSettings
  /// Nil: nothing is measured.
  let metrics: PrometheusMetrics?
  /// Where lines about requests go; nil: where those of the HTTP server go, which may be kept quieter.
  let logger: Logger?
  /// Milliseconds since 1970.
  let clock: @Sendable () -> Int64
  let webhookRate = RequestRate("webhook")
  let logRate = RequestRate("log")
  /// Of each pass.
  let registrationRate = RequestRate("registration", seconds: 3600)
  let figures = RequestFigures()
  private let tenants: Mutex<[String: ServedTenant]>
  private let isStopping = Atomic(false)

  package init(
    service: IssuingService, tenants: [ServedTenant], settings: ServerSettings, metrics: PrometheusMetrics? = nil,
    logger: Logger? = nil, clock: @escaping @Sendable () -> Int64
  ) {
    self.service = service
    self.settings = settings
    self.metrics = metrics
    self.logger = logger
    self.clock = clock
    self.tenants = Mutex(Self.table(tenants))
  }

  /// Puts other tenants in place, here and in the service. Requests that have begun end with the old ones.
  package func replaceTenants(_ tenants: [ServedTenant]) {
    service.replaceTenants(tenants.map(\.tenant))
    self.tenants.withLock { $0 = Self.table(tenants) }
  }

  /// From now on the service says that it is not ready, so that nobody sends it new requests.
  package func beginToStop() { isStopping.store(true, ordering: .relaxed) }

  var isToStop: Bool { isStopping.load(ordering: .relaxed) }

  func tenant(_ id: String) -> ServedTenant? { tenants.withLock { $0[id] } }

  private static func table(_ tenants: [ServedTenant]) -> [String: ServedTenant] {
    Dictionary(tenants.map { ($0.tenant.id, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

/// Counts and times requests. A series is looked up once and kept: its labels would cost more than the request.
final class RequestFigures: Sendable {
  private struct Name: Hashable {
    let method: String
    let route: String
    let status: Int
  }

  private let timers = Mutex<[Name: Metrics.Timer]>([:])
  private let rows = Mutex<[String: Counter]>([:])
  private let active = Meter(label: ServiceMetrics.activeRequests)
  private let activeCount = Atomic(0)

  func began() {
    active.set(activeCount.wrappingAdd(1, ordering: .relaxed).newValue)
  }

  /// - Parameter route: as it is written in the document of the interface, never the path.
  func ended(method: String, route: String, status: Int, duration: Duration) {
    active.set(activeCount.wrappingSubtract(1, ordering: .relaxed).newValue)
    let name = Name(method: method, route: route, status: status)
    let timer = timers.withLock { timers in
      if let known = timers[name] { return known }
      let new = Metrics.Timer(
        label: ServiceMetrics.requestDuration,
        dimensions: [
          ("http_request_method", method), ("http_route", route), ("http_response_status_code", "\(status)"),
        ])
      timers[name] = new
      return new
    }
    timer.recordNanoseconds(Int64(duration / .nanoseconds(1)))
  }

  func received(_ count: Int, of tenant: String) {
    let counter = rows.withLock { rows in
      if let known = rows[tenant] { return known }
      let new = Counter(label: ServiceMetrics.webhookRows, dimensions: [("tenant", tenant)])
      rows[tenant] = new
      return new
    }
    counter.increment(by: count)
  }
}
