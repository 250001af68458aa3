import ZonedTime

/// Why no signing identity could be put together from a folder or a file.
package enum IdentityError: Error, Sendable, Hashable {
  /// The path or a file cannot be read; the reason in the system's words.
  case unreadable(path: String, reason: String)
  /// No certificate and no key anywhere.
  case nothingFound(path: String, found: [IdentityPiece])
  /// A certificate, but no private key.
  case keyMissing(path: String, found: [IdentityPiece])
  /// A private key, but no certificate.
  case certificateMissing(path: String, found: [IdentityPiece])
  /// Keys and certificates, but none of the certificates was made for one of the keys.
  case keyOfAnotherCertificate(path: String, found: [IdentityPiece])
  /// More than one certificate with its key.
  case severalIdentities(path: String, found: [IdentityPiece])
  /// The file is encrypted, and no password was given.
  case passwordNeeded(file: String)
  /// The password does not open the file.
  case wrongPassword(file: String)
  /// The file is encrypted in a way this OpenSSL does not know, even with its legacy provider.
  case unsupportedEncryption(file: String, OpenSSLError)
  /// Wallet signs with RSA keys of at least 2048 bits.
  case unsuitableKey(file: String, algorithm: String, bits: Int)
  /// The certificate names neither a pass type (UID) nor a team (OU), so that it is no pass certificate.
  case notAPassCertificate(file: String, subject: String)
  /// The certificate that issued the pass certificate is not there.
  case intermediateMissing(issuer: String, path: String, found: [IdentityPiece])
  /// A certificate of the right name is there, but its key did not sign the pass certificate.
  case intermediateOfAnotherKey(issuer: String, file: String)
  /// Both environment variables for the password are set.
  case passwordGivenTwice(String, String)
}

/// One thing found in a file while looking for a signing identity.
package struct IdentityPiece: Sendable, Hashable {
  /// What it is.
  package enum Content: Sendable, Hashable {
    /// A certificate.
    case certificate(Certificate)
    /// A private key that could be opened.
    case key(algorithm: String, bits: Int)
    /// Encrypted, and no password was given.
    case encrypted
    /// Encrypted with another password.
    case otherPassword
    /// Encrypted in a way this OpenSSL does not know.
    case unsupported
    /// Looked like a certificate or a key, but could not be read.
    case damaged(OpenSSLError)
    /// Neither certificate nor key.
    case unknown
    /// Could not be read; the reason in the system's words.
    case unreadable(String)
  }

  /// Name of the file, without the folder.
  package let file: String
  package let content: Content
}

extension IdentityPiece: CustomStringConvertible {
  /// `pass.pem: certificate “Pass Type ID: pass.org.example.tickets”, valid until 2027-12-24`
  package var description: String {
    switch content {
    case .certificate(let certificate):
      let kind = certificate.isSelfIssued ? "root certificate" : "certificate"
      let name = certificate.commonName ?? certificate.subject
      let generation = certificate.isAuthority ? certificate.organizationalUnit.map { ", OU=\($0)" } ?? "" : ""
      return "\(file): \(kind) “\(name)”\(generation), valid until \(day(certificate.notAfter))"
    case .key(let algorithm, let bits): return "\(file): private key, \(algorithm) \(bits) bits"
    case .encrypted: return "\(file): encrypted, not opened: no password given"
    case .otherPassword: return "\(file): encrypted, not opened: wrong password"
    case .unsupported: return "\(file): encrypted by an algorithm this OpenSSL does not offer"
    case .damaged(let error): return "\(file): damaged, \(error)"
    case .unknown: return "\(file): neither certificate nor key"
    case .unreadable(let reason): return "\(file): \(reason)"
    }
  }
}

