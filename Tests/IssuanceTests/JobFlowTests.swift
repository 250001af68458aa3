import Issuance
import SQLiteStore
import Sandbox
import SecutixClient
import Testing

@Suite("A job whose question goes wrong")
struct JobFlowTests {
  /// What goes wrong, and what becomes of the job.
  struct Trouble: Sendable, CustomTestStringConvertible {
    let fault: SandboxFault
    /// The client itself asks twice.
    var times = 1
    let ending: Ending
    /// What the job's reason begins with.
    let reason: String
    var testDescription: String { "\(fault)" }

    enum Ending: Sendable {
      case retried
      /// Put off for so many milliseconds and at most half as many more, without counting.
      case released(Int64)
      case discarded
    }
  }

  static let troubles: [Trouble] = [
    Trouble(fault: .status(500), times: 2, ending: .retried, reason: "Secutix fails (HTTP 500)"),
    Trouble(fault: .status(503, retryAfter: "3600"), times: 2, ending: .retried, reason: "Secutix fails (HTTP 503)"),
    Trouble(fault: .status(509), times: 2, ending: .released(60_000), reason: "Secutix has had too many calls"),
    Trouble(fault: .status(429), times: 2, ending: .released(60_000), reason: "Secutix has had too many calls"),
    Trouble(
      fault: .status(429, retryAfter: "120"), ending: .released(120_000), reason: "Secutix has had too many calls"),
    Trouble(
      fault: .status(509, retryAfter: "Fri, 20 Nov 2026 18:15:03 GMT"), ending: .released(600_000),
      reason: "Secutix has had too many calls"),
    Trouble(fault: .brokenJSON, ending: .retried, reason: "Secutix's answer is no JSON"),
    Trouble(fault: .brokenGzip, ending: .retried, reason: "Secutix's answer is damaged"),
    Trouble(fault: .contentType("text/html"), ending: .retried, reason: "Secutix's answer is text/html, not JSON"),
    Trouble(fault: .halfBody, times: 2, ending: .retried, reason: "Secutix cannot be reached"),
    Trouble(fault: .reset, times: 2, ending: .retried, reason: "Secutix cannot be reached"),
    Trouble(fault: .inProgress(9), ending: .retried, reason: "Secutix is still working after being asked 2 times"),
    Trouble(
      fault: .failure(statusCode: "error", detail: "try later"), ending: .retried,
      reason: "Secutix answered error: try later"),
    Trouble(
      fault: .failure(statusCode: "invalid_parameter", detail: nil), ending: .retried,
      reason: "Secutix answered invalid_parameter"),
    Trouble(
      fault: .failure(statusCode: "notfound", detail: "no such object"), ending: .retried,
      reason: "Secutix knows no such order"),
    Trouble(fault: .status(401), times: 2, ending: .retried, reason: "Secutix refuses the sign-in (HTTP 401)"),
    Trouble(fault: .status(403), times: 2, ending: .retried, reason: "Secutix refuses the sign-in (HTTP 403)"),
    Trouble(fault: .status(404), ending: .retried, reason: "Secutix refused the request (HTTP 404)"),
    Trouble(
      fault: .redirect(to: "http://127.0.0.1:1/"), ending: .retried,
      reason: "Secutix's address redirects, which is not followed"),
    Trouble(fault: .oversized(3 << 20), ending: .discarded, reason: "Secutix's answer is larger than 2 MB"),
  ]

  private static var staging: Staging {
    var staging = Staging()
    staging.patience.bodyLimit = 2 << 20
    return staging
  }

