import Authorization
import Foundation
import PassBundle
import Passes
import Secutix
import SecutixClient
import Server
import Tickets

/// A tenant's bearer issuer, and where it stands.
struct TenantBearer {
  let tenant: String
  let issuer: BearerIssuer
  let place: ConfigurationValue

  static func notToldApart(_ bearers: [TenantBearer]) -> [(String, String)] {
    BearerIssuer.tenantsNotToldApart(bearers.map { ($0.tenant, $0.issuer) })
  }
}

extension ConfigurationReading {
  private static let tenantNames = [
    "name", "secutix", "time_zone", "currency", "field_map", "identity", "former_identities", "secret",
    "former_secrets",
    "templates", "webhook", "keys", "bearer", "outgoing_webhooks",
  ]

  /// A tenant; nil when something it cannot do without is missing.
  func tenant(_ id: String, _ value: ConfigurationValue) -> TenantConfiguration? {
    guard let members = members(of: value, known: Self.tenantNames) else { return nil }
    let name = members.requiredText("name", "what people call it")
    let secutix = members.required("secutix", "{url: …}").flatMap { self.secutix($0) }
    let reading = ExportOptions(
      mapping: members["field_map"].flatMap { fieldMap($0) },
      timeZone: members.value("time_zone", ConfigurationForms.timeZone),
      currency: members.value("currency", ConfigurationForms.currency))
    let identity = members.required("identity", "{path: certificates/}").flatMap { self.identity($0) }
    let formerIdentities = members["former_identities"].map { value in
      elements(of: value, shape: "[{path: certificates.old/}]").compactMap { place -> SigningIdentity? in
        guard let former = self.identity(place, isFormer: true) else { return nil }
        guard let identity, former.passTypeIdentifier != identity.passTypeIdentifier else { return former }
        report(
          .error, at: place,
          "is for \(former.passTypeIdentifier), and the tenant's passes are \(identity.passTypeIdentifier)")
        return nil
      }
    }
    let secret = members.required("secret", "{file: PATH} or {env: NAME}").flatMap { self.secret($0, minimum: 16) }
    let former = members["former_secrets"].map { value in
      elements(of: value, shape: "[{file: PATH}]").compactMap { self.secret($0, minimum: 16) }
    }
    let routing = members.required("templates", "{folder: templates/, default: NAME}").flatMap {
      self.routing($0, identity: identity)
    }
    let keys = members["keys"].map { self.keys($0) } ?? []
    let bearer = members["bearer"].flatMap { self.bearer($0, of: id) }
    if keys.isEmpty, members["bearer"] == nil, members["keys"]?.isEmptyList ?? true {
      report(
        .warning, line: value.keyLine, column: value.keyColumn, path: value.path,
        "has neither keys nor a bearer issuer, so that nobody can look a file up: make a key with `passmintd keys`")
    }
    let webhook = self.webhook(members, keys: keys)
    let outgoing = members["outgoing_webhooks"].map { outgoingWebhooks($0, of: id) } ?? []
    guard let name, let secutix, let identity, let secret, let routing else { return nil }
    return TenantConfiguration(
      id: id, name: name, connection: secutix.connection, callsPerMinute: secutix.callsPerMinute, reading: reading,
      routing: routing, identity: identity, formerIdentities: formerIdentities ?? [],
      issuer: PassIssuer(
        passTypeIdentifier: identity.passTypeIdentifier, teamIdentifier: identity.teamIdentifier, tenant: name),
      keys: PassKeys(tenant: id, secret: secret, formerSecrets: former ?? []), apiKeys: keys, bearer: bearer,
      webhook: webhook, outgoingWebhooks: outgoing)
  }

  // MARK: Secutix

