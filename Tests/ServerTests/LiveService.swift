import AsyncHTTPClient
import Authorization
import Foundation
import Hummingbird
import Issuance
import JSON
import Logging
import NIOHTTP1
import PassBundle
import Passes
import SQLiteStore
import Sandbox
import Secutix
import SecutixClient
import Server
import Testing

/// The whole service behind a socket, over a sandbox that is Secutix and a store in a real file. No worker runs: jobs stay as
/// they are.
struct LiveService: Sendable {
  /// 20 November 2026, 18:05:02 UTC; it stands still.
  static let now: Int64 = 1_795_197_902_000
  private static let certificates = Result { try ExampleCertificates(now: now / 1000) }

  let url: String
  let http: HTTPClient
  let sandbox: SandboxSecutix
  let store: SQLiteStore
  let front: Front
  let tenant: Tenant
  /// Of the tenant `theatre`: one key with every scope, one that may only look at passes.
  let key: String
  let readerKey: String
  /// Of tenants that were to have one of their own: with every scope.
  let ownKeys: [String: String]

  /// Serves tenants for as long as `body` runs: `theatre`, and by their id whatever else webhooks are to be taken under.
  ///
  /// - Parameter clock: milliseconds since 1970.
  static func run(
    clock: @escaping @Sendable () -> Int64 = { now }, webhooks: [String: WebhookPolicy] = [:],
    ownKeys names: Set<String> = [], trustedProxies: [AddressRange] = [],
    isMeasured: Bool = true, publicURL: String = "https://passes.example.org",
    _ body: @escaping @Sendable (LiveService) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "server-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try SQLiteStore(path: folder.appending(path: "store.sqlite").path)
    var options = SandboxSecutix.Options()
    options.callsPerMinute = nil
    let sandbox = SandboxSecutix(.theatre, options: options, now: { now })
    let (key, record) = APIKey.make(name: "all", scopes: Set(Scope.allCases))
    let (readerKey, reader) = APIKey.make(name: "reader", scopes: [.passRead])
    let own = names.reduce(into: [:]) { $0[$1] = APIKey.make(name: $1, scopes: Set(Scope.allCases)) }
    var logger = Logger(label: "server")
    logger.logLevel = .critical
    try await sandbox.serve { [logger] secutix in
      let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: SecutixClient.configuration())
      do {
        let keySets = KeySets(logger: logger, clock: clock)
        // Schemathesis sends more in a minute than a tenant may by default, and the clock stands still.
        var policies = webhooks
        policies["theatre"] = WebhookPolicy(requestsPerMinute: 600_000)
        var tenants: [ServedTenant] = []
        for (id, policy) in policies {
          let tenant = try await tenant(id, at: secutix, of: sandbox, http: http)
          let authorizer = Authorizer(
            tenant: id, keys: own[id].map { [$0.record] } ?? [record, reader], bearer: nil, keySets: keySets,
            clock: clock)
          tenants.append(ServedTenant(tenant: tenant, authorizer: authorizer, webhook: policy))
        }
        let service = IssuingService(
          store: store, tenants: tenants.map(\.tenant), logger: logger, clock: clock)
        var settings = ServerSettings(publicURL: publicURL)
        settings.trustedProxies = trustedProxies
        settings.badges = ["en": .init(mediaType: "image/svg+xml", bytes: Array("<svg/>".utf8))]
        let front = Front(
          service: service, tenants: tenants, settings: settings, metrics: isMeasured ? PrometheusMetrics() : nil,
          clock: clock)
        let theatre = try #require(service.tenant("theatre"))
        try await serve(front, logger) { url in
          try await body(
            LiveService(
              url: url, http: http, sandbox: sandbox, store: store, front: front, tenant: theatre, key: key,
              readerKey: readerKey, ownKeys: own.mapValues(\.key)))
        }
      } catch {
        try await http.shutdown()
        throw error
      }
      try await http.shutdown()
    }
  }

  private static func tenant(
    _ id: String, at url: String, of sandbox: SandboxSecutix, http: HTTPClient
  ) async throws -> Tenant {
    let house = await sandbox.house
    var connection = SecutixConnection(
      url: url, operatorCode: house.operatorCode, institution: house.institution, partner: house.partner,
      secret: Secret(house.secret.utf8))
    connection.patience.attempts = 1
    connection.patience.polls = 1
    let clock = CallClock(ContinuousClock(), epochMilliseconds: { now })
    let client = SecutixClient(
      connection, http: http, limiter: CallLimiter(callsPerMinute: 60_000_000, clock: clock), clock: clock)
    let identity = try certificates.get().identity
    let templates = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "templates")
    let template = try PassTemplate(folder: templates.appending(path: "concert.pkpasstemplate").path)
    return Tenant(
      id: id, name: "Maison des Arts", secutix: client, reading: ExportOptions(),
      routing: try TemplateRouting(templates: ["concert": template], families: [:], defaultTemplate: "concert"),
      identity: identity,
      issuer: PassIssuer(
        passTypeIdentifier: identity.passTypeIdentifier, teamIdentifier: identity.teamIdentifier,
        tenant: "Maison des Arts"),
      keys: PassKeys(tenant: id, secret: Secret(Array("a secret of the tests for \(id)".utf8))))
  }

  private static func serve(
    _ front: Front, _ logger: Logger, _ body: @escaping @Sendable (_ url: String) async throws -> Void
  ) async throws {
    try await whileServing(Routes.router(front), logger: logger) { try await body("http://127.0.0.1:\($0)") }
  }

  /// Asks; with the key of every scope unless `headers` says another.
  func ask(
    _ method: String, _ path: String, headers: [String: String] = [:], body: String? = nil
  ) async throws -> (status: Int, headers: [String: String], body: JSONValue?) {
    var request = HTTPClientRequest(url: url + path)
    request.method = .RAW(value: method)
    for (name, value) in headers.merging(["X-API-KEY": key], uniquingKeysWith: { own, _ in own }) where !value.isEmpty {
      request.headers.add(name: name, value: value)
    }
    if let body {
      if headers["Content-Type"] == nil { request.headers.add(name: "Content-Type", value: "application/json") }
      request.body = .bytes(Array(body.utf8))
    }
    let response = try await http.execute(request, timeout: .seconds(20))
    let bytes = Array(try await response.body.collect(upTo: 1 << 24).readableBytesView)
    let fields = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
    return (Int(response.status.code), fields, try? JSONValue(parsing: bytes))
  }

  /// Sells tickets and has them issued.
  func issue(count: Int = 1) async throws -> (sale: SandboxSale, passes: [PassRecord]) {
    let sale = try await sandbox.sell(count: count)
    let file = try await front.service.file(sale.file, of: tenant, correlationID: "issued-by-the-test")
    return (sale, file.passes)
  }

  func token(_ subject: DownloadToken.Subject) throws -> String {
    try #require(tenant.keys.downloadToken(for: subject)).text
  }

  var passType: String { tenant.issuer.passTypeIdentifier }

  /// What Wallet shows for a pass.
  func authorization(of record: PassRecord) throws -> String {
    "ApplePass \(try #require(tenant.keys.authenticationToken(serialNumber: record.pass.serialNumber)))"
  }

  /// The body of an answer, as it is.
  func bytes(
    _ method: String, _ path: String, headers: [String: String] = [:], body: String? = nil
  ) async throws -> [UInt8] {
    var request = HTTPClientRequest(url: url + path)
    request.method = .RAW(value: method)
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let body { request.body = .bytes(Array(body.utf8)) }
    let response = try await http.execute(request, timeout: .seconds(20))
    guard response.status == .ok else { throw Failed(status: Int(response.status.code)) }
    return Array(try await response.body.collect(upTo: 1 << 24).readableBytesView)
  }

  struct Failed: Error { let status: Int }

  /// The names of the files in a pass.
  func download(_ path: String, headers: [String: String]) async throws -> [String] {
    let bytes = try await bytes("GET", path, headers: headers)
    let contents = ArchiveReader.read(bytes, name: "downloaded.pkpass")
    return contents.files.sortedPaths.filter { $0 != "signature" && $0 != "manifest.json" }
  }

  /// Whether OpenSSL's own program takes a detached signature.
  func verifies(_ signature: [UInt8], of content: String) throws -> Bool {
    let folder = FileManager.default.temporaryDirectory.appending(path: "signature-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(signature).write(to: folder.appending(path: "signature"))
    try Data(content.utf8).write(to: folder.appending(path: "content"))
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.currentDirectoryURL = folder
    process.arguments =
      "openssl cms -verify -binary -inform DER -in signature -content content -noverify -out /dev/null"
      .split(separator: " ").map(String.init)
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  /// A pass whose phone asks its holder something first.
  func saveWithForm(_ serialNumber: String = "form") async throws -> PassRecord {
    var files = PassFiles()
    for path in ["icon.png", "personalizationLogo.png", "personalizationLogo@2x.png"] { files[path] = [1, 2, 3] }
    files["personalization.json"] = Array(#"{"description": "Join", "requiredPersonalizationFields": []}"#.utf8)
    let digest = [UInt8](repeating: 9, count: 32)
    var file = IssuedFile(passes: [
      IssuedPass(
        serialNumber: serialNumber, template: "club", state: .valid,
        rendered: [
          PassAssets.File(
            path: "pass.json", bytes: JSONValue.object(["serialNumber": .string(serialNumber)]).serialized())
        ],
        assetsDigest: digest, contentDigest: digest, asOf: Self.now)
    ])
    file.assets = [digest: PassAssets(files)]
    try await store.save(file, tenant: "theatre", at: Self.now - 5_000)
    return try #require(try await store.pass(serialNumber: serialNumber, tenant: "theatre"))
  }
}
