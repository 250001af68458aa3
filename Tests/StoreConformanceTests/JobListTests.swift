import Issuance
import Secutix
import Testing

@Suite("The list of jobs")
struct JobListTests {
  /// Of tenant “a” one job in each state, each of another order, named after the state; of “b” one that is available.
  private func fill(_ store: any Store) async throws -> [JobState: Job] {
    for (index, state) in [JobState.completed, .retryable, .discarded, .running].enumerated() {
      try await store.hear(row(state.rawValue, update: 1), at: Int64(index))
      let job = try await store.claimOne(at: 10)
      switch state {
      case .completed: try await store.complete(job, saving: [], at: 11)
      case .retryable: try await store.retry(job, at: 5000, reason: "time-out", now: 12)
      case .discarded: try await store.discard(job, reason: "no such order", at: 13)
      default: break
      }
    }
    try await store.hear(row("available", update: 1), at: 70)
    try await store.accept([row("available", update: 1)], tenant: "b", correlationID: "r", at: 60)
    let jobs = try await store.jobs(JobFilter(tenant: "a"))
    return Dictionary(uniqueKeysWithValues: jobs.map { ($0.state, $0) })
  }

  @Test(arguments: StoreUnderTest.all)
  func `shows what is asked for, newest first`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    let jobs = try await fill(store)
    #expect(Set(jobs.keys) == Set(JobState.allCases))
    for (state, job) in jobs { #expect(job.key.order == .secretToken(state.rawValue)) }
    let all = try await store.jobs(JobFilter())
    #expect(all.count == 6)
    #expect(all.map(\.id) == all.map(\.id).sorted(by: >))
    #expect(try await store.jobs(JobFilter(limit: 2)) == Array(all.prefix(2)))
    #expect(try await store.jobs(JobFilter(before: all[1].id, limit: 2)) == Array(all[2..<4]))
    #expect(try await store.jobs(JobFilter(states: [.discarded])) == [jobs[.discarded]])
    #expect(try await store.jobs(JobFilter(states: [.available, .running])).count == 3)
    #expect(try await store.jobs(JobFilter(order: .secretToken("available"))).count == 2)
    #expect(try await store.jobs(JobFilter(tenant: "b", states: [.discarded])).isEmpty)
    let discarded = try #require(jobs[.discarded])
    #expect(discarded.reason == "no such order" && discarded.finishedAt == 13)
    #expect(try await store.job(discarded.id, tenant: nil) == discarded)
    #expect(try await store.job(discarded.id, tenant: "b") == nil)
    #expect(try await store.job(.max, tenant: nil) == nil)
  }

  @Test(arguments: StoreUnderTest.all)
  func `says how much there is to do`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    #expect(try await store.jobSummary(tenant: nil) == JobSummary(counts: [:], oldestRunAt: nil))
    _ = try await fill(store)
    let one = Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0, 1) })
    #expect(try await store.jobSummary(tenant: "a") == JobSummary(counts: one, oldestRunAt: 70))
    let all = try await store.jobSummary(tenant: nil)
    #expect(all.counts[.available] == 2 && all.oldestRunAt == 60)
    #expect(try await store.jobSummary(tenant: "c").counts == JobSummary(counts: [:], oldestRunAt: nil).counts)
  }

  @Test(arguments: StoreUnderTest.all)
  func `lets a job be replayed, unless its order waits already`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    let jobs = try await fill(store)
    for state in [JobState.discarded, .retryable, .completed] {
      let old = try #require(jobs[state])
      let job = try await store.replay(old.id, tenant: "a", at: 80)
      #expect(job.id == old.id && job.state == .available && job.attempts == 0)
      #expect(job.runAt == 80 && job.finishedAt == nil)
    }
    let running = try #require(jobs[.running])
    #expect(try await store.replay(running.id, tenant: "a", at: 80) == running)

    let done = try await store.claim(2, at: 80)
    let first = try #require(done.last)
    try await store.discard(first, reason: "again", at: 81)
    let waiting = try await store.request(first.key, correlationID: "r", at: 83)
    #expect(try await store.replay(first.id, tenant: "a", at: 84) == waiting)
    #expect(try await store.job(first.id, tenant: "a")?.state == .discarded)

    await #expect(throws: StoreError.unknownJob) { try await store.replay(running.id, tenant: "b", at: 80) }
    await #expect(throws: StoreError.unknownJob) { try await store.replay(.max, tenant: nil, at: 80) }
  }

  @Test(arguments: StoreUnderTest.all)
  func `lets a waiting job be given up`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    let jobs = try await fill(store)
    for (state, job) in jobs {
      if state == .running {
        await #expect(throws: StoreError.jobIsRunning) {
          try await store.discard(job.id, tenant: "a", reason: "by hand", at: 90)
        }
        continue
      }
      try await store.discard(job.id, tenant: "a", reason: "by hand", at: 90)
      let after = try await store.job(job.id, tenant: "a")
      #expect(after?.state == (state == .completed ? .completed : .discarded))
      if state.isFinished {
        #expect(after == job)
      } else {
        #expect(after?.reason == "by hand" && after?.finishedAt == 90)
      }
      await #expect(throws: StoreError.unknownJob) {
        try await store.discard(job.id, tenant: "b", reason: "by hand", at: 90)
      }
    }
    #expect(try await store.claim(at: 99).map(\.key.tenant) == ["b"])
  }

  @Test(arguments: StoreUnderTest.all)
  func `forgets what is done, not what is known of orders`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    let jobs = try await fill(store)
    #expect(try await store.forget(finishedBefore: 11) == 0)
    #expect(try await store.forget(finishedBefore: 50) == 1)
    #expect(try await store.jobs(JobFilter()).count == 5)
    let completed = try #require(jobs[.completed])
    #expect(try await store.job(completed.id, tenant: "a") == nil)
    #expect(try await store.changes(of: completed.key).isEmpty)
    #expect(try await store.changes(of: try #require(jobs[.available]).key).count == 1)
    // An older row is still older.
    #expect(try await store.hear(row("completed", update: 0), at: 60) == 0)

    // Nor is what is still to come of a file forgotten.
    for (number, waiting, refused) in [("1", 0, 0), ("2", 2, 0), ("3", 0, 1)] {
      var file = IssuedFile(number: number, asOf: 5)
      (file.waiting, file.refused) = (waiting, refused)
      try await store.save(file, tenant: "a", at: 5)
    }
    #expect(try await store.file("1", tenant: "a") == FileRecord(asOf: 5, waiting: 0, refused: 0))
    try await store.forget(finishedBefore: 50)
    #expect(try await store.file("1", tenant: "a") == nil)
    #expect(try await store.file("2", tenant: "a") == FileRecord(asOf: 5, waiting: 2, refused: 0))
    #expect(try await store.file("3", tenant: "a")?.refused == 1)
    #expect(try await store.file("2", tenant: "b") == nil)
    try await store.save(IssuedFile(number: "2", asOf: 6), tenant: "a", at: 6)
    #expect(try await store.file("2", tenant: "a")?.waiting == 0)

    for number in 0..<1500 { try await store.hear(row("many", update: Int64(number)), at: 100) }
    try await store.forget(finishedBefore: 101)
    #expect(try await store.changes(of: OrderKey(tenant: "a", order: .secretToken("many"))).isEmpty)
  }
}
