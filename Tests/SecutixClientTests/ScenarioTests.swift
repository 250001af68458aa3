import Foundation
import JSON
import Sandbox
import Secutix
import SecutixClient
import Testing
import Tickets
import ZonedTime

/// What happens in the sandbox, as the tickets that are read from the client's answers.
@Suite struct ScenarioTests {
  /// Asks for the file of an order and reads it.
  private func details(
    _ client: SecutixClient, _ sale: SandboxSale, language: String? = nil
  ) async throws -> FileDetails {
    let config = try await client.posConfig()
    let answer = try await client.fileDetails(orderSecret: sale.orderSecret, .init(language: language))
    let options = ExportOptions(
      timeZone: config.timeZone.flatMap { TimeZone(identifier: $0) },
      currency: try config.currencyCode.map { try Currency($0) })
    return try FileDetails(reading: answer, options: options)
  }

  private func ticket(_ details: FileDetails, _ movement: Int64) throws -> Ticket {
    try #require(details.tickets.first { $0.movement == String(movement) })
  }

  @Test func `sold: everything a pass shows`() async throws {
    try await Staging().run { client, sandbox in
      let sale = try await sandbox.sell(
        count: 2, holders: [SandboxPerson("Zoé", "Müller-D'Arc"), SandboxPerson("ليلى", "حداد")])
      let read = try await details(client, sale)
      #expect(read.refused.isEmpty)
      #expect(read.waiting == 0)
      #expect(read.notices.isEmpty)
      #expect(read.fileID == String(sale.file))
      #expect(read.fileState == "SOLDED")
      #expect(read.orders.map(\.id) == [String(sale.order)])
      #expect(read.orders.map(\.secret) == [sale.orderSecret])
      #expect(read.orders.map(\.type) == ["SALE"])
      #expect(read.tickets.map(\.movement) == sale.movements.map { String($0) })
      let first = read.tickets[0]
      #expect(first.action == .issue)
      #expect(first.event.name?.text == "Gala symphonique")
      #expect(first.event.start?.iso8601 == "2027-01-15T20:30:00+01:00")
      #expect(first.event.start?.zone == "Europe/Paris")
      #expect(first.event.duration == 7_200)
      #expect(first.venue.name?.text == "Maison des Arts")
      #expect(first.venue.city == "Lyon")
      #expect(first.seat.row == "F")
      #expect(first.seat.number == "21")
      #expect(first.seat.entrance == "Porte 3")
      #expect(first.holder.lastName == "Müller-D'Arc")
      #expect(read.tickets[1].holder.firstName == "ليلى")
      #expect(first.price == Money(thousandths: 65_000, currency: try Currency("EUR")))
      #expect(first.order.id == String(sale.order))
      #expect(first.file.id == String(sale.file))
      #expect(first.contact.email == "ana@example.org")
      let barcode = await sandbox.movement(sale.movements[0])?.ticket?.barcode
      #expect(first.barcode?.text == barcode)
      #expect(barcode?.count == 24)
      #expect(try await details(client, sale, language: "en").tickets[0].event.name?.text == "Symphonic Gala")
    }
  }

  @Test func `sold and not yet printed, then printed`() async throws {
    try await Staging().run { client, sandbox in
      let sale = try await sandbox.sell(isPrinted: false)
      #expect(try ticket(try await details(client, sale), sale.movements[0]).action == .wait)
      try await sandbox.print(sale.movements[0])
      let printed = try ticket(try await details(client, sale), sale.movements[0])
      #expect(printed.action == .issue)
      #expect(printed.state == .valid)
      #expect(await sandbox.rows.map(\.state) == ["NOT_PRINTED", "PRINTED"])
    }
  }

  @Test func `printed again: the same movement, another ticket and barcode`() async throws {
    try await Staging().run { client, sandbox in
      let sale = try await sandbox.sell()
      let before = try await details(client, sale).tickets
      try await sandbox.reprint(sale.movements[0])
      let after = try await details(client, sale).tickets
      #expect(after.count == 1)
      #expect(after[0].identity == before[0].identity)
      #expect(after[0].id != before[0].id)
      #expect(after[0].barcode != before[0].barcode)
      #expect(after[0].action == .issue)
      #expect(await sandbox.rows.map(\.state) == ["PAID", "PRINTED", "INVALIDATED"])
      #expect(Set(await sandbox.rows.map(\.movementID)).count == 1)
    }
  }

