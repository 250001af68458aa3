package import Metrics
import Synchronization

/// Keeps what swift-metrics is told and writes it in the Prometheus text format
/// (https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4). No backend that writes it can be had where
/// this is built, and it is a page long.
///
/// Labels are for what there is little of: routes, states, tenants. Each metric has a bounded number of series; what comes
/// beyond is counted together, under `overflow="true"`, so that a label that turns out to be endless costs no memory.
package final class PrometheusMetrics: MetricsFactory {
  /// Of the answer that carries `text()`.
  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"
  /// Of durations, in seconds: from a signature to the slowest call.
  package static let seconds: [Double] = [
    0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
  ]
  /// Of other values that are recorded to be summed up.
  static let numbers: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000, 1_000_000]

  /// A gauge at the moment it is asked for.
  package struct Sample: Sendable {
    package let labels: [(String, String)]
    package let value: Double

    package init(_ value: Double, labels: [(String, String)] = []) {
      self.value = value
      self.labels = labels
    }
  }

  package typealias Reading = @Sendable () async -> [Sample]

  enum Series {
    case counter(CounterSeries)
    case sum(GaugeSeries)
    case gauge(GaugeSeries)
    case histogram(HistogramSeries)

    /// The word behind TYPE.
    var kind: String {
      switch self {
      case .counter, .sum: "counter"
      case .gauge: "gauge"
      case .histogram: "histogram"
      }
    }
  }

  private struct Family {
    /// By their labels as they are written.
    var series: [String: Series] = [:]
  }

  private struct State {
    var families: [String: Family] = [:]
    var readings: [String: Reading] = [:]
  }

  private let state = Mutex(State())
  private let help: [String: String]
  private let seriesLimit: Int

  /// - Parameters:
  ///   - help: a sentence for each metric, by its name.
  ///   - seriesLimit: of each metric.
  package init(help: [String: String] = [:], seriesLimit: Int = 1_000) {
    self.help = help
    self.seriesLimit = max(1, seriesLimit)
  }

  /// A gauge that is read whenever somebody asks. Of one name the last holds, and it is truer than what was set under the
  /// same name some time ago.
  package func gauge(_ name: String, read: @escaping Reading) {
    state.withLock { $0.readings[MetricText.name(name)] = read }
  }

  // MARK: Handlers

  package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    let new = CounterSeries()
    if case .counter(let known) = series(label, dimensions, or: .counter(new)) { return known }
    return new
  }

  package func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    let new = GaugeSeries()
    if case .sum(let known) = series(label, dimensions, or: .sum(new)) { return known }
    return new
  }

  package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    let new = GaugeSeries()
    if case .gauge(let known) = series(label, dimensions, or: .gauge(new)) { return known }
    return new
  }

  package func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    if aggregate {
      let new = HistogramSeries(bounds: Self.numbers)
      if case .histogram(let known) = series(label, dimensions, or: .histogram(new)) { return known }
      return new
    }
    let new = GaugeSeries()
    if case .gauge(let known) = series(label, dimensions, or: .gauge(new)) { return known }
    return new
  }

  package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    let new = HistogramSeries(bounds: Self.seconds)
    if case .histogram(let known) = series(label, dimensions, or: .histogram(new)) { return known }
    return new
  }

  // Who counts makes a counter where it counts and lets it go: the series stays.
  package func destroyCounter(_ handler: any CounterHandler) {}
  package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  package func destroyMeter(_ handler: any MeterHandler) {}
  package func destroyRecorder(_ handler: any RecorderHandler) {}
  package func destroyTimer(_ handler: any TimerHandler) {}

  /// The series of a name and labels, which may be new. A name that stands for another kind already gives what the caller
  /// cannot use, and then keeps its own to itself: one metric of two kinds would make the whole text unreadable.
  private func series(_ label: String, _ dimensions: [(String, String)], or new: Series) -> Series {
    let name = MetricText.name(label)
    let labels = MetricText.labels(dimensions)
    return state.withLock { state in
      if let known = state.families[name]?.series[labels] { return known }
      var family = state.families[name] ?? Family()
      // Taken out, so that its table is not copied.
      state.families[name] = nil
      defer { state.families[name] = family }
      if let other = family.series.first?.value, other.kind != new.kind { return other }
      if family.series.count < seriesLimit {
        family.series[labels] = new
        return new
      }
      if let overflow = family.series[MetricText.overflow] { return overflow }
      family.series[MetricText.overflow] = new
      return new
    }
  }

  // MARK: Text

  /// Everything, as of now.
  package func text() async -> String {
    let (families, readings) = state.withLock { ($0.families, $0.readings) }
    var blocks: [String: String] = [:]
    for (name, read) in readings {
      var block = MetricText.head(name, help: help[name], kind: "gauge")
      var seen: Set<String> = []
      for sample in await read() {
        let labels = MetricText.labels(sample.labels)
        if seen.insert(labels).inserted { MetricText.write(name, labels, sample.value, into: &block) }
      }
      if !seen.isEmpty { blocks[name] = block }
    }
    for (name, family) in families where blocks[name] == nil {
      guard let kind = family.series.first?.value.kind else { continue }
      var block = MetricText.head(name, help: help[name], kind: kind)
      for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
        MetricText.write(name, labels, series, into: &block)
      }
      blocks[name] = block
    }
    return blocks.sorted { $0.key < $1.key }.map(\.value).joined()
  }
}
