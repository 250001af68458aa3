import Issuance
import Testing

@Suite("A push to be made")
struct PushTests {
  /// Two passes on one device, one of them on another too; nothing to be pushed.
  private func twoPhones(_ kind: StoreUnderTest, _ folder: StoreUnderTest.Folder) async throws -> any Store {
    let store = try await kind.open(folder)
    try await store.save([pass("1"), pass("2"), pass("3")], tenant: "a", at: 5)
    try await store.add("1")
    try await store.add("2")
    try await store.add("2", device: "other", token: "0ff1ce")
    try await store.endAll()
    return store
  }

  @Test(arguments: StoreUnderTest.all)
  func `is one for each device, however many of its passes change`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await twoPhones(kind, folder)
    #expect(try await store.nextPushDue() == nil)
    let changed = [pass("1", content: 2, asOf: 1), pass("2", content: 2, asOf: 1), pass("3", content: 2, asOf: 1)]
    try await store.save(IssuedFile(passes: changed, correlationID: "reseat"), tenant: "a", at: 110)
    #expect(try await store.nextPushDue() == 110)
    #expect(try await store.claimPushes(at: 109).isEmpty)
    let pushes = try await store.claimPushes(at: 110)
    #expect(pushes.map(\.token).sorted() == ["0ff1ce", "c0ffee"])
    #expect(pushes.allSatisfy { $0.correlationID == "reseat" && $0.attempts == 1 && $0.tenant == "a" })
    #expect(try await store.claimPushes(at: 150).isEmpty)
    try await store.end(pushes.map { ($0, .done) }, at: 150)
    #expect(try await store.pushSummary().counts.values.allSatisfy { $0 == 0 })
    // Content that stayed the same pushes nobody, nor does a pass that no device has.
    try await store.save([pass("1", content: 2, asOf: 2), pass("3", content: 3, asOf: 2)], tenant: "a", at: 160)
    #expect(try await store.nextPushDue() == nil)
  }

  @Test(arguments: StoreUnderTest.all)
  func `goes once more when a change comes while it is under way`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await twoPhones(kind, folder)
    try await store.save([pass("1", content: 2, asOf: 1)], tenant: "a", at: 110)
    let first = try #require(try await store.claimPushes(at: 110).first)
    try await store.save([pass("1", content: 3, asOf: 2)], tenant: "a", at: 111)
    #expect(try await store.claimPushes(at: 112).isEmpty)
    try await store.end([(first, .done)], at: 113)
    let second = try #require(try await store.claimPushes(at: 113).first)
    #expect(second.tag > first.tag && second.attempts == 1)
    // The first worker comes back late: its word counts no more.
    try await store.end([(first, .discard(reason: "late"))], at: 114)
    try await store.end([(second, .done)], at: 115)
    #expect(try await store.pushSummary().counts.values.allSatisfy { $0 == 0 })
  }

  @Test(arguments: StoreUnderTest.all)
  func `hears no word of one that was made before it to the same device`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await twoPhones(kind, folder)
    try await store.save([pass("1", content: 2, asOf: 1)], tenant: "a", at: 110)
    let first = try await store.claimPushes(at: 110)
    // Its worker stays away for so long that another one makes it, and a further change makes a new one.
    try await store.endAll(at: 210)
    try await store.save([pass("1", content: 3, asOf: 2)], tenant: "a", at: 220)
    let second = try await store.claimPushes(at: 220)
    try #require(first.count == 1 && second.count == 1)
    try await store.end(first.map { ($0, .discard(reason: "late")) }, at: 221)
    #expect(try await store.pushSummary().counts[.running] == 1)
    try await store.end(second.map { ($0, .done) }, at: 222)
    #expect(try await store.pushSummary().counts.values.allSatisfy { $0 == 0 })
  }

  @Test(arguments: StoreUnderTest.all)
  func `is had by another when its worker is gone`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await twoPhones(kind, folder)
    try await store.save([pass("1", content: 2, asOf: 1)], tenant: "a", at: 110)
    _ = try await store.claimPushes(at: 110)
    #expect(try await store.nextPushDue() == 210)
    #expect(try await store.claimPushes(at: 209).isEmpty)
    let again = try await store.claimPushes(at: 210)
    #expect(again.map(\.attempts) == [2])
  }

  @Test(arguments: StoreUnderTest.all)
  func `is tried again, put off, or given up until the next change`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await twoPhones(kind, folder)
    try await store.save([pass("1", content: 2, asOf: 1)], tenant: "a", at: 110)
    try await store.endAll(at: 110, .retry(at: 120, reason: "busy"))
    try await store.endAll(at: 120, .putOff(until: 130, reason: "paused"))
    let third = try await store.claimPushes(at: 130)
    #expect(third.map(\.attempts) == [2])
    try await store.end(third.map { ($0, .discard(reason: "no use")) }, at: 131)
    #expect(try await store.pushSummary().counts[.discarded] == 1)
    #expect(try await store.nextPushDue() == nil)
    let push = try await store.history(of: "1", tenant: "a", limit: 10)?.devices.first?.push
    #expect(push?.state == .discarded && push?.reason == "no use")
    try await store.save([pass("1", content: 3, asOf: 2)], tenant: "a", at: 140)
    #expect(try await store.claimPushes(at: 140).map(\.attempts) == [1])
  }

  @Test(arguments: StoreUnderTest.all)
  func `that was given up is made again with all others, or those of a tenant`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await twoPhones(kind, folder)
    try await store.save([pass("2", content: 2, asOf: 1)], tenant: "a", at: 110)
    try await store.endAll(at: 110, .discard(reason: "no use"))
    try await store.save([pass("1", content: 2, asOf: 1)], tenant: "a", at: 120)
    try await store.endAll(at: 120, .retry(at: 500, reason: "busy"))
    // One is given up; the other waits, and goes on waiting.
    #expect(try await store.pushSummary().counts[.discarded] == 1)
    #expect(try await store.replayDiscardedPushes(tenant: "b", at: 130) == 0)
    #expect(try await store.replayDiscardedPushes(tenant: "a", at: 130) == 1)
    let pushes = try await store.claimPushes(at: 130)
    #expect(pushes.map(\.token) == ["0ff1ce"] && pushes.map(\.attempts) == [1])
    #expect(try await store.replayDiscardedPushes(tenant: nil, at: 130) == 0)
    try await store.end(pushes.map { ($0, .discard(reason: "no use")) }, at: 131)
    #expect(try await store.replayDiscardedPushes(tenant: nil, at: 140) == 1)
    #expect(try await store.claimPushes(at: 140).count == 1)
  }

  @Test(arguments: StoreUnderTest.all)
  func `that finds a device gone forgets it, unless it came back since`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await twoPhones(kind, folder)
    try await store.save([pass("1", content: 2, asOf: 1), pass("2", content: 2, asOf: 1)], tenant: "a", at: 110)
    var pushes = try await store.claimPushes(at: 110)
    // It registered at 50; Apple has known it to be gone since 40.
    try await store.end(pushes.map { ($0, .deviceGone(since: 40, reason: "Unregistered")) }, at: 111)
    #expect(try await store.pushSummary().devices == 2)
    pushes = try await store.claimPushes(at: 2_000)
    #expect(pushes.count == 2)
    // One tells a new token meanwhile.
    try await store.add("2", device: "other", token: "beef", at: 2_001)
    try await store.end(pushes.map { ($0, .deviceGone(since: nil, reason: "BadDeviceToken")) }, at: 2_002)
    let summary = try await store.pushSummary()
    #expect(summary.devices == 1 && summary.registrations == 1)
    #expect(try await store.claimPushes(at: 4_000).map(\.token) == ["beef"])
    let last = try #require(try await store.history(of: "1", tenant: "a", limit: 10)?.events.last)
    #expect(last.kind == .deviceGone && last.detail == "BadDeviceToken" && last.device != nil)
  }

  @Test(arguments: StoreUnderTest.all)
  func `goes to the token that was told while it was under way`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await twoPhones(kind, folder)
    try await store.handOut("3", tag: 3)
    let endings: [PushEnding] = [.done, .discard(reason: "no use"), .retry(at: 9_000, reason: "busy")]
    for (number, ending) in endings.enumerated() {
      let now = Int64(1_000 * (number + 1))
      try await store.save([pass("1", content: UInt8(number) + 2, asOf: now)], tenant: "a", at: now)
      let old = try await store.claimPushes(at: now)
      try #require(old.count == 1)
      // With a pass that it need not be pushed for.
      try await store.add("3", token: "beef\(number)", at: now + 1)
      try await store.end(old.map { ($0, ending) }, at: now + 2)
      let pushes = try await store.claimPushes(at: now + 2)
      #expect(pushes.map(\.token) == ["beef\(number)"] && pushes.map(\.attempts) == [1], "\(ending)")
      try await store.end(pushes.map { ($0, .done) }, at: now + 3)
      #expect(try await store.nextPushDue() == nil)
    }
    let events = try #require(try await store.history(of: "1", tenant: "a", limit: 20)).events
    #expect(events.map(\.kind).suffix(6) == [.changed, .pushed, .changed, .pushed, .changed, .pushed])
    #expect(events.suffix(6).allSatisfy { $0.times == 1 })
  }

  @Test(arguments: StoreUnderTest.all)
  func `that was given up is made when the phone tells another token`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await twoPhones(kind, folder)
    try await store.handOut("3", tag: 3)
    try await store.add("3")
    try await store.save([pass("1", content: 2, asOf: 1)], tenant: "a", at: 110)
    try await store.endAll(at: 110, .discard(reason: "no use"))
    try await store.add("3", at: 120)
    #expect(try await store.nextPushDue() == nil)
    try await store.add("3", token: "beef", at: 130)
    #expect(try await store.claimPushes(at: 130).map(\.token) == ["beef"])
  }

  @Test(arguments: StoreUnderTest.all)
  func `is told of nothing that came after it was begun`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await twoPhones(kind, folder)
    try await store.handOut("3", tag: 3)
    func pushes(of serial: String) async throws -> Int {
      try #require(try await store.history(of: serial, tenant: "a", limit: 20)).events
        .filter { $0.kind == .pushed }.reduce(0) { $0 + $1.times }
    }
    let before = try await pushes(of: "2")
    try await store.save([pass("1", content: 2, asOf: 1)], tenant: "a", at: 110)
    let first = try await store.claimPushes(at: 110)
    try #require(first.count == 1)
    try await store.add("3", at: 111)
    try await store.save([pass("2", content: 2, asOf: 1)], tenant: "a", at: 112)
    try await store.end(first.map { ($0, .done) }, at: 113)
    #expect(try await pushes(of: "1") == 2)
    #expect(try await pushes(of: "2") == before)
    #expect(try await store.endAll(at: 114) == 2)
    #expect(try await pushes(of: "1") == 2)
    #expect(try await pushes(of: "2") == before + 2)
    // This one needed no push from the beginning.
    #expect(try await pushes(of: "3") == 0)
  }

  @Test(arguments: StoreUnderTest.all)
  func `can be asked for by hand, and then lists the pass`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await twoPhones(kind, folder)
    let tag = try #require(try await store.updatedPasses(of: phone(), after: nil)).tag
    let count = try await store.requestPushes(serialNumber: "2", tenant: "a", correlationID: "support", at: 110)
    #expect(count == 2)
    #expect(try await store.claimPushes(at: 110).map(\.correlationID) == ["support", "support"])
    #expect(try await store.updatedPasses(of: phone(), after: tag)?.serialNumbers == ["2"])
    #expect(try await store.requestPushes(serialNumber: "2", tenant: "b", correlationID: "x", at: 110) == nil)
  }

  @Test(arguments: StoreUnderTest.all)
  func `stands in the history of the passes it was for`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await twoPhones(kind, folder)
    var file = IssuedFile(passes: [pass("1", content: 2, state: .voided, asOf: 1)], correlationID: "refund")
    file.differences["1"] = .init(from: [UInt8](repeating: 1, count: 32), detail: "[]")
    try await store.save(file, tenant: "a", at: 110)
    try await store.endAll(at: 111)
    try await store.handOut("1", tag: 9)
    try await store.handOut("1", tag: 9)
    let history = try #require(try await store.history(of: "1", tenant: "a", limit: 10))
    #expect(history.events.map(\.kind) == [.issued, .registered, .pushed, .voided, .pushed, .downloaded])
    #expect(history.events[3].detail == "[]" && history.events[3].correlationID == "refund")
    #expect(history.events[4].correlationID == "refund" && history.events[4].device == history.devices[0].number)
    #expect(history.events[5].times == 2)
    let other = try #require(try await store.history(of: "2", tenant: "a", limit: 10))
    #expect(other.events.map(\.kind) == [.issued, .registered, .registered, .pushed, .pushed])
    #expect(try await store.history(of: "2", tenant: "b", limit: 10) == nil)
  }
}
