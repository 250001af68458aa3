import COpenSSL
import Glibc
import ZonedTime

/// A detached PKCS#7 signature with three holes: signing time, digest of the manifest, signature value.
///
/// OpenSSL's CMS API makes the `SignedData` (RFC 5652) once for an identity; every other signature of that identity
/// differs from it only in the holes, so it costs hardly more than the RSA operation itself. Not `Sendable`: each worker
/// has its own, with its own prepared signing context.
final class SignatureLayout {
  private let identity: SigningIdentity
  private let context: OpaquePointer
  private let verification: OpaquePointer
  private var der: [UInt8]
  private var signedAttributes: Range<Int>
  private var timeHole: Range<Int>
  private var digestHole: Range<Int>
  private var signatureHole: Range<Int>
  /// The signing time that stands in `der`.
  private var signingTime: Int64
  /// The signed attributes as they are hashed: an explicit SET in place of the implicit tag.
  private var hashed: [UInt8]

  init(identity: SigningIdentity, signingTime: Int64) throws(SealingError) {
    self.identity = identity
    context = try Self.context(for: identity, start: EVP_PKEY_sign_init)
    do {
      verification = try Self.context(for: identity, start: EVP_PKEY_verify_init)
    } catch {
      EVP_PKEY_CTX_free(context)
      throw error
    }
    self.signingTime = signingTime
    der = []
    hashed = []
    signedAttributes = 0..<0
    timeHole = 0..<0
    digestHole = 0..<0
    signatureHole = 0..<0
    try layOut(at: signingTime)
  }

  deinit {
    EVP_PKEY_CTX_free(context)
    EVP_PKEY_CTX_free(verification)
  }

  /// Signs a manifest; the result is good until the next call.
  func sign(manifest: [UInt8], at time: Int64) throws(SealingError) -> [UInt8] {
    try setTime(time)
    fillDigest(of: manifest)
    var length = signatureHole.count
    let done = withAttributesDigest { digest in
      der.withUnsafeMutableBufferPointer { buffer in
        EVP_PKEY_sign(
          context, buffer.baseAddress.unsafelyUnwrapped + signatureHole.lowerBound, &length, digest,
          Digest.sha256Length)
      }
    }
    guard done == 1, length == signatureHole.count else { throw .signature(OpenSSLError("signing the manifest")) }
    return der
  }

