import Foundation
import Issuance
import JSON
import SQLiteStore
import Sandbox
import Testing

@Suite("A service that is asked to stop, and one that is not to begin", .timeLimit(.minutes(10)))
struct StopTests {
  @Test func `under load: what was begun is answered, jobs are given back, and nothing is lost`() async throws {
    var plan = ServiceFixture.Plan()
    plan.more = ["shutdown: {delay: 1, grace: 6}"]
    plan.workers = 4
    try await ServiceFixture.with(plan) { fixture in
      // Secutix is slow: some orders are asked for when the signal comes, and never answered within the grace.
      await fixture.sandbox.prepare(.delay(.seconds(60)), for: "getFileDetailsFromOrderSecretId", times: 1000)
      for _ in 0..<20 { try await fixture.sandbox.sell() }
      let service = try await fixture.start()
      for row in await fixture.sandbox.rows { #expect(try await service.post([row]).status == 200) }
      try await fixture.sandbox.sell()
      // A request that takes until after the signal.
      let lookup = Task {
        try await service.get("/api/theatre/external/secutix/orders/getTicketsUrl/312044", as: "theatre")
      }
      service.process.send(SIGTERM)
      _ = try await service.process.line { $0.contains("\"stopping\"") }
      let notReady = try await service.get("/readyz")
      #expect(notReady.status == 503 && notReady.headers["content-type"] == "application/problem+json")
      // Whoever comes during the delay is served: the proxy in front has not seen it yet.
      let last = try #require(await fixture.sandbox.rows.last)
      #expect(try await service.post([last]).status == 200)
      let begun = ContinuousClock.now
      #expect(await service.process.end() == 0, "\(service.process.output)")
      #expect(ContinuousClock.now - begun < .seconds(8))
      _ = try? await lookup.value

      let store = try SQLiteStore(path: fixture.store.path)
      let jobs = try await store.jobs(JobFilter())
      #expect(jobs.count == 21)
      for job in jobs { #expect(job.state == .available && job.lease == nil && job.attempts == 0, "\(job)") }
      try store.close()
      _ = await fixture.sandbox.clearFaults()
      let next = try await fixture.start()
      try await next.settle()
      #expect(try await next.passes().count == 21)
      next.process.send(SIGINT)
      #expect(await next.process.end() == 0)
    }
  }

  @Test func `a request in flight is answered`() async throws {
    try await ServiceFixture.with { fixture in
      let sale = try await fixture.sandbox.sell()
      await fixture.sandbox.prepare(.delay(.seconds(1)), for: "getFileDetails")
      let service = try await fixture.start()
      let lookup = Task {
        try await service.get("/api/theatre/external/secutix/orders/getTicketsUrl/\(sale.file)", as: "theatre")
      }
      await fixture.sandbox.call(of: "getFileDetails")
      service.process.send(SIGTERM)
      let answer = try await lookup.value
      #expect(answer.status == 200 && answer.json?["tickets"]?.array?.count == 1)
      #expect(await service.process.end() == 0)
    }
  }

  @Test func `two on one store share the work and do nothing twice`() async throws {
    try await ServiceFixture.with { fixture in
      let services = [try await fixture.start("first"), try await fixture.start("second")]
      for _ in 0..<60 { try await fixture.sandbox.sell(count: 2) }
      let rows = await fixture.sandbox.rows
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, row) in rows.enumerated() {
          group.addTask {
            let answer = try await services[index % 2].post([row])
            #expect(answer.status == 200)
          }
          if index >= 16 { try await group.next() }
        }
        try await group.waitForAll()
      }
      try await services[0].settle(beside: services)
      #expect(try await services[0].passes().count == 120)
      let done = services.map { $0.process.lines.count { $0.contains("\"completed\"") } }
      #expect(done.allSatisfy { $0 > 5 }, "\(done)")
      // As many ends as jobs: none was done by both.
      let store = try SQLiteStore(path: fixture.store.path)
      let jobs = try await store.jobs(JobFilter(limit: 10_000))
      #expect(jobs.count == done.reduce(0, +) && jobs.allSatisfy { $0.state == .completed && $0.attempts == 1 })
      try store.close()
      for service in services {
        #expect(!service.process.output.contains("taken over") && !service.process.output.contains("another worker"))
        service.process.send(SIGTERM)
        #expect(await service.process.end() == 0)
      }
    }
  }

  @Test func `what keeps it from beginning is said, with what to do`() async throws {
    try await ServiceFixture.run { fixture, service in
      func serve(_ arguments: String...) async throws -> (status: Int32, output: String) {
        let process = try ServiceProcess(
          ["serve", "--config", fixture.configuration.path] + arguments, in: fixture.folder.root)
        return (await process.end(), process.output)
      }
      let taken = try await serve("--listen", String(service.url.dropFirst("http://".count)))
      #expect(taken.status == 3)
      #expect(taken.output.contains("cannot listen on 127.0.0.1:") && taken.output.contains("--listen"), "\(taken)")
      let good = try await serve("--check-config")
      #expect(good.status == 0 && good.output.contains("good (theatre)"), "\(good)")
      let yaml = try String(contentsOf: fixture.configuration, encoding: .utf8)
      try fixture.folder.write(
        yaml.replacing("workers: 16", with: "workers: none").replacing("identity", with: "idntity"), "passmint.yaml")
      for (arguments, status) in [(["--check-config"], 1), ([], 3)] as [([String], Int32)] {
        let process = try ServiceProcess(
          ["serve", "--config", fixture.configuration.path] + arguments, in: fixture.folder.root)
        #expect(await process.end() == status)
        #expect(process.output.contains("workers: “none” is no whole number"), "\(process.output)")
        #expect(process.output.contains("did you mean identity?"), "\(process.output)")
        #expect(process.output.contains("mistakes to mend"))
      }
      let nowhere = try ServiceProcess(["serve", "--config", "nowhere.yaml"], in: fixture.folder.root)
      #expect(await nowhere.end() == 3)
      #expect(nowhere.output.contains("nowhere.yaml"))
    }
  }
}