  @Test(arguments: troubles)
  func `comes to its pass all the same`(trouble: Trouble) async throws {
    try await Self.staging.run { scene in
      await scene.sandbox.prepare(
        trouble.fault, for: "getFileDetailsFromOrderSecretId", times: trouble.times)
      let (sale, _) = try await scene.play { try $0.sell() }
      let job = try #require(try await scene.jobs().first)
      let wait = job.runAt - scene.time.now
      #expect(job.reason?.hasPrefix(trouble.reason) == true, "\(job.reason ?? "no reason")")
      switch trouble.ending {
      case .retried:
        #expect(job.state == .retryable && job.attempts == 1)
        #expect((0...2_000).contains(wait), "\(wait)")
      case .released(let milliseconds):
        #expect(job.state == .available && job.attempts == 0)
        #expect((milliseconds - 1_000...milliseconds * 3 / 2).contains(wait), "\(wait)")
      case .discarded:
        #expect(job.state == .discarded && job.attempts == 1 && job.finishedAt == scene.time.now)
        try await scene.store.replay(job.id, tenant: "a", at: scene.time.now)
      }
      #expect(try await scene.record(sale.movements[0]) == nil)

      scene.time.advance(by: .milliseconds(max(0, wait)))
      scene.pauses.advance(by: .milliseconds(max(0, wait)))
      let begun = try await scene.workOff()
      let ended = try await scene.jobs()
      #expect(begun == 1 && ended.map(\.state) == [.completed], "\(begun) \(wait) \(ended)")
      #expect(try await scene.pass(sale.movements[0]).barcode == (await scene.barcode(sale.movements[0])))
    }
  }

  @Test func `is asked again when Secutix gives no answer in time`() async throws {
    var staging = Self.staging
    staging.timeZone = "Europe/Paris"
    staging.currency = "EUR"
    staging.patience.call = .milliseconds(100)
    try await staging.run { scene in
      await scene.sandbox.prepare(.hang)
      try await scene.play { try $0.sell() }
      let job = try #require(try await scene.jobs().first)
      #expect(job.state == .retryable && job.attempts == 1)
      #expect(job.reason == "Secutix did not answer within 0.1 seconds: it is asked again later")
    }
  }

  @Test(arguments: [
    SandboxFault.inProgress(2), .unknownMembers, .delay(.milliseconds(1)), .status(429, retryAfter: "5"),
  ])
  func `that the client gets over is done at once`(fault: SandboxFault) async throws {
    try await Staging().run { scene in
      await scene.sandbox.prepare(fault, for: "getFileDetailsFromOrderSecretId")
      let (sale, _) = try await scene.play { try $0.sell() }
      #expect(try await scene.jobs().map(\.state) == [.completed])
      #expect(try await scene.record(sale.movements[0])?.pass.state == .valid)
    }
  }

  @Test(arguments: [
    (SandboxFault.status(500), 4), (.failure(statusCode: "notfound", detail: nil), 4), (.status(401), 4),
    (.brokenJSON, 4),
  ])
  func `waits longer each time and is given up in the end, until somebody replays it`(
    fault: SandboxFault, limit: Int
  ) async throws {
    var staging = Staging()
    staging.settings.backoff = Backoff(base: 1_000, cap: 3_000, limit: limit)
    try await staging.run { scene in
      await scene.sandbox.prepare(fault, for: "getFileDetailsFromOrderSecretId", times: 100)
      let (sale, _) = try await scene.play { try $0.sell() }
      for (attempt, longest) in zip(1..., [1_000, 2_000, 3_000]) {
        let job = try #require(try await scene.jobs().first)
        #expect(job.state == .retryable && job.attempts == attempt)
        #expect((0...Int64(longest)).contains(job.runAt - scene.time.now))
        scene.time.advance(by: .milliseconds(job.runAt - scene.time.now))
        #expect(try await scene.workOff() == 1)
      }
      let job = try #require(try await scene.jobs().first)
      #expect(job.state == .discarded && job.attempts == 4 && job.reason != nil)
      scene.time.advance(by: .seconds(86_400))
      #expect(try await scene.workOff() == 0)

      _ = await scene.sandbox.clearFaults()
      try await scene.store.replay(job.id, tenant: "a", at: scene.time.now)
      #expect(try await scene.workOff() == 1)
      #expect(try await scene.record(sale.movements[0])?.pass.state == .valid)
    }
  }

