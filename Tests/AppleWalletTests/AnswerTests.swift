import AppleWallet
import Foundation
import Issuance
import PassBundle
import Sandbox
import Testing

@Suite("What APNs answers")
struct AnswerTests {
  static let rows: [(SandboxPushFault, String)] = [
    (.answer(status: 410, reason: "Unregistered", timestamp: 1_795_197_902_123), "gone since 1795197902123"),
    (.answer(status: 410, reason: "ExpiredToken", timestamp: 7), "gone since 7"),
    (.answer(status: 410, reason: nil), "gone"),
    (.answer(status: 400, reason: "BadDeviceToken"), "gone"),
    (.answer(status: 400, reason: "DeviceTokenNotForTopic"), "gone"),
    (.answer(status: 429, reason: "TooManyRequests"), "retry"),
    (.answer(status: 429, reason: "TooManyRequests", retryAfter: "17"), "retry after 17"),
    (.answer(status: 500, reason: "InternalServerError"), "retry"),
    (.answer(status: 503, reason: "ServiceUnavailable", retryAfter: "3"), "retry after 3"),
    (.answer(status: 503, reason: "Shutdown"), "retry"),
    (.answer(status: 599, reason: "SomethingNew"), "retry"),
    (.answer(status: 403, reason: "BadCertificate"), "refused"),
    (.answer(status: 403, reason: "BadCertificateEnvironment"), "refused"),
    (.answer(status: 403, reason: "MissingProviderToken"), "refused"),
    (.answer(status: 400, reason: "TopicDisallowed"), "refused"),
    (.answer(status: 400, reason: "BadTopic"), "refused"),
    (.answer(status: 400, reason: "MissingTopic"), "refused"),
    (.answer(status: 400, reason: "PayloadEmpty"), "refused"),
    (.answer(status: 400, reason: "BadCollapseId"), "refused"),
    (.answer(status: 400, reason: "InvalidPushType"), "refused"),
    // Said of one push alone: it holds up no other.
    (.answer(status: 400, reason: "IdleTimeout"), "retry"),
    (.answer(status: 400, reason: "BadMessageId"), "retry"),
    (.answer(status: 404, reason: "BadPath"), "retry"),
    (.answer(status: 405, reason: "MethodNotAllowed"), "retry"),
    (.answer(status: 413, reason: "PayloadTooLarge"), "retry"),
    (.answer(status: 400, reason: "SomethingNew"), "retry"),
    (.answer(status: 418, reason: nil), "retry"),
    (.body(status: 502, Array("<html>Bad Gateway</html>".utf8)), "retry"),
    (.body(status: 410, Array("{\"timestamp\":\"soon\",\"reason\":[1]}".utf8)), "gone"),
    (.body(status: 400, [UInt8](repeating: UInt8(ascii: "["), count: 100_000)), "retry"),
    (.lost, "retry"),
    (.disconnect, "retry"),
    (.delay(.milliseconds(1)), "accepted"),
  ]

  @Test func `each answer is what it says, and the next push goes through`() async throws {
    var staging = try Staging()
    // So that a certificate refused with a 403 is tried with the next push again.
    staging.settings.refusalPause = .zero
    try await staging.run { apns, sandbox in
      for (fault, expected) in Self.rows {
        let token = sandbox.newToken()
        sandbox.fail(fault, token: token)
        let outcome = await apns.push(to: token)
        #expect(outcome.kind == expected, "\(fault): \(outcome)")
        if case .answer(let status, let reason, _, _) = fault {
          #expect(outcome.reason.contains("\(status)") && outcome.reason.contains(reason ?? "4"), "\(outcome)")
        }
        #expect(await apns.push(to: token) == .accepted, "after \(fault)")
      }
    }
  }

  @Test func `a token that led somewhere once is gone since then`() async throws {
    try await Staging().run { apns, sandbox in
      let token = sandbox.newToken()
      #expect(await apns.push(to: token) == .accepted)
      let before = Staging.seconds * 1000
      sandbox.retire(token)
      guard case .deviceGone(let since?, "410 Unregistered") = await apns.push(to: token) else {
        Issue.record("not gone")
        return
      }
      #expect((before...before + 60_000).contains(since))
      #expect(await apns.push(to: String(repeating: "ab", count: 32)).kind == "gone")
      #expect(sandbox.counts.pushes == 1)
    }
  }

  @Test func `phones are not forgotten one after the other where none was ever known`() async throws {
    try await Staging().run { apns, sandbox in
      func unknown() -> String { UUID().uuidString.replacing("-", with: "") }
      for count in 1...20 { #expect(await apns.push(to: unknown()).kind == "gone", "\(count)") }
      for _ in 1...3 {
        let outcome = await apns.push(to: unknown())
        #expect(outcome.kind == "refused" && outcome.reason.contains("is it the right host"), "\(outcome)")
      }
      // One that is known says that the host is right.
      #expect(await apns.push(to: sandbox.newToken()) == .accepted)
      #expect(await apns.push(to: unknown()).kind == "gone")
    }
  }

  @Test(arguments: [
    "", "0", "xyz", "../../3/device/00", "00/../../x", "00?x", "00%2f00", "00\r\napns-topic: pass.other", "00 00",
    "\u{0}\u{0}", "００", "é", "00\u{301}", String(repeating: "0", count: 100_000), ":path",
  ])
  func `what is no token never leaves the house`(token: String) async throws {
    try await Staging().run { apns, sandbox in
      #expect(await apns.push(to: token).kind == "gone")
      #expect(sandbox.counts == SandboxAPNs.Counts())
    }
  }

  @Test func `tokens of any length and either case go through`() async throws {
    var staging = try Staging()
    staging.options.knowsTokens = false
    try await staging.run { apns, sandbox in
      for token in ["0a", String(repeating: "AB", count: 32), String(repeating: "c0", count: 100)] {
        #expect(await apns.push(to: token) == .accepted)
        #expect(sandbox.taken.last?.token == token.lowercased())
      }
    }
  }

  @Test func `a push says what passes need and no more`() async throws {
    try await Staging().run { apns, sandbox in
      let (token, id) = (sandbox.newToken(), UUID().uuidString)
      #expect(await apns.push(to: token, id: id) == .accepted)
      let push = try #require(sandbox.taken.first)
      #expect(push.token == token && push.id == id && push.topic == Staging.passType)
      #expect(
        push.headers == ["apns-topic": Staging.passType, "apns-priority": "10", "apns-id": id])
    }
    var staging = try Staging()
    staging.settings.priority = 5
    staging.settings.pushType = "background"
    staging.settings.lifetime = 0
    staging.settings.collapseID = "pass"
    try await staging.run { apns, sandbox in
      #expect(await apns.push(to: sandbox.newToken()) == .accepted)
      let headers = try #require(sandbox.taken.first?.headers)
      #expect(headers["apns-priority"] == "5" && headers["apns-push-type"] == "background")
      #expect(headers["apns-expiration"] == "0" && headers["apns-collapse-id"] == "pass")
    }
    staging.settings.lifetime = 3600
    try await staging.run { apns, sandbox in
      #expect(await apns.push(to: sandbox.newToken()) == .accepted)
      let expiration = try #require(sandbox.taken.first?.headers["apns-expiration"].flatMap { Int64($0) })
      #expect(abs(expiration - Staging.seconds - 3600) < 60)
    }
  }
}