  @Test func `moved to another seat`() async throws {
    try await Staging().run { client, sandbox in
      let sale = try await sandbox.sell()
      let before = try await details(client, sale).tickets
      try await sandbox.reseat(sale.movements[0], to: SandboxSeat(row: "A", number: "1", entrance: "Porte 1"))
      let after = try await details(client, sale).tickets
      #expect(after.map(\.identity) == before.map(\.identity))
      #expect(after[0].seat.row == "A")
      #expect(after[0].seat.entrance == "Porte 1")
      #expect(after[0].barcode != before[0].barcode)
    }
  }

  @Test func `a new start for every ticket of the performance`() async throws {
    try await Staging().run { client, sandbox in
      let sales = [try await sandbox.sell(count: 2), try await sandbox.sell()]
      let rows = await sandbox.rows.count
      try await sandbox.reschedule(to: 1_803_490_200_000)
      for sale in sales {
        for ticket in try await details(client, sale).tickets {
          #expect(ticket.event.start?.epochMilliseconds == 1_803_490_200_000)
        }
      }
      #expect(await sandbox.rows.dropFirst(rows).map(\.state) == ["MODIFIED", "MODIFIED", "MODIFIED"])
    }
  }

  @Test func `another name on the ticket, the barcode stays`() async throws {
    try await Staging().run { client, sandbox in
      let sale = try await sandbox.sell(holders: [SandboxPerson("Ana", "Moreau")])
      let before = try await details(client, sale).tickets[0]
      try await sandbox.rename(sale.movements[0], to: SandboxPerson("Ben", "Ndiaye"))
      let after = try await details(client, sale).tickets[0]
      #expect(after.holder.name == "Ben Ndiaye")
      #expect(after.barcode == before.barcode)
    }
  }

  @Test func `exchanged: the old movement is void, a new one is in the same file`() async throws {
    try await Staging().run { client, sandbox in
      let sale = try await sandbox.sell(count: 2)
      let other = await sandbox.house.performances[1].id
      let exchange = try await sandbox.exchange(sale.movements[0], for: other)
      #expect(exchange.file == sale.file)
      // Whichever order's secret is asked with, the file is the same.
      for asked in [sale, exchange] {
        let read = try await details(client, asked)
        #expect(read.refused.isEmpty)
        #expect(read.orders.map(\.type) == ["SALE", "EXCHANGE_CLIENT"])
        #expect(read.tickets.count == 3)
        #expect(try ticket(read, sale.movements[0]).action == .void)
        #expect(try ticket(read, sale.movements[1]).action == .issue)
        let new = try ticket(read, exchange.movements[0])
        #expect(new.action == .issue)
        #expect(new.event.performance == String(other))
        #expect(new.variables["WALLET"] == "vip")
      }
    }
  }

  @Test func `refunded in part, then whole`() async throws {
    try await Staging().run { client, sandbox in
      let sale = try await sandbox.sell(count: 3)
      try await sandbox.refund([sale.movements[1]])
      let part = try await details(client, sale)
      #expect(part.refused.isEmpty)
      #expect(part.tickets.map(\.action) == [.issue, .void, .issue])
      #expect(part.fileState == "SOLDED")
      try await sandbox.refund([sale.movements[0], sale.movements[2]])
      let whole = try await details(client, sale)
      #expect(whole.tickets.map(\.action) == [.void, .void, .void])
      #expect(whole.fileState == "CANCELED")
      #expect(whole.tickets.map(\.movement) == sale.movements.map { String($0) })
    }
  }

  @Test func `sold on to another buyer: void in the one file, new in the other`() async throws {
    try await Staging().run { client, sandbox in
      let sale = try await sandbox.sell()
      let resale = try await sandbox.resell(sale.movements[0], to: SandboxPerson("Kim", "Sato"))
      #expect(resale.file != sale.file)
      let old = try await details(client, sale).tickets
      let new = try await details(client, resale).tickets
      #expect(old.map(\.action) == [.void])
      #expect(new.map(\.action) == [.issue])
      #expect(new[0].seat == old[0].seat)
      #expect(new[0].barcode != old[0].barcode)
      #expect(new[0].identity != old[0].identity)
    }
  }