  @Test func `about an order nobody knows is given up after six attempts, whatever the limit`() async throws {
    try await Staging().run { scene in
      try await scene.play { try $0.sell() }
      var row = try #require(await scene.sandbox.rows.last)
      row.orderSecret = "an order of another house"
      try await scene.deliver([row])
      var count = 0
      while try await scene.workOff() > 0 {
        count += 1
        scene.time.advance(by: .seconds(3_600))
      }
      let job = try #require(try await scene.jobs().first)
      #expect(count == 6 && job.state == .discarded && job.attempts == 6)
      #expect(job.reason == "Secutix knows no such order: check that the webhook is of this institution")
    }
  }

  @Test func `is put off and not counted however long Secutix has had too many calls`() async throws {
    var staging = Staging()
    staging.settings.backoff = Backoff(limit: 2)
    try await staging.run { scene in
      await scene.sandbox.prepare(.status(509), for: "getFileDetailsFromOrderSecretId", times: 10)
      let (sale, _) = try await scene.play { try $0.sell() }
      for _ in 0..<5 {
        scene.time.advance(by: .seconds(90))
        scene.pauses.advance(by: .seconds(90))
        try await scene.workOff()
      }
      let job = try #require(try await scene.jobs().first)
      #expect(job.state == .completed && job.attempts == 1)
      #expect(try await scene.record(sale.movements[0])?.pass.state == .valid)
    }
  }

  @Test func `is given up when it ends its worker again and again`() async throws {
    var staging = Staging()
    staging.settings.backoff = Backoff(limit: 3)
    try await staging.run { scene in
      let sale = try await scene.sandbox.sell()
      try await scene.deliver(await scene.sandbox.rows)
      for _ in 0..<3 {
        // Begun, and never heard of again.
        #expect(
          try await scene.store.claim(1, worker: "dies", leasedUntil: scene.time.now + 1_000, at: scene.time.now).count
            == 1)
        scene.time.advance(by: .seconds(1))
      }
      #expect(try await scene.workOff() == 1)
      let job = try #require(try await scene.jobs().first)
      #expect(job.state == .discarded)
      #expect(
        job.reason == "begun 4 times without coming to an end: look for what ends the worker, then retry it")
      try await scene.store.replay(job.id, tenant: "a", at: scene.time.now)
      try await scene.workOff()
      #expect(try await scene.record(sale.movements[0]) != nil)
    }
  }

  @Test func `is tried again when the store does not tell what there is`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell() }
      let isBusy = Once()
      let watched = WatchedStore(
        scene.store,
        before: { (step) async throws(StoreError) in
          if step == .passes, isBusy.take() { throw .busy }
        })
      let service = try scene.anotherService(worker: "second", store: watched)
      await scene.sandbox.alter(sale.movements[0])
      scene.time.advance(by: .seconds(1))
      try await scene.deliver(await scene.sandbox.rows)
      try await scene.workOff(service)
      let job = try #require(try await scene.jobs().first)
      #expect(job.state == .retryable && job.reason == "the store is locked by another program")
      scene.time.advance(by: .seconds(2))
      try await scene.workOff(service)
      #expect(try await scene.jobs().allSatisfy { $0.state == .completed })
    }
  }

  @Test(arguments: [
    (String(repeating: "9", count: 60), "a barcode has at most 50 characters, this one has 60"),
    ("7Ω7", "the barcode's Ω cannot be carried by messageEncoding iso-8859-1"),
  ])
  func `for one bad ticket does not keep the others from their passes`(barcode: String, reason: String) async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { sandbox in
        let sale = try sandbox.sell(count: 3)
        sandbox.alter(sale.movements[1], barcode: barcode)
        return sale
      }
      for movement in [sale.movements[0], sale.movements[2]] {
        #expect(try await scene.pass(movement).record.pass.state == .valid)
      }
      #expect(try await scene.record(sale.movements[1]) == nil)
      for attempt in 1...2 {
        let job = try #require(try await scene.jobs().first)
        #expect(job.state == .retryable && job.attempts == attempt)
        scene.time.advance(by: .seconds(4))
        try await scene.workOff()
      }
      let job = try #require(try await scene.jobs().first)
      #expect(job.state == .discarded && job.reason?.contains(reason) == true, "\(job.reason ?? "")")
      #expect(job.reason?.contains(barcode) == false && !scene.logs.text.contains(barcode))

      // Put right at Secutix.
      try await scene.play { $0.alter(sale.movements[1], barcode: "041177203958116402780031") }
      #expect(try await scene.pass(sale.movements[1]).barcode == "041177203958116402780031")
      #expect(try await scene.jobs().first?.state == .completed)
    }
  }

  @Test func `of a tenant that is not configured waits for it`() async throws {
    try await Staging().run { scene in
      scene.service.replaceTenants([])
      let (sale, _) = try await scene.play { try $0.sell() }
      var job = try #require(try await scene.jobs().first)
      #expect(job.state == .available && job.attempts == 0 && job.runAt == scene.time.now + 300_000)
      #expect(job.reason == "the tenant a is not configured: it waits for it")
      #expect(await scene.sandbox.calls.isEmpty)
      scene.service.replaceTenants([scene.tenant])
      scene.time.advance(by: .seconds(300))
      try await scene.workOff()
      job = try #require(try await scene.jobs().first)
      #expect(job.state == .completed)
      #expect(try await scene.record(sale.movements[0]) != nil)
    }
  }
}

