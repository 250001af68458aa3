/// How pushes are sent: where to, and what is said with each.
package struct APNsSettings: Sendable, Hashable {
  /// Whom a server must have its certificate from.
  package enum TrustRoots: Sendable, Hashable {
    /// The authorities this machine trusts.
    case system
    /// The certificates of a PEM file, and no others: for a sandbox.
    case pem([UInt8])
  }

  package var host = "api.push.apple.com"
  /// 443, or 2197 where a firewall lets only that through.
  package var port = 443
  package var trustRoots = TrustRoots.system

  /// `apns-priority`: 10 at once, 5 when it suits the phone's battery, 1 even later.
  package var priority = 10
  /// `apns-push-type`. Apple names none for passes, and what is pushed as `background` may come late: absent by default.
  package var pushType: String?
  /// For how many seconds APNs tries to reach a phone that is off (`apns-expiration`); 0: it tries once. Nil leaves it to
  /// APNs.
  package var lifetime: Int64?
  /// `apns-collapse-id`, up to 64 bytes: of several pushes that wait for a phone only the last arrives.
  package var collapseID: String?

  /// For a connection, until APNs has accepted the certificate.
  package var connectTimeout = Duration.seconds(10)
  /// From a push to its answer.
  package var answerTimeout = Duration.seconds(20)
  /// A connection on which nothing was said for so long is asked whether it is still there.
  package var pingInterval = Duration.seconds(3600)
  /// How long a certificate that was refused is not tried again.
  package var refusalPause = Duration.seconds(60)

  package init() {}

  /// As it stands in `:authority` and in sentences.
  var authority: String {
    let host = host.contains(":") ? "[\(host)]" : host
    return port == 443 ? host : "\(host):\(port)"
  }

  /// Apple's hosts for programs that are being developed. Tokens of passes are unknown there, so that every phone would
  /// be forgotten.
  private static let otherHosts: Set<String> = ["api.sandbox.push.apple.com", "api.development.push.apple.com"]

  /// Whether APNs could only refuse what these settings say, or no server could be trusted with them.
  package func check() throws(APNsSetupError) {
    // One colon would be that of a port or of a URL; an IPv6 address has more.
    guard !host.isEmpty, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !host.contains(where: { "/?#@[]".contains($0) }),
      host.count(where: { $0 == ":" }) != 1
    else { throw .setting("host", reason: "“\(host)” is no host's name") }
    guard !Self.otherHosts.contains(host.lowercased()) else {
      throw .setting(
        "host", reason: "\(host) knows no phone that has a pass: write api.push.apple.com, the only host for passes")
    }
    guard (1...65_535).contains(port) else { throw .setting("port", reason: "\(port) is not between 1 and 65535") }
    guard [1, 5, 10].contains(priority) else { throw .setting("priority", reason: "APNs knows 1, 5 and 10") }
    for (name, value) in [("push type", pushType), ("collapse id", collapseID)] {
      guard let value else { continue }
      guard !value.isEmpty, value.utf8.count <= 64, value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        throw .setting(name, reason: "APNs takes 1 to 64 ASCII characters without blanks")
      }
    }
    if let lifetime, lifetime < 0 { throw .setting("lifetime", reason: "it cannot be negative") }
    if case .pem(let bytes) = trustRoots { _ = try APNsCredentials.roots(bytes) }
  }
}

/// Why nothing can be pushed at all.
package enum APNsSetupError: Error, Sendable, Hashable {
  /// There is no certificate to push with.
  case noIdentity
  /// The certificates are for more than one pass type.
  case severalPassTypes([String])
  /// A certificate or its key cannot be used for TLS.
  case identity(certificate: String, reason: String)
  /// The trust roots hold no certificate that can be read.
  case trustRoots(reason: String)
  /// A setting APNs would refuse.
  case setting(String, reason: String)
}

extension APNsSetupError: CustomStringConvertible {
  /// What is wrong, in one line.
  package var description: String {
    switch self {
    case .noIdentity: "there is no certificate to push with"
    case .severalPassTypes(let types):
      "the certificates are for several pass types (\(types.joined(separator: ", "))); each needs a transport of its own"
    case .identity(let certificate, let reason): "the certificate “\(certificate)” cannot be used for TLS: \(reason)"
    case .trustRoots(let reason): "the trust roots cannot be read: \(reason)"
    case .setting(let name, let reason): "the \(name) of pushes: \(reason)"
    }
  }
}
