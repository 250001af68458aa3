import Foundation
import Passes
import SQLiteStore
import Synchronization
import Testing

@testable import Issuance

/// An APNs that answers the same until it is told otherwise.
private final class ScriptedAPNs: PushTransport {
  private let state = Mutex((outcome: PushOutcome.accepted, count: 0))

  var count: Int { state.withLock { $0.count } }
  func answer(_ outcome: PushOutcome) { state.withLock { $0.outcome = outcome } }

  func push(to token: String, id: String) async -> PushOutcome {
    state.withLock { state in
      state.count += 1
      return state.outcome
    }
  }
}

@Suite("Pushing", .timeLimit(.minutes(10)))
struct PushingTests {
  /// Runs a lane that pushes to one device, which has a pass that has just changed.
  private func run(
    _ apns: ScriptedAPNs, _ body: @escaping @Sendable (Staging.Scene) async throws -> Void
  ) async throws {
    var staging = Staging()
    staging.push = apns
    try await staging.run { scene in
      func pass(_ content: UInt8) -> IssuedPass {
        IssuedPass(
          serialNumber: "1", template: "concert", state: .valid, rendered: [], assetsDigest: [],
          contentDigest: [content], asOf: Int64(content))
      }
      try await scene.store.save([pass(1)], tenant: "a", at: scene.time.now)
      let device = DeviceKey(
        tenant: "a", passType: scene.tenant.issuer.passTypeIdentifier, libraryIdentifier: "phone")
      let registration = try await scene.store.register(
        device, pushToken: "00", serialNumber: "1", limit: 9, deviceLimit: 9, correlationID: "r", at: scene.time.now)
      #expect(registration == .new)
      try await scene.store.save([pass(2)], tenant: "a", at: scene.time.now)
      let lane = Task { await scene.service.pushDevices(lane: 0) { false } }
      let result: Result<Void, any Error>
      do {
        result = .success(try await body(scene))
      } catch {
        result = .failure(error)
      }
      lane.cancel()
      await lane.value
      try result.get()
    }
  }

  @Test func `to a token that APNs lost before the phone told it last ends some day`() async throws {
    let apns = ScriptedAPNs()
    // The phone registered when our clock was ahead of Apple's.
    apns.answer(.deviceGone(since: TestTime.start - 3_600_000, reason: "410 Unregistered"))
    try await run(apns) { scene in
      while try await scene.store.pushSummary().counts[.discarded] != 1 {
        scene.time.advance(by: .seconds(600))
        await Task.yield()
      }
      #expect((2...36).contains(apns.count), "\(apns.count)")
      #expect(try await scene.store.pushSummary().devices == 1)
    }
    let gone = ScriptedAPNs()
    gone.answer(.deviceGone(since: TestTime.start + 3_600_000, reason: "410 Unregistered"))
    try await run(gone) { scene in
      try await until { try await scene.store.pushSummary().devices == 0 }
      #expect(gone.count == 1)
    }
  }

  @Test func `waits without an attempt, and with few tries, while no connection can be made`() async throws {
    let apns = ScriptedAPNs()
    apns.answer(.unreachable(reason: "no connection to api.push.apple.com: Connection refused"))
    try await run(apns) { scene in
      // Two days.
      for _ in 0..<(2 * 24 * 60) {
        scene.time.advance(by: .seconds(60))
        scene.service.wakePushes()
        try await until { try await isPutOff(1, scene) }
      }
      #expect((100...1000).contains(apns.count), "\(apns.count)")
      #expect(scene.service.tenantsWithoutConnection == ["a"] && scene.service.tenantsRefusedPushes == [])
      // Said once, and not as if a certificate were refused.
      #expect(scene.logs.count(beginningWith: "error nothing can be pushed at the moment") == 1)
      #expect(scene.logs.count(beginningWith: "critical") == 0)
      let push = try await scene.store.history(of: "1", tenant: "a", limit: 1)?.devices.first?.push
      #expect(push?.attempts == 0 && push?.reason?.contains("Connection refused") == true, "\(push as Any)")

      apns.answer(.accepted)
      scene.time.advance(by: .seconds(300))
      scene.service.wakePushes()
      try await until { try await scene.store.nextPushDue() == nil }
      #expect(scene.service.tenantsWithoutConnection == [])
      #expect(scene.logs.count(beginningWith: "notice pushes go out again") == 1)
    }
  }

  @Test func `of several that meet an outage together, the others do not try`() async throws {
    let apns = ScriptedAPNs()
    apns.answer(.unreachable(reason: "no connection"))
    try await run(apns) { scene in
      await until { scene.service.tenantsWithoutConnection == ["a"] }
      let before = apns.count
      let device = DeviceKey(
        tenant: "a", passType: scene.tenant.issuer.passTypeIdentifier, libraryIdentifier: "another phone")
      _ = try await scene.store.register(
        device, pushToken: "01", serialNumber: "1", limit: 9, deviceLimit: 9, correlationID: "r", at: scene.time.now)
      scene.service.wakePushes()
      try await until { try await isPutOff(2, scene) }
      #expect(apns.count == before)
    }
  }

  /// Whether so many pushes wait, none is under way and none is due.
  private func isPutOff(_ count: Int, _ scene: Staging.Scene) async throws -> Bool {
    let counts = try await scene.store.pushSummary().counts
    guard counts[.available] == count, counts[.running] == 0 else { return false }
    return try await scene.store.nextPushDue() ?? 0 > scene.time.now
  }

  @Test func `is tried for a day in the mean before it is given up`() {
    let backoff = IssuingService.Settings().pushBackoff
    let longest = (1..<backoff.limit).compactMap { backoff.longestDelay(afterAttempts: $0) }.reduce(0, +)
    #expect(longest / 2 >= 86_400_000)
  }

  @Test func `goes on when it may, though the clock was set back while Apple refused`() async throws {
    let apns = ScriptedAPNs()
    apns.answer(.refused(reason: "403 BadCertificate"))
    try await run(apns) { scene in
      await until { scene.service.tenantsRefusedPushes == ["a"] }
      try await until { try await scene.store.nextPushDue() ?? 0 > scene.time.now }
      #expect(apns.count == 1)
      // Support asks for it an hour ago.
      scene.time.advance(by: .seconds(-3600))
      apns.answer(.accepted)
      _ = try await scene.store.requestPushes(serialNumber: "1", tenant: "a", correlationID: "r", at: scene.time.now)
      scene.service.wakePushes()
      try await until { try await scene.store.nextPushDue() == nil }
      #expect(apns.count == 2)
    }
  }
}
