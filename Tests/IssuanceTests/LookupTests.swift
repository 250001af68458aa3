import SQLiteStore
import Sandbox
import SecutixClient
import Testing

@testable import Issuance

@Suite("Looking a file up")
struct LookupTests {
  @Test func `issues what is not issued yet`() async throws {
    try await Staging().run { scene in
      let sale = try await scene.sandbox.sell(count: 2)
      let file = try await scene.file(sale.file)
      #expect(file.fileID == "\(sale.file)" && file.state == "SOLDED" && file.waiting == 0)
      #expect(file.passes.map(\.pass.movement) == sale.movements.map { "\($0)" })
      // What the webhook brings afterwards is the same.
      try await scene.deliver(await scene.sandbox.rows)
      try await scene.workOff()
      #expect(try await scene.passesOfFile(sale.file).map(\.updateTag) == file.passes.map(\.updateTag))
    }
  }

  @Test func `changes what changed and counts what waits`() async throws {
    try await Staging().run { scene in
      let sale = try await scene.sandbox.sell(count: 2, isPrinted: false)
      var file = try await scene.file(sale.file)
      #expect(file.passes.isEmpty && file.waiting == 2)
      try await scene.sandbox.print(sale.movements[0])
      file = try await scene.file(sale.file)
      #expect(file.passes.count == 1 && file.waiting == 1)
      try await scene.sandbox.refund(sale.movements)
      file = try await scene.file(sale.file)
      #expect(file.passes.map(\.pass.state) == [.voided] && file.waiting == 0 && file.state == "CANCELED")
    }
  }

  @Test func `counts what nobody can make a pass of`() async throws {
    try await Staging().run { scene in
      let sale = try await scene.sandbox.sell(count: 3)
      await scene.sandbox.alter(sale.movements[0], barcode: String(repeating: "9", count: 60))
      await scene.sandbox.alter(sale.movements[1], state: "MISLAID")
      let file = try await scene.file(sale.file)
      #expect(file.passes.map(\.pass.movement) == ["\(sale.movements[2])"] && file.refused == 2 && file.waiting == 0)
      #expect(try await scene.page(sale.file).refused == 2)
      // Those that have their pass are no longer counted, whatever becomes of them.
      await scene.sandbox.alter(sale.movements[0], barcode: "041177203958116402780031")
      await scene.sandbox.alter(sale.movements[2], state: "MISLAID")
      scene.time.advance(by: .seconds(1))
      #expect(try await scene.file(sale.file).refused == 1)
    }
  }

  @Test func `by its page asks while tickets wait for their barcode, and no longer`() async throws {
    try await Staging().run { scene in
      let sale = try await scene.sandbox.sell(count: 2, isPrinted: false)
      _ = try await scene.file(sale.file)
      let questions = { await scene.sandbox.calls.count { $0.method == "getFileDetails" } }
      #expect(try await scene.page(sale.file).waiting == 2)
      #expect(await questions() == 1)
      for movement in sale.movements { try await scene.sandbox.print(movement) }
      scene.time.advance(by: .seconds(30))
      let page = try await scene.page(sale.file)
      #expect(page.passes.count == 2 && page.waiting == 0)
      #expect(await questions() == 4)
      scene.time.advance(by: .seconds(3_600))
      #expect(try await scene.page(sale.file).passes.count == 2)
      #expect(await questions() == 4)
    }
  }

  @Test func `by its page shows what is known when Secutix does not answer`() async throws {
    try await Staging().run { scene in
      let sale = try await scene.sandbox.sell(count: 2, isPrinted: false)
      try await scene.sandbox.print(sale.movements[0])
      _ = try await scene.file(sale.file)
      scene.time.advance(by: .seconds(30))
      await scene.sandbox.prepare(.status(500), times: 100)
      let calls = await scene.sandbox.calls.count
      for _ in 0..<10 {
        let page = try await scene.page(sale.file)
        #expect(page.passes.count == 1 && page.waiting == 1)
        scene.time.advance(by: .seconds(2))
      }
      // The client asks twice, and then lets it rest.
      #expect(await scene.sandbox.calls.count == calls + 2)
      #expect(scene.logs.count(beginningWith: "warning Secutix fails (HTTP 500)") == 1)
    }
  }

