import COpenSSL
import Glibc

/// Certificates to try things with: a root, an intermediate and a pass certificate shaped like Apple's, made here and
/// now. Every program verifies what they sign; phones do not, as they trust Apple alone.
package struct ExampleCertificates: Sendable {
  /// What the example pass certificate says.
  package struct Subject: Sendable, Hashable {
    package var passTypeIdentifier: String
    package var teamIdentifier: String
    /// Whether it carries the extension for passes with `nfc`.
    package var hasNFC: Bool

    package init(
      passTypeIdentifier: String = "pass.org.example.tickets", teamIdentifier: String = "EXAMPLE123",
      hasNFC: Bool = false
    ) {
      self.passTypeIdentifier = passTypeIdentifier
      self.teamIdentifier = teamIdentifier
      self.hasNFC = hasNFC
    }
  }

  /// CN of the root.
  static let rootName = "Passmint Example Root CA"
  /// CN of the intermediate. Certificates under it are ours to replace.
  package static let intermediateName = "Passmint Example Worldwide Developer Relations"

  /// What signatures are verified against.
  package let root: Certificate
  package let intermediate: Certificate
  /// The pass certificate.
  package let certificate: Certificate
  package let privateKey: PrivateKey
  private let subject: Subject

  /// To sign with, without any file.
  package var identity: SigningIdentity {
    SigningIdentity(
      certificate: certificate, privateKey: privateKey, intermediate: intermediate,
      passTypeIdentifier: subject.passTypeIdentifier, teamIdentifier: subject.teamIdentifier)
  }

  /// Makes all of them, with three new RSA-2048 keys. The keys of the root and the intermediate are forgotten at once,
  /// so that nothing else can ever be issued under them.
  ///
  /// The pass certificate is valid from a day before `now` (seconds since 1970) and for 13 months, as Apple's are; root
  /// and intermediate for ten years.
  package init(_ subject: Subject = Subject(), now: Int64) throws(OpenSSLError) {
    self.subject = subject
    let day: Int64 = 86400
    let since = now &- day
    let rootKey = try PrivateKey.rsa2048()
    let rootName: [NameEntry] = [
      (NID_commonName, Self.rootName), (NID_organizationName, "Passmint Example"), (NID_countryName, "CH"),
    ]
    root = try Draft(
      subject: rootName, key: rootKey, validity: since...(now &+ 3652 &* day),
      extensions: [
        .named(NID_basic_constraints, "critical,CA:TRUE"), .named(NID_key_usage, "critical,keyCertSign,cRLSign"),
        .named(NID_subject_key_identifier, "hash"),
      ]
    ).issued(by: nil, signingKey: rootKey)

    let intermediateKey = try PrivateKey.rsa2048()
    intermediate = try Draft(
      subject: [
        (NID_commonName, Self.intermediateName), (NID_organizationalUnitName, "G4"),
        (NID_organizationName, "Passmint Example"), (NID_countryName, "CH"),
      ], key: intermediateKey, validity: since...(now &+ 3652 &* day),
      extensions: [
        .named(NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
        .named(NID_key_usage, "critical,keyCertSign,cRLSign"), .named(NID_subject_key_identifier, "hash"),
        .named(NID_authority_key_identifier, "keyid:always"),
      ]
    ).issued(by: root, signingKey: rootKey)

    privateKey = try PrivateKey.rsa2048()
    var extensions: [Draft.Extension] = [
      .named(NID_basic_constraints, "critical,CA:FALSE"), .named(NID_key_usage, "critical,digitalSignature"),
      .named(NID_ext_key_usage, "clientAuth,\(AppleOID.passSigning)"), .named(NID_subject_key_identifier, "hash"),
      .named(NID_authority_key_identifier, "keyid:always"),
      .text(AppleOID.passType, subject.passTypeIdentifier),
    ]
    if subject.hasNFC { extensions.append(.text(AppleOID.passWithNFC, subject.passTypeIdentifier)) }
    let kind = subject.hasNFC ? "Pass Type ID with NFC" : "Pass Type ID"
    certificate = try Draft(
      subject: [
        (NID_userId, subject.passTypeIdentifier),
        // X.520 allows 64 characters here, and some pass types are longer.
        (NID_commonName, String("\(kind): \(subject.passTypeIdentifier)".prefix(64))),
        (NID_organizationalUnitName, subject.teamIdentifier), (NID_organizationName, "Passmint Example"),
        (NID_countryName, "CH"),
      ], key: privateKey, validity: since...(now &+ 396 &* day), extensions: extensions
    ).issued(by: intermediate, signingKey: intermediateKey)
  }
}

/// Part of a name: OpenSSL's number of the attribute, and its text.
private typealias NameEntry = (nid: CInt, text: String)

/// A certificate before it is signed.
private struct Draft {
  enum Extension {
    /// One OpenSSL knows, in the words of its configuration files.
    case named(CInt, String)
    /// A UTF8String under an object identifier.
    case text(String, String)
  }

  let subject: [NameEntry]
  let key: PrivateKey
  /// Seconds since 1970.
  let validity: ClosedRange<Int64>
  let extensions: [Extension]

  /// Signs with SHA-256. Without an issuer the certificate issues itself.
  func issued(by issuer: Certificate?, signingKey: PrivateKey) throws(OpenSSLError) -> Certificate {
    OpenSSLError.clear()
    guard let draft = X509_new() else { throw OpenSSLError("making a certificate") }
    let isSigned: Bool
    if let issuer {
      isSigned = issuer.withPointer { fill(draft, issuer: $0) && sign(draft, signingKey) }
    } else {
      isSigned = fill(draft, issuer: draft) && sign(draft, signingKey)
    }
    guard isSigned else {
      let error = OpenSSLError("making a certificate")
      X509_free(draft)
      throw error
    }
    return try Certificate(owning: draft)
  }

  private func sign(_ draft: OpaquePointer, _ signingKey: PrivateKey) -> Bool {
    // The result is the length of the signature.
    signingKey.withPointer { X509_sign(draft, $0, EVP_sha256()) > 0 }
  }

  private func fill(_ draft: OpaquePointer, issuer: OpaquePointer) -> Bool {
    guard let name = X509_get_subject_name(draft) else { return false }
    for entry in subject {
      let bytes = Array(entry.text.utf8)
      guard
        X509_NAME_add_entry_by_NID(name, entry.nid, MBSTRING_UTF8, bytes, CInt(clamping: bytes.count), -1, 0) == 1
      else { return false }
    }
    // Versions count from zero: 2 is X.509 v3. 127 random bits make a serial number that no two certificates share.
    guard X509_set_version(draft, 2) == 1, let serial = BN_new() else { return false }
    defer { BN_free(serial) }
    guard BN_rand(serial, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1,
      BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(draft)) != nil,
      ASN1_TIME_set(X509_getm_notBefore(draft), time_t(validity.lowerBound)) != nil,
      ASN1_TIME_set(X509_getm_notAfter(draft), time_t(validity.upperBound)) != nil,
      key.withPointer({ X509_set_pubkey(draft, $0) }) == 1,
      X509_set_issuer_name(draft, X509_get_subject_name(issuer)) == 1
    else { return false }
    return extensions.allSatisfy { add($0, to: draft, issuer: issuer) }
  }

  private func add(_ wanted: Extension, to draft: OpaquePointer, issuer: OpaquePointer) -> Bool {
    let made: OpaquePointer?
    switch wanted {
    case .named(let nid, let value):
      var context = X509V3_CTX()
      X509V3_set_ctx(&context, issuer, draft, nil, nil, 0)
      made = X509V3_EXT_nconf_nid(nil, &context, nid, value)
    case .text(let oid, let text):
      made = Self.textExtension(oid, text)
    }
    guard let made else { return false }
    defer { X509_EXTENSION_free(made) }
    return X509_add_ext(draft, made, -1) == 1
  }

  private static func textExtension(_ oid: String, _ text: String) -> OpaquePointer? {
    guard let object = OBJ_txt2obj(oid, 1), let string = ASN1_UTF8STRING_new(), let octets = ASN1_OCTET_STRING_new()
    else { return nil }
    defer {
      ASN1_OBJECT_free(object)
      ASN1_UTF8STRING_free(string)
      ASN1_OCTET_STRING_free(octets)
    }
    let bytes = Array(text.utf8)
    guard ASN1_STRING_set(string, bytes, CInt(clamping: bytes.count)) == 1 else { return nil }
    var encoded: UnsafeMutablePointer<UInt8>?
    let count = i2d_ASN1_UTF8STRING(string, &encoded)
    guard count > 0, let encoded else { return nil }
    defer { CRYPTO_free(encoded, #file, #line) }
    guard ASN1_OCTET_STRING_set(octets, encoded, count) == 1 else { return nil }
    return X509_EXTENSION_create_by_OBJ(nil, object, 0, octets)
  }
}

extension PrivateKey {
  /// A new RSA key of 2048 bits.
  static func rsa2048() throws(OpenSSLError) -> PrivateKey {
    guard let pointer = passmint_EVP_RSA_gen(2048) else { throw OpenSSLError("making an RSA key") }
    return PrivateKey(owning: pointer)
  }

  /// The key as unencrypted PKCS#8 in PEM. Whoever is done with the bytes cleanses them.
  var pem: [UInt8] {
    guard let bio = BIO_new(BIO_s_secmem()) else { return [] }
    defer { BIO_free(bio) }
    return withPointer { PEM_write_bio_PKCS8PrivateKey(bio, $0, nil, nil, 0, nil, nil) } == 1 ? contents(of: bio) : []
  }
}
