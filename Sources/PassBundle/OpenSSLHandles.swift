import COpenSSL
import Glibc

/// An X.509 certificate and the facts about it that matter for passes.
///
/// `@unchecked Sendable`: it owns one `X509` that nothing changes after the initialiser. OpenSSL fills the structure's
/// cache of extensions at the first question about purposes; the initialiser asks one, so that every later reader, on
/// any thread, only reads.
package final class Certificate: @unchecked Sendable {
  private let pointer: OpaquePointer

  /// The certificate as it stands in a signature: DER.
  package let der: [UInt8]
  /// The subject in one line: `UID=pass.org.example.tickets, CN=Pass Type ID: …`. Control characters are replaced.
  package let subject: String
  /// The issuer in one line: `CN=Apple Worldwide Developer Relations Certification Authority, OU=G4, O=Apple Inc., C=US`.
  package let issuer: String
  /// CN of the subject.
  package let commonName: String?
  /// UID of the subject: in Apple's pass certificates the pass type identifier.
  package let uid: String?
  /// OU of the subject: in Apple's pass certificates the team identifier, in its intermediates the generation (`G4`).
  package let organizationalUnit: String?
  /// O of the subject.
  package let organization: String?
  /// Serial number in upper-case hexadecimal, whole bytes: `01DEBCC4396DA010`.
  package let serialHex: String
  /// First second of validity, in seconds since 1970.
  package let notBefore: Int64
  /// Last second of validity, in seconds since 1970.
  package let notAfter: Int64
  /// SHA-256 of the DER, as Apple and browsers print it: `EA:47:57:…`.
  package let sha256Fingerprint: String
  /// What Apple's extension 1.2.840.113635.100.6.1.16 holds: the pass type identifier the certificate signs for.
  package let passTypeExtension: String?
  /// Whether Apple's extension 1.2.840.113635.100.6.1.26 is there: the certificate may sign passes with `nfc`.
  package let hasNFCExtension: Bool
  /// Whether it may issue certificates (basic constraints).
  package let isAuthority: Bool
  /// Whether subject and issuer are the same name, as in a root.
  package let isSelfIssued: Bool

  /// Takes over `pointer`: it is freed with this object, or at once when a date in it cannot be read.
  package init(owning pointer: OpaquePointer) throws(OpenSSLError) {
    guard
      let notBefore = Self.seconds(X509_get0_notBefore(pointer)),
      let notAfter = Self.seconds(X509_get0_notAfter(pointer)),
      let der = Self.encoding(of: pointer)
    else {
      X509_free(pointer)
      throw OpenSSLError("reading the certificate's dates")
    }
    // Fills the cache of extensions, see above. That an extension is malformed shows in the answers that follow.
    X509_check_purpose(pointer, -1, 0)
    isAuthority = X509_check_ca(pointer) > 0
    OpenSSLError.clear()

    let subject = X509_get_subject_name(pointer)
    let issuer = X509_get_issuer_name(pointer)
    self.pointer = pointer
    self.der = der
    self.notBefore = notBefore
    self.notAfter = notAfter
    self.subject = Self.text(subject)
    self.issuer = Self.text(issuer)
    commonName = Self.entry(NID_commonName, of: subject)
    uid = Self.entry(NID_userId, of: subject)
    organizationalUnit = Self.entry(NID_organizationalUnitName, of: subject)
    organization = Self.entry(NID_organizationName, of: subject)
    isSelfIssued = X509_NAME_cmp(subject, issuer) == 0
    serialHex = Self.hexadecimal(X509_get0_serialNumber(pointer))
    sha256Fingerprint = Self.fingerprint(der)
    passTypeExtension = Self.extensionBytes(AppleOID.passType, of: pointer).flatMap(Self.string)
    hasNFCExtension = Self.extensionBytes(AppleOID.passWithNFC, of: pointer) != nil
  }

  /// Reads one certificate in DER. Bytes after it are an error.
  package convenience init(der: [UInt8]) throws(OpenSSLError) {
    OpenSSLError.clear()
    let pointer: OpaquePointer? = der.withUnsafeBufferPointer { buffer in
      var position = buffer.baseAddress
      guard let parsed = d2i_X509(nil, &position, buffer.count) else { return nil }
      if position == buffer.baseAddress.map({ $0 + buffer.count }) { return parsed }
      X509_free(parsed)
      return nil
    }
    guard let pointer else { throw OpenSSLError("reading the certificate") }
    try self.init(owning: pointer)
  }

  deinit {
    X509_free(pointer)
  }

  /// Lends the `X509`, which must not be changed, freed or kept.
  package func withPointer<Result, Failure: Error>(
    _ body: (OpaquePointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(pointer)
  }

  /// Whether `issuer` really issued this certificate: names and key identifiers fit, it may issue, and its key verifies
  /// the signature. Dates are not looked at.
  package func isIssued(by issuer: Certificate) -> Bool {
    defer { OpenSSLError.clear() }
    return X509_check_issued(issuer.pointer, pointer) == X509_V_OK && isSigned(by: issuer)
  }

  /// Whether `issuer` has the name this certificate gives for its issuer, whatever its key.
  func namesAsIssuer(_ issuer: Certificate) -> Bool {
    X509_NAME_cmp(X509_get_issuer_name(pointer), X509_get_subject_name(issuer.pointer)) == 0
  }

  /// The certificate as PEM text.
  package var pem: [UInt8] {
    guard let bio = BIO_new(BIO_s_mem()) else { return [] }
    defer { BIO_free(bio) }
    PEM_write_bio_X509(bio, pointer)
    return contents(of: bio)
  }

  private func isSigned(by issuer: Certificate) -> Bool {
    guard let key = X509_get0_pubkey(issuer.pointer) else { return false }
    return X509_verify(pointer, key) == 1
  }
}

/// Certificates are equal when their DER is.
extension Certificate: Hashable {
  package static func == (left: Certificate, right: Certificate) -> Bool { left.der == right.der }
  package func hash(into hasher: inout Hasher) { hasher.combine(sha256Fingerprint) }
}

/// A private key.
///
/// `@unchecked Sendable`: it owns one `EVP_PKEY` that nothing changes after the initialiser. OpenSSL counts references
/// atomically and locks what signing caches in the key, so that any number of threads may sign with one key.
package final class PrivateKey: @unchecked Sendable {
  private let pointer: OpaquePointer

  /// The algorithm in OpenSSL's word: `RSA`, `EC`, `ED25519`.
  package let algorithm: String
  /// Size in bits: of the modulus for RSA.
  package let bits: Int

  /// Takes over `pointer`: it is freed with this object.
  package init(owning pointer: OpaquePointer) {
    self.pointer = pointer
    algorithm = EVP_PKEY_get0_type_name(pointer).map { String(cString: $0) } ?? "unknown"
    bits = Int(EVP_PKEY_get_bits(pointer))
  }

  deinit {
    // OpenSSL overwrites the private numbers of a key when it frees them.
    EVP_PKEY_free(pointer)
  }

  /// Lends the `EVP_PKEY`, which must not be changed, freed or kept.
  package func withPointer<Result, Failure: Error>(
    _ body: (OpaquePointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(pointer)
  }

  /// Whether `certificate` was made for this key.
  package func belongs(to certificate: Certificate) -> Bool {
    defer { OpenSSLError.clear() }
    return certificate.withPointer { X509_check_private_key($0, pointer) == 1 }
  }
}

/// Apple's object identifiers in pass certificates.
enum AppleOID {
  /// Extension of a pass certificate; holds the pass type identifier.
  static let passType = "1.2.840.113635.100.6.1.16"
  /// Extension of a pass certificate that may sign passes with `nfc`.
  static let passWithNFC = "1.2.840.113635.100.6.1.26"
  /// Extended key usage of pass certificates.
  static let passSigning = "1.2.840.113635.100.4.14"
}

/// A copy of what was written to a memory BIO.
func contents(of bio: OpaquePointer) -> [UInt8] {
  var start: UnsafeMutablePointer<CChar>?
  let count = passmint_BIO_get_mem_data(bio, &start)
  guard let start, count > 0 else { return [] }
  return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
}

// How the facts are read out of an `X509`.
extension Certificate {
  private static func encoding(of pointer: OpaquePointer) -> [UInt8]? {
    var start: UnsafeMutablePointer<UInt8>?
    let count = i2d_X509(pointer, &start)
    guard count > 0, let start else { return nil }
    defer { CRYPTO_free(start, #file, #line) }
    return [UInt8](UnsafeBufferPointer(start: start, count: Int(count)))
  }

  private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    var fields = tm()
    guard let time, ASN1_TIME_to_tm(time, &fields) == 1 else { return nil }
    return Int64(timegm(&fields))
  }

  private static func fingerprint(_ der: [UInt8]) -> String {
    var pairs: [String] = []
    for byte in Digest.sha256(der) { pairs.append(Digest.hex([byte]).uppercased()) }
    return pairs.joined(separator: ":")
  }

  private static func hexadecimal(_ number: UnsafePointer<ASN1_INTEGER>?) -> String {
    guard let number, let big = ASN1_INTEGER_to_BN(number, nil) else { return "" }
    defer { BN_free(big) }
    guard let text = BN_bn2hex(big) else { return "" }
    defer { CRYPTO_free(text, #file, #line) }
    return String(cString: text)
  }

  private static func entry(_ nid: CInt, of name: OpaquePointer?) -> String? {
    let index = X509_NAME_get_index_by_NID(name, nid, -1)
    guard index >= 0, let entry = X509_NAME_get_entry(name, index) else { return nil }
    return value(of: entry)
  }

  private static func value(of entry: OpaquePointer) -> String {
    var start: UnsafeMutablePointer<UInt8>?
    let count = ASN1_STRING_to_UTF8(&start, X509_NAME_ENTRY_get_data(entry))
    guard count >= 0, let start else {
      OpenSSLError.clear()
      return ""
    }
    defer { CRYPTO_free(start, #file, #line) }
    return printable(UnsafeBufferPointer(start: start, count: Int(count)))
  }

  /// The parts in the order the certificate has them.
  private static func text(_ name: OpaquePointer?) -> String {
    var parts: [String] = []
    for index in 0..<max(0, X509_NAME_entry_count(name)) {
      guard let entry = X509_NAME_get_entry(name, index) else { continue }
      let nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry))
      let label = nid == NID_undef ? "OID" : OBJ_nid2sn(nid).map { String(cString: $0) } ?? "OID"
      parts.append("\(label)=\(value(of: entry))")
    }
    return parts.joined(separator: ", ")
  }

  /// Text for people: a certificate that anyone made must not steer a terminal.
  private static func printable(_ bytes: some Collection<UInt8>) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    let isClean = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard !isClean else { return text }
    return String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
  }

  private static func extensionBytes(_ oid: String, of pointer: OpaquePointer) -> [UInt8]? {
    guard let object = OBJ_txt2obj(oid, 1) else { return nil }
    defer { ASN1_OBJECT_free(object) }
    let index = X509_get_ext_by_OBJ(pointer, object, -1)
    guard index >= 0, let found = X509_get_ext(pointer, index), let data = X509_EXTENSION_get_data(found) else {
      return nil
    }
    let count = ASN1_STRING_length(data)
    guard count > 0, let start = ASN1_STRING_get0_data(data) else { return [] }
    return [UInt8](UnsafeBufferPointer(start: start, count: Int(count)))
  }

  /// The text of a DER string (UTF8String, IA5String, PrintableString), or of bare bytes, as some tools write them.
  private static func string(_ der: [UInt8]) -> String? {
    let tags: Set<UInt8> = [0x0C, 0x13, 0x16]
    guard let tag = der.first else { return nil }
    guard tags.contains(tag), der.count >= 2 else { return printable(der) }
    // Identifiers are short: one byte of length, or 0x81 and one more.
    let start = der[1] == 0x81 ? 3 : 2
    guard der.count >= start, Int(der[start - 1]) == der.count - start else { return nil }
    return printable(der[start...])
  }
}