@Suite("What is written down of a job")
struct JobLogTests {
  @Test func `has its correlation id everywhere, and no secret, barcode or name anywhere`() async throws {
    try await Staging().run { scene in
      let secutix = scene.sandbox
      let names = ["Annabelle", "Moreau-Weiß", "Bết", "Ndiaye"]
      let (sale, _) = try await scene.play { sandbox in
        let sale = try sandbox.sell(
          count: 4, holders: [SandboxPerson(names[0], names[1]), SandboxPerson(names[2], names[3])],
          buyer: SandboxPerson(names[0], names[1], email: "annabelle@example.org"))
        sandbox.alter(sale.movements[1], barcode: "7ΩΩΩ7")
        return sale
      }
      let faults: [SandboxFault] = [
        .failure(statusCode: "error", detail: "order \(sale.orderSecret) is locked"), .brokenJSON, .status(509),
        .status(509), .status(403), .status(403), .halfBody, .halfBody, .contentType("text/plain"),
        .failure(statusCode: "notfound", detail: sale.orderSecret),
      ]
      for fault in faults {
        await secutix.prepare(fault, for: "getFileDetailsFromOrderSecretId")
        try await scene.play { $0.alter(sale.movements[0]) }
        scene.time.advance(by: .seconds(100))
        scene.pauses.advance(by: .seconds(100))
        try await scene.workOff()
      }
      var barcodes: [String] = ["7ΩΩΩ7"]
      for movement in sale.movements { if let barcode = await scene.barcode(movement) { barcodes.append(barcode) } }
      try await scene.play { $0.alter(sale.movements[2], state: "HELD_BACK") }
      try await scene.play { sandbox in
        sandbox.drop(sale.movements[3])
        sandbox.alter(sale.movements[0])
      }
      _ = try? await scene.service.file(
        orderSecret: sale.orderSecret, of: scene.tenant, correlationID: "request-7")
      _ = try? await scene.service.file(orderSecret: "another secret", of: scene.tenant, correlationID: "request-7")

      #expect(scene.logs.all.count > 20)
      for line in scene.logs.all {
        #expect(line.contains("correlation_id=request-7") && line.contains("tenant=a"), "\(line)")
      }
      let jobs = try await scene.jobs()
      #expect(jobs.allSatisfy { $0.correlationID == "request-7" })
      #expect(await secutix.calls.allSatisfy { $0.correlationID == "request-7" })
      let written = scene.logs.text + jobs.compactMap(\.reason).joined(separator: "\n")
      for secret in names + barcodes + [sale.orderSecret, "another secret", "annabelle@example.org"] {
        #expect(!written.contains(secret), "\(secret)")
      }
      // What recognises an order without letting anybody in.
      #expect(scene.logs.all.allSatisfy { $0.contains("order=secret:#") })
    }
  }
}
