import AsyncHTTPClient
import Foundation
import Issuance
import Passes
import SQLiteStore
import Sandbox
import Synchronization
import Testing

@testable import Server

/// The machine's time is set while the service runs: by an hour, by a day.
@Suite("A clock that is set while phones are pushed", .timeLimit(.minutes(10)))
struct WalletClockTests {
  private final class SetClock: Sendable {
    private let milliseconds = Mutex(LiveService.now)
    var now: Int64 { milliseconds.withLock { $0 } }
    func move(seconds: Int64) { milliseconds.withLock { $0 += seconds * 1000 } }
  }

  /// Takes pushes, and says what a test wants said.
  private final class Transport: PushTransport {
    private let answers = Mutex<[@Sendable () async -> PushOutcome]>([])
    private let tokens: AsyncStream<String>.Continuation
    /// Of each push, as it comes.
    let pushes: AsyncStream<String>

    init() { (pushes, tokens) = AsyncStream.makeStream() }

    /// What the next push is answered that nothing is said of yet. Those after it are accepted.
    func answer(_ answer: @escaping @Sendable () async -> PushOutcome) { answers.withLock { $0.append(answer) } }

    func push(to token: String, id: String) async -> PushOutcome {
      let answer = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      tokens.yield(token)
      return await answer?() ?? .accepted
    }
  }

  /// A sold seat whose pass is on phones, and the workers of the service, which run.
  private struct Scene: Sendable {
    let live: LiveService
    let clock: SetClock
    let transport: Transport
    let tenant: Tenant
    let sale: SandboxSale
    let pass: PassRecord

    /// A phone that has the pass as it is now, and knows since when it is so.
    func phone(_ token: String) async throws -> SandboxDevice {
      var options = SandboxDevice.Options()
      options.retries = 0
      let device = SandboxDevice(
        options, pushToken: token, http: live.http, now: { [clock] in clock.now }, sleep: { _ in })
      try await device.add(try await live.front.service.archive(of: pass, of: tenant).bytes)
      await device.refresh()
      #expect(await device.pass(pass.pass.serialNumber)?.lastModified != nil)
      return device
    }

    /// Secutix moves the ticket to another seat, and says so.
    func move(to number: String) async throws {
      try await live.sandbox.reseat(sale.movements[0], to: SandboxSeat(row: "H", number: number))
      let row =
        #"{"orderSecretToken":"\#(sale.orderSecret)","state":"PRINTED","lastUpdate":"2026-11-20 19:05:0\#(number)"}"#
      let answer = try await live.ask("POST", "/api/theatre/webhooks/listeners/secutix/orders", body: row)
      #expect(answer.status == 200)
    }

    func seat(on device: SandboxDevice) async -> String? {
      await device.pass(pass.pass.serialNumber)?.shownValue(ofKey: "seat")
    }
  }

  private func run(_ body: @escaping @Sendable (Scene) async throws -> Void) async throws {
    let clock = SetClock()
    try await LiveService.run(clock: { clock.now }) { live in
      let transport = Transport()
      let served = try #require(live.front.tenant("theatre"))
      let plain = served.tenant
      var issuer = plain.issuer
      issuer.webServiceURL = Routes.webServiceURL(live.url, tenant: plain.id)
      let tenant = Tenant(
        id: plain.id, name: plain.name, secutix: plain.secutix, reading: plain.reading, routing: plain.routing,
        identity: plain.identity, issuer: issuer, keys: plain.keys, push: transport)
      live.front.replaceTenants([
        ServedTenant(tenant: tenant, authorizer: served.authorizer, webhook: served.webhook)
      ])
      let sale = try await live.sandbox.sell()
      let file = try await live.front.service.file(sale.file, of: tenant, correlationID: "sold")
      clock.move(seconds: 10)
      let workers = Task { try await live.front.service.run() }
      let result: Result<Void, any Error>
      do {
        try await body(
          Scene(
            live: live, clock: clock, transport: transport, tenant: tenant, sale: sale,
            pass: try #require(file.passes.first)))
        result = .success(())
      } catch {
        result = .failure(error)
      }
      workers.cancel()
      try await workers.value
      try result.get()
    }
  }

  @Test func `back by an hour: what changes then is pushed, listed and fetched`() async throws {
    try await run { scene in
      var pushes = scene.transport.pushes.makeAsyncIterator()
      let phone = try await scene.phone("aa")
      let sleeper = try await scene.phone("bb")
      // The first registered before anybody had fetched.
      _ = await pushes.next()

      scene.clock.move(seconds: -3600)
      for number in ["7", "8"] {
        try await scene.move(to: number)
        var woken: Set<String> = []
        while woken.count < 2, let token = await pushes.next() { woken.insert(token) }
        // The second of the change is over: its date says all.
        scene.clock.move(seconds: 5)
        await phone.pushed(scene.live.passType)
        #expect(await scene.seat(on: phone) == number)
      }
      // One that was off all the while asks when the time is again what it was: its date is later than the change.
      scene.clock.move(seconds: 3600)
      await sleeper.refresh()
      #expect(await scene.seat(on: sleeper) == "8")
      let settled = try #require(await sleeper.pass(scene.pass.pass.serialNumber)?.lastModified)
      let path = "/wallet/theatre/v1/passes/\(scene.live.passType)/\(scene.pass.pass.serialNumber)"
      let show = ["Authorization": try scene.live.authorization(of: scene.pass), "If-Modified-Since": settled]
      #expect(try await scene.live.ask("GET", path, headers: show).status == 304)
    }
  }

  @Test func `on by a day: what is under way or waits is pushed, and what changes then`() async throws {
    try await run { scene in
      let (live, transport) = (scene.live, scene.transport)
      var pushes = transport.pushes.makeAsyncIterator()
      let phone = try await scene.phone("aa")
      _ = await pushes.next()

      // One that APNs puts off for an hour.
      transport.answer { .retry(after: .seconds(3600), reason: "429 TooManyRequests") }
      try await scene.move(to: "7")
      _ = await pushes.next()
      scene.clock.move(seconds: 86_400)
      live.front.service.wakePushes()
      #expect(await pushes.next() == "aa")
      await phone.pushed(live.passType)
      #expect(await scene.seat(on: phone) == "7")

      // One that is on its way for longer than it is its lane's, says the clock: another lane takes it over.
      let (answers, answer) = AsyncStream<PushOutcome>.makeStream()
      transport.answer { await answers.first { _ in true } ?? .accepted }
      try await scene.move(to: "8")
      _ = await pushes.next()
      scene.clock.move(seconds: 86_400)
      live.front.service.wakePushes()
      #expect(await pushes.next() == "aa")
      answer.yield(.accepted)
      await phone.pushed(live.passType)
      #expect(await scene.seat(on: phone) == "8")

      try await scene.move(to: "9")
      #expect(await pushes.next() == "aa")
      await phone.pushed(live.passType)
      #expect(await scene.seat(on: phone) == "9")
      #expect(try await live.store.pushSummary().devices == 1)
    }
  }
}
