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
    root = try CertificateDraft(
      subject: rootName, key: rootKey, validity: since...(now &+ 3652 &* day),
      extensions: [
        .named(NID_basic_constraints, "critical,CA:TRUE"), .named(NID_key_usage, "critical,keyCertSign,cRLSign"),
        .named(NID_subject_key_identifier, "hash"),
      ]
    ).issued(by: nil, signingKey: rootKey)

    let intermediateKey = try PrivateKey.rsa2048()
    intermediate = try CertificateDraft(
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
    var extensions: [CertificateDraft.Extension] = [
      .named(NID_basic_constraints, "critical,CA:FALSE"), .named(NID_key_usage, "critical,digitalSignature"),
      .named(NID_ext_key_usage, "clientAuth,\(AppleOID.passSigning)"), .named(NID_subject_key_identifier, "hash"),
      .named(NID_authority_key_identifier, "keyid:always"),
      .text(AppleOID.passType, subject.passTypeIdentifier),
    ]
    if subject.hasNFC { extensions.append(.text(AppleOID.passWithNFC, subject.passTypeIdentifier)) }
    let kind = subject.hasNFC ? "Pass Type ID with NFC" : "Pass Type ID"
    certificate = try CertificateDraft(
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
