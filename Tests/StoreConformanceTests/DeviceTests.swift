import Issuance
import Testing

@Suite("A remembered device")
struct DeviceTests {
  @Test(arguments: StoreUnderTest.all)
  func `is told of what changed since its last list, newest last`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.save([pass("1"), pass("2"), pass("3")], tenant: "a", at: 5)
    #expect(try await store.updatedPasses(of: phone(), after: nil) == nil)
    for serial in ["1", "2"] {
      #expect(try await store.add(serial) == .new)
      #expect(try await store.add(serial) == .known)
    }
    let first = try #require(try await store.updatedPasses(of: phone(), after: nil))
    #expect(first.serialNumbers == ["1", "2"])
    #expect(try await store.updatedPasses(of: phone(), after: first.tag) == nil)

    // Twice within a millisecond, and a list in between: both are seen.
    try await store.save([pass("2", content: 2, asOf: 1)], tenant: "a", at: 6)
    let second = try #require(try await store.updatedPasses(of: phone(), after: first.tag))
    #expect(second.serialNumbers == ["2"])
    try await store.save([pass("2", content: 3, asOf: 2), pass("3", content: 3, asOf: 2)], tenant: "a", at: 6)
    let third = try #require(try await store.updatedPasses(of: phone(), after: second.tag))
    #expect(third.serialNumbers == ["2"] && third.tag > second.tag)
    // What did not change is not told; a tag that was never given out, as after a restored backup, misses nothing.
    try await store.save([pass("2", content: 3, asOf: 3)], tenant: "a", at: 7)
    #expect(try await store.updatedPasses(of: phone(), after: third.tag) == nil)
    #expect(try await store.updatedPasses(of: phone(), after: third.tag + 1_000)?.serialNumbers == ["1", "2"])
  }

  @Test(arguments: StoreUnderTest.all)
  func `is told of a pass that changed between its download and its registration`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.save([pass("1"), pass("2")], tenant: "a", at: 5)
    try await store.handOut("1", tag: 1)
    try await store.handOut("2", tag: 2)
    try await store.add("1")
    try await store.save([pass("2", content: 2, asOf: 1)], tenant: "a", at: 6)
    try await store.save([pass("1", content: 2, asOf: 1)], tenant: "a", at: 7)
    try await store.endAll()
    let list = try #require(try await store.updatedPasses(of: phone(), after: nil))
    #expect(list.serialNumbers == ["1"])
    // The list before was newer than the change; nobody was handed the new content, so the device is pushed.
    try await store.add("2")
    #expect(try await store.updatedPasses(of: phone(), after: list.tag)?.serialNumbers == ["2"])
    #expect(try await store.claimPushes().count == 1)
    try await store.endAll(at: 200)
    // Somebody has the new content by now. Which one another phone adds, nobody knows.
    try await store.handOut("2", tag: try #require(try await store.pass(serialNumber: "2", tenant: "a")).updateTag)
    #expect(try await store.add("2", device: "other", token: "0ff1ce") == .new)
    #expect(try await store.claimPushes(at: 300).map(\.token) == ["0ff1ce"])
  }

  @Test(arguments: StoreUnderTest.all)
  func `is not pushed for what it must have`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.save([pass("1"), pass("2")], tenant: "a", at: 5)
    try await store.handOut("1", tag: 1)
    #expect(try await store.add("1") == .new)
    #expect(try await store.add("1") == .known)
    #expect(try await store.nextPushDue() == nil)
    // A file of this one that is not from here may say anything.
    #expect(try await store.add("2") == .new)
    #expect(try await store.claimPushes().count == 1)
  }

  @Test(arguments: StoreUnderTest.all)
  func `that registers again is told and pushed again, and not without end`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.save([pass("1")], tenant: "a", at: 5)
    try await store.handOut("1", tag: 1)
    try await store.add("1")
    try await store.save([pass("1", content: 2, asOf: 1)], tenant: "a", at: 70)
    #expect(try await store.endAll(at: 70) == 1)
    var tag = try #require(try await store.updatedPasses(of: phone(), after: nil)).tag
    // It has the new content, loses the pass while it is offline, and adds the old file.
    #expect(try await store.add("1", at: 80) == .known)
    let list = try #require(try await store.updatedPasses(of: phone(), after: tag))
    #expect(list.serialNumbers == ["1"])
    #expect(try await store.endAll(at: 80) == 1)
    tag = list.tag
    // One that registers whenever it has fetched something is told, and not pushed.
    #expect(try await store.add("1", at: 90) == .known)
    #expect(try await store.nextPushDue() == nil)
    let again = try #require(try await store.updatedPasses(of: phone(), after: tag))
    #expect(again.serialNumbers == ["1"])
    #expect(try await store.add("1", at: 600_079) == .known)
    #expect(try await store.nextPushDue() == nil)
    #expect(try await store.add("1", at: 600_080) == .known)
    #expect(try await store.endAll(at: 600_080) == 1)
    // Nor does the clock hold it up when it was set back.
    #expect(try await store.add("1", at: 100) == .known)
    #expect(try await store.endAll(at: 100) == 1)
    let events = try #require(try await store.history(of: "1", tenant: "a", limit: 10)).events
    #expect(events.map(\.kind) == [.issued, .downloaded, .registered, .changed, .pushed] && events.last?.times == 4)
  }

  @Test(arguments: StoreUnderTest.all)
  func `goes with its last registration, and belongs to one tenant`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.save([pass("1"), pass("2")], tenant: "a", at: 5)
    try await store.save([pass("1")], tenant: "b", at: 5)
    #expect(try await store.add("1") == .new)
    #expect(try await store.add("2") == .new)
    #expect(try await store.add("1", tenant: "b") == .new)
    #expect(try await store.add("3") == .noPass)
    #expect(try await store.updatedPasses(of: phone(tenant: "b"), after: nil)?.serialNumbers == ["1"])
    #expect(try await store.remove("1", tenant: "b"))
    #expect(try await store.pushSummary().devices == 1)
    #expect(try await store.remove("1"))
    #expect(try await !store.remove("1"))
    #expect(try await store.updatedPasses(of: phone(), after: nil)?.serialNumbers == ["2"])
    #expect(try await store.remove("2"))
    let summary = try await store.pushSummary()
    #expect(summary.devices == 0 && summary.registrations == 0 && summary.oldestRunAt == nil)
  }

  @Test(arguments: StoreUnderTest.all)
  func `has no more passes than it may`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.save((0..<4).map { pass("\($0)") }, tenant: "a", at: 5)
    var answers: [Registration] = []
    for number in 0..<4 {
      answers.append(
        try await store.register(
          phone(), pushToken: "00", serialNumber: "\(number)", limit: 3, deviceLimit: 9, correlationID: "r", at: 6))
    }
    #expect(answers == [.new, .new, .new, .tooMany])
    #expect(
      try await store.register(
        phone(), pushToken: "00", serialNumber: "1", limit: 3, deviceLimit: 9, correlationID: "r", at: 6) == .known)
    #expect(
      try await store.register(
        phone("other"), pushToken: "00", serialNumber: "1", limit: 0, deviceLimit: 9, correlationID: "r", at: 6)
        == .tooMany)
    #expect(try await store.pushSummary().devices == 1)
  }

  @Test(arguments: StoreUnderTest.all)
  func `is turned away by a pass that is on as many as it may`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.save([pass("1"), pass("2")], tenant: "a", at: 5)
    func register(_ device: String, for serial: String = "1") async throws -> Registration {
      try await store.register(
        phone(device), pushToken: "00", serialNumber: serial, limit: 9, deviceLimit: 2, correlationID: "r", at: 6)
    }
    #expect(try await register("a") == .new)
    #expect(try await register("b") == .new)
    #expect(try await register("c") == .tooManyDevices)
    #expect(try await register("b") == .known)
    #expect(try await register("c", for: "2") == .new)
    let summary = try await store.pushSummary()
    #expect(summary.devices == 3 && summary.registrations == 3)
    #expect(try await store.unregister(phone("a"), serialNumber: "1", correlationID: "r", at: 7))
    #expect(try await register("c") == .new)
  }

  @Test(arguments: StoreUnderTest.all)
  func `writes what troubles it, the newest lines of each tenant`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.save([pass("1")], tenant: "a", at: 5)
    try await store.add("1")
    let line = DeviceLogLine(text: "first", serialNumber: "1", device: phone())
    try await store.keep([line], tenant: "a", limit: 3, each: 9, at: 7)
    let more = (0..<3).map { DeviceLogLine(text: "\($0)", serialNumber: "1", device: nil) }
    try await store.keep(more, tenant: "b", limit: 3, each: 9, at: 7)
    var lines = try #require(try await store.history(of: "1", tenant: "a", limit: 10)).logLines
    #expect(lines.map(\.text) == ["first"] && lines[0].device != nil && lines[0].at == 7)
    try await store.keep(more, tenant: "a", limit: 3, each: 9, at: 8)
    lines = try #require(try await store.history(of: "1", tenant: "a", limit: 10)).logLines
    #expect(lines.map(\.text) == ["0", "1", "2"] && lines[0].device == nil)
  }

  @Test(arguments: StoreUnderTest.all)
  func `is heard with each of its passes when it names none`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.save([pass("1"), pass("2"), pass("3")], tenant: "a", at: 5)
    for serial in ["1", "2"] { try await store.add(serial) }
    try await store.add("3", device: "other")
    func keep(_ text: String, _ serial: String? = nil, _ device: String? = nil) async throws {
      let line = DeviceLogLine(text: text, serialNumber: serial, device: device.map { phone($0) })
      try await store.keep([line], tenant: "a", limit: 99, each: 9, at: 7)
    }
    func texts(_ serial: String, limit: Int = 10) async throws -> [String]? {
      try await store.history(of: serial, tenant: "a", limit: limit)?.logLines.map(\.text)
    }
    try await keep("of 1", "1", "phone")
    try await keep("of the phone", nil, "phone")
    try await keep("of nobody")
    try await keep("of the other", "no such pass", "other")
    try await keep("of 1 as well", "1")
    #expect(try await texts("1") == ["of 1", "of the phone", "of 1 as well"])
    #expect(try await texts("1", limit: 2) == ["of the phone", "of 1 as well"])
    #expect(try await texts("2") == ["of the phone"])
    #expect(try await texts("3") == ["of the other"])
  }

  @Test(arguments: StoreUnderTest.all)
  func `that writes without end pushes out no other's lines`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.save([pass("1"), pass("2"), pass("3")], tenant: "a", at: 5)
    for serial in ["1", "2", "3"] { try await store.add(serial, device: "phone \(serial)") }
    func keep(_ text: String, _ serial: String?, _ device: String?) async throws {
      let line = DeviceLogLine(text: text, serialNumber: serial, device: device.map { phone($0) })
      try await store.keep([line], tenant: "a", limit: 12, each: 3, at: 7)
    }
    try await keep("genuine", "1", nil)
    try await keep("genuine", nil, "phone 1")
    for number in 0..<20 {
      try await keep("\(number)", "invented \(number)", "invented \(number)")
      try await keep("\(number)", nil, nil)
      try await keep("\(number)", "2", "invented \(number)")
      try await keep("\(number)", nil, "phone 3")
    }
    for (serial, texts) in [("1", ["genuine", "genuine"]), ("2", ["17", "18", "19"]), ("3", ["17", "18", "19"])] {
      #expect(try await store.history(of: serial, tenant: "a", limit: 99)?.logLines.map(\.text) == texts, "\(serial)")
    }
  }
}

