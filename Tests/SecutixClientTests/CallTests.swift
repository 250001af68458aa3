import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1
import PassBundle
import Sandbox
import Secutix
@testable import SecutixClient
import Testing
import ZonedTime

@Suite struct CallTests {
  private func alive(_ client: SecutixClient) async -> SecutixError? {
    await failure { () throws(SecutixError) in try await client.checkIsAlive() }
  }

  @Test(arguments: [SecutixConnection.Authentication.selfMade(), .tokenEndpoint])
  func `every method answers`(authentication: SecutixConnection.Authentication) async throws {
    var staging = Staging()
    staging.authentication = authentication
    try await staging.run { client, sandbox in
      let sale = try await sandbox.sell(count: 2)
      try await client.checkIsAlive()
      let config = try await client.posConfig()
      #expect(config.currencyCode == "EUR")
      #expect(config.timeZone == "Europe/Paris")
      let bySecret = try await client.fileDetails(orderSecret: sale.orderSecret)
      let byFile = try await client.fileDetails(fileID: sale.file)
      #expect(bySecret == byFile)
      // Ids beyond 2^53 keep their last digit.
      #expect(sale.order > 9_007_199_254_740_992)
      #expect(bySecret[pointer: "/orderDetailsDatas/0/orderId"]?.int == sale.order)
      let order = try await client.orderDetails(orderID: sale.order)
      #expect(order["orderDetailsData"] == bySecret[pointer: "/orderDetailsDatas/0"])
      let coarse = try await client.orderDetails(orderID: sale.order, granularity: .operations)
      #expect(coarse[pointer: "/orderDetailsData/movementDatas"] == nil)
      let paths = await sandbox.calls.map(\.path).filter { !$0.hasPrefix("/tnai") }
      #expect(
        paths == [
          "/tnseb/backend-apis/catalogService/v1_33/isCatalogServiceAlive",
          "/tnseb/backend-apis/catalogService/v1_33/getPOSConfig",
          "/tnseb/backend-apis/externalOrderService/v1_33/getFileDetailsFromOrderSecretId",
          "/tnseb/backend-apis/externalOrderService/v1_33/getFileDetails",
          "/tnseb/backend-apis/externalOrderService/v1_33/getOrderDetails",
          "/tnseb/backend-apis/externalOrderService/v1_33/getOrderDetails",
        ])
    }
  }

  @Test func `language, correlation id and name go along, and nothing that breaks a header`() async throws {
    let staging = Staging()
    try await staging.run { client, sandbox in
      let sale = try await sandbox.sell()
      for (language, name) in [
        ("en", "Symphonic Gala"), ("de", "Sinfonische Gala"), ("it", "Gala sinfonico"), ("es", "Gala sinfónica"),
        ("nl", "Gala symphonique"),
      ] {
        let details = try await client.fileDetails(
          orderSecret: sale.orderSecret, .init(language: language, correlationID: "order-7"))
        #expect(
          details[pointer: "/orderDetailsDatas/0/operationDatas/0/performance"]?.stringValue == name)
      }
      let call = try #require(await sandbox.calls.last)
      #expect(call.correlationID == "order-7")
      #expect(call.userAgent == "passmint")
      #expect(call.encodings == "gzip, deflate")
      try await client.checkIsAlive(.init(language: "fr\r\nX: y", correlationID: "é\u{0}\n7"))
      #expect(await sandbox.calls.last?.language == "frX: y")
      #expect(await sandbox.calls.last?.correlationID == "7")
    }
  }

  @Test func `another version of the services is another path`() async throws {
    let staging = Staging()
    try await staging.run { client, sandbox in
      var connection = client.connection
      connection.apiVersion = "v1_35"
      let other = SecutixClient(connection, http: client.http, limiter: client.limiter, clock: client.clock)
      try await other.checkIsAlive()
      #expect(await sandbox.calls.last?.path == "/tnseb/backend-apis/catalogService/v1_35/isCatalogServiceAlive")
    }
  }

  @Test func `statusCode decides, not the HTTP status`() async throws {
    let staging = Staging()
    try await staging.run { client, sandbox in
      await sandbox.prepare(.failure(statusCode: "tech_err", detail: "database is away"))
      let error = try #require(await alive(client))
      #expect(error == .failed(statusCode: "tech_err", detail: "database is away"))
      #expect(error.isRetryable)
      #expect(error.sentence == "Secutix answered tech_err: database is away")
      await sandbox.prepare(.failure(statusCode: "invalid_parameter", detail: nil))
      #expect(try #require(await alive(client)).isRetryable == false)
      // A failure that says so is not asked again.
      #expect(await sandbox.calls.count == 2)
    }
  }

  @Test func `what Secutix does not know is not found`() async throws {
    let staging = Staging()
    try await staging.run { client, _ in
      #expect(
        await failure { () throws(SecutixError) in try await client.fileDetails(orderSecret: "none") } == .notFound)
      #expect(await failure { () throws(SecutixError) in try await client.fileDetails(fileID: 7) } == .notFound)
      #expect(await failure { () throws(SecutixError) in try await client.orderDetails(orderID: 7) } == .notFound)
      #expect(!SecutixError.notFound.isRetryable)
    }
  }

  @Test func `an answer in progress is asked for again under its request id`() async throws {
    let staging = Staging()
    try await staging.run { [clock = staging.clock] client, sandbox in
      let sale = try await sandbox.sell()
      await sandbox.prepare(.inProgress(3))
      let details = try await client.fileDetails(orderSecret: sale.orderSecret)
      #expect(details[pointer: "/fileDetailsData/fileId"]?.int == sale.file)
      let bodies = try await sandbox.calls.map { try JSONValue(parsing: $0.body) }
      #expect(bodies.count == 4)
      #expect(bodies[0]["requestId"] == nil)
      #expect(Set(bodies[1...].compactMap { $0["requestId"]?.int }).count == 1)
      #expect(bodies.allSatisfy { $0["orderSecretId"]?.stringValue == sale.orderSecret })
      #expect(clock.slept == [.seconds(1), .seconds(1), .seconds(1)])
    }
  }

  @Test func `polling ends`() async throws {
    var staging = Staging()
    staging.patience.polls = 5
    try await staging.run { client, sandbox in
      await sandbox.prepare(.inProgress(1_000))
      let error = try #require(await alive(client))
      #expect(error == .unfinished(polls: 5))
      #expect(error.isRetryable)
      #expect(await sandbox.calls.count == 6)
    }
  }

  @Test(arguments: [
    (SandboxFault.status(500), SecutixError.unavailable(status: 500)), (.status(503), .unavailable(status: 503)),
    (.status(509), .rateLimited(retryAfter: nil)), (.status(429), .rateLimited(retryAfter: nil)),
    (.reset, .unreachable(reason: "")), (.halfBody, .unreachable(reason: "")),
  ])
  func `what passes is tried again, a few times`(fault: SandboxFault, expected: SecutixError) async throws {
    let staging = Staging()
    try await staging.run { [clock = staging.clock] client, sandbox in
      await sandbox.prepare(fault, times: 3)
      #expect(await alive(client) == nil)
      #expect(await sandbox.calls.count == 4)
      // Drawn between nothing and a limit that doubles.
      for (wait, limit) in zip(clock.slept, [500, 1_000, 2_000]) { #expect(wait <= .milliseconds(limit)) }
      await sandbox.prepare(fault, times: 4)
      let error = try #require(await alive(client))
      if case .unreachable(let reason) = error {
        #expect(expected == .unreachable(reason: ""))
        #expect(!reason.isEmpty)
      } else {
        #expect(error == expected)
      }
      #expect(error.isRetryable)
      #expect(await sandbox.calls.count == 8)
    }
  }

  @Test(arguments: [(SandboxFault.status(400), 400), (.status(404), 404), (.redirect(to: "http://127.0.0.1:9/"), 302)])
  func `what stays is not tried again`(fault: SandboxFault, status: Int) async throws {
    let staging = Staging()
    try await staging.run { client, sandbox in
      await sandbox.prepare(fault, times: 2)
      let error = try #require(await alive(client))
      #expect(error == .rejected(status: status))
      #expect(!error.isRetryable)
      #expect(await sandbox.calls.count == 1)
    }
  }

  @Test(arguments: ["7", "Fri, 20 Nov 2026 18:05:09 GMT"])
  func `Retry-After is kept, by all calls of the institution`(header: String) async throws {
    let staging = Staging()
    try await staging.run { [clock = staging.clock] client, sandbox in
      await sandbox.prepare(.status(429, retryAfter: header))
      #expect(await alive(client) == nil)
      #expect(clock.now.offset >= .seconds(7))
      #expect(clock.now.offset < .seconds(8))
    }
  }

  @Test func `a Retry-After longer than patience is the error's, and the limiter's`() async throws {
    let staging = Staging()
    try await staging.run { [clock = staging.clock] client, sandbox in
      await sandbox.prepare(.status(429, retryAfter: "600"))
      #expect(await alive(client) == .rateLimited(retryAfter: .seconds(600)))
      #expect(clock.now.offset == .zero)
      // Nobody else asks until then, or waits so long for an answer that cannot come.
      clock.advance(by: .seconds(500))
      guard case .rateLimited(let rest?)? = await alive(client) else {
        Issue.record("the limiter let a call through")
        return
      }
      #expect(rest >= .seconds(100) && rest < .seconds(101))
      #expect(await sandbox.calls.count == 1)
      clock.advance(by: .seconds(90))
      #expect(await alive(client) == nil)
      #expect(clock.now.offset >= .seconds(600))
    }
  }

  @Test func `Retry-After that cannot be read is none`() {
    let now = TestClock.start
    #expect(retryAfter("-1", at: now) == nil)
    #expect(retryAfter("soon", at: now) == nil)
    #expect(retryAfter("Fri, 20 Nob 2026 18:05:09 GMT", at: now) == nil)
    #expect(retryAfter("Fri, 31 Feb 2026 18:05:09 GMT", at: now) == nil)
    #expect(retryAfter("Thu, 01 Jan 2026 00:00:00 GMT", at: now) == .zero)
    #expect(retryAfter("99999999999999999999", at: now) == nil)
    #expect(retryAfter("9223372036854775807", at: now) == .seconds(86_400))
  }

  @Test func `an answer that is no JSON says what it is`() async throws {
    let staging = Staging()
    try await staging.run { client, sandbox in
      await sandbox.prepare(.contentType("text/html; charset=utf-8"))
      let page = try #require(await alive(client))
      #expect(page == .unreadable(.contentType("text/html")))
      await sandbox.prepare(.brokenJSON)
      let broken = try #require(await alive(client))
      guard case .unreadable(.json) = broken else {
        Issue.record("\(broken)")
        return
      }
      await sandbox.prepare(.brokenGzip)
      let damaged = try #require(await alive(client))
      #expect(damaged == .unreadable(.compression))
      #expect(page.isRetryable && broken.isRetryable && damaged.isRetryable)
      await sandbox.prepare(.unknownMembers)
      #expect(await alive(client) == nil)
    }
  }

  @Test func `an answer larger than the limit is not read, compressed or not`() async throws {
    var staging = Staging()
    staging.patience.bodyLimit = 1 << 20
    try await staging.run { client, sandbox in
      await sandbox.prepare(.oversized(2 << 20))
      let error = try #require(await alive(client))
      #expect(error == .tooLarge(limit: 1 << 20))
      #expect(!error.isRetryable)
      #expect(error.sentence.contains("1 MB"))
      #expect(await alive(client) == nil)
    }
  }

  @Test func `no answer ends with the patience`() async throws {
    var staging = Staging()
    staging.patience.call = .seconds(1)
    try await staging.run { client, sandbox in
      await sandbox.prepare(.hang)
      let error = try #require(await alive(client))
      #expect(error == .timeout(after: .seconds(1)))
      #expect(error.isRetryable)
      // The job asks again, later; not this call at once.
      #expect(await sandbox.calls.count == 1)
    }
  }

  @Test(arguments: ["127.0.0.1", "localhost"]) func `nobody there is unreachable`(host: String) async throws {
    let staging = Staging()
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: SecutixClient.configuration())
    // Port 1 of loopback: nothing listens there.
    let client = SecutixClient(
      staging.connection("http://\(host):1"), http: http, limiter: CallLimiter(clock: CallClock(staging.clock)),
      clock: CallClock(staging.clock))
    let error = await alive(client)
    try await http.shutdown()
    guard case .unreachable(let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason == "Connection refused")
    #expect(staging.clock.slept.count == 3)
  }

  @Test func `a call that is cancelled ends, wherever it is`() async throws {
    let staging = Staging()
    try await staging.run { [clock = staging.clock] client, sandbox in
      await sandbox.prepare(.hang)
      let asking = Task { await alive(client) }
      await until { await sandbox.calls.count == 1 }
      asking.cancel()
      #expect(await asking.value == .cancelled)
      // Between two attempts, too.
      clock.hold()
      await sandbox.prepare(.status(500))
      let waiting = Task { await alive(client) }
      await until { clock.sleepers == 1 }
      waiting.cancel()
      #expect(await waiting.value == .cancelled)
      clock.letGo()
      #expect(await alive(client) == nil)
    }
  }

  @Test func `sixty-four calls at once all get their own answer`() async throws {
    let staging = Staging()
    try await staging.run { client, sandbox in
      var sales: [SandboxSale] = []
      for _ in 0..<64 { sales.append(try await sandbox.sell()) }
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for sale in sales {
          group.addTask {
            let details = try await client.fileDetails(orderSecret: sale.orderSecret)
            return details[pointer: "/fileDetailsData/fileId"]?.int == sale.file
          }
        }
        for try await isRight in group { #expect(isRight) }
      }
    }
  }

  @Test func `with the limiter no call meets the sandbox's limit, without it many do`() async throws {
    for (rate, isKept) in [(180, true), (60_000, false)] {
      var staging = Staging()
      staging.options.callsPerMinute = 180
      staging.callsPerMinute = rate
      staging.patience.attempts = 1
      try await staging.run { client, _ in
        var limited = 0
        for _ in 0..<400 {
          if await alive(client) == .rateLimited(retryAfter: nil) { limited += 1 }
        }
        #expect((limited == 0) == isKept)
      }
    }
  }

  @Test func `the sandbox takes nothing but a POST of JSON`() async throws {
    let sandbox = SandboxSecutix()
    try await sandbox.serve { url in
      let http = HTTPClient(eventLoopGroupProvider: .singleton)
      let path = "/tnseb/backend-apis/catalogService/v1_33/isCatalogServiceAlive"
      let get = try await http.get(url: url + path).get()
      let typeless = try await http.post(url: url + path, body: .string("{}")).get()
      let elsewhere = try await http.post(url: url + "/tnseb/else", body: .string("{}")).get()
      try await http.shutdown()
      #expect(get.status.code == 405)
      #expect(typeless.status.code == 415)
      #expect(elsewhere.status.code == 404)
    }
  }
}
