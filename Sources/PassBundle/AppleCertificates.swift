/// Apple's Worldwide Developer Relations intermediates that sign pass certificates.
///
/// Source: Apple PKI, https://www.apple.com/certificateauthority/. They are recognised by serial number and SHA-256
/// fingerprint; their names alone prove nothing.
package enum AppleCertificates {
  package struct Intermediate: Sendable, Hashable {
    /// `G4`, as in the certificate's organizational unit.
    package let generation: String
    /// Upper-case hexadecimal, as in ``Certificate/serialHex``.
    package let serialHex: String
    /// SHA-256 of the DER, as in ``Certificate/sha256Fingerprint``.
    package let fingerprint: String
  }

  /// Every intermediate that pass certificates have been issued under.
  package static let intermediates = [
    Intermediate(
      generation: "G4", serialHex: "13DC77955271E53DC632E8CCFFE521F3CCC5CED2",
      fingerprint: "EA:47:57:88:55:38:DD:8C:B5:9F:F4:55:6F:67:60:87:"
        + "D8:3C:85:E7:09:02:C1:22:E4:2C:08:08:B5:BC:E1:4C"),
    Intermediate(
      generation: "G1", serialHex: "01DEBCC4396DA010",
      fingerprint: "CE:05:76:91:D7:30:F8:9C:A2:5E:91:6F:73:35:F4:C8:"
        + "A1:57:13:DC:D2:73:A6:58:C0:24:02:3F:8E:B8:09:C2"),
  ]

  /// The known intermediate that this certificate is; nil for any other.
  package static func intermediate(matching certificate: Certificate) -> Intermediate? {
    intermediates.first {
      $0.fingerprint == certificate.sha256Fingerprint && $0.serialHex == certificate.serialHex
    }
  }

  /// Extended key usage "TLS client", which every pass certificate has: it also opens the connection to APNs.
  static let clientKeyUsage = "1.3.6.1.5.5.7.3.2"
}
