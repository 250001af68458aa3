import AppleWallet
import Authorization
import Foundation
import HTTPTypes
import Issuance
import JSON
import PassBundle
import SQLiteStore
import Sandbox
import Secutix
import Testing

@testable import Server

/// Every error that the document shows is what the service says, word by word.
@Suite("Examples of errors")
struct ErrorExampleTests {
  private static let orders = "webhooks/listeners/secutix/orders"
  private static let row = #"{"orderSecretToken": "s", "state": "PAID", "lastUpdate": "2027-01-15 19:30:00"}"#

  /// The examples by their names, which are unique.
  private static func examples() throws -> [String: JSONValue] {
    let responses = try #require(try OpenAPITests.document()[pointer: "/components/responses"]?.object)
    var examples: [String: JSONValue] = [:]
    for response in responses.members {
      let content = response.value["content"]?.object?["application/problem+json"]
      for example in content?["examples"]?.object?.members ?? [] {
        #expect(
          examples.updateValue(try #require(example.value["value"]), forKey: example.name) == nil, "\(example.name)")
      }
    }
    return examples
  }

  /// What the service answers to what each example is of.
  private static func answers(of live: LiveService) async throws -> [String: JSONValue?] {
    let theatre = "/api/theatre"
    let (sale, _) = try await live.issue()
    let file = try live.token(.file("\(sale.file)"))
    let pass = IssuedPass(
      serialNumber: "bare", template: "concert", state: .valid, rendered: [], assetsDigest: [], contentDigest: [],
      asOf: LiveService.now)
    try await live.store.save([pass], tenant: "theatre", at: LiveService.now)
    let order = OrderKey(tenant: "theatre", order: .secretToken(sale.orderSecret))
    let job = try await live.store.request(order, correlationID: "request-7", at: LiveService.now)
    _ = try await live.store.claim(1, worker: "test", leasedUntil: LiveService.now + 1, at: LiveService.now)
    let lookup = "\(theatre)/external/secutix/orders/getTicketsUrl"

    let wallet = "/wallet/theatre/v1"
    let registrations = "\(wallet)/devices/x/registrations/\(live.passType)"
    let bare = try #require(try await live.store.pass(serialNumber: "bare", tenant: "theatre"))
    let show = ["Authorization": try live.authorization(of: bare)]

    func ask(
      _ method: String, _ path: String, _ body: String? = nil, headers: [String: String] = [:]
    ) async throws -> JSONValue? {
      try await live.ask(method, path, headers: headers, body: body).body
    }
    func troubled(_ fault: SandboxFault) async throws -> JSONValue? {
      await live.sandbox.prepare(fault, for: "getFileDetails", times: 1)
      return try await ask("GET", "\(lookup)/\(sale.file)")
    }
    var answers: [String: JSONValue?] = [
      "missingMember": try await ask(
        "POST", "\(theatre)/\(orders)", #"{"state": "PAID", "lastUpdate": "2027-01-15 19:30:00"}"#),
      "severalRows": try await ask(
        "POST", "\(theatre)/\(orders)",
        "[\(row.replacing(#""s""#, with: #"" ""#)), \(row.replacing("{", with: #"{"ticketId": "7", "#))]"),
      "namesNoOrder": try await ask("POST", "\(theatre)/\(orders)/v2", "{}"),
      "orderNumber": try await ask("GET", "\(theatre)/\(orders)/v1/$%7BorderId%7D"),
      "limit": try await ask("GET", "\(theatre)/jobs?limit=101"),
      "reason": try await ask("POST", "\(theatre)/jobs/\(job.id)/discard", #"{"reason": 7}"#),
      "missing": try await ask("GET", "\(theatre)/passes", headers: ["X-API-KEY": ""]),
      "unknownKey": try await ask("GET", "\(theatre)/passes", headers: ["X-API-KEY": "pm_abcdef"]),
      "scope": try await ask(
        "POST", "\(theatre)/passes/bare/refresh", headers: ["X-API-KEY": live.readerKey]),
      "webhookCredentials": try await ask("POST", "/api/guarded/\(orders)", row),
      "address": try await ask("POST", "/api/far/\(orders)", row),
      "tenant": try await ask("GET", "/api/nowhere/passes"),
      "file": try await ask("GET", "\(lookup)/1"),
      "noNumber": try await ask("GET", "\(lookup)/abc"),
      "pass": try await ask("GET", "\(theatre)/passes/none"),
      "job": try await ask("GET", "\(theatre)/jobs/4711"),
      "badge": try await ask("GET", "/badges/xx"),
      "passWithoutOrder": try await ask("POST", "\(theatre)/passes/bare/refresh"),
      "jobRuns": try await ask("POST", "\(theatre)/jobs/\(job.id)/discard"),
      "tooLarge": try await ask("POST", "\(theatre)/\(orders)", String(repeating: " ", count: 1 << 20) + row),
      "mediaType": try await ask("POST", "\(theatre)/\(orders)", row, headers: ["Content-Type": "text/xml"]),
      "part": try await ask("GET", "/t/\(file).pkpasses?part=first"),
      "noSuchPart": try await ask("GET", "/t/\(file).pkpasses?part=2"),
      "metrics": try await ask("GET", "/metrics"),
      "passToken": try await ask("GET", "\(wallet)/passes/\(live.passType)/bare"),
      "registration": try await ask("POST", "\(registrations)/bare", "{}", headers: show),
      "deviceIdentifier": try await ask(
        "GET", "\(wallet)/devices/\(String(repeating: "x", count: 201))/registrations/\(live.passType)"),
      "personalization": try await ask("POST", "\(wallet)/passes/\(live.passType)/bare/personalize", "{}"),
      "outgoingWebhook": try await ask("GET", "\(theatre)/webhooks/messages/4711"),
      "endpoint": try await ask("POST", "\(theatre)/webhooks/endpoints/crm/resume"),
      "log": try await ask("POST", "\(wallet)/log", "{}"),
      "secutixRefuses": try await troubled(.status(400)),
      "secutixFails": try await troubled(.status(500)),
      "secutixWorks": try await troubled(.inProgress(9)),
    ]
    live.front.registrationRate.add(60, to: "theatre bare", perMinute: 1, at: LiveService.now)
    answers["manyRegistrations"] = try await ask("POST", "\(registrations)/bare", "{}", headers: show)
    _ = try await live.ask("POST", "/api/slow/\(orders)", body: row)
    answers["tooMany"] = try await ask("POST", "/api/slow/\(orders)", row)
    live.front.beginToStop()
    answers["stopping"] = try await ask("GET", "/readyz")
    return answers
  }

  /// What takes a full disk or a broken library, by the table that answers it.
  private static func answersInTrouble() throws -> [String: JSONValue?] {
    func problem(_ problem: Problem) -> JSONValue {
      var object: JSONObject = [
        "type": "about:blank", "title": .string(problem.status.reasonPhrase),
        "status": .number(JSONNumber(Int64(problem.status.code))),
      ]
      object["detail"] = problem.detail.map { .string($0) }
      return .object(object)
    }
    return [
      "storeFull": problem(Problem(StoreError.full)), "internal": problem(Problem(.sealing(.layout("x")))),
      "manyPasses": problem(Problem(PassWebService.Failure.tooManyRegistrations(limit: 1_000))),
      "manyDevices": problem(Problem(PassWebService.Failure.tooManyDevices(limit: PassWebService.deviceLimit))),
    ]
  }

  @Test func `every example of an error is what the service answers`() async throws {
    let webhooks = [
      "guarded": WebhookPolicy(basic: .init(user: "secutix", password: Secret(Array("word".utf8)))),
      "far": WebhookPolicy(allowed: [try #require(AddressRange("192.0.2.0/24"))]),
      "slow": WebhookPolicy(requestsPerMinute: 1),
    ]
    try await LiveService.run(webhooks: webhooks, isMeasured: false) { live in
      let examples = try Self.examples()
      let answers = try await Self.answers(of: live).merging(Self.answersInTrouble()) { first, _ in first }
      #expect(Set(examples.keys) == Set(answers.keys))
      for (name, answer) in answers {
        var (shown, said) = (examples[name]?.object, answer?.object)
        // No two requests have the same.
        shown?["correlationId"] = nil
        said?["correlationId"] = nil
        #expect(said == shown, "\(name)")
      }
    }
  }
}
