package import PassBundle
package import Passes
package import Secutix
package import SecutixClient

/// A venue as the service works for it: what its configuration became. A value, so that a new configuration takes its
/// place as a whole while work that began with the old one ends with the old one.
package struct Tenant: Sendable {
  /// As it stands in paths, jobs, serial numbers.
  package let id: String
  /// What people call it; `tenant.name` in templates.
  package let name: String
  package let secutix: SecutixClient
  /// Field map, time zone and currency. Where zone or currency is nil, `getPOSConfig` is asked.
  package let reading: ExportOptions
  package let routing: TemplateRouting
  package let identity: SigningIdentity
  package let issuer: PassIssuer
  package let keys: PassKeys
  /// How its phones are told of changes; nil: they are not.
  package let push: (any PushTransport)?

  package init(
    id: String, name: String, secutix: SecutixClient, reading: ExportOptions, routing: TemplateRouting,
    identity: SigningIdentity, issuer: PassIssuer, keys: PassKeys,
    push: (any PushTransport)? = nil
  ) {
    self.id = id
    self.name = name
    self.secutix = secutix
    self.reading = reading
    self.routing = routing
    self.identity = identity
    self.issuer = issuer
    self.keys = keys
    self.push = push
  }
}