  @Test func `by secrets somebody makes up is kept to half of the institution's calls`() async throws {
    var staging = Staging()
    staging.callsPerMinute = 60
    try await staging.run { scene in
      let (known, _) = try await scene.play { try $0.sell() }
      let calls = await scene.sandbox.calls.count
      var refused = 0
      for number in 0..<20 {
        let reason = await failure { () async throws(IssuingError) in try await scene.file(secret: "made up \(number)")
        }
        if reason == .rateLimited(retryAfter: .seconds(2)) {
          refused += 1
        } else {
          #expect(reason == .notFound)
        }
      }
      // Ten seconds' worth at once.
      #expect(await scene.sandbox.calls.count == calls + 5)
      #expect(refused == 15)
      // Who has tickets, or was told of, is no stranger.
      scene.time.advance(by: .seconds(1))
      #expect(try await scene.file(secret: known.orderSecret).passes.count == 1)
      let told = try await scene.sandbox.sell()
      try await scene.deliver([try #require(await scene.sandbox.rows.last)])
      #expect(try await scene.file(secret: told.orderSecret).passes.count == 1)
    }
  }

  @Test func `of a file or an order nobody knows says so`() async throws {
    try await Staging().run { scene in
      #expect(await failure { () async throws(IssuingError) in try await scene.file(1) } == .notFound)
      #expect(await failure { () async throws(IssuingError) in try await scene.file(secret: "x") } == .notFound)
    }
  }

  @Test func `by many at once is one question`() async throws {
    try await Staging().run { scene in
      let gate = Gate()
      let service = try scene.anotherService(
        worker: "second",
        store: WatchedStore(
          scene.store,
          before: { (step) async throws(StoreError) in
            if step == .save { await gate.pass() }
          }))
      let sale = try await scene.sandbox.sell(count: 2)
      let key = LookupKey(tenant: "a", name: .file(sale.file))
      try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<30 {
          group.addTask {
            try await service.file(sale.file, of: scene.tenant, correlationID: "c\(number)").passes.count
          }
        }
        await until { service.lookups.waiting(for: key) == 30 }
        gate.open()
        for try await count in group { #expect(count == 2) }
      }
      #expect(await scene.sandbox.calls.filter { $0.method == "getFileDetails" }.map(\.language) == ["en", "de", "fr"])
    }
  }

  @Test func `by its secret asks no more often than it must`() async throws {
    try await Staging().run { scene in
      let sale = try await scene.sandbox.sell()
      let questions = { await scene.sandbox.calls.count { $0.method == "getFileDetailsFromOrderSecretId" } }
      // Nothing is known: Secutix is asked, and not again for half a minute, whatever happens there.
      #expect(try await scene.file(secret: sale.orderSecret).passes.count == 1)
      #expect(await questions() == 3)
      try await scene.sandbox.reprint(sale.movements[0])
      scene.time.advance(by: .seconds(29))
      #expect(try await scene.file(secret: sale.orderSecret).state == "SOLDED")
      #expect(await questions() == 3)

      // What is known is young, and no change of it has come.
      scene.time.advance(by: .seconds(300))
      let before = try await scene.file(secret: sale.orderSecret)
      #expect(await questions() == 3)
      #expect(before.fileID == "\(sale.file)")

      // A change is on its way.
      try await scene.deliver(await scene.sandbox.rows)
      let after = try await scene.file(secret: sale.orderSecret)
      #expect(await questions() == 6)
      #expect(after.passes[0].updateTag > before.passes[0].updateTag)
      try await scene.workOff()

      // What is known is old.
      scene.time.advance(by: .seconds(599))
      _ = try await scene.file(secret: sale.orderSecret)
      #expect(await questions() == 9)
      scene.time.advance(by: .seconds(1))
      _ = try await scene.file(secret: sale.orderSecret)
      #expect(await questions() == 12)
    }
  }

  @Test func `shows what is known when Secutix does not answer, and lets it rest`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(count: 2) }
      scene.time.advance(by: .seconds(3_600))
      await scene.sandbox.prepare(.status(500), times: 100)
      let calls = await scene.sandbox.calls.count
      for _ in 0..<10 {
        let file = try await scene.file(secret: sale.orderSecret)
        #expect(file.passes.count == 2 && file.fileID == "\(sale.file)" && file.state == nil)
        scene.time.advance(by: .seconds(2))
      }
      // The client asks twice.
      #expect(await scene.sandbox.calls.count == calls + 2)
      #expect(scene.logs.count(beginningWith: "warning Secutix fails (HTTP 500)") == 1)
      #expect(
        await failure { () async throws(IssuingError) in try await scene.file(secret: "x") }
          == .unavailable(status: 500))

      _ = await scene.sandbox.clearFaults()
      scene.time.advance(by: .seconds(30))
      #expect(try await scene.file(secret: sale.orderSecret).state == "SOLDED")
    }
  }

  @Test func `shows what was issued though its tickets can be read no longer`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell() }
      await scene.sandbox.alter(sale.movements[0], barcode: String(repeating: "9", count: 60))
      scene.time.advance(by: .seconds(3_600))
      #expect(try await scene.file(secret: sale.orderSecret).passes.map(\.pass.state) == [.valid])
      #expect(try await scene.file(sale.file).passes.map(\.pass.state) == [.valid])

      let other = try await scene.sandbox.sell()
      await scene.sandbox.alter(other.movements[0], barcode: String(repeating: "9", count: 60))
      do {
        _ = try await scene.file(other.file)
        Issue.record("a file of bad tickets was shown")
      } catch {
        guard case .tickets(let reason)? = error as? IssuingError else { throw error }
        #expect(reason.contains("a barcode has at most 50 characters") && !reason.contains("99999"))
      }
    }
  }
}

extension Staging.Scene {
  func file(_ id: Int64) async throws(IssuingError) -> FileOverview {
    try await service.file(id, of: tenant, correlationID: "lookup")
  }

  func page(_ id: Int64) async throws(IssuingError) -> FileOverview {
    try await service.page(ofFile: "\(id)", of: tenant, correlationID: "page")
  }

  func file(secret: String) async throws(IssuingError) -> FileOverview {
    try await service.file(orderSecret: secret, of: tenant, correlationID: "lookup")
  }
}

/// What Secutix was said to have failed with.
private func failure<Value>(_ body: () async throws(IssuingError) -> Value) async -> SecutixError? {
  do throws(IssuingError) {
    _ = try await body()
    return nil
  } catch {
    if case .secutix(let reason) = error { return reason }
    Issue.record("\(error)")
    return nil
  }
}
