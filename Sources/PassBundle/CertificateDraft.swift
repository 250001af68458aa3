import COpenSSL
import Glibc

/// Part of a name: OpenSSL's number of the attribute, and its text.
typealias NameEntry = (nid: CInt, text: String)

/// A certificate before it is signed.
struct CertificateDraft {
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
