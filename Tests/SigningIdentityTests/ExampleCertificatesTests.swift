import Foundation
import PassBundle
import Testing

@Suite("Example certificates")
struct ExampleCertificatesTests {
  let scratch: Scratch
  let now = Int64(Date().timeIntervalSince1970)

  init() throws {
    scratch = try Scratch()
  }

  @Test func `satisfy the openssl command and look like Apple's`() throws {
    let folder = try ExampleCertificates.write(to: scratch["a/b"], now: now)
    #expect(folder.outcome == .made)
    let verified = try scratch.openssl(
      "verify", "-CAfile", folder.root, "-untrusted", folder.intermediate, "-purpose", "any", "-x509_strict",
      folder.certificate)
    #expect(verified == "\(folder.certificate): OK\n")
    let text = try scratch.openssl(
      "x509", "-in", folder.certificate, "-noout", "-text", "-nameopt", "RFC2253,sep_comma_plus_space,-dn_rev")
    for part in [
      "Version: 3 (0x2)", "Public-Key: (2048 bit)", "sha256WithRSAEncryption", "TLS Web Client Authentication",
      "1.2.840.113635.100.4.14",
      "UID=pass.org.example.tickets, CN=Pass Type ID: pass.org.example.tickets, OU=EXAMPLE123, O=Passmint Example, C=CH",
      "Issuer: CN=Passmint Example Worldwide Developer Relations, OU=G4, O=Passmint Example, C=CH",
    ] { #expect(text.contains(part), "\(part)") }
    #expect(!text.contains("1.2.840.113635.100.6.1.26"))
    let parsed = try scratch.openssl(
      "asn1parse", "-in", folder.certificate, "-strparse", try offset(folder.certificate))
    #expect(parsed.contains("UTF8STRING") && parsed.contains("pass.org.example.tickets"))
    let mode = try FileManager.default.attributesOfItem(atPath: folder.key)[.posixPermissions] as? Int
    #expect(mode == 0o600)

    let identity = try SigningIdentity.load(at: scratch["a/b"], password: nil)
    #expect(
      identity.problems(
        passTypeIdentifier: "pass.org.example.tickets", teamIdentifier: "EXAMPLE123", now: now
      ).map(\.code) == ["untrusted-issuer"])
    #expect((394...397).contains(identity.daysLeft(at: now)))
  }

  /// Where the value of the pass type extension starts.
  private func offset(_ certificate: String) throws -> String {
    let lines = try scratch.openssl("asn1parse", "-in", certificate).split(separator: "\n")
    let index = try #require(lines.firstIndex { $0.contains("1.2.840.113635.100.6.1.16") })
    return String(lines[index + 1].drop { $0 == " " }.prefix { $0 != ":" })
  }

  @Test func `stay as they are in a second run`() throws {
    let first = try ExampleCertificates.write(to: scratch.path, now: now)
    let key = try scratch.text(of: "key.pem")
    let second = try ExampleCertificates.write(to: scratch.path, now: now + 86400)
    #expect(second.outcome == .kept)
    #expect(second.notAfter == first.notAfter)
    #expect(try scratch.text(of: "key.pem") == key)
    #expect(try scratch.names == ["intermediate.pem", "key.pem", "pass.pem", "root.pem"])

    #expect(throws: ExampleCertificatesError.self) {
      try ExampleCertificates.write(to: scratch.path, .init(passTypeIdentifier: "pass.other"), now: now)
    }
    #expect(try ExampleCertificates.write(to: scratch.path, now: first.notAfter + 1).outcome == .renewed)
    #expect(try scratch.text(of: "key.pem") != key)
    #expect(try ExampleCertificates.write(to: scratch.path, now: first.notAfter + 1).outcome == .kept)
  }

  @Test func `are finished when a run was cut short before the key`() throws {
    _ = try ExampleCertificates.write(to: scratch.path, now: now)
    for name in ["key.pem", "pass.pem"] { try FileManager.default.removeItem(atPath: scratch[name]) }
    #expect(try ExampleCertificates.write(to: scratch.path, now: now).outcome == .made)
    #expect(throws: Never.self) { try scratch.identity(password: nil) }
  }

  @Test func `never replace what is not theirs`() throws {
    let workshop = try Workshop.shared.get()
    try scratch.copy(workshop["pass.key"], as: "key.pem")
    #expect(throws: ExampleCertificatesError.self) { try ExampleCertificates.write(to: scratch.path, now: now) }
    try scratch.copy(workshop["pass.pem"], as: "pass.pem")
    try scratch.copy(workshop["wwdr.pem"], as: "intermediate.pem")
    try scratch.copy(workshop["root.pem"], as: "root.pem")
    // Not even long after its expiry.
    #expect(throws: ExampleCertificatesError.self) {
      try ExampleCertificates.write(to: scratch.path, now: now + 20 * 365 * 86400)
    }
    try FileManager.default.removeItem(atPath: scratch["key.pem"])
    #expect(throws: ExampleCertificatesError.self) { try ExampleCertificates.write(to: scratch.path, now: now) }
    #expect(try scratch.text(of: "pass.pem") == workshop.scratch.text(of: "pass.pem"))
  }

  @Test func `may be for NFC, another pass type and another team`() throws {
    let long = "pass.org.example." + String(repeating: "long", count: 20)
    let example = try ExampleCertificates(
      .init(passTypeIdentifier: long, teamIdentifier: "ÄÖÜ", hasNFC: true), now: now)
    let certificate = example.certificate
    #expect(certificate.hasNFCExtension)
    #expect(certificate.uid == long)
    #expect(certificate.passTypeExtension == long)
    #expect(certificate.organizationalUnit == "ÄÖÜ")
    #expect(example.identity.problems(needsNFC: true, now: now).map(\.code) == ["untrusted-issuer"])
  }
}

@Suite("Digests")
struct DigestTests {
  @Test func `are those of the standards`() {
    let abc = Array("abc".utf8)
    #expect(Digest.hex(Digest.sha1(abc)) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(Digest.hex(Digest.sha1([])) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    #expect(
      Digest.hex(Digest.sha256(abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    // RFC 4231, test case 2, and the empty key and message.
    #expect(
      Digest.hex(Digest.hmacSHA256(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(
      Digest.hex(Digest.hmacSHA256([], key: Secret([])))
        == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }
}
