import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import Sandbox
import Secutix
import Synchronization
import Testing
import ZonedTime

@Suite struct WebhookTests {
  /// A receiver over a real socket, and what it got.
  final class Receiver: Sendable {
    struct Got: Sendable {
      var method: String
      var path: String
      var headers: HTTPFields
      var body: [UInt8]
    }

    private let state = Mutex<(got: [Got], status: [Int])>(([], []))

    var got: [Got] { state.withLock { $0.got } }
    /// What it answers next; then 200 again.
    func answer(_ status: Int, times: Int) {
      state.withLock { $0.status += Array(repeating: status, count: times) }
    }

    fileprivate func take(_ got: Got) -> Int {
      state.withLock { state in
        state.got.append(got)
        return state.status.isEmpty ? 200 : state.status.removeFirst()
      }
    }
  }

  private func run(
    _ body: @escaping @Sendable (SandboxSecutix, Receiver, SandboxWebhook.Settings, HTTPClient) async throws -> Void
  ) async throws {
    let sandbox = SandboxSecutix(now: { TestClock.start })
    let receiver = Receiver()
    let router = Router()
    for method in [HTTPRequest.Method.get, .post] {
      router.on("**", method: method) { request, _ in
        let bytes = try await request.body.collect(upTo: 1 << 24)
        let status = receiver.take(
          .init(
            method: request.method.rawValue, path: request.uri.string, headers: request.headers,
            body: Array(bytes.readableBytesView)))
        return Response(status: .init(code: status))
      }
    }
    var logger = Logger(label: "receiver")
    logger.logLevel = .critical
    try await whileServing(router, logger: logger) { port in
      let http = HTTPClient(eventLoopGroupProvider: .singleton)
      do {
        try await body(sandbox, receiver, .init(url: "http://127.0.0.1:\(port)/orders"), http)
      } catch {
        try await http.shutdown()
        throw error
      }
      try await http.shutdown()
    }
  }

  private let paris = TimeZone(identifier: "Europe/Paris") ?? .gmt

  @Test(arguments: SandboxWebhook.DateForm.allCases)
  func `rows are what the specified webhook reads, in every form of date`(
    form: SandboxWebhook.DateForm
  ) async throws {
    try await run { [paris] sandbox, receiver, settings, http in
      var settings = settings
      settings.dates = form
      let webhook = SandboxWebhook(settings, of: sandbox, http: http)
      let sale = try await sandbox.sell(count: 2)
      #expect(await webhook.poll() == .init(delivered: 2))
      #expect(await webhook.poll() == .init())
      let changes = try receiver.got.flatMap { try OrderChange.rows(in: $0.body, timeZone: paris) }
      #expect(changes.map(\.order) == [.secretToken(sale.orderSecret), .secretToken(sale.orderSecret)])
      #expect(changes.map(\.movementID) == sale.movements)
      #expect(changes.map(\.state) == ["PAID", "PAID"])
      #expect(changes.allSatisfy { $0.lastUpdate?.epochMilliseconds == TestClock.start })
      #expect(receiver.got.allSatisfy { $0.headers[.contentType] == "application/json" })
    }
  }

  @Test func `a bucket of more than one is an array, the rest a shorter one`() async throws {
    try await run { [paris] sandbox, receiver, settings, http in
      var settings = settings
      settings.bucket = 4
      let webhook = SandboxWebhook(settings, of: sandbox, http: http)
      try await sandbox.sell(count: 9)
      await webhook.poll()
      let sizes = try receiver.got.map { try OrderChange.rows(in: $0.body, timeZone: paris).count }
      #expect(sizes == [4, 4, 1])
      #expect(try JSONValue(parsing: receiver.got[2].body).array?.count == 1)
    }
  }

