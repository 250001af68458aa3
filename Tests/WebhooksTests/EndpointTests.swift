import PassBundle
import Testing

@testable import Webhooks

@Suite("An endpoint's configuration")
struct EndpointTests {
  @Test func `takes addresses with scheme and host, and no password`() {
    #expect(WebhookEndpoint.Address("https://crm.example.org/passes?x=1")?.port == 443)
    #expect(WebhookEndpoint.Address("HTTP://[::1]:81/")?.host == "::1")
    for text in [
      "", "crm.example.org", "ftp://x/", "https:///x", "https://u:p@x/", "https://x/#f", "https://",
      "https://%6cocalhost/", "https://b\u{FC}cher.example/", "https://a%2eb/", "https://x%00y/",
      "https://[fe80::1%25eth0]/",
      "https://[::1", "https:x/", "https://a b/", "https://a:99999/", "https://a:0/", "https://a:x/", "https://a:/",
      "https://a:99999999999999999999/",
    ] {
      #expect(WebhookEndpoint.Address(text) == nil, "\(text)")
    }
  }

  @Test func `takes secrets as they are shared`() {
    #expect(WebhookEndpoint.secret(SenderUnderTest.secret)?.count == 24)
    for text in [
      "", "whsec_", "whsec_c2hvcnQ=", SenderUnderTest.secret + "!", String(SenderUnderTest.secret.dropFirst(6)),
    ] {
      #expect(WebhookEndpoint.secret(text) == nil, "\(text)")
    }
  }

  @Test func `tells machines of the public net from others`() {
    for machine in ["93.184.216.34", "2606:2800:220:1::1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "2a00::1"] {
      #expect(WebhookTarget.isAllowed(machine, []), "\(machine)")
    }
    for machine in [
      "127.0.0.1", "10.1.1.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
      "255.255.255.255",
      "::1", "::", "fe80::1", "fe80::1%eth0", "fd12::1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::a00:1",
      "2002:7f00:1::",
      "ff02::1", "nonsense",
    ] {
      #expect(!WebhookTarget.isAllowed(machine, []) || machine == "nonsense", "\(machine)")
    }
  }
}
