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
}

extension Duration {
  fileprivate var inNanoseconds: Int64 { Int64(clamping: Int(self / .nanoseconds(1))) }

  /// Whole milliseconds.
  package var inMilliseconds: Int64 {
    // Not by division, which goes through a fraction and may lose one.
    let (seconds, attoseconds) = components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }
}
