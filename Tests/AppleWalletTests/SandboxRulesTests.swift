import NIOHPACK
import Testing

@testable import Sandbox

@Suite("What the sandbox's APNs refuses")
struct SandboxRulesTests {
  private static let token = String(repeating: "0a", count: 32)

  /// A good request, changed.
  private func refusal(
    body: String = "{}", topics: Set<String>? = ["pass.org.example.tickets"],
    _ change: (inout HPACKHeaders) -> Void = { _ in }
  ) -> String? {
    var headers: HPACKHeaders = [
      ":method": "POST", ":scheme": "https", ":path": "/3/device/\(Self.token)", ":authority": "127.0.0.1",
      "apns-topic": "pass.org.example.tickets", "apns-priority": "10",
    ]
    change(&headers)
    let request = APNsRequest(headers, body: Array(body.utf8), topics: topics)
    return request.refusal.map { "\($0.status) \(String(decoding: $0.body, as: UTF8.self))" }
  }

  private func refusal(_ name: String, _ value: String?) -> String? {
    refusal { headers in
      headers.remove(name: name)
      if let value { headers.add(name: name, value: value) }
    }
  }

  @Test func `is what Apple refuses, in Apple's words`() {
    #expect(refusal() == nil)
    #expect(refusal(topics: nil) == nil)
    #expect(refusal(":method", "GET") == "405 {\"reason\":\"MethodNotAllowed\"}")
    #expect(refusal(":path", "/4/device/0a") == "404 {\"reason\":\"BadPath\"}")
    #expect(refusal(":path", "/3/device/") == "400 {\"reason\":\"MissingDeviceToken\"}")
    #expect(refusal(":path", "/3/device/xyz") == "400 {\"reason\":\"BadDeviceToken\"}")
    #expect(refusal("apns-topic", nil) == "400 {\"reason\":\"MissingTopic\"}")
    #expect(refusal("apns-topic", "a b") == "400 {\"reason\":\"BadTopic\"}")
    #expect(refusal("apns-topic", "pass.org.example.other") == "400 {\"reason\":\"TopicDisallowed\"}")
    #expect(refusal("apns-priority", "7") == "400 {\"reason\":\"BadPriority\"}")
    #expect(refusal("apns-expiration", "soon") == "400 {\"reason\":\"BadExpirationDate\"}")
    #expect(refusal("apns-expiration", "0") == nil)
    #expect(refusal("apns-push-type", "pass") == "400 {\"reason\":\"InvalidPushType\"}")
    #expect(refusal("apns-push-type", "background") == nil)
    #expect(refusal("apns-id", "1") == "400 {\"reason\":\"BadMessageId\"}")
    #expect(refusal("apns-collapse-id", String(repeating: "x", count: 65)) == "400 {\"reason\":\"BadCollapseId\"}")
    #expect(refusal { $0.add(name: "apns-topic", value: "again") } == "400 {\"reason\":\"DuplicateHeaders\"}")
    #expect(refusal(body: "") == "400 {\"reason\":\"PayloadEmpty\"}")
    #expect(refusal(body: String(repeating: " ", count: 4097)) == "413 {\"reason\":\"PayloadTooLarge\"}")
  }
}
