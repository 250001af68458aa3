import Foundation
import Issuance
import JSON
import PassBundle
import Passes
import SQLiteStore
import Sandbox
import Testing
import ZonedTime

@Suite("What happens to a ticket")
struct ScenarioTests {
  @Test func `sold: each movement has a pass of its own`() async throws {
    try await Staging().run { scene in
      let (sale, jobs) = try await scene.play { try $0.sell(count: 3) }
      #expect(jobs == 1)
      for movement in sale.movements {
        let pass = try await scene.pass(movement)
        #expect(pass.barcode == (await scene.barcode(movement)))
        #expect(!pass.isVoided && pass.record.pass.state == .valid)
        #expect(pass.record.pass.file == "\(sale.file)" && pass.record.pass.orderSecret == sale.orderSecret)
        #expect(pass.record.pass.event == "Symphonic Gala")
        // The house's own time, which only its point of sale knows.
        #expect(pass.text.contains("2027-01-15T20:30:00+01:00"))
        #expect(pass.isOnLockScreen)
        #expect(
          pass.files["fr.lproj/pass.strings"].map { String(decoding: $0, as: UTF8.self) }?
            .contains("Gala symphonique") == true)
      }
      // One call for the point of sale, one for each language of the template.
      #expect(await scene.sandbox.calls.map(\.language) == [nil, "en", "de", "fr"])
      #expect(await scene.sandbox.calls.allSatisfy { $0.correlationID == "request-7" })
      let records = try await scene.store.passes(.file("\(sale.file)"), tenant: scene.tenant.id)
      #expect(records.map(\.correlationID) == ["request-7", "request-7", "request-7"])
    }
  }

  @Test func `sold without a barcode: its pass waits until it is printed`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(count: 2, isPrinted: false) }
      var job = try #require(try await scene.jobs().first)
      #expect(job.state == .available && job.attempts == 0 && job.reason == "2 tickets have no barcode yet")
      #expect(job.runAt == scene.time.now + 600_000)
      #expect(try await scene.record(sale.movements[0]) == nil)

      // The row of the first brings its pass at once.
      try await scene.play { try $0.print(sale.movements[0]) }
      #expect(try await scene.pass(sale.movements[0]).barcode == (await scene.barcode(sale.movements[0])))
      #expect(try await scene.record(sale.movements[1]) == nil)
      #expect(try await scene.jobs().map(\.reason) == ["1 ticket has no barcode yet"])

      // That of the second is lost, and it is looked at all the same.
      try await scene.sandbox.print(sale.movements[1])
      #expect(try await scene.workOff() == 0)
      scene.time.advance(by: .seconds(600))
      #expect(try await scene.workOff() == 1)
      #expect(try await scene.pass(sale.movements[1]).barcode == (await scene.barcode(sale.movements[1])))
      job = try #require(try await scene.jobs().first)
      #expect(job.state == .completed && job.reason == nil)
    }
  }

  @Test func `not printed yet: it costs Secutix little`() async throws {
    try await Staging().run { scene in
      try await scene.play { try $0.sell(count: 2, isPrinted: false) }
      let method = "getFileDetailsFromOrderSecretId"
      var pauses: [Int64] = []
      while let job = try await scene.jobs().first, job.state == .available {
        pauses.append((job.runAt - scene.time.now) / 60_000)
        scene.time.advance(by: .milliseconds(job.runAt - scene.time.now))
        try await scene.workOff()
      }
      // In minutes; and each look is one call, in whatever languages the passes will be.
      #expect(
        pauses == [10, 10, 10, 15, 22, 33, 50, 75, 113, 170, 240, 240, 240, 240, 240, 240, 240, 240, 240, 207])
      #expect(await scene.sandbox.calls.count { $0.method == method } == pauses.count + 1)
    }
  }

  @Test func `never printed: it is waited for two days and no longer`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(isPrinted: false) }
      scene.time.advance(by: .seconds(48 * 3600 - 1))
      #expect(try await scene.workOff() == 1)
      #expect(try await scene.jobs().map(\.state) == [.available])
      scene.time.advance(by: .seconds(600))
      #expect(try await scene.workOff() == 1)
      let job = try #require(try await scene.jobs().first)
      #expect(job.state == .completed && job.attempts == 1)
      #expect(job.reason == "1 ticket has no barcode yet: no longer waited for, the next change looks again")

      try await scene.play { try $0.print(sale.movements[0]) }
      #expect(try await scene.pass(sale.movements[0]).record.pass.state == .valid)
    }
  }

  @Test func `printed again: the same pass with the new barcode`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(count: 2) }
      let before = try await scene.pass(sale.movements[0])
      let other = try await scene.record(sale.movements[1])
      try await scene.play { try $0.reprint(sale.movements[0]) }
      let after = try await scene.pass(sale.movements[0])
      #expect(after.barcode == (await scene.barcode(sale.movements[0])))
      #expect(after.barcode != before.barcode)
      #expect(!after.text.contains(try #require(before.barcode)))
      #expect(after.record.pass.serialNumber == before.record.pass.serialNumber)
      #expect(after.record.pass.ticket != before.record.pass.ticket)
      #expect(after.record.updateTag > before.record.updateTag)
      #expect(after.record.changedAt == scene.time.now && after.record.createdAt == before.record.createdAt)
      // The neighbour is left alone.
      #expect(try await scene.record(sale.movements[1])?.updateTag == other?.updateTag)
    }
  }

  @Test func `invalidated: the row of the old ticket alone brings the new barcode`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell() }
      try await scene.sandbox.reprint(sale.movements[0])
      let row = try #require(await scene.sandbox.rows.last { $0.state == "INVALIDATED" })
      scene.time.advance(by: .seconds(1))
      try await scene.deliver([row])
      try await scene.workOff()
      let pass = try await scene.pass(sale.movements[0])
      #expect(!pass.isVoided)
      #expect(pass.barcode == (await scene.barcode(sale.movements[0])))

      // Without a newer ticket nobody may come in with it.
      try await scene.play { $0.alter(sale.movements[0], state: "INVALIDATED") }
      #expect(try await scene.pass(sale.movements[0]).isVoided)
    }
  }

  @Test func `moved to another seat: seat and barcode change`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell() }
      let before = try await scene.pass(sale.movements[0])
      try await scene.play {
        try $0.reseat(sale.movements[0], to: SandboxSeat(row: "A", number: "7", entrance: "Porte 9"))
      }
      let after = try await scene.pass(sale.movements[0])
      #expect(after.field("row") == "A" && after.field("seat") == "7" && after.field("entrance") == "Porte 9")
      #expect(after.record.pass.seat == "Parterre · B · A · 7")
      #expect(after.barcode == (await scene.barcode(sale.movements[0])))
      #expect(after.barcode != before.barcode)
      #expect(after.record.pass.serialNumber == before.record.pass.serialNumber)
    }
  }

  @Test func `renamed: the holder changes, the barcode stays`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(holders: [SandboxPerson("Ana", "Moreau")]) }
      let before = try await scene.pass(sale.movements[0])
      #expect(before.field("holder") == "Ana Moreau")
      try await scene.play { try $0.rename(sale.movements[0], to: SandboxPerson("Bết", "d’Œuvre")) }
      let after = try await scene.pass(sale.movements[0])
      #expect(after.field("holder") == "Bết d’Œuvre" && after.barcode == before.barcode)
      #expect(!after.text.contains("Moreau"))
    }
  }

  @Test(arguments: [
    ("2027-03-28T20:30:00+02:00", "2027-03-28T20:30:00+02:00"),
    // The clock shows this half hour twice; the second time is meant.
    ("2027-10-31T02:30:00+01:00", "2027-10-31T02:30:00+01:00"),
    ("2027-10-31T02:30:00+02:00", "2027-10-31T02:30:00+02:00"),
    ("2027-07-14T18:30:00Z", "2027-07-14T20:30:00+02:00"),
  ])
  func `rescheduled: every pass has the new start, by the house's clock`(to: String, shown: String) async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(count: 2) }
      let (other, _) = try await scene.play { try $0.sell() }
      let start = try #require(ZonedDateTime(iso8601: to)?.epochMilliseconds)
      let (_, jobs) = try await scene.play { try $0.reschedule(to: start) }
      #expect(jobs == 2)
      for movement in sale.movements + other.movements {
        let pass = try await scene.pass(movement)
        #expect(pass.field("start") == shown && pass.field("when") == shown)
        #expect(pass.json[pointer: "/relevantDates/0/date"]?.stringValue == shown)
        #expect(!pass.text.contains("2027-01-15"))
      }
    }
  }

  @Test func `exchanged: the old pass is voided, a new one is made in the same file`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(count: 2) }
      let kept = try #require(try await scene.record(sale.movements[1]))
      let (exchange, _) = try await scene.play { try $0.exchange(sale.movements[0], for: $0.house.performances[1].id) }
      let old = try await scene.pass(sale.movements[0])
      #expect(old.isVoided && old.record.pass.state == .voided && !old.isOnLockScreen)
      #expect(old.field("status") == "status_voided")
      let new = try await scene.pass(exchange.movements[0])
      #expect(!new.isVoided)
      #expect(new.barcode == (await scene.barcode(exchange.movements[0])))
      #expect(new.record.pass.file == "\(sale.file)" && new.record.pass.orderSecret == exchange.orderSecret)
      // What the house says in its comfort variable.
      #expect(new.record.pass.template == "festival")
      #expect(try await scene.record(sale.movements[1])?.updateTag == kept.updateTag)
      #expect(try await scene.passesOfFile(sale.file).count == 3)
    }
  }

  @Test func `refunded in part, then as a whole`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(count: 3) }
      let before = try await scene.passesOfFile(sale.file)
      try await scene.play { try $0.refund([sale.movements[1]]) }
      #expect(try await scene.passesOfFile(sale.file).map(\.pass.state) == [.valid, .voided, .valid])
      let partly = try await scene.passesOfFile(sale.file)
      #expect(partly[0].updateTag == before[0].updateTag && partly[2].updateTag == before[2].updateTag)
      try await scene.play { try $0.refund([sale.movements[0], sale.movements[2]]) }
      for movement in sale.movements { #expect(try await scene.pass(movement).isVoided) }
      // Nothing is made for what was given back.
      #expect(try await scene.passesOfFile(sale.file).count == 3)
      #expect(try await scene.passesOfFile(sale.file)[1].updateTag == partly[1].updateTag)
    }
  }

  @Test func `sold on: the old pass is voided, the new buyer's is in another file`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(holders: [SandboxPerson("Ana", "Moreau")]) }
      let (resale, _) = try await scene.play { try $0.resell(sale.movements[0], to: SandboxPerson("Kim", "Sato")) }
      let (old, new) = (try await scene.pass(sale.movements[0]), try await scene.pass(resale.movements[0]))
      #expect(old.isVoided && old.record.pass.file == "\(sale.file)" && old.field("holder") == "Ana Moreau")
      #expect(!new.isVoided && new.record.pass.file == "\(resale.file)" && new.field("holder") == "Kim Sato")
      #expect(old.field("seat") == new.field("seat") && old.barcode != new.barcode)
      #expect(old.record.pass.serialNumber != new.record.pass.serialNumber)
    }
  }

  @Test func `scanned: the pass stays, looks used, and leaves the lock screen`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell() }
      let (_, jobs) = try await scene.play { try $0.scan(sale.movements[0], succeeds: false) }
      #expect(jobs == 0)
      try await scene.play { try $0.scan(sale.movements[0]) }
      let pass = try await scene.pass(sale.movements[0])
      #expect(pass.record.pass.state == .used && !pass.isVoided)
      #expect(pass.field("status") == "status_used" && !pass.isOnLockScreen)
      #expect(pass.barcode == (await scene.barcode(sale.movements[0])))

      try await scene.play { try $0.refund(sale.movements) }
      #expect(try await scene.pass(sale.movements[0]).isVoided)
    }
  }

  @Test func `called off: every pass of the performance is voided`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(count: 2) }
      let (other, _) = try await scene.play { try $0.sell(performance: $0.house.performances[1].id) }
      try await scene.play { try $0.cancelEvent() }
      for movement in sale.movements { #expect(try await scene.pass(movement).isVoided) }
      #expect(try await scene.pass(other.movements[0]).record.pass.state == .valid)
    }
  }

  @Test func `cancelled before it was ever issued: there is no pass of it`() async throws {
    try await Staging().run { scene in
      let sale = try await scene.sandbox.sell(count: 2)
      try await scene.sandbox.refund([sale.movements[0]])
      scene.time.advance(by: .seconds(1))
      try await scene.deliver(await scene.sandbox.rows)
      try await scene.workOff()
      #expect(try await scene.record(sale.movements[0]) == nil)
      #expect(try await scene.record(sale.movements[1])?.pass.state == .valid)
    }
  }

  @Test func `a word nobody knows: nothing is believed`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(count: 2) }
      let before = try await scene.passesOfFile(sale.file)
      try await scene.play { $0.alter(sale.movements[0], state: "HELD_BACK") }
      #expect(try await scene.passesOfFile(sale.file).map(\.updateTag) == before.map(\.updateTag))
      #expect(try await scene.passesOfFile(sale.file).map(\.pass.state) == [.valid, .valid])
      let job = try #require(try await scene.jobs().first)
      #expect(job.state == .completed && job.attempts == 1)
      let notice = "Secutix says “HELD_BACK” of a ticket, from which nothing follows: what was issued stays"
      #expect(job.reason == notice && scene.logs.all.contains { $0.hasPrefix("warning \(notice)") })

      // In a row it is a hint like any other: what Secutix says itself decides.
      let secret = sale.orderSecret
      let row = try #require(await scene.sandbox.rows.last { $0.orderSecret == secret })
      var odd = row
      odd.state = "???"
      odd.changedAt += 60_000
      try await scene.sandbox.refund([sale.movements[1]])
      scene.time.advance(by: .seconds(61))
      try await scene.deliver([odd])
      try await scene.workOff()
      #expect(try await scene.pass(sale.movements[1]).isVoided)
    }
  }

  @Test func `no longer told of: the pass stays, until its file is cancelled`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(count: 2) }
      try await scene.play { sandbox in
        sandbox.drop(sale.movements[1])
        sandbox.alter(sale.movements[0])
      }
      #expect(try await scene.record(sale.movements[1])?.pass.state == .valid)
      #expect(scene.logs.text.contains("no longer tells of a pass's movement"))
      try await scene.play { sandbox in
        sandbox.setState(ofFile: sale.file, to: "ABANDONNED")
        sandbox.alter(sale.movements[0])
      }
      for movement in sale.movements { #expect(try await scene.pass(movement).isVoided) }
      #expect(try await scene.pass(sale.movements[1]).isOnLockScreen == false)
    }
  }

  @Test func `read again without a change: nothing is touched and nothing sealed`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play { try $0.sell(count: 2) }
      let before = try await scene.passesOfFile(sale.file)
      let sealed = try await scene.service.archive(of: before[0], of: scene.tenant)
      for round in 0..<3 {
        let (_, jobs) = try await scene.play { $0.alter(sale.movements[0], state: round == 1 ? "VALID" : "PRINTED") }
        #expect(jobs == 1)
      }
      _ = try await scene.service.file(sale.file, of: scene.tenant, correlationID: "c")
      let after = try await scene.passesOfFile(sale.file)
      #expect(after.map(\.updateTag) == before.map(\.updateTag))
      #expect(after.map(\.changedAt) == before.map(\.changedAt))
      #expect(after.map(\.pass.contentDigest) == before.map(\.pass.contentDigest))
      #expect(after.allSatisfy { $0.pass.asOf == scene.time.now })
      let again = try await scene.service.archive(of: after[0], of: scene.tenant)
      #expect(again.isVery(sealed))
    }
  }
}

