package import Passes

/// Something wrong with an identity that could be loaded. Times are seconds since 1970.
package enum IdentityProblem: Sendable, Hashable {
  /// The certificate is not valid any more.
  case expired(on: Int64)
  /// The certificate is not valid yet.
  case notYetValid(from: Int64)
  /// The certificate is valid for less than thirty days more.
  case expiresSoon(on: Int64, days: Int64)
  /// The certificate lacks Apple's extension for pass types; Wallet goes by it.
  case passTypeExtensionMissing
  /// The certificate says two different pass types, in its UID and in Apple's extension.
  case passTypeExtensionDiffers(uid: String, passTypeExtension: String)
  /// The certificate is for another pass type than the template.
  case otherPassType(certificate: String, template: String)
  /// The certificate belongs to another team than the template.
  case otherTeam(certificate: String, template: String)
  /// The pass has `nfc`, and the certificate may not sign such passes.
  case nfcNotAllowed
  /// The intermediate did not issue the certificate.
  case intermediateNotIssuer
  /// The intermediate is not valid any more.
  case intermediateExpired(on: Int64)
  /// The intermediate is not valid yet.
  case intermediateNotYetValid(from: Int64)
  /// The intermediate is none of Apple's, so that phones refuse what is signed. Right for trying things out.
  case notFromApple(issuer: String)
  /// Others than the owner may read the private key. `mode` holds the file's permission bits.
  case keyReadableByOthers(file: String, mode: UInt32)

  /// Errors make Wallet refuse every pass.
  package var severity: Finding.Severity {
    switch self {
    case .expiresSoon, .notFromApple, .keyReadableByOthers: .warning
    default: .error
    }
  }

  /// A stable name, the same as for what `check` finds in a signature.
  package var code: String {
    switch self {
    case .expired: "certificate-expired"
    case .notYetValid: "certificate-not-yet-valid"
    case .expiresSoon: "certificate-expires-soon"
    case .passTypeExtensionMissing: "pass-type-extension-missing"
    case .passTypeExtensionDiffers: "pass-type-extension-mismatch"
    case .otherPassType: "pass-type-mismatch"
    case .otherTeam: "team-mismatch"
    case .nfcNotAllowed: "nfc-certificate-missing"
    case .intermediateNotIssuer: "intermediate-not-issuer"
    case .intermediateExpired: "intermediate-expired"
    case .intermediateNotYetValid: "intermediate-not-yet-valid"
    case .notFromApple: "untrusted-issuer"
    case .keyReadableByOthers: "key-readable-by-others"
    }
  }

  /// What to do about it, in small letters and without a full stop.
  package var hint: String {
    switch self {
    case .expired, .expiresSoon:
      "make a new certificate for the same Pass Type ID in the Apple Developer account, and put it in place of this one"
    case .notYetValid, .intermediateNotYetValid: "check the clock of this machine"
    case .passTypeExtensionMissing, .passTypeExtensionDiffers:
      "use a certificate that Apple made for a Pass Type ID"
    case .otherPassType(let certificate, _):
      "sign with that pass type's certificate, or set passTypeIdentifier to \(certificate)"
    case .otherTeam(let certificate, _): "sign with that team's certificate, or set teamIdentifier to \(certificate)"
    case .nfcNotAllowed: "ask Apple for a certificate with NFC, or take nfc out of pass.json"
    case .intermediateNotIssuer, .intermediateExpired:
      "download the intermediate that issued the certificate from https://www.apple.com/certificateauthority/; if that "
        + "one has expired, make a new certificate"
    case .notFromApple:
      "good for trying things out; for phones, see certs-example/README.md for where real certificates come from"
    case .keyReadableByOthers(let file, _): "let nobody else read it, `chmod 600 \(file)`"
    }
  }

  /// The problem as a finding about the identity at `path`, whose hint is a sentence.
  package func finding(at path: String) -> Finding {
    Finding(
      severity, code, at: .init(file: path), description, hint: hint.prefix(1).uppercased() + hint.dropFirst() + ".")
  }
}

