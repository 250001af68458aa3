/// A gzip member (RFC 1952) of stored blocks: what a client must be able to inflate, without a compressor here. Runs of
/// one byte are packed, with the fixed Huffman code of RFC 1951, section 3.2.6.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var output: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
  if let first = bytes.first, bytes.count > 100_000, bytes.allSatisfy({ $0 == first }), first < 144 {
    output += run(of: first, count: bytes.count)
  } else {
    var position = 0
    repeat {
      let length = min(65_535, bytes.count - position)
      output.append(position + length == bytes.count ? 1 : 0)
      output += [UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8 & 255)]
      output += bytes[position..<position + length]
      position += length
    } while position < bytes.count
  }
  for number in [crc32(bytes), UInt32(truncatingIfNeeded: bytes.count)] {
    output += (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
  return output
}

/// One block: the byte, then copies of 258 at distance 1, then the byte for the rest.
private func run(of byte: UInt8, count: Int) -> [UInt8] {
  var output: [UInt8] = []
  var bits = 0
  var length = 0
  func put(_ value: Int, _ count: Int) {
    bits |= value << length
    length += count
    while length >= 8 {
      output.append(UInt8(bits & 255))
      bits >>= 8
      length -= 8
    }
  }
  /// Huffman codes stand with their first bit first.
  func code(_ value: Int, _ count: Int) {
    put((0..<count).reduce(0) { $0 | (value >> $1 & 1) << (count - 1 - $1) }, count)
  }
  func literal() { code(0x30 + Int(byte), 8) }
  put(1, 1)
  put(1, 2)
  literal()
  for _ in 0..<(count - 1) / 258 {
    // Length symbol 285 is 258; distance symbol 0 is 1.
    code(0b1100_0101, 8)
    code(0, 5)
  }
  for _ in 0..<(count - 1) % 258 { literal() }
  code(0, 7)
  if length > 0 { put(0, 8 - length) }
  return output
}

private let crcTable: [UInt32] = (0..<256).map { index in
  (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(~UInt32(0)) { $0 >> 8 ^ crcTable[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
}
