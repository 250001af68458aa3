import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOHTTP1
import PassBundle
import Sandbox

/// The service as operators run it, under the load that `wrk` makes with 64 connections: webhooks that are durable,
/// downloads, and beside them the same server's empty route.
struct ServiceBench {
  struct Load {
    var rate = 0.0
    /// Milliseconds.
    var median = 0.0
    var p99 = 0.0
    var errors = 0
    var requests = 0
  }

  struct Figures {
    var empty: [Load] = []
    var webhooks: [Load] = []
    var downloads: [Load] = []
    var unchanged: [Load] = []
    /// SQLite's own, one row a commit.
    var commits: [Double] = []
    var sealed = 0
    var webhookCount = 0
    /// Kilobytes after ten thousand webhooks, and after the last.
    var memory: (early: Int, late: Int) = (0, 0)
  }

  let scratch: Scratch
  let program: String
  let store: StoreBench
  static let rounds = 7
  static let webhooks = 100_000
  static let apiKey = "pm_bench_" + String(repeating: "k", count: 43)

  func measure() async throws -> Figures {
    let house = SandboxHouse.theatre
    let secutix = SandboxSecutix(house)
    let sale = try await secutix.sell(count: 1)
    let (scratch, program, store) = (scratch, program, store)
    return try await secutix.serve { url in
      let service = try await RunningService(
        program: program, configuration: try Self.configuration(try scratch.newFolder(), house, url),
        apiKey: Self.apiKey)
      defer { service.stop() }
      let addresses = try await service.lookUp(file: sale.file)
      return try await Self.measure(service, addresses, store, scratch)
    }
  }

  private static func measure(
    _ service: RunningService, _ download: String, _ store: StoreBench, _ scratch: Scratch
  ) async throws -> Figures {
    var figures = Figures()
    let scripts = try scratch.scripts()
    let empty = "\(service.url)/livez"
    let webhook = "\(service.url)/api/bench/webhooks/listeners/secutix/orders"
    let date = try await service.lastModified(of: download)
    let sealedBefore = try await service.metric("passmint_passes_sealed_total")
    for round in 0...rounds {
      let idle = try Wrk.run(scripts.plain, empty)
      let rows = try Wrk.run(scripts.webhook, webhook, arguments: [String(format: "%08x", round)])
      let whole = try Wrk.run(scripts.plain, download)
      let unchanged = try Wrk.run(scripts.plain, download, header: "If-Modified-Since: \(date)")
      let commits = try await store.commitOneByOne(round: 1000 + round)
      figures.webhookCount += rows.requests
      if round == 0 { continue }
      figures.empty.append(idle)
      figures.webhooks.append(rows)
      figures.downloads.append(whole)
      figures.unchanged.append(unchanged)
      figures.commits.append(commits)
    }
    figures.sealed = try await service.metric("passmint_passes_sealed_total") - sealedBefore
    figures.memory.early = service.residentKilobytes
    let early = figures.webhookCount
    var round = rounds
    while figures.webhookCount < early + webhooks {
      round += 1
      figures.webhookCount += try Wrk.run(scripts.webhook, webhook, arguments: [String(format: "%08x", round)]).requests
    }
    figures.memory.late = service.residentKilobytes
    return figures
  }

  /// The secret that serial numbers' tokens are made with.
  static let passSecret = "a secret of the bench, long enough"

  /// Writes the configuration of a tenant `bench` into a folder; its store is `store.sqlite` there.
  ///
  /// - Parameter push: what stands under `push`; nil: the usual.
  static func configuration(
    _ folder: String, _ house: SandboxHouse, _ url: String, push: String? = nil
  ) throws -> String {
    _ = try ExampleCertificates.write(to: "\(folder)/identity", now: Int64(Date().timeIntervalSince1970))
    try Data(house.secret.utf8).write(to: URL(filePath: "\(folder)/secutix.secret"))
    try Data(passSecret.utf8).write(to: URL(filePath: "\(folder)/passes.secret"))
    let templates = URL(filePath: "templates").path
    let hash = Digest.hex(Digest.sha256(Array(apiKey.utf8)))
    let yaml = """
      listen: 127.0.0.1:0
      public_url: http://127.0.0.1
      store: store.sqlite
      log: {level: warning}\(push.map { "\npush: \($0)" } ?? "")
      tenants:
        bench:
          name: Bench
          secutix:
            url: \(url)
            operator: \(house.operatorCode)
            institution: \(house.institution)
            partner: \(house.partner)
            secret: {file: secutix.secret}
          time_zone: Europe/Paris
          currency: EUR
          identity: {path: identity}
          secret: {file: passes.secret}
          templates: {folder: \(templates), default: concert}
          webhook: {requests_per_minute: 100000000}
          keys:
            - {name: bench, prefix: pm_bench, sha256: \(hash), scopes: [Secutix.Read, Pass.Read]}
      """
    let path = "\(folder)/passmint.yaml"
    try Data(yaml.utf8).write(to: URL(filePath: path))
    return path
  }

