import AsyncHTTPClient
import Foundation
import JSON
import Logging
import PassBundle
import Passes
import SQLiteStore
import Sandbox
import Secutix
import SecutixClient
import Synchronization
import Testing
import Tickets
import ZonedTime

@testable import Issuance

/// A sandbox over real sockets, a store in a real file, and a service between the two.
struct Staging {
  static let certificates = Result { try ExampleCertificates(now: TestTime.start / 1000) }

  var house = SandboxHouse.theatre
  var settings = IssuingService.Settings()
  /// Nil: of the house's point of sale.
  var timeZone: String?
  var currency: String?
  var defaultTemplate = "concert"
  var patience = Patience()
  var push: (any PushTransport)?
  var callsPerMinute = 60_000_000

  init() {
    patience.attempts = 2
    patience.polls = 2
    // Of the machine's time, of which a busy one has little.
    patience.call = .seconds(600)
  }

  /// What a test works with.
  struct Scene: Sendable {
    let sandbox: SandboxSecutix
    let store: SQLiteStore
    let time: TestTime
    /// The clock on which the client waits before it asks again.
    let pauses: ImpatientClock
    let tenant: Tenant
    let settings: IssuingService.Settings
    let logs: LogLines
    let service: IssuingService
    let path: String

    /// A second process, on the same store if no other is given.
    ///
    /// - Parameter ticks: every look at its clock moves it on, as no two readings begin at the same moment.
    func anotherService(worker: String, store: (any Store)? = nil, ticks: Bool = false) throws -> IssuingService {
      var settings = settings
      settings.worker = worker
      return IssuingService(
        store: try store ?? SQLiteStore(path: path), tenants: [tenant], settings: settings, logger: logs.logger,
        clock: { [time] in ticks ? time.tick() : time.now }, sleep: { [time] in try await time.sleep(for: $0) })
    }
  }

  func run(_ body: @escaping @Sendable (Scene) async throws -> Void) async throws {
    let time = TestTime()
    var options = SandboxSecutix.Options()
    options.callsPerMinute = nil
    let sandbox = SandboxSecutix(house, options: options, now: { time.now })
    let folder = FileManager.default.temporaryDirectory.appending(path: "issuance-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "store.sqlite").path
    let store = try SQLiteStore(path: path)
    let (settings, staging) = (settings, self)
    try await sandbox.serve { url in
      let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: SecutixClient.configuration())
      do {
        let pauses = ImpatientClock()
        let tenant = try await staging.tenant("a", at: url, of: sandbox, http: http, time, pauses)
        let logs = LogLines()
        let service = IssuingService(
          store: store, tenants: [tenant], settings: settings, logger: logs.logger, clock: { time.now },
          sleep: { try await time.sleep(for: $0) })
        try await body(
          Scene(
            sandbox: sandbox, store: store, time: time, pauses: pauses, tenant: tenant, settings: settings,
            logs: logs, service: service, path: path))
      } catch {
        try await http.shutdown()
        throw error
      }
      try await http.shutdown()
    }
  }

  private func tenant(
    _ id: String, at url: String, of sandbox: SandboxSecutix, http: HTTPClient, _ time: TestTime,
    _ pauses: ImpatientClock
  ) async throws -> Tenant {
    let house = await sandbox.house
    var connection = SecutixConnection(
      url: url, operatorCode: house.operatorCode, institution: house.institution, partner: house.partner,
      secret: Secret(house.secret.utf8))
    connection.patience = patience
    let clock = CallClock(pauses, epochMilliseconds: { time.now })
    let client = SecutixClient(
      connection, http: http, limiter: CallLimiter(callsPerMinute: callsPerMinute, clock: clock), clock: clock)
    let identity = try Self.certificates.get().identity
    return Tenant(
      id: id, name: "Maison des Arts", secutix: client,
      reading: ExportOptions(
        timeZone: timeZone.flatMap { TimeZone(identifier: $0) }, currency: try currency.map { try Currency($0) }),
      routing: try Self.routing(defaultTemplate),
      identity: identity,
      issuer: PassIssuer(
        passTypeIdentifier: identity.passTypeIdentifier, teamIdentifier: identity.teamIdentifier,
        tenant: "Maison des Arts"),
      keys: PassKeys(tenant: id, secret: Secret(Array("a secret of the tests".utf8))), push: push)
  }

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "templates")

  static func template(_ name: String) throws -> PassTemplate {
    try PassTemplate(folder: folder.appending(path: "\(name).pkpasstemplate").path)
  }

  /// A template in one language, for which Secutix is asked once.
  private static func template(_ name: String, in language: String) throws -> PassTemplate {
    let root = folder.appending(path: "\(name).pkpasstemplate").path
    var files = PassFiles()
    for path in try FileManager.default.subpathsOfDirectory(atPath: root)
    where !path.contains("/") || path.hasPrefix("\(language).lproj/") {
      files[path] = FileManager.default.contents(atPath: "\(root)/\(path)").map { Array($0) }
    }
    return try PassTemplate(name: name, files: files)
  }

  /// Read once: what they hold does not change.
  private static let templates = Result {
    var templates = try Dictionary(
      uniqueKeysWithValues: [
        ("concert", "concert"), ("season", "season-ticket"), ("vip", "festival"), ("museum", "museum"),
        ("match", "match"),
      ].map { ($0.0, try template($0.1)) })
    templates["english"] = try template("concert", in: "en")
    return templates
  }

  static func routing(_ defaultTemplate: String = "concert") throws -> TemplateRouting {
    try TemplateRouting(
      templates: templates.get(), families: ["SEASONTICKET": "season"], defaultTemplate: defaultTemplate)
  }
}

