import COpenSSL

/// A certificate for a server on this machine, to try TLS clients with: made here and now under a root of its own.
package struct ExampleServerCertificate: Sendable {
  /// What clients are told to trust.
  package let root: Certificate
  /// The server's: for `localhost`, 127.0.0.1 and ::1.
  package let certificate: Certificate
  package let privateKey: PrivateKey

  /// Makes both, with two new RSA-2048 keys. The root's is forgotten at once. Valid from a day before `now` (seconds since
  /// 1970) and for 13 months.
  package init(now: Int64) throws(OpenSSLError) {
    let day: Int64 = 86400
    let validity = (now &- day)...(now &+ 396 &* day)
    let rootKey = try PrivateKey.rsa2048()
    root = try CertificateDraft(
      subject: [
        (NID_commonName, "Passmint Example Server Root CA"), (NID_organizationName, "Passmint Example"),
      ], key: rootKey, validity: validity,
      extensions: [
        .named(NID_basic_constraints, "critical,CA:TRUE"), .named(NID_key_usage, "critical,keyCertSign,cRLSign"),
        .named(NID_subject_key_identifier, "hash"),
      ]
    ).issued(by: nil, signingKey: rootKey)
    privateKey = try PrivateKey.rsa2048()
    certificate = try CertificateDraft(
      subject: [(NID_commonName, "localhost"), (NID_organizationName, "Passmint Example")], key: privateKey,
      validity: validity,
      extensions: [
        .named(NID_basic_constraints, "critical,CA:FALSE"),
        .named(NID_key_usage, "critical,digitalSignature,keyEncipherment"),
        .named(NID_ext_key_usage, "serverAuth"), .named(NID_subject_key_identifier, "hash"),
        .named(NID_authority_key_identifier, "keyid:always"),
        .named(NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1"),
      ]
    ).issued(by: root, signingKey: rootKey)
  }
}
