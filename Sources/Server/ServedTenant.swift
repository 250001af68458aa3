package import Authorization
import Foundation
package import Issuance
package import PassBundle

/// A tenant as the HTTP front serves it: what issues its passes, and who may come in.
package struct ServedTenant: Sendable {
  package let tenant: Tenant
  package let authorizer: Authorizer
  package let webhook: WebhookPolicy

  package init(tenant: Tenant, authorizer: Authorizer, webhook: WebhookPolicy = WebhookPolicy()) {
    self.tenant = tenant
    self.authorizer = authorizer
    self.webhook = webhook
  }
}

/// Who may send a tenant's webhooks, and how many. By specification anybody may: whoever sends one can only make the service
/// look at an order again.
package struct WebhookPolicy: Sendable {
  /// HTTP basic authentication (RFC 7617), as Secutix's webhooks offer it. Of user and password only a hash is kept.
  package struct Basic: Sendable, Hashable {
    /// SHA-256 of `user:password`.
    let hash: [UInt8]

    package init(user: String, password: Secret) {
      hash = password.withBytes { Digest.sha256(Array("\(user):".utf8) + Array($0)) }
    }
  }

  package var requestsPerMinute: Int
  /// Nil: none is asked for.
  package var basic: Basic?
  /// The header that must carry one of the tenant's API keys with the scope `Webhook.Write`; nil: none is asked for.
  package var apiKeyHeader: String?
  /// Where webhooks may come from; empty: from anywhere.
  package var allowed: [AddressRange]

  package init(
    requestsPerMinute: Int = 6_000, basic: Basic? = nil, apiKeyHeader: String? = nil, allowed: [AddressRange] = []
  ) {
    self.requestsPerMinute = requestsPerMinute
    self.basic = basic
    self.apiKeyHeader = apiKeyHeader
    self.allowed = allowed
  }
}

/// What all tenants share.
package struct ServerSettings: Sendable {
  /// What the addresses in answers begin with: `https://passes.example.org`, without a slash at the end.
  package var publicURL: String
  /// Proxies whose `X-Forwarded-For` is believed.
  package var trustedProxies: [AddressRange] = []
  /// Apple's own “Add to Apple Wallet” artwork by language (`en`, `fr-CA`), as Apple hands it out: it may be placed and not be
  /// redrawn (https://developer.apple.com/wallet/add-to-apple-wallet-guidelines/). Empty: the page has plain buttons.
  package var badges: [String: Badge] = [:]
  /// Whether `/metrics` is answered where everything else is.
  package var servesMetrics = true

  /// A picture, whole.
  package struct Badge: Sendable, Hashable {
    /// `image/svg+xml` or `image/png`.
    package let mediaType: String
    package let bytes: [UInt8]

    package init(mediaType: String, bytes: [UInt8]) {
      self.mediaType = mediaType
      self.bytes = bytes
    }
  }

  package init(publicURL: String) { self.publicURL = publicURL }

  /// The path in `publicURL`, as a proxy that takes it away knows it: what links of this server's pages begin with.
  var publicPath: String { URLComponents(string: publicURL)?.percentEncodedPath ?? "" }
}
