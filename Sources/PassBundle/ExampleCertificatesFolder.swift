import COpenSSL
import Glibc

/// Why example certificates were not written.
package enum ExampleCertificatesError: Error, Sendable, Hashable {
  /// The folder or a file in it cannot be written; the reason in the system's words.
  case unwritable(path: String, reason: String)
  /// A file of that name is there and is not ours to replace.
  case occupied(path: String, reason: String)
  /// Valid example certificates are there, but for something else than was asked for.
  case otherSubject(path: String, passTypeIdentifier: String, teamIdentifier: String, hasNFC: Bool)
  /// OpenSSL could not make them.
  case openSSL(OpenSSLError)
}

extension ExampleCertificatesError: CustomStringConvertible {
  /// What is in the way, in one line.
  package var description: String {
    switch self {
    case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
    case .occupied(let path, let reason): "\(path) is already there and stays as it is: \(reason)"
    case .otherSubject(let path, let passType, let team, let hasNFC):
      "\(path) holds example certificates for pass type \(passType), team \(team)\(hasNFC ? ", with NFC" : "")"
    case .openSSL(let error): "\(error)"
    }
  }

  /// What to do about it.
  package var hint: String {
    switch self {
    case .unwritable: "choose a folder you may write to"
    case .occupied: "choose another folder, or move the files away"
    case .otherSubject: "choose another folder, or delete these"
    case .openSSL: "check that OpenSSL on this machine offers RSA and SHA-256"
    }
  }
}

extension ExampleCertificates {
  /// A folder with example certificates.
  package struct Folder: Sendable, Hashable {
    /// How it came to hold them.
    package enum Outcome: Sendable, Hashable {
      /// There were none.
      case made
      /// There were valid ones; nothing was touched.
      case kept
      /// There were expired ones, now replaced.
      case renewed
    }

    package let outcome: Outcome
    /// Path of `root.pem`: what signatures are verified against.
    package let root: String
    /// Path of `intermediate.pem`.
    package let intermediate: String
    /// Path of `pass.pem`, the pass certificate.
    package let certificate: String
    /// Path of `key.pem`, readable by its owner only.
    package let key: String
    /// Last second of validity of the pass certificate, in seconds since 1970.
    package let notAfter: Int64

    fileprivate init(_ files: Files, _ outcome: Outcome, notAfter: Int64) {
      self.outcome = outcome
      (root, intermediate, certificate, key) = (files.root, files.intermediate, files.certificate, files.key)
      self.notAfter = notAfter
    }
  }

  /// Makes sure that `folder` holds valid example certificates: `root.pem`, `intermediate.pem`, `pass.pem` and `key.pem`.
  ///
  /// Valid ones stay as they are and expired ones are replaced; a key or certificate that is not one of ours is never
  /// touched. The folder is made if need be. Each file appears whole, the key last, so that a run that was cut short
  /// leaves nothing the next run would stumble over.
  ///
  /// - Parameter now: seconds since 1970.
  package static func write(
    to folder: String, _ subject: Subject = Subject(), now: Int64
  ) throws(ExampleCertificatesError) -> Folder {
    let files = Files(folder)
    let outcome: Folder.Outcome
    switch try files.state(subject, now: now) {
    case .valid(let notAfter): return Folder(files, .kept, notAfter: notAfter)
    case .expired: outcome = .renewed
    case .absent: outcome = .made
    }
    let made: ExampleCertificates
    do throws(OpenSSLError) {
      made = try ExampleCertificates(subject, now: now)
    } catch {
      throw .openSSL(error)
    }
    try makeFolder(folder)
    // From here to the end there is no key, which is what says "not finished".
    guard unlink(files.key) == 0 || errno == ENOENT else {
      throw .unwritable(path: files.key, reason: systemReason())
    }
    try writeFile(made.root.pem, to: files.root, mode: 0o644)
    try writeFile(made.intermediate.pem, to: files.intermediate, mode: 0o644)
    try writeFile(made.certificate.pem, to: files.certificate, mode: 0o644)
    var key = made.privateKey.pem
    defer { cleanse(&key) }
    try writeFile(key, to: files.key, mode: 0o600)
    return Folder(files, outcome, notAfter: made.certificate.notAfter)
  }

