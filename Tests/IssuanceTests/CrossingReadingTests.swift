import Issuance
import SQLiteStore
import Sandbox
import Testing

@Suite("Two readings of a file that cross")
struct CrossingReadingTests {
  /// A reading that began before a refund and is saved after it was looked up.
  @Test func `never lets an earlier reading bring to life what it found undone`() async throws {
    try await Staging().run { scene in
      let (reads, saves) = (Gate(), Gate())
      let early = try scene.anotherService(
        worker: "early",
        store: WatchedStore(
          scene.store,
          before: { (step) async throws(StoreError) in
            if step == .complete { await reads.pass() }
          }))
      let sale = try await scene.sandbox.sell(count: 2)
      try await scene.deliver(await scene.sandbox.rows)
      async let job = scene.workOff(early)
      await reads.arrivals(atLeast: 1)

      // Refunded now, and looked up by another process, which finds a ticket that has no pass and needs none.
      try await scene.sandbox.refund([sale.movements[0]])
      scene.time.advance(by: .seconds(1))
      let later = try scene.anotherService(
        worker: "later",
        store: WatchedStore(
          try SQLiteStore(path: scene.path),
          before: { (step) async throws(StoreError) in
            if step == .save { await saves.pass() }
          }))
      async let file = later.file(sale.file, of: scene.tenant, correlationID: "c")
      await saves.arrivals(atLeast: 1)
      reads.open()
      _ = try await job
      saves.open()
      _ = try await file
      #expect(try await scene.passesOfFile(sale.file).map(\.pass.state.rawValue).sorted() == ["valid", "voided"])
      #expect(try await scene.pass(sale.movements[0]).isVoided)
    }
  }
}
