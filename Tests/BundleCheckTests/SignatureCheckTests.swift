import Foundation
import PassBundle
import Passes
import Testing

@Suite("Signatures") struct SignatureCheckTests {
  private static let manifest = Array("{\n \"pass.json\": \"0123456789012345678901234567890123456789\"\n}".utf8)

  private func check(
    _ signature: [UInt8], manifest: [UInt8] = manifest, needsNFC: Bool = false, passType: String = Workshop.passType,
    team: String = Workshop.team, trust: String? = "root", at now: Int64 = SamplePass.now
  ) throws -> (codes: [String], findings: [Finding], facts: SignatureFacts?) {
    let expectation = SignatureCheck.Expectation(passTypeIdentifier: passType, teamIdentifier: team, needsNFC: needsNFC)
    let (findings, facts) = SignatureCheck.check(
      signature, over: manifest, expecting: expectation, trust: try trust.map { try SamplePass.trust($0) } ?? [],
      now: now)
    return (findings.map(\.code), findings, facts)
  }

  private func sign(
    with name: String = "leaf", certificates: String? = "wwdr", options: [String] = ["-binary"]
  ) throws -> [UInt8] {
    try Workshop.shared.get().sign(Self.manifest, with: name, certificates: certificates, options: options)
  }

  @Test func `a good one, and what it says`() throws {
    let (codes, _, facts) = try check(try sign())
    #expect(codes == [])
    let found = try #require(facts)
    #expect(found.isVerified)
    #expect(found.isDetached)
    #expect(found.digestAlgorithm == "sha256")
    #expect(found.embeddedCertificates == 2)
    #expect(found.signer.uid == Workshop.passType)
    #expect(found.intermediate?.commonName == "Example WWDR")
    #expect(found.trustedRoot?.contains("Example Root") == true)
    #expect(found.appleGeneration == nil)
    #expect(abs((found.signingTime ?? 0) - SamplePass.now) < 600)
  }

  @Test func `a root of one's own must be named`() throws {
    #expect(try check(try sign(), trust: nil).codes == ["untrusted-issuer"])
    #expect(try check(try sign(), trust: "other").codes == ["untrusted-issuer"])
    // The intermediate itself may be trusted too.
    #expect(try check(try sign(), trust: "wwdr").codes == [])
  }

  static let signed: [(with: String, certificates: String?, options: [String], codes: [String])] = [
    ("leaf", "wwdr", ["-binary", "-keyid"], []),
    ("leaf", "wwdr", ["-binary", "-nosmimecap"], []),
    ("leaf", "wwdr", ["-binary", "-nodetach"], ["signature-attached"]),
    ("leaf", "wwdr", ["-binary", "-noattr"], ["signing-date-missing"]),
    ("leaf", "wwdr", ["-binary", "-noattr", "-nodetach"], ["signature-attached", "signing-date-missing"]),
    ("leaf", "wwdr", ["-binary", "-md", "sha1"], ["signature-sha1"]),
    ("leaf", "wwdr", ["-binary", "-md", "md5"], ["signature-digest-unsupported"]),
    ("leaf", "wwdr", ["-binary", "-nocerts"], ["signer-certificate-missing"]),
    ("leaf", "wwdr", [], ["signature-manifest-mismatch"]),
    ("leaf", nil, ["-binary"], ["intermediate-missing", "untrusted-issuer"]),
    ("leaf", "impostor", ["-binary"], ["intermediate-not-issuer", "untrusted-issuer"]),
    ("leaf", "wwdr", ["-binary", "-signer", "nfc.pem", "-inkey", "nfc.key"], ["signature-many-signers"]),
    ("nfc", "wwdr", ["-binary"], []),
    ("title", "wwdr", ["-binary"], ["pass-type-extension-mismatch"]),
    ("renamed", "wwdr", ["-binary"], ["pass-type-name-mismatch"]),
    ("server", "wwdr", ["-binary"], ["certificate-purpose"]),
    ("expired", "wwdr", ["-binary"], ["certificate-expired", "signed-outside-validity"]),
    ("self", "wwdr", ["-binary"], ["certificate-self-signed", "untrusted-issuer"]),
    ("plain", "wwdr", ["-binary"], ["pass-type-mismatch", "team-mismatch"]),
  ]

  @Test(arguments: signed) func `made by openssl in many ways`(
    _ made: (with: String, certificates: String?, options: [String], codes: [String])
  ) throws {
    let signature = try sign(with: made.with, certificates: made.certificates, options: made.options)
    #expect(try check(signature).codes == made.codes)
  }

