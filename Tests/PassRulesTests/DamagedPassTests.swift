import Passes
import Testing

@Suite("Damaged files") struct DamagedPassTests {
  private struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      // SplitMix64 (Steele, Lea, Flood 2014).
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
      return value ^ value >> 31
    }
  }

  /// Values that a reader may trip over, in the place of any value of a good pass.
  private static let nasty = [
    "null", "-0", "1e999", "99999999999999999999999999", "\"\"", "\"\\u0000\"", "[]", "{}", "[[]]", "{\"\": null}",
    "true",
    "\"2026-13-45T99:99:99Z\"", "\"rgb(-1,,9999999999999999999)\"", "-99999999999999999999", "\"~1/~0\"",
    "\"\\ud83c\\udfab\"",
  ]

  @Test func `any value of pass.json replaced by any other kind`() {
    let source = PassFixture.passJSON
    var numbers = SeededNumbers(state: 7)
    // Values start after a colon or inside an array; a cut there keeps most variants JSON.
    let words = source.split(separator: ": ", omittingEmptySubsequences: false)
    var findings = 0
    for index in 1..<words.count {
      for value in Self.nasty {
        var changed = words.map(String.init)
        let rest = words[index].drop { !",}]\n".contains($0) }
        changed[index] = value + rest
        findings += WalletRules.findings(in: PassFixture.files(passJSON: changed.joined(separator: ": "))).count
      }
    }
    #expect(findings > words.count)
    for _ in 0..<500 {
      var bytes = Array(source.utf8)
      for _ in 0..<3 {
        bytes[Int.random(in: 0..<bytes.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
      }
      var files = PassFixture.files()
      files["pass.json"] = bytes
      _ = WalletRules.findings(in: files)
    }
  }

  @Test func `strings files of random bytes`() {
    var numbers = SeededNumbers(state: 11)
    let alphabet = Array("\"\\=;/*uU0dD8 \n{}'".utf8) + [0, 0xFE, 0xFF, 0xD8, 0xDC, 0xC3, 0xA9]
    for _ in 0..<3000 {
      let count = Int.random(in: 0..<40, using: &numbers)
      let bytes = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &numbers)] }
      guard let file = try? StringsFile(parsing: bytes) else { continue }
      let pairs = file.entries.map { (key: $0.key, value: $0.value) }
      let again = try? StringsFile(parsing: StringsFile.serialized(pairs))
      #expect(again?.entries.map(\.value) == file.entries.map(\.value))
    }
  }
}
