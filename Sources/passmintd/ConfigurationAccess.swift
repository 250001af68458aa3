import Authorization
import Foundation
import PassBundle
import Server

/// Who may come in: API keys, bearer tokens, webhooks.
extension ConfigurationReading {
  func keys(_ value: ConfigurationValue) -> [APIKey] {
    var keys: [APIKey] = []
    var places: [[UInt8]: ConfigurationValue] = [:]
    for element in elements(of: value, shape: "[{name: …, prefix: …, sha256: …, scopes: […]}]") {
      guard let members = members(of: element, known: ["name", "prefix", "sha256", "scopes", "expires"]) else {
        continue
      }
      let name = members.requiredText("name", "what it is for")
      let prefix = members.required("prefix", "pm_3f9aQz").flatMap { self.value($0, ConfigurationForms.keyPrefix) }
      let hash = members.required("sha256", "64 hexadecimal digits").flatMap { place -> [UInt8]? in
        let hash = self.value(place, ConfigurationForms.sha256)
        if let hash, let first = places.updateValue(element, forKey: hash) {
          report(.error, at: place, "is the same key as \(first.path): give each caller a key of its own")
        }
        return hash
      }
      let scopes = members.required("scopes", "[Secutix.Read, Pass.Read]").map { place in
        let elements = elements(of: place, shape: "[Secutix.Read, Pass.Read]")
        if place.isEmptyList {
          report(.error, at: place, "has no scope, so that it opens nothing")
        }
        return Set(elements.compactMap { self.value($0, ConfigurationForms.scope) })
      }
      let expires = members.value("expires", ConfigurationForms.expiry)
      if let expires, expires <= now, let place = members["expires"] {
        report(.warning, at: place, "the key has ended: make a new one with `passmintd keys`, or leave it out")
      }
      guard let name, let prefix, let hash, let scopes else { continue }
      keys.append(APIKey(name: name, prefix: prefix, hash: hash, scopes: scopes, expires: expires))
    }
    return keys
  }

  func bearer(_ value: ConfigurationValue, of tenant: String) -> BearerIssuer? {
    let names = ["issuer", "audience", "jwks", "scope_claim", "tenant_claim", "tenant_value", "leeway"]
    guard let members = members(of: value, known: names) else { return nil }
    let issuer = members.requiredText("issuer", "https://login.example.org/, to the letter as the tokens have it")
    let audience = members.requiredText("audience", "what tokens for this service have as aud")
    let jwks = members.required("jwks", "https://login.example.org/.well-known/jwks.json").flatMap {
      self.value($0) { text throws(ConfigurationFault) in
        if let fault = BearerIssuer.fault(ofKeyAddress: text) {
          throw ConfigurationFault(fault.prefix(1).lowercased() + fault.dropFirst())
        }
        return text
      }
    }
    let claim = members.text("tenant_claim")
    if let mark = members["tenant_value"], claim == nil {
      report(.error, at: mark, "says nothing without tenant_claim: set that too, or leave this out")
    }
    let leeway = members.number("leeway", in: 0...60, usually: 30)
    guard let issuer, let audience, let jwks else { return nil }
    let bearer = BearerIssuer(
      issuer: issuer, audience: audience, jwksURL: jwks, scopeClaim: members.text("scope_claim"), tenantClaim: claim,
      tenantValue: members.text("tenant_value"), leeway: Int64(leeway))
    bearers.append(TenantBearer(tenant: tenant, issuer: bearer, place: value))
    return bearer
  }

  /// - Parameter tenant: the members of the tenant.
  func webhook(_ tenant: ConfigurationMembers, keys: [APIKey]) -> WebhookPolicy {
    var policy = WebhookPolicy()
    let members = tenant["webhook"].flatMap {
      self.members(of: $0, known: ["requests_per_minute", "basic", "api_key", "allow"])
    }
    if let members {
      policy.requestsPerMinute = members.number(
        "requests_per_minute", in: 1...1_000_000_000, usually: policy.requestsPerMinute)
      policy.basic = members["basic"].flatMap { basic($0) }
      policy.apiKeyHeader = members["api_key"].flatMap { apiKeyHeader($0, keys: keys) }
      policy.allowed = addressRanges(members["allow"])
    }
    let place = tenant["webhook"] ?? tenant.owner
    let isProtected = members.map { $0["basic"] != nil || $0["api_key"] != nil || $0["allow"] != nil } ?? false
    if !isProtected {
      report(
        .warning, line: place.keyLine, column: place.keyColumn, path: "\(tenant.owner.path).webhook",
        "anybody may send webhooks, each of which costs a call of Secutix: set basic, api_key or allow")
    }
    return policy
  }

  private func basic(_ value: ConfigurationValue) -> WebhookPolicy.Basic? {
    guard let members = members(of: value, known: ["user", "password"]) else { return nil }
    let user = members.required("user", "secutix").flatMap {
      self.value($0) { text throws(ConfigurationFault) in
        // RFC 7617, section 2.
        if text.contains(":") { throw ConfigurationFault("must have no colon, which ends a user's name") }
        return text
      }
    }
    let password = members.required("password", "{file: PATH} or {env: NAME}").flatMap { secret($0) }
    guard let user, let password else { return nil }
    return WebhookPolicy.Basic(user: user, password: password)
  }

  private func apiKeyHeader(_ value: ConfigurationValue, keys: [APIKey]) -> String? {
    guard let members = members(of: value, known: ["header"], shape: "{header: X-API-KEY}") else { return nil }
    if !keys.contains(where: { $0.scopes.contains(.webhookWrite) }) {
      report(
        .error, at: value,
        "no key of the tenant has the scope \(Scope.webhookWrite.rawValue), so that no webhook could come in: add one")
    }
    return members.value("header") { text throws(ConfigurationFault) in
      guard text.wholeMatch(of: /[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}/) != nil else {
        throw ConfigurationFault(
          "\(ConfigurationForms.quoted(text)) is no name of a header: write one such as X-API-KEY")
      }
      return text
    } ?? "X-API-KEY"
  }
}
