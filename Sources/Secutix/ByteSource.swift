import Glibc

/// Where the bytes of an export come from: a file, standard input, memory.
package struct ByteSource {
  private let nextBytes: (Int) throws -> [UInt8]

  /// - Parameter next: gives up to that many further bytes, none at the end.
  package init(_ next: @escaping (Int) throws -> [UInt8]) {
    nextBytes = next
  }

  package init(bytes: [UInt8]) {
    var position = 0
    self.init { count in
      let end = min(bytes.count, position + count)
      defer { position = end }
      return Array(bytes[position..<end])
    }
  }

  /// Reads an open file or pipe from where it stands. The caller keeps the descriptor open while reading and closes it.
  package init(fileDescriptor: Int32) {
    self.init { count in
      var interrupted = false
      let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        let length = Glibc.read(fileDescriptor, buffer.baseAddress, count)
        if length >= 0 {
          initialized = length
        } else if errno == EINTR {
          interrupted = true
        } else {
          throw ReadError(code: errno)
        }
      }
      // A signal is no end of the file.
      return interrupted ? try ByteSource(fileDescriptor: fileDescriptor).nextBytes(count) : bytes
    }
  }

  struct ReadError: Error, CustomStringConvertible {
    let code: Int32
    var description: String { String(cString: strerror(code)) }
  }

  /// Up to `count` further bytes, none at the end: for a source around this one, which counts or copies.
  package func read(_ count: Int) throws -> [UInt8] { try nextBytes(count) }

  func next(_ count: Int, file: String) throws(ExportError) -> [UInt8] {
    do {
      return try nextBytes(count)
    } catch {
      throw ExportError(file: file, reason: .unreadable("\(error)"))
    }
  }
}
