import AsyncHTTPClient
import JSON
import Passes
import Sandbox
import Testing

@Suite("A phone, and a service that fails it") struct DeviceTroubleTests {
  private let device32 = "dddddddddddddddddddddddddddddddd"
  private var base: String { "/v1/devices/\(device32)/registrations/pass.org.example.tickets" }

  /// The log as iOS writes it.
  private func line(_ task: String, _ url: String, _ reason: String) throws -> JSONValue {
    [
      "logs": [
        .string("[2026-11-20 19:05:02 +0100] \(task); with web service url \(url)) encountered error: \(reason)")
      ]
    ]
  }

  private func logged(_ service: WalletService) throws -> [JSONValue] {
    try service.log.map { try JSONValue(parsing: Array($0.utf8)) }
  }

  @Test func `asks again with growing delays, and tells the log each time`() async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let waits = Waits()
      let device = SandboxDevice.test(http, waits: waits)
      service.prepare(503, to: "POST \(base)", times: 2)
      try await device.add(SmallPass.archive(url: url))
      #expect(waits.all == [.seconds(1), .seconds(2)])
      #expect(service.lines.count == 3)
      #expect(await device.failures == ["Unexpected response code 503", "Unexpected response code 503"])
      #expect(await device.whats().last == .registered(serialNumber: "1", isNew: true))
      let line = try line(
        "Register task (for device \(device32), pass type pass.org.example.tickets, serial number 1", url,
        "Unexpected response code 503")
      #expect(try logged(service) == [line, line])
    }
  }

  @Test func `gives up in the end, and registers when Wallet is opened next`() async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let waits = Waits()
      let device = SandboxDevice.test(http, waits: waits) {
        $0.retries = 3
        $0.longestDelay = .seconds(3)
      }
      service.prepare(500, to: "POST \(base)", times: 4)
      try await device.add(SmallPass.archive(url: url))
      #expect(waits.all == [.seconds(1), .seconds(2), .seconds(3)])
      #expect(await device.failures.last == "Unexpected response code 500!")
      await device.pushed(SmallPass.passType)
      #expect(service.lines.count == 4)
      await device.refresh()
      #expect(service.lines.suffix(2) == ["POST \(base)/1", "GET \(base)"])
    }
  }

  @Test func `a token that is refused is not shown again`() async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http)
      service.prepare(401, to: "POST \(base)")
      try await device.add(SmallPass.archive(url: url))
      #expect(await device.failures == ["Authentication failure!"])
      service.prepare(401, to: "GET \(base)")
      await device.refresh()
      let line = try line(
        "Get serial #s task (for device \(device32), pass type pass.org.example.tickets, last updated (null)", url,
        "Unexpected response code 401")
      #expect(try logged(service).last == line)
    }
  }

  @Test func `a pass that could not be fetched is fetched at the next push, listed or not`() async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http) { $0.retries = 0 }
      try await device.add(SmallPass.archive(url: url))
      service.publish("1", try SmallPass.archive(url: url, gate: "B"))
      service.prepare(500, to: "GET /v1/passes")
      await device.pushed(SmallPass.passType)
      #expect(await device.notices == [])
      await device.pushed(SmallPass.passType)
      #expect(await device.notices == ["Gate is now B"])
      let line = try line(
        "Get pass task (pass type pass.org.example.tickets, serial number 1, if-modified-since (null)", url,
        "Unexpected response code 500")
      #expect(try logged(service) == [line])
    }
  }

  @Test(arguments: [
    ("application/zip", "0123456789abcdef", "1"), ("application/vnd.apple.pkpass", "fedcba9876543210", "1"),
    ("application/vnd.apple.pkpass", "0123456789abcdef", "2"),
  ]) func `what is no new state of the pass is refused`(type: String, token: String, serial: String) async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http) { $0.retries = 0 }
      try await device.add(SmallPass.archive(url: url))
      service.publish("1", try SmallPass.archive(serial, url: url, token: token, gate: "B"), contentType: type)
      await device.pushed(SmallPass.passType)
      #expect(await device.notices == [])
      #expect(await device.failures.count == 1)
      #expect(await device.pass("1")?.shownValue(ofKey: "gate") == "A")
      #expect(service.log.count == 1)
    }
  }

  @Test(arguments: [
    "", "[]", #"{"serialNumbers": ["1"]}"#, #"{"serialNumbers": ["1"], "lastUpdated": 7}"#,
    #"{"serialNumbers": [1], "lastUpdated": "7"}"#,
  ]) func `a list that is none is refused`(list: String) async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http) { $0.retries = 0 }
      try await device.add(SmallPass.archive(url: url))
      service.say(list: list)
      await device.refresh()
      #expect(await device.failures == ["Server response was malformed!"])
    }
  }

  @Test func `a pass it does not have, and one that comes whole though it is the same, are noticed`() async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http)
      let date = "Thu, 19 Nov 2026 08:00:00 GMT"
      try await device.add(SmallPass.archive(url: url), lastModified: date)
      service.ignoreDates()
      service.publish("1", try SmallPass.archive(url: url))
      service.publish("other", try SmallPass.archive("other", url: url))
      await device.pushed(SmallPass.passType)
      #expect(await device.whats().last == .stranger(serialNumber: "other", passType: SmallPass.passType))
      let line = try line(
        "Get pass task (pass type pass.org.example.tickets, serial number 1, if-modified-since \(date)", url,
        "Server ignored the if-modified-since header (\(date)), returned the full unchanged pass data")
      #expect(try logged(service) == [line])
    }
  }

  // MARK: Faults of the way

  @Test func `an answer that is lost has reached the server all the same`() async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http)
      await device.set(.init(lostAnswers: 1))
      try await device.add(SmallPass.archive(url: url))
      #expect(service.lines == ["POST \(base)/1", "POST \(base)/1"])
      #expect(await device.failures == ["The network connection was lost."])
      #expect(await device.whats().last == .registered(serialNumber: "1", isNew: false))
    }
  }

  @Test func `everything twice, pushes the wrong way round`() async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http)
      await device.set(.init(isDoubled: true, swapsPushes: true))
      try await device.add(SmallPass.archive(url: url))
      try await device.add(SmallPass.archive("2", url: url, type: "pass.other"))
      #expect(service.lines.count == 4)
      let (pushes, push) = AsyncStream<String>.makeStream()
      for topic in [SmallPass.passType, "pass.other", "pass.nobody"] { push.yield(topic) }
      push.finish()
      await device.run(pushes: pushes)
      let topics = await device.whats().compactMap { what in
        if case .pushed(let topic) = what { topic } else { nil }
      }
      #expect(topics == ["pass.other", SmallPass.passType, "pass.nobody"])
      #expect(service.lines.count == 8)
    }
  }

  @Test func `older systems ask for the head first, and do not say what they have`() async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http) {
        $0.asksHeadFirst = true
        $0.sendsIfModifiedSince = false
      }
      try await device.add(SmallPass.archive(url: url), lastModified: "Thu, 19 Nov 2026 08:00:00 GMT")
      service.publish("1", try SmallPass.archive(url: url, gate: "B"))
      service.forget()
      await device.pushed(SmallPass.passType)
      #expect(
        service.lines.dropFirst() == [
          "HEAD /v1/passes/pass.org.example.tickets/1", "GET /v1/passes/pass.org.example.tickets/1",
        ])
      #expect(service.requests.allSatisfy { $0.modifiedSince == nil })
      #expect(await device.notices == ["Gate is now B"])
    }
  }
}