  @Test func `line ends changed while signing are told from another manifest`() throws {
    let canonical = try check(try sign(options: []))
    #expect(canonical.findings.first?.hint.contains("-binary") == true)
    #expect(canonical.facts?.isVerified == false)
    let other = try check(try sign(), manifest: Array("{}".utf8))
    #expect(other.codes == ["signature-manifest-mismatch"])
    #expect(other.findings.first?.hint.contains("-binary") == false)
    #expect(
      try check(try sign(options: ["-binary", "-noattr"]), manifest: Array("{}".utf8)).codes
        == ["signing-date-missing", "signature-manifest-mismatch"])
  }

  @Test func `pass type, team and NFC are those of the certificate`() throws {
    let signature = try sign()
    #expect(
      try check(signature, passType: "pass.org.example.other").codes == [
        "pass-type-mismatch", "pass-type-extension-mismatch",
      ])
    #expect(try check(signature, team: "ZZZZZ99999").codes == ["team-mismatch"])
    #expect(try check(signature, needsNFC: true).codes == ["nfc-certificate-missing"])
    #expect(try check(try sign(with: "nfc"), needsNFC: true).codes == [])
  }

  @Test func `time goes by`() throws {
    let signature = try sign()
    let years: Int64 = 3 * 365 * 86_400
    #expect(
      Set(try check(signature, at: SamplePass.now + years).codes) == ["certificate-expired", "intermediate-expired"])
    #expect(
      Set(try check(signature, at: SamplePass.now - years).codes)
        == ["certificate-not-yet-valid", "intermediate-expired", "signing-date-in-future"])
  }

  @Test func `bytes that are no signature`() throws {
    let good = try sign()
    #expect(try check([]).codes == ["signature-not-der"])
    #expect(try check(Array("nonsense".utf8)).codes == ["signature-not-der"])
    #expect(try check([UInt8](repeating: 0x30, count: 2 << 20)).codes == ["signature-not-der"])
    #expect(try check(Array("-----BEGIN PKCS7-----\n".utf8)).codes == ["signature-not-der"])
    #expect(try check(Array(good.dropLast())).codes == ["signature-not-der"])
    #expect(try check(good + [0, 0]).codes == ["signature-trailing-bytes"])
    // ContentInfo of type "data".
    let data: [UInt8] = [0x30, 0x0F, 0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1, 0xA0, 2, 4, 0]
    #expect(try check(data).codes == ["signature-not-signed-data"])
    var spoiled = good
    spoiled[spoiled.count - 1] ^= 1
    let result = try check(spoiled)
    #expect(result.codes == ["signature-invalid"])
    #expect(result.facts?.isVerified == false)
  }

  /// The signature with the first occurrence of some bytes after the certificates replaced.
  private func patched(_ old: [UInt8], _ new: [UInt8]) throws -> [UInt8] {
    var bytes = try sign()
    let start = try #require((0...bytes.count - old.count).last { Array(bytes[$0..<$0 + old.count]) == old })
    bytes.replaceSubrange(start..<start + new.count, with: new)
    return bytes
  }

  @Test func `signed attributes that lack what they must hold`() throws {
    let pkcs9: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9]
    #expect(
      try check(try patched(pkcs9 + [4], pkcs9 + [6])).codes == ["signature-invalid", "signature-digest-missing"])
    #expect(try check(try patched(pkcs9 + [5], pkcs9 + [6])).codes == ["signing-date-missing", "signature-invalid"])
    let time = pkcs9 + [5, 0x31, 0x0F, 0x17, 0x0D]
    #expect(try check(try patched(time, time + [0x58])).codes == ["signing-date-malformed", "signature-invalid"])
  }

  @Test func `certificates without a signature`() throws {
    let workshop = try Workshop.shared.get()
    let bytes = try Workshop.inTemporaryFolder { folder in
      try Data(workshop.pem["leaf.pem"] ?? []).write(to: folder.appending(path: "leaf.pem"))
      try Workshop.openssl(
        ["crl2pkcs7", "-nocrl", "-certfile", "leaf.pem", "-outform", "DER", "-out", "signature"], in: folder)
      return [UInt8](try Data(contentsOf: folder.appending(path: "signature")))
    }
    #expect(try check(bytes).codes == ["signature-without-signer"])
  }

  @Test func `no flipped byte of a signature crashes the check or goes unnoticed`() throws {
    let good = try sign()
    let trust = try SamplePass.trust()
    let expectation = SignatureCheck.Expectation(passTypeIdentifier: Workshop.passType, teamIdentifier: Workshop.team)
    for index in stride(from: 0, to: good.count, by: 3) {
      var spoiled = good
      spoiled[index] ^= 0x41
      let (_, facts) = SignatureCheck.check(
        spoiled, over: Self.manifest, expecting: expectation, trust: trust, now: SamplePass.now)
      #expect(facts?.signer.uid == nil || facts?.signer.uid?.isEmpty == false)
      _ = SignatureCheck.check(
        Array(good.prefix(index)), over: Self.manifest, expecting: expectation, trust: trust, now: 0)
    }
  }
}
