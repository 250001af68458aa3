import COpenSSL
import Foundation
import PassBundle
import Testing

@Suite("Loading a signing identity")
struct LoadingTests {
  let workshop: Workshop
  let password = Secret(Workshop.password.utf8)

  init() throws {
    workshop = try Workshop.shared.get()
  }

  private func expectWhole(_ identity: SigningIdentity) throws {
    #expect(identity.passTypeIdentifier == Workshop.passType)
    #expect(identity.teamIdentifier == Workshop.team)
    #expect(identity.certificate.isIssued(by: identity.intermediate))
    #expect(identity.privateKey.belongs(to: identity.certificate))
    let serial = try workshop.scratch.openssl("x509", "-in", "pass.pem", "-noout", "-serial")
    #expect(serial == "serial=\(identity.certificate.serialHex)\n")
    let print = try workshop.scratch.openssl("x509", "-in", "pass.pem", "-noout", "-fingerprint", "-sha256")
    #expect(print == "sha256 Fingerprint=\(identity.certificate.sha256Fingerprint)\n")
  }

  @Test(arguments: [
    ["pass.pem", "pass.key", "wwdr.pem", "root.pem"],
    ["pass.cer", "pass.key", "wwdr.cer"],
    ["pass.cer", "key.der", "wwdr.pem"],
  ])
  func `reads a folder by what its files hold`(names: [String]) throws {
    let folder = try Scratch()
    for (index, name) in names.enumerated() { try folder.copy(workshop[name], as: "file\(index)") }
    try expectWhole(folder.identity(password: nil))
  }

