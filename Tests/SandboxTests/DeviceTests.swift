import AsyncHTTPClient
import JSON
import PassBundle
import Passes
import Sandbox
import Testing

@Suite("A phone with Wallet") struct DeviceTests {
  private let base = "/v1/devices/dddddddddddddddddddddddddddddddd/registrations/pass.org.example.tickets"

  @Test func `registers a pass it is given, wherever in the path its serial number has to go`() async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http)
      let serials = try await device.add(SmallPass.archive("A/1 é+", url: url + "/base/"))
      #expect(serials == ["A/1 é+"])
      #expect(service.lines == ["POST /base\(base)/A%2F1%20%C3%A9%2B"])
      #expect(service.requests[0].authorization == "ApplePass 0123456789abcdef")
      #expect(try JSONValue(parsing: Array(service.requests[0].body.utf8)) == ["pushToken": "aa"])
      #expect(
        await device.whats() == [
          .added(serialNumber: "A/1 é+", isUpdatable: true), .registered(serialNumber: "A/1 é+", isNew: true),
        ])
      try await device.add(SmallPass.archive("A/1 é+", url: url + "/base"))
      #expect(await device.passes.count == 1)
      #expect(await device.whats().last == .registered(serialNumber: "A/1 é+", isNew: false))
    }
  }

  @Test func `a push leads to the list, the list to the pass, the pass to the lock screen`() async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http)
      try await device.add(SmallPass.archive(url: url), lastModified: "Thu, 19 Nov 2026 08:00:00 GMT")
      service.publish("1", try SmallPass.archive(url: url, gate: "B"), tag: "a 1/2")
      service.forget()
      await device.pushed(SmallPass.passType)
      #expect(service.lines == ["GET \(base)", "GET /v1/passes/pass.org.example.tickets/1"])
      #expect(service.requests.map(\.authorization) == [nil, "ApplePass 0123456789abcdef"])
      #expect(service.requests[1].modifiedSince == "Thu, 19 Nov 2026 08:00:00 GMT")
      let change = PassDifference.Change(
        subject: .field, effect: .changed, place: "/eventTicket/headerFields/0", key: "gate", label: "Gate", old: "A",
        new: "B", changeMessage: "Gate is now %@")
      let whats = await device.whats(after: 2)
      #expect(whats.count == 4)
      #expect(whats[0] == .pushed(passType: SmallPass.passType))
      #expect(whats[1] == .listed(passType: SmallPass.passType, serialNumbers: ["1"]))
      guard case .fetched("1", "Fri, 20 Nov 2026 18:05:02 GMT", let difference) = whats[2] else {
        Issue.record("\(whats[2])")
        return
      }
      #expect(difference.changes == [change])
      guard case .notification(let notice) = whats[3] else {
        Issue.record("\(whats[3])")
        return
      }
      #expect(
        [notice.key, notice.label, notice.old, notice.new, notice.text] == ["gate", "Gate", "A", "B", "Gate is now B"])

      // The tag is given back whatever it looks like; nothing is new.
      service.forget()
      await device.pushed(SmallPass.passType)
      #expect(service.lines == ["GET \(base)?passesUpdatedSince=a%201%2F2"])
      // Listed again without having changed.
      service.publish("1", try SmallPass.archive(url: url, gate: "B"))
      await device.refresh()
      #expect(service.requests.last?.modifiedSince == "Fri, 20 Nov 2026 18:05:02 GMT")
      #expect(await device.whats().last == .notModified(serialNumber: "1"))
      #expect(await device.notices == ["Gate is now B"])
      #expect(service.log == [])
    }
  }

  @Test(arguments: [("fr-CH", ["Porte : B", "Starts at 21:00"]), ("ja", ["Gate is now B", "Starts at 21:00"])])
  func `says it in its own language, with times as that language writes them`(
    language: String, said: [String]
  ) async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http) { $0.language = language }
      try await device.add(SmallPass.archive(url: url))
      service.publish("1", try SmallPass.archive(url: url, gate: "B", start: "2027-01-15T21:00:00+01:00"))
      await device.pushed(SmallPass.passType)
      #expect(await device.notices == said)
    }
  }

  @Test func `what has no message changes in silence; becoming void is an event`() async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http)
      try await device.add(SmallPass.archive(url: url))
      service.publish("1", try SmallPass.archive(url: url, more: #", "voided": true, "description": "x""#))
      await device.pushed(SmallPass.passType)
      #expect(await device.notices == [])
      #expect(await device.whats().last == .voided(serialNumber: "1"))
      #expect(await device.pass("1")?.isVoided == true)
      #expect(await device.pass("1")?.title == "Gala symphonique")
    }
  }

  @Test func `a pass without a web service is kept and never asked for`() async throws {
    let service = WalletService()
    try await service.serve { _, http in
      let device = SandboxDevice.test(http)
      try await device.add(SmallPass.archive(url: nil))
      await device.pushed(SmallPass.passType)
      await device.refresh()
      await device.remove("1")
      #expect(service.lines == [])
      #expect(await device.whats().first == .added(serialNumber: "1", isUpdatable: false))
    }
  }

  @Test func `an archive of passes is several; what is no pass is refused`() async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http)
      let both = try PkpassBundle.archive([
        ("1.pkpass", SmallPass.archive("1", url: url)), ("2.pkpass", SmallPass.archive("2", url: url)),
      ])
      #expect(try await device.add(both) == ["1", "2"])
      #expect(service.registrations.keys.sorted() == ["1", "2"])
      await #expect(throws: SandboxError.self) { try await device.add(Array("<html>".utf8)) }
      // With certificates to verify by, a phone takes nothing unsigned.
      let strict = SandboxDevice.test(http) { $0.trust = [] }
      await #expect(throws: SandboxError.self) { try await strict.add(SmallPass.archive(url: url)) }
      #expect(await strict.passes.isEmpty)
    }
  }

  @Test func `a pass that is taken out is unregistered; a new push token registers all again`() async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http)
      try await device.add(SmallPass.archive("1", url: url))
      try await device.add(SmallPass.archive("2", url: url))
      await device.changeToken("bb")
      #expect(service.registrations.mapValues { $0.contains("bb") } == ["1": true, "2": true])
      service.forget()
      await device.remove("1")
      #expect(service.lines == ["DELETE \(base)/1"])
      #expect(service.requests[0].authorization == "ApplePass 0123456789abcdef")
      #expect(await device.whats().suffix(2) == [.removed(serialNumber: "1"), .unregistered(serialNumber: "1")])
      #expect(await device.passes.map(\.serialNumber) == ["2"])
    }
  }

  @Test func `pushes are answered until they end, and events come as they happen`() async throws {
    let service = WalletService()
    try await service.serve { url, http in
      let device = SandboxDevice.test(http)
      try await device.add(SmallPass.archive(url: url))
      let (pushes, push) = AsyncStream<String>.makeStream()
      let running = Task { await device.run(pushes: pushes) }
      for gate in ["B", "C"] {
        service.publish("1", try SmallPass.archive(url: url, gate: gate), modified: "\(gate)")
        push.yield(SmallPass.passType)
        for await event in device.events {
          if case .notification(let notice) = event.what {
            #expect(notice.new == gate)
            break
          }
        }
      }
      push.finish()
      await running.value
      #expect(await device.notices == ["Gate is now B", "Gate is now C"])
      #expect(await device.pass("1")?.shownValue(ofKey: "gate") == "C")
    }
  }
}
