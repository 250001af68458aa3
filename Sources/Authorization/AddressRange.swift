import Glibc

/// A block of IP addresses, such as `10.0.0.0/8` or `2001:db8::/32` (RFC 4632); one address alone is a block of one.
///
/// Neither Foundation nor NIO has blocks of addresses.
package struct AddressRange: Sendable, Hashable {
  /// 16 bytes; an IPv4 address as IPv6 writes it (`::ffff:10.0.0.1`), since a socket may hand out either.
  private let bytes: [UInt8]
  private let bits: Int

  /// Reads a block; nil for what is none. Bits behind the block's length must be zero: whoever set some meant another block.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let (bytes, isShort) = Self.parse(String(first)) else { return nil }
    var bits = 128
    if parts.count == 2 {
      guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1]),
        length <= (isShort ? 32 : 128)
      else { return nil }
      bits = isShort ? 96 + length : length
    }
    guard Self.masked(bytes, bits) == bytes else { return nil }
    self.bytes = bytes
    self.bits = bits
  }

  /// Whether an address, as text, lies in the block; never for what is no address.
  package func contains(_ address: String) -> Bool {
    guard let (other, _) = Self.parse(address) else { return false }
    return Self.masked(other, bits) == bytes
  }

  private static func parse(_ text: String) -> (bytes: [UInt8], isShort: Bool)? {
    var short = in_addr()
    if inet_pton(AF_INET, text, &short) == 1 {
      return ([UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + withUnsafeBytes(of: short) { Array($0) }, true)
    }
    var long = in6_addr()
    // A zone (`fe80::1%eth0`) names an interface of this machine, not another address.
    guard inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &long) == 1 else { return nil }
    return (withUnsafeBytes(of: long) { Array($0) }, false)
  }

  private static func masked(_ bytes: [UInt8], _ bits: Int) -> [UInt8] {
    bytes.enumerated().map { index, byte in
      let kept = min(max(bits - index * 8, 0), 8)
      return kept == 0 ? 0 : byte & (0xFF << UInt8(8 - kept))
    }
  }
}
