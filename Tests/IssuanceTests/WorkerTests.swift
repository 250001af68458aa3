import Foundation
import SQLiteStore
import Sandbox
import ServiceLifecycleTestKit
import Synchronization
import Testing

@testable import Issuance

@Suite("Workers")
struct WorkerTests {
  @Test func `work off what comes while they run, and sleep in between`() async throws {
    try await Staging().run { scene in
      try await Self.running(scene.service) { () async throws in
        let first = try await scene.sandbox.sell()
        try await scene.deliver(await scene.sandbox.rows)
        await scene.logs.lines(beginningWith: "info completed", atLeast: 1)
        #expect(try await scene.record(first.movements[0]) != nil)
        let second = try await scene.sandbox.sell()
        try await scene.deliver([try #require(await scene.sandbox.rows.last)])
        await scene.logs.lines(beginningWith: "info completed", atLeast: 2)
        #expect(try await scene.record(second.movements[0]) != nil)
      }
    }
  }

  @Test func `come back to a job when its time has come`() async throws {
    try await Staging().run { scene in
      await scene.sandbox.prepare(.status(509), for: "getFileDetailsFromOrderSecretId", times: 2)
      try await Self.running(scene.service) { () async throws in
        let sale = try await scene.sandbox.sell()
        try await scene.deliver(await scene.sandbox.rows)
        await scene.logs.lines(beginningWith: "notice put off", atLeast: 1)
        scene.pauses.advance(by: .seconds(90))
        let job = try #require(try await scene.jobs().first)
        #expect(job.runAt >= TestTime.start + 60_000)
        try await Self.goOnUntilBegun(scene)
        #expect(scene.time.now >= job.runAt)
        await scene.logs.lines(beginningWith: "info completed", atLeast: 1)
        #expect(try await scene.record(sale.movements[0]) != nil)
      }
    }
  }

  @Test func `that come late change nothing: another has the job by now`() async throws {
    try await Staging().run { scene in
      let gate = Gate()
      let slow = try scene.anotherService(
        worker: "slow",
        store: WatchedStore(
          scene.store,
          before: { (step) async throws(StoreError) in
            if step == .complete { await gate.pass() }
          }))
      let sale = try await scene.sandbox.sell()
      try await scene.deliver(await scene.sandbox.rows)
      async let late = scene.workOff(slow)
      await gate.arrivals(atLeast: 1)

      try await scene.sandbox.reprint(sale.movements[0])
      scene.time.advance(by: .seconds(121))
      let next = try scene.anotherService(worker: "next", store: SQLiteStore(path: scene.path))
      #expect(try await scene.workOff(next) == 1)
      let done = try #require(try await scene.record(sale.movements[0]))
      let job = try #require(try await scene.jobs().first)
      #expect(job.state == .completed && job.attempts == 2)

      gate.open()
      #expect(try await late == 1)
      #expect(scene.logs.count(beginningWith: "notice another worker has the job by now") == 1)
      #expect(try await scene.jobs() == [job])
      #expect(try await scene.record(sale.movements[0]) == done)
      #expect(try await scene.pass(sale.movements[0]).barcode == (await scene.barcode(sale.movements[0])))
    }
  }

  @Test func `leave off when they hear that they lost their job`() async throws {
    try await Staging().run { scene in
      let gate = Gate()
      let slow = try scene.anotherService(
        worker: "slow",
        store: WatchedStore(
          scene.store,
          before: { (step) async throws(StoreError) in
            if step == .renew { await gate.pass() }
          }))
      let sale = try await scene.sandbox.sell()
      try await scene.deliver(await scene.sandbox.rows)
      await scene.sandbox.prepare(.hang, for: "getFileDetailsFromOrderSecretId")
      try await Self.running(slow) { () async throws in
        await until { await scene.sandbox.calls.count == 2 }
        await scene.time.advance(by: .seconds(5)) { gate.count == 1 }
        scene.time.advance(by: .seconds(121))
        #expect(try await scene.workOff() == 1)
        #expect(try await scene.record(sale.movements[0]) != nil)
        gate.open()
        // Nothing but this ends its question.
        await scene.logs.lines(beginningWith: "notice another worker has the job by now", atLeast: 1)
      }
      #expect(try await scene.jobs().map(\.state) == [.completed])
    }
  }

  @Test func `keep a job whose work takes longer than its lease`() async throws {
    try await Staging().run { scene in
      let gate = Gate()
      let slow = try scene.anotherService(
        worker: "slow",
        store: WatchedStore(
          scene.store,
          before: { (step) async throws(StoreError) in
            if step == .complete { await gate.pass() }
          }))
      try await scene.sandbox.sell()
      try await scene.deliver(await scene.sandbox.rows)
      try await Self.running(slow) { () async throws in
        await gate.arrivals(atLeast: 1)
        for _ in 0..<12 {
          // All of them sleep: nobody is in the middle of something when time goes on.
          await scene.time.sleepers(atLeast: Self.idleSleepers)
          let end = try await scene.jobs().first?.lease?.until
          scene.time.advance(by: .seconds(40))
          try await until { try await scene.jobs().first?.lease?.until != end }
        }
        #expect(try await scene.workOff() == 0)
        gate.open()
        await scene.logs.lines(beginningWith: "info completed", atLeast: 1)
      }
      #expect(try await scene.jobs().map(\.attempts) == [1])
    }
  }

  @Test func `asked to stop finish what they have begun and give back the rest`() async throws {
    var staging = Staging()
    staging.settings.concurrency = 2
    try await staging.run { scene in
      let gate = Gate()
      let service = try scene.anotherService(
        worker: "stops",
        store: WatchedStore(
          scene.store,
          before: { (step) async throws(StoreError) in
            if step == .complete { await gate.pass() }
          }))
      for _ in 0..<4 { try await scene.sandbox.sell() }
      try await scene.deliver(await scene.sandbox.rows)
      try await testGracefulShutdown { trigger in
        async let end: Void = service.run()
        await gate.arrivals(atLeast: 2)
        // Two are begun, two are held ahead of them.
        try await until { try await scene.jobs().allSatisfy { $0.state == .running } }
        trigger.triggerGracefulShutdown()
        try await until { try await scene.jobs().filter { $0.state == .available }.count == 2 }
        gate.open()
        try await end
      }
      let jobs = try await scene.jobs()
      #expect(jobs.filter { $0.state == .completed && $0.attempts == 1 }.count == 2)
      let given = jobs.filter { $0.state == .available && $0.attempts == 0 }
      #expect(given.count == 2 && given.allSatisfy { $0.reason == "the service was stopped" })
      #expect(try await scene.workOff() == 2)
    }
  }

  @Test func `asked to stop while they claim begin nothing of it`() async throws {
    try await Staging().run { scene in
      let gate = Gate()
      let service = try scene.anotherService(
        worker: "stops",
        store: WatchedStore(
          scene.store,
          before: { (step) async throws(StoreError) in
            if step == .claim { await gate.pass() }
          }))
      try await scene.sandbox.sell()
      try await scene.deliver(await scene.sandbox.rows)
      try await testGracefulShutdown { trigger in
        async let end: Void = service.run()
        await gate.arrivals(atLeast: 1)
        trigger.triggerGracefulShutdown()
        gate.open()
        try await end
      }
      #expect(await scene.sandbox.calls.isEmpty)
      let job = try #require(try await scene.jobs().first)
      #expect(job.state == .available && job.attempts == 0 && job.lease == nil)
    }
  }

  @Test(arguments: [true, false])
  func `give everything back when the grace is over, or when they are cancelled`(gracefully: Bool) async throws {
    try await Staging().run { scene in
      await scene.sandbox.prepare(.hang, for: "getFileDetailsFromOrderSecretId", times: 3)
      for _ in 0..<3 { try await scene.sandbox.sell() }
      try await scene.deliver(await scene.sandbox.rows)
      let (service, end) = (scene.service, Gate())
      end.open()
      try await testGracefulShutdown { trigger in
        let run = Task {
          try await service.run()
          await end.pass()
        }
        await until { await scene.sandbox.calls.filter { $0.method.hasPrefix("getFile") }.count == 3 }
        let start = scene.time.now
        if gracefully {
          trigger.triggerGracefulShutdown()
          await scene.time.advance(by: .seconds(1)) { end.count == 1 }
          #expect(scene.time.now - start >= 20_000)
        } else {
          run.cancel()
        }
        try await run.value
        if !gracefully { #expect(scene.time.now == start) }
      }
      let jobs = try await scene.jobs()
      #expect(jobs.count == 3 && jobs.allSatisfy { $0.state == .available && $0.attempts == 0 && $0.lease == nil })
      #expect(jobs.allSatisfy { $0.reason == "the service was stopped" && $0.runAt <= scene.time.now })
    }
  }

  @Test func `of two services on one store never have one order at once`() async throws {
    try await Staging().run { scene in
      let held = Mutex<[OrderKey: Int]>([:])
      let twice = Mutex(0)
      let ended = Mutex(0)
      func service(_ name: String) throws -> IssuingService {
        try scene.anotherService(
          worker: name,
          store: WatchedStore(
            try SQLiteStore(path: scene.path),
            onClaim: { jobs in
              let more = held.withLock { held in
                for job in jobs { held[job.key, default: 0] += 1 }
                return jobs.count { held[$0.key, default: 0] > 1 }
              }
              twice.withLock { $0 += more }
            },
            onEnd: { job in
              held.withLock { $0[job.key, default: 0] -= 1 }
              ended.withLock { $0 += 1 }
            }))
      }
      let (one, two) = (try service("one"), try service("two"))
      var sales: [SandboxSale] = []
      for _ in 0..<12 { sales.append(try await scene.sandbox.sell()) }
      try await Self.running(one) { () async throws in
        try await Self.running(two) { () async throws in
          for round in 0..<4 {
            scene.time.advance(by: .seconds(1))
            for sale in sales where round > 0 { try await scene.sandbox.reprint(sale.movements[0]) }
            try await scene.deliver(await scene.sandbox.rows)
            two.wake()
          }
          try await until { try await scene.jobs().allSatisfy { $0.state == .completed } }
        }
      }
      #expect(twice.withLock { $0 } == 0 && ended.withLock { $0 } >= 12)
      for sale in sales {
        #expect(try await scene.pass(sale.movements[0]).barcode == (await scene.barcode(sale.movements[0])))
      }
    }
  }

  @Test func `say once that the store is in trouble, and go on when it is not`() async throws {
    try await Staging().run { scene in
      let files = ["", "-wal", "-shm"].map { scene.path + $0 }
      func move(_ from: String, _ to: String) throws {
        for file in files where FileManager.default.fileExists(atPath: file + from) {
          try FileManager.default.moveItem(atPath: file + from, toPath: file + to)
        }
      }
      let sale = try await scene.sandbox.sell()
      try await scene.deliver(await scene.sandbox.rows)
      try move("", ".away")
      try await Self.running(scene.service) { () async throws in
        for _ in 0..<10 {
          await scene.time.sleepers(atLeast: Self.idleSleepers)
          scene.time.advance(by: .seconds(2))
        }
        await scene.time.sleepers(atLeast: Self.idleSleepers)
        #expect(scene.logs.count(beginningWith: "error the store cannot be reached") == 1)
        try move(".away", "")
        try await Self.goOnUntilBegun(scene)
        await scene.logs.lines(beginningWith: "info completed", atLeast: 1)
      }
      #expect(scene.logs.count(beginningWith: "notice the store works again") == 1)
      #expect(try await scene.record(sale.movements[0]) != nil)
    }
  }

  @Test func `forget jobs that were completed long ago`() async throws {
    try await Staging().run { scene in
      try await scene.play { try $0.sell() }
      #expect(try await scene.jobs().count == 1)
      try await Self.running(scene.service) { () async throws in
        await scene.time.sleepers(atLeast: Self.idleSleepers)
        scene.time.advance(by: .seconds(31 * 24 * 3600))
        await scene.logs.lines(beginningWith: "info forgot completed jobs", atLeast: 1)
        #expect(try await scene.jobs().isEmpty)
      }
    }
  }

  // MARK: Helpers

  /// Who sleeps while nothing is to do: who claims, who renews leases, who forgets, who notes downloads, and three who push.
  private static let idleSleepers = 7

  /// Lets time pass until the only job waits no longer, and no more: a question that is on its way must not grow old.
  private static func goOnUntilBegun(_ scene: Staging.Scene) async throws {
    while try await scene.jobs().first?.state.isWaiting == true {
      scene.time.advance(by: .seconds(1))
      await Task.yield()
    }
  }

  /// Lets a service work for as long as `body` runs.
  static func running(_ service: IssuingService, _ body: () async throws -> Void) async throws {
    let run = Task { try await service.run() }
    do {
      try await body()
    } catch {
      run.cancel()
      try await run.value
      throw error
    }
    run.cancel()
    try await run.value
  }
}
