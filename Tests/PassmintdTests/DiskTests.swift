import Foundation
import JSON
import Sandbox
import Testing

@Suite("A disk that takes nothing more", .timeLimit(.minutes(10)))
struct DiskTests {
  @Test func `full: nothing is accepted and nothing lost, and with room the same service goes on`() async throws {
    try await ServiceFixture.run { fixture, service in
      try await fixture.sandbox.sell(count: 2)
      let early = await fixture.sandbox.rows
      #expect(try await service.post(early).status == 200)
      try await service.settle()
      let passes = try await service.passes()
      #expect(passes.count == 2)

      // No file grows, and nothing is written in one: what a full disk is to SQLite, without one.
      try limitFiles(of: service, to: "0")
      try await fixture.sandbox.sell(count: 1)
      let late = Array(await fixture.sandbox.rows.dropFirst(early.count))
      try await expectRefusal(service, late)
      // What is there is shown.
      #expect(try await service.passes() == passes)
      let address = try #require(passes.first?["bundleUrl"]?.stringValue)
      #expect(try await service.get(address).status == 200)

      try limitFiles(of: service, to: "unlimited")
      #expect(try await service.get("/readyz").status == 200)
      #expect(try await service.post(late).status == 200)
      try await service.settle()
      #expect(try await service.passes().count == 3)
      // In words, and nothing was done by half.
      let said = try service.log().compactMap { $0["message"]?.stringValue }
      #expect(said.count { $0.contains("a webhook could not be kept") } == 1)
      #expect(try await service.jobs(states: "available", "running", "retryable", "discarded").isEmpty)
    }
  }

  @Test func `full in the middle of the work: jobs end when there is room`() async throws {
    try await ServiceFixture.run { fixture, service in
      // The order is asked for, and the answer comes when nothing can be written any more.
      await fixture.sandbox.prepare(.delay(.seconds(1)), for: "getFileDetailsFromOrderSecretId")
      try await fixture.sandbox.sell(count: 2)
      #expect(try await service.post(fixture.sandbox.rows).status == 200)
      try limitFiles(of: service, to: "0")
      let trouble = try await service.process.line { $0.contains("the store c") || $0.contains("the store is full") }
      #expect(try JSONValue(parsing: Array(trouble.utf8))["level"]?.stringValue == "error")
      #expect(try await service.passes().isEmpty)
      try limitFiles(of: service, to: "unlimited")
      _ = try await service.process.line { $0.contains("the store works again") }
      try await service.settle()
      #expect(try await service.passes().count == 2)
    }
  }

  @Test func `gone: nothing is accepted into a file that nobody will find`() async throws {
    try await ServiceFixture.run { fixture, service in
      try await fixture.sandbox.sell()
      let rows = await fixture.sandbox.rows
      let away = fixture.folder.root.appending(path: "away.sqlite")
      try FileManager.default.moveItem(at: fixture.store, to: away)
      try await expectRefusal(service, rows)
      try FileManager.default.moveItem(at: away, to: fixture.store)
      #expect(try await service.get("/readyz").status == 200)
      #expect(try await service.post(rows).status == 200)
      try await service.settle()
      #expect(try await service.passes().count == 1)
    }
  }

  @Test func `read only: the service does not begin, and says why`() async throws {
    try await ServiceFixture.with { fixture in
      let first = try await fixture.start()
      try await fixture.sandbox.sell()
      #expect(try await first.post(fixture.sandbox.rows).status == 200)
      try await first.settle()
      first.process.send(SIGTERM)
      #expect(await first.process.end() == 0)

      // Root may write what it likes, unless it gives that up.
      let mortal = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
      chmod(fixture.store.path, 0o444)
      for folderMode in [0o755, 0o555] as [mode_t] {
        chmod(fixture.folder.root.path, folderMode)
        let refused = try ServiceProcess(
          ["serve", "--config", fixture.configuration.path], in: fixture.folder.root,
          wrapper: geteuid() == 0 ? mortal : [])
        #expect(await refused.end() == 3, "\(refused.output)")
        #expect(refused.output.contains("the store cannot be written; check the permissions"), "\(refused.output)")
        #expect(refused.output.contains("hint: `store:` in"), "\(refused.output)")
      }
      chmod(fixture.folder.root.path, 0o755)
      chmod(fixture.store.path, 0o600)
      let again = try await fixture.start()
      #expect(try await again.passes().count == 1)
      again.process.send(SIGTERM)
      #expect(await again.process.end() == 0)
    }
  }

  private func limitFiles(of service: RunningServe, to size: String) throws {
    let command = Process()
    command.executableURL = URL(filePath: "/usr/bin/env")
    // The hard limit stays, so that the soft one may be raised again.
    command.arguments = ["prlimit", "--pid", "\(service.process.pid)", "--fsize=\(size):unlimited"]
    try command.run()
    command.waitUntilExit()
    try #require(command.terminationStatus == 0)
  }

  private func expectRefusal(
    _ service: RunningServe, _ rows: [SandboxRow], _ source: SourceLocation = #_sourceLocation
  ) async throws {
    let refused = try await service.post(rows)
    #expect(refused.status == 503, "\(refused.text)", sourceLocation: source)
    #expect(refused.headers["content-type"] == "application/problem+json", sourceLocation: source)
    #expect(Int(refused.headers["retry-after"] ?? "") ?? 0 > 0, sourceLocation: source)
    #expect(refused.json?["status"]?.int == 503, sourceLocation: source)
    #expect(!refused.text.contains(service.fixture.folder.root.path), sourceLocation: source)
    #expect(try await service.get("/readyz").status == 503, sourceLocation: source)
    #expect(try await service.get("/livez").status == 200, sourceLocation: source)
  }
}
