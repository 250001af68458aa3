import Authorization
import Foundation
import PassBundle
import SecutixClient
import Server

extension ConfigurationReading {
  private static let names = [
    "listen", "public_url", "store", "log", "metrics", "trusted_proxies", "shutdown", "workers", "badges", "push",
    "tenants",
  ]

  /// All of it; nil when what cannot be done without is missing.
  func service() -> ServiceConfiguration? {
    guard let root, let members = members(of: root, known: Self.names) else { return nil }
    let listen = value(members["listen"], or: .listen) { text, _ throws(ConfigurationFault) in
      try ConfigurationForms.listenAddress(text)
    }
    let store = value(members["store"], or: .store) { text, folder throws(ConfigurationFault) in
      try Self.storePath(text, from: folder)
    }
    let tenants = self.tenants(members)
    reportTenantsNotToldApart()
    let shutdown = self.shutdown(members)
    return ServiceConfiguration(
      listen: listen ?? ListenAddress(host: "127.0.0.1", port: 8080), publicURL: publicURL(members) ?? "",
      storePath: store ?? path("passmint.sqlite"), log: log(members), metricsListen: metrics(members, listen),
      trustedProxies: addressRanges(members["trusted_proxies"]), badges: members["badges"].map { badges($0) } ?? [:],
      shutdownDelay: shutdown.delay, shutdownGrace: shutdown.grace,
      workers: members.number("workers", in: 1...1000, usually: 16), push: push(members["push"]), tenants: tenants)
  }

  private func publicURL(_ members: ConfigurationMembers) -> String? {
    let example = "https://passes.example.org"
    let own =
      isOverridden(.publicURL) ? members["public_url"] : members.required("public_url", example)
    let url = value(own, or: .publicURL) { text, _ throws(ConfigurationFault) in
      try ConfigurationForms.address(text, such: example, allowsPath: true)
    }
    if let url, ConfigurationForms.isPlain(url) {
      let sentence = "buyers' passes would cross the net unencrypted: use https"
      if let own, !isOverridden(.publicURL) {
        report(.warning, at: own, sentence)
      } else {
        report(.warning, path: "public_url", sentence)
      }
    }
    return url
  }

