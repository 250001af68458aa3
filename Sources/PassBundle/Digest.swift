import COpenSSL

/// The three digests Passmint needs, by OpenSSL.
///
/// OpenSSL 3 looks an algorithm up anew in each call of `SHA1()` or `EVP_sha256()`; here each is fetched once per
/// process. The functions cannot fail on any input: they stop the process only where OpenSSL itself offers no SHA-1 or
/// SHA-256, without which no pass can be made at all.
package enum Digest {
  /// Length of a SHA-1 in bytes. Wallet's manifest holds these.
  package static let sha1Length = 20
  /// Length of a SHA-256 in bytes.
  package static let sha256Length = 32

  /// SHA-1 (FIPS 180-4): 20 bytes.
  package static func sha1(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    digest(bytes, by: Algorithm.sha1)
  }

  /// SHA-1 (FIPS 180-4): 20 bytes.
  package static func sha1(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { sha1($0) }
  }

  /// SHA-1 written to `output`, which has room for 20 bytes: no allocation for the result.
  package static func sha1(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutablePointer<UInt8>) {
    digest(bytes, by: Algorithm.sha1, into: output)
  }

  /// SHA-256 (FIPS 180-4): 32 bytes.
  package static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    digest(bytes, by: Algorithm.sha256)
  }

  /// SHA-256 (FIPS 180-4): 32 bytes.
  package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { sha256($0) }
  }

  /// SHA-256 written to `output`, which has room for 32 bytes: no allocation for the result.
  package static func sha256(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutablePointer<UInt8>) {
    digest(bytes, by: Algorithm.sha256, into: output)
  }

  /// HMAC-SHA-256 (RFC 2104): 32 bytes.
  package static func hmacSHA256(_ bytes: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) -> [UInt8] {
    let method = Algorithm.sha256.method
    // HMAC() takes a null key for "the key of last time"; an empty key still needs an address.
    var none: UInt8 = 0
    return [UInt8](unsafeUninitializedCapacity: sha256Length) { output, count in
      let done = withUnsafePointer(to: &none) { placeholder in
        HMAC(
          method, key.baseAddress ?? UnsafeRawPointer(placeholder), CInt(clamping: key.count),
          bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, output.baseAddress, nil)
      }
      guard done != nil else { fatalError("\(OpenSSLError("HMAC-SHA-256"))") }
      count = sha256Length
    }
  }

  /// HMAC-SHA-256 (RFC 2104): 32 bytes.
  package static func hmacSHA256(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { message in key.withUnsafeBytes { hmacSHA256(message, key: $0) } }
  }

  /// HMAC-SHA-256 (RFC 2104) under a secret: 32 bytes.
  package static func hmacSHA256(_ bytes: [UInt8], key: Secret) -> [UInt8] {
    bytes.withUnsafeBytes { message in key.withBytes { hmacSHA256(message, key: $0) } }
  }

  /// Whether two digests are the same, in a time that does not tell where they differ.
  package static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
  }

  /// Lower-case hexadecimal, as in a manifest.
  package static func hex(_ bytes: [UInt8]) -> String {
    let digits: StaticString = "0123456789abcdef"
    return String(unsafeUninitializedCapacity: bytes.count * 2) { output in
      for (index, byte) in bytes.enumerated() {
        output[index * 2] = digits.utf8Start[Int(byte >> 4)]
        output[index * 2 + 1] = digits.utf8Start[Int(byte & 15)]
      }
      return bytes.count * 2
    }
  }

  /// A fetched `EVP_MD`.
  ///
  /// `@unchecked Sendable`: OpenSSL never changes an `EVP_MD` after it was fetched, and any thread may use it; this one
  /// lives as long as the process.
  private struct Algorithm: @unchecked Sendable {
    let method: OpaquePointer
    let length: Int

    static let sha1 = Algorithm("SHA1", length: sha1Length)
    static let sha256 = Algorithm("SHA256", length: sha256Length)

    private init(_ name: String, length: Int) {
      guard let method = EVP_MD_fetch(nil, name, nil) else { fatalError("\(OpenSSLError("finding \(name)"))") }
      self.method = method
      self.length = length
    }
  }

  private static func digest(_ bytes: UnsafeRawBufferPointer, by algorithm: Algorithm) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: algorithm.length) { output, count in
      guard let start = output.baseAddress else { return }
      digest(bytes, by: algorithm, into: start)
      count = algorithm.length
    }
  }

  private static func digest(
    _ bytes: UnsafeRawBufferPointer, by algorithm: Algorithm, into output: UnsafeMutablePointer<UInt8>
  ) {
    guard EVP_Digest(bytes.baseAddress, bytes.count, output, nil, algorithm.method, nil) == 1 else {
      fatalError("\(OpenSSLError("digesting"))")
    }
  }
}
