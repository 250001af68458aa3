import Authorization
import Foundation
import Issuance
import JSON
import PassBundle
import Secutix
import Testing

@testable import SQLiteStore
@testable import Server

@Suite("The webhook")
struct WebhookTests {
  private static let path = "/api/theatre/webhooks/listeners/secutix/orders"

  private static func row(_ token: String, _ state: String = "PAID", at time: String = "2026-11-20 18:05:02") -> String
  {
    #"{"orderSecretToken":"\#(token)","state":"\#(state)","lastUpdate":"\#(time)","ticketId":10228900003001,"saleMovementId":null}"#
  }

  private static func jobs(_ live: LiveService, tenant: String = "theatre") async throws -> [Job] {
    try await live.store.jobs(JobFilter(tenant: tenant))
  }

  @Test func `a row is a job on disk when it is answered, under the request's correlation id`() async throws {
    try await LiveService.run { live in
      for (type, id) in [
        ("application/json", "a"), ("text/json; charset=utf-8", "b"), ("application/vnd.house+json", "c"),
      ] {
        let answer = try await live.ask(
          "POST", Self.path, headers: ["Content-Type": type, "X-Correlation-ID": id, "X-API-KEY": ""],
          body: Self.row("token-\(id)"))
        #expect(answer.status == 200)
        #expect(answer.headers["x-correlation-id"] == id)
        #expect(answer.headers["ratelimit-policy"]?.hasPrefix(#""webhook";q="#) == true)
      }
      let jobs = try await Self.jobs(live)
      #expect(jobs.map(\.correlationID) == ["c", "b", "a"])
      #expect(jobs.map(\.key.order) == ["c", "b", "a"].map { .secretToken("token-\($0)") })
      // In which zone Secutix writes it nobody knows, until the point of sale was asked.
      #expect(jobs.first?.newestUpdate == .some(nil))
      _ = try await live.issue()
      #expect(try await live.ask("POST", Self.path, body: Self.row("token-d")).status == 200)
      #expect(try await Self.jobs(live).first?.newestUpdate == 1_795_194_302_000)
    }
  }

