import COpenSSL
import Glibc
import Passes
import ZonedTime

/// What a signature says about itself and what came of verifying it, for showing.
package struct SignatureFacts: Sendable, Hashable {
  /// The certificate that signed.
  package let signer: Certificate
  /// The embedded certificate that issued it.
  package var intermediate: Certificate?
  /// `G4` when the intermediate is Apple's of that generation, told by its fingerprint.
  package var appleGeneration: String?
  /// Subject of the `--trust` certificate that the chain ends at.
  package var trustedRoot: String?
  /// How many certificates the signature carries.
  package var embeddedCertificates = 0
  /// When the pass was signed by its own word, in epoch seconds.
  package var signingTime: Int64?
  /// OpenSSL's name for the digest: `sha256`.
  package var digestAlgorithm = ""
  package var isDetached = false
  /// Whether the signature is good and over this manifest. Says nothing about who signed.
  package var isVerified = false

  init(signer: Certificate) {
    self.signer = signer
  }
}

extension SignatureCheck {
  // MARK: - The signer's certificate

  mutating func checkDates(of certificate: Certificate, signedAt signingTime: Int64?) {
    if now > certificate.notAfter {
      report(
        .error, "certificate-expired",
        "the pass certificate expired on \(Self.date(certificate.notAfter)); Wallet adds no pass signed with it any more",
        hint: "Renew the certificate at Apple and issue the pass again. Passes already on phones stay.")
    }
    if now < certificate.notBefore {
      report(
        .error, "certificate-not-yet-valid",
        "the pass certificate is valid from \(Self.date(certificate.notBefore)) only",
        hint: "Set the clock of this machine, or wait.")
    }
    if let signingTime,
      !(certificate.notBefore...max(certificate.notBefore, certificate.notAfter)).contains(signingTime)
    {
      report(
        .error, "signed-outside-validity",
        "the pass was signed on \(Self.date(signingTime)), outside the validity of its certificate "
          + "(\(Self.date(certificate.notBefore)) to \(Self.date(certificate.notAfter)))",
        hint: "Sign with a certificate that is valid, on a machine whose clock is right.")
    }
  }

  mutating func checkIdentity(of certificate: Certificate, against expectation: Expectation) {
    let renew = "Sign with the certificate made for this pass type, or correct pass.json."
    if let expected = expectation.passTypeIdentifier {
      if let uid = certificate.uid, uid != expected {
        report(
          .error, "pass-type-mismatch",
          "pass.json says passTypeIdentifier “\(expected)”, but the certificate is for “\(uid)” (UID)", hint: renew)
      } else if certificate.uid == nil {
        report(
          .error, "pass-type-mismatch", "the certificate names no pass type identifier (UID): \(certificate.subject)",
          hint: "Sign with a Pass Type ID certificate from Apple's developer portal.")
      }
      if let value = certificate.passTypeExtension, value != expected {
        report(
          .error, "pass-type-extension-mismatch",
          "pass.json says passTypeIdentifier “\(expected)”, but the certificate's extension \(AppleOID.passType) "
            + "holds “\(value)”", hint: renew)
      }
    }
    if let expected = expectation.passTypeIdentifier, certificate.uid == expected,
      let named = Self.passType(inName: certificate.commonName),
      // A common name has room for 64 characters.
      !expected.hasPrefix(named)
    {
      report(
        .warning, "pass-type-name-mismatch",
        "the certificate's name says “\(named)”, while its UID and pass.json say “\(expected)”", hint: renew)
    }
    if let expected = expectation.teamIdentifier, certificate.organizationalUnit != expected {
      let found = certificate.organizationalUnit.map { "is for team “\($0)”" } ?? "names no team"
      report(
        .error, "team-mismatch", "pass.json says teamIdentifier “\(expected)”, but the certificate \(found) (OU)",
        hint: renew)
    }
    if expectation.needsNFC, !certificate.hasNFCExtension {
      report(
        .error, "nfc-certificate-missing",
        "the pass uses NFC or personalization, but its certificate is not for NFC "
          + "(“must be signed with an enhanced Passbook certificate”)",
        hint: "Ask Apple for an NFC certificate, or take `nfc` and personalization.json out of the pass.")
    }
    if let usages = Self.keyUsages(of: certificate), !usages.contains(AppleOID.passSigning),
      !usages.contains(AppleCertificates.clientKeyUsage)
    {
      report(
        .warning, "certificate-purpose", "the certificate is meant for other things than passes (extended key usage)",
        hint: "Sign with a Pass Type ID certificate.")
    }
  }

  /// `pass.org.example` of `Pass Type ID with NFC: pass.org.example`.
  private static func passType(inName name: String?) -> String? {
    for start in ["Pass Type ID: ", "Pass Type ID with NFC: "] {
      if let name, name.hasPrefix(start) { return String(name.dropFirst(start.count)) }
    }
    return nil
  }

