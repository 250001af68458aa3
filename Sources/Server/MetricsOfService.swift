package import Issuance
import PassBundle
import SecutixClient

/// What the service measures, by name. Durations are in seconds, moments in seconds since 1970.
package enum ServiceMetrics {
  /// Seconds a request took, from its head to its answer's head: `method`, `route`, `status`.
  package static let requestDuration = "http_server_request_duration_seconds"
  package static let activeRequests = "http_server_active_requests"
  package static let webhookRows = "passmint_webhook_rows_total"

  static let jobs = "passmint_jobs"
  static let pushes = "passmint_pushes"
  static let pushAge = "passmint_push_age_seconds"
  static let pushRefused = "passmint_push_refused"
  static let pushUnreachable = "passmint_push_unreachable"
  static let devices = "passmint_devices"
  static let registrations = "passmint_registrations"
  static let webhooks = "passmint_webhooks"
  static let webhookAge = "passmint_webhook_age_seconds"
  static let webhookDisabled = "passmint_webhook_disabled"
  static let queueAge = "passmint_queue_age_seconds"
  static let limiterWaiting = "passmint_secutix_limiter_waiting"
  static let certificateExpiry = "passmint_certificate_expiry_timestamp_seconds"

  /// The sentence of each.
  package static let help: [String: String] = [
    requestDuration: "Duration of HTTP requests, by method, route and status.",
    activeRequests: "HTTP requests that are being answered.",
    webhookRows: "Changed tickets that webhooks brought, by tenant.",
    jobs: "Jobs in the store, by state.",
    queueAge: "How long the oldest job that could run has waited; 0 when none has.",
    limiterWaiting: "Secutix calls that wait for the institution's rate limit.",
    certificateExpiry: "When the pass certificate of a tenant ends; nothing can be signed behind that.",
    pushes: "Pushes in the store, by state.",
    pushAge: "How long the oldest push that could go has waited; 0 when none has.",
    pushRefused: "1 while Apple refuses a tenant's pushes: its certificate or topic has to be looked at.",
    pushUnreachable: "1 while no connection to APNs can be made for a tenant: its pushes wait.",
    devices: "Phones that have passes.",
    registrations: "Passes on phones.",
    webhooks: "Outgoing webhooks in the store, by tenant, endpoint and state.",
    webhookAge:
      "How long the oldest outgoing webhook that could go has waited, by tenant and endpoint; 0 when none has.",
    webhookDisabled: "1 while nothing is sent to an endpoint, since it answered 410.",
    "passmint_webhooks_total": "Outgoing webhooks that were tried, by tenant, endpoint and outcome.",
    "passmint_pushes_total": "Pushes that were tried, by tenant and outcome.",
    "passmint_jobs_finished_total": "Jobs that ended, by outcome.",
    "passmint_secutix_calls_total": "Calls to Secutix, by tenant, method and outcome.",
    "passmint_secutix_call_duration_seconds": "Duration of calls to Secutix, by method.",
    "passmint_signing_duration_seconds": "Time to compose, sign and pack a pass.",
    "passmint_passes_sealed_total": "Passes signed.",
  ]

  /// Adds what is read when somebody asks.
  ///
  /// - Parameter clock: milliseconds since 1970.
  package static func register(
    in metrics: PrometheusMetrics, for service: IssuingService, clock: @escaping @Sendable () -> Int64
  ) {
    metrics.gauge(jobs) {
      guard let summary = try? await service.store.jobSummary(tenant: nil) else { return [] }
      return JobState.allCases.map { state in
        .init(Double(summary.counts[state] ?? 0), labels: [("state", state.rawValue)])
      }
    }
    metrics.gauge(queueAge) {
      // A store that cannot say is not one with an empty queue.
      guard let summary = try? await service.store.jobSummary(tenant: nil) else { return [] }
      let waited = summary.oldestRunAt.map { max(0, clock() - $0) } ?? 0
      return [.init(Double(waited) / 1000)]
    }
    metrics.gauge(pushes) {
      guard let summary = try? await service.store.pushSummary() else { return [] }
      return JobState.allCases.filter { $0 != .completed }.map { state in
        .init(Double(summary.counts[state] ?? 0), labels: [("state", state.rawValue)])
      }
    }
    metrics.gauge(pushAge) {
      guard let summary = try? await service.store.pushSummary() else { return [] }
      return [.init(Double(summary.oldestRunAt.map { max(0, clock() - $0) } ?? 0) / 1000)]
    }
    metrics.gauge(devices) {
      (try? await service.store.pushSummary()).map { [.init(Double($0.devices))] } ?? []
    }
    metrics.gauge(registrations) {
      (try? await service.store.pushSummary()).map { [.init(Double($0.registrations))] } ?? []
    }
    metrics.gauge(pushRefused) {
      let refused = service.tenantsRefusedPushes
      return service.tenants.map { tenant in
        .init(refused.contains(tenant.id) ? 1 : 0, labels: [("tenant", tenant.id)])
      }
    }
    metrics.gauge(pushUnreachable) {
      let cutOff = service.tenantsWithoutConnection
      return service.tenants.map { tenant in
        .init(cutOff.contains(tenant.id) ? 1 : 0, labels: [("tenant", tenant.id)])
      }
    }
    metrics.gauge(webhooks) {
      await endpoints(service).flatMap { endpoint in
        JobState.allCases.map { state in
          .init(Double(endpoint.counts[state] ?? 0), labels: labels(endpoint) + [("state", state.rawValue)])
        }
      }
    }
    metrics.gauge(webhookAge) {
      await endpoints(service).map { endpoint in
        .init(Double(endpoint.oldestRunAt.map { max(0, clock() - $0) } ?? 0) / 1000, labels: labels(endpoint))
      }
    }
    metrics.gauge(webhookDisabled) {
      await endpoints(service).map { .init($0.disabledAt == nil ? 0 : 1, labels: labels($0)) }
    }
    metrics.gauge(limiterWaiting) {
      // Tenants of one institution share its limiter.
      service.tenants.sorted { $0.id < $1.id }.map { tenant in
        .init(Double(tenant.secutix.limiter.waiting), labels: [("institution", tenant.secutix.connection.institution)])
      }
    }
    metrics.gauge(certificateExpiry) {
      service.tenants.map { tenant in
        .init(Double(tenant.identity.certificate.notAfter), labels: [("tenant", tenant.id)])
      }
    }
  }

  private static func endpoints(_ service: IssuingService) async -> [WebhookEndpointRecord] {
    ((try? await service.store.webhookEndpoints(tenant: nil)) ?? []).filter(\.isConfigured)
  }

  private static func labels(_ endpoint: WebhookEndpointRecord) -> [(String, String)] {
    [("tenant", endpoint.tenant), ("endpoint", endpoint.name)]
  }
}
