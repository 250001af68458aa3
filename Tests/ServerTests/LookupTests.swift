import Foundation
import Issuance
import JSON
import Sandbox
import SecutixClient
import Testing

@testable import Server

@Suite("The lookup")
struct LookupTests {
  private static func path(_ file: Int64) -> String { "/api/theatre/external/secutix/orders/getTicketsUrl/\(file)" }

  @Test func `a file's tickets have their addresses, issued on the way, and no barcode`() async throws {
    try await LiveService.run { live in
      let sale = try await live.sandbox.sell(count: 2)
      let answer = try await live.ask("GET", Self.path(sale.file))
      #expect(answer.status == 200)
      let body = try #require(answer.body)
      #expect(body["fileId"]?.int == sale.file)
      let tickets = try #require(body["tickets"]?.array)
      #expect(tickets.map { $0["movementId"]?.int } == sale.movements)
      #expect(tickets.allSatisfy { $0["state"] == "valid" && $0["orderId"]?.int == sale.order })
      #expect(tickets.allSatisfy { $0["event"] == "Symphonic Gala" && $0["seat"]?.stringValue?.isEmpty == false })
      let text = String(decoding: body.serialized(), as: UTF8.self)
      for movement in sale.movements {
        let barcode = try #require(await live.sandbox.movement(movement)?.ticket?.barcode)
        #expect(!text.contains(barcode))
      }
      // Each address opens what it says.
      let publicURL = "https://passes.example.org"
      for address in [body["url"]] + tickets.flatMap({ [$0["passUrl"], $0["bundleUrl"]] }) {
        let address = try #require(address?.stringValue)
        #expect(address.hasPrefix("\(publicURL)/t/"))
        #expect(try await live.ask("GET", String(address.dropFirst(publicURL.count))).status == 200)
      }
      // The same again, and nobody is asked for what has not changed to be signed anew.
      #expect(try await live.ask("GET", Self.path(sale.file)).body == body)
    }
  }

  @Test func `tickets without a barcode wait, and those given back are shown as void`() async throws {
    try await LiveService.run { live in
      let sale = try await live.sandbox.sell(count: 2, isPrinted: false)
      let waiting = try await live.ask("GET", Self.path(sale.file))
      #expect(waiting.body?["waiting"]?.int == 2 && waiting.body?["tickets"]?.array == [])
      #expect(waiting.body?["refused"]?.int == 0)
      for movement in sale.movements { try await live.sandbox.print(movement) }
      #expect(try await live.ask("GET", Self.path(sale.file)).body?["tickets"]?.array?.count == 2)
      _ = try await live.sandbox.refund([sale.movements[0]])
      let states = try await live.ask("GET", Self.path(sale.file)).body?["tickets"]?.array?.map { $0["state"] }
      #expect(states == ["voided", "valid"])
    }
  }

  @Test func `what Secutix does is told by its own status`() async throws {
    try await LiveService.run { live in
      let sale = try await live.sandbox.sell(count: 1)
      #expect(try await live.ask("GET", Self.path(999_999)).status == 404)
      let faults: [(SandboxFault, Int)] = [
        (.status(500), 503), (.status(509), 503), (.failure(statusCode: "internal_error", detail: "x"), 502),
        (.status(403), 502), (.brokenJSON, 502), (.reset, 503),
      ]
      for (fault, status) in faults {
        await live.sandbox.prepare(fault, for: nil, times: 10)
        let answer = try await live.ask("GET", Self.path(sale.file))
        #expect(answer.status == status, "\(fault)")
        #expect(answer.headers["content-type"] == "application/problem+json")
        if status == 503 { #expect(answer.headers["retry-after"] != nil) }
        _ = await live.sandbox.clearFaults()
      }
      #expect(try await live.ask("GET", Self.path(sale.file)).status == 200)
    }
  }

  @Test func `who may not ask is told why`() async throws {
    try await LiveService.run { live in
      let sale = try await live.sandbox.sell(count: 1)
      let none = try await live.ask("GET", Self.path(sale.file), headers: ["X-API-KEY": ""])
      #expect(none.status == 401 && none.headers["www-authenticate"] == #"Bearer realm="passmint""#)
      let wrong = try await live.ask("GET", Self.path(sale.file), headers: ["X-API-KEY": "pm_no_such"])
      #expect(wrong.status == 401 && wrong.headers["www-authenticate"]?.contains("invalid_token") == true)
      let reader = try await live.ask("GET", Self.path(sale.file), headers: ["X-API-KEY": live.readerKey])
      #expect(reader.status == 403 && reader.headers["www-authenticate"]?.contains("Secutix.Read") == true)
      #expect(await live.sandbox.calls.isEmpty)
    }
  }
}
