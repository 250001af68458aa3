import AsyncHTTPClient
import Authorization
import Issuance
import PassBundle
import Passes
import Secutix
import SecutixClient
import Server
import Webhooks

/// A tenant, everything that its configuration names loaded.
struct TenantConfiguration: Sendable {
  /// As it stands in paths and serial numbers.
  var id: String
  /// What people call it.
  var name: String
  var connection: SecutixConnection
  /// What the institution lets all its callers together do.
  var callsPerMinute: Int
  var reading: ExportOptions
  var routing: TemplateRouting
  var identity: SigningIdentity
  /// Of the same pass type: pushed with when the present one is refused.
  var formerIdentities: [SigningIdentity]
  var issuer: PassIssuer
  var keys: PassKeys
  var apiKeys: [APIKey]
  var bearer: BearerIssuer?
  var webhook: WebhookPolicy
  /// Where its events are sent.
  var outgoingWebhooks: [WebhookEndpoint]

  /// The tenant as the service and the HTTP front work with it.
  ///
  /// - Parameters:
  ///   - publicURL: without a slash at the end.
  ///   - http: made with `SecutixClient.configuration(connectTimeout:bodyLimit:)`.
  ///   - clock: milliseconds since 1970.
  func served(
    publicURL: String, push: (any PushTransport)?, http: HTTPClient, limiters: CallLimiters, keySets: KeySets,
    clock: @escaping @Sendable () -> Int64
  ) -> ServedTenant {
    var issuer = issuer
    issuer.webServiceURL = Routes.webServiceURL(publicURL, tenant: id)
    let secutix = SecutixClient(
      connection, http: http, limiter: limiters.limiter(for: connection, callsPerMinute: callsPerMinute),
      clock: CallClock(ContinuousClock(), epochMilliseconds: clock))
    return ServedTenant(
      tenant: Tenant(
        id: id, name: name, secutix: secutix, reading: reading, routing: routing, identity: identity, issuer: issuer,
        keys: keys, push: push),
      authorizer: Authorizer(tenant: id, keys: apiKeys, bearer: bearer, keySets: keySets, clock: clock),
      webhook: webhook)
  }
}

extension TenantConfiguration: CustomStringConvertible, CustomReflectable {
  var description: String { "tenant \(id)" }
  /// Templates are long, and the rest is nobody's business.
  var customMirror: Mirror { Mirror(self, children: ["id": id, "name": name, "secutix": connection.url]) }
}
