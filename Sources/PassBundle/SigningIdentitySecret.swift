import COpenSSL

/// Bytes nobody may see: a password, a tenant's secret.
///
/// It prints as `<redacted>` wherever it ends up, and its memory is overwritten when the last copy goes.
package struct Secret: Sendable {
  private let storage: Storage

  /// Takes a copy of `bytes`.
  package init(_ bytes: some Collection<UInt8>) {
    storage = Storage(bytes)
  }

  /// Number of bytes.
  package var count: Int { storage.bytes.count }

  /// Lends the bytes for the time of `body`.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(rebasing: storage.bytes[...]))
  }

  /// Lends the bytes with a zero byte after them, as C wants its passwords. The zero is not part of `count`.
  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    storage.terminated.withMemoryRebound(to: CChar.self) { buffer in
      // Never nil: there is always the final zero.
      guard let start = buffer.baseAddress else { return "".withCString(body) }
      return body(start)
    }
  }

  /// `@unchecked Sendable`: the memory is written once, in the initialiser, before anyone else can see it, and again
  /// only in `deinit`, when no one can any more.
  private final class Storage: @unchecked Sendable {
    let terminated: UnsafeMutableRawBufferPointer
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: terminated.dropLast()) }

    init(_ source: some Collection<UInt8>) {
      let count = source.count
      terminated = .allocate(byteCount: count + 1, alignment: 1)
      for (index, byte) in source.enumerated().prefix(count) { terminated[index] = byte }
      terminated[count] = 0
    }

    deinit {
      OPENSSL_cleanse(terminated.baseAddress, terminated.count)
      terminated.deallocate()
    }
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "<redacted>" }
  package var debugDescription: String { "<redacted>" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
