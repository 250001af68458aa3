import Foundation
import PassBundle
import Testing

/// A folder of its own for a test, gone with it.
final class Scratch: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "identity-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  subscript(name: String) -> String { "\(path)/\(name)" }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: self[name]))
  }

  func text(of name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: self[name])), as: UTF8.self)
  }

  /// Copies a file in from another folder, readable by its owner only.
  func copy(_ source: String, as name: String) throws {
    try FileManager.default.copyItem(atPath: source, toPath: self[name])
    try setMode(0o600, of: name)
  }

  func setMode(_ mode: Int, of name: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: self[name])
  }

  /// Names of the files, hidden ones too.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }

  /// Runs the independent `openssl` command here; a failure fails the test.
  @discardableResult
  func openssl(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = URL(filePath: path)
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let text = String(decoding: bytes, as: UTF8.self)
    try #require(process.terminationStatus == 0, "openssl \(arguments.joined(separator: " ")): \(text)")
    return text
  }
}

extension Scratch {
  /// What Passmint makes of the folder or of one file in it. The folder stays there meanwhile.
  func identity(_ name: String? = nil, password: Secret?) throws(IdentityError) -> SigningIdentity {
    defer { withExtendedLifetime(self) {} }
    return try SigningIdentity.load(at: name.map { self[$0] } ?? path, password: password)
  }

  @discardableResult
  func openssl(_ arguments: String...) throws -> String {
    try openssl(arguments)
  }
}

/// A pass certificate as Apple makes them, made by the `openssl` command, with everything that can be confused with it.
struct Workshop: Sendable {
  let scratch: Scratch

  /// Made once; tests copy what they need.
  static let shared = Result { try Workshop() }

  static let passType = "pass.org.example.workshop"
  static let team = "WORKSHOP12"
  static let password = "Grüezi, secret"

  /// Path of one of its files.
  subscript(name: String) -> String { scratch[name] }

  private init() throws {
    scratch = try Scratch()
    try scratch.openssl(
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem", "-days", "3650",
      "-subj", "/CN=Workshop Root")
    for name in ["wwdr", "impostor"] {
      try scratch.openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "\(name).key", "-out", "\(name).pem", "-days",
        "3000",
        "-CA", "root.pem", "-CAkey", "root.key", "-addext", "basicConstraints=critical,CA:TRUE",
        "-addext", "keyUsage=critical,keyCertSign", "-subj",
        "/CN=Apple Worldwide Developer Relations Certification Authority/OU=G4/O=Workshop/C=US")
    }
    try leaf("pass", key: ["rsa:2048"])
    try leaf("other", key: ["rsa:2048"])
    try leaf(
      "nfc", key: ["rsa:2048"], extra: ["-addext", "1.2.840.113635.100.6.1.26=ASN1:UTF8String:\(Self.passType)"])
    try leaf("curve", key: ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
    try leaf("weak", key: ["rsa:1024"])
    try leaf("plain", key: ["rsa:2048"], subject: "/CN=Somebody", marked: false)
    try leaf("unmarked", key: ["rsa:2048"], marked: false)
    try leaf(
      "title", key: ["rsa:2048"], marked: false,
      extra: ["-addext", "1.2.840.113635.100.6.1.16=ASN1:IA5STRING:My Title"])

    let pass = "pass:\(Self.password)"
    try scratch.openssl("x509", "-in", "pass.pem", "-outform", "DER", "-out", "pass.cer")
    try scratch.openssl("x509", "-in", "wwdr.pem", "-outform", "DER", "-out", "wwdr.cer")
    try scratch.openssl("pkcs8", "-topk8", "-in", "pass.key", "-out", "pkcs8.key", "-passout", pass)
    try scratch.openssl("pkcs8", "-topk8", "-in", "pass.key", "-outform", "DER", "-out", "pkcs8.der", "-passout", pass)
    try scratch.openssl(
      "rsa", "-in", "pass.key", "-aes256", "-traditional", "-out", "traditional.key", "-passout", pass)
    try scratch.openssl(
      "rsa", "-in", "pass.key", "-des", "-traditional", "-out", "des.key", "-passout", pass, "-provider", "default",
      "-provider", "legacy")
    try scratch.openssl("rsa", "-in", "pass.key", "-traditional", "-outform", "DER", "-out", "key.der")
    let export = ["pkcs12", "-export", "-in", "pass.pem", "-inkey", "pass.key"]
    try pkcs12("modern.p12", export + ["-certfile", "wwdr.pem"], password: Self.password)
    try pkcs12("legacy.p12", export + ["-certfile", "wwdr.pem", "-legacy"], password: Self.password)
    try pkcs12("alone.p12", export, password: Self.password)
    try pkcs12("empty.p12", export + ["-certfile", "wwdr.pem"], password: "")
  }

  private func pkcs12(_ name: String, _ arguments: [String], password: String) throws {
    try scratch.openssl(arguments + ["-out", name, "-passout", "pass:\(password)"])
  }

  private func leaf(
    _ name: String, key: [String], subject: String? = nil, marked: Bool = true, extra: [String] = []
  ) throws {
    let mark = ["-addext", "1.2.840.113635.100.6.1.16=ASN1:UTF8String:\(Self.passType)"]
    let subject = subject ?? "/UID=\(Self.passType)/CN=Pass Type ID: \(Self.passType)/OU=\(Self.team)/O=Workshop/C=CH"
    try scratch.openssl(
      ["req", "-x509", "-newkey"] + key + ["-nodes", "-keyout", "\(name).key", "-out", "\(name).pem", "-days", "390"]
        + ["-CA", "wwdr.pem", "-CAkey", "wwdr.key", "-subj", subject, "-addext", "basicConstraints=critical,CA:FALSE"]
        + ["-addext", "extendedKeyUsage=clientAuth,1.2.840.113635.100.4.14"] + (marked ? mark : []) + extra)
  }

  /// A folder with some of the workshop's files, under names that say nothing.
  func folder(_ names: String...) throws -> Scratch {
    let folder = try Scratch()
    for (index, name) in names.enumerated() { try folder.copy(self[name], as: "file\(index)") }
    return folder
  }
}
