import Foundation
import Logging
import PassBundle
import Testing

@testable import passmintd

/// Where secrets come from, where they never go, and what may stand in the environment.
@Suite struct ConfigurationSecrecyTests {
  private static let secretive = ConfigurationFolder.good
    .replacing("{path: certificates}", with: "{path: certificates, password: {env: P12}}")
    .replacing(
      "{file: secrets/passes}", with: "{file: secrets/passes}\n    former_secrets: [{file: secrets/passes.old}]"
    )
    .replacing("{allow: [10.0.0.0/8]}", with: "{basic: {user: secutix, password: {file: secrets/webhook}}}")

  @Test func `no secret is in anything that could be printed`() throws {
    try ConfigurationFolder.with { folder in
      let marker = ConfigurationFolder.marker
      let (read, problems) = try folder.read(Self.secretive, environment: ["P12": "\(marker) password"])
      let configuration = try #require(read)
      let tenant = try #require(configuration.tenants.first)
      var output = ""
      func show(_ value: Any) {
        output += "\(String(describing: value))\n\(String(reflecting: value))\n"
        dump(value, to: &output)
      }
      show(problems)
      show(configuration)
      show(configuration.tenants)
      for part: Any in [
        tenant.connection, tenant.keys, tenant.webhook, tenant.apiKeys, tenant.issuer, tenant.identity,
        tenant.bearer as Any,
      ] {
        show(part)
      }
      #expect(output.contains("theatre"))
      #expect(output.contains("<redacted>"))
      #expect(!output.contains(marker))
    }
  }

  @Test func `no problem tells a secret, wherever somebody put it`() throws {
    try ConfigurationFolder.with { folder in
      let marker = ConfigurationFolder.marker
      let forms = [
        marker, "\"\(marker)\"", "'\(marker)", "[\(marker)]", "{\(marker)}", "{\(marker): 1}", "{value: \(marker)}",
        "{env: \(marker)}", "{file: secrets/passes, password: \(marker)}", "{file: [\(marker)]}",
        "|\n        \(marker)",
        "*\(marker)", "&\(marker)", "!\(marker) x", "{\(marker): 1, \(marker): 2}", "{file: a, file: \(marker)}",
        "@\(marker)", "%\(marker)", "{? [\(marker)] : 1}",
      ]
      for old in ["{file: secrets/secutix}", "{file: secrets/passes}", "{file: secrets/webhook}", "{env: P12}"] {
        for form in forms {
          let yaml = Self.secretive.replacing(old, with: form)
          let (configuration, problems) = try folder.read(yaml, environment: ["P12": marker])
          // A mark without a value is `null`: the tag alone is nothing.
          #expect(configuration == nil || old == "{env: P12}", "\(form)")
          #expect(!folder.sentences(problems).joined().contains(marker), "\(old) → \(form)")
        }
      }
    }
  }

  @Test func `a line end is no part of a secret, and a secret may come from the environment`() throws {
    try ConfigurationFolder.with { folder in
      func serial(_ source: String, _ environment: [String: String] = [:]) throws -> String? {
        let yaml = ConfigurationFolder.good.replacing("secret: {file: secrets/passes}", with: "secret: \(source)")
        let (configuration, _) = try folder.read(yaml, environment: environment)
        return configuration?.tenants.first?.keys.authenticationToken(serialNumber: "1")
      }
      try folder.write("a secret that is long enough\r\n", "secrets/one")
      try folder.write("a secret that is long enough", "secrets/two")
      let token = try #require(try serial("{file: secrets/one}"))
      #expect(try serial("{file: secrets/two}") == token)
      #expect(try serial("{env: PASSES}", ["PASSES": "a secret that is long enough"]) == token)
      #expect(try serial("{env: PASSES}", ["passes": "a secret that is long enough"]) == nil)
    }
  }

  @Test func `a flag goes before a variable, a variable before the file`() throws {
    try ConfigurationFolder.with { folder in
      let environment = [
        "PASSMINT_LISTEN": "[::1]:0", "PASSMINT_PUBLIC_URL": "https://other.example.org/a/",
        "PASSMINT_STORE": "store.sqlite", "PASSMINT_LOG_LEVEL": "debug", "PASSMINT_LOG_FORMAT": "text",
      ]
      let yaml = ConfigurationFolder.good + "store: passes.sqlite\nlog: {level: error, format: json}\n"
      let fromFile = try #require(try folder.read(yaml, environment: ["PASSMINT_LISTEN": ""]).configuration)
      #expect(fromFile.listen.port == 8080)
      #expect(fromFile.storePath == folder.root.appending(path: "passes.sqlite").path)
      #expect(fromFile.log == LogSettings(level: .error, format: .json))
      let fromVariables = try #require(try folder.read(yaml, environment: environment).configuration)
      #expect(fromVariables.listen == ListenAddress(host: "::1", port: 0))
      #expect(fromVariables.publicURL == "https://other.example.org/a")
      #expect(fromVariables.storePath == "\(FileManager.default.currentDirectoryPath)/store.sqlite")
      #expect(fromVariables.log == LogSettings(level: .debug, format: .text))
      let flags: [ConfigurationOverride: String] = [.listen: "localhost:1", .logLevel: "trace"]
      let fromFlags = try #require(try folder.read(yaml, flags: flags, environment: environment).configuration)
      #expect(fromFlags.listen == ListenAddress(host: "localhost", port: 1))
      #expect(fromFlags.log == LogSettings(level: .trace, format: .text))

      let without = yaml.replacing("public_url: https://passes.example.org\n", with: "")
      #expect(try folder.read(without, environment: environment).configuration != nil)
      let wrong = try folder.read(
        yaml, flags: [.publicURL: "passes"], environment: ["PASSMINT_LISTEN": "8080", "PASSMINT_LOG_LEVEL": "loud"])
      #expect(
        folder.sentences(wrong.problems, .error) == [
          "environment: PASSMINT_LISTEN: “8080” is no address and port: write them as 127.0.0.1:8080, 0.0.0.0:8080 or "
            + "[::1]:8080",
          "command line: --public-url: is no URL: write one such as https://passes.example.org",
          "environment: PASSMINT_LOG_LEVEL: “loud” is none of trace, debug, info, notice, warning, error, critical",
        ])
    }
  }
}