  @Test func `a receiver that fails gets the row again, twelve times, then no more`() async throws {
    try await run { sandbox, receiver, settings, http in
      let webhook = SandboxWebhook(settings, of: sandbox, http: http)
      try await sandbox.sell()
      receiver.answer(503, times: 2)
      #expect(await webhook.poll() == .init(failed: 1, waiting: 1))
      #expect(await webhook.poll() == .init(failed: 1, waiting: 1))
      #expect(await webhook.poll() == .init(delivered: 1))
      #expect(Set(receiver.got.map(\.body)).count == 1)
      try await sandbox.sell()
      receiver.answer(500, times: 13)
      for _ in 0..<12 { #expect(await webhook.poll() == .init(failed: 1, waiting: 1)) }
      #expect(await webhook.poll() == .init(failed: 1, dropped: ["HTTP 500"]))
      #expect(await webhook.poll() == .init())
    }
  }

  @Test func `doubled, and in any order`() async throws {
    try await run { [paris] sandbox, receiver, settings, http in
      var settings = settings
      settings.isDoubled = true
      settings.isShuffled = true
      let webhook = SandboxWebhook(settings, of: sandbox, http: http)
      let sale = try await sandbox.sell(count: 20)
      await webhook.poll()
      let movements = try receiver.got.flatMap { try OrderChange.rows(in: $0.body, timeZone: paris) }
        .compactMap(\.movementID)
      #expect(movements.count == 40)
      #expect(Set(movements) == Set(sale.movements))
      #expect(movements != movements.sorted())
    }
  }

  @Test func `the schedule runs until it is stopped`() async throws {
    try await run { sandbox, receiver, settings, http in
      let webhook = SandboxWebhook(settings, of: sandbox, http: http)
      let schedule = Task { await webhook.run(every: .milliseconds(5)) }
      for sold in 1...3 {
        try await sandbox.sell()
        await until { receiver.got.count == sold }
      }
      schedule.cancel()
      await schedule.value
    }
  }

  @Test func `a run sends no more than it may`() async throws {
    try await run { sandbox, receiver, settings, http in
      var settings = settings
      settings.requestsPerRun = 3
      let webhook = SandboxWebhook(settings, of: sandbox, http: http)
      try await sandbox.sell(count: 5)
      #expect(await webhook.poll() == .init(delivered: 3, waiting: 2))
      #expect(await webhook.poll() == .init(delivered: 2))
    }
  }

  @Test func `the order webhooks name each closed order`() async throws {
    try await run { sandbox, receiver, settings, http in
      let sale = try await sandbox.sell()
      let refund = try await sandbox.refund(sale.movements)
      var second = settings
      second.kind = .orders()
      await SandboxWebhook(second, of: sandbox, http: http).poll()
      let changes = try receiver.got.flatMap { try OrderChange.orders(in: $0.body) }
      #expect(changes.map(\.order) == [.secretToken(sale.orderSecret), .secretToken(refund.orderSecret)])
      var first = settings
      first.url += "?id=${orderId}"
      first.kind = .orderID(body: nil)
      await SandboxWebhook(first, of: sandbox, http: http).poll()
      first.kind = .orderID(body: #"{"order": ${orderId}}"#)
      await SandboxWebhook(first, of: sandbox, http: http).poll()
      let later = receiver.got.dropFirst(2)
      #expect(later.map(\.method) == ["GET", "GET", "POST", "POST"])
      #expect(later.map(\.path).first == "/orders?id=\(sale.order)")
      #expect(try JSONValue(parsing: later.last?.body ?? [])["order"]?.int == refund.order)
    }
  }

  @Test func `it signs in as the receiver wants it`() async throws {
    try await run { sandbox, receiver, settings, http in
      try await sandbox.sell()
      var settings = settings
      settings.authentication = .basic(user: "secutix", password: "é:ö")
      await SandboxWebhook(settings, of: sandbox, http: http).poll()
      settings.authentication = .header(name: "X-API-KEY", value: "key")
      await SandboxWebhook(settings, of: sandbox, http: http).poll()
      #expect(receiver.got[0].headers[.authorization] == "Basic c2VjdXRpeDrDqTrDtg==")
      #expect(receiver.got[1].headers[try #require(HTTPField.Name("X-API-KEY"))] == "key")
    }
  }
}
