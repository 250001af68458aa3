import AppleWallet
import Foundation
import Issuance
import Logging
import PassBundle
import Sandbox
import Testing

@Suite("The certificate APNs is shown")
struct CertificateTests {
  @Test func `one of another authority is refused in words`() async throws {
    var staging = try Staging()
    staging.identities = [try Staging.strangers.get().identity]
    try await staging.run { apns, sandbox in
      let outcome = await apns.push(to: sandbox.newToken())
      #expect(outcome.kind == "refused")
      #expect(
        outcome.reason.hasPrefix("no push with “Pass Type ID: pass.org.example.tickets”: 127.0.0.1:")
          && outcome.reason.contains("refuses it in the TLS handshake"), "\(outcome.reason)")
      // Those behind it are not let through to ask again and again.
      let others = await apns.pushAll((0..<50).map { _ in sandbox.newToken() })
      #expect(others.allSatisfy { $0 == outcome })
      #expect(sandbox.counts.requests == 0)
    }
  }

  @Test func `while a certificate is renewed, the one that is accepted is used and remembered`() async throws {
    let (good, strangers) = (try Staging.certificates.get(), try Staging.strangers.get())
    for first in [try Staging.expired.get(), strangers] {
      var staging = try Staging()
      staging.identities = [first.identity, good.identity]
      try await staging.run { apns, sandbox in
        let outcomes = await apns.pushAll((0..<50).map { _ in sandbox.newToken() })
        #expect(outcomes.allSatisfy { $0 == .accepted }, "\(Set(outcomes))")
        #expect(await apns.push(to: sandbox.newToken()) == .accepted)
        #expect(sandbox.taken.count == 51)
        #expect(Set(sandbox.taken.map(\.connection)).count == 1)
      }
    }
  }

  @Test func `an expired one alone is refused without being shown`() async throws {
    var staging = try Staging()
    staging.identities = [try Staging.expired.get().identity]
    try await staging.run { apns, sandbox in
      let outcome = await apns.push(to: sandbox.newToken())
      #expect(outcome.kind == "refused" && outcome.reason.contains("the certificate expired on"), "\(outcome)")
      #expect(outcome.reason.contains("make a new certificate"), "\(outcome)")
      #expect(sandbox.counts.connections == 0)
    }
  }

  @Test func `one that is refused by an answer gives way to the next`() async throws {
    var staging = try Staging()
    let second = try ExampleCertificates(now: Staging.seconds)
    staging.identities.append(second.identity)
    staging.roots.append(second.root)
    try await staging.run { apns, sandbox in
      sandbox.fail(.answer(status: 403, reason: "BadCertificate"))
      let tokens = (0..<3).map { _ in sandbox.newToken() }
      for token in tokens { #expect(await apns.push(to: token) == .accepted) }
      #expect(sandbox.taken.map(\.connection) == [2, 2, 2])
      // And back, when that one is refused in its turn; but not to one that is still resting.
      sandbox.fail(.answer(status: 403, reason: "BadCertificate"))
      let outcome = await apns.push(to: tokens[0])
      #expect(outcome.kind == "refused")
      #expect(outcome.reason.split(separator: "; no push with").count == 2, "\(outcome)")
    }
  }

  @Test func `after its rest a refused one is tried again`() async throws {
    var staging = try Staging()
    staging.settings.refusalPause = .zero
    try await staging.run { apns, sandbox in
      let token = sandbox.newToken()
      sandbox.fail(.answer(status: 403, reason: "BadCertificate"))
      #expect(await apns.push(to: token).kind == "refused")
      #expect(await apns.push(to: token) == .accepted)
    }
  }

  @Test func `what cannot work is said at once`() throws {
    let (good, other) = (
      try Staging.certificates.get().identity,
      try ExampleCertificates(.init(passTypeIdentifier: "pass.org.example.other"), now: Staging.seconds).identity
    )
    func problem(_ identities: [SigningIdentity], _ change: (inout APNsSettings) -> Void = { _ in }) -> APNsSetupError?
    {
      var settings = APNsSettings()
      change(&settings)
      do throws(APNsSetupError) {
        _ = try APNs(identities: identities, settings: settings, logger: Logger(label: "test"), now: { 0 })
        return nil
      } catch {
        return error
      }
    }
    #expect(problem([good]) == nil)
    #expect(problem([]) == .noIdentity)
    #expect(
      problem([good, other]) == .severalPassTypes(["pass.org.example.other", "pass.org.example.tickets"]))
    for text in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
      let found = problem([good]) { $0.trustRoots = .pem(Array(text.utf8)) }
      #expect(found == .trustRoots(reason: "there is no certificate in PEM in them"))
    }
    #expect(problem([good]) { $0.priority = 7 }?.description == "the priority of pushes: APNs knows 1, 5 and 10")
    #expect(problem([good]) { $0.collapseID = String(repeating: "x", count: 65) } != nil)
    #expect(problem([good]) { $0.pushType = "alert\r\nx: y" } != nil)
    #expect(problem([good]) { $0.port = 0 } != nil)
    for host in ["a b", "https://api.push.apple.com", "api.push.apple.com:443", "[::1]", ""] {
      #expect(problem([good]) { $0.host = host } != nil, "\(host)")
    }
    #expect(problem([good]) { $0.host = "::1" } == nil)
    // Every phone would be forgotten there.
    for host in ["api.sandbox.push.apple.com", "API.development.push.apple.com"] {
      #expect(problem([good]) { $0.host = host }?.description.contains("write api.push.apple.com") == true)
    }
    #expect(problem([good]) { $0.lifetime = -1 } != nil)
  }
}
