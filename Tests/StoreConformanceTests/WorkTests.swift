import Foundation
import Issuance
import Secutix
import Testing

@Suite("A worker")
struct WorkTests {
  @Test(arguments: StoreUnderTest.all)
  func `takes what could run first, in batches`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    for (name, time): (String, Int64) in [("late", 30), ("first", 10), ("second", 10), ("future", 99)] {
      try await store.hear(row(name, update: 1), at: time)
    }
    let batch = try await store.claim(2, worker: "w", leasedUntil: 500, at: 50)
    #expect(batch.map(\.key.order) == [.secretToken("first"), .secretToken("second")])
    #expect(batch.first?.lease == Job.Lease(worker: "w", until: 500, claim: 1))
    #expect(batch.first?.state == .running && batch.first?.attempts == 1)
    #expect(try await store.claim(9, at: 50).map(\.key.order) == [.secretToken("late")])
    #expect(try await store.claim(9, at: 98).isEmpty)
    #expect(try await store.claim(0, at: 99).isEmpty)
    #expect(try await store.claim(-1, at: 99).isEmpty)
    #expect(try await store.claim(9, at: 99).count == 1)
  }

  @Test(arguments: StoreUnderTest.all)
  func `that comes back late changes nothing, even under the same name`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.hear(row("x", update: 20))
    let late = try await store.claimOne(at: 0)
    #expect(try await store.claim(at: 99).isEmpty)
    let holder = try await store.claimOne(at: 100)
    #expect(holder.id == late.id && holder.attempts == 2 && holder.lease?.claim == 2)
    let before = try await store.job(late.id, tenant: nil)

    await #expect(throws: StoreError.leaseLost) { try await store.complete(late, saving: [pass("1")], at: 101) }
    await #expect(throws: StoreError.leaseLost) { try await store.retry(late, at: 0, reason: "?", now: 101) }
    await #expect(throws: StoreError.leaseLost) { try await store.release(late, at: 0, reason: nil, now: 101) }
    await #expect(throws: StoreError.leaseLost) { try await store.discard(late, reason: "?", at: 101) }
    #expect(try await store.renew([late], leasedUntil: 9999).isEmpty)
    #expect(try await store.job(late.id, tenant: nil) == before)
    #expect(try await store.pass(serialNumber: "1", tenant: "a") == nil)

    try await store.complete(holder, saving: [pass("1")], at: 102)
    await #expect(throws: StoreError.leaseLost) { try await store.complete(holder, saving: [pass("2")], at: 103) }
    #expect(try await store.pass(serialNumber: "1", tenant: "a") != nil)
    #expect(try await store.pass(serialNumber: "2", tenant: "a") == nil)
    #expect(try await store.job(late.id, tenant: nil)?.finishedAt == 102)
  }

  @Test(arguments: StoreUnderTest.all)
  func `keeps a job that it renews`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.hear(row("x", update: 20))
    let job = try await store.claimOne(at: 0)
    #expect(try await store.nextDue() == 100)
    let renewed = try await store.renew([job], leasedUntil: 200)
    #expect(renewed.first?.lease == Job.Lease(worker: "w", until: 200, claim: 1))
    #expect(try await store.claim(at: 150).isEmpty)
    // The older handle is the same claim.
    try await store.complete(job, saving: [], at: 160)
    #expect(try await store.nextDue() == nil)
  }

  @Test(arguments: StoreUnderTest.all)
  func `puts a failed job off, and hands it on if a later one waits`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.hear(row("x", update: 20))
    let job = try await store.claimOne()
    try await store.retry(job, at: 500, reason: "time-out", now: 10)
    let waiting = try await store.job(job.id, tenant: "a")
    #expect(waiting?.state == .retryable && waiting?.runAt == 500 && waiting?.reason == "time-out")
    #expect(waiting?.lease == nil && waiting?.attempts == 1)
    #expect(try await store.claim(at: 499).isEmpty)

    let again = try await store.claimOne(at: 500)
    #expect(again.attempts == 2)
    try await store.hear(row("x", update: 30), at: 510)
    try await store.retry(again, at: 9000, reason: "time-out", now: 520)
    let ended = try #require(try await store.job(job.id, tenant: "a"))
    #expect(ended.state == .completed && ended.reason?.hasSuffix("goes on: time-out") == true)
    let later = try await store.claimOne(at: 520)
    #expect(later.id != job.id && later.newestUpdate == 30 && later.attempts == 1)
    // What was handed on was not done.
    try await store.discard(later, reason: "?", at: 530)
    #expect(try await store.hear(row("x", update: 20), at: 540) == 1)
  }

  @Test(arguments: StoreUnderTest.all)
  func `gives a job back without an attempt counted`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.hear(row("x", update: 20))
    try await store.release(try await store.claimOne(), at: 40, reason: "stopping", now: 10)
    #expect(try await store.claim(at: 39).isEmpty)
    let job = try await store.claimOne(at: 40)
    #expect(job.attempts == 1 && job.lease?.claim == 2)
  }

  @Test(arguments: StoreUnderTest.all)
  func `lets changes go before those that only have another look, for an hour`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    func look(_ order: String, at runAt: Int64) async throws {
      try await store.hear(row(order, update: 1), at: 0)
      try await store.release(try await store.claimOne(at: 0), at: runAt, isLook: true, reason: "no barcode", now: 0)
    }
    try await look("first", at: 10)
    try await look("second", at: 20)
    #expect(try await store.nextDue() == 10)
    #expect(try await store.jobSummary(tenant: nil).oldestRunAt == 10)
    #expect(try await store.jobSummary(tenant: "a").oldestRunAt == 10)
    try await store.hear(row("sold", update: 1), at: 1_000)
    func orders(_ limit: Int, at now: Int64) async throws -> [String] {
      try await store.claim(limit, worker: "w", leasedUntil: now + 1_000_000_000, at: now).map { job in
        if case .secretToken(let token) = job.key.order { token } else { "?" }
      }
    }
    #expect(try await orders(1, at: 1_000) == ["sold"])
    // What is told of a look is a change like any other.
    try await store.hear(row("second", update: 2), at: 2_000)
    try await store.hear(row("later", update: 2), at: lookPatience + 11)
    #expect(try await orders(9, at: lookPatience + 20) == ["second", "first", "later"])
  }

  @Test(arguments: StoreUnderTest.all)
  func `never has an order that another one has`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    let held = HeldOrders()
    let orders = 12
    try await withThrowingTaskGroup { group in
      for sender in 0..<4 {
        group.addTask {
          for update in 0..<60 {
            try await store.hear(
              row("order \((update * 7 + sender) % orders)", ticket: Int64(sender), update: Int64(update)))
          }
        }
      }
      for worker in 0..<4 {
        group.addTask {
          for _ in 0..<60 {
            for job in try await store.claim(3, worker: "w\(worker)") {
              await held.take(job.key)
              await Task.yield()
              await held.give(job.key)
              try await store.complete(job, saving: [], at: 1)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(await held.collisions == 0)
    #expect(await held.taken > orders)
    while case let jobs = try await store.claim(100), !jobs.isEmpty {
      for job in jobs { try await store.complete(job, saving: [], at: 2) }
    }
    #expect(try await store.jobSummary(tenant: nil).counts.filter { $0.value > 0 }.keys.elementsEqual([.completed]))
  }

  @Test(arguments: StoreUnderTest.all)
  func `that was killed loses its job when the lease ends`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    await #expect(processExitsWith: .signal(SIGKILL)) { [name = kind.name as String, path = folder.path as String] in
      let store = try await StoreUnderTest.named(name).open(path)
      try await store.hear(row("x", update: 20))
      try await store.hear(row("y", update: 20))
      let job = try await store.claimOne(worker: "killed")
      _ = try await store.complete(job, saving: [pass("1")], at: 1)
      _ = try await store.claimOne(worker: "killed")
      kill(getpid(), SIGKILL)
    }
    let store = try await kind.open(folder)
    #expect(try await store.pass(serialNumber: "1", tenant: "a") != nil)
    #expect(try await store.claim(at: 99).isEmpty)
    let job = try await store.claimOne(worker: "next", at: 100)
    #expect(job.key.order == .secretToken("y") && job.attempts == 2 && job.lease?.worker == "next")
    try await store.complete(job, saving: [], at: 101)
  }
}

private actor HeldOrders {
  private var held: Set<OrderKey> = []
  private(set) var collisions = 0
  private(set) var taken = 0

  func take(_ key: OrderKey) {
    taken += 1
    if !held.insert(key).inserted { collisions += 1 }
  }

  func give(_ key: OrderKey) { held.remove(key) }
}
