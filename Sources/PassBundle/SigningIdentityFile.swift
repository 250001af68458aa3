import COpenSSL
import Glibc

/// The bytes of a file that may hold a key, and who may read it.
struct IdentityFile {
  /// Nothing that belongs to an identity comes near this size.
  static let mostBytes = 1 << 20

  /// The bytes; whoever is done with them cleanses them.
  var bytes: [UInt8]
  /// Permission bits.
  let mode: UInt32

  /// Reads the file. Larger ones than a megabyte are refused, and so are folders.
  init(at path: String) throws(IdentityError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: systemReason()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, reason: systemReason()) }
    mode = status.st_mode & 0o777
    var buffer = [UInt8](repeating: 0, count: Self.mostBytes + 1)
    var filled = 0
    while filled < buffer.count {
      let start = filled
      let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + start, $0.count - start) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        let reason = systemReason()
        cleanse(&buffer)
        throw .unreadable(path: path, reason: reason)
      }
      if count == 0 { break }
      filled += count
    }
    defer { cleanse(&buffer) }
    guard filled <= Self.mostBytes else { throw .unreadable(path: path, reason: "larger than a megabyte") }
    bytes = Array(buffer[..<filled])
  }

  /// Names of the regular files in a folder, sorted; links to files count, hidden names do not. Nil when `path` is no
  /// folder.
  static func names(in path: String) throws(IdentityError) -> [String]? {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .unreadable(path: path, reason: systemReason()) }
    guard status.st_mode & S_IFMT == S_IFDIR else { return nil }
    guard let folder = opendir(path) else { throw .unreadable(path: path, reason: systemReason()) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      var status = stat()
      guard !name.hasPrefix("."), stat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        continue
      }
      names.append(name)
    }
    return names.sorted()
  }
}

/// The system's words for `errno`: `No such file or directory`.
func systemReason() -> String {
  String(cString: strerror(errno))
}

/// Overwrites bytes that held a key or a password, so that they do not stay in freed memory.
func cleanse(_ bytes: inout [UInt8]) {
  bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
}