  private func secutix(_ value: ConfigurationValue) -> (connection: SecutixConnection, callsPerMinute: Int)? {
    let names = [
      "url", "operator", "institution", "partner", "secret", "sign_in", "api_version", "calls_per_minute", "timeout",
    ]
    guard let members = members(of: value, known: names) else { return nil }
    let example = "https://house.ws.secutix.com"
    let url = members.required("url", example).flatMap { value -> String? in
      let url = self.value(value) { text throws(ConfigurationFault) in
        try ConfigurationForms.address(text, such: example, allowsPath: false)
      }
      if let url, ConfigurationForms.isPlain(url) {
        report(.warning, at: value, "tokens and tickets would cross the net unencrypted: use https")
      }
      return url
    }
    let operatorCode = members.requiredText("operator", "the virtual operator, such as MOSA_PASSES")
    let institution = members.requiredText("institution", "the institution's code")
    let partner = members.requiredText("partner", "the partner's name")
    let secret = members.required("secret", "{file: PATH} or {env: NAME}").flatMap { self.secret($0) }
    let signIn = members.value("sign_in") { text throws(ConfigurationFault) -> SecutixConnection.Authentication in
      switch text {
      case "jwt": return .selfMade()
      case "token": return .tokenEndpoint
      default: throw ConfigurationFault("\(ConfigurationForms.quoted(text)) is neither jwt nor token")
      }
    }
    let version = members.value("api_version") { text throws(ConfigurationFault) in
      guard text.wholeMatch(of: /v[0-9]{1,3}_[0-9]{1,4}/) != nil else {
        throw ConfigurationFault("\(ConfigurationForms.quoted(text)) is no version: write one such as v1_33")
      }
      return text
    }
    let rate = members.number("calls_per_minute", in: 1...1_000_000, usually: 180)
    let timeout = members.number("timeout", in: 1...600, usually: 30)
    guard let url, let operatorCode, let institution, let partner, let secret else { return nil }
    var connection = SecutixConnection(
      url: url, operatorCode: operatorCode, institution: institution, partner: partner, secret: secret,
      authentication: signIn ?? .selfMade())
    if let version { connection.apiVersion = version }
    connection.patience.call = .seconds(timeout)
    return (connection, rate)
  }

  private func fieldMap(_ value: ConfigurationValue) -> ExportMapping? {
    guard let path = path(value) else { return nil }
    let text: String
    do throws(ConfigurationFault) {
      text = try ConfigurationText.contents(ofFile: path)
      _ = try ConfigurationText(yaml: text)
    } catch {
      if error.line == nil {
        report(.error, at: value, "\(path) \(error.sentence)")
      } else {
        report(.error, in: path, line: error.line, column: error.column, path: value.path, error.sentence)
      }
      return nil
    }
    do throws(ExportError) {
      return try ExportMapping(yaml: text, file: path)
    } catch {
      report(.error, in: path, line: error.line, column: error.column, path: value.path, error.sentence)
      return nil
    }
  }

  // MARK: Identity

  /// - Parameter isFormer: one that has ended then is no mistake: it is the other that signs.
  private func identity(_ value: ConfigurationValue, isFormer: Bool = false) -> SigningIdentity? {
    guard let members = members(of: value, known: ["path", "password"]),
      let place = members.required("path", "certificates/"), let path = path(place)
    else { return nil }
    var password: Secret?
    if let value = members["password"] {
      password = secret(value)
      if password == nil { return nil }
    }
    let identity: SigningIdentity
    do throws(IdentityError) {
      identity = try SigningIdentity.load(at: path, password: password)
    } catch {
      let hint =
        switch error {
        case .passwordNeeded: "write identity: {path: …, password: {file: PATH}}"
        case .wrongPassword: "check what identity.password names"
        default: error.hint
        }
      report(.error, at: place, "\(error); \(hint)")
      return nil
    }
    for problem in identity.problems(now: now) {
      report(problem.severity == .error && !isFormer ? .error : .warning, at: place, "\(problem); \(problem.hint)")
    }
    return identity
  }
}
