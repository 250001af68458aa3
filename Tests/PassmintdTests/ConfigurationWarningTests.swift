import Foundation
import PassBundle
import Testing

@testable import passmintd

/// What works and should be known, what ends, what tenants share, and files that are none.
@Suite struct ConfigurationWarningTests {
  private func warnings(
    _ folder: ConfigurationFolder, _ old: String, _ new: String
  ) throws -> [String] {
    let yaml = ConfigurationFolder.good.replacing(old, with: new)
    let (configuration, problems) = try folder.read(yaml)
    #expect(configuration != nil, "\(problems)")
    return folder.sentences(problems, .warning).filter { !$0.contains("phones refuse") }
  }

  @Test func `what works and should be known is a warning`() throws {
    try ConfigurationFolder.with { folder in
      #expect(
        try warnings(folder, "https://passes.example.org", "http://passes.example.org") == [
          "passmint.yaml:2:13: public_url: buyers' passes would cross the net unencrypted: use https"
        ])
      #expect(
        try warnings(folder, "https://house", "http://house") == [
          "passmint.yaml:7:12: tenants.theatre.secutix.url: tokens and tickets would cross the net unencrypted: use https"
        ])
      for host in ["127.0.0.1:8400", "localhost", "[::1]:1"] {
        #expect(try warnings(folder, "https://house.ws.secutix.com", "http://\(host)") == [])
      }
      #expect(
        try warnings(folder, "    webhook: {allow: [10.0.0.0/8]}\n", "") == [
          "passmint.yaml:4:3: tenants.theatre.webhook: anybody may send webhooks, each of which costs a call of Secutix: "
            + "set basic, api_key or allow"
        ])
      let keys = try #require(ConfigurationFolder.good.firstRange(of: "    keys:"))
      let rest = String(ConfigurationFolder.good[keys.lowerBound...])
      for none in ["", "    keys: []\n"] {
        #expect(
          try warnings(folder, rest, none) == [
            "passmint.yaml:4:3: tenants.theatre: has neither keys nor a bearer issuer, so that nobody can look a file up: "
              + "make a key with `passmintd keys`"
          ])
      }
      let bearer = "    bearer: {issuer: a, audience: b, jwks: 'https://login.example.org/keys'}\n"
      #expect(try warnings(folder, rest, bearer) == [])
      try folder.write("a secret that is long enough", "secrets/open", mode: 0o644)
      #expect(
        try warnings(folder, "secrets/passes", "secrets/open") == [
          "passmint.yaml:13:20: tenants.theatre.secret.file: others may read the file (mode 644): "
            + "`chmod 600 secrets/open`"
        ])
      #expect(
        try warnings(folder, "[Secutix.Read]", "[Secutix.Read], expires: 2026-11-19") == [
          "passmint.yaml:17:151: tenants.theatre.keys[0].expires: the key has ended: make a new one with "
            + "`passmintd keys`, or leave it out"
        ])
      #expect(try warnings(folder, "[Secutix.Read]", "[Secutix.Read], expires: 2026-11-20") == [])
    }
  }

  @Test func `a certificate that ends soon is a warning, one that has ended a mistake`() throws {
    try ConfigurationFolder.with { folder in
      try folder.write(ConfigurationFolder.good, "passmint.yaml")
      let path = folder.root.appending(path: "passmint.yaml").path
      let end = try SigningIdentity.load(at: folder.root.appending(path: "certificates").path, password: nil)
        .certificate.notAfter
      let soon = ServiceConfiguration.read(path: path, environment: [:], now: end - 29 * 86_400)
      #expect(soon.configuration != nil)
      #expect(soon.problems.contains { $0.severity == .warning && $0.sentence.contains("expires on") })
      let early = ServiceConfiguration.read(path: path, environment: [:], now: end - 31 * 86_400)
      #expect(!early.problems.contains { $0.sentence.contains("expires on") })
      let late = ServiceConfiguration.read(path: path, environment: [:], now: end + 1)
      #expect(late.configuration == nil)
      #expect(
        late.problems.contains {
          $0.severity == .error && $0.path == "tenants.theatre.identity.path"
            && $0.sentence.hasPrefix("the certificate expired on")
        })
    }
  }

  @Test func `a key with a password is opened with what the configuration names, and only with that`() throws {
    try ConfigurationFolder.with { folder in
      let key = folder.root.appending(path: "certificates/key.pem")
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = [
        "openssl", "rsa", "-aes128", "-in", key.path, "-out", "\(key.path).new", "-passout",
        "file:\(folder.root.path)/secrets/p12",
      ]
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
      try FileManager.default.removeItem(at: key)
      try FileManager.default.moveItem(atPath: "\(key.path).new", toPath: key.path)
      func told(_ password: String) throws -> [String] {
        let yaml = ConfigurationFolder.good.replacing("{path: certificates}", with: "{path: certificates\(password)}")
        return folder.sentences(try folder.read(yaml).problems, .error)
      }
      #expect(try told(", password: {file: secrets/p12}") == [])
      #expect(
        try told("") == [
          "passmint.yaml:12:22: tenants.theatre.identity.path: key.pem is encrypted, and no password was given; write "
            + "identity: {path: …, password: {file: PATH}}"
        ])
      #expect(
        try told(", password: {file: secrets/passes}") == [
          "passmint.yaml:12:22: tenants.theatre.identity.path: the password does not open key.pem; check what "
            + "identity.password names"
        ])
    }
  }

  @Test func `tenants that could not be told apart are refused`() throws {
    try ConfigurationFolder.with { folder in
      let tenant = ConfigurationFolder.good.split(separator: "\n").dropFirst(3).joined(separator: "\n") + "\n"
      func told(_ first: String, _ second: String) throws -> [String] {
        func bearer(_ rest: String) -> String {
          "    bearer: {issuer: a, audience: b, jwks: 'https://login.example.org/keys'\(rest)}\n"
        }
        let opera = tenant.replacing("  theatre:", with: "  opera:")
        let (_, problems) = try folder.read(ConfigurationFolder.good + bearer(first) + opera + bearer(second))
        return folder.sentences(problems, .error)
      }
      #expect(
        try told("", ", tenant_claim: tenant") == [
          "passmint.yaml:33:5: tenants.opera.bearer: takes the tokens of theatre, and theatre its: both have this issuer "
            + "and audience. Give each an audience of its own, or set tenant_claim for both"
        ])
      #expect(try told(", tenant_claim: tenant", ", tenant_claim: tenant") == [])
      #expect(try told(", tenant_claim: t", ", tenant_claim: t, tenant_value: theatre").count == 1)
      let shared = ConfigurationReading.sharingMarks(["a", "b", "c"]) { $0 == "b" ? [1] : [2] }
      #expect(shared.map { "\($0) \($1)" } == ["a c"])
      #expect(ConfigurationReading.sharingMarks(["a", "b", "c"]).isEmpty)

      let other = tenant.replacing("  theatre:", with: "  opera:")
        .replacing("partner:", with: "calls_per_minute: 60\n      partner:")
      let warned = try folder.read(ConfigurationFolder.good + other).problems
      #expect(
        folder.sentences(warned, .warning).contains(
          "passmint.yaml:18:3: tenants.opera.secutix.calls_per_minute: theatre asks the same institution with 180 calls a "
            + "minute, and only one can hold: write the same for both"))
    }
  }

  @Test func `a template that Wallet would refuse is a mistake of the configuration`() throws {
    try ConfigurationFolder.with { folder in
      let template = folder.root.appending(path: "templates/concert.pkpasstemplate")
      for name in try FileManager.default.contentsOfDirectory(atPath: template.path) where name.hasPrefix("icon") {
        try FileManager.default.removeItem(at: template.appending(path: name))
      }
      let told = folder.sentences(try folder.read(ConfigurationFolder.good).problems, .error)
      #expect(told.count == 1)
      #expect(
        told.first?.hasPrefix(
          "passmint.yaml:14:25: tenants.theatre.templates.folder: concert.pkpasstemplate: icon.png: ") == true,
        "\(told)")
    }
  }

  @Test func `artwork of no language or no kind is told`() throws {
    try ConfigurationFolder.with { folder in
      try folder.makeFolder("badges")
      for (name, text) in [
        ("en.svg", "<svg/>"), ("en.png", "no"), ("fr.svg", "no"), ("README.txt", ""), (".hidden", ""),
      ] {
        try folder.write(text, "badges/\(name)")
      }
      let (_, problems) = try folder.read(ConfigurationFolder.good + "badges: badges/\n")
      #expect(
        problems.filter { $0.path == "badges" }.map(\.sentence) == [
          "README.txt is not used: artwork is called as its language, en.svg or fr-CA.png", "en.png is no PNG picture",
          "fr.svg is no SVG picture",
        ])
    }
  }

  @Test func `what is no configuration is refused in one sentence`() throws {
    try ConfigurationFolder.with { folder in
      func told(_ yaml: String) throws -> [String] { folder.sentences(try folder.read(yaml).problems) }
      let empty = "passmint.yaml: is empty: `passmintd serve --example-config` prints one to start from"
      for yaml in ["", "\n", "# nothing\n", "---\n", "null\n"] { #expect(try told(yaml) == [empty]) }
      #expect(try told("- a\n").first?.hasPrefix("passmint.yaml:1:1: must hold members: write listen: …") == true)
      #expect(try told("listen").first?.hasPrefix("passmint.yaml:1:1: must hold members") == true)
      #expect(try told("a: [\n") == ["passmint.yaml:2:1: is no YAML: did not find expected node content"])
      #expect(try told("a: 1\n---\nb: 1\n") == ["passmint.yaml:2:1: is no YAML: but found another document"])
      #expect(try told(String(repeating: "#", count: 1 << 20) + "\n") == ["passmint.yaml: is larger than a megabyte"])
      for deep in [
        String(repeating: "[", count: 500_000), String(repeating: "- ", count: 500_000),
        String(repeating: "? ", count: 500_000), String(repeating: "{a: ", count: 200_000),
      ] {
        let problems = try told("tenants: " + (deep.hasPrefix("[") || deep.hasPrefix("{") ? deep : "\n  \(deep)"))
        #expect(problems.count == 1)
        #expect(problems.first?.contains("is no YAML") == true, "\(problems)")
      }
      let bomb =
        "a: &a [x, x]\n" + (1...40).map { "b\($0): &b\($0) [*\($0 == 1 ? "a" : "b\($0 - 1)"), *a]\n" }.joined()
      let bombed = try told(bomb + "? *b40\n: 1\n")
      #expect(
        bombed == [
          "passmint.yaml:2:10: references (*name) are not read here: write the value out, in quotes if it is one"
        ])
      // Many keys that all stand twice: the first of them are told, and then it ends.
      let twice = (1...100).map { "k\($0): 1\nk\($0): 2\n" }.joined()
      let repeated = try told(twice)
      #expect(repeated.contains { $0.hasSuffix("a key stands here twice") })
      try Data([0x61, 0x3A, 0xFF]).write(to: folder.root.appending(path: "passmint.yaml"))
      for (path, sentence) in [
        ("passmint.yaml", "is not UTF-8: save it as UTF-8"), ("gone.yaml", "cannot be read: No such file or directory"),
        ("secrets", "cannot be read: is it a folder?"),
      ] {
        let (configuration, problems) = ServiceConfiguration.read(
          path: folder.root.appending(path: path).path, environment: [:], now: 0)
        #expect(configuration == nil)
        #expect(problems.map(\.sentence) == [sentence])
      }
    }
  }
}
