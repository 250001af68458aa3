import Authorization
import Foundation
import JSON
import Sandbox
import Testing

@Suite("A configuration that is read anew", .timeLimit(.minutes(10)))
struct ReloadTests {
  @Test func `another tenant, key and template come into force, and no request is dropped`() async throws {
    try await ServiceFixture.run { fixture, service in
      let first = try await fixture.sandbox.sell()
      #expect(try await service.post(fixture.sandbox.rows).status == 200)
      try await service.settle()
      #expect(try await service.get("/api/opera/passes", as: "theatre").status == 404)

      let hammering = Task { try await hammer(service) }
      let (key, record) = APIKey.make(name: "Another", scopes: [.passRead])
      try fixture.folder.copy("match", as: "match")
      let old = try String(contentsOf: fixture.configuration, encoding: .utf8)
      var lines = old.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let place = try #require(lines.firstIndex { $0.contains("keys:") })
      lines.insert("      \(fixture.line(of: record))", at: place + 1)
      let yaml =
        lines.joined(separator: "\n").replacing("default: concert", with: "default: match")
        + fixture.tenant("opera", keys: [fixture.line(of: record)]) + "\n"
      try fixture.folder.write(yaml, "passmint.yaml")
      service.process.send(SIGHUP)
      _ = try await service.process.line { $0.contains("tenants read anew") }

      let theatre = try await service.get("/api/theatre/passes", headers: ["X-API-KEY": key])
      #expect(theatre.status == 200 && theatre.headers["x-pagination-total"] == "1")
      let opera = try await service.get("/api/opera/passes", headers: ["X-API-KEY": key])
      #expect(opera.status == 200 && opera.headers["x-pagination-total"] == "0")
      // What is issued from now on has the other template; what was issued stays as it is until its order changes.
      let second = try await fixture.sandbox.sell()
      #expect(try await service.post(fixture.sandbox.rows.suffix(1)).status == 200)
      try await service.settle()
      #expect(try await service.passes(word: "\(first.file)").map { $0["template"]?.stringValue } == ["concert"])
      #expect(try await service.passes(word: "\(second.file)").map { $0["template"]?.stringValue } == ["match"])
      hammering.cancel()
      // Each of the four at least once: how often, the machine decides.
      #expect(try await hammering.value >= 4)
    }
  }

  @Test func `one with mistakes leaves everything as it is, and each mistake is said`() async throws {
    try await ServiceFixture.run { fixture, service in
      let yaml = try String(contentsOf: fixture.configuration, encoding: .utf8)
      try fixture.folder.write(
        yaml.replacing("default: concert", with: "default: opera").replacing("currency", with: "c")
          .replacing("timeout: 10", with: "timeout: ten"), "passmint.yaml")
      service.process.send(SIGHUP)
      _ = try await service.process.line { $0.contains("the tenants stay as they are") }
      let errors = try service.log().filter { $0["level"]?.stringValue == "error" }
        .compactMap { $0["message"]?.stringValue }
      #expect(errors.contains { $0.contains("timeout: “ten” is no whole number") }, "\(errors)")
      #expect(errors.contains { $0.contains("opera") && $0.contains("templates.default") }, "\(errors)")
      try await fixture.sandbox.sell()
      #expect(try await service.post(fixture.sandbox.rows).status == 200)
      try await service.settle()
      #expect(try await service.passes().map { $0["template"]?.stringValue } == ["concert"])

      // What only a restart changes is said, too.
      try fixture.folder.write(yaml.replacing("workers: 16", with: "workers: 3"), "passmint.yaml")
      service.process.send(SIGHUP)
      _ = try await service.process.line { $0.contains("waits for a restart") }
    }
  }

  /// Asks until it is cancelled; each request is answered as if nothing happened.
  ///
  /// - Returns: how many there were.
  private func hammer(_ service: RunningServe) async throws -> Int {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var count = 0
          while !Task.isCancelled {
            // Not cancelled in its midst: what breaks off is to be the service's doing.
            let asked = Task { try await service.get("/api/theatre/passes?limit=1", as: "theatre") }
            let answer = try await asked.value
            #expect(answer.status == 200)
            count += 1
          }
          return count
        }
      }
      return try await group.reduce(0, +)
    }
  }
}
