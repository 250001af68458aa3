import Issuance
import Secutix
import Testing
import ZonedTime

@Suite("Disorder")
struct DisorderTests {
  /// A tenant's rows about an order.
  private struct Sent: Hashable {
    let tenant: String
    let row: OrderChange
  }

  /// What must not depend on the order in which rows come.
  private struct Outcome: Hashable {
    var newest: [OrderKey: Int64] = [:]
    var fetched: Set<OrderKey> = []
  }

  @Test(arguments: StoreUnderTest.all, 0..<12)
  func `of rows ends in the same orders fetched for the same updates`(kind: StoreUnderTest, seed: Int) async throws {
    var random = SeededRandom(seed: seed)
    // Two tenants know orders by the same names.
    let sent = (0..<60).map { _ in
      Sent(
        tenant: Bool.random(using: &random) ? "a" : "b",
        row: row(
          "order \(Int.random(in: 0..<8, using: &random))", ticket: Int64.random(in: 0..<3, using: &random),
          update: Int64.random(in: 0..<12, using: &random) * 1000))
    }
    var expected = Outcome()
    for one in sent {
      let key = OrderKey(tenant: one.tenant, order: one.row.order)
      let update = try #require(one.row.lastUpdate).epochMilliseconds
      expected.newest[key] = max(update, expected.newest[key] ?? .min)
      expected.fetched.insert(key)
    }
    for _ in 0..<2 {
      let arrivals = (sent + sent.filter { _ in Bool.random(using: &random) }).shuffled(using: &random)
      #expect(try await outcome(arrivals, kind, &random) == expected)
    }
  }

  /// Delivers rows in arrays and alone while a worker fetches, fails, dies and gives back.
  private func outcome(
    _ arrivals: [Sent], _ kind: StoreUnderTest, _ random: inout SeededRandom
  ) async throws -> Outcome {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    var outcome = Outcome()
    var now: Int64 = 0
    var running: [Job] = []
    var rest = arrivals[...]
    while true {
      now += Int64.random(in: 1...50, using: &random)
      let isOver = rest.isEmpty
      if let next = rest.first {
        // One body holds rows of one tenant.
        let body = rest.prefix(Int.random(in: 1...4, using: &random)).prefix { $0.tenant == next.tenant }
        rest = rest.dropFirst(body.count)
        try await store.accept(body.map(\.row), tenant: next.tenant, correlationID: "r", at: now)
      }
      running += try await store.claim(Int.random(in: 0...3, using: &random) + (isOver ? 50 : 0), at: now)
      let keys = running.filter { $0.lease.map { $0.until > now } ?? false }.map(\.key)
      #expect(Set(keys).count == keys.count, "two jobs of one order run")
      for job in running where isOver || Bool.random(using: &random) {
        running.removeAll { $0 == job }
        let fate = isOver ? Fate.complete : Fate.allCases.randomElement(using: &random) ?? .complete
        guard try await end(job, by: fate, in: store, at: now) else { continue }
        outcome.fetched.insert(job.key)
        if let update = job.newestUpdate { outcome.newest[job.key] = max(update, outcome.newest[job.key] ?? .min) }
      }
      if isOver, try await store.nextDue() == nil { return outcome }
    }
  }

  private enum Fate: CaseIterable { case complete, completeToo, retry, release, die }

  /// - Returns: whether the job's order was fetched.
  private func end(_ job: Job, by fate: Fate, in store: any Store, at now: Int64) async throws -> Bool {
    do {
      switch fate {
      case .retry: try await store.retry(job, at: now + 30, reason: "time-out", now: now)
      case .release: try await store.release(job, at: now, reason: nil, now: now)
      case .complete, .completeToo: try await store.complete(job, saving: [], at: now)
      case .die: return false
      }
      return fate == .complete || fate == .completeToo
    } catch {
      let until = try #require(job.lease?.until)
      #expect(error == .leaseLost && until <= now, "\(error)")
      return false
    }
  }

  @Test(arguments: StoreUnderTest.all, 0..<6)
  func `of tenants never mixes them`(kind: StoreUnderTest, seed: Int) async throws {
    var random = SeededRandom(seed: seed)
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    let tenants = ["a", "b", "A", "a'", ""]
    var expected: [String: [String: IssuedPass]] = [:]
    var jobs: [Int64: String] = [:]
    for step in 0..<120 {
      let tenant = try #require(tenants.randomElement(using: &random))
      let serial = "serial \(Int.random(in: 0..<5, using: &random))"
      let order = "order \(Int.random(in: 0..<3, using: &random))"
      switch Int.random(in: 0..<3, using: &random) {
      case 0:
        let new = pass(serial, content: UInt8(step), asOf: Int64(step))
        try await store.save([new], tenant: tenant, at: Int64(step))
        expected[tenant, default: [:]][serial] = new
      case 1:
        try await store.accept([row(order, update: Int64(step))], tenant: tenant, correlationID: tenant, at: 0)
      default:
        for job in try await store.claim(2, at: 0) {
          let new = pass(serial, content: UInt8(step), asOf: Int64(step))
          try await store.complete(job, saving: [new], at: 0)
          expected[job.key.tenant, default: [:]][serial] = new
          #expect(job.correlationID == job.key.tenant)
        }
      }
    }
    for job in try await store.jobs(JobFilter(limit: 1000)) { jobs[job.id] = job.key.tenant }
    for tenant in tenants {
      let page = try await store.passes(PassFilter(), tenant: tenant, offset: 0, limit: 100)
      let found = Dictionary(uniqueKeysWithValues: page.records.map { ($0.pass.serialNumber, $0.pass) })
      #expect(found == expected[tenant] ?? [:])
      #expect(page.records.allSatisfy { $0.tenant == tenant })
      for property in [PassProperty.order("4711"), .orderSecret("secret"), .file("815")] {
        #expect(Set(try await store.passes(property, tenant: tenant).map(\.pass)) == Set(found.values))
      }
      let own = try await store.jobs(JobFilter(tenant: tenant, limit: 1000))
      #expect(Set(own.map(\.id)) == Set(jobs.filter { $0.value == tenant }.keys))
      #expect(try await store.jobSummary(tenant: tenant).counts.values.reduce(0, +) == own.count)
      for (id, owner) in jobs { #expect((try await store.job(id, tenant: tenant) != nil) == (owner == tenant)) }
    }
  }
}
