import Foundation
import Issuance
import JSON
import PassBundle
import Passes
import SQLiteStore
import Sandbox
import Testing

@testable import Server

@Suite("Apple's pass web service")
struct WalletTests {
  private static let device = "0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f6"

  private func registrations(_ live: LiveService, _ record: PassRecord, device: String = Self.device) -> String {
    "/wallet/theatre/v1/devices/\(device)/registrations/\(live.passType)/\(record.pass.serialNumber)"
  }

  private func list(_ live: LiveService, since tag: String? = nil, device: String = Self.device) -> String {
    "/wallet/theatre/v1/devices/\(device)/registrations/\(live.passType)"
      + (tag.map { "?passesUpdatedSince=\($0)" } ?? "")
  }

  private func latest(_ live: LiveService, _ record: PassRecord) -> String {
    "/wallet/theatre/v1/passes/\(live.passType)/\(record.pass.serialNumber)"
  }

  /// Another content, as a reseat makes it.
  private func change(_ record: PassRecord, _ live: LiveService, content: UInt8, at now: Int64) async throws {
    var pass = record.pass
    pass.contentDigest = [UInt8](repeating: content, count: 32)
    try await live.store.save([pass], tenant: "theatre", at: now)
  }

  @Test func `a pass's life on a phone: registered, listed, fetched, unregistered`() async throws {
    try await LiveService.run { live in
      let (_, passes) = try await live.issue(count: 2)
      let show = ["Authorization": try live.authorization(of: passes[0])]
      let token = #"{"pushToken":"c0ffee"}"#
      #expect(try await live.ask("GET", list(live)).status == 204)
      let path = registrations(live, passes[0])
      #expect(try await live.ask("POST", path, headers: show, body: token).status == 201)
      #expect(try await live.ask("POST", path, headers: show, body: token).status == 200)
      #expect(try await live.ask("POST", path, headers: show, body: #"{"pushToken":"0FF1CE"}"#).status == 200)
      let first = try await live.ask("GET", list(live))
      #expect(first.status == 200 && first.headers["content-type"] == "application/json")
      #expect(first.body?["serialNumbers"]?.array?.compactMap(\.stringValue) == [passes[0].pass.serialNumber])
      let tag = try #require(first.body?["lastUpdated"]?.stringValue)
      #expect(try await live.ask("GET", list(live, since: tag)).status == 204)
      // What is no tag of ours is none: the phone is told of all it has.
      #expect(try await live.ask("GET", list(live, since: "%28null%29")).status == 200)

      try await change(passes[0], live, content: 1, at: LiveService.now - 2_000)
      try await change(passes[1], live, content: 1, at: LiveService.now)
      let updated = try await live.ask("GET", list(live, since: tag))
      #expect(updated.body?["serialNumbers"]?.array?.count == 1)
      #expect(updated.body?["lastUpdated"]?.stringValue != tag)

      let fetched = try await live.ask("GET", latest(live, passes[0]), headers: show)
      #expect(fetched.status == 200 && fetched.headers["content-type"] == "application/vnd.apple.pkpass")
      let date = try #require(fetched.headers["last-modified"])
      let again = show.merging(["If-Modified-Since": date]) { $1 }
      #expect(try await live.ask("GET", latest(live, passes[0]), headers: again).status == 304)
      let head = try await live.ask("HEAD", latest(live, passes[0]), headers: show)
      #expect(head.status == 200 && head.headers["last-modified"] == date)
      // Twice within a second, and the phone has fetched in between.
      try await change(passes[0], live, content: 2, at: LiveService.now)
      let second = try await live.ask("GET", latest(live, passes[0]), headers: again)
      #expect(second.status == 200)
      let then = show.merging(["If-Modified-Since": try #require(second.headers["last-modified"])]) { $1 }
      try await change(passes[0], live, content: 3, at: LiveService.now)
      #expect(try await live.ask("GET", latest(live, passes[0]), headers: then).status == 200)

      #expect(try await live.ask("DELETE", path, headers: show).status == 200)
      #expect(try await live.ask("DELETE", path, headers: show).status == 200)
      #expect(try await live.ask("GET", list(live)).status == 204)

      await live.front.service.noteDeliveries()
      let history = try await live.ask("GET", "/api/theatre/passes/\(passes[0].pass.serialNumber)/history")
      let kinds = history.body?["events"]?.array?.compactMap { $0["kind"]?.stringValue }
      #expect(kinds == ["issued", "registered", "changed", "changed", "changed", "unregistered", "fetched"])
      let text = String(decoding: history.body?.serialized() ?? [], as: UTF8.self)
      #expect(!text.contains("c0ffee") && !text.contains(Self.device))
    }
  }

  @Test func `a wrong token, another pass's, and a pass that is not there are answered alike`() async throws {
    try await LiveService.run(webhooks: ["opera": WebhookPolicy()]) { live in
      let (_, passes) = try await live.issue(count: 2)
      let own = try live.authorization(of: passes[0])
      let opera = try #require(live.front.service.tenant("opera"))
      let foreign = try #require(opera.keys.authenticationToken(serialNumber: passes[0].pass.serialNumber))
      let missing = try #require(live.tenant.keys.authenticationToken(serialNumber: "missing"))
      let base = "/wallet/theatre/v1"
      let attempts: [(path: String, show: String)] = [
        (latest(live, passes[0]), ""), (latest(live, passes[0]), "ApplePass"), (latest(live, passes[0]), "ApplePass "),
        (latest(live, passes[0]), own.replacing("ApplePass", with: "Bearer")),
        (latest(live, passes[0]), String(own.dropLast())), (latest(live, passes[0]), own.uppercased()),
        (latest(live, passes[0]), "ApplePass \(foreign)"), (latest(live, passes[1]), own),
        ("\(base)/passes/\(live.passType)/missing", "ApplePass \(missing)"),
        ("\(base)/passes/pass.of.another/\(passes[0].pass.serialNumber)", own),
        ("/wallet/nobody/v1/passes/\(live.passType)/\(passes[0].pass.serialNumber)", own),
        ("/wallet/opera/v1/passes/\(live.passType)/\(passes[0].pass.serialNumber)", own),
        ("/wallet/opera/v1/passes/\(live.passType)/\(passes[0].pass.serialNumber)", "ApplePass \(foreign)"),
        ("\(base)/passes/\(live.passType)/%00", own),
      ]
      var bodies: Set<String> = []
      for (path, show) in attempts {
        let answer = try await live.ask("GET", path, headers: show.isEmpty ? [:] : ["Authorization": show])
        #expect(answer.status == 401, "\(path) \(show)")
        bodies.insert(answer.body?["detail"]?.stringValue ?? "")
        let post = try await live.ask(
          "POST", path.replacing("/passes/", with: "/devices/x/registrations/"),
          headers: show.isEmpty ? [:] : ["Authorization": show], body: #"{"pushToken":"00"}"#)
        #expect(post.status == 401, "\(path) \(show)")
      }
      #expect(bodies.count == 1)
      #expect(try await live.store.pushSummary().devices == 0)
      #expect(try await live.ask("GET", latest(live, passes[0]), headers: ["Authorization": own]).status == 200)
    }
  }

  @Test func `what no phone sends is refused, and nothing is kept of it`() async throws {
    try await LiveService.run { live in
      let (_, passes) = try await live.issue()
      let show = ["Authorization": try live.authorization(of: passes[0])]
      let path = registrations(live, passes[0])
      for body in [
        "", "{", "[]", "{}", #"{"pushToken":7}"#, #"{"pushToken":""}"#, #"{"pushToken":"../../1"}"#,
        #"{"pushToken":"\#(String(repeating: "a", count: 401))"}"#,
      ] {
        #expect(try await live.ask("POST", path, headers: show, body: body).status == 400, "\(body.prefix(40))")
      }
      let long = String(repeating: "x", count: 201)
      #expect(
        try await live.ask("POST", registrations(live, passes[0], device: long), headers: show, body: "{}").status
          == 400)
      let large = #"{"pushToken":"00","x":"\#(String(repeating: " ", count: 1 << 15))"}"#
      #expect(try await live.ask("POST", path, headers: show, body: large).status == 413)
      #expect(try await live.ask("GET", list(live, device: long)).status == 400)
      #expect(try await live.store.pushSummary().devices == 0)
    }
  }

  @Test func `what phones write is kept with its pass, however strange`() async throws {
    try await LiveService.run { live in
      let (_, passes) = try await live.issue()
      let serial = passes[0].pass.serialNumber
      let show = ["Authorization": try live.authorization(of: passes[0])]
      _ = try await live.ask("POST", registrations(live, passes[0]), headers: show, body: #"{"pushToken":"00"}"#)
      let lines = [
        "[2026-11-20 19:05:02 +0100] Get pass task (pass type \(live.passType), serial number \(serial), "
          + "if-modified-since (null); with web service url https://x) encountered error: Unexpected response code 401",
        "Register task (for device \(Self.device), pass type \(live.passType), serial number \(serial); with web "
          + "service url https://x) encountered error: timed out\u{0}\u{1B}[31m\n{\"level\":\"error\"}",
        "", String(repeating: "serial number ", count: 10_000),
      ]
      let body = JSONValue.object(["logs": .array(lines.map { .string($0) } + [7, .null])]).serialized()
      let answer = try await live.ask("POST", "/wallet/theatre/v1/log", body: String(decoding: body, as: UTF8.self))
      #expect(answer.status == 200)
      let history = try await live.ask("GET", "/api/theatre/passes/\(serial)/history").body
      let log = try #require(history?["log"]?.array)
      #expect(log.count == 2)
      #expect(log[0]["text"]?.stringValue?.hasSuffix("Unexpected response code 401") == true)
      #expect(log[1]["device"] == history?["devices"]?.array?.first?["device"])
      #expect(log[1]["text"]?.stringValue?.contains("\u{1B}") == false)
      for body in ["", "[]", #"{"logs":"x"}"#] {
        #expect(try await live.ask("POST", "/wallet/theatre/v1/log", body: body).status == 400)
      }
      #expect(try await live.ask("POST", "/wallet/nobody/v1/log", body: #"{"logs":[]}"#).status == 404)
    }
  }

  @Test func `a pass's phones are pushed when support asks for it`() async throws {
    try await LiveService.run { live in
      let (_, passes) = try await live.issue()
      let serial = passes[0].pass.serialNumber
      let show = ["Authorization": try live.authorization(of: passes[0])]
      for device in ["a", "b"] {
        _ = try await live.ask(
          "POST", registrations(live, passes[0], device: device), headers: show, body: #"{"pushToken":"00"}"#)
      }
      let answer = try await live.ask("POST", "/api/theatre/passes/\(serial)/push")
      #expect(answer.status == 202 && answer.body?["devices"] == 2)
      #expect(
        try await live.ask("POST", "/api/theatre/passes/\(serial)/push", headers: ["X-API-KEY": live.readerKey]).status
          == 403)
      #expect(try await live.ask("POST", "/api/theatre/passes/missing/push").status == 404)
      let pushes = try await live.store.claimPushes(10, worker: "w", leasedUntil: .max, at: .max)
      #expect(pushes.count == 2 && pushes.allSatisfy { $0.tenant == "theatre" })
    }
  }

  @Test func `a form that was filled in is signed for, and the pass goes on without it`() async throws {
    try await LiveService.run { live in
      let record = try await live.saveWithForm()
      let show = ["Authorization": try live.authorization(of: record)]
      _ = try await live.ask("POST", registrations(live, record), headers: show, body: #"{"pushToken":"00"}"#)
      let tag = try #require(try await live.ask("GET", list(live)).body?["lastUpdated"]?.stringValue)
      let before = try await live.download(latest(live, record), headers: show)
      #expect(before.contains("personalization.json") && before.contains("personalizationLogo@2x.png"))

      let path = "\(latest(live, record))/personalize"
      let token = "c0ffee-4711_A=="
      let entry = """
        {"personalizationToken": "\(token)", "requiredPersonalizationInfo": {"fullName": "Ada L\u{F6}velace",
         "emailAddress": "ada@example.org", "phoneNumber": null, "barcode": "1"}}
        """
      let signature = try await live.bytes("POST", path, body: entry)
      #expect(try live.verifies(signature, of: token))
      #expect(try !live.verifies(signature, of: "another"))
      // The answer was lost, and somebody else tries.
      #expect(try live.verifies(try await live.bytes("POST", path, headers: show, body: entry), of: token))
      let other = entry.replacing("ada@", with: "eve@")
      #expect(try await live.ask("POST", path, body: other).status == 200)

      let told = try await live.ask("GET", list(live, since: tag)).body
      #expect(told?["serialNumbers"]?.array?.compactMap(\.stringValue) == ["form"])
      #expect(try await live.store.claimPushes(10, worker: "w", leasedUntil: .max, at: .max).count == 1)
      let after = try await live.download(latest(live, record), headers: show)
      #expect(after == before.filter { !$0.hasPrefix("personalization") })
      let shown = try await live.ask("GET", "/api/theatre/passes/form").body?["personalization"]
      #expect(shown?["info"] == ["emailAddress": "ada@example.org", "fullName": "Ada L\u{F6}velace"])
    }
  }

  @Test func `nothing that could be a pass is signed for a form, and no pass without one`() async throws {
    try await LiveService.run { live in
      let record = try await live.saveWithForm()
      let (_, passes) = try await live.issue()
      func entry(_ token: String) -> String {
        let object: JSONValue = [
          "personalizationToken": .string(token), "requiredPersonalizationInfo": ["fullName": "Ada"],
        ]
        return String(decoding: object.serialized(), as: UTF8.self)
      }
      let path = "\(latest(live, record))/personalize"
      for token in [
        #"{"pass.json":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}"#, "{}", " {", "", "a b", "\u{E9}", "a\n{",
        String(repeating: "a", count: 1_001),
      ] {
        #expect(try await live.ask("POST", path, body: entry(token)).status == 400, "\(token)")
      }
      for body in ["", "[]", #"{"personalizationToken": "a"}"#] {
        #expect(try await live.ask("POST", path, body: body).status == 400)
      }
      let plain = "\(latest(live, passes[0]))/personalize"
      let own = ["Authorization": try live.authorization(of: passes[0])]
      for (path, headers) in [
        (plain, [:]), (plain, own), (path, own), (path, ["Authorization": "ApplePass x"]),
        ("/wallet/theatre/v1/passes/\(live.passType)/missing/personalize", [:]),
        ("/wallet/theatre/v1/passes/pass.of.another/form/personalize", [:]),
        ("/wallet/nobody/v1/passes/\(live.passType)/form/personalize", [:]),
      ] {
        #expect(try await live.ask("POST", path, headers: headers, body: entry("abc")).status == 401, "\(path)")
      }
      #expect(try await live.store.pass(serialNumber: "form", tenant: "theatre")?.personalization == nil)
    }
  }
}
