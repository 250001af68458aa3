package import Authorization
import Foundation
package import Issuance
package import PassBundle

/// Where a tenant's events are sent, as its configuration has it.
package struct WebhookEndpoint: Sendable {
  package let tenant: String
  /// Unique within the tenant.
  package let name: String
  package let address: Address
  /// What messages are signed with: the present secret first, then those from before, which the receiver may still check
  /// with.
  package let secrets: [Secret]
  package let types: Set<WebhookType>
  /// Blocks of addresses that may be sent to although they are not of the public net.
  package let allowed: [AddressRange]

  package init(
    tenant: String, name: String, address: Address, secrets: [Secret], types: Set<WebhookType>, allowed: [AddressRange]
  ) {
    self.tenant = tenant
    self.name = name
    self.address = address
    self.secrets = secrets
    self.types = types
    self.allowed = allowed
  }

  package var subscription: WebhookSubscription {
    WebhookSubscription(name: name, address: address.text, types: types)
  }

  /// An address with scheme and host, without user, password and fragment.
  package struct Address: Sendable, Hashable {
    package let text: String
    /// Without the brackets of an IPv6 address.
    package let host: String
    package let port: Int
    package let isEncrypted: Bool

    /// - Returns: nil for what is none.
    package init?(_ text: String) {
      guard let components = URLComponents(string: text), let scheme = components.scheme?.lowercased(),
        ["http", "https"].contains(scheme), var host = components.host, !host.isEmpty, components.user == nil,
        components.password == nil, components.fragment == nil
      else { return nil }
      if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
      // One spelling, which the look at the machine behind it and the connection to it cannot read differently. Names in
      // other scripts are written as DNS has them: xn--….
      let isSpelledOut =
        host.wholeMatch(of: /[A-Za-z0-9._-]{1,253}/) != nil
        || host.wholeMatch(of: /[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/) != nil
      guard isSpelledOut, text.lowercased().hasPrefix("\(scheme)://\(components.host?.lowercased() ?? "")") else {
        return nil
      }
      self.text = text
      self.host = host
      isEncrypted = scheme == "https"
      // One that is no number, or too large a one, is not the usual one.
      let written = text.dropFirst("\(scheme)://\(components.host ?? "")".count).prefix { !"/?".contains($0) }
      let port = written.isEmpty ? (isEncrypted ? 443 : 80) : Int(written.dropFirst()) ?? 0
      guard (1...65_535).contains(port) else { return nil }
      self.port = port
    }
  }

  // MARK: Secrets

  /// The marks of a secret as Standard Webhooks write it: `whsec_` and base64.
  private static let mark = "whsec_"
  /// Of a secret, in bytes; the specification's.
  package static let secretSizes = 24...64

  /// The bytes of `whsec_…`.
  ///
  /// - Returns: nil when it is not written so, or too short or too long.
  package static func secret(_ text: String) -> Secret? {
    guard text.hasPrefix(mark), let bytes = Data(base64Encoded: String(text.dropFirst(mark.count))),
      secretSizes.contains(bytes.count)
    else { return nil }
    return Secret(bytes)
  }

  /// What goes along with a message (https://www.standardwebhooks.com): `webhook-signature`, one for each secret.
  ///
  /// - Parameter time: seconds since 1970, as in `webhook-timestamp`.
  package func signatures(of body: String, id: String, at time: Int64) -> String {
    let signed = Array("\(id).\(time).\(body)".utf8)
    return secrets.map { secret in
      "v1," + Data(Digest.hmacSHA256(signed, key: secret)).base64EncodedString()
    }.joined(separator: " ")
  }
}
