import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOHTTP1
import Sandbox
import Testing

/// The sandbox as others play with it: its control routes over HTTP, and its commands as processes.
@Suite struct SandboxTests {
  /// A call of a running sandbox; a body is posted.
  private func call(
    _ url: String, _ body: JSONValue? = nil, headers: [(String, String)] = []
  ) async throws -> (status: UInt, answer: JSONValue) {
    var request = HTTPClientRequest(url: url)
    if let body {
      request.method = .POST
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: body.serialized()))
    }
    for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
    let bytes = Array(try await response.body.collect(upTo: 1 << 24).readableBytesView)
    return (response.status.code, bytes.isEmpty ? .null : try JSONValue(parsing: bytes))
  }

  @Test func `every scenario is played over HTTP, and told`() async throws {
    let sandbox = SandboxSecutix()
    try await sandbox.serve { url in
      func play(_ scenario: String, _ particulars: JSONValue = [:]) async throws -> JSONValue {
        let (status, answer) = try await call("\(url)/sandbox/\(scenario)", particulars)
        #expect(status == 200, "\(scenario): \(answer)")
        return answer
      }
      let sold = try await play("sell", ["seats": 4, "holders": ["Ana Moreau", "Ben Ndiaye"]])
      #expect(sold["movements"]?.array?.map { $0["holder"]?.stringValue } == ["Ana Moreau", "Ben Ndiaye", nil, nil])
      #expect(sold["movements"]?.array?.map { $0["number"]?.int } == [1, 2, 3, 4])
      #expect(sold["rows"]?.array == ["PAID", "PAID", "PAID", "PAID"])
      let movement = try #require(sold["movements"]?[1]?["movementId"]?.int)
      let before = try #require(await sandbox.movement(movement)?.ticket?.barcode)
      // By its number or by its id.
      let again = try await play("reprint", ["movement": 2])
      #expect(again["movements"]?[0]?["movementId"]?.int == movement)
      #expect(again["movements"]?[0]?["barcode"]?.stringValue != before)
      _ = try await play("reseat", ["movement": .number(JSONNumber(movement)), "row": "A", "seat": "1"])
      #expect(await sandbox.movement(movement)?.seat?.row == "A")
      _ = try await play("rename", ["movement": 2, "holder": "Kim Lee Sato"])
      #expect(await sandbox.movement(movement)?.holder == SandboxPerson("Kim Lee", "Sato"))
      let later = try await play("reschedule", ["to": "2027-01-15T21:00"])
      #expect(later["movements"]?[0]?["start"]?.stringValue == "2027-01-15T21:00:00.000+01:00")
      let exchanged = try await play("exchange", ["movement": 1, "performance": 2])
      #expect(exchanged["orderType"]?.stringValue == "EXCHANGE_CLIENT")
      #expect(exchanged["movements"]?.array?.map { $0["state"]?.stringValue } == ["CANCELLED", "PRINTED"])
      #expect(try await play("refund", ["movements": [3]])["fileState"]?.stringValue == "SOLDED")
      #expect(try await play("resell", ["movement": 4])["movements"]?[1]?["holder"]?.stringValue == "Kim Sato")
      #expect(try await play("scan", ["movement": 2])["movements"]?[0]?["state"]?.stringValue == "CONTROLLED")
      let waiting = try await play("sell", ["printed": false])
      #expect(waiting["movements"]?[0]?["barcode"] == nil)
      #expect(try await play("print")["movements"]?[0]?["barcode"] != nil)
      #expect(try await play("refund")["fileState"]?.stringValue == "CANCELED")
      _ = try await play("cancel-event", ["performance": 2])
      #expect(await sandbox.house.performances.map(\.isCancelled) == [false, true, false])
      let all = try await call("\(url)/sandbox").answer
      #expect(all["movements"]?.array?.count == 7)
      #expect(all["performances"]?.array?.count == 3)
    }
  }

  @Test func `what cannot be played is refused in words`() async throws {
    try await SandboxSecutix().serve { url in
      for (scenario, particulars, said) in [
        ("dance", [:], "there is no scenario dance"), ("scan", [:], "sell one first"),
        ("sell", ["seat": 2], "sell knows no seat"), ("sell", ["seats": "two"], "seats must be a whole number"),
        ("sell", ["seats": 0], "1 to 500"), ("sell", ["performance": 7], "no performance 7"),
        ("reschedule", ["to": "tomorrow"], "write 2027-01-15T20:30"), ("fault", ["kind": "rain"], "no fault rain"),
        ("sell", [1], "the body must be a JSON object"),
      ] as [(String, JSONValue, String)] {
        let (status, answer) = try await call("\(url)/sandbox/\(scenario)", particulars)
        #expect(status == 400)
        #expect(answer["error"]?.stringValue?.contains(said) == true, "\(answer)")
      }
    }
  }

  @Test func `a web page that is open on the machine plays nothing`() async throws {
    let sandbox = SandboxSecutix()
    try await sandbox.serve { url in
      for header in [("Origin", "http://evil.example"), ("Host", "evil.example:8400")] {
        let (status, _) = try await call("\(url)/sandbox/sell", [:], headers: [header])
        #expect(status == 403)
      }
      #expect(await sandbox.files.isEmpty)
    }
  }

  @Test func `faults are prepared by name and taken back`() async throws {
    try await SandboxSecutix().serve { url in
      func status() async throws -> UInt { try await call("\(url)/tnai/backend-apis/v1/auth", [:]).status }
      _ = try await call("\(url)/sandbox/fault", ["kind": "509", "times": 3])
      #expect(try await status() == 509)
      let gone = try await call("\(url)/sandbox/fault", ["kind": "none"]).answer
      #expect(gone["said"]?.stringValue?.contains("2 had been") == true)
      #expect(try await status() == 403)
      for name in SandboxFault.names {
        #expect(try await call("\(url)/sandbox/fault", ["kind": .string(name)]).status == 200)
      }
    }
  }

  @Test func `the doors find a ticket by its barcode, and a scan there marks it`() async throws {
    let sandbox = SandboxSecutix(.stadium)
    try await sandbox.serve { url in
      let auth = try await call(
        "\(url)/tnai/backend-apis/v1/auth",
        ["operator": "CUBE_PASSES", "partner": "Passmint", "secret": "a-stadium-of-the-sandbox"])
      let token = try #require(auth.answer["token"]?.stringValue)
      func ask(_ method: String, _ body: JSONValue) async throws -> JSONValue {
        let (module, service) =
          method == "listTicketsByCriteria"
          ? ("tnseb", "externalOrderHistoryService/v1_34") : ("tnci", "externalAccessControlService/v1_6")
        return try await call(
          "\(url)/\(module)/backend-apis/\(service)/\(method)", body, headers: [("Authorization", "Bearer \(token)")]
        ).answer
      }
      let guests = await sandbox.house.performances[1].id
      let sale = try await sandbox.sell(performance: guests, count: 2)
      let barcode = try #require(await sandbox.movement(sale.movements[0])?.ticket?.barcode)
      // Another system's: letters too.
      #expect(barcode.contains { $0.isLetter })
      let asked: JSONValue = ["barCodeOrTaxNumber": .string(barcode)]
      #expect(try await ask("getTimeZone", [:])["timeZone"]?.stringValue == "Asia/Kuwait")
      #expect(
        try await ask("getControlledTicket", asked)["controlledTicketData"]?["controlOperations"]?.array?.isEmpty
          == true)
      #expect(try await ask("burnTicket", asked)["statusCode"]?.stringValue == "success")
      #expect(await sandbox.movement(sale.movements[0])?.ticket?.state == "CONTROLLED")
      #expect(await sandbox.rows.last?.state == "CONTROLLED")
      try await sandbox.reprint(sale.movements[1])
      let gone = try #require(await sandbox.movement(sale.movements[1])?.tickets.first?.barcode)
      let old = try await ask("getControlledTicket", ["barCodeOrTaxNumber": .string(gone)])
      #expect(old["controlledTicketData"]?["cancellationCause"]?.stringValue == "INVALIDATED")
      let other = try #require(await sandbox.movement(sale.movements[1])?.ticket?.barcode)
      _ = try await ask(
        "importControlledTicket", ["controlledTickets": [["barcode": .string(other), "controlResult": "OK"]]])
      #expect(await sandbox.movement(sale.movements[1])?.ticket?.state == "CONTROLLED")
      #expect(
        try await ask("getControlledTicket", ["barCodeOrTaxNumber": "7"])["statusCode"]?.stringValue == "notfound")

      let list = try await ask(
        "listTicketsByCriteria",
        [
          "ticketFilterCriteria": ["startDate": "2020-01-01T00:00:00Z", "endDate": "2100-01-01T00:00:00Z"],
          "paginationParameter": ["startPosition": 1, "maxResult": 1],
        ])
      #expect(list["truncated"]?.bool == true)
      #expect(list["ticketSummaries"]?.array?.count == 1)
      #expect(list["ticketSummaries"]?[0]?["ticketState"]?.stringValue == "INVALIDATED")
    }
  }

  @Test func `a running sandbox is played with from another terminal`() async throws {
    let sandbox = try ServiceProcess([
      "sandbox", "--listen", "127.0.0.1:0", "--mail-link", "http://mail/${orderSecret}",
    ])
    let line = try await sandbox.line { $0.contains("answers at") }
    let url = try #require(line.split(separator: " ").last.map(String.init))
    func run(_ arguments: String...) async throws -> (status: Int32, output: String) {
      let command = try ServiceProcess(["sandbox"] + arguments + ["--sandbox", url])
      let status = await command.end()
      return (status, command.output)
    }
    let sold = try await run("sell", "--seats", "2", "--holder", "Ana Moreau", "--json")
    #expect(sold.status == 0)
    let answer = try JSONValue(parsing: Array(sold.output.utf8))
    let secret = try #require(answer["orderSecretId"]?.stringValue)
    #expect(answer["mailLink"]?.stringValue == "http://mail/\(secret)")
    for scenario in [
      "reprint", "reseat", "rename", "reschedule", "exchange", "resell", "scan", "refund", "cancel-event",
    ] {
      let (status, output) = try await run(scenario)
      #expect(status == 0, "\(scenario): \(output)")
    }
    let list = try await run("list")
    #expect(list.output.contains("Gala symphonique · 2027-01-15 21:30"))
    #expect(list.output.contains("called off"))
    let refused = try await run("scan")
    #expect(refused.status == 1)
    #expect(refused.output.contains("sell one first"))
    sandbox.send(SIGINT)
    #expect(await sandbox.end() == 0)
    let gone = try await run("list")
    #expect(gone.status == 3)
    #expect(gone.output.contains("no sandbox answers at \(url)"))
  }
}
