import Foundation
import Issuance
import JSON
import Logging
import Metrics
import SQLiteStore
import Secutix
import Server
import Testing

@Suite("Metrics")
struct MetricsTests {
  /// A metrics text as prometheus_client reads it: the value of each sample by its name and labels.
  private struct Reading {
    var values: [String: Double] = [:]
    var kinds: [String: String] = [:]
    var help: [String: String] = [:]

    init(_ metrics: PrometheusMetrics) async throws {
      let text = await metrics.text()
      #expect(text.isEmpty || text.hasSuffix("\n"))
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "metrics.py").path
      process.arguments = [ProcessInfo.processInfo.environment["PASSMINT_PYTHON"] ?? "python3", script]
      process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
      let (input, output) = (Pipe(), Pipe())
      process.standardInput = input
      process.standardOutput = output
      try process.run()
      // Python reads everything before it writes.
      try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
      try input.fileHandleForWriting.close()
      let said = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "unreadable; or is prometheus_client not installed?")
      for family in try #require(JSONValue(parsing: said).array) {
        let name = try #require(family["name"]?.stringValue)
        #expect(kinds[name] == nil, "\(name) stands twice")
        kinds[name] = family["kind"]?.stringValue
        help[name] = family["help"]?.stringValue
        for sample in family["samples"]?.array ?? [] {
          let labels = (sample["labels"]?.object?.members ?? []).map { "\($0.name)=\($0.value.stringValue ?? "")" }
          let key = ([sample["name"]?.stringValue ?? ""] + labels).joined(separator: "|")
          #expect(values[key] == nil, "\(key) stands twice")
          values[key] = Double(sample["value"]?.stringValue ?? "")
        }
      }
    }
  }

  @Test func `all kinds are read as what they are`() async throws {
    let metrics = PrometheusMetrics(help: ["calls_total": "Calls.\nBy \\ method \"x\"."])
    Counter(label: "calls_total", dimensions: [("method", "GET"), ("outcome", "ok")], factory: metrics).increment(by: 3)
    // The same series, whatever the order of its labels.
    Counter(label: "calls_total", dimensions: [("outcome", "ok"), ("method", "GET")], factory: metrics).increment()
    FloatingPointCounter(label: "bytes_total", factory: metrics).increment(by: 1.5)
    let meter = Meter(label: "active", factory: metrics)
    meter.increment(by: 3)
    meter.decrement()
    Gauge(label: "expiry", factory: metrics).record(1_795_197_902)
    let timer = Metrics.Timer(label: "duration_seconds", dimensions: [("route", "/t/{token}")], factory: metrics)
    for duration in [250_000, 250_001, 40_000_000, 60_000_000_000] as [Int64] { timer.recordNanoseconds(duration) }
    let recorder = Recorder(label: "rows", factory: metrics)
    for rows in [1, 2, 3, 5_000_000] { recorder.record(rows) }
    recorder.record(Double.nan)

    let reading = try await Reading(metrics)
    #expect(
      reading.kinds == [
        "calls": "counter", "bytes": "counter", "active": "gauge", "expiry": "gauge", "duration_seconds": "histogram",
        "rows": "histogram",
      ])
    #expect(reading.help["calls"] == "Calls.\nBy \\ method \"x\".")
    #expect(reading.values["calls_total|method=GET|outcome=ok"] == 4)
    #expect(reading.values["bytes_total"] == 1.5)
    #expect(reading.values["active"] == 2)
    #expect(reading.values["expiry"] == 1_795_197_902)
    let route = "|route=/t/{token}"
    #expect(reading.values["duration_seconds_bucket|le=0.00025\(route)"] == 1)
    #expect(reading.values["duration_seconds_bucket|le=0.0005\(route)"] == 2)
    #expect(reading.values["duration_seconds_bucket|le=0.05\(route)"] == 3)
    #expect(reading.values["duration_seconds_bucket|le=30\(route)"] == 3)
    #expect(reading.values["duration_seconds_bucket|le=+Inf\(route)"] == 4)
    #expect(reading.values["duration_seconds_count\(route)"] == 4)
    #expect(abs((reading.values["duration_seconds_sum\(route)"] ?? 0) - 60.040500001) < 1e-9)
    #expect(reading.values["rows_bucket|le=1"] == 1 && reading.values["rows_bucket|le=5"] == 3)
    #expect(reading.values["rows_count"] == 4 && reading.values["rows_sum"] == 5_000_006)
  }

  @Test func `concurrent counting loses nothing`() async throws {
    let metrics = PrometheusMetrics()
    let (tasks, times) = (8, 20_000)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<tasks {
        group.addTask {
          let meter = Meter(label: "meter", factory: metrics)
          let timer = Metrics.Timer(label: "timer", factory: metrics)
          let sum = FloatingPointCounter(label: "sum_total", factory: metrics)
          for _ in 0..<times {
            // Made anew each time, as code that counts does.
            Counter(label: "counter_total", dimensions: [("task", "\(task % 2)")], factory: metrics).increment()
            meter.increment(by: 1)
            sum.increment(by: 0.5)
            timer.recordNanoseconds(1_000_000)
          }
        }
      }
      // Reading meanwhile disturbs nobody, and every histogram is whole at every moment.
      group.addTask {
        for _ in 0..<50 {
          let text = await metrics.text()
          let infinite = text.firstMatch(of: #/timer_bucket\{le="\+Inf"\} (\d+)/#)?.1
          #expect(infinite == text.firstMatch(of: #/timer_count (\d+)/#)?.1)
        }
      }
    }
    let reading = try await Reading(metrics)
    let all = Double(tasks * times)
    #expect(reading.values["counter_total|task=0"] == all / 2 && reading.values["counter_total|task=1"] == all / 2)
    #expect(reading.values["meter"] == all && reading.values["timer_count"] == all)
    #expect(reading.values["sum_total"] == all / 2)
  }

  @Test func `threads that do nothing but count lose nothing either`() async throws {
    let metrics = PrometheusMetrics()
    let (counter, meter) = (Counter(label: "kept_total", factory: metrics), Meter(label: "level", factory: metrics))
    // Long enough that they run at the same time, however busy the machine is.
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for _ in 0..<300_000 {
        counter.increment()
        meter.increment(by: 1)
      }
    }
    let reading = try await Reading(metrics)
    #expect(reading.values == ["kept_total": 1_200_000, "level": 1_200_000])
  }

  @Test func `whatever stands in a label, the text stays readable`() async throws {
    let metrics = PrometheusMetrics()
    let values = [
      "\"", "\\", "\n", "\r\n", "\\n", "\"\u{301}", "\\\u{301}", "a\"} 1\nforged{x=\"", "{}", ",", "é", "👩‍👩‍👧", "\0", " ",
      "", "#",
      String(repeating: "é", count: 5_000),
    ]
    for value in values { Counter(label: "odd_total", dimensions: [("value", value)], factory: metrics).increment() }
    Counter(
      label: "odd names.total", dimensions: [("le", "a"), ("1st", "b"), ("tenant-id", "c"), ("__x", "d"), ("", "e")],
      factory: metrics
    ).increment()
    Counter(label: "", factory: metrics).increment()
    Counter(label: "9 lives_total", dimensions: [("same", "first"), ("same", "last")], factory: metrics).increment()
    let reading = try await Reading(metrics)
    for value in values.dropLast() {
      #expect(reading.values["odd_total|value=\(value)"] == 1, "\(value.debugDescription)")
    }
    #expect(reading.values["odd_total|value=\(String(repeating: "é", count: 100))"] == 1)
    #expect(reading.values.count == values.count + 3)
    #expect(reading.values["odd_names_total|_=e|_1st=b|label___x=d|label_le=a|tenant_id=c"] == 1)
    #expect(reading.values["_9_lives_total|same=last"] == 1)
    #expect(!reading.kinds.keys.contains("forged"))
  }

  @Test func `a label without end costs no memory`() async throws {
    let metrics = PrometheusMetrics(seriesLimit: 10)
    for number in 0..<1_000 {
      Counter(label: "orders_total", dimensions: [("order", "\(number)")], factory: metrics).increment()
    }
    let reading = try await Reading(metrics)
    #expect(reading.values.count == 11)
    #expect(reading.values["orders_total|overflow=true"] == 990)
  }

  @Test func `one name for two kinds spoils nothing`() async throws {
    let metrics = PrometheusMetrics()
    Counter(label: "thing_total", factory: metrics).increment(by: 7)
    Meter(label: "thing_total", factory: metrics).set(1)
    Metrics.Timer(label: "thing_total", dimensions: [("a", "b")], factory: metrics).recordSeconds(1)
    FloatingPointCounter(label: "thing_total", factory: metrics).increment(by: 2)
    let reading = try await Reading(metrics)
    #expect(reading.values == ["thing_total": 7])
  }

  @Test func `gauges are read when somebody asks`() async throws {
    let metrics = PrometheusMetrics(help: ["now": "Now."])
    metrics.gauge("now") {
      [.init(1, labels: [("a", "x")]), .init(2.5, labels: [("a", "y")]), .init(9, labels: [("a", "y")])]
    }
    metrics.gauge("failed") { [] }
    metrics.gauge("odd") { [.init(.nan), .init(-.infinity, labels: [("a", "b")])] }
    // What was set once under the same name is older.
    Gauge(label: "now", dimensions: [("a", "x")], factory: metrics).record(77)
    Gauge(label: "failed", factory: metrics).record(5)
    let reading = try await Reading(metrics)
    #expect(reading.values["now|a=x"] == 1 && reading.values["now|a=y"] == 2.5)
    #expect(reading.values["failed"] == 5)
    #expect(reading.values["odd"]?.isNaN == true && reading.values["odd|a=b"] == -.infinity)
    #expect(reading.help["now"] == "Now." && reading.kinds["now"] == "gauge")
  }

  @Test func `the service's gauges count its jobs`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "metrics-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try SQLiteStore(path: folder.appending(path: "passmint.sqlite").path)
    let service = IssuingService(store: store, tenants: [], logger: Logger(label: "test"), clock: { 60_000 })
    let metrics = PrometheusMetrics(help: ServiceMetrics.help)
    ServiceMetrics.register(in: metrics, for: service, clock: { 60_000 })
    let before = try await Reading(metrics)
    #expect(before.values["passmint_queue_age_seconds"] == 0)
    try await store.request(OrderKey(tenant: "theatre", order: .id(7)), correlationID: "c", at: 45_500)
    let reading = try await Reading(metrics)
    #expect(reading.values["passmint_jobs|state=available"] == 1)
    for state in JobState.allCases where state != .available {
      #expect(reading.values["passmint_jobs|state=\(state.rawValue)"] == 0)
    }
    #expect(reading.values["passmint_queue_age_seconds"] == 14.5)
    for name in ["devices", "registrations", "push_age_seconds", "pushes|state=available"] {
      #expect(reading.values["passmint_\(name)"] == 0, "\(name)")
    }
    // Without tenants there is nothing to say of them.
    #expect(reading.values.keys.allSatisfy { !$0.contains("tenant=") && !$0.contains("institution=") })
    #expect(reading.help["passmint_jobs"] == "Jobs in the store, by state.")
  }
}