  @Test func `a bucket of rows is kept as a whole, or not at all`() async throws {
    try await LiveService.run { live in
      let good = "[\(Self.row("x")),\(Self.row("y")),\(Self.row("x", "PRINTED", at: "2026-11-20T19:05:03+01:00"))]"
      #expect(try await live.ask("POST", Self.path, body: good).status == 200)
      let orders = try await Self.jobs(live).map(\.key.order)
      #expect(orders == [.secretToken("y"), .secretToken("x")])
      let bad = #"[\#(Self.row("z")),{"orderSecretToken":"","state":7,"lastUpdate":"yesterday","seat":1}]"#
      let answer = try await live.ask("POST", Self.path, body: bad)
      #expect(answer.status == 400)
      #expect(answer.headers["content-type"] == "application/problem+json")
      #expect(
        Set(answer.body?["errors"]?.object?.names ?? []) == [
          "[1].seat", "[1].orderSecretToken", "[1].state", "[1].lastUpdate",
        ])
      let kept = try await Self.jobs(live)
      #expect(kept.count == 2)
    }
  }

  @Test func `order webhooks have addresses of their own: by number, and whole`() async throws {
    try await LiveService.run { live in
      #expect(try await live.ask("GET", "\(Self.path)/v1/4711").status == 200)
      #expect(try await live.ask("POST", "\(Self.path)/v1/4712", body: "<any/>").status == 200)
      #expect(try await live.ask("POST", "\(Self.path)/v1/%24%7BorderId%7D").status == 400)
      let order = #"{"orderDetailsData":{"orderId":4713,"orderSecretId":"abc","orderState":"PAID"}}"#
      #expect(try await live.ask("POST", "\(Self.path)/v2", body: "[\(order)]").status == 200)
      #expect(try await live.ask("POST", "\(Self.path)/v2", body: #"{"orderDetailsData":{}}"#).status == 400)
      let orders = try await Self.jobs(live).map(\.key.order)
      #expect(orders == [.secretToken("abc"), .id(4712), .id(4711)])
    }
  }

  @Test func `a sign-in that is configured is asked for, each in its way`() async throws {
    var basic = WebhookPolicy()
    basic.basic = .init(user: "secutix", password: Secret("p:ä".utf8))
    var key = WebhookPolicy()
    key.apiKeyHeader = "X-Hook-Key"
    try await LiveService.run(webhooks: ["basic": basic, "key": key]) { live in
      func send(_ tenant: String, _ headers: [String: String]) async throws -> (Int, String?) {
        let answer = try await live.ask(
          "POST", "/api/\(tenant)/webhooks/listeners/secutix/orders", headers: headers, body: Self.row("t"))
        return (answer.status, answer.headers["www-authenticate"])
      }
      let good = Data("secutix:p:ä".utf8).base64EncodedString()
      #expect(try await send("basic", ["Authorization": "Basic \(good)"]) == (200, nil))
      for wrong in [
        "", "Basic", "Basic ???", "Bearer \(good)", "Basic \(Data("secutix:p".utf8).base64EncodedString())",
      ] {
        let (status, challenge) = try await send("basic", ["Authorization": wrong])
        #expect(status == 401 && challenge == #"Basic realm="passmint", charset="UTF-8""#)
      }
      #expect(try await send("key", ["X-Hook-Key": live.key]).0 == 200)
      // A key that may do something else, and the key in the header where keys are otherwise.
      #expect(try await send("key", ["X-Hook-Key": live.readerKey]).0 == 403)
      #expect(try await send("key", ["X-API-KEY": live.key]).0 == 401)
      let ofbasic = try await Self.jobs(live, tenant: "basic")
      #expect(ofbasic.count == 1)
      let ofkey = try await Self.jobs(live, tenant: "key")
      #expect(ofkey.count == 1)
    }
  }

  @Test func `only addresses on the list are let in, and proxies are believed only when they are ours`() async throws {
    var elsewhere = WebhookPolicy()
    elsewhere.allowed = [AddressRange("203.0.113.0/24")].compactMap { $0 }
    var here = WebhookPolicy()
    here.allowed = [AddressRange("127.0.0.0/8")].compactMap { $0 }
    let policies = ["elsewhere": elsewhere, "here": here]
    @Sendable func send(_ live: LiveService, _ tenant: String, _ forwarded: String = "") async throws -> Int {
      try await live.ask(
        "POST", "/api/\(tenant)/webhooks/listeners/secutix/orders", headers: ["X-Forwarded-For": forwarded],
        body: Self.row("t")
      ).status
    }
    try await LiveService.run(webhooks: policies) { live in
      var status = try await send(live, "here")
      #expect(status == 200)
      status = try await send(live, "elsewhere")
      #expect(status == 403)
      status = try await send(live, "elsewhere", "203.0.113.9")
      #expect(status == 403)
    }
    let proxies = [AddressRange("127.0.0.1"), AddressRange("10.0.0.0/8")].compactMap { $0 }
    try await LiveService.run(webhooks: policies, trustedProxies: proxies) { live in
      var status = try await send(live, "elsewhere", "203.0.113.9")
      #expect(status == 200)
      // What the sender itself claims stands before what our proxy heard.
      status = try await send(live, "elsewhere", "198.51.100.7, 203.0.113.9, 10.1.1.1")
      #expect(status == 200)
      status = try await send(live, "elsewhere", "203.0.113.9:41234, [::ffff:10.1.1.1]:443")
      #expect(status == 200)
      status = try await send(live, "elsewhere", "203.0.113.9, 198.51.100.7")
      #expect(status == 403)
      status = try await send(live, "here", "203.0.113.9")
      #expect(status == 403)
    }
  }

  @Test func `too many are put off, and told for how long; other tenants do not notice`() async throws {
    try await LiveService.run(webhooks: ["slow": WebhookPolicy(requestsPerMinute: 12)]) { live in
      func send(_ tenant: String) async throws -> (status: Int, headers: [String: String]) {
        let answer = try await live.ask(
          "POST", "/api/\(tenant)/webhooks/listeners/secutix/orders", body: Self.row("t"))
        return (answer.status, answer.headers)
      }
      #expect(try await send("slow").headers["ratelimit"] == #""webhook";r=1;t=5"#)
      #expect(try await send("slow").status == 200)
      let refused = try await send("slow")
      #expect(refused.status == 429)
      #expect(refused.headers["retry-after"] == "5")
      #expect(refused.headers["ratelimit"] == #""webhook";r=0;t=5"#)
      #expect(try await send("theatre").status == 200)
    }
    // A bucket of rows weighs as much as the orders it tells of, but is never refused for its size.
    try await LiveService.run(webhooks: ["slow": WebhookPolicy(requestsPerMinute: 12)]) { live in
      let path = "/api/slow/webhooks/listeners/secutix/orders"
      let bucket = "[" + (0..<30).map { Self.row("t\($0)") }.joined(separator: ",") + "]"
      let first = try await live.ask("POST", path, body: bucket)
      let second = try await live.ask("POST", path, body: bucket)
      #expect(first.status == 200)
      #expect(second.status == 429 && second.headers["retry-after"] == "145")
    }
  }

  @Test func `hostile bodies are refused, and nothing is kept of them`() async throws {
    try await LiveService.run { live in
      let long = #"{"orderSecretToken":"\#(String(repeating: "x", count: 2 << 20))"}"#
      #expect(try await live.ask("POST", Self.path, body: long).status == 413)
      let deep = String(repeating: "[", count: 100_000)
      for body in ["", "{", "null", "7", "[]", deep, "{\"a\":\"\\ud800\"}", "[\(Self.row("x")),null]"] {
        #expect(try await live.ask("POST", Self.path, body: body).status == 400, "\(body.prefix(30))")
      }
      let many = "[" + (0..<1001).map { Self.row("t\($0)") }.joined(separator: ",") + "]"
      #expect(try await live.ask("POST", Self.path, body: many).status == 400)
      let xml = try await live.ask("POST", Self.path, headers: ["Content-Type": "text/xml"], body: Self.row("x"))
      #expect(xml.status == 415)
      #expect(try await live.ask("PUT", Self.path, body: Self.row("x")).headers["allow"] == "POST")
      #expect(try await live.ask("POST", "/api/nobody/webhooks/listeners/secutix/orders", body: "{").status == 404)
      let kept = try await Self.jobs(live)
      #expect(kept.isEmpty)
    }
  }

  @Test func `a store that cannot write answers 503, and takes the same row later`() async throws {
    try await LiveService.run { live in
      // More than what is free on the pages there are.
      let bucket = "[" + (0..<500).map { Self.row("token-\($0)") }.joined(separator: ",") + "]"
      try await live.store.limitPages(to: 1)
      let answer = try await live.ask("POST", Self.path, body: bucket)
      #expect(answer.status == 503)
      #expect(answer.headers["retry-after"] == "10")
      #expect(answer.body?["detail"]?.stringValue?.contains("send it again") == true)
      try await live.store.limitPages(to: nil)
      try await live.store.refuseWriting(true)
      #expect(try await live.ask("POST", Self.path, body: bucket).status == 503)
      #expect(try await live.ask("GET", "/readyz").status == 503)
      try await live.store.refuseWriting(false)
      #expect(try await live.ask("POST", Self.path, body: bucket).status == 200)
      let kept = try await Self.jobs(live)
      #expect(kept.count == 100)
    }
  }
}
