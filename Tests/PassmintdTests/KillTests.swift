import Foundation
import Issuance
import JSON
import Passes
import SQLiteStore
import Testing

@testable import Sandbox

@Suite("A service that is killed", .timeLimit(.minutes(10)))
struct KillTests {
  private static let orders = 300
  private static let kills = 8

  @Test func `has the passes of every webhook that it answered`() async throws {
    var plan = ServiceFixture.Plan()
    plan.seed = 7
    try await ServiceFixture.with(plan) { fixture in
      // Secutix is asked once for each language of the template, and one is enough here.
      for language in ["de", "fr"] {
        try FileManager.default.removeItem(
          at: fixture.folder.root.appending(path: "templates/concert.pkpasstemplate/\(language).lproj"))
      }
      let sandbox = fixture.sandbox
      let restarted = RestartedServe()
      var takenOver = 0
      try await withThrowingTaskGroup(of: Int.self) { group in
        group.addTask {
          try await Self.play(sandbox, to: restarted)
          return 0
        }
        group.addTask {
          var random = SeededGenerator(seed: 99)
          var takenOver = 0
          for kill in 0...Self.kills {
            let service = try await fixture.start()
            takenOver += service.process.lines.count { $0.contains("taken over") }
            restarted.isUp(service)
            if kill == Self.kills { break }
            try await Self.kill(service, afterLines: Int.random(in: 10...90, using: &random))
            restarted.isDown()
            #expect(await service.process.end() == -SIGKILL, "\(service.process.output)")
          }
          return takenOver
        }
        // If the one fails, the other has nothing to wait for.
        for try await count in group { takenOver += count }
      }
      let service = try #require(restarted.service)
      try await service.settle()
      service.process.send(SIGTERM)
      #expect(await service.process.end() == 0)
      // The kills fell into the work, not before or behind it.
      #expect(takenOver > 0)
      #expect(restarted.figures.answered > Self.orders)
      try await expectEverything(of: fixture)
    }
  }

  /// Lets things happen, many at a time; the rows of each come when it has happened.
  private static func play(_ sandbox: SandboxSecutix, to restarted: RestartedServe) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var sent = 0
      for (index, play) in changes(of: sandbox).enumerated() {
        if index >= 24 { try await group.next() }
        try await play()
        let rows = await sandbox.rows
        let news = Array(rows[sent...])
        sent = rows.count
        group.addTask { if !news.isEmpty { try await restarted.deliver(news) } }
      }
      try await group.waitForAll()
    }
  }

  /// Kills a service when it has said so many lines, each of which is a webhook kept or an order done.
  private static func kill(_ service: RunningServe, afterLines count: Int) async throws {
    let limit = service.process.lines.count + count
    for await _ in service.process.watch() where service.process.lines.count >= limit { break }
    try Task.checkCancellation()
    service.process.send(SIGKILL)
  }

  /// Sales, and what happens to some of them later.
  private static func changes(of sandbox: SandboxSecutix) -> [@Sendable () async throws -> Void] {
    var random = SeededGenerator(seed: 5)
    var plays: [@Sendable () async throws -> Void] = []
    for order in 0..<orders {
      let count = 1 + order % 3
      plays.append { try await sandbox.sell(count: count) }
      guard order > 5 else { continue }
      let earlier = Int.random(in: 0..<order - 5, using: &random)
      switch order % 5 {
      case 0: plays.append { try await sandbox.change(earlier) { try $0.reprint($1) } }
      case 1: plays.append { try await sandbox.change(earlier) { _ = try $0.refund([$1]) } }
      case 2: plays.append { try await sandbox.change(earlier) { _ = try $0.exchange($1) } }
      case 3:
        plays.append {
          try await sandbox.change(earlier) { try $0.reseat($1, to: SandboxSeat(row: "Z", number: "\(order)")) }
        }
      default: break
      }
    }
    return plays
  }

  private func expectEverything(of fixture: ServiceFixture) async throws {
    let store = try SQLiteStore(path: fixture.store.path)
    for job in try await store.jobs(JobFilter(limit: 100_000)) {
      #expect(job.state == .completed, "\(job)")
      // Nobody was in it so often that it looked like what ends the worker.
      #expect(job.attempts <= 1 + Self.kills)
    }
    var movements = 0
    for movement in await fixture.sandbox.files.flatMap(\.orders).flatMap(\.movements) where movement.undoes == nil {
      movements += 1
      let records = try await store.passes(.movement("\(movement.id)"), tenant: "theatre")
      // Sold and given back before anybody looked: there never was a pass.
      if records.isEmpty, movement.ticket?.state == "CANCELLED" { continue }
      let record = try #require(records.first, "movement \(movement.id) has no pass")
      #expect(records.count == 1)
      let json = try JSONValue(parsing: try #require(record.pass.rendered.first { $0.path == "pass.json" }).bytes)
      #expect(json["barcodes"]?[0]?["message"]?.stringValue == movement.ticket?.barcode)
      #expect(json["voided"]?.bool ?? false == (movement.ticket?.state == "CANCELLED"), "movement \(movement.id)")
    }
    let page = try await store.passes(PassFilter(), tenant: "theatre", offset: 0, limit: 1)
    #expect(page.total <= movements)
    try store.close()
  }
}

extension SandboxSecutix {
  /// Has something happen to the first place of a file, if it is not given back.
  func change(
    _ file: Int, _ play: @Sendable (isolated SandboxSecutix, Int64) throws -> Void
  ) throws {
    let movement = files[file].orders.flatMap(\.movements).last { $0.undoes == nil && $0.ticket?.state != "CANCELLED" }
    if let movement { try play(self, movement.id) }
  }
}