  /// The four paths.
  fileprivate struct Files {
    /// What is there.
    enum State {
      case absent
      case valid(until: Int64)
      case expired
    }

    let folder: String
    var root: String { "\(folder)/root.pem" }
    var intermediate: String { "\(folder)/intermediate.pem" }
    var certificate: String { "\(folder)/pass.pem" }
    var key: String { "\(folder)/key.pem" }

    init(_ folder: String) {
      self.folder = folder.isEmpty ? "." : folder
    }

    func state(_ subject: Subject, now: Int64) throws(ExampleCertificatesError) -> State {
      guard exists(key) else {
        // Without a key nothing is lost by starting again, as long as the certificates are ours.
        try checkOurs(root) { $0.commonName == ExampleCertificates.rootName }
        try checkOurs(intermediate) { $0.commonName == ExampleCertificates.intermediateName }
        try checkOurs(certificate) { $0.issuer.contains(ExampleCertificates.intermediateName) }
        return .absent
      }
      var pieces = IdentityPieces(password: nil)
      let identity: SigningIdentity
      do throws(IdentityError) {
        for path in [root, intermediate, certificate, key] {
          try pieces.addFile(path, name: String(path.dropFirst(folder.count + 1)))
        }
        identity = try SigningIdentity(pieces, beside: { [] }, path: folder)
      } catch {
        throw .occupied(path: key, reason: "\(error)")
      }
      guard identity.intermediate.commonName == ExampleCertificates.intermediateName else {
        throw .occupied(path: key, reason: "it belongs to the certificate “\(identity.certificate.subject)”")
      }
      guard pieces.certificates.contains(where: { identity.intermediate.isIssued(by: $0.certificate) }) else {
        throw .occupied(path: key, reason: "\(root) did not issue \(intermediate)")
      }
      let notAfter = pieces.certificates.map(\.certificate.notAfter).min() ?? identity.certificate.notAfter
      if now > notAfter { return .expired }
      guard identity.passTypeIdentifier == subject.passTypeIdentifier,
        identity.teamIdentifier == subject.teamIdentifier,
        identity.certificate.hasNFCExtension == subject.hasNFC
      else {
        throw .otherSubject(
          path: folder, passTypeIdentifier: identity.passTypeIdentifier, teamIdentifier: identity.teamIdentifier,
          hasNFC: identity.certificate.hasNFCExtension)
      }
      return .valid(until: identity.certificate.notAfter)
    }

    private func checkOurs(
      _ path: String, _ isOurs: (Certificate) -> Bool
    ) throws(ExampleCertificatesError) {
      guard exists(path) else { return }
      var pieces = IdentityPieces(password: nil)
      do throws(IdentityError) {
        try pieces.addFile(path, name: path)
      } catch {
        throw .occupied(path: path, reason: "\(error)")
      }
      guard pieces.certificates.count == 1, pieces.found.count == 1,
        pieces.certificates.allSatisfy({ isOurs($0.certificate) })
      else { throw .occupied(path: path, reason: "it is not one of the example certificates") }
    }

    private func exists(_ path: String) -> Bool {
      var status = stat()
      return lstat(path, &status) == 0
    }
  }

  /// Like `mkdir -p`.
  private static func makeFolder(_ path: String) throws(ExampleCertificatesError) {
    var ends = path.indices.filter { path[$0] == "/" && $0 != path.startIndex }
    ends.append(path.endIndex)
    for end in ends where !path.isEmpty {
      let folder = String(path[..<end])
      guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
        throw .unwritable(path: folder, reason: systemReason())
      }
    }
  }

  /// Writes under a passing name first, so that the file is either not there or whole.
  private static func writeFile(
    _ bytes: [UInt8], to path: String, mode: mode_t
  ) throws(ExampleCertificatesError) {
    // OpenSSL writes nothing when it is out of memory.
    guard !bytes.isEmpty else { throw .openSSL(OpenSSLError("writing PEM")) }
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    // Hidden, so that nobody takes what a killed run leaves for a part of an identity.
    var name = Array("\(path[..<slash]).\(path[slash...]).XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemReason()) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      written += count
    }
    let isDone = written == bytes.count && fchmod(descriptor, mode) == 0 && fsync(descriptor) == 0
    let isClosed = close(descriptor) == 0
    guard isDone, isClosed, rename(name, path) == 0 else {
      let reason = systemReason()
      unlink(name)
      throw .unwritable(path: path, reason: reason)
    }
  }
}
