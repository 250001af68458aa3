import Issuance
import Testing

@Suite("A remembered pass")
struct PassTests {
  @Test(arguments: StoreUnderTest.all)
  func `is saved with its job's end and comes back whole`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.hear(row("x", update: 20))
    let saved = try await store.complete(try await store.claimOne(), saving: [pass("1"), pass("2")], at: 7)
    #expect(saved.map(\.pass) == [pass("1"), pass("2")])
    #expect(saved.map(\.updateTag) == [1, 2])
    let record = try #require(try await kind.open(folder).pass(serialNumber: "2", tenant: "a"))
    #expect(record == saved.last)
    #expect(record == PassRecord(tenant: "a", pass: pass("2"), updateTag: 2, changedAt: 7, createdAt: 7))

    let bare = IssuedPass(
      serialNumber: "3", template: "t", state: .voided, rendered: [], assetsDigest: [], contentDigest: [], asOf: -1)
    try await store.save([bare], tenant: "a", at: 8)
    #expect(try await store.pass(serialNumber: "3", tenant: "a")?.pass == bare)
  }

  @Test(arguments: StoreUnderTest.all)
  func `knows whose request changed it last`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    func save(_ pass: IssuedPass, _ request: String) async throws -> String? {
      try await store.save(IssuedFile(passes: [pass], correlationID: request), tenant: "a", at: 5)
      return try await store.pass(serialNumber: "1", tenant: "a")?.correlationID
    }
    #expect(try await save(pass("1"), "sale") == "sale")
    #expect(try await save(pass("1", asOf: 1), "look") == "sale")
    #expect(try await save(pass("1", content: 2, asOf: 2), "reseat") == "reseat")
  }

  @Test(arguments: StoreUnderTest.all)
  func `that did not change is not touched`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.save([pass("1"), pass("2")], tenant: "a", at: 5)
    var moved = pass("1", asOf: 1)
    moved.file = "816"
    #expect(try await store.save([moved], tenant: "a", at: 6).isEmpty)
    let same = try #require(try await store.pass(serialNumber: "1", tenant: "a"))
    #expect(same.pass == moved && same.updateTag == 1 && same.changedAt == 5)

    let changed = try await store.save([pass("1", content: 2, state: .used, asOf: 2)], tenant: "a", at: 9)
    #expect(changed.map(\.updateTag) == [3])
    #expect(changed.map(\.changedAt) == [9] && changed.map(\.createdAt) == [5])
    #expect(try await store.pass(serialNumber: "1", tenant: "a") == changed.first)
  }

  @Test(arguments: StoreUnderTest.all)
  func `read before the clock was set back gives way to what is read after`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    func save(content: UInt8, asOf: Int64) async throws -> Int {
      let file = IssuedFile(number: "815", asOf: asOf, passes: [pass("1", content: content, asOf: asOf)])
      return try await store.save(file, tenant: "a", at: asOf + 1).count
    }
    #expect(try await save(content: 1, asOf: 3_600_000) == 1)
    #expect(try await save(content: 2, asOf: 1_000) == 1)
    // From then on as ever.
    #expect(try await save(content: 3, asOf: 2_000) == 1)
    let late = IssuedFile(number: "815", asOf: 1_500, passes: [pass("1", content: 4, asOf: 1_500)])
    #expect(try await store.save(late, tenant: "a", at: 2_002).isEmpty)
    #expect(try await store.save([pass("1", content: 4, asOf: 1_500)], tenant: "a", at: 2_003).isEmpty)
  }

  @Test(arguments: StoreUnderTest.all)
  func `is not overwritten by what was read earlier`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    try await store.save([pass("1", content: 2, state: .voided, asOf: 50)], tenant: "a", at: 60)
    #expect(try await store.save([pass("1", content: 1, asOf: 49)], tenant: "a", at: 61).isEmpty)
    #expect(try await store.pass(serialNumber: "1", tenant: "a")?.pass.state == .voided)
    #expect(try await store.save([pass("1", content: 3, asOf: 50)], tenant: "a", at: 62).count == 1)
  }

  @Test(arguments: StoreUnderTest.all)
  func `has a tag above all that were seen before`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    let tags = try await withThrowingTaskGroup { group in
      for writer in 0..<8 {
        group.addTask {
          var seen: [Int64] = []
          for turn in 0..<20 {
            let passes = (0..<3).map { pass("\(writer)-\(turn)-\($0)") }
            let saved = try await store.save(passes, tenant: "tenant \(writer % 3)", at: 0)
            #expect(saved.allSatisfy { $0.updateTag > seen.last ?? 0 })
            seen += saved.map(\.updateTag)
          }
          return seen
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(tags.count == 480)
    #expect(Set(tags).count == tags.count)
    let highest = try #require(tags.max())
    let next = try await kind.open(folder).save([pass("last")], tenant: "a", at: 0)
    #expect(try #require(next.first).updateTag > highest)
  }

  @Test(arguments: StoreUnderTest.all)
  func `is found by what it belongs to`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    var other = pass("3")
    other.order = "4712"
    other.orderSecret = "other"
    other.file = nil
    other.movement = nil
    try await store.save([pass("1"), pass("2"), other], tenant: "a", at: 0)
    func serials(_ property: PassProperty, _ tenant: String = "a") async throws -> [String] {
      try await store.passes(property, tenant: tenant).map(\.pass.serialNumber)
    }
    #expect(try await serials(.order("4711")) == ["1", "2"])
    #expect(try await serials(.order("4712")) == ["3"])
    #expect(try await serials(.orderSecret("secret")) == ["1", "2"])
    #expect(try await serials(.file("815")) == ["1", "2"])
    #expect(try await serials(.movement("movement-2")) == ["2"])
    #expect(try await serials(.file("")) == [])
    #expect(try await serials(.file("815"), "b") == [])
    #expect(try await store.pass(serialNumber: "1", tenant: "b") == nil)
  }

  @Test(arguments: StoreUnderTest.all)
  func `is listed newest first, in pages, as the filter says`(kind: StoreUnderTest) async throws {
    let folder = try StoreUnderTest.Folder()
    let store = try await kind.open(folder)
    var passes = (0..<25).map { pass("serial\($0)", state: $0 % 5 == 0 ? .voided : .valid) }
    passes[3].template = "museum"
    passes[4].event = "Żółć 100% _"
    try await store.save(passes, tenant: "a", at: 0)
    try await store.save([pass("elsewhere")], tenant: "b", at: 0)

    func page(_ filter: PassFilter, offset: Int = 0, limit: Int = 100) async throws -> (total: Int, serials: [String]) {
      let page = try await store.passes(filter, tenant: "a", offset: offset, limit: limit)
      return (page.total, page.records.map(\.pass.serialNumber))
    }
    let second = try await page(PassFilter(), offset: 10, limit: 10)
    #expect(second.total == 25)
    #expect(second.serials == (5..<15).reversed().map { "serial\($0)" })
    #expect(try await page(PassFilter(), offset: 99).serials == [])
    #expect(try await page(PassFilter(), offset: -1, limit: -1) == (25, []))
    #expect(try await page(PassFilter(states: [.voided])).total == 5)
    #expect(try await page(PassFilter(states: [.voided], template: "museum")).total == 0)
    #expect(try await page(PassFilter(template: "museum")).serials == ["serial3"])
    #expect(try await page(PassFilter(text: " GALA  row ")).total == 24)
    #expect(try await page(PassFilter(text: "serial24")).serials == ["serial24"])
    #expect(try await page(PassFilter(text: "zół")).serials == ["serial4"])
    for text in ["100%", "_"] { #expect(try await page(PassFilter(text: text)).serials == ["serial4"]) }
    #expect(try await page(PassFilter(text: "x'; DROP TABLE passes; --")).total == 0)
    #expect(try await page(PassFilter(text: "  ")).total == 25)
  }
}