@Suite("What houses sell")
struct HouseTests {
  @Test func `a season ticket is scanned on many evenings and looks the same`() async throws {
    try await Staging().run { scene in
      let (sale, _) = try await scene.play {
        try $0.sell(performance: $0.house.performances[2].id, holders: [SandboxPerson("Ana", "Moreau")])
      }
      let pass = try await scene.pass(sale.movements[0])
      #expect(pass.record.pass.template == "season-ticket" && pass.text.contains("Season Ticket 2027"))
      #expect(pass.json["expirationDate"] == nil)
      try await scene.play { try $0.scan(sale.movements[0]) }
      let scanned = try await scene.pass(sale.movements[0])
      #expect(scanned.record.pass.state == .used && scanned.record.pass.rendered == pass.record.pass.rendered)
      try await scene.play { try $0.refund(sale.movements) }
      #expect(try await scene.pass(sale.movements[0]).isVoided)
    }
  }

  @Test func `a stadium in Kuwait: names from right to left, three decimals, foreign barcodes`() async throws {
    var staging = Staging()
    staging.house = .stadium
    staging.defaultTemplate = "match"
    try await staging.run { scene in
      let (sale, _) = try await scene.play {
        try $0.sell(
          seats: [SandboxSeat(area: "المدرج الشمالي", block: "٣", row: "ب", number: "12")],
          holders: [SandboxPerson("محمد", "الصباح")])
      }
      let pass = try await scene.pass(sale.movements[0])
      #expect(pass.field("holder") == "محمد الصباح" && pass.field("stand") == "المدرج الشمالي")
      #expect(pass.field("kickoff") == "2027-03-19T19:00:00+03:00")
      #expect(pass.field("price")?.contains("12.750") == true, "\(pass.field("price") ?? "none")")
      let (away, _) = try await scene.play { try $0.sell(performance: $0.house.performances[1].id, count: 2) }
      for movement in away.movements {
        let pass = try await scene.pass(movement)
        #expect(pass.barcode?.hasPrefix("FT-") == true)
        #expect(pass.barcode == (await scene.barcode(movement)))
      }
    }
  }

  @Test func `a museum in Tokyo: time slots without seats, no decimals, long barcodes`() async throws {
    var staging = Staging()
    staging.house = .museum
    staging.defaultTemplate = "museum"
    try await staging.run { scene in
      let (sale, _) = try await scene.play { try $0.sell(count: 6) }
      for movement in sale.movements {
        let pass = try await scene.pass(movement)
        #expect(pass.barcode?.count == 28)
        #expect(pass.barcode == (await scene.barcode(movement)))
        #expect(pass.record.pass.seat == nil)
        #expect(pass.text.contains("2027-04-04T10:00:00+09:00") && pass.text.contains("10:00 – 11:30"))
        #expect(pass.field("price")?.contains("1,500") == true, "\(pass.field("price") ?? "none")")
      }
    }
  }
}

extension SealedPass {
  /// Whether these are the very same bytes in memory: sealing gives new ones, though they may be equal.
  func isVery(_ other: SealedPass) -> Bool {
    bytes.withUnsafeBufferPointer { own in other.bytes.withUnsafeBufferPointer { own.baseAddress == $0.baseAddress } }
  }
}
