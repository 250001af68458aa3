import Issuance
import SQLiteStore
import Testing

@Suite("Workers on one SQLite file")
struct WorkersTests {
  @Test func `who went without a word loses its jobs at once, who lives keeps them`() async throws {
    let folder = try Folder()
    let watching = try SQLiteStore(path: folder.file)
    let watcher = try watching.addWorker("watcher")
    for order in ["1", "2", "3"] { try await watching.hear(order) }
    let gone = try SQLiteStore(path: folder.file)
    let name = try gone.addWorker("gone")
    #expect(name != watcher)
    let lost = try #require(try await gone.claim(1, worker: name, leasedUntil: 1_000_000, at: 0).first)
    let kept = try #require(try await watching.claim(1, worker: watcher, leasedUntil: 1_000_000, at: 0).first)
    // Of a worker from another kernel, or of an older version, nothing is known.
    let other = try #require(try await watching.claim(1, worker: "elsewhere", leasedUntil: 1_000_000, at: 0).first)

    #expect(try await watching.freeJobsOfDeadWorkers(at: 10) == 0)
    #expect(try await watching.claim(3, worker: watcher, leasedUntil: 1_000_000, at: 10).isEmpty)
    try gone.close()
    #expect(try await watching.freeJobsOfDeadWorkers(at: 20) == 1)
    let again = try await watching.claim(3, worker: watcher, leasedUntil: 1_000_000, at: 20)
    #expect(again.map(\.id) == [lost.id])
    #expect(Set([lost.id, kept.id, other.id]).count == 3)
  }
}
