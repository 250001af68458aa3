import Foundation
import Issuance
import JSON
import PassBundle
import SQLiteStore
import Sandbox
import Secutix
import Testing

/// Schemathesis makes requests up from a contract, good and bad ones, and looks whether every answer is one that the contract
/// knows: the document that is served, and the two endpoints as they were specified.
@Suite("Contracts")
struct ContractTests {
  @Test func `no answer is outside its contract, by schemathesis`() async throws {
    try await LiveService.run { live in
      try await live.store.subscribe(
        [WebhookSubscription(name: "crm", address: "https://crm.example.org/", types: [.created])], tenant: "theatre")
      let (sale, passes) = try await live.issue(count: 12)
      let pass = try #require(passes.first)
      let order = OrderKey(tenant: "theatre", order: .secretToken(sale.orderSecret))
      let job = try await live.store.request(order, correlationID: "request-7", at: LiveService.now)
      let passToken = JSONValue.string(try live.token(.pass(serialNumber: pass.pass.serialNumber)))
      let download: JSONValue = ["token": passToken]
      let message = try #require(try await live.store.webhooks(WebhookFilter(tenant: "theatre")).first)
      let form = try await live.saveWithForm()
      let entry: JSONValue = [
        "serialNumber": "form", "authorization": .string(try live.authorization(of: form)),
      ]
      let question: JSONValue = [
        "url": .string(live.url), "apiKey": .string(live.key),
        "known": [
          "tenantId": "theatre", "fileId": .number(JSONNumber(sale.file)), "orderId": .number(JSONNumber(sale.order)),
          "serialNumber": .string(pass.pass.serialNumber), "jobId": .number(JSONNumber(job.id)), "language": "en",
          "token": .string(try live.token(.file("\(sale.file)"))), "orderSecret": .string(sale.orderSecret),
          "passType": .string(live.passType), "authorization": .string(try live.authorization(of: pass)),
          "messageId": .number(JSONNumber(message.id)), "endpointName": "crm",
          "POST /wallet/{tenantId}/v1/passes/{passType}/{serialNumber}/personalize": entry,
          "GET /t/{token}.pkpass": download, "HEAD /t/{token}.pkpass": download,
        ],
      ]
      let script = OpenAPITests.folder.appending(path: "contracts.py").path
      let (status, said) = try await OpenAPITests.python([script], input: question.serialized())
      #expect(status == 0, "\(said)")
    }
  }
}
