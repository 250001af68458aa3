import Metrics
import PassBundle
import SecutixClient

/// What the service counts and times. Made with the service, so that a backend set up before it is used.
struct Figures: Sendable {
  private let signing = Metrics.Timer(label: "passmint_signing_duration_seconds")
  private let sealedTotal = Counter(label: "passmint_passes_sealed_total")

  func sealed(in duration: Duration) {
    signing.recordNanoseconds(duration.inNanoseconds)
    sealedTotal.increment()
  }

  func finished(_ outcome: JobOutcome) {
    Counter(label: "passmint_jobs_finished_total", dimensions: [("outcome", outcome.rawValue)]).increment()
  }

  func called(_ request: SecutixClient.RequestReport, tenant: String) {
    Counter(
      label: "passmint_secutix_calls_total",
      dimensions: [("tenant", tenant), ("method", request.method), ("outcome", request.outcome)]
    ).increment()
    Metrics.Timer(label: "passmint_secutix_call_duration_seconds", dimensions: [("method", request.method)])
      .recordNanoseconds(request.duration.inNanoseconds)
  }

  func gauge(_ label: String, _ value: Double, _ dimensions: [(String, String)] = []) {
    Gauge(label: label, dimensions: dimensions).record(value)
  }
}

extension Duration {
  fileprivate var inNanoseconds: Int64 { Int64(clamping: Int(self / .nanoseconds(1))) }

  /// Whole milliseconds.
  var inMilliseconds: Int64 { Int64(self / .milliseconds(1)) }
}

extension IssuingService {
  /// Writes down how things stand: jobs by state, the queue's age, callers that wait for the limiter, ends of
  /// certificates. For whoever is about to read the figures.
  package func recordGauges() async {
    if let summary = try? await store.jobSummary(tenant: nil) {
      for (state, count) in summary.counts {
        figures.gauge("passmint_jobs", Double(count), [("state", state.rawValue)])
      }
      let age = summary.oldestRunAt.map { max(0, clock() - $0) } ?? 0
      figures.gauge("passmint_queue_age_seconds", Double(age) / 1000)
    }
    for tenant in tenants {
      figures.gauge(
        "passmint_secutix_limiter_waiting", Double(tenant.secutix.limiter.waiting),
        [("institution", tenant.secutix.connection.institution)])
      figures.gauge(
        "passmint_certificate_expiry_timestamp_seconds", Double(tenant.identity.certificate.notAfter),
        [("tenant", tenant.id)])
    }
  }
}
