import Foundation
import PassBundle
import Passes
import Testing

@Suite("What is wrong with an identity")
struct ProblemTests {
  let workshop: Workshop
  let identity: SigningIdentity
  /// A moment the certificate is valid at.
  let now: Int64

  init() throws {
    workshop = try Workshop.shared.get()
    identity = try workshop.folder("pass.pem", "pass.key", "wwdr.pem").identity(password: nil)
    now = identity.certificate.notBefore + 3600
  }

  private func codes(_ problems: [IdentityProblem]) -> [String] {
    problems.map(\.code).filter { $0 != "untrusted-issuer" }
  }

  @Test func `says nothing about a good one but that Apple did not issue it`() {
    let problems = identity.problems(
      passTypeIdentifier: Workshop.passType, teamIdentifier: Workshop.team, needsNFC: false, now: now)
    #expect(problems == [.notFromApple(issuer: "Apple Worldwide Developer Relations Certification Authority")])
  }

  @Test func `speaks of expiry thirty days ahead`() {
    let end = identity.certificate.notAfter
    let day: Int64 = 86400
    #expect(codes(identity.problems(now: end - 30 * day)) == [])
    #expect(identity.problems(now: end - 30 * day + 1).contains(.expiresSoon(on: end, days: 29)))
    #expect(identity.problems(now: end).contains(.expiresSoon(on: end, days: 0)))
    #expect(identity.problems(now: end + 1).first == .expired(on: end))
    #expect(
      identity.problems(now: identity.certificate.notBefore - 1).contains(
        .notYetValid(from: identity.certificate.notBefore)))
    #expect(identity.problems(now: .max).contains(.intermediateExpired(on: identity.intermediate.notAfter)))
    #expect(identity.problems(now: .min).contains(.intermediateNotYetValid(from: identity.intermediate.notBefore)))
    #expect(identity.daysLeft(at: end + 1) == -1)
  }

  @Test func `compares pass type and team with the template`() {
    let problems = identity.problems(passTypeIdentifier: "pass.a", teamIdentifier: "B", needsNFC: true, now: now)
    #expect(
      problems.filter { $0.severity == .error } == [
        .otherPassType(certificate: Workshop.passType, template: "pass.a"),
        .otherTeam(certificate: Workshop.team, template: "B"), .nfcNotAllowed,
      ])
  }

  @Test func `knows a certificate for NFC`() throws {
    let folder = try workshop.folder("nfc.pem", "nfc.key", "wwdr.pem")
    let identity = try folder.identity(password: nil)
    #expect(identity.certificate.hasNFCExtension)
    #expect(codes(identity.problems(needsNFC: true, now: now)) == [])
  }

  @Test func `wants Apple's extension to say the pass type`() throws {
    let unmarked = try workshop.folder("unmarked.pem", "unmarked.key", "wwdr.pem")
    #expect(
      codes(try unmarked.identity(password: nil).problems(now: now))
        == ["pass-type-extension-missing"])
    let title = try workshop.folder("title.pem", "title.key", "wwdr.pem")
    #expect(
      try title.identity(password: nil).problems(now: now)
        .contains(.passTypeExtensionDiffers(uid: Workshop.passType, passTypeExtension: "My Title")))
  }

  @Test func `warns of a key that others may read`() throws {
    let folder = try workshop.folder("pass.pem", "pass.key", "wwdr.pem")
    try folder.setMode(0o640, of: "file1")
    let problems = try folder.identity(password: nil).problems(now: now)
    #expect(problems.contains(.keyReadableByOthers(file: folder["file1"], mode: 0o640)))
    #expect("\(problems)".contains("mode 640"))
  }

  @Test func `reports everything that certs check prints`() throws {
    let folder = try workshop.folder("pass.pem", "pass.key", "wwdr.pem")
    let report = IdentityReport(at: folder.path, password: nil, passTypeIdentifier: Workshop.passType, now: now)
    #expect(report.isUsable)
    #expect(report.daysLeft == 389)
    #expect(report.appleGeneration == nil)
    let facts = Dictionary(uniqueKeysWithValues: report.facts.map { ($0.name, $0.value) })
    #expect(facts["passTypeIdentifier"] == Workshop.passType)
    #expect(facts["key"] == "RSA 2048 bits")
    #expect(facts["nfc"] == "no")
    let broken = IdentityReport(at: folder["nothing"], password: nil, now: now)
    #expect(!broken.isUsable)
    #expect(throws: IdentityError.self) { try broken.identity.get() }
  }
}

@Suite("Passwords")
struct PasswordTests {
  @Test func `come from the environment or from a file, not from both`() throws {
    let scratch = try Scratch()
    try scratch.write(" with spaces \r\n", to: "password")
    #expect(try IdentityPassword.source(in: [:]) == nil)
    #expect(try IdentityPassword.source(in: ["PASSMINT_IDENTITY_PASSWORD": ""]) == nil)
    let value = try IdentityPassword.source(in: ["PASSMINT_IDENTITY_PASSWORD": "a\n"])?.read()
    #expect(value?.withBytes { Array($0) } == Array("a\n".utf8))
    let file = try IdentityPassword.source(in: ["PASSMINT_IDENTITY_PASSWORD_FILE": scratch["password"]])?.read()
    #expect(file?.withBytes { Array($0) } == Array(" with spaces ".utf8))
    #expect(throws: IdentityError.self) {
      try IdentityPassword.source(
        in: ["PASSMINT_IDENTITY_PASSWORD": "a", "PASSMINT_IDENTITY_PASSWORD_FILE": scratch["password"]])
    }
    #expect(throws: IdentityError.self) { try IdentityPassword.file(scratch["none"]).read() }
  }

  @Test func `never show`() {
    let secret = Secret("hidden".utf8)
    var dumped = ""
    dump(secret, to: &dumped)
    #expect(
      "\(secret) \(String(reflecting: secret)) \(String(reflecting: [secret])) \(dumped)".contains("hidden") == false)
    #expect("\(secret)" == "<redacted>")
  }
}