  /// Whether `signature` is this identity's over this manifest, at whatever time.
  func isOwn(_ signature: UnsafeRawBufferPointer, manifest: [UInt8]) -> Bool {
    guard signature.count == der.count else { return false }
    fillDigest(of: manifest)
    // The time first: everything else but the value itself must then be equal.
    der.replaceSubrange(timeHole, with: signature[timeHole])
    signingTime = .min
    let isLaidOut = der.withUnsafeBytes { own in
      guard let ours = own.baseAddress, let theirs = signature.baseAddress else { return false }
      return memcmp(ours, theirs, signatureHole.lowerBound) == 0
    }
    guard isLaidOut else { return false }
    hashed.replaceSubrange(
      timeHole.lowerBound - signedAttributes.lowerBound..<timeHole.upperBound - signedAttributes.lowerBound,
      with: signature[timeHole])
    let result = withAttributesDigest { digest in
      EVP_PKEY_verify(
        verification, signature.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: signatureHole.lowerBound),
        signatureHole.count, digest, Digest.sha256Length)
    }
    if result != 1 { OpenSSLError.clear() }
    return result == 1
  }

  /// Number of bytes of every signature at the times of the current layout.
  var count: Int { der.count }

  private func fillDigest(of manifest: [UInt8]) {
    let offset = digestHole.lowerBound - signedAttributes.lowerBound
    hashed.withUnsafeMutableBufferPointer { buffer in
      let target = buffer.baseAddress.unsafelyUnwrapped + offset
      manifest.withUnsafeBytes { Digest.sha256($0, into: target) }
    }
    der.replaceSubrange(digestHole, with: hashed[offset..<offset + digestHole.count])
  }

  private func withAttributesDigest<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Digest.sha256Length) { digest in
      let start = digest.baseAddress.unsafelyUnwrapped
      hashed.withUnsafeBytes { Digest.sha256($0, into: start) }
      return body(start)
    }
  }

  private func setTime(_ time: Int64) throws(SealingError) {
    if time == signingTime { return }
    let text = Self.timeText(time)
    guard text.count == timeHole.count else {
      // From 2050 on the time is written with four digits of the year: another layout.
      try layOut(at: time)
      return
    }
    der.replaceSubrange(timeHole, with: text)
    let offset = timeHole.lowerBound - signedAttributes.lowerBound
    hashed.replaceSubrange(offset..<offset + text.count, with: text)
    signingTime = time
  }

  /// UTCTime until 2049, GeneralizedTime from then on (RFC 5652, 11.3).
  private static func timeText(_ time: Int64) -> [UInt8] {
    let parts = ZonedDateTime(epochMilliseconds: time.multipliedReportingOverflow(by: 1000).partialValue).components
    func digits(_ number: Int) -> [UInt8] { [UInt8(0x30 + number / 10 % 10), UInt8(0x30 + number % 10)] }
    let century = (1950..<2050).contains(parts.year) ? [] : digits(parts.year / 100)
    return century + digits(parts.year % 100) + digits(parts.month) + digits(parts.day) + digits(parts.hour)
      + digits(parts.minute) + digits(parts.second) + [UInt8(ascii: "Z")]
  }

  // MARK: Laying out

  private func layOut(at time: Int64) throws(SealingError) {
    // Any manifest will do; this one's digest is unlikely to stand anywhere else in the structure.
    let manifest = Array("passmint signature layout".utf8)
    der = try Self.cmsSignature(of: manifest, identity: identity, time: time)
    let digest = Digest.sha256(manifest)
    guard let value = ElementReader(der)?.signerInfo, let attributes = value.signedAttributes,
      let digestStart = der[attributes].firstRange(of: digest)?.lowerBound,
      let timeStart = der[attributes].firstRange(of: Self.timeText(time))?.lowerBound
    else { throw .layout("no signer with signed attributes where RFC 5652 has them") }
    signedAttributes = attributes
    digestHole = digestStart..<digestStart + digest.count
    timeHole = timeStart..<timeStart + Self.timeText(time).count
    signatureHole = value.signature
    guard signatureHole.upperBound == der.count else { throw .layout("something follows the signature value") }
    hashed = Array(der[attributes])
    // SET OF, as RFC 5652 5.4 has it hashed.
    hashed[0] = 0x31
    signingTime = time
  }

  private static func context(
    for identity: SigningIdentity, start: (OpaquePointer?) -> CInt
  ) throws(SealingError) -> OpaquePointer {
    let context = identity.privateKey.withPointer { EVP_PKEY_CTX_new_from_pkey(nil, $0, nil) }
    guard let context else { throw .signature(OpenSSLError("preparing the key")) }
    let method = EVP_MD_fetch(nil, "SHA256", nil)
    defer { EVP_MD_free(method) }
    guard start(context) == 1, passmint_EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1,
      EVP_PKEY_CTX_set_signature_md(context, method) == 1
    else {
      EVP_PKEY_CTX_free(context)
      throw .signature(OpenSSLError("preparing the key"))
    }
    return context
  }

  /// A signature made by OpenSSL's CMS API alone: what every other one is modelled on.
  static func cmsSignature(of manifest: [UInt8], identity: SigningIdentity, time: Int64) throws(SealingError) -> [UInt8]
  {
    let flags = UInt32(CMS_PARTIAL | CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP)
    guard let message = CMS_sign(nil, nil, nil, nil, flags) else { throw .signature(OpenSSLError("beginning a CMS")) }
    defer { CMS_ContentInfo_free(message) }
    let signer = identity.certificate.withPointer { certificate in
      identity.privateKey.withPointer { key in CMS_add1_signer(message, certificate, key, EVP_sha256(), flags) }
    }
    guard let signer, identity.intermediate.withPointer({ CMS_add1_cert(message, $0) }) == 1,
      let clock = ASN1_TIME_adj(nil, 0, 0, 0)
    else { throw .signature(OpenSSLError("adding the signer")) }
    defer { ASN1_STRING_free(clock) }
    guard ASN1_TIME_set(clock, time_t(time)) != nil,
      CMS_signed_add1_attr_by_NID(
        signer, NID_pkcs9_signingTime, ASN1_STRING_type(clock), clock, -1) == 1
    else { throw .signature(OpenSSLError("setting the signing time")) }
    let finished = manifest.withUnsafeBytes { raw -> CInt in
      guard let bio = BIO_new_mem_buf(raw.baseAddress, CInt(raw.count)) else { return 0 }
      defer { BIO_free(bio) }
      return CMS_final(message, bio, nil, flags)
    }
    guard finished == 1 else { throw .signature(OpenSSLError("signing the manifest")) }
    var start: UnsafeMutablePointer<UInt8>?
    let count = i2d_CMS_ContentInfo(message, &start)
    guard count > 0, let start else { throw .signature(OpenSSLError("encoding the signature")) }
    defer { CRYPTO_free(start, #file, #line) }
    return [UInt8](UnsafeBufferPointer(start: start, count: Int(count)))
  }
}

/// Finds the last signer in a DER `ContentInfo` that holds `SignedData`.
private struct ElementReader {
  struct Element {
    let tag: UInt8
    /// Tag, length and content.
    let whole: Range<Int>
    let content: Range<Int>
  }

  let der: [UInt8]
  let signerInfo: (signedAttributes: Range<Int>?, signature: Range<Int>)

  init?(_ der: [UInt8]) {
    self.der = der
    // ContentInfo → [0] → SignedData → its last element, the signers → SignerInfo.
    guard let contentInfo = Self.element(in: der, at: 0..<der.count),
      let wrapper = Self.elements(in: der, of: contentInfo.content).last,
      let signedData = Self.elements(in: der, of: wrapper.content).last,
      let signers = Self.elements(in: der, of: signedData.content).last, signers.tag == 0x31,
      let signer = Self.elements(in: der, of: signers.content).last
    else { return nil }
    let parts = Self.elements(in: der, of: signer.content)
    guard let value = parts.last, value.tag == 0x04 else { return nil }
    signerInfo = (parts.first { $0.tag == 0xA0 }?.whole, value.content)
  }

  private static func elements(in der: [UInt8], of range: Range<Int>) -> [Element] {
    var elements: [Element] = []
    var rest = range
    while let element = element(in: der, at: rest) {
      elements.append(element)
      rest = element.whole.upperBound..<range.upperBound
    }
    return elements
  }

  private static func element(in der: [UInt8], at range: Range<Int>) -> Element? {
    guard range.count >= 2 else { return nil }
    var position = range.lowerBound + 2
    var length = Int(der[range.lowerBound + 1])
    if length >= 0x80 {
      let bytes = length & 0x7F
      guard bytes <= 4, range.count >= 2 + bytes else { return nil }
      length = der[position..<position + bytes].reduce(0) { $0 << 8 | Int($1) }
      position += bytes
    }
    guard length <= range.upperBound - position else { return nil }
    return Element(
      tag: der[range.lowerBound], whole: range.lowerBound..<position + length, content: position..<position + length)
  }
}