func phone(_ identifier: String = "phone", tenant: String = "a") -> DeviceKey {
  DeviceKey(tenant: tenant, passType: "pass.org.example", libraryIdentifier: identifier)
}

extension Store {
  @discardableResult
  func add(
    _ serial: String, device: String = "phone", token: String = "c0ffee", tenant: String = "a", at now: Int64 = 50
  ) async throws -> Registration {
    try await register(
      phone(device, tenant: tenant), pushToken: token, serialNumber: serial, limit: 1_000, deviceLimit: 100,
      correlationID: "register", at: now)
  }

  func remove(_ serial: String, tenant: String = "a") async throws -> Bool {
    try await unregister(phone(tenant: tenant), serialNumber: serial, correlationID: "unregister", at: 60)
  }

  func handOut(_ serial: String, tag: Int64) async throws {
    try await note([
      Delivery(tenant: "a", serialNumber: serial, kind: .downloaded, updateTag: tag, at: 5, correlationID: nil)
    ])
  }

  func claimPushes(_ limit: Int = 10, at now: Int64 = 100) async throws -> [Push] {
    try await claimPushes(limit, worker: "w", leasedUntil: now + 100, at: now)
  }

  /// Pushes everything that is due.
  @discardableResult
  func endAll(at now: Int64 = 100, _ ending: PushEnding = .done) async throws -> Int {
    let pushes = try await claimPushes(1_000, at: now)
    try await end(pushes.map { ($0, ending) }, at: now)
    return pushes.count
  }
}
