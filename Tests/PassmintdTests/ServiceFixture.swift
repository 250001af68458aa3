import AsyncHTTPClient
import Authorization
import Foundation
import JSON
import NIOCore
import NIOHTTP1
import PassBundle
import Sandbox
import Testing

/// Everything that `passmintd serve` stands on: a Secutix that answers, and a folder with a configuration and all that it
/// names.
struct ServiceFixture: Sendable {
  /// What a service is to be like.
  struct Plan: Sendable {
    /// By their ids. All of them ask the same house.
    var tenants = ["theatre"]
    var logLevel = "info"
    /// Members of the configuration's top level, such as `shutdown: {delay: 1}`.
    var more: [String] = []
    /// Seconds a call of Secutix may take.
    var timeout = 10
    /// Orders fetched at once.
    var workers = 16
    var seed: UInt64 = 1
    var template = "concert"
    /// Where it listens, and what addresses in answers begin with; nil: behind a proxy of another name.
    var port: Int?
    /// Besides those that the configuration names, by their path in its folder.
    var files: [String: String] = [:]
    /// Of every tenant, a line each.
    var tenantMembers: [String] = []
  }

  /// What buyers' addresses begin with: another name than where the service listens, as behind a proxy.
  static let publicURL = "https://passes.example.org"

  let plan: Plan
  let folder: ConfigurationFolder
  let sandbox: SandboxSecutix
  let secutixURL: String
  let http: HTTPClient
  /// By tenant: an API key with every scope.
  let keys: [String: String]
  /// What the passes' signatures are verified against.
  let trust: [Certificate]

  var configuration: URL { folder.root.appending(path: "passmint.yaml") }
  var store: URL { folder.root.appending(path: "passmint.sqlite") }

  /// Files of example certificates by name. Keys take long to make, so they are made once, for today.
  private static let certificates = Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "certificates-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    _ = try ExampleCertificates.write(to: folder.path, now: Int64(Date().timeIntervalSince1970))
    var files: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      files[name] = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }
    return files
  }

  /// The root of the certificates that passes are signed with.
  static func root() throws -> [Certificate] {
    BundleCheck.trustedCertificates(pem: Array(try #require(certificates.get()["root.pem"]).utf8))
  }

  /// Runs a Secutix and writes a configuration, for as long as `body` runs. No service is started.
  static func with(
    _ plan: Plan = Plan(), _ body: @escaping @Sendable (ServiceFixture) async throws -> Void
  ) async throws {
    let folder = ConfigurationFolder(
      root: FileManager.default.temporaryDirectory.appending(path: "service-\(UUID().uuidString)"))
    defer { try? FileManager.default.removeItem(at: folder.root) }
    for name in ["secrets", "templates", "certificates"] { try folder.makeFolder(name) }
    let certificates = try certificates.get()
    for (name, text) in certificates { try folder.write(text, "certificates/\(name)") }
    for (name, text) in plan.files { try folder.write(text, name) }
    try folder.copy(plan.template, as: plan.template)
    let trust = try root()
    var options = SandboxSecutix.Options()
    options.seed = plan.seed
    options.callsPerMinute = nil
    let sandbox = SandboxSecutix(.theatre, options: options)
    try folder.write(await sandbox.house.secret, "secrets/secutix")
    // Whoever asks a service that was killed hears so at once.
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.retryConnectionEstablishment = false
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    let result: Result<Void, any Error>
    do {
      try await sandbox.serve { url in
        let records = plan.tenants.map { ($0, APIKey.make(name: $0, scopes: Set(Scope.allCases))) }
        let fixture = ServiceFixture(
          plan: plan, folder: folder, sandbox: sandbox, secutixURL: url, http: http,
          keys: Dictionary(uniqueKeysWithValues: records.map { ($0, $1.key) }), trust: trust)
        try fixture.folder.write(
          fixture.yaml(tenants: records.map { fixture.tenant($0, keys: [fixture.line(of: $1.record)]) }),
          "passmint.yaml")
        try await body(fixture)
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    try await http.shutdown()
    try result.get()
  }

  /// Starts one service, and stops it when `body` has ended.
  static func run(
    _ plan: Plan = Plan(), _ body: @escaping @Sendable (ServiceFixture, RunningServe) async throws -> Void
  ) async throws {
    try await with(plan) { fixture in
      let service = try await fixture.start()
      try await body(fixture, service)
      service.process.send(SIGTERM)
      #expect(await service.process.end() == 0, "\(service.process.output)")
    }
  }

  /// Starts a service and waits until it listens.
  ///
  /// - Parameter name: of the file that says its port; of two at once each has its own.
  func start(
    _ name: String = "port", arguments: [String] = [], wrapper: [String] = []
  ) async throws -> RunningServe {
    let portFile = folder.root.appending(path: name)
    try? FileManager.default.removeItem(at: portFile)
    let process = try ServiceProcess(
      ["serve", "--config", configuration.path, "--port-file", portFile.path] + arguments, in: folder.root,
      wrapper: wrapper)
    let line = try await process.line { $0.contains("listening on") }
    let message = try JSONValue(parsing: Array(line.utf8))["message"]?.stringValue
    let port = try #require(message?.split(separator: ":").last.flatMap { Int($0) })
    return RunningServe(fixture: self, process: process, url: "http://127.0.0.1:\(port)")
  }

  /// Secutix's side of the webhook.
  func webhook(
    to service: RunningServe, tenant: String = "theatre",
    _ change: (inout SandboxWebhook.Settings) -> Void = { _ in }
  ) -> SandboxWebhook {
    var settings = SandboxWebhook.Settings(url: service.url + RunningServe.webhook(tenant))
    change(&settings)
    return SandboxWebhook(settings, of: sandbox, http: http)
  }

  // MARK: The configuration

  func yaml(tenants: [String]) -> String {
    (["listen: 127.0.0.1:\(plan.port ?? 0)"]
      + ["public_url: \(plan.port.map { "http://127.0.0.1:\($0)" } ?? Self.publicURL)", "store: passmint.sqlite"]
      + ["log: {level: \(plan.logLevel), format: json}", "workers: \(plan.workers)"] + plan.more + ["tenants:"]
      + tenants).joined(separator: "\n") + "\n"
  }

  /// - Parameter keys: lines as `passmintd keys` prints them.
  func tenant(_ id: String, keys: [String], templates: String = "templates", more: [String] = []) -> String {
    let secret = "secrets/\(id)"
    if !FileManager.default.fileExists(atPath: folder.root.appending(path: secret).path) {
      try? folder.write("\(UUID().uuidString)\(UUID().uuidString)", secret)
    }
    let house = SandboxHouse.theatre
    return """
        \(id):
          name: House of the Arts
          secutix:
            url: \(secutixURL)
            operator: \(house.operatorCode)
            institution: \(house.institution)
            partner: \(house.partner)
            secret: {file: secrets/secutix}
            calls_per_minute: 1000000
            timeout: \(plan.timeout)
          identity: {path: certificates}
          secret: {file: \(secret)}
          templates: {folder: \(templates), default: \(plan.template)}
          webhook: {requests_per_minute: 1000000000}
          keys:
      \((keys.map { "      \($0)" } + (plan.tenantMembers + more).map { "    \($0)" }).joined(separator: "\n"))
      """
  }

  func line(of key: APIKey) -> String {
    let scopes = Scope.allCases.filter(key.scopes.contains).map(\.rawValue).joined(separator: ", ")
    return
      "- {name: \(key.name), prefix: \(key.prefix), sha256: \(Digest.hex(key.hash)), scopes: [\(scopes)]}"
  }
}
