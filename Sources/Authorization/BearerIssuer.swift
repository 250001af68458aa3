import Foundation

/// Who signs the bearer tokens that a tenant takes (OpenID Connect, RFC 9068), and what they must say.
///
/// <doc:Authorization> says how tenants that share an issuer are kept apart.
package struct BearerIssuer: Sendable, Hashable {
  /// `iss`, to the letter: Auth0's ends with a slash, Keycloak's does not.
  package let issuer: String
  /// What `aud` must be or contain.
  package let audience: String
  /// Where the issuer's keys are: https, or http on this machine.
  package let jwksURL: String
  /// The claim that holds the scopes, as words in a text or as an array of texts: a name, or a JSON Pointer such as
  /// `/realm_access/roles`. Nil: all of `scope`, `scp` and `permissions`.
  package let scopeClaim: String?
  /// The claim that names the tenant, as a text or as an array of texts: a name, or a JSON Pointer. Nil: whoever the
  /// issuer gives a token for the audience belongs to the tenant.
  package let tenantClaim: String?
  /// What the claim must be or contain; nil: the tenant's id.
  package let tenantValue: String?
  /// How many seconds the issuer's clock may be off: 0 to 60.
  package let leeway: Int64

  /// - Parameter leeway: in seconds; what is outside 0 to 60 is taken as the nearest of them.
  package init(
    issuer: String, audience: String, jwksURL: String, scopeClaim: String? = nil, tenantClaim: String? = nil,
    tenantValue: String? = nil, leeway: Int64 = 30
  ) {
    self.issuer = issuer
    self.audience = audience
    self.jwksURL = jwksURL
    self.scopeClaim = scopeClaim
    self.tenantClaim = tenantClaim
    self.tenantValue = tenantValue
    self.leeway = min(max(leeway, 0), 60)
  }

  /// Tenants that would take each other's tokens: the same issuer and audience, and no claim that tells them apart.
  /// Each pair once, in the order given. A configuration that has such a pair is to be refused.
  package static func tenantsNotToldApart(_ issuers: [(tenant: String, issuer: BearerIssuer)]) -> [(String, String)] {
    var pairs: [(String, String)] = []
    for (index, first) in issuers.enumerated() {
      for second in issuers[(index + 1)...] where first.tenant != second.tenant {
        let (a, b) = (first.issuer, second.issuer)
        guard a.issuer == b.issuer, a.audience == b.audience else { continue }
        let areApart =
          a.tenantClaim != nil && b.tenantClaim != nil
          && (a.tenantClaim != b.tenantClaim || a.tenantMark(first.tenant) != b.tenantMark(second.tenant))
        if !areApart { pairs.append((first.tenant, second.tenant)) }
      }
    }
    return pairs
  }

  /// What the tenant's claim has to be or contain.
  func tenantMark(_ tenant: String) -> String { tenantValue ?? tenant }

  /// What is wrong with an address of keys, and what to do; nil when nothing is.
  package static func fault(ofKeyAddress text: String) -> String? {
    guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), let host = parts.host,
      !host.isEmpty, ["http", "https"].contains(scheme)
    else { return "The address of the issuer's keys is no URL: write it as https://…" }
    guard parts.user == nil, parts.password == nil else {
      return "The address of the issuer's keys holds a user or a password: keys are public, leave them out"
    }
    guard scheme == "https" || isThisMachine(host) else {
      return "The issuer's keys would come over plain http, where anyone could put in their own: use https"
    }
    return nil
  }

  /// Whether a host, as a URL has it, is where the program itself runs.
  package static func isThisMachine(_ host: String) -> Bool {
    if ["localhost", "::1", "[::1]"].contains(host.lowercased()) { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
