import Issuance
import Secutix
import Testing

@Suite("A received change")
struct ChangeTests {
  @Test(arguments: StoreUnderTest.all)
  func `is one job however many rows tell of it`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    let rows = (1...50).map { row("x", ticket: $0, update: 1000 + $0) }
    #expect(try await store.accept(rows.shuffled(), tenant: "a", correlationID: "request", at: 5) == 1)
    try await store.hear(row("x", update: 900))
    let jobs = try await store.jobs(JobFilter())
    let job = try #require(jobs.first)
    #expect(jobs.count == 1)
    #expect(job.key == OrderKey(tenant: "a", order: .secretToken("x")))
    #expect(job.newestUpdate == 1050)
    #expect(job.state == .available && job.runAt == 5 && job.createdAt == 5 && job.attempts == 0 && job.lease == nil)
    #expect(job.correlationID == "request")
  }

  @Test(arguments: StoreUnderTest.all)
  func `is written down, and counted when it comes again`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.hear(row("x", ticket: 1, update: 20), at: 1)
    try await store.hear(row("x", ticket: 1, update: 20), at: 2)
    try await store.hear(row("x", ticket: nil, state: "CANCELLED", update: 10), at: 3)
    try await store.hear(row("x", update: nil), at: 4)
    let changes = try await store.changes(of: OrderKey(tenant: "a", order: .secretToken("x")))
    #expect(changes.map(\.lastUpdate) == [nil, 10, 20])
    #expect(changes.map(\.times) == [1, 1, 2])
    #expect(changes.last?.firstReceivedAt == 1 && changes.last?.lastReceivedAt == 2)
    #expect(changes[1].state == "CANCELLED" && changes[1].ticketID == nil)
    #expect(try await store.changes(of: OrderKey(tenant: "b", order: .secretToken("x"))).isEmpty)
    #expect(try await store.changes(of: OrderKey(tenant: "a", order: .id(1))).isEmpty)
  }

  @Test(arguments: StoreUnderTest.all)
  func `that is known to be done makes no job, and one that is not does`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.hear(row("x", ticket: 1, update: 20))
    try await store.complete(try await store.claimOne(), saving: [], at: 1)
    #expect(try await store.hear(row("x", ticket: 1, update: 20)) == 0, "the very same row")
    #expect(try await store.hear(row("x", ticket: 2, update: 19)) == 0, "an older row")
    #expect(try await store.claim().isEmpty)

    // Two tickets of one second, with the fetch between them.
    #expect(try await store.hear(row("x", ticket: 2, update: 20)) == 1)
    #expect(try await store.hear(row("x", ticket: 2, update: 20)) == 0)
    let second = try await store.claimOne()
    #expect(second.newestUpdate == 20)
    try await store.complete(second, saving: [], at: 2)

    #expect(try await store.hear(row("x", ticket: 1, update: 21)) == 1)
    let third = try await store.claimOne()
    #expect(third.newestUpdate == 21)
    try await store.complete(third, saving: [], at: 3)

    // Without a time nobody knows.
    #expect(try await store.hear(row("x", update: nil)) == 1)
    #expect(try await store.hear(row("x", update: nil)) == 1)
    #expect(try await store.claim().map(\.newestUpdate) == [21])
  }

  @Test(arguments: StoreUnderTest.all)
  func `while the order is fetched leaves one job waiting behind, not beside`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.hear(row("x", update: 20))
    let running = try await store.claimOne()
    #expect(try await store.hear(row("x", update: 20)) == 0)
    #expect(try await store.hear(row("x", update: 15)) == 0)
    for update: Int64 in [22, 21, 25, 23] { try await store.hear(row("x", update: update), at: 1) }
    #expect(try await store.claim(at: 50).isEmpty)
    let jobs = try await store.jobs(JobFilter())
    #expect(jobs.map(\.state) == [.available, .running])
    #expect(jobs.map(\.newestUpdate) == [25, 20])
    try await store.complete(running, saving: [], at: 60)
    let next = try await store.claimOne(at: 60)
    #expect(next.id == jobs.first?.id)
    try await store.complete(next, saving: [], at: 70)
    #expect(try await store.claim(at: 80).isEmpty)
  }

  @Test(arguments: StoreUnderTest.all)
  func `revives an order whose job was given up`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.hear(row("x", update: 20))
    try await store.discard(try await store.claimOne(), reason: "no such order", at: 1)
    #expect(try await store.claim().isEmpty)
    #expect(try await store.hear(row("x", update: 5)) == 1)
    #expect(try await store.claimOne().newestUpdate == 20)
  }

  @Test(arguments: StoreUnderTest.all)
  func `that is news does not wait for the next attempt`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.hear(row("x", update: 20))
    try await store.retry(try await store.claimOne(), at: 9000, reason: "no barcode yet", now: 1)
    try await store.hear(row("x", update: 20), at: 2)
    try await store.hear(row("x", update: 19), at: 2)
    #expect(try await store.claim(at: 3).isEmpty)
    #expect(try await store.nextDue() == 9000)
    #expect(try await store.hear(row("x", update: 21), at: 4) == 1)
    let job = try await store.claimOne(at: 4)
    #expect(job.attempts == 1 && job.newestUpdate == 21 && job.runAt == 4)
  }

  @Test(arguments: StoreUnderTest.all)
  func `of an order known by its number is a job of its own`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    let orders: [OrderChange.Order] = [.id(42), .secretToken("42"), .secretToken("id:42"), .id(.min)]
    for order in orders { try await store.hear(OrderChange(order: order, state: "")) }
    #expect(Set(try await store.claim().map(\.key.order)) == Set(orders))
  }

  @Test(arguments: StoreUnderTest.all)
  func `with a zero in its token is an order of its own`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    for token in ["x", "x\0y", "x\0z"] { try await store.hear(row(token, update: 1)) }
    #expect(try await store.claim().map(\.key.order) == ["x", "x\u{FFFD}y", "x\u{FFFD}z"].map { .secretToken($0) })
  }

  @Test(arguments: StoreUnderTest.all)
  func `can be asked for by hand, once`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    let key = OrderKey(tenant: "a", order: .secretToken("x"))
    try await store.hear(row("x", update: 20))
    try await store.complete(try await store.claimOne(), saving: [], at: 1)
    let job = try await store.request(key, correlationID: "by hand", at: 2)
    #expect(job.state == .available && job.newestUpdate == 20 && job.correlationID == "by hand")
    #expect(try await store.request(key, correlationID: "again", at: 3) == job)
    #expect(try await store.claim(at: 3).map(\.id) == [job.id])
    #expect(try await store.request(key, correlationID: "behind", at: 4).id != job.id)
  }

  @Test(arguments: StoreUnderTest.all)
  func `is taken from many at once without losing one`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await withThrowingTaskGroup { group in
      for number in 0..<400 {
        group.addTask {
          try await store.hear(row("order \(number % 20)", ticket: Int64(number), update: Int64(number)))
        }
      }
      try await group.waitForAll()
    }
    let jobs = try await store.claim(100)
    #expect(jobs.count == 20)
    #expect(Set(jobs.compactMap(\.newestUpdate)) == Set(380..<400))
    for job in jobs { #expect(try await store.changes(of: job.key).count == 20) }
  }

  @Test(arguments: StoreUnderTest.all)
  func `is there when the store is opened again`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    try await kind.open(folder).hear(row("x", update: 20))
    #expect(try await kind.open(folder).claimOne().newestUpdate == 20)
  }

  @Test(arguments: StoreUnderTest.all)
  func `that lies in the future makes no later one look old`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    let now: Int64 = 1_795_197_902_000
    try await store.hear(row("x", update: 253_370_764_800_000), at: now)
    let job = try await store.claimOne(at: now)
    try await store.complete(job, saving: [], at: now)
    // The refund of the day after.
    #expect(try await store.hear(row("x", state: "CANCELLED", update: now + 86_400_000), at: now + 86_400_000) == 1)
  }
}
