import Foundation
import JSON
import Sandbox
import Testing

@Suite("From the webhook to the phone", .timeLimit(.minutes(10)))
struct JourneyTests {
  @Test func `whatever happens to a ticket, its pass and its page say what Secutix says`() async throws {
    var plan = ServiceFixture.Plan()
    plan.logLevel = "debug"
    try await ServiceFixture.run(plan) { fixture, service in
      let journey = Journey(service)
      try await journey.all(late: false)
      try await expectSecrecy(of: journey)
    }
  }

  @Test func `whatever goes wrong on the way, the end is the same`() async throws {
    var plan = ServiceFixture.Plan()
    plan.timeout = 1
    plan.seed = 2
    try await ServiceFixture.run(plan) { fixture, service in
      let journey = Journey(
        service,
        faults: [
          .status(500), .status(509, retryAfter: "1"), .halfBody, .inProgress(1), .hang, .reset, .brokenJSON,
          .status(503, retryAfter: "1"), .contentType("text/html"), .brokenGzip, .unknownMembers,
          .failure(statusCode: "error", detail: "nothing today"), .redirect(to: "/elsewhere"),
        ], isDisordered: true)
      try await journey.all(late: true)
      try await expectSecrecy(of: journey)
    }
  }

  @Test func `a request's correlation id is in the log, in the job and in what Secutix is asked`() async throws {
    try await ServiceFixture.run { fixture, service in
      try await fixture.sandbox.sell(count: 2)
      let mark = "house.webhook:4711/a"
      let answer = try await service.post(fixture.sandbox.rows, headers: ["X-Correlation-ID": mark])
      #expect(answer.status == 200 && answer.headers["x-correlation-id"] == mark)
      try await service.settle()
      let job = try #require(try await service.jobs().first)
      #expect(job["state"]?.stringValue == "completed" && job["correlationId"]?.stringValue == mark)
      let messages = try service.log().filter { $0["correlation_id"]?.stringValue == mark }
        .compactMap { $0["message"]?.stringValue }
      #expect(messages == ["received", "completed"])
      #expect(await fixture.sandbox.calls.count > 0)
      #expect(await fixture.sandbox.calls.allSatisfy { $0.correlationID == mark })
    }
  }

  /// Nothing in the log of a journey admits, opens or names anybody.
  private func expectSecrecy(
    of journey: Journey, _ source: SourceLocation = #_sourceLocation
  ) async throws {
    let service = journey.service
    let log = service.process.output
    for line in try service.log() {
      for member in ["time", "level", "message", "logger"] {
        #expect(line[member]?.stringValue?.isEmpty == false, "\(line)", sourceLocation: source)
      }
    }
    var secrets = await service.fixture.sandbox.confidences + Array(service.fixture.keys.values)
    for address in await journey.addresses {
      // Not even half of a token.
      let token = address.split(separator: "/").last?.split(separator: ".").first ?? ""
      secrets += [String(token), String(token.prefix(token.count / 2))]
    }
    secrets.append(
      try String(contentsOf: service.fixture.folder.root.appending(path: "secrets/theatre"), encoding: .utf8))
    #expect(secrets.count > 40)
    for secret in Set(secrets) {
      try #require(secret.count > 4, sourceLocation: source)
      #expect(!log.contains(secret), "the log has \(secret)", sourceLocation: source)
    }
  }
}
