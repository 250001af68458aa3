import Issuance
import JSON
import Testing

@Suite("Remembered outgoing webhooks")
struct OutgoingWebhookTests {
  private func subscription(
    _ name: String = "crm", address: String = "https://crm.example.org/",
    _ types: Set<WebhookType> = [
      .created, .updated, .voided, .installed, .uninstalled,
    ]
  ) -> WebhookSubscription {
    WebhookSubscription(name: name, address: address, types: types)
  }

  @Test(arguments: StoreUnderTest.all)
  func `are written with what happened, for those that asked for it, of one tenant`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.save([pass("0")], tenant: "a", at: 4)
    try await store.subscribe([subscription(), subscription("gate", [.voided])], tenant: "a")
    try await store.save([pass("1")], tenant: "a", at: 5)
    try await store.save([pass("1")], tenant: "b", at: 5)
    try await store.save([pass("1", asOf: 1)], tenant: "a", at: 5)
    try await store.add("1")
    try await store.save([pass("1", content: 2, asOf: 2)], tenant: "a", at: 6)
    var voided = pass("1", content: 3, asOf: 3)
    voided.state = .voided
    try await store.save([voided], tenant: "a", at: 7_000)
    _ = try await store.remove("1")
    // What is nobody's business elsewhere.
    try await store.handOut("1", tag: 9)
    let sent = try await store.claimWebhooks(at: 10_000).sorted { $0.id < $1.id }
    #expect(
      sent.filter { $0.endpoint == "crm" }.map(\.type)
        == ["Pass:Created", "Pass:Installed", "Pass:Updated", "Pass:Voided", "Pass:Uninstalled"])
    #expect(sent.filter { $0.endpoint == "gate" }.map(\.type) == ["Pass:Voided"])
    #expect(Set(sent.map(\.messageID)).count == 6)
    let body = try JSONValue(parsing: Array(try #require(sent.first { $0.endpoint == "gate" }).body.utf8))
    #expect(body["type"]?.stringValue == "Pass:Voided" && body["data"]?["state"]?.stringValue == "voided")
    #expect(body["timestamp"]?.stringValue == "1970-01-01T00:00:07Z")
    #expect(body["data"]?["serialNumber"]?.stringValue == "1" && body["data"]?["tenant"]?.stringValue == "a")
    let sequences = try sent.filter { $0.endpoint == "crm" }.map {
      try JSONValue(parsing: Array($0.body.utf8))["data"]?["sequence"]?.int ?? 0
    }
    #expect(sequences == sequences.sorted())
    #expect(try await store.webhooks(WebhookFilter(tenant: "b")).isEmpty)
    #expect(try await store.webhook(sent[0].id, tenant: "b") == nil)
  }

  @Test(arguments: StoreUnderTest.all)
  func `are one worker's until its lease ends, and end once`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.subscribe([subscription()], tenant: "a")
    try await store.save([pass("1"), pass("2")], tenant: "a", at: 5)
    #expect(try await store.nextWebhookDue(without: []) == 5)
    let first = try await store.claimWebhooks(at: 100)
    #expect(first.count == 2)
    let none = try await store.claimWebhooks(at: 150)
    #expect(none.isEmpty)
    #expect(try await store.nextWebhookDue(without: []) == 200)
    let again = try await store.claimWebhooks(at: 200)
    #expect(again.map(\.messageID) == first.map(\.messageID) && again[0].attempts == 2)
    // The first worker comes back late.
    try await store.end([(first[0], .discard(pause: nil, reason: "late"))], at: 210)
    try await store.end(again.map { ($0, .delivered(answer: "204")) }, at: 220)
    let all = try await store.webhooks(WebhookFilter())
    #expect(all.map(\.state) == [.completed, .completed] && all[0].reason == "204" && all[0].finishedAt == 220)
    #expect(try await store.nextWebhookDue(without: []) == nil)
    let replayed = try #require(try await store.replayWebhook(all[1].id, tenant: nil, at: 300))
    #expect(replayed.state == .available && replayed.attempts == 0 && replayed.messageID == all[1].messageID)
    #expect(try await store.replayWebhook(all[1].id, tenant: "b", at: 300) == nil)
    #expect(try await store.claimWebhooks(at: 300).map(\.id) == [all[1].id])
    try await store.forget(finishedBefore: 300)
    #expect(try await store.webhooks(WebhookFilter()).map(\.id) == [all[1].id])
  }

  @Test(arguments: StoreUnderTest.all)
  func `wait while their endpoint is down, gone or taken out, and hold up no other`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.subscribe([subscription(), subscription("gate")], tenant: "a")
    try await store.save((0..<20).map { pass("\($0)") }, tenant: "a", at: 5)
    let both = try await store.claimWebhooks(4, at: 10)
    #expect(both.count == 8)
    let (crm, gate) = (both.filter { $0.endpoint == "crm" }, both.filter { $0.endpoint == "gate" })
    try await store.end(crm.map { ($0, .retry(at: 20, pause: 1_000, reason: "503")) }, at: 11)
    try await store.end(gate.map { ($0, .delivered(answer: "200")) }, at: 11)
    #expect(try await store.claimWebhooks(4, at: 30).map(\.endpoint) == ["gate", "gate", "gate", "gate"])
    #expect(try await store.webhookEndpoints(tenant: "a").map(\.failures) == [1, 0])
    // One tells whether it is there again.
    let probe = try await store.claimWebhooks(4, without: [gate[0].endpointNumber], at: 1_000)
    #expect(probe.count == 1 && probe[0].endpoint == "crm")
    try await store.end([(probe[0], .delivered(answer: "200"))], at: 1_001)
    let rest = try await store.claimWebhooks(100, without: [gate[0].endpointNumber], at: 1_002)
    #expect(rest.count == 19)
    try await store.end(rest.map { ($0, .endpointGone(reason: "410")) }, at: 1_003)
    let disabled = try #require(try await store.webhookEndpoints(tenant: "a").first)
    #expect(disabled.disabledAt == 1_003 && disabled.disabledFor == "410" && disabled.counts[.available] == 19)
    #expect(try await store.claimWebhooks(100, without: [gate[0].endpointNumber], at: 2_000).isEmpty)
    #expect(try await store.resumeWebhooks(of: "crm", tenant: "b", at: 2_001) == false)
    #expect(try await store.resumeWebhooks(of: "crm", tenant: "a", at: 2_001))
    try await store.save([pass("last")], tenant: "a", at: 2_000)
    let resumed = try await store.claimWebhooks(100, without: [gate[0].endpointNumber], at: 2_001)
    #expect(resumed.count == 20)
    let lost = resumed[19]
    try await store.end(resumed.prefix(19).map { ($0, .endpointGone(reason: "410")) }, at: 2_002)
    // One whose worker was killed waits too, and wakes nobody in vain.
    #expect(try await store.nextWebhookDue(without: [gate[0].endpointNumber]) == nil)
    #expect(lost.state == .running)
    // Taken out of the configuration, and back with another address.
    try await store.subscribe([subscription("gate")], tenant: "a")
    try await store.save([pass("new")], tenant: "a", at: 2_003)
    let endpoints = try await store.webhookEndpoints(tenant: "a")
    #expect(endpoints.map(\.isConfigured) == [false, true] && endpoints[0].counts[.available] == 19)
    #expect(endpoints[0].counts[.running] == 1)
    try await store.subscribe([subscription(address: "https://new.example.org/"), subscription("gate")], tenant: "a")
    let held = try await store.claimWebhooks(100, without: [gate[0].endpointNumber], at: 3_000)
    #expect(held.count == 20)
    // What the former address says is nothing about this one.
    try await store.subscribe([subscription(address: "https://newer.example.org/"), subscription("gate")], tenant: "a")
    try await store.end([(held[0], .endpointGone(reason: "410"))], at: 3_001)
    #expect(try await store.webhookEndpoints(tenant: nil).first?.disabledAt == nil)
  }
}