  /// Object identifiers of the extended key usage; nil without that extension.
  private static func keyUsages(of certificate: Certificate) -> [String]? {
    certificate.withPointer { pointer in
      guard let usages = X509_get_ext_d2i(pointer, NID_ext_key_usage, nil, nil) else { return nil }
      let stack = OpaquePointer(usages)
      defer { EXTENDED_KEY_USAGE_free(stack) }
      return (0..<max(0, OPENSSL_sk_num(stack))).map { index in
        guard let object = OPENSSL_sk_value(stack, index) else { return "" }
        var buffer = [CChar](repeating: 0, count: 128)
        OBJ_obj2txt(&buffer, CInt(buffer.count), OpaquePointer(object), 1)
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      }
    }
  }

  // MARK: - The chain

  mutating func checkChain(of signer: Certificate, among certificates: [Certificate], facts: inout SignatureFacts) {
    let others = certificates.filter { $0 != signer }
    let issuer = others.first { signer.isIssued(by: $0) }
    facts.intermediate = issuer
    facts.trustedRoot = trustedRoot(of: signer, through: others)
    if let issuer {
      checkDates(ofIntermediate: issuer)
      if let known = AppleCertificates.intermediate(matching: issuer) {
        facts.appleGeneration = known.generation
        return
      }
    } else {
      reportMissingIssuer(of: signer, among: others)
    }
    guard facts.trustedRoot == nil else { return }
    let isOwn = trust.isEmpty ? "" : " and none given with --trust"
    report(
      .error, "untrusted-issuer",
      "the certificate was issued by “\(signer.issuer)”, which is not one of Apple's known intermediates\(isOwn)",
      hint: "Wallet will refuse the pass. For certificates of your own, name their root: `passmint check --trust FILE`."
    )
  }

  private mutating func reportMissingIssuer(of signer: Certificate, among others: [Certificate]) {
    // A root of one's own that issued the signer directly stands for itself.
    if trust.contains(where: { $0.isSelfIssued && signer.isIssued(by: $0) }) || trust.contains(signer) { return }
    if let impostor = others.first(where: { signer.namesAsIssuer($0) }) {
      report(
        .error, "intermediate-not-issuer",
        "the intermediate inside has the name of the issuer (“\(impostor.subject)”), but did not sign the certificate",
        hint: "Put in the intermediate the certificate was really issued by: Apple has several with one name.")
    } else if signer.isSelfIssued {
      report(
        .error, "certificate-self-signed", "the certificate issued itself",
        hint: "Sign with a Pass Type ID certificate from Apple's developer portal.")
    } else {
      report(
        .error, "intermediate-missing",
        "the signature lacks the intermediate certificate that issued the pass certificate: “\(signer.issuer)”",
        hint: "Add Apple's WWDR certificate when signing (`-certfile`). Wallet does not fetch it.")
    }
  }

  private mutating func checkDates(ofIntermediate issuer: Certificate) {
    guard now > issuer.notAfter || now < issuer.notBefore else { return }
    report(
      .error, "intermediate-expired",
      now > issuer.notAfter
        ? "the intermediate “\(issuer.subject)” expired on \(Self.date(issuer.notAfter))"
        : "the intermediate “\(issuer.subject)” is valid from \(Self.date(issuer.notBefore)) only",
      hint: "Get a new pass certificate from Apple; it comes from a current intermediate.")
  }

  /// The subject of the trusted certificate that a chain from `signer` leads to. Dates are judged elsewhere.
  private func trustedRoot(of signer: Certificate, through others: [Certificate]) -> String? {
    guard !trust.isEmpty, let store = X509_STORE_new() else { return nil }
    defer { X509_STORE_free(store) }
    for certificate in trust { _ = certificate.withPointer { X509_STORE_add_cert(store, $0) } }
    guard let untrusted = passmint_sk_X509_new_null() else { return nil }
    // The stack only borrows: `others` outlives it.
    defer { passmint_sk_X509_free(untrusted) }
    for certificate in others { _ = certificate.withPointer { passmint_sk_X509_push(untrusted, $0) } }
    guard let context = X509_STORE_CTX_new() else { return nil }
    defer { X509_STORE_CTX_free(context) }
    return withExtendedLifetime(others) {
      signer.withPointer { pointer in
        guard X509_STORE_CTX_init(context, store, pointer, untrusted) == 1 else { return nil }
        X509_STORE_CTX_set_flags(context, UInt(X509_V_FLAG_NO_CHECK_TIME) | UInt(X509_V_FLAG_PARTIAL_CHAIN))
        guard X509_verify_cert(context) == 1, let chain = X509_STORE_CTX_get0_chain(context),
          let last = passmint_sk_X509_value(chain, passmint_sk_X509_num(chain) - 1), X509_up_ref(last) == 1
        else { return nil }
        return (try? Certificate(owning: last))?.subject
      }
    }
  }

  static func date(_ epochSeconds: Int64) -> String {
    let (milliseconds, overflow) = epochSeconds.multipliedReportingOverflow(by: 1000)
    return ZonedDateTime(epochMilliseconds: overflow ? 0 : milliseconds).iso8601
  }
}