extension Staging.Scene {
  /// Delivers rows, as the webhook does.
  func deliver(_ rows: [SandboxRow]) async throws {
    let changes = rows.map { row in
      OrderChange(
        order: .secretToken(row.orderSecret), ticketID: row.ticketID, movementID: row.movementID, state: row.state,
        lastUpdate: .init(epochMilliseconds: row.changedAt))
    }
    try await service.receive(changes, of: tenant, correlationID: "request-7")
  }

  /// Works off what is due, one job after the other.
  @discardableResult
  func workOff(_ other: IssuingService? = nil) async throws -> Int {
    var count = 0
    let service = other ?? service
    while true {
      let jobs = try await service.store.claim(
        5, worker: "test", leasedUntil: time.now + 120_000, at: time.now)
      if jobs.isEmpty { return count }
      for job in jobs { await service.work(off: job) }
      count += jobs.count
    }
  }

  /// Something happens at Secutix, its rows arrive, and what follows from them is done.
  ///
  /// - Returns: what it made, and how many jobs it was.
  @discardableResult
  func play<Made: Sendable>(
    with other: IssuingService? = nil, _ scenario: @Sendable (isolated SandboxSecutix) throws -> Made
  ) async throws -> (made: Made, jobs: Int) {
    time.advance(by: .seconds(1))
    let seen = await sandbox.rows.count
    let made = try await scenario(sandbox)
    try await deliver(Array(await sandbox.rows.dropFirst(seen)))
    return (made, try await workOff(other))
  }

  func record(_ movement: Int64) async throws -> PassRecord? {
    try await store.passes(.movement("\(movement)"), tenant: tenant.id).first
  }

  func passesOfFile(_ file: Int64) async throws -> [PassRecord] {
    try await store.passes(.file("\(file)"), tenant: tenant.id)
  }

  /// All jobs, newest first.
  func jobs() async throws -> [Job] { try await store.jobs(JobFilter(limit: 1_000)) }

  /// The pass of a movement as it is downloaded: sealed, opened and verified.
  func pass(_ movement: Int64) async throws -> OpenedPass {
    let record = try #require(try await record(movement))
    let sealed = try await service.archive(of: record, of: tenant)
    return try OpenedPass(sealed.bytes, record: record, now: time.now / 1000)
  }

  func barcode(_ movement: Int64) async -> String? { await sandbox.movement(movement)?.ticket?.barcode }
}

/// What a phone gets.
struct OpenedPass {
  let record: PassRecord
  let bytes: [UInt8]
  let json: JSONValue

  init(_ bytes: [UInt8], record: PassRecord, now: Int64) throws {
    let root = try Staging.certificates.get().root
    let report = BundleCheck.check(bytes, name: "pass.pkpass", trust: [root], now: now)
    #expect(report.findings.filter { $0.severity == .error } == [])
    #expect(report.signature != nil)
    self.bytes = bytes
    self.record = record
    json = try JSONValue(parsing: try #require(report.files["pass.json"]))
    files = report.files
  }

  let files: PassFiles
  var barcode: String? { json[pointer: "/barcodes/0/message"]?.stringValue }
  var isVoided: Bool { json["voided"] == .bool(true) }
  var isOnLockScreen: Bool { json["relevantDates"] != nil || json["locations"] != nil }

  /// What a field shows, wherever on the pass it stands.
  func field(_ key: String) -> String? {
    for style in json.object?.members ?? [] {
      for group in style.value.object?.members ?? [] {
        let field = group.value.array?.first { $0["key"]?.stringValue == key }
        if let field { return field["value"]?.stringValue }
      }
    }
    return nil
  }

  /// All texts, as a person looks for one.
  var text: String { String(decoding: json.serialized(), as: UTF8.self) }
}
