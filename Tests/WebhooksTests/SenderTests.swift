import Authorization
import Foundation
import HTTPTypes
import Issuance
import JSON
import SQLiteStore
import Testing

@testable import Webhooks

@Suite("Outgoing webhooks", .serialized, .timeLimit(.minutes(10)))
struct SenderTests {
  @Test func `are signed so that the specification's own library takes them, by the old secret too`() async throws {
    let receiver = Receiver()
    try await SenderUnderTest.run(receiver) { test in
      try await test.issue(1...3)
      try await test.settle { $0.count == 3 && $0.allSatisfy { $0.state == .completed } }
      let requests = receiver.received.map { request -> JSONValue in
        ["body": .string(request.body), "headers": .object(JSONObject(request.headers))]
      }
      #expect(requests.count == 3)
      #expect(Set(receiver.received.map(\.id)).count == 3)
      #expect(receiver.received.allSatisfy { $0.headers["content-type"] == "application/json" })
      let first = receiver.received[0]
      let bad: [JSONValue] = [
        ["body": .string(first.body + " "), "headers": .object(JSONObject(first.headers))],
        [
          "body": .string(first.body),
          "headers": .object(JSONObject(first.headers.merging(["webhook-id": "x"]) { $1 })),
        ],
      ]
      let verdicts = try await Judge.verify(
        requests + bad,
        secrets: [SenderUnderTest.secret, SenderUnderTest.former, "whsec_" + String(repeating: "A", count: 32)])
      #expect(
        verdicts == Array(repeating: [true, true, false], count: 3) + Array(repeating: [false, false, false], count: 2))
      let body = try JSONValue(parsing: Array(first.body.utf8))
      #expect(body["type"]?.stringValue == "Pass:Created")
      #expect(body["data"]?["event"]?.stringValue == "Gala d’hiver – ليلة" && body["data"]?["orderId"]?.int == 4711)
    }
  }

  @Test func `that fail come again with the same id, by the schedule, and are given up in the end`() async throws {
    let receiver = Receiver()
    receiver.answer([], then: .init(500, body: "oh\nno"))
    var settings = WebhookSender.Settings()
    settings.pauses = [.seconds(5), .seconds(300)]
    try await SenderUnderTest.run(receiver, settings: settings) { test in
      try await test.issue(1...1)
      let first = try await test.settle { $0.first?.state == .retryable }[0]
      #expect(first.reason == "the endpoint answered 500: oh no")
      #expect((5_000...5_500).contains(first.runAt - test.clock.milliseconds))
      test.clock.advance(by: 6)
      let second = try await test.settle { $0.first?.attempts == 2 && $0.first?.state == .retryable }[0]
      #expect((300_000...330_000).contains(second.runAt - test.clock.milliseconds))
      test.clock.advance(by: 331)
      try await test.settle { $0.first?.state == .discarded }
      #expect(receiver.received.count == 3 && Set(receiver.received.map(\.id)).count == 1)
      #expect(Set(receiver.received.map(\.body)).count == 1)
      // The clock stands in each attempt.
      #expect(Set(receiver.received.compactMap { $0.headers["webhook-timestamp"] }).count == 3)
      receiver.answer([])
      try await test.store.replayWebhook(first.id, tenant: nil, at: test.clock.milliseconds)
      test.clock.advance(by: 3_600)
      try await test.settle { $0.first?.state == .completed }
      #expect(Set(receiver.received.map(\.id)).count == 1)
    }
  }

  @Test func `of an endpoint that is down wait, and one of them tells when it is there again`() async throws {
    let receiver = Receiver()
    receiver.answer([], then: .init(503, [.retryAfter: "60"]))
    try await SenderUnderTest.run(receiver) { test in
      try await test.issue(1...200)
      let all = WebhookFilter(limit: 1_000)
      try await test.settle(all) { $0.contains { $0.state == .retryable } && !$0.contains { $0.state == .running } }
      // What was under way at once; all others wait until the endpoint is asked again.
      let refused = try await test.store.webhooks(all).filter { $0.state == .retryable }.map { $0.reason ?? "" }
      #expect(refused == Array(repeating: "the endpoint answered 503", count: 8))
      #expect(receiver.received.count == 8)
      let due = try await test.store.nextWebhookDue(without: [])
      #expect(try #require(due) >= test.clock.milliseconds + 60_000)
      test.clock.advance(by: 61)
      await receiver.wait(for: 9)
      try await test.settle(all) { !$0.contains { $0.state == .running } }
      #expect(receiver.received.count == 9)
      receiver.answer([])
      test.clock.advance(by: 7_200)
      try await test.settle(all) { $0.allSatisfy { $0.state == .completed } }
      let ids = receiver.received.map(\.id)
      #expect(Set(ids).count == 200 && ids.count == 209)
      #expect(try await test.store.webhookEndpoints(tenant: nil).first?.failures == 0)
    }
  }

  @Test func `go nowhere after 410 until somebody says so`() async throws {
    let receiver = Receiver()
    receiver.answer([.init(410)])
    try await SenderUnderTest.run(receiver) { test in
      try await test.issue(1...1)
      while try await test.store.webhookEndpoints(tenant: nil).first?.disabledAt == nil {
        try Task.checkCancellation()
        await Task.yield()
      }
      test.clock.advance(by: 90_000)
      try await test.issue(2...2)
      #expect(receiver.received.count == 1)
      #expect(try await test.store.resumeWebhooks(of: "crm", tenant: "theatre", at: test.clock.milliseconds))
      try await test.settle { $0.count == 2 && $0.allSatisfy { $0.state == .completed } }
    }
  }

  @Test func `follow no redirect`() async throws {
    let receiver = Receiver()
    receiver.answer([.init(307, [.location: "/elsewhere"])])
    try await SenderUnderTest.run(receiver) { test in
      try await test.issue(1...1)
      let message = try await test.settle { $0.first?.state == .retryable }[0]
      #expect(message.reason?.contains("307 and leads to /elsewhere: redirects are not followed") == true)
      #expect(receiver.received.map(\.path) == ["/crm"])
      // Nothing is wrong with the endpoint for others.
      try await test.issue(2...2)
      try await test.settle { $0.first?.state == .completed }
    }
  }

  @Test(arguments: [
    "http://localhost:PORT/", "http://127.0.0.1:PORT/", "http://[::1]:PORT/", "http://[::ffff:127.0.0.1]:PORT/",
    "http://127.1:PORT/", "http://2130706433:PORT/", "http://0x7f.0.0.1:PORT/", "http://0:PORT/",
    "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://[fd00::1]/", "http://[64:ff9b::7f00:1]/",
  ])
  func `never reach this machine or its net, whatever the address looks like`(address: String) async throws {
    let receiver = Receiver()
    try await SenderUnderTest.run(receiver, address: address, allowed: []) { test in
      try await test.issue(1...1)
      let message = try await test.settle { $0.first?.state == .retryable }[0]
      let reason = message.reason ?? ""
      #expect(reason.contains("not of the public net") || reason.contains("has no address"), "\(reason)")
      #expect(receiver.received.isEmpty)
    }
  }

  @Test func `of one endpoint that never answers hold up no other`() async throws {
    let receiver = Receiver()
    receiver.answer([.init(isHeld: true)])
    var settings = WebhookSender.Settings()
    settings.messagesAtOnce = 1
    try await SenderUnderTest.run(receiver, settings: settings) { test in
      try await test.issue(1...1)
      await receiver.wait(for: 1)
      let other = try #require(WebhookEndpoint.Address("http://127.0.0.1:\(test.port)/other"))
      let crm = try #require(WebhookEndpoint.Address("http://127.0.0.1:\(test.port)/crm"))
      await test.sender.replaceEndpoints(
        [crm, other].map { address in
          WebhookEndpoint(
            tenant: "theatre", name: address == crm ? "crm" : "other", address: address,
            secrets: [], types: Set(WebhookType.allCases), allowed: [.init("127.0.0.1")].compactMap { $0 })
        })
      try await test.issue(2...4)
      try await test.settle(WebhookFilter(endpoint: "other")) {
        $0.count == 3 && $0.allSatisfy { $0.state == .completed }
      }
      #expect(receiver.received.filter { $0.path == "/crm" }.count == 1)
    }
  }

  @Test func `are delivered though the body of the answer never comes`() async throws {
    let receiver = Receiver()
    var answer = Receiver.Answer(200)
    answer.isEndless = true
    var bad = Receiver.Answer(500)
    bad.isEndless = true
    receiver.answer([answer, bad])
    var settings = WebhookSender.Settings()
    settings.bodyTimeout = .milliseconds(20)
    settings.messagesAtOnce = 1
    try await SenderUnderTest.run(receiver, settings: settings) { test in
      try await test.issue(1...2)
      try await test.settle { $0.map(\.state) == [.retryable, .completed] }
      test.clock.advance(by: 3_600)
      try await test.settle { $0.allSatisfy { $0.state == .completed } }
      #expect(receiver.received.count == 3)
    }
  }

  @Test func `that were under way when the service was stopped are given back`() async throws {
    let receiver = Receiver()
    receiver.answer([], then: .init(isHeld: true))
    try await SenderUnderTest.run(receiver) { test in
      try await test.issue(1...1)
      await receiver.wait(for: 1)
    } afterwards: { store in
      let message = try #require(try await store.webhooks(WebhookFilter()).first)
      #expect(message.state == .available && message.attempts == 0 && message.reason == "the service was stopped")
    }
    #expect(receiver.received.count == 1)
  }
}