  @Test func `scanned: used, and only when the scan succeeds`() async throws {
    try await Staging().run { client, sandbox in
      let sale = try await sandbox.sell()
      try await sandbox.scan(sale.movements[0], succeeds: false)
      #expect(try await details(client, sale).tickets[0].action == .issue)
      try await sandbox.scan(sale.movements[0])
      #expect(try await details(client, sale).tickets[0].action == .issueUsed)
    }
  }

  @Test func `called off: every ticket of the performance is void, others are not`() async throws {
    try await Staging().run { client, sandbox in
      let other = await sandbox.house.performances[1].id
      let (gone, stays) = (try await sandbox.sell(count: 2), try await sandbox.sell(performance: other))
      try await sandbox.cancelEvent()
      #expect(try await details(client, gone).tickets.map(\.action) == [.void, .void])
      #expect(try await details(client, stays).tickets.map(\.action) == [.issue])
    }
  }

  @Test(arguments: [SandboxHouse.museum, .stadium])
  func `houses with other currencies, zones, scripts and barcodes`(house: SandboxHouse) async throws {
    var staging = Staging()
    staging.house = house
    try await staging.run { client, sandbox in
      let sale = try await sandbox.sell(count: 2)
      let language = house.institution == "CUBE" ? "ar" : "ja"
      let read = try await details(client, sale, language: language)
      #expect(read.refused.isEmpty)
      let performance = house.performances[0]
      #expect(read.tickets[0].event.name?.text == performance.names[language])
      #expect(read.tickets[0].event.start?.zone == house.timeZone)
      #expect(read.tickets[0].event.start?.epochMilliseconds == performance.start)
      #expect(read.tickets[0].price?.thousandths == performance.price)
      #expect(read.tickets[0].price?.currency.code == house.currencyCode)
      #expect(read.tickets[0].barcode?.text.count == house.barcodeLength)
      #expect(read.tickets[0].isFreeSeating == !performance.isSeated)
    }
  }

  @Test func `a file asked for in three languages has its names in three`() async throws {
    try await Staging().run { client, sandbox in
      let sale = try await sandbox.sell(count: 2)
      var read = try await details(client, sale)
      #expect(read.tickets.allSatisfy { !$0.hasTranslations })
      for language in ["en", "de"] {
        // What changes between two answers is the first's.
        try await sandbox.rename(sale.movements[0], to: SandboxPerson("Ben", language))
        read = read.adding(try await details(client, sale, language: language), language: language)
      }
      for ticket in read.tickets {
        #expect(ticket.event.name?.text == "Gala symphonique")
        #expect(ticket.event.name?.translations == ["en": "Symphonic Gala", "de": "Sinfonische Gala"])
        #expect(ticket.tariff.name?.text(in: "de") == "Erwachsene")
        #expect(ticket.venue.name?.text(in: "en-GB") == "House of the Arts")
        #expect(ticket.venue.name?.text(in: "de") == "Maison des Arts")
        #expect(ticket.holder.name == nil)
      }
    }
  }

  @Test func `a season ticket has no date, and is a ticket`() async throws {
    try await Staging().run { client, sandbox in
      let season = try #require(await sandbox.house.performances.last)
      let sale = try await sandbox.sell(performance: season.id)
      let read = try await details(client, sale)
      #expect(read.refused.isEmpty)
      #expect(read.tickets[0].action == .issue)
      #expect(read.tickets[0].event.start == nil)
      #expect(read.tickets[0].event.name?.text == "Abonnement 2027")
      #expect(read.tickets[0].product.family == "SEASONTICKET")
    }
  }

