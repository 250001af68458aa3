import PassBundle
import Passes
import SQLiteStore
import Sandbox
import Testing

@testable import Issuance

@Suite("Downloads")
struct DownloadTests {
  @Test func `of ten passes or fewer are one bundle; what was given back stays behind`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(count: 13) }
      try await scene.play { try $0.refund([sale.movements[1], sale.movements[4]]) }
      var records = try await scene.passesOfFile(sale.file)
      let live = records.filter { $0.pass.state == .valid }
      #expect(IssuingService.bundles(of: records).map(\.count) == [10, 1])
      #expect(IssuingService.bundles(of: records).flatMap { $0 } == live)
      // Named twice, it is in there once.
      #expect(IssuingService.bundles(of: records + records).flatMap { $0 } == live)

      let bundle = try await scene.service.archive(of: records, of: scene.tenant)
      let files = ArchiveReader.read(bundle.bytes, name: "tickets.pkpasses").files
      #expect(files.sortedPaths == live.prefix(10).map { "\($0.pass.serialNumber).pkpass" }.sorted())
      for record in live.prefix(10) {
        let bytes = try #require(files["\(record.pass.serialNumber).pkpass"])
        #expect(bytes == (try await scene.service.archive(of: record, of: scene.tenant).bytes))
        _ = try OpenedPass(bytes, record: record, now: scene.time.now / 1000)
      }

      // Of a file that is given back as a whole, its buyer sees that.
      try await scene.play { sandbox in
        try sandbox.refund(sale.movements.filter { sandbox.movement($0)?.ticket?.state != "CANCELLED" })
      }
      records = try await scene.passesOfFile(sale.file)
      #expect(IssuingService.bundles(of: records).map(\.count) == [10, 3])
      #expect(IssuingService.bundles(of: []).isEmpty)
    }
  }

  @Test func `are the same bytes on every node, whenever they are sealed`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(count: 2) }
      let records = try await scene.passesOfFile(sale.file)
      let here = try await scene.service.archive(of: records, of: scene.tenant)
      scene.time.advance(by: .seconds(86_400))
      let other = try scene.anotherService(worker: "second", store: SQLiteStore(path: scene.path))
      let there = try await other.archive(of: records, of: scene.tenant)
      #expect(here == there && !here.isVery(there))
    }
  }

  @Test func `asked for by fifty at once are sealed once`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(count: 8) }
      for record in try await scene.passesOfFile(sale.file) {
        let sealed = try await withThrowingTaskGroup(of: SealedPass.self) { group in
          for _ in 0..<50 { group.addTask { try await scene.service.archive(of: record, of: scene.tenant) } }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sealed.count == 50 && sealed.allSatisfy { $0.isVery(sealed[0]) })
      }
    }
  }

  @Test func `are sealed anew when the pass or the certificate has changed`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell() }
      let record = try #require(try await scene.record(sale.movements[0]))
      let first = try await scene.service.archive(of: record, of: scene.tenant)
      #expect(first.changedAt == record.changedAt)
      try await scene.play { try $0.reprint(sale.movements[0]) }
      let changed = try #require(try await scene.record(sale.movements[0]))
      let second = try await scene.service.archive(of: changed, of: scene.tenant)
      #expect(second != first && second.changedAt == scene.time.now)

      // The pass is older than its new certificate, and its signature must not be.
      let day: Int64 = 86_400
      let renewed = try ExampleCertificates(now: scene.time.now / 1000 + 30 * day)
      scene.time.advance(by: .seconds(30 * day))
      let tenant = scene.tenant.with(identity: renewed.identity)
      let third = try await scene.service.archive(of: changed, of: tenant)
      let report = BundleCheck.check(
        third.bytes, name: "pass.pkpass", trust: [renewed.root], now: scene.time.now / 1000)
      #expect(report.findings.filter { $0.severity == .error } == [] && report.signature != nil)
      #expect(third != second && third.changedAt == second.changedAt)
    }
  }

  @Test func `end with the certificate, also of what is sealed already`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell() }
      let record = try #require(try await scene.record(sale.movements[0]))
      _ = try await scene.service.archive(of: record, of: scene.tenant)
      let end = scene.tenant.identity.certificate.notAfter
      scene.time.advance(by: .milliseconds(end * 1000 - scene.time.now))
      _ = try await scene.service.archive(of: record, of: scene.tenant)
      scene.time.advance(by: .seconds(1))
      for records in [[record], [record, record]] {
        do throws(IssuingError) {
          _ = try await scene.service.archive(of: records, of: scene.tenant)
          Issue.record("signed with a certificate that has ended")
        } catch {
          guard case .certificateEnded(end) = error else { throw error }
        }
      }
    }
  }

  @Test func `have the pictures their pass was made with, whatever the template has now`() async throws {
    try await Staging().run { scene in
      let (old, _) = try await scene.play { try $0.sell(count: 2) }
      let before = try await scene.pass(old.movements[0])
      // Another process, with another design under the same name, and nothing in memory.
      let changed = try scene.tenant.with(
        routing: TemplateRouting(templates: ["concert": Staging.template("museum")], defaultTemplate: "concert"))
      let service = try scene.anotherService(worker: "second", store: SQLiteStore(path: scene.path))
      service.replaceTenants([changed])
      let again = try await service.archive(of: before.record, of: changed)
      #expect(again.bytes == before.bytes)

      let (new, _) = try await scene.play(with: service) { try $0.sell() }
      let made = try #require(try await scene.record(new.movements[0]))
      #expect(made.pass.template == "museum" && made.pass.assetsDigest != before.record.pass.assetsDigest)
      let opened = try OpenedPass(
        try await service.archive(of: made, of: changed).bytes, record: made, now: scene.time.now / 1000)
      #expect(opened.files["icon.png"] != nil && opened.files["strip.png"] != before.files["strip.png"])

      // Read again, a pass takes the new design; the old files stay for as long as one pass has them.
      try await scene.play(with: service) { try $0.refund([old.movements[0]]) }
      try await scene.store.forget(finishedBefore: scene.time.now + 1)
      let late = try #require(try await scene.record(old.movements[0]))
      #expect(late.pass.assetsDigest == made.pass.assetsDigest)
      #expect(try await scene.store.assets(before.record.pass.assetsDigest) == nil)
      // Who had read the old pass before gets the one of now.
      let third = try scene.anotherService(worker: "third", store: SQLiteStore(path: scene.path))
      let newest = try await third.archive(of: before.record, of: changed)
      #expect(newest.bytes == (try await service.archive(of: late, of: changed).bytes))
    }
  }

  @Test func `say what is wrong when shared files are missing`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell() }
      var pass = try #require(try await scene.record(sale.movements[0])).pass
      pass.serialNumber = "an orphan"
      pass.assetsDigest = Array(repeating: 0, count: 32)
      try await scene.store.save([pass], tenant: "a", at: scene.time.now)
      let record = try #require(try await scene.store.pass(serialNumber: "an orphan", tenant: "a"))
      do throws(IssuingError) {
        _ = try await scene.service.archive(of: record, of: scene.tenant)
        Issue.record("sealed without its files")
      } catch {
        guard case .store(.corrupt(let reason)) = error else { throw error }
        #expect(reason == "the shared files of pass an orphan are missing")
      }
    }
  }
}

extension Tenant {
  /// The same tenant after its configuration was changed.
  func with(routing: TemplateRouting? = nil, identity: SigningIdentity? = nil) -> Tenant {
    Tenant(
      id: id, name: name, secutix: secutix, reading: reading, routing: routing ?? self.routing,
      identity: identity ?? self.identity, issuer: issuer, keys: keys)
  }
}
