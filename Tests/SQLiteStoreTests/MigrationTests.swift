import GRDB
import Issuance
import Passes
import Testing

@testable import SQLiteStore

@Suite("A store of an older version")
struct MigrationTests {
  /// What version 1 left behind, as its own `.dump` wrote it.
  @Test func `1 is opened, read and written`() async throws {
    let folder = try Folder()
    let old = try DatabaseQueue(path: folder.file)
    try await old.writeWithoutTransaction { try $0.execute(sql: Version1.dump) }
    try old.close()

    let store = try SQLiteStore(path: folder.file)
    #expect(try await store.durability() == .full)
    let jobs = try await store.jobs(JobFilter())
    #expect(jobs.map(\.state) == [.available, .discarded, .retryable, .running, .completed])
    #expect(jobs.map(\.id) == [5, 4, 3, 2, 1])
    #expect(jobs[3].lease == Job.Lease(worker: "w", until: 5000, claim: 1))
    #expect(jobs[1].reason == "no such order")
    #expect(try await store.changes(of: jobs[4].key).map(\.times) == [2])
    let record = try #require(try await store.pass(serialNumber: "serial", tenant: "a"))
    #expect(record.pass.rendered.first?.path == "pass.json")
    #expect(record.updateTag == 1)

    #expect(try await store.claim(9, worker: "v", leasedUntil: 9000, at: 6000).map(\.id) == [2, 5, 3])
    let saved = try await store.save([pass("new")], tenant: "a", at: 6000)
    #expect(saved.map(\.updateTag) == [2])
    try await store.hear("new")
    #expect(try await store.orders().count == 6)
    try await store.backup(to: "\(folder.path)/backup.sqlite")
  }

  @Test func `has steps that are numbered and never change their names`() {
    #expect(
      Migrations.migrator.migrations == [
        "1 jobs and passes", "2 shared files", "3 whose request changed a pass", "4 devices, pushes, history",
        "5 forms, outgoing webhooks", "6 what is to come", "7 devices again",
      ])
  }
}