@Suite("A form of a pass")
struct PersonalizationTests {
  @Test(arguments: StoreUnderTest.all)
  func `is filled in once, lists and pushes the pass, and stays filled in`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.save([pass("1")], tenant: "a", at: 5)
    try await store.handOut("1", tag: 1)
    try await store.add("1")
    let types = Set(WebhookType.allCases)
    try await store.subscribe(
      [WebhookSubscription(name: "crm", address: "https://a.example/", types: types)], tenant: "a")
    let tag = try #require(try await store.updatedPasses(of: phone(), after: nil)).tag
    func fillIn(_ info: String, serial: String = "1", tenant: String = "a") async throws -> PersonalizationOutcome {
      try await store.personalize(serialNumber: serial, tenant: tenant, info: info, correlationID: "form", at: 70)
    }
    #expect(try await fillIn("{}", tenant: "b") == .noPass)
    #expect(try await fillIn(#"{"fullName":"Ada"}"#) == .new)
    #expect(try await fillIn(#"{"fullName":"Eve"}"#) == .known)
    let filled = try #require(try await store.pass(serialNumber: "1", tenant: "a"))
    #expect(filled.personalization == Personalization(at: 70, info: #"{"fullName":"Ada"}"#) && filled.changedAt == 70)
    // Told to others, without what was entered.
    let told = try await store.claimWebhooks(at: 70)
    #expect(told.map(\.type) == ["Pass:Updated"] && told[0].correlationID == "form")
    #expect(!told[0].body.contains("Ada") && !told[0].body.contains("fullName"), "\(told[0].body)")
    let sequence = try JSONValue(parsing: Array(told[0].body.utf8))["data"]?["sequence"]?.int
    #expect(sequence == filled.updateTag)
    // What was refused left no trace, not even a number: the next one follows.
    let next = try #require(try await store.save([pass("2")], tenant: "a", at: 75).first)
    #expect(next.updateTag == filled.updateTag + 1)
    #expect(try await store.updatedPasses(of: phone(), after: tag)?.serialNumbers == ["1"])
    #expect(try await store.claimPushes().count == 1)
    let changed = try await store.save([pass("1", content: 2, asOf: 1)], tenant: "a", at: 80)
    #expect(changed.first?.personalization?.at == 70)
    #expect(try await store.pass(serialNumber: "1", tenant: "a")?.personalization?.at == 70)
    let history = try #require(try await store.history(of: "1", tenant: "a", limit: 10))
    #expect(history.events.map(\.kind).contains(.personalized))
  }
}

extension Store {
  func claimWebhooks(
    _ limit: Int = 100, without busy: Set<Int64> = [], at now: Int64
  ) async throws -> [WebhookMessage] {
    try await claimWebhooks(limit, without: busy, worker: "w", leasedUntil: now + 100, at: now)
  }
}