  @Test(arguments: ["pkcs8.key", "pkcs8.der", "traditional.key", "des.key"])
  func `opens an encrypted key, and says whether the password is missing or wrong`(name: String) throws {
    let folder = try workshop.folder("pass.pem", name, "wwdr.pem")
    try expectWhole(folder.identity(password: password))
    #expect(throws: IdentityError.passwordNeeded(file: "file1")) {
      try folder.identity(password: nil)
    }
    for number in 0..<300 {
      // Often enough for the wrong passwords whose padding looks right.
      #expect(throws: IdentityError.wrongPassword(file: "file1")) {
        try folder.identity(password: Secret("wrong \(number)".utf8))
      }
      if name != "traditional.key" { break }
    }
  }

  @Test(arguments: ["modern.p12", "legacy.p12"])
  func `opens a PKCS12 as a file and in a folder`(name: String) throws {
    try expectWhole(SigningIdentity.load(at: workshop[name], password: password))
    let folder = try workshop.folder(name)
    try expectWhole(folder.identity(password: password))
    #expect(throws: IdentityError.passwordNeeded(file: name)) {
      try SigningIdentity.load(at: workshop[name], password: nil)
    }
    #expect(throws: IdentityError.wrongPassword(file: name)) {
      try SigningIdentity.load(at: workshop[name], password: Secret("wrong".utf8))
    }
  }

  @Test func `takes an empty password for none`() throws {
    try expectWhole(SigningIdentity.load(at: workshop["empty.p12"], password: nil))
    try expectWhole(SigningIdentity.load(at: workshop["empty.p12"], password: Secret([])))
  }

  @Test func `keeps old algorithms out of the rest of the process`() throws {
    _ = try SigningIdentity.load(at: workshop["legacy.p12"], password: password)
    let cipher = EVP_CIPHER_fetch(nil, "RC2-40-CBC", nil)
    #expect(cipher == nil)
    EVP_CIPHER_free(cipher)
    OpenSSLError.clear()
  }

  @Test func `finds the intermediate beside a PKCS12 that has none`() throws {
    let folder = try Scratch()
    try folder.copy(workshop["alone.p12"], as: "identity.p12")
    let missing = try #require(throws: IdentityError.self) {
      try folder.identity("identity.p12", password: password)
    }
    guard case .intermediateMissing(let issuer, _, _) = missing else {
      Issue.record("\(missing)")
      return
    }
    #expect(issuer == "CN=Apple Worldwide Developer Relations Certification Authority, OU=G4, O=Workshop, C=US")
    #expect(missing.hint.contains("https://www.apple.com/certificateauthority/"))
    try folder.copy(workshop["wwdr.cer"], as: "AppleWWDRCAG4.cer")
    try expectWhole(folder.identity("identity.p12", password: password))
    try expectWhole(folder.identity(password: password))
  }

  @Test func `reads everything from one PEM, with the remarks other tools leave in it`() throws {
    let scratch = try Scratch()
    let parts = try ["wwdr.pem", "pass.key", "pass.pem"].map { try workshop.scratch.text(of: $0) }
    try scratch.write(
      "Bag Attributes\r\n    friendlyName: Pass\r\n" + parts.joined(separator: "subject=x\n"), to: "all.pem")
    try expectWhole(scratch.identity("all.pem", password: nil))
  }

  @Test func `needs the password of a second file only when something is missing`() throws {
    let folder = try workshop.folder("pass.pem", "pass.key", "wwdr.pem", "modern.p12")
    try expectWhole(folder.identity(password: nil))
    try expectWhole(folder.identity(password: password))
  }

  @Test func `tells the key of another certificate`() throws {
    let folder = try workshop.folder("pass.pem", "other.key", "wwdr.pem")
    let error = try #require(throws: IdentityError.self) {
      try folder.identity(password: nil)
    }
    guard case .keyOfAnotherCertificate(_, let found) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(found.map(\.file) == ["file0", "file1", "file2"])
    #expect("\(error)".contains("file1: private key, RSA 2048 bits"))
    #expect("\(error)".contains("file0: certificate “Pass Type ID: \(Workshop.passType)”, valid until "))
  }

  @Test func `tells an intermediate that has the name but not the key`() throws {
    let folder = try workshop.folder("pass.pem", "pass.key", "impostor.pem")
    let issuer = "CN=Apple Worldwide Developer Relations Certification Authority, OU=G4, O=Workshop, C=US"
    #expect(throws: IdentityError.intermediateOfAnotherKey(issuer: issuer, file: "file2")) {
      try folder.identity(password: nil)
    }
    try folder.copy(workshop["wwdr.pem"], as: "right.pem")
    try expectWhole(folder.identity(password: nil))
  }

  @Test func `refuses to choose between two identities`() throws {
    let folder = try workshop.folder("pass.pem", "pass.key", "other.pem", "other.key", "wwdr.pem")
    let error = try #require(throws: IdentityError.self) {
      try folder.identity(password: nil)
    }
    guard case .severalIdentities = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func `refuses to choose between identities in PEM and PKCS12`() throws {
    let folder = try workshop.folder("modern.p12", "other.pem", "other.key")
    let error = try #require(throws: IdentityError.self) {
      try folder.identity(password: password)
    }
    guard case .severalIdentities = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test(arguments: [("curve", "EC", 256), ("weak", "RSA", 1024)])
  func `refuses keys Wallet does not take`(name: String, algorithm: String, bits: Int) throws {
    let folder = try workshop.folder("\(name).pem", "\(name).key", "wwdr.pem")
    #expect(throws: IdentityError.unsuitableKey(file: "file1", algorithm: algorithm, bits: bits)) {
      try folder.identity(password: nil)
    }
  }

  @Test func `refuses a certificate that is for no pass type`() throws {
    let folder = try workshop.folder("plain.pem", "plain.key", "wwdr.pem")
    #expect(throws: IdentityError.notAPassCertificate(file: "file0", subject: "CN=Somebody")) {
      try folder.identity(password: nil)
    }
  }

  @Test func `says what is missing`() throws {
    func error(_ names: String...) throws -> String {
      let folder = try Scratch()
      for name in names { try folder.copy(workshop[name], as: name) }
      let error = try #require(throws: IdentityError.self) {
        try folder.identity(password: nil)
      }
      #expect(!error.hint.isEmpty)
      return "\(error)".replacing(folder.path, with: "DIR")
    }
    #expect(try error() == "no certificate and no key in DIR")
    #expect(try error("pass.pem", "wwdr.pem").hasPrefix("no private key in DIR; found pass.pem: certificate “Pass"))
    #expect(try error("pass.key") == "no certificate in DIR; found pass.key: private key, RSA 2048 bits")
    #expect(try error("root.pem").hasPrefix("no certificate and no key in DIR; found root.pem: root certificate “Work"))
  }

  @Test func `stands up to files that are something else`() throws {
    let folder = try workshop.folder("pass.pem", "pass.key", "wwdr.pem")
    try folder.write("", to: "empty.pem")
    try folder.write("-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n", to: "broken.pem")
    try folder.write("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", to: "hollow.pem")
    try folder.write(
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: NONE,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
      to: "odd.pem")
    try folder.write("-----BEGIN PRIVATE KEY-----", to: "cut.pem")
    try folder.write("0\u{0}\u{1}\u{2}", to: "der")
    let mislabelled = try workshop.scratch.text(of: "pkcs8.key").replacing("ENCRYPTED ", with: "")
    try folder.write(mislabelled, to: "mislabelled.pem")
    try folder.write("hello", to: "password.txt")
    try folder.write(String(repeating: "x", count: 2_000_000), to: "large.bin")
    try FileManager.default.createDirectory(atPath: folder["sub"], withIntermediateDirectories: true)
    try expectWhole(folder.identity(password: password))

    let report = IdentityReport(at: folder.path, password: password, now: 1_800_000_000)
    let kinds = Dictionary(report.found.map { ($0.file, "\($0)") }, uniquingKeysWith: { first, _ in first })
    #expect(kinds["der"] == "der: neither certificate nor key")
    #expect(kinds["large.bin"] == "large.bin: larger than a megabyte")
    #expect(kinds["hollow.pem"]?.hasPrefix("hollow.pem: damaged, reading the certificate failed") == true)
    #expect(kinds["broken.pem"]?.hasPrefix("broken.pem: damaged") == true)
    #expect(kinds["sub"] == nil)
  }

  @Test func `survives every cut of a PKCS12 and of a PEM`() throws {
    for name in ["legacy.p12", "pass.cer", "pkcs8.der", "traditional.key"] {
      let whole = try Data(contentsOf: URL(filePath: workshop[name]))
      let scratch = try Scratch()
      for count in stride(from: 0, to: whole.count, by: 97) {
        try whole.prefix(count).write(to: URL(filePath: scratch["cut"]))
        #expect(throws: IdentityError.self) { try scratch.identity("cut", password: password) }
      }
    }
  }

  @Test func `names a path that is not there`() throws {
    #expect(throws: IdentityError.unreadable(path: "/no/such/folder", reason: "No such file or directory")) {
      try SigningIdentity.load(at: "/no/such/folder", password: nil)
    }
  }
}
