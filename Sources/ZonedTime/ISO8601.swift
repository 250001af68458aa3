extension ZonedDateTime {
  /// Reads `YYYY-MM-DDThh:mm[:ss[.fraction]]` followed by `Z`, `±hh:mm` or `±hhmm`; nil for anything else.
  ///
  /// A blank in place of the `T` is taken too, as RFC 3339 allows. The fraction is cut to milliseconds.
  package init?(iso8601 text: some StringProtocol) {
    var reader = DigitReader(bytes: Array(text.utf8))
    guard let year = reader.number(digits: 4), reader.take("-"), let month = reader.number(digits: 2), reader.take("-"),
      let day = reader.number(digits: 2), reader.take("T") || reader.take("t") || reader.take(" "),
      let hour = reader.number(digits: 2), reader.take(":"), let minute = reader.number(digits: 2)
    else { return nil }
    var second = 0
    var millisecond = 0
    if reader.take(":") {
      guard let value = reader.number(digits: 2) else { return nil }
      second = value
      if reader.take(".") || reader.take(",") {
        guard let fraction = reader.fraction() else { return nil }
        millisecond = fraction
      }
    }
    guard let offset = reader.offset(), reader.isAtEnd else { return nil }
    self.init(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond,
      offsetSeconds: offset)
  }

  /// `YYYY-MM-DDThh:mm:ss±hh:mm`, with `Z` for offset 0: the one form that every reader of `pass.json` takes.
  package var iso8601: String {
    String(unsafeUninitializedCapacity: 25) { buffer in
      var length = 0
      func put(_ byte: UInt8) {
        buffer[length] = byte
        length += 1
      }
      func put(_ number: Int, digits: Int) {
        var divisor = digits == 4 ? 1000 : 10
        while divisor > 0 {
          put(UInt8(0x30 + number / divisor % 10))
          divisor /= 10
        }
      }
      let parts = components
      put(parts.year, digits: 4)
      put(0x2D)
      put(parts.month, digits: 2)
      put(0x2D)
      put(parts.day, digits: 2)
      put(0x54)
      put(parts.hour, digits: 2)
      put(0x3A)
      put(parts.minute, digits: 2)
      put(0x3A)
      put(parts.second, digits: 2)
      // Offsets with seconds existed before standard time; ISO 8601 has no place for them.
      let minutes = offsetSeconds / 60
      if minutes == 0 {
        put(0x5A)
      } else {
        put(minutes < 0 ? 0x2D : 0x2B)
        put(abs(minutes) / 60, digits: 2)
        put(0x3A)
        put(abs(minutes) % 60, digits: 2)
      }
      return length
    }
  }
}

/// Takes digits and signs off the front of ASCII text.
private struct DigitReader {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(truncatingIfNeeded: character.value) else { return false }
    position += 1
    return true
  }

  mutating func number(digits: Int) -> Int? {
    guard position + digits <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[position..<position + digits] {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    position += digits
    return value
  }

  mutating func fraction() -> Int? {
    var value = 0
    var count = 0
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
      if count < 3 { value = value * 10 + Int(bytes[position] - 0x30) }
      count += 1
      position += 1
    }
    guard count > 0 else { return nil }
    for _ in min(count, 3)..<3 { value *= 10 }
    return value
  }

  mutating func offset() -> Int? {
    if take("Z") || take("z") { return 0 }
    let sign = take("-") ? -1 : take("+") ? 1 : 0
    guard sign != 0, let hours = number(digits: 2) else { return nil }
    _ = take(":")
    guard let minutes = number(digits: 2), minutes < 60 else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }
}
