import PassBundle

/// SplitMix64: the same seed gives the same sandbox (https://prng.di.unimi.it/splitmix64.c).
struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  /// A digit string; every third begins with a zero, which a number would lose.
  mutating func barcode(length: Int) -> String {
    var digits = (0..<length).map { _ in Character(String(Int.random(in: 0...9, using: &self))) }
    digits[0] = Int.random(in: 0...2, using: &self) == 0 ? "0" : "7"
    return String(digits)
  }

  /// Another ticket system's: letters, digits, a dash.
  mutating func foreignBarcode() -> String {
    let signs = Array("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789")
    let text = (0..<12).map { _ in signs[Int.random(in: 0..<signs.count, using: &self)] }
    return "FT-\(String(text))"
  }

  /// 32 hexadecimal digits.
  mutating func token() -> String {
    Digest.hex((0..<16).map { _ in UInt8.random(in: 0...255, using: &self) })
  }
}
