package import Tickets

/// What names a pass and lets its phone and its buyer in, derived and never stored.
package struct PassKeys: Sendable {
  /// Separates the passes of venues that share a pass type.
  package let tenant: String
  /// The secret in use, and behind it those that still count while it is being changed; without one passes have no
  /// `authenticationToken`, and nobody can download them.
  private let secrets: [Secret]

  package init(tenant: String, secret: Secret? = nil, formerSecrets: [Secret] = []) {
    self.tenant = tenant
    secrets = (secret.map { [$0] } ?? []) + formerSecrets
  }

  /// The serial number of a ticket's pass: 128 bits of a SHA-256 over tenant and movement, in hexadecimal.
  ///
  /// Everything that knows a ticket comes to the same number without asking: the command, the service, a second
  /// service. It names; it is no secret.
  package func serialNumber(of ticket: Ticket) -> String {
    let (kind, id) =
      switch ticket.identity {
      case .movement(let id): ("movement", id)
      case .ticket(let id): ("ticket", id)
      case .barcode(let text): ("barcode", text)
      }
    // No part can hold the zero that parts them, so no two inputs run together.
    let text = "passmint serial number 1\0\(tenant.withoutZeros)\0\(kind)\0\(id.withoutZeros)"
    return Digest.hex(Array(Digest.sha256(Array(text.utf8)).prefix(16)))
  }

  /// What the phone shows Apple's update service: HMAC-SHA-256 of the serial number under the tenant's secret, in
  /// hexadecimal; nil without a secret.
  package func authenticationToken(serialNumber: String) -> String? {
    secrets.first.map { Digest.hex(Digest.hmacSHA256(Array("authentication \(serialNumber)".utf8), key: $0)) }
  }

  /// Whether former secrets still count.
  package var isBeingChanged: Bool { secrets.count > 1 }

  /// Whether a phone's token is that of the pass, under any of the secrets. Takes as long for a wrong token as for a right
  /// one.
  package func accepts(authenticationToken token: String, serialNumber: String) -> Bool {
    var isAccepted = false
    let shown = Digest.sha256(Array(token.utf8))
    for secret in secrets {
      let right = Digest.hex(Digest.hmacSHA256(Array("authentication \(serialNumber)".utf8), key: secret))
      if Digest.areEqual(Digest.sha256(Array(right.utf8)), shown) { isAccepted = true }
    }
    return isAccepted
  }

  /// The word in the address of a page or a download; nil without a secret.
  package func downloadToken(for subject: DownloadToken.Subject) -> DownloadToken? {
    secrets.first.map { DownloadToken(subject, tenant: tenant, secret: $0) }
  }

  /// Whether a token was made for this tenant with one of its secrets. Takes as long for a wrong token as for a right one.
  package func accepts(_ token: DownloadToken) -> Bool {
    var isAccepted = false
    for secret in secrets where DownloadToken(token.subject, tenant: tenant, secret: secret).matches(token) {
      isAccepted = true
    }
    return isAccepted
  }
}

extension String {
  fileprivate var withoutZeros: String { utf8.contains(0) ? replacing("\0", with: "\u{FFFD}") : self }
}
