import AsyncHTTPClient
import Foundation
import Issuance
import JSON
import Logging
import PassBundle
import Passes
import SQLiteStore
import Sandbox
import Secutix
import SecutixClient
import Tickets
import ZonedTime

/// Ten thousand orders that all change at once: from the first webhook row to the last pass, beside `passmint issue` over
/// the same orders saved to a file. Both share the machine with what they ask: the sandbox's Secutix, the disk.
struct BurstBench {
  struct Figures {
    var tickets = 0
    var orders = 0
    /// Passes a second, of each round.
    var offline: [Double] = []
    var online: [Double] = []
    /// Secutix calls an order, of the last round.
    var callsAnOrder = 0.0
    /// Passes that are missing, or do not say what Secutix says.
    var wrong = 0
  }

  let scratch: Scratch
  let certificates: ExampleCertificates
  static let rounds = 3
  static let orders = 10_000

  func measure() async throws -> Figures {
    let house = Self.house
    var options = SandboxSecutix.Options()
    options.callsPerMinute = nil
    options.keptCalls = 1
    let secutix = SandboxSecutix(house, options: options)
    for order in 0..<Self.orders { try await secutix.sell(count: order % 4 + 1) }
    let tickets = await secutix.rows.count
    let template = URL(filePath: "templates/concert.pkpasstemplate").path
    let (scratch, certificates) = (scratch, certificates)
    return try await secutix.serve { url in
      var figures = Figures(tickets: tickets, orders: Self.orders)
      let http = HTTPClient(configuration: SecutixClient.configuration())
      defer { http.shutdown { _ in } }
      let connection = SecutixConnection(
        url: url, operatorCode: house.operatorCode, institution: house.institution, partner: house.partner,
        secret: Secret(house.secret.utf8))
      let client = SecutixClient(connection, http: http, limiter: CallLimiter(callsPerMinute: .max))
      let export = try await Self.export(secutix, client, scratch)
      for _ in 0..<Self.rounds {
        let run = try scratch.issue(export: export, template: template)
        figures.offline.append(Double(tickets) / run.seconds)
        let burst = try await Self.burst(
          secutix, client, certificates, template: template, folder: scratch.newFolder())
        figures.online.append(Double(tickets) / burst.seconds)
        figures.callsAnOrder = Double(burst.calls) / Double(Self.orders)
        figures.wrong += burst.wrong
      }
      return figures
    }
  }

  /// One performance, so that every order has seats.
  private static var house: SandboxHouse {
    var house = SandboxHouse.theatre
    house.performances = [house.performances[0]]
    return house
  }

  /// Saves Secutix's answers, one a line.
  private static func export(_ secutix: SandboxSecutix, _ client: SecutixClient, _ scratch: Scratch) async throws
    -> String
  {
    let files = await secutix.files.map(\.id)
    var text: [UInt8] = []
    for start in stride(from: 0, to: files.count, by: 32) {
      let lines = try await withThrowingTaskGroup(of: [UInt8].self) { group in
        for file in files[start..<min(files.count, start + 32)] {
          group.addTask { try await client.fileDetails(fileID: file).serialized() }
        }
        return try await group.reduce(into: [[UInt8]]()) { $0.append($1) }
      }
      for line in lines { text += line + [UInt8(ascii: "\n")] }
    }
    return try scratch.write(text, to: "orders.ndjson")
  }

  private static func burst(
    _ secutix: SandboxSecutix, _ client: SecutixClient, _ certificates: ExampleCertificates, template: String,
    folder: String
  ) async throws -> (seconds: Double, calls: Int, wrong: Int) {
    let store = try SQLiteStore(path: "\(folder)/store.sqlite")
    let keys = PassKeys(tenant: "bench", secret: Secret("a secret of the bench".utf8))
    let tenant = Tenant(
      id: "bench", name: "Bench", secutix: client,
      reading: ExportOptions(timeZone: TimeZone(identifier: "Europe/Paris"), currency: try Currency("EUR")),
      routing: try TemplateRouting(
        templates: ["concert": try PassTemplate(folder: template)], defaultTemplate: "concert"),
      identity: certificates.identity,
      issuer: PassIssuer(
        passTypeIdentifier: certificates.identity.passTypeIdentifier,
        teamIdentifier: certificates.identity.teamIdentifier, tenant: "Bench"), keys: keys)
    var logger = Logger(label: "bench")
    logger.logLevel = .critical
    let service = IssuingService(store: store, tenants: [tenant], logger: logger) {
      Int64(Date().timeIntervalSince1970 * 1000)
    }
    let rows = await secutix.rows.map { row in
      OrderChange(
        order: .secretToken(row.orderSecret), ticketID: row.ticketID, movementID: row.movementID, state: row.state,
        lastUpdate: ZonedDateTime(epochMilliseconds: row.changedAt))
    }
    let before = client.limiter.calls
    let start = Interleaved.clock()
    // Each row comes twice, as after a time-out.
    try await withThrowingTaskGroup { group in
      for start in stride(from: 0, to: rows.count, by: 50) {
        group.addTask {
          let bucket = Array(rows[start..<min(rows.count, start + 50)])
          for _ in 0..<2 { try await service.receive(bucket, of: tenant, correlationID: "burst") }
        }
      }
      try await group.waitForAll()
    }
    let work = Task { try await service.run() }
    while true {
      let counts = try await store.jobSummary(tenant: nil).counts
      if [.available, .running, .retryable].allSatisfy({ counts[$0] == 0 }) { break }
      try await Task.sleep(for: .milliseconds(20))
    }
    let seconds = Interleaved.clock() - start
    work.cancel()
    try? await work.value
    let wrong = try await wrongPasses(secutix, store)
    try store.close()
    return (seconds, client.limiter.calls - before, wrong)
  }

  /// Each movement must have one pass that shows its barcode.
  private static func wrongPasses(_ secutix: SandboxSecutix, _ store: SQLiteStore) async throws -> Int {
    var wrong = 0
    for file in await secutix.files {
      for order in file.orders {
        for movement in order.movements {
          let passes = try await store.passes(.movement(String(movement.id)), tenant: "bench")
          let json = passes.first?.pass.rendered.first { $0.path == "pass.json" }
          let text = String(decoding: json?.bytes ?? [], as: UTF8.self)
          if passes.count != 1 || !text.contains(movement.ticket?.barcode ?? "?") { wrong += 1 }
        }
      }
    }
    return wrong
  }

  static func report(_ figures: Figures) {
    let offline = Interleaved.median(figures.offline)
    let ratio = Interleaved.median(zip(figures.online, figures.offline).map { $0 / $1 })
    print("")
    print("\(figures.orders) orders, \(figures.tickets) tickets, changed at once      passes/s   ÷ offline")
    print(String(format: "passmint issue over the same orders          %9.0f %9.2f", offline, 1.0))
    print(
      String(
        format: "rows in, orders fetched, passes saved        %9.0f %9.2f", Interleaved.median(figures.online), ratio))
    print(
      String(
        format: "Secutix calls an order, each row sent twice  %9.2f   passes missing or wrong %d", figures.callsAnOrder,
        figures.wrong))
  }
}