  @Test func `a package of two performances is two tickets of one order, each with its own date`() async throws {
    try await Staging().run { client, sandbox in
      let sale = try await sandbox.sellPackage(holders: [SandboxPerson("Ana", "Moreau")])
      let read = try await details(client, sale, language: "it")
      #expect(read.refused.isEmpty)
      #expect(read.notices.isEmpty)
      #expect(read.orders.map(\.id) == [String(sale.order)])
      #expect(read.tickets.map(\.movement) == sale.movements.map { String($0) })
      #expect(read.tickets.map(\.event.name?.text) == ["Gala sinfonico", "La lunghissima notte delle marionette"])
      #expect(
        read.tickets.map(\.event.start?.iso8601) == ["2027-01-15T20:30:00+01:00", "2027-10-31T01:30:00+02:00"])
      #expect(read.tickets.map(\.product.family) == ["PACKAGE", "PACKAGE"])
      #expect(read.tickets.map(\.product.name?.text) == ["Pacchetto Duo", "Pacchetto Duo"])
      #expect(read.tickets.map(\.price?.thousandths) == [55_000, 19_000])
      #expect(read.tickets.map(\.holder.name) == ["Ana Moreau", "Ana Moreau"])
      // One of the two is given back: the other is good.
      try await sandbox.refund([sale.movements[1]])
      let after = try await details(client, sale)
      #expect(try ticket(after, sale.movements[0]).action == .issue)
      #expect(try ticket(after, sale.movements[1]).action == .void)
    }
  }

  @Test func `a family pays by tariff, and is refunded what it paid`() async throws {
    try await Staging().run { client, sandbox in
      let sale = try await sandbox.sell(count: 4, children: 2)
      let read = try await details(client, sale)
      #expect(read.tickets.map(\.tariff.name?.text) == ["Adulte", "Adulte", "Enfant", "Enfant"])
      #expect(read.tickets.map(\.price?.thousandths) == [65_000, 65_000, 32_500, 32_500])
      let refund = try await sandbox.refund(Array(sale.movements.dropFirst()))
      let order = try await client.orderDetails(orderID: refund.order)
      #expect(order[pointer: "/orderDetailsData/saleAmount"]?.int == -130_000)
      #expect(order[pointer: "/orderDetailsData/operationDatas"]?.array?.map { $0["quantity"]?.int } == [1, 2])
    }
  }

  @Test func `the same seed gives the same sandbox, another another`() async throws {
    func play(seed: UInt64) async throws -> ([SandboxFile], [SandboxRow]) {
      var options = SandboxSecutix.Options()
      options.seed = seed
      let sandbox = SandboxSecutix(options: options, now: { TestClock.start })
      let sale = try await sandbox.sell(count: 3)
      try await sandbox.reprint(sale.movements[0])
      try await sandbox.exchange(sale.movements[1])
      return (await sandbox.files, await sandbox.rows)
    }
    let (one, again, other) = (try await play(seed: 7), try await play(seed: 7), try await play(seed: 8))
    #expect(one == again)
    #expect(one != other)
  }

  @Test func `barcodes keep the zeros they begin with`() async throws {
    try await Staging().run { client, sandbox in
      let sale = try await sandbox.sell(count: 40)
      let read = try await details(client, sale).tickets.compactMap(\.barcode?.text)
      #expect(read.allSatisfy { $0.count == 24 })
      #expect(read.contains { $0.hasPrefix("0") })
    }
  }

  @Test func `what cannot be played is refused`() async throws {
    let sandbox = SandboxSecutix()
    let sale = try await sandbox.sell()
    try await sandbox.refund(sale.movements)
    await #expect(throws: SandboxError.self) { try await sandbox.scan(sale.movements[0]) }
    await #expect(throws: SandboxError.self) { try await sandbox.reprint(7) }
    await #expect(throws: SandboxError.self) { try await sandbox.sell(performance: 7) }
  }

  @Test func `an order alone names its file, and a failed answer is refused`() async throws {
    try await Staging().run { client, sandbox in
      let sale = try await sandbox.sell(count: 2)
      let order = try await client.orderDetails(orderID: sale.order)
      let read = try FileDetails(reading: order, options: ExportOptions())
      #expect(read.fileID == String(sale.file))
      #expect(read.tickets.count == 2)
      #expect(read.tickets[0].source?["order"] != nil)
    }
    let failed = try FileDetails(
      reading: ["statusCode": "error", "statusDetail": "away"], name: "file 7", options: ExportOptions())
    #expect(failed.tickets.isEmpty)
    #expect(failed.orders.isEmpty)
    #expect(failed.refused.map(\.reason) == [.failedAnswer(status: "error", detail: "away")])
    #expect(failed.refused[0].place.file == "file 7")
    let other = try FileDetails(reading: [1, 2], options: ExportOptions())
    #expect(other.refused.map(\.reason) == [.notAnOrder])
  }
}