extension IdentityError: CustomStringConvertible {
  /// What was found, in one line.
  package var description: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .nothingFound(let path, let found): "no certificate and no key in \(path)\(listing(found))"
    case .keyMissing(let path, let found): "no private key in \(path)\(listing(found))"
    case .certificateMissing(let path, let found): "no certificate in \(path)\(listing(found))"
    case .keyOfAnotherCertificate(let path, let found):
      "no certificate in \(path) belongs to a private key there\(listing(found))"
    case .severalIdentities(let path, let found):
      "more than one certificate with its private key in \(path)\(listing(found))"
    case .passwordNeeded(let file): "\(file) is encrypted, and no password was given"
    case .wrongPassword(let file): "the password does not open \(file)"
    case .unsupportedEncryption(let file, let error): "cannot decrypt \(file): \(error)"
    case .unsuitableKey(let file, let algorithm, let bits):
      "the key in \(file) is \(algorithm) with \(bits) bits, and Wallet wants RSA with 2048 or more"
    case .notAPassCertificate(let file, let subject):
      "the certificate in \(file) names no pass type (UID) or no team (OU): \(subject)"
    case .intermediateMissing(let issuer, let path, let found):
      "the intermediate certificate “\(issuer)” is not in \(path)\(listing(found))"
    case .intermediateOfAnotherKey(let issuer, let file):
      "the intermediate certificate in \(file) has the right name, “\(issuer)”, but did not sign the pass certificate"
    case .passwordGivenTwice(let first, let second): "both \(first) and \(second) are set"
    }
  }

  /// What to do about it.
  package var hint: String {
    switch self {
    case .unreadable: "check the path and who may read it"
    case .nothingFound:
      "put the pass certificate, its private key and Apple's intermediate there as PEM, or one .p12; "
        + "`passmint certs example DIR` makes a set to try with"
    case .keyMissing:
      "add the key the certificate was requested with, as key.pem; if it is in a keychain, export the certificate "
        + "together with its key as a .p12"
    case .certificateMissing:
      "add the pass certificate: download it as .cer under Certificates, Identifiers & Profiles in the Apple Developer "
        + "account"
    case .keyOfAnotherCertificate:
      "find the key the certificate was requested with, or request a new certificate with this key"
    case .severalIdentities: "keep one certificate and its key in the folder, or name the one file that holds both"
    case .wrongPassword:
      "check what \(IdentityPassword.fileVariable) or \(IdentityPassword.variable) gives"
    case .passwordNeeded:
      "set \(IdentityPassword.fileVariable) to a file that holds the password, or \(IdentityPassword.variable) to the "
        + "password itself"
    case .unsupportedEncryption(let file, _):
      "write it anew with current encryption, where OpenSSL has its legacy provider: "
        + "openssl pkcs12 -legacy -in \(file) -nodes | openssl pkcs12 -export -out new.p12"
    case .unsuitableKey:
      "request the certificate anew with an RSA key: openssl req -new -newkey rsa:2048 -keyout key.pem -out pass.csr"
    case .notAPassCertificate:
      "use a certificate made for a Pass Type ID; other certificates of a developer account cannot sign passes"
    case .intermediateMissing(let issuer, _, _) where issuer.contains("Apple"):
      "download it from https://www.apple.com/certificateauthority/ and put it beside the certificate; take the "
        + "generation (OU) named here"
    case .intermediateMissing: "put the certificate of that issuer beside the pass certificate, as PEM or DER"
    case .intermediateOfAnotherKey:
      "replace it by the one that issued the certificate; Apple's are on https://www.apple.com/certificateauthority/"
    case .passwordGivenTwice: "set one of them"
    }
  }

  private func listing(_ found: [IdentityPiece]) -> String {
    // Stray files matter only where nothing else is there to tell.
    let telling = found.filter { $0.content != .unknown }
    let pieces = telling.isEmpty ? found : telling
    guard !pieces.isEmpty else { return "" }
    let most = 12
    let shown = pieces.prefix(most).map(\.description).joined(separator: "; ")
    return "; found \(shown)\(pieces.count > most ? "; and \(pieces.count - most) more" : "")"
  }
}

/// `2027-12-24`, in UTC, from seconds since 1970.
func day(_ seconds: Int64) -> String {
  let date = ZonedDateTime(epochMilliseconds: seconds.multipliedReportingOverflow(by: 1000).partialValue).components
  func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
  return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
}
