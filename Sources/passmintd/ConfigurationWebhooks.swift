import Authorization
import Issuance
import Liquid
import PassBundle
import Webhooks
import Yams

extension ConfigurationReading {
  private static let outgoingNames = ["name", "url", "secret", "former_secrets", "events", "allow"]

  /// Where a tenant's events are sent.
  func outgoingWebhooks(_ value: ConfigurationValue, of tenant: String) -> [WebhookEndpoint] {
    var endpoints: [WebhookEndpoint] = []
    for element in elements(of: value, shape: "[{name: crm, url: https://…, secret: {file: PATH}}]") {
      guard let members = members(of: element, known: Self.outgoingNames) else { continue }
      let name = members.required("name", "what people call it").flatMap { place in
        self.value(place) { text throws(ConfigurationFault) in
          guard text.wholeMatch(of: /[A-Za-z0-9_-]{1,64}/) != nil else {
            throw ConfigurationFault("\(ConfigurationForms.quoted(text)) is no name: write letters, digits, - and _")
          }
          guard !endpoints.contains(where: { $0.name == text }) else {
            throw ConfigurationFault("is the name of another endpoint too: give each its own")
          }
          return text
        }
      }
      let allowed = addressRanges(members["allow"])
      let address = members.required("url", "https://crm.example.org/passes").flatMap { webhookAddress($0, allowed) }
      let secret = members.required("secret", "{file: PATH} or {env: NAME}").flatMap { webhookSecret($0) }
      let former = members["former_secrets"].map { value in
        elements(of: value, shape: "[{file: PATH}]").compactMap { webhookSecret($0) }
      }
      let types = members["events"].map { place -> Set<WebhookType> in
        if place.isEmptyList {
          report(.error, at: place, "has no event, so that nothing is sent: leave it out for all")
        }
        return Set(
          elements(of: place, shape: "[Pass:Created, Pass:Voided]").compactMap { self.value($0, Self.webhookType) })
      }
      guard let name, let address, let secret else { continue }
      endpoints.append(
        WebhookEndpoint(
          tenant: tenant, name: name, address: address, secrets: [secret] + (former ?? []),
          types: types ?? Set(WebhookType.allCases), allowed: allowed))
    }
    return endpoints
  }

  private static func webhookType(_ text: String) throws(ConfigurationFault) -> WebhookType {
    guard let type = WebhookType(rawValue: text) else {
      let known = WebhookType.allCases.map(\.rawValue)
      let nearest = nearestName(to: text, among: known)
      throw ConfigurationFault(
        "\(ConfigurationForms.quoted(text)) is no event: "
          + (nearest.map { "did you mean \($0)?" } ?? "known are \(known.joined(separator: ", "))"))
    }
    return type
  }

  private func webhookAddress(_ place: ConfigurationValue, _ allowed: [AddressRange]) -> WebhookEndpoint.Address? {
    let address = value(place) { text throws(ConfigurationFault) in
      guard let address = WebhookEndpoint.Address(text) else {
        throw ConfigurationFault(
          "\(ConfigurationForms.quoted(text)) is no address: write one such as https://crm.example.org/passes, without "
            + "user and password")
      }
      return address
    }
    guard let address else { return nil }
    if !address.isEncrypted {
      report(.warning, at: place, "what happens to passes would cross the net unencrypted: use https")
    }
    if WebhookEndpoint.isForbidden(address.host, allowed) {
      report(
        .error, at: place,
        "\(address.host) is not of the public net: if it is to be sent to, write allow: [\(address.host)]")
      return nil
    }
    return address
  }

  private func webhookSecret(_ place: ConfigurationValue) -> Secret? {
    guard let text = secret(place) else { return nil }
    guard let secret = text.withBytes({ WebhookEndpoint.secret(String(decoding: $0, as: UTF8.self)) }) else {
      report(
        .error, at: place,
        "is no secret of a webhook, which is whsec_ and \(WebhookEndpoint.secretSizes.lowerBound) to "
          + "\(WebhookEndpoint.secretSizes.upperBound) bytes in base64: make one with "
          + "`echo whsec_$(openssl rand -base64 32)`")
      return nil
    }
    return secret
  }
}