extension IdentityProblem: CustomStringConvertible {
  /// What is wrong, in one line.
  package var description: String {
    switch self {
    case .expired(let date): "the certificate expired on \(day(date))"
    case .notYetValid(let date): "the certificate is not valid before \(day(date))"
    case .expiresSoon(let date, let days):
      "the certificate expires on \(day(date)), in \(days) day\(days == 1 ? "" : "s")"
    case .passTypeExtensionMissing: "the certificate lacks the pass type extension \(AppleOID.passType)"
    case .passTypeExtensionDiffers(let uid, let other):
      "the certificate says pass type \(uid) in its UID, but \(other) in the extension \(AppleOID.passType)"
    case .otherPassType(let certificate, let template):
      "the certificate is for pass type \(certificate), the template for \(template)"
    case .otherTeam(let certificate, let template):
      "the certificate belongs to team \(certificate), the template to \(template)"
    case .nfcNotAllowed: "the pass has nfc, but the certificate lacks the NFC extension \(AppleOID.passWithNFC)"
    case .intermediateNotIssuer: "the intermediate did not issue the certificate"
    case .intermediateExpired(let date): "the intermediate expired on \(day(date))"
    case .intermediateNotYetValid(let date): "the intermediate is not valid before \(day(date))"
    case .notFromApple(let issuer): "phones refuse these passes: “\(issuer)” is none of Apple's intermediates"
    case .keyReadableByOthers(let file, let mode):
      "others may read the private key \(file) (mode \(String(mode, radix: 8)))"
    }
  }
}

extension SigningIdentity {
  /// Days before the expiry from which on it is spoken of.
  package static let daysOfWarning: Int64 = 30

  /// Whole days that are left of the certificate's validity; negative after it.
  package func daysLeft(at now: Int64) -> Int64 {
    let (left, overflow) = certificate.notAfter.subtractingReportingOverflow(now)
    guard !overflow else { return now < 0 ? .max : .min }
    return left >= 0 ? left / 86400 : (left + 1) / 86400 - 1
  }

  /// Everything wrong with the identity, errors first. A nil identifier is not compared.
  ///
  /// - Parameters:
  ///   - passTypeIdentifier: what `pass.json` says.
  ///   - teamIdentifier: what `pass.json` says.
  ///   - needsNFC: whether `pass.json` has `nfc`.
  ///   - now: seconds since 1970.
  package func problems(
    passTypeIdentifier: String? = nil, teamIdentifier: String? = nil, needsNFC: Bool = false, now: Int64
  ) -> [IdentityProblem] {
    var problems: [IdentityProblem] = []
    if now > certificate.notAfter {
      problems.append(.expired(on: certificate.notAfter))
    } else if now < certificate.notBefore {
      problems.append(.notYetValid(from: certificate.notBefore))
    } else if daysLeft(at: now) < Self.daysOfWarning {
      problems.append(.expiresSoon(on: certificate.notAfter, days: daysLeft(at: now)))
    }

    if let signsFor = certificate.passTypeExtension {
      if signsFor != self.passTypeIdentifier {
        problems.append(.passTypeExtensionDiffers(uid: self.passTypeIdentifier, passTypeExtension: signsFor))
      }
    } else {
      problems.append(.passTypeExtensionMissing)
    }
    if let passTypeIdentifier, passTypeIdentifier != self.passTypeIdentifier {
      problems.append(.otherPassType(certificate: self.passTypeIdentifier, template: passTypeIdentifier))
    }
    if let teamIdentifier, teamIdentifier != self.teamIdentifier {
      problems.append(.otherTeam(certificate: self.teamIdentifier, template: teamIdentifier))
    }
    if needsNFC, !certificate.hasNFCExtension { problems.append(.nfcNotAllowed) }

    if !certificate.isIssued(by: intermediate) { problems.append(.intermediateNotIssuer) }
    if now > intermediate.notAfter {
      problems.append(.intermediateExpired(on: intermediate.notAfter))
    } else if now < intermediate.notBefore {
      problems.append(.intermediateNotYetValid(from: intermediate.notBefore))
    }
    if AppleCertificates.intermediate(matching: intermediate) == nil {
      problems.append(.notFromApple(issuer: intermediate.commonName ?? intermediate.subject))
    }
    if origin.keyMode & 0o077 != 0 {
      problems.append(.keyReadableByOthers(file: origin.keyPath, mode: origin.keyMode))
    }
    return problems.filter { $0.severity == .error } + problems.filter { $0.severity == .warning }
  }
}
