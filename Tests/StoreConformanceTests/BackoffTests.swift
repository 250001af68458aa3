import Issuance
import Passes
import Testing

@Suite("The wait after a failure")
struct BackoffTests {
  @Test func `doubles up to the cap and ends at the limit`() {
    let backoff = Backoff(base: 1000, cap: 10_000, limit: 7)
    let delays = (0...8).map { backoff.longestDelay(afterAttempts: $0) }
    #expect(delays == [1000, 1000, 2000, 4000, 8000, 10_000, 10_000, nil, nil])
    #expect(Backoff(base: .max, cap: .max, limit: .max).longestDelay(afterAttempts: .max - 1) == .max)
    #expect(Backoff(base: 0, cap: -5, limit: 0) == Backoff(base: 1, cap: 1, limit: 1))
  }

  @Test func `is spread over all of its time`() throws {
    let backoff = Backoff(base: 1000, cap: 60_000, limit: 20)
    var random = SeededRandom(seed: 1)
    let delays = try (0..<4000).map { _ in try #require(backoff.delay(afterAttempts: 3, using: &random)) }
    #expect(delays.allSatisfy { (0...4000).contains($0) })
    for quarter in 0..<4 {
      let count = delays.filter { $0 / 1000 == quarter }.count
      #expect((900...1100).contains(count), "quarter \(quarter)")
    }
    #expect(backoff.delay(afterAttempts: 20, using: &random) == nil)
  }

  @Test func `by default lasts a night`() {
    let waits = (1..<20).compactMap { Backoff().longestDelay(afterAttempts: $0) }
    #expect((8...10).contains(waits.reduce(0, +) / 2 / 3_600_000))
  }
}

@Suite("A pass's packed files")
struct PackedFilesTests {
  @Test func `come back as they were`() {
    let files = [
      PassAssets.File(path: "", bytes: []), PassAssets.File(path: "fr.lproj/pass.strings", bytes: Array(0...255)),
      PassAssets.File(path: "é", bytes: [UInt8](repeating: 1, count: 70_000)),
    ]
    #expect(PackedFiles.unpack(PackedFiles.pack(files)) == files)
    #expect(PackedFiles.unpack([]) == [])
  }

  @Test func `that were cut or are something else are refused`() {
    let packed = PackedFiles.pack([PassAssets.File(path: "pass.json", bytes: [1, 2, 3])])
    for length in 1..<packed.count { #expect(PackedFiles.unpack(Array(packed.prefix(length))) == nil) }
    #expect(PackedFiles.unpack([255, 255, 255, 255, 0]) == nil)
  }
}
