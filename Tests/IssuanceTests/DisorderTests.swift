import Passes
import SQLiteStore
import Secutix
import Testing
import ZonedTime

@testable import Issuance
@testable import Sandbox

/// Histories of tickets, each told to two services: to one row by row as things happen, to the other late, twice, in any
/// order and to several workers at once. Both must end with the same passes.
@Suite("Disorder", .serialized)
struct DisorderTests {
  @Test(arguments: 0..<60)
  func `of rows ends in the passes that order ends in`(seed: Int) async throws {
    var staging = Staging()
    staging.timeZone = "Europe/Paris"
    staging.currency = "EUR"
    staging.defaultTemplate = "english"
    try await staging.run { scene in
      var history = try History(seed: UInt64(seed), scene: scene)
      try await history.run(steps: 5)
      let (orderly, disorderly) = (try await history.orderly.passes(), try await history.disorderly.passes())
      #expect(!orderly.isEmpty, "seed \(seed)")
      for (serial, pass) in orderly {
        guard let other = disorderly[serial] else {
          // Undone before anybody looked: there was no need for it.
          #expect(pass.state == .voided, "seed \(seed): \(serial) is missing")
          continue
        }
        #expect(other.state == pass.state, "seed \(seed): \(serial)")
        // No row tells of the new start of what was given back before.
        if pass.state == .voided, history.wasRescheduled { continue }
        #expect(other.rendered == pass.rendered, "seed \(seed): \(serial) \(history.told)")
        #expect(other.assetsDigest == pass.assetsDigest, "seed \(seed): \(serial)")
      }
      #expect(Set(disorderly.keys).isSubset(of: orderly.keys), "seed \(seed)")
      for movement in history.movements {
        let ticket = await scene.sandbox.movement(movement)?.ticket
        let pass = disorderly.values.first { $0.movement == "\(movement)" }
        if ticket?.state == "CANCELLED" {
          #expect(pass.map { $0.state == .voided } ?? true, "seed \(seed): \(movement) \(history.told)")
        } else if let barcode = ticket?.barcode {
          let json = pass?.rendered.first { $0.path == "pass.json" }.map { String(decoding: $0.bytes, as: UTF8.self) }
          #expect(json?.contains(barcode) == true, "seed \(seed): \(movement) \(history.told)")
        }
      }
    }
  }

  /// What happens, and who is told of it how.
  private struct History {
    let scene: Staging.Scene
    let orderly: Listener
    let disorderly: Listener
    var random: SeededGenerator
    var movements: [Int64] = []
    var told: [String] = []
    var wasRescheduled = false
    private var pending: [SandboxRow] = []

    init(seed: UInt64, scene: Staging.Scene) throws {
      self.scene = scene
      random = SeededGenerator(seed: seed)
      orderly = Listener(services: [scene.service], scene: scene)
      let path = scene.path + "-2"
      // As many processes as there are connections to the file.
      disorderly = Listener(
        services: try ["one", "two"].map {
          try scene.anotherService(worker: $0, store: SQLiteStore(path: path), ticks: true)
        }, scene: scene)
    }

    mutating func run(steps: Int) async throws {
      for _ in 0..<steps {
        scene.time.advance(by: .seconds(Int.random(in: 1...40, using: &random)))
        let delivery = takeDelivery()
        let workers = Int.random(in: 0...3, using: &random)
        let disorderly = disorderly
        // The one works while the next thing happens and is told to the other.
        async let work: Void = disorderly.hear(delivery, workers: workers)
        let seen = await scene.sandbox.rows.count
        try await happen()
        let new = Array(await scene.sandbox.rows.dropFirst(seen))
        try await orderly.hear([new], workers: 1)
        try await work
        // Some rows come twice.
        pending += new + new.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
      }
      pending.shuffle(using: &random)
      while !pending.isEmpty {
        scene.time.advance(by: .seconds(1))
        try await disorderly.hear(takeDelivery(), workers: 4)
      }
      try await disorderly.hear([], workers: 4)
      let left = try await disorderly.services[0].store.jobs(JobFilter(limit: 1_000)).filter { !$0.state.isFinished }
      #expect(left.allSatisfy { $0.reason?.hasSuffix("no barcode yet") == true })
    }

