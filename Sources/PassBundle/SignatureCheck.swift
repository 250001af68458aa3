package import Passes
import COpenSSL
import Glibc

/// Verifies a pass's `signature`: a detached CMS SignedData (RFC 5652) over the bytes of `manifest.json`.
///
/// Each rule is one for which Wallet refuses a pass; see "Building a Pass" in Apple's documentation.
package struct SignatureCheck {
  /// What the signature must fit.
  package struct Expectation: Sendable, Hashable {
    package var passTypeIdentifier: String?
    package var teamIdentifier: String?
    /// Whether the pass holds something that only a certificate for NFC may sign.
    package var needsNFC: Bool

    package init(passTypeIdentifier: String? = nil, teamIdentifier: String? = nil, needsNFC: Bool = false) {
      self.passTypeIdentifier = passTypeIdentifier
      self.teamIdentifier = teamIdentifier
      self.needsNFC = needsNFC
    }
  }

  /// Roots of one's own, trusted beside Apple's known intermediates.
  let trust: [Certificate]
  /// The moment of the check, in epoch seconds.
  let now: Int64
  private(set) var findings: [Finding] = []

  /// - Parameters:
  ///   - trust: certificates accepted as the end of the chain.
  ///   - now: the moment that certificates must be valid at, in epoch seconds.
  /// - Returns: what is wrong, and what the signature says; no facts when there is no signer to be seen.
  package static func check(
    _ signature: [UInt8], over manifest: [UInt8], expecting expectation: Expectation, trust: [Certificate], now: Int64
  ) -> (findings: [Finding], facts: SignatureFacts?) {
    OpenSSLError.clear()
    defer { OpenSSLError.clear() }
    var check = SignatureCheck(trust: trust, now: now)
    let facts = check.run(signature, over: manifest, expecting: expectation)
    return (check.findings, facts)
  }

  private init(trust: [Certificate], now: Int64) {
    self.trust = trust
    self.now = now
  }

  mutating func report(_ severity: Finding.Severity, _ code: String, _ message: String, hint: String) {
    findings.append(Finding(severity, code, at: .init(file: "signature"), message, hint: hint))
  }

  private mutating func run(
    _ signature: [UInt8], over manifest: [UInt8], expecting expectation: Expectation
  ) -> SignatureFacts? {
    guard let message = parse(signature) else { return nil }
    defer { CMS_ContentInfo_free(message) }
    let certificates = Self.certificates(in: message)
    guard let signer = onlySigner(of: message) else { return nil }
    guard let certificate = certificates.first(where: { $0.withPointer { CMS_SignerInfo_cert_cmp(signer, $0) } == 0 })
    else {
      report(
        .error, "signer-certificate-missing", "the signature does not hold the certificate of its signer",
        hint: "Sign with the pass certificate included (`openssl cms -sign -signer`, without -nocerts).")
      return nil
    }
    var facts = SignatureFacts(signer: certificate)
    facts.embeddedCertificates = certificates.count
    facts.isDetached = checkDetached(message)
    facts.digestAlgorithm = checkDigestAlgorithm(of: signer)
    facts.signingTime = checkSigningTime(of: signer)
    facts.isVerified = checkSignature(of: signer, in: message, by: certificate, over: manifest)
    checkDates(of: certificate, signedAt: facts.signingTime)
    checkIdentity(of: certificate, against: expectation)
    checkChain(of: certificate, among: certificates, facts: &facts)
    return facts
  }

  // MARK: - Structure

  private mutating func parse(_ signature: [UInt8]) -> OpaquePointer? {
    guard signature.count <= 1 << 20 else {
      report(
        .error, "signature-not-der", "the signature has \(signature.count >> 10) KB, more than is read here",
        hint: "A signature with its two certificates has about 3 KB.")
      return nil
    }
    if signature.starts(with: "-----BEGIN".utf8) {
      report(
        .error, "signature-not-der", "the signature is PEM text, Wallet reads DER only",
        hint: "Sign with `-outform DER`.")
      return nil
    }
    var consumed = 0
    let message = signature.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var position = buffer.baseAddress
      let message = d2i_CMS_ContentInfo(nil, &position, buffer.count)
      if let position, let start = buffer.baseAddress { consumed = position - start }
      return message
    }
    guard let message else {
      report(
        .error, "signature-not-der", "the signature is not a CMS structure in DER: \(OpenSSLError("reading it"))",
        hint: "It must be what `openssl cms -sign -binary -outform DER` writes.")
      return nil
    }
    guard OBJ_obj2nid(CMS_get0_type(message)) == NID_pkcs7_signed else {
      report(
        .error, "signature-not-signed-data", "the signature is CMS, but of another kind than SignedData",
        hint: "Sign the manifest; do not encrypt or digest it.")
      CMS_ContentInfo_free(message)
      return nil
    }
    if consumed < signature.count {
      report(
        .warning, "signature-trailing-bytes", "\(signature.count - consumed) bytes follow the signature",
        hint: "Write the signature to an empty file.")
    }
    return message
  }

  private static func certificates(in message: OpaquePointer) -> [Certificate] {
    guard let stack = CMS_get1_certs(message) else { return [] }
    defer { passmint_sk_X509_pop_free(stack) }
    return (0..<max(0, passmint_sk_X509_num(stack))).compactMap { index in
      guard let pointer = passmint_sk_X509_value(stack, index), X509_up_ref(pointer) == 1 else { return nil }
      return try? Certificate(owning: pointer)
    }
  }

  private mutating func onlySigner(of message: OpaquePointer) -> OpaquePointer? {
    let signers = CMS_get0_SignerInfos(message)
    let count = signers.map { passmint_sk_CMS_SignerInfo_num($0) } ?? 0
    guard count > 0, let signers, let signer = passmint_sk_CMS_SignerInfo_value(signers, 0) else {
      report(
        .error, "signature-without-signer", "the signature names no signer, it only carries certificates",
        hint: "Sign the manifest with the pass certificate and its key.")
      return nil
    }
    if count > 1 {
      report(
        .error, "signature-many-signers", "the signature has \(count) signers, the first is checked",
        hint: "Sign once, with the pass certificate.")
    }
    return signer
  }

  private mutating func checkDetached(_ message: OpaquePointer) -> Bool {
    if CMS_is_detached(message) == 1 { return true }
    report(
      .error, "signature-attached", "the signature holds a copy of the manifest, it must be detached",
      hint: "Sign without -nodetach (OpenSSL) or with the detached option of the library.")
    return false
  }

  private mutating func checkDigestAlgorithm(of signer: OpaquePointer) -> String {
    var algorithm: UnsafeMutablePointer<X509_ALGOR>?
    CMS_SignerInfo_get0_algs(signer, nil, nil, &algorithm, nil)
    var object: OpaquePointer?
    if let algorithm { X509_ALGOR_get0(&object, nil, nil, algorithm) }
    let kind = OBJ_obj2nid(object)
    let name = kind == NID_undef ? "an unknown algorithm" : OBJ_nid2ln(kind).map { String(cString: $0) } ?? ""
    switch kind {
    case NID_sha256, NID_sha384, NID_sha512: break
    case NID_sha1:
      report(
        .warning, "signature-sha1", "the signature uses SHA-1, as passes did until about 2023",
        hint: "Sign with SHA-256 (`-md sha256`).")
    default:
      report(
        .error, "signature-digest-unsupported", "the signature uses \(name) as its digest",
        hint: "Sign with SHA-256 (`-md sha256`).")
    }
    return name
  }

  // MARK: - Signed attributes

  private mutating func checkSigningTime(of signer: OpaquePointer) -> Int64? {
    let index = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1)
    guard index >= 0, let attribute = CMS_signed_get_attr(signer, index), X509_ATTRIBUTE_count(attribute) == 1,
      let value = X509_ATTRIBUTE_get0_type(attribute, 0)
    else {
      report(
        .error, "signing-date-missing", "Signature must contain a signing date (the signed attribute signingTime)",
        hint: "Sign with signed attributes: `openssl cms -sign` without -noattr.")
      return nil
    }
    let kind = ASN1_TYPE_get(value)
    guard kind == V_ASN1_UTCTIME || kind == V_ASN1_GENERALIZEDTIME,
      let time = Self.epochSeconds(value.pointee.value.asn1_string)
    else {
      report(
        .error, "signing-date-malformed", "the signing date cannot be read as a date",
        hint: "Sign again with a current tool.")
      return nil
    }
    if time > now + 300 {
      report(
        .warning, "signing-date-in-future", "the pass says it was signed on \(Self.date(time)), which is still to come",
        hint: "Set the clock of the machine that signs.")
    }
    return time
  }

  private mutating func checkSignature(
    of signer: OpaquePointer, in message: OpaquePointer, by certificate: Certificate, over manifest: [UInt8]
  ) -> Bool {
    certificate.withPointer { CMS_SignerInfo_set1_signer_cert(signer, $0) }
    guard CMS_signed_get_attr_count(signer) > 0 else {
      // Without signed attributes the signature is over the manifest itself.
      if Self.verifies(message, over: manifest) { return true }
      reportMismatch(.init())
      return false
    }
    var isGood = true
    if CMS_SignerInfo_verify(signer) != 1 {
      isGood = false
      report(
        .error, "signature-invalid", "the signature was not made with the key of the certificate inside it",
        hint: "Sign with the key that belongs to the pass certificate (`passmint certs check`).")
    }
    let attribute = CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING)
    guard let attribute else {
      report(
        .error, "signature-digest-missing", "the signed attributes hold no digest of the manifest",
        hint: "Sign again with a common tool.")
      return false
    }
    let stored = Self.bytes(of: UnsafePointer(attribute.assumingMemoryBound(to: ASN1_STRING.self)))
    var algorithm: UnsafeMutablePointer<X509_ALGOR>?
    CMS_SignerInfo_get0_algs(signer, nil, nil, &algorithm, nil)
    guard stored == Self.digest(of: manifest, by: algorithm) else {
      reportMismatch(.init(isCanonicalized: stored == Self.digest(of: Self.canonicalized(manifest), by: algorithm)))
      return false
    }
    return isGood
  }

  private struct Mismatch { var isCanonicalized = false }

  private mutating func reportMismatch(_ mismatch: Mismatch) {
    report(
      .error, "signature-manifest-mismatch",
      mismatch.isCanonicalized
        ? "the signature is over the manifest with its line ends changed to CR LF"
        : "the signature is not over this manifest.json: it was changed after signing, or another file was signed",
      hint: mismatch.isCanonicalized
        ? "Sign with -binary." : "Write manifest.json first, sign exactly those bytes, then pack both.")
  }

  /// The change that S/MIME makes to text before signing, unless told that it is binary.
  private static func canonicalized(_ bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      if byte == 0x0A, index == 0 || bytes[index - 1] != 0x0D { output.append(0x0D) }
      output.append(byte)
    }
    return output
  }

  private static func digest(of bytes: [UInt8], by algorithm: UnsafeMutablePointer<X509_ALGOR>?) -> [UInt8]? {
    var object: OpaquePointer?
    guard let algorithm else { return nil }
    X509_ALGOR_get0(&object, nil, nil, algorithm)
    guard let name = OBJ_nid2sn(OBJ_obj2nid(object)), let method = EVP_get_digestbyname(name) else { return nil }
    var output = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard EVP_Digest(bytes, bytes.count, &output, &count, method, nil) == 1 else { return nil }
    return Array(output.prefix(Int(count)))
  }

  private static func verifies(_ message: OpaquePointer, over manifest: [UInt8]) -> Bool {
    guard let content = BIO_new_mem_buf(manifest, CInt(clamping: manifest.count)) else { return false }
    defer { BIO_free(content) }
    let flags = UInt32(CMS_BINARY) | UInt32(CMS_NO_SIGNER_CERT_VERIFY)
    return CMS_verify(message, nil, nil, CMS_is_detached(message) == 1 ? content : nil, nil, flags) == 1
  }

  static func bytes(of string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
    let count = ASN1_STRING_length(string)
    guard count > 0, let start = ASN1_STRING_get0_data(string) else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: Int(count)))
  }

  private static func epochSeconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    var fields = tm()
    guard let time, ASN1_TIME_to_tm(time, &fields) == 1 else { return nil }
    return Int64(timegm(&fields))
  }
}