  static func report(_ figures: Figures) {
    func line(_ name: String, _ loads: [Load]) {
      let rate = Interleaved.median(loads.map(\.rate))
      let ratio = Interleaved.median(zip(loads, figures.empty).map { $0.rate / $1.rate })
      let commits = Interleaved.median(zip(loads, figures.commits).map { $0.rate / $1 })
      print(
        name.padding(toLength: 34, withPad: " ", startingAt: 0)
          + String(
            format: "%9.0f %9.2f %11.2f %9.1f %9.1f ms", rate, ratio, commits,
            Interleaved.median(loads.map(\.median)), Interleaved.median(loads.map(\.p99))))
    }
    print("")
    print("passmintd, 64 connections                /s   ÷ empty   ÷ commits       p50       p99")
    line("the empty route", figures.empty)
    line("durable webhook", figures.webhooks)
    line("download of a pass", figures.downloads)
    line("the same, not changed (304)", figures.unchanged)
    print(String(format: "SQLite, one row a commit          %9.0f", Interleaved.median(figures.commits)))
    let requests = figures.downloads.reduce(0) { $0 + $1.requests } + figures.unchanged.reduce(0) { $0 + $1.requests }
    let errors = (figures.empty + figures.webhooks + figures.downloads + figures.unchanged).reduce(0) { $0 + $1.errors }
    print("signatures for \(requests) downloads: \(figures.sealed); requests that failed: \(errors)")
    print(
      String(
        format: "memory, after the rounds %.1f MB, after %d webhooks %.1f MB (%.2f times)",
        Double(figures.memory.early) / 1024, figures.webhookCount, Double(figures.memory.late) / 1024,
        Double(figures.memory.late) / Double(max(1, figures.memory.early))))
  }
}

/// `passmintd serve` as a process of its own.
final class RunningService {
  let url: String
  private let apiKey: String
  private let process = Process()

  struct Failed: Error {
    let what: String
  }

  init(program: String, configuration: String, apiKey: String) async throws {
    self.apiKey = apiKey
    process.executableURL = URL(filePath: program)
    process.arguments = ["serve", "--config", configuration, "--port-file", "\(configuration).port"]
    process.standardOutput = FileHandle.nullDevice
    // The orders of its webhooks are made up, and it says so of each.
    process.standardError = FileHandle.nullDevice
    try process.run()
    var port = ""
    for _ in 0..<1000 where port.isEmpty {
      port = (try? String(contentsOfFile: "\(configuration).port", encoding: .utf8)) ?? ""
      try await Task.sleep(for: .milliseconds(20))
      if !process.isRunning { throw Failed(what: "passmintd ended at once") }
    }
    url = "http://127.0.0.1:\(port.trimmingCharacters(in: .whitespacesAndNewlines))"
  }

  func stop() {
    process.terminate()
    process.waitUntilExit()
  }

  /// The address of the download of a file's first pass.
  func lookUp(file: Int64) async throws -> String {
    var request = HTTPClientRequest(url: "\(url)/api/bench/external/secutix/orders/getTicketsUrl/\(file)")
    request.headers.add(name: "X-API-KEY", value: apiKey)
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
    let body = try await response.body.collect(upTo: 1 << 20)
    let answer = try JSONValue(parsing: Array(body.readableBytesView))
    guard let bundle = answer["tickets"]?.array?.first?["bundleUrl"]?.stringValue,
      let path = URL(string: bundle)?.path
    else { throw Failed(what: "the lookup answered \(response.status.code)") }
    return url + path
  }

  func lastModified(of address: String) async throws -> String {
    let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: address), timeout: .seconds(30))
    guard let date = response.headers.first(name: "Last-Modified") else {
      throw Failed(what: "the download answered \(response.status.code)")
    }
    return date
  }

  func metric(_ name: String) async throws -> Int {
    let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: "\(url)/metrics"), timeout: .seconds(30))
    let text = String(buffer: try await response.body.collect(upTo: 4 << 20))
    return text.split(separator: "\n").filter { $0.hasPrefix(name) }
      .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0) { $0 + Int($1) }
  }

  var residentKilobytes: Int { Scratch.kilobytes("VmRSS", of: process.processIdentifier) }
  /// The most it ever had.
  var peakKilobytes: Int { Scratch.kilobytes("VmHWM", of: process.processIdentifier) }

  /// On all cores, since it began.
  var processorSeconds: Double {
    let line = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
    // The name in brackets may hold blanks; user and system time are the twelfth and thirteenth after it.
    let figures = line.split(separator: ")").last?.split(separator: " ").dropFirst(11).prefix(2) ?? []
    return figures.compactMap { Double($0) }.reduce(0, +) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}

/// One run of Debian's `wrk`.
enum Wrk {
  static func run(
    _ script: String, _ address: String, header: String? = nil, arguments: [String] = []
  ) throws -> ServiceBench.Load {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      ["wrk", "-t1", "-c64", "-d1s", "-s", script] + (header.map { ["-H", $0] } ?? []) + [address, "--"] + arguments
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let line = text.split(separator: "\n").first { $0.hasPrefix("figures ") }
    let figures = line?.split(separator: " ").dropFirst().compactMap { Double($0) } ?? []
    guard figures.count == 5 else { throw RunningService.Failed(what: "wrk said \(text)") }
    return ServiceBench.Load(
      rate: figures[0] / figures[1] * 1e6, median: figures[2] / 1000, p99: figures[3] / 1000, errors: Int(figures[4]),
      requests: Int(figures[0]))
  }
}
