import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import PassBundle
import Sandbox
import Synchronization
import Testing

/// A venue's CRM, which takes what it is told or does not.
private final class CRM: Sendable {
  struct Message: Sendable {
    let id: String
    let type: String
    let data: JSONValue?
    let isSigned: Bool
  }

  private let state = Mutex((messages: [Message](), status: 204))
  private let secret: [UInt8]
  private let arrivals: AsyncStream<Void>
  private let arrived: AsyncStream<Void>.Continuation

  init(secret: [UInt8]) {
    self.secret = secret
    (arrivals, arrived) = AsyncStream.makeStream()
  }

  var messages: [Message] { state.withLock { $0.messages } }
  func answer(_ status: Int) { state.withLock { $0.status = status } }

  var router: Router<BasicRequestContext> {
    let router = Router()
    router.post("passes") { request, _ in
      let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
      func header(_ name: String) -> String { HTTPField.Name(name).flatMap { request.headers[$0] } ?? "" }
      let signed = "\(header("webhook-id")).\(header("webhook-timestamp")).\(body)"
      let signature = Data(Digest.hmacSHA256(Array(signed.utf8), key: self.secret)).base64EncodedString()
      let json = try JSONValue(parsing: Array(body.utf8))
      let message = Message(
        id: header("webhook-id"), type: json["type"]?.stringValue ?? "", data: json["data"],
        isSigned: header("webhook-signature") == "v1,\(signature)")
      let status = self.state.withLock { state in
        state.messages.append(message)
        return state.status
      }
      self.arrived.yield()
      return Response(status: .init(code: status))
    }
    return router
  }

  func wait(for count: Int) async {
    if messages.count >= count { return }
    for await _ in arrivals where messages.count >= count { return }
  }
}

@Suite("A venue's own systems", .timeLimit(.minutes(10)))
struct OutgoingWebhookTests {
  @Test func `are told of a sale and a refund, across a crash, once and signed`() async throws {
    let secret = [UInt8]("a secret of twenty-four.".utf8)
    let crm = CRM(secret: secret)
    var logger = Logger(label: "crm")
    logger.logLevel = .critical
    try await whileServing(crm.router, logger: logger) { port in
      var plan = ServiceFixture.Plan()
      plan.files = ["secrets/crm": "whsec_\(Data(secret).base64EncodedString())\n"]
      plan.tenantMembers = [
        "outgoing_webhooks:",
        "  - {name: crm, url: 'http://127.0.0.1:\(port)/passes', secret: {file: secrets/crm}, allow: [127.0.0.1]}",
      ]
      try await ServiceFixture.with(plan) { fixture in
        let first = try await fixture.start()
        let sale = try await fixture.sandbox.sell(count: 2)
        #expect(try await first.post(fixture.sandbox.rows).status == 200)
        await crm.wait(for: 2)
        #expect(crm.messages.map(\.type) == ["Pass:Created", "Pass:Created"] && crm.messages.allSatisfy(\.isSigned))
        #expect(crm.messages.allSatisfy { $0.data?["fileId"]?.int == sale.file })
        #expect(crm.messages.contains { $0.data?["movementId"]?.int == sale.movements[0] })

        // The CRM is down, and then the service is too.
        crm.answer(503)
        try await fixture.sandbox.refund([sale.movements[0]])
        #expect(try await first.post(fixture.sandbox.rows.suffix(2)).status == 200)
        await crm.wait(for: 3)
        let refused = try #require(crm.messages.last)
        #expect(refused.type == "Pass:Voided" && refused.data?["state"]?.stringValue == "voided")
        first.process.send(SIGKILL)
        #expect(await first.process.end() == -SIGKILL)
        crm.answer(204)
        let second = try await fixture.start()
        await crm.wait(for: 4)
        #expect(crm.messages.map(\.id)[3] == refused.id && crm.messages[3].isSigned)

        func webhooks(_ arguments: String...) async throws -> (status: Int32, output: String) {
          let process = try ServiceProcess(["webhooks"] + arguments, in: fixture.folder.root)
          return (await process.end(), process.output)
        }
        var all: [JSONValue] = []
        repeat {
          let list = try await webhooks("list", "--json", "--state", "completed")
          all = try JSONValue(parsing: Array(list.output.utf8)).array ?? []
        } while all.count < 3
        let table = try await webhooks()
        #expect(table.status == 0 && table.output.contains("theatre") && table.output.contains("good"), "\(table)")
        let id = try #require(all.first?["id"]?.int)
        let shown = try await webhooks("show", "\(id)")
        #expect(shown.output.contains("Pass:Voided") && shown.output.contains("the endpoint answered 204"), "\(shown)")
        let replayed = try await webhooks("replay", "\(id)")
        #expect(replayed.status == 0 && replayed.output == "1 message is sent again", "\(replayed)")
        await crm.wait(for: 5)
        #expect(crm.messages.map(\.id)[4] == refused.id)

        let over = try await second.get("/api/theatre/webhooks/messages?endpoint=crm&limit=2", as: "theatre")
        #expect(over.json?.array?.count == 2 && over.headers["link"]?.contains("endpoint=crm") == true)
        let endpoints = try await second.get("/api/theatre/webhooks/endpoints", as: "theatre")
        #expect(endpoints.json?[0]?["failures"]?.int == 0)
        #expect(try await webhooks("resume", "theatre", "nobody").status == 3)
        #expect(try await webhooks("show", "4711").status == 3)
        second.process.send(SIGTERM)
        #expect(await second.process.end() == 0, "\(second.process.output)")
      }
    }
  }
}
