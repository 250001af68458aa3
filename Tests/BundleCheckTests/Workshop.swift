import Foundation
import Passes

/// Makes certificates, signatures and archives with other people's programs: `openssl` and Python's `zipfile`.
struct Workshop: Sendable {
  /// Certificates and keys in PEM, by name: `root`, `wwdr`, `leaf`, …
  let pem: [String: [UInt8]]

  /// One set of certificates for all tests.
  static let shared = Result { try Workshop() }

  static let passType = "pass.org.example.tickets"
  static let team = "ABCDE12345"

  private init() throws {
    pem = try Self.inTemporaryFolder { folder in
      func certificate(_ name: String, _ subject: String, by issuer: String?, extensions: String, days: Int = 800)
        throws
      {
        let settings = folder.appending(path: "\(name).cnf")
        try Data("[x]\n\(extensions)\n".utf8).write(to: settings)
        try Self.openssl(
          ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "\(name).key"], in: folder)
        try Self.openssl(["req", "-new", "-key", "\(name).key", "-subj", subject, "-out", "\(name).csr"], in: folder)
        let signing =
          issuer.map { ["-CA", "\($0).pem", "-CAkey", "\($0).key", "-CAcreateserial"] } ?? ["-signkey", "\(name).key"]
        try Self.openssl(
          [
            "x509", "-req", "-in", "\(name).csr", "-sha256", "-days", "\(days)", "-extfile", "\(name).cnf",
            "-extensions", "x", "-out", "\(name).pem",
          ]
            + signing, in: folder)
      }
      let authority = "basicConstraints=critical,CA:true\nkeyUsage=keyCertSign\nsubjectKeyIdentifier=hash"
      let subject = "/UID=\(Self.passType)/CN=Pass Type ID: \(Self.passType)/OU=\(Self.team)/O=Example Hall/C=AT"
      let usage = "subjectKeyIdentifier=hash\nextendedKeyUsage=clientAuth,1.2.840.113635.100.4.14"
      let type = "1.2.840.113635.100.6.1.16=ASN1:UTF8String:\(Self.passType)"
      try certificate("root", "/CN=Example Root", by: nil, extensions: authority)
      try certificate("other", "/CN=Other Root", by: nil, extensions: authority)
      try certificate("wwdr", "/CN=Example WWDR/OU=G4", by: "root", extensions: authority)
      try certificate("impostor", "/CN=Example WWDR/OU=G4", by: "root", extensions: authority)
      try certificate("leaf", subject, by: "wwdr", extensions: "\(usage)\n\(type)")
      try certificate("nfc", subject, by: "wwdr", extensions: "\(usage)\n\(type)\n1.2.840.113635.100.6.1.26=ASN1:NULL")
      try certificate(
        "title", subject, by: "wwdr", extensions: usage + "\n1.2.840.113635.100.6.1.16=ASN1:UTF8String:Tickets")
      try certificate(
        "renamed", subject.replacing("Pass Type ID: \(Self.passType)", with: "Pass Type ID with NFC: pass.org.other"),
        by: "wwdr", extensions: "\(usage)\n\(type)")
      try certificate("server", subject, by: "wwdr", extensions: "extendedKeyUsage=serverAuth\n\(type)")
      try certificate("expired", subject, by: "wwdr", extensions: "\(usage)\n\(type)", days: -1)
      try certificate("self", subject, by: nil, extensions: "\(usage)\n\(type)")
      try certificate("plain", "/CN=Somebody", by: "wwdr", extensions: usage)
      var pem: [String: [UInt8]] = [:]
      for name in [
        "root", "other", "wwdr", "impostor", "leaf", "nfc", "title", "renamed", "server", "expired", "self", "plain",
      ] {
        for ending in ["pem", "key"] {
          pem["\(name).\(ending)"] = [UInt8](try Data(contentsOf: folder.appending(path: "\(name).\(ending)")))
        }
      }
      pem["chain.pem"] = (pem["wwdr.pem"] ?? []) + (pem["root.pem"] ?? [])
      return pem
    }
  }

  // MARK: - Signing

  /// Signs with `openssl cms`, by default as a pass wants it.
  func sign(
    _ manifest: [UInt8], with name: String = "leaf", certificates: String? = "wwdr", options: [String] = ["-binary"]
  ) throws -> [UInt8] {
    try Self.inTemporaryFolder { folder in
      for (file, bytes) in pem { try Data(bytes).write(to: folder.appending(path: file)) }
      try Data(manifest).write(to: folder.appending(path: "manifest.json"))
      let included = certificates.map { ["-certfile", "\($0).pem"] } ?? []
      try Self.openssl(
        [
          "cms", "-sign", "-in", "manifest.json", "-signer", "\(name).pem", "-inkey", "\(name).key", "-outform", "DER",
          "-out", "signature",
        ]
          + included + options, in: folder)
      return [UInt8](try Data(contentsOf: folder.appending(path: "signature")))
    }
  }

  /// The files with a manifest made by Python and a signature.
  func signed(
    _ files: PassFiles, with name: String = "leaf", certificates: String? = "wwdr", options: [String] = ["-binary"]
  ) throws -> PassFiles {
    var files = files
    files["manifest.json"] = try Self.manifest(of: files)
    files["signature"] = try sign(
      files["manifest.json"] ?? [], with: name, certificates: certificates, options: options)
    return files
  }

  static func manifest(of files: PassFiles) throws -> [UInt8] {
    try inTemporaryFolder { folder in
      try write(files, to: folder.appending(path: "pass"))
      try python(
        """
        import hashlib, json, os
        found = {}
        for folder, _, names in os.walk('pass'):
            for name in names:
                path = os.path.join(folder, name)
                found[os.path.relpath(path, 'pass')] = hashlib.sha1(open(path, 'rb').read()).hexdigest()
        open('manifest.json', 'w').write(json.dumps(found, indent=1))
        """, in: folder)
      return [UInt8](try Data(contentsOf: folder.appending(path: "manifest.json")))
    }
  }

  // MARK: - Archives

  /// A deflated zip archive by Python.
  static func zip(_ files: PassFiles) throws -> [UInt8] {
    try inTemporaryFolder { folder in
      try write(files, to: folder.appending(path: "pass"))
      try python(
        """
        import os, zipfile
        with zipfile.ZipFile('out.zip', 'w', zipfile.ZIP_DEFLATED) as archive:
            for folder, _, names in sorted(os.walk('pass')):
                for name in sorted(names):
                    path = os.path.join(folder, name)
                    archive.write(path, os.path.relpath(path, 'pass'))
        """, in: folder)
      return [UInt8](try Data(contentsOf: folder.appending(path: "out.zip")))
    }
  }

  /// What a Python script writes to `out.zip`; `files` lie in the folder `pass` beside it.
  static func archive(_ files: PassFiles = PassFiles(), python script: String) throws -> [UInt8] {
    try inTemporaryFolder { folder in
      try write(files, to: folder.appending(path: "pass"))
      try python("import io, os, struct, zipfile\n" + script, in: folder)
      return [UInt8](try Data(contentsOf: folder.appending(path: "out.zip")))
    }
  }

  static func write(_ files: PassFiles, to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (path, bytes) in files.contents {
      let file = folder.appending(path: path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }
  }

  // MARK: - Programs

  struct Failure: Error { let program: String, output: String }

  static func inTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "passmint-check-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  static func openssl(_ arguments: [String], in folder: URL) throws { try run("openssl", arguments, in: folder) }
  static func python(_ script: String, in folder: URL) throws { try run("python3", ["-c", script], in: folder) }

  private static func run(_ program: String, _ arguments: [String], in folder: URL) throws {
    let process = Process()
    let log = folder.appending(path: "log-\(UUID().uuidString)")
    try Data().write(to: log)
    let output = try FileHandle(forWritingTo: log)
    defer {
      try? output.close()
      try? FileManager.default.removeItem(at: log)
    }
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(program: program, output: String(decoding: (try? Data(contentsOf: log)) ?? Data(), as: UTF8.self))
    }
  }
}