  private static func storePath(_ text: String, from folder: URL) throws(ConfigurationFault) -> String {
    guard !text.contains("://") else {
      throw ConfigurationFault("is no path: name a file such as passmint.sqlite")
    }
    let path = ConfigurationValue.absolute(text, from: folder)
    var isFolder: ObjCBool = false
    let parent = URL(filePath: path).deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: parent, isDirectory: &isFolder), isFolder.boolValue else {
      throw ConfigurationFault("there is no folder \(parent): make it, or name another file")
    }
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw ConfigurationFault("\(path) is a folder: name a file in it, such as passmint.sqlite")
    }
    return path
  }

  private func log(_ members: ConfigurationMembers) -> LogSettings {
    let usual = LogSettings()
    let log = members["log"].flatMap { self.members(of: $0, known: ["level", "format"]) }
    return LogSettings(
      level: value(log?["level"], or: .logLevel) { text, _ throws(ConfigurationFault) in
        try ConfigurationForms.logLevel(text)
      } ?? usual.level,
      format: value(log?["format"], or: .logFormat) { text, _ throws(ConfigurationFault) in
        try ConfigurationForms.logFormat(text)
      } ?? usual.format)
  }

  private func metrics(_ members: ConfigurationMembers, _ listen: ListenAddress?) -> ListenAddress? {
    guard let metrics = members["metrics"].flatMap({ self.members(of: $0, known: ["listen"]) }),
      let value = metrics.required("listen", "127.0.0.1:9090"),
      let address = self.value(value, ConfigurationForms.listenAddress)
    else { return nil }
    if address == listen, address.port != 0 {
      report(.error, at: value, "is where everything else listens: leave metrics out to have /metrics there")
    }
    return address
  }

  private func shutdown(_ members: ConfigurationMembers) -> (delay: Duration, grace: Duration) {
    let usual = (delay: 0, grace: 30)
    guard let shutdown = members["shutdown"].flatMap({ self.members(of: $0, known: ["delay", "grace"]) }) else {
      return (.seconds(usual.delay), .seconds(usual.grace))
    }
    let delay = shutdown.number("delay", in: 0...3600, usually: usual.delay)
    let grace = shutdown.number("grace", in: 1...3600, usually: usual.grace)
    if delay >= grace, let value = shutdown["delay"] ?? shutdown["grace"] {
      report(
        .error, at: value, "a delay of \(delay) seconds leaves nothing of the grace of \(grace) seconds to stop in")
    }
    return (.seconds(delay), .seconds(grace))
  }

  /// Blocks of addresses; none without a value.
  func addressRanges(_ value: ConfigurationValue?) -> [AddressRange] {
    guard let value else { return [] }
    return elements(of: value, shape: "[10.0.0.0/8]").compactMap { self.value($0, ConfigurationForms.addressRange) }
  }

  // MARK: Tenants

  private func tenants(_ members: ConfigurationMembers) -> [TenantConfiguration] {
    guard let value = members.required("tenants", "{NAME: …}, at least one") else { return [] }
    guard let all = self.members(of: value, known: nil)?.all else { return [] }
    if all.isEmpty { report(.error, at: value, "there is no tenant: write at least one") }
    var tenants: [TenantConfiguration] = []
    for (id, value) in all {
      guard ConfigurationForms.isTenantID(id) else {
        report(
          .error, line: value.keyLine, column: value.keyColumn, path: "tenants.\(ConfigurationForms.quoted(id))",
          "stands in addresses: write up to 64 letters, digits, - and _")
        continue
      }
      if let tenant = tenant(id, value) { tenants.append(tenant) }
    }
    for (first, second) in Self.sharingMarks(all.map(\.name)) {
      guard let place = all.first(where: { $0.name == second })?.value else { continue }
      report(
        .error, line: place.keyLine, column: place.keyColumn, path: place.path,
        "its download tokens could not be told from those of \(first): name it otherwise")
    }
    reportDifferentRates(tenants, all)
    return tenants
  }

  /// Tenants with the same mark in their download tokens, in the order given.
  static func sharingMarks(
    _ tenants: [String], mark: (String) -> [UInt8] = { DownloadToken.mark(of: $0) }
  ) -> [(String, String)] {
    var known: [[UInt8]: String] = [:]
    var pairs: [(String, String)] = []
    for tenant in tenants {
      if let first = known.updateValue(tenant, forKey: mark(tenant)) { pairs.append((first, tenant)) }
    }
    return pairs
  }

  private func reportTenantsNotToldApart() {
    for (first, second) in TenantBearer.notToldApart(bearers) {
      guard let place = bearers.last(where: { $0.tenant == second })?.place else { continue }
      report(
        .error, line: place.keyLine, column: place.keyColumn, path: place.path,
        "takes the tokens of \(first), and \(first) its: both have this issuer and audience. Give each an audience of its "
          + "own, or set tenant_claim for both")
    }
  }

  private func reportDifferentRates(
    _ tenants: [TenantConfiguration], _ places: [(name: String, value: ConfigurationValue)]
  ) {
    var rates: [String: TenantConfiguration] = [:]
    for tenant in tenants {
      let institution = "\(tenant.connection.url.lowercased()) \(tenant.connection.institution.lowercased())"
      guard let other = rates.updateValue(tenant, forKey: institution), other.callsPerMinute != tenant.callsPerMinute
      else { continue }
      let place = places.first { $0.name == tenant.id }?.value
      report(
        .warning, line: place?.keyLine, column: place?.keyColumn, path: "tenants.\(tenant.id).secutix.calls_per_minute",
        "\(other.id) asks the same institution with \(other.callsPerMinute) calls a minute, and only one can hold: write "
          + "the same for both")
    }
  }
}