    /// Some of what is pending, in arrays and alone.
    private mutating func takeDelivery() -> [[SandboxRow]] {
      pending.shuffle(using: &random)
      let count = Int.random(in: 0...pending.count, using: &random)
      var rows = Array(pending.prefix(count))
      pending.removeFirst(count)
      var bodies: [[SandboxRow]] = []
      while !rows.isEmpty {
        let body = rows.prefix(Int.random(in: 1...4, using: &random))
        bodies.append(Array(body))
        rows.removeFirst(body.count)
      }
      return bodies
    }

    private mutating func happen() async throws {
      var live: [Int64] = []
      for movement in movements where await scene.sandbox.movement(movement)?.ticket?.state != "CANCELLED" {
        live.append(movement)
      }
      let performances = await scene.sandbox.house.performances.prefix(2).map(\.id)
      let performance = performances[Int.random(in: 0..<2, using: &random)]
      guard let movement = live.randomElement(using: &random), Int.random(in: 0..<5, using: &random) > 0 else {
        let (count, isPrinted) = (Int.random(in: 1...3, using: &random), Int.random(in: 0..<4, using: &random) > 0)
        told.append("sell \(count)")
        let sale = try await scene.sandbox.sell(performance: performance, count: count, isPrinted: isPrinted)
        movements += sale.movements
        return
      }
      let kind = Int.random(in: 0..<12, using: &random)
      told.append("\(kind) of \(movement)")
      let number = Int.random(in: 1...400, using: &random)
      switch kind {
      case 0, 1: try await scene.sandbox.print(movement)
      case 2, 3: try await scene.sandbox.reprint(movement)
      case 4: try await scene.sandbox.reseat(movement, to: SandboxSeat(row: "Z", number: "\(number)"))
      case 5: try await scene.sandbox.rename(movement, to: SandboxPerson("Kim", "No. \(number)"))
      case 6:
        wasRescheduled = true
        try await scene.sandbox.reschedule(performance, to: TestTime.start + Int64(number) * 86_400_000)
      case 7: movements += try await scene.sandbox.exchange(movement, for: performance).movements
      case 8, 9: try await scene.sandbox.refund([movement])
      case 10: movements += try await scene.sandbox.resell(movement, to: SandboxPerson("Lou", "\(number)")).movements
      default: try await scene.sandbox.scan(movement)
      }
    }
  }

  /// Services with a store of their own.
  private struct Listener: Sendable {
    let services: [IssuingService]
    let scene: Staging.Scene

    /// Takes bodies in while workers work off what there is, until nothing is left to do now.
    func hear(_ bodies: [[SandboxRow]], workers: Int) async throws {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<workers {
          group.addTask { try await scene.workOff(services[number % services.count]) }
        }
        group.addTask {
          for body in bodies { try await deliver(body) }
          if workers > 0 { try await scene.workOff(services[0]) }
        }
        try await group.waitForAll()
      }
    }

    private func deliver(_ rows: [SandboxRow]) async throws {
      let changes = rows.map { row in
        OrderChange(
          order: .secretToken(row.orderSecret), ticketID: row.ticketID, movementID: row.movementID, state: row.state,
          // Secutix counts in seconds.
          lastUpdate: ZonedDateTime(epochMilliseconds: row.changedAt / 1000 * 1000))
      }
      try await services[0].receive(changes, of: scene.tenant, correlationID: "r")
    }

    func passes() async throws -> [String: IssuedPass] {
      let page = try await services[0].store.passes(PassFilter(), tenant: "a", offset: 0, limit: 1_000)
      return Dictionary(uniqueKeysWithValues: page.records.map { ($0.pass.serialNumber, $0.pass) })
    }
  }
}
