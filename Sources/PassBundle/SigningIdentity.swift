/// What passes are signed with: a pass certificate, its private key, and the intermediate that issued the certificate.
package struct SigningIdentity: Sendable {
  /// The pass certificate.
  package let certificate: Certificate
  /// Its key: RSA with 2048 bits or more.
  package let privateKey: PrivateKey
  /// The certificate of its issuer, in real life one of Apple's WWDR intermediates. It goes into every signature.
  package let intermediate: Certificate
  /// What the certificate signs for: its UID, or where that is missing Apple's extension.
  package let passTypeIdentifier: String
  /// Whose it is: its OU.
  package let teamIdentifier: String
  /// Where the three were found.
  package let origin: Origin

  /// Where the parts of an identity were found.
  package struct Origin: Sendable, Hashable {
    /// The folder or file the identity was loaded from.
    package let path: String
    /// File names, without the folder.
    package let certificate: String
    package let key: String
    package let intermediate: String
    /// Permission bits of the file with the key.
    package let keyMode: UInt32

    /// Path of the file with the key.
    package var keyPath: String { SigningIdentity.split(path).name == key ? path : "\(path)/\(key)" }
  }

  /// Puts an identity together from a folder or a single file (PEM with everything, or PKCS#12).
  ///
  /// Files are told apart by what they hold: the pass certificate is the one that belongs to a key, the intermediate the
  /// one that really issued it. For a single file without intermediate, the certificates beside it are tried as well.
  /// Dates are not looked at; `problems` does that.
  package static func load(at path: String, password: Secret?) throws(IdentityError) -> SigningIdentity {
    try gathered(at: path, password: password).identity.get()
  }

  /// Everything found at `path`, and the identity made of it, if it makes one.
  static func gathered(
    at path: String, password: Secret?
  ) throws(IdentityError) -> (found: [IdentityPiece], identity: Result<SigningIdentity, IdentityError>) {
    var pieces = IdentityPieces(password: password)
    let (folder, name) = split(path)
    let names = try IdentityFile.names(in: path)
    if let names {
      pieces.addFolder(path, names: names)
    } else {
      try pieces.addFile(path, name: name)
    }
    func beside() -> [(certificate: Certificate, file: String)] {
      guard names == nil else { return [] }
      // A folder of downloads may be large, and what is not called a certificate is none of our business.
      let endings = [".pem", ".cer", ".crt", ".der"]
      let neighbours = ((try? IdentityFile.names(in: folder)) ?? []).filter { file in
        file != name && endings.contains { file.lowercased().hasSuffix($0) }
      }
      var others = IdentityPieces(password: nil)
      others.addFolder(folder, names: neighbours)
      return others.certificates
    }
    do throws(IdentityError) {
      return (pieces.found, .success(try SigningIdentity(pieces, beside: beside, path: path)))
    } catch {
      return (pieces.found, .failure(error))
    }
  }

  /// Puts an identity together from parts made in memory. Nothing is checked.
  init(
    certificate: Certificate, privateKey: PrivateKey, intermediate: Certificate, passTypeIdentifier: String,
    teamIdentifier: String
  ) {
    self.certificate = certificate
    self.privateKey = privateKey
    self.intermediate = intermediate
    self.passTypeIdentifier = passTypeIdentifier
    self.teamIdentifier = teamIdentifier
    origin = Origin(path: "", certificate: "", key: "", intermediate: "", keyMode: 0o600)
  }

  /// Chooses among what was found. Certificates `beside` are asked for only when the intermediate is not among them.
  init(
    _ pieces: IdentityPieces, beside: () -> [(certificate: Certificate, file: String)], path: String
  ) throws(IdentityError) {
    let (leaf, key) = try Self.pair(in: pieces, path: path)
    guard key.key.algorithm == "RSA", key.key.bits >= 2048 else {
      throw .unsuitableKey(file: key.file, algorithm: key.key.algorithm, bits: key.key.bits)
    }
    guard let passType = leaf.certificate.uid ?? leaf.certificate.passTypeExtension,
      let team = leaf.certificate.organizationalUnit
    else { throw .notAPassCertificate(file: leaf.file, subject: leaf.certificate.subject) }
    let issuer = try Self.issuer(of: leaf.certificate, in: pieces, beside: beside, path: path)

    certificate = leaf.certificate
    privateKey = key.key
    intermediate = issuer.certificate
    passTypeIdentifier = passType
    teamIdentifier = team
    origin = Origin(
      path: path, certificate: leaf.file, key: key.file, intermediate: issuer.file, keyMode: key.mode)
  }

  /// The one certificate that belongs to a key, with the key.
  private static func pair(
    in pieces: IdentityPieces, path: String
  ) throws(IdentityError) -> (leaf: (certificate: Certificate, file: String), key: IdentityPieces.Key) {
    var pairs: [(leaf: (certificate: Certificate, file: String), key: IdentityPieces.Key)] = []
    for key in pieces.keys {
      for leaf in pieces.certificates where !leaf.certificate.isAuthority && key.key.belongs(to: leaf.certificate) {
        pairs.append((leaf, key))
      }
    }
    if let pair = pairs.first, pairs.count == 1 { return pair }
    if pairs.count > 1 { throw .severalIdentities(path: path, found: pieces.found) }
    // What stayed closed may well be what is missing.
    if let locked = pieces.locked { throw locked }
    let hasLeaf = pieces.certificates.contains { !$0.certificate.isAuthority }
    switch (hasLeaf, pieces.keys.isEmpty) {
    case (true, false): throw .keyOfAnotherCertificate(path: path, found: pieces.found)
    case (true, true): throw .keyMissing(path: path, found: pieces.found)
    case (false, false): throw .certificateMissing(path: path, found: pieces.found)
    case (false, true): throw .nothingFound(path: path, found: pieces.found)
    }
  }

  /// The certificate that signed `leaf`.
  private static func issuer(
    of leaf: Certificate, in pieces: IdentityPieces, beside: () -> [(certificate: Certificate, file: String)],
    path: String
  ) throws(IdentityError) -> (certificate: Certificate, file: String) {
    var impostor: String?
    for isBeside in [false, true] {
      let others = (isBeside ? beside() : pieces.certificates).filter { $0.certificate != leaf }
      // An authority may have a second certificate for the same key: the one that lasts longer is the newer.
      let issuers = others.filter { leaf.isIssued(by: $0.certificate) }
      if let issuer = issuers.max(by: { $0.certificate.notAfter < $1.certificate.notAfter }) { return issuer }
      impostor = impostor ?? others.first { leaf.namesAsIssuer($0.certificate) }?.file
    }
    if let impostor { throw .intermediateOfAnotherKey(issuer: leaf.issuer, file: impostor) }
    throw .intermediateMissing(issuer: leaf.issuer, path: path, found: pieces.found)
  }

  fileprivate static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = path[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
  }
}
