import AppleWallet
import Authorization
import Foundation
import Issuance
import Logging
import PassBundle
import Passes
import Sandbox
import Secutix
import SecutixClient
import Server
import Testing

@testable import passmintd

@Suite struct ConfigurationTests {
  @Test func `the least configuration is right, and the rest is as usual`() throws {
    try ConfigurationFolder.with { folder in
      let (read, problems) = try folder.read(ConfigurationFolder.good)
      #expect(
        folder.sentences(problems) == [
          "passmint.yaml:12:22: tenants.theatre.identity.path: phones refuse these passes: “Passmint Example Worldwide "
            + "Developer Relations” is none of Apple's intermediates; good for trying things out; for phones, see "
            + "certs-example/README.md for where real certificates come from"
        ])
      let configuration = try #require(read)
      #expect(configuration.listen == ListenAddress(host: "127.0.0.1", port: 8080))
      #expect(configuration.publicURL == "https://passes.example.org")
      #expect(configuration.storePath == folder.root.appending(path: "passmint.sqlite").path)
      #expect(configuration.log == LogSettings(level: .info, format: .json))
      #expect(configuration.serverSettings.servesMetrics)
      #expect(configuration.shutdownDelay == .zero)
      #expect(configuration.shutdownGrace == .seconds(30))
      #expect(configuration.workers == 16)
      let tenant = try #require(configuration.tenants.first)
      #expect(tenant.connection.authentication == .selfMade())
      #expect(tenant.connection.apiVersion == "v1_33")
      #expect(tenant.callsPerMinute == 180)
      #expect(tenant.reading.timeZone == nil)
      #expect(tenant.webhook.requestsPerMinute == 6_000)
      #expect(tenant.issuer.passTypeIdentifier == tenant.identity.passTypeIdentifier)
      #expect(tenant.issuer.webServiceURL == nil)
      #expect(tenant.apiKeys.map(\.hash) == [APIKey.hash(of: "pm_3f9aQz_" + String(repeating: "k", count: 43))])
    }
  }

  @Test func `the example is read without mistakes, and says what it seems to`() throws {
    let templates = ["concert": "concert", "vip": "festival", "season-ticket": "season-ticket"]
    try ConfigurationFolder.with(templates: templates) { folder in
      // What it shows behind `#` is right as well.
      let lines = ExampleConfiguration.yaml.split(separator: "\n", omittingEmptySubsequences: false)
      let whole = lines.map { line in
        line.wholeMatch(of: /( *)# ([a-z_]+: [^ ].*)/).flatMap { match in
          [
            "badges", "field_map", "former_identities", "former_secrets", "api_key", "tenant_claim", "tenant_value",
            "leeway",
          ].contains { match.2.hasPrefix("\($0):") } ? "\(match.1)\(match.2)" : nil
        } ?? String(line)
      }.joined(separator: "\n").replacing("[Secutix.Read, Pass.Read]", with: "[Secutix.Read, Webhook.Write]")
      #expect(whole.count { $0 == "#" } == ExampleConfiguration.yaml.count { $0 == "#" } - 9)
      try FileManager.default.copyItem(
        at: folder.root.appending(path: "certificates"), to: folder.root.appending(path: "certificates.old"))
      try folder.makeFolder("badges")
      try folder.write("<svg/>", "badges/fr-CA.svg")
      try folder.write("fields:\n  seat.row: [movement.row]\n", "map.yaml")
      for yaml in [ExampleConfiguration.yaml, whole] {
        let (read, problems) = try folder.read(yaml)
        #expect(problems.filter { !$0.sentence.hasPrefix("phones refuse") } == [])
        let configuration = try #require(read)
        #expect(configuration.metricsListen == ListenAddress(host: "127.0.0.1", port: 9090))
        #expect(!configuration.serverSettings.servesMetrics)
        #expect(configuration.trustedProxies.map { $0.contains("10.1.2.3") } == [true])
        let tenant = try #require(configuration.tenants.first)
        #expect(tenant.id == "theatre")
        #expect(tenant.name == "Théâtre de la Ville")
        #expect(tenant.routing.rules.map(\.template) == ["vip"])
        #expect(tenant.routing.families == ["SEASONTICKET": "season-ticket"])
        #expect(tenant.reading.timeZone?.identifier == "Europe/Paris")
        #expect(tenant.webhook.allowed.map { $0.contains("2001:db8::5") } == [false, true])
        #expect(tenant.webhook.basic != nil)
        // The end of the day in UTC.
        #expect(tenant.apiKeys.first?.expires == 4_102_444_800)
        #expect(tenant.bearer?.issuer == "https://login.example.org/")
        if yaml == whole {
          #expect(configuration.badges["fr-CA"]?.mediaType == "image/svg+xml")
          #expect(tenant.reading.mapping != nil)
          #expect(tenant.formerIdentities.map(\.passTypeIdentifier) == [tenant.identity.passTypeIdentifier])
          #expect(tenant.webhook.apiKeyHeader == "X-API-KEY")
          #expect(tenant.bearer?.tenantClaim == "tenant")
        }
      }
    }
  }

  @Test func `certificates from before are of the same pass type`() throws {
    try ConfigurationFolder.with { folder in
      for (path, passType) in [("renewed", "pass.org.example.tickets"), ("other", "pass.org.example.other")] {
        _ = try ExampleCertificates.write(
          to: folder.root.appending(path: path).path, .init(passTypeIdentifier: passType), now: ConfigurationFolder.now)
      }
      func read(_ former: String) throws -> (tenant: TenantConfiguration?, told: [String]) {
        let (configuration, problems) = try folder.read(
          ConfigurationFolder.good.replacing(
            "identity: {path: certificates}", with: "identity: {path: renewed}\n    former_identities: \(former)"))
        return (configuration?.tenants.first, folder.sentences(problems, .error))
      }
      let renewed = try read("[{path: certificates}]")
      #expect(renewed.told == [])
      let tenant = try #require(renewed.tenant)
      let (new, old) = (tenant.identity.certificate, tenant.formerIdentities.map(\.certificate))
      #expect(old.count == 1 && old.first?.sha256Fingerprint != new.sha256Fingerprint)
      #expect(
        try read("[{path: other}, {path: nowhere}]").told == [
          "passmint.yaml:13:25: tenants.theatre.former_identities[0]: is for pass.org.example.other, and the tenant's "
            + "passes are pass.org.example.tickets",
          "passmint.yaml:13:47: tenants.theatre.former_identities[1].path: cannot read nowhere: No such file or "
            + "directory; check the path and who may read it",
        ])
    }
  }

  @Test func `what cannot be set up to push waits, with an alarm; only push off gives it up`() async throws {
    var read: ServiceConfiguration?
    try ConfigurationFolder.with { read = try $0.read(ConfigurationFolder.good + "push: {port: 2197}\n").configuration }
    var configuration = try #require(read)
    // As a certificate would that no TLS takes.
    configuration.push?.priority = 7
    var logger = Logger(label: "push")
    logger.logLevel = .critical
    let transports = PushTransports(logger: logger).transports(for: configuration)
    let outcome = await transports["theatre"]?.push(to: "00", id: UUID().uuidString)
    #expect(outcome == .refused(reason: "the priority of pushes: APNs knows 1, 5 and 10"))
    configuration.push = nil
    #expect(PushTransports(logger: logger).transports(for: configuration).isEmpty)
  }

  @Test func `what the demonstration writes is read without mistakes`() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "a demo: “\(UUID().uuidString)”")
    defer { try? FileManager.default.removeItem(at: root) }
    let pem = try #require(DemoFolder.makeCertificates(at: root, now: ConfigurationFolder.now).first).pem
    let demo = try DemoFolder(
      at: root, house: .theatre, secutix: "http://127.0.0.1:8400", listen: "[::1]:0",
      publicURL: "http://127.0.0.1:8401", apns: (port: 8402, rootPEM: pem))
    let (read, problems) = ServiceConfiguration.read(
      path: demo.configuration.path, environment: [:], now: ConfigurationFolder.now)
    // Open to all webhooks and signed by nobody Apple knows: a demonstration.
    #expect(problems.map(\.path) == ["tenants.theatre.identity.path", "tenants.theatre.webhook"])
    let configuration = try #require(read)
    #expect(configuration.listen == ListenAddress(host: "::1", port: 0))
    #expect(configuration.push?.port == 8402 && configuration.push?.trustRoots == .pem(pem))
    let tenant = try #require(configuration.tenants.first)
    #expect(tenant.apiKeys.map(\.hash) == [APIKey.hash(of: demo.key)])
    #expect(tenant.apiKeys.first.map { demo.key.hasPrefix("\($0.prefix)_") } == true)
    #expect(tenant.apiKeys.first?.scopes == Set(Scope.allCases))
    #expect(tenant.routing.defaultTemplate == "concert")
    #expect(tenant.reading.timeZone == nil)
  }

  @Test func `what the benchmark writes is read without mistakes`() throws {
    try ConfigurationFolder.with { folder in
      let (read, problems) = try folder.read(
        """
        listen: 127.0.0.1:0
        public_url: http://127.0.0.1
        store: store.sqlite
        log: {level: warning}
        tenants:
          bench:
            name: Bench
            secutix:
              url: http://127.0.0.1:8400
              operator: OPERATOR
              institution: HOUSE
              partner: Passmint
              secret: {file: secrets/secutix}
            time_zone: Europe/Paris
            currency: EUR
            identity: {path: certificates}
            secret: {file: secrets/passes}
            templates: {folder: \(folder.root.appending(path: "templates").path), default: concert}
            webhook: {requests_per_minute: 100000000}
            keys:
              - {name: bench, prefix: pm_bench, sha256: \(ConfigurationFolder.hash), scopes: [Secutix.Read, Pass.Read]}
        """)
      #expect(problems.map(\.path) == ["tenants.bench.identity.path", "tenants.bench.webhook"])
      #expect(read?.log.level == .warning)
      #expect(read?.tenants.first?.webhook.requestsPerMinute == 100_000_000)
    }
  }

  @Test(arguments: ConfigurationMistake.all.keys.sorted())
  func `each mistake is told with its place`(kind: String) throws {
    let mistakes = try #require(ConfigurationMistake.all[kind])
    try ConfigurationFolder.with { folder in
      try folder.write("fifteen bytes!!", "secrets/short")
      try folder.write("\n", "secrets/empty")
      try folder.write("fields:\n  seat.rwo: [movement.row]\n", "wrong.yaml")
      try folder.write("a: &a [1, 2]\n? [*a, *a]\n: 1\n", "bomb.yaml")
      try folder.makeFolder("broken/concert.pkpasstemplate")
      for mistake in mistakes {
        let yaml = ConfigurationFolder.good.replacing(mistake.old, with: mistake.new, maxReplacements: 1)
        #expect(yaml != ConfigurationFolder.good, "\(mistake.old) is not there")
        let told = folder.sentences(try folder.read(yaml).problems, .error)
        #expect(
          told == mistake.told.map { $0.contains(".yaml:") ? $0 : "passmint.yaml:\($0)" }, "\(mistake.new)")
        #expect(!told.joined().contains(ConfigurationFolder.marker))
      }
    }
  }

  @Test func `all mistakes of a file are told at once, in its order`() throws {
    try ConfigurationFolder.with { folder in
      let (_, problems) = try folder.read(
        """
        listen: everywhere
        listen: 127.0.0.1:8080
        "log": {level: loud}
        log: {levl: info, level: info, "level": info}
        tenants:
          a: {}
          b:
            name: B
            name: C
            time_zone: Mars
          b: {}
        """)
      #expect(
        folder.sentences(problems, .error).map { $0.split(separator: ": ").prefix(2).joined(separator: " ") } == [
          "passmint.yaml:1:1 public_url",
          "passmint.yaml:1:9 listen",
          "passmint.yaml:2:1 listen",
          "passmint.yaml:3:16 log.level",
          "passmint.yaml:4:1 log",
          "passmint.yaml:6:3 tenants.a.name",
          "passmint.yaml:6:3 tenants.a.secutix",
          "passmint.yaml:6:3 tenants.a.identity",
          "passmint.yaml:6:3 tenants.a.secret",
          "passmint.yaml:6:3 tenants.a.templates",
          "passmint.yaml:7:3 tenants.b.secutix",
          "passmint.yaml:7:3 tenants.b.identity",
          "passmint.yaml:7:3 tenants.b.secret",
          "passmint.yaml:7:3 tenants.b.templates",
          "passmint.yaml:9:5 tenants.b.name",
          "passmint.yaml:10:16 tenants.b.time_zone",
          "passmint.yaml:11:3 tenants.b",
        ])
    }
  }
}
