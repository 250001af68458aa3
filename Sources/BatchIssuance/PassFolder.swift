import Glibc
import JSON

/// The folder that passes are issued into.
///
/// Nothing half-written ever has its final name there: a file grows under `.passmint/` and is renamed when it is whole.
/// One run at a time owns the folder; what a killed run left under `.passmint/` is cleared away by the next.
package final class PassFolder: Sendable {
  package let path: String
  private let descriptor: Int32
  private let work: String

  static let workName = ".passmint"
  /// Twice what Apple allows for a whole bundle: no pass is as large.
  private static let largestFile = 300 << 20

  /// Makes the folder, and those above it, where they are missing.
  ///
  /// - Parameter isReadOnly: for a dry run: nothing is made and nobody is kept out.
  package init(path: String, isReadOnly: Bool = false) throws(BatchError) {
    self.path = path
    work = "\(path)/\(Self.workName)"
    if isReadOnly {
      descriptor = -1
      var status = stat()
      if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
        throw .system("opening", path: path, code: ENOTDIR)
      }
      return
    }
    try Self.makeFolders(path)
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("opening", path: path, code: errno) }
    // Gone with the process, however it ends.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw errno == EWOULDBLOCK ? .inUse(path: path) : .system("locking", path: path, code: errno)
    }
    try Self.makeFolders(work)
    // What lies in the work folder is cleared away, so it has to be a folder of our own and no link to someone's.
    var status = stat()
    guard lstat(work, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw .system("opening", path: work, code: ENOTDIR)
    }
    removeLeftovers()
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Takes the work folder away at the end of a run.
  package func tidy() {
    guard descriptor >= 0 else { return }
    removeLeftovers()
    rmdir(work)
  }

  /// A file that is still being written, outside of everyone's sight.
  func workPath(_ name: String) -> String { "\(work)/\(name)" }

  func path(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and gives it its final name in one step.
  ///
  /// - Parameters:
  ///   - worker: workers writing at the same time each have their own file under way.
  ///   - replaces: whether a file of that name is known and may be written over.
  /// - Throws: `EEXIST` when there is a file that nobody knew of.
  func write(_ bytes: UnsafeRawBufferPointer, to name: String, worker: Int, replaces: Bool) throws(BatchError) {
    if !replaces, try writeNameless(bytes, to: name) { return }
    let temporary = workPath("pass-\(worker)")
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw .system("creating", path: temporary, code: errno) }
    do {
      try Self.writeAll(bytes, to: file, path: path(name))
    } catch {
      close(file)
      unlink(temporary)
      throw error
    }
    // Some file systems report a full disk only here.
    guard close(file) == 0 else {
      let code = errno
      unlink(temporary)
      throw .system("writing", path: path(name), code: code)
    }
    try publish(temporary, as: name)
  }

  /// Writes a file that has no name until it is whole, where the system can do that; false where it cannot, or where
  /// the name is taken.
  ///
  /// Workers creating and renaming files by way of one folder wait for that folder's lock; this takes the lock of the
  /// final folder once. A run that is killed leaves nothing at all.
  private func writeNameless(_ bytes: UnsafeRawBufferPointer, to name: String) throws(BatchError) -> Bool {
    let final = path(name)
    guard let slash = final.lastIndex(of: "/") else { return false }
    let parent = String(final[..<slash])
    var file = open(parent, Self.nameless | O_WRONLY | O_CLOEXEC, 0o644)
    if file < 0, errno == ENOENT {
      try Self.makeFolders(parent)
      file = open(parent, Self.nameless | O_WRONLY | O_CLOEXEC, 0o644)
    }
    // Not every file system knows files without a name; the way by the work folder says what else may be wrong.
    guard file >= 0 else { return false }
    defer { close(file) }
    try Self.writeAll(bytes, to: file, path: final)
    if linkat(AT_FDCWD, "/proc/self/fd/\(file)", AT_FDCWD, final, AT_SYMLINK_FOLLOW) == 0 { return true }
    if errno == EEXIST { throw .system("writing", path: final, code: EEXIST) }
    return false
  }

  /// `O_TMPFILE` of open(2), a macro that Swift does not see.
  private static let nameless = 0o20_000_000 | O_DIRECTORY

  /// Renames a finished file to its place, making the folders above it.
  func publish(_ temporary: String, as name: String) throws(BatchError) {
    let final = path(name)
    if rename(temporary, final) == 0 { return }
    if errno == ENOENT, let slash = final.lastIndex(of: "/") {
      try Self.makeFolders(String(final[..<slash]))
      if rename(temporary, final) == 0 { return }
    }
    let code = errno
    unlink(temporary)
    throw .system("writing", path: final, code: code)
  }

  /// Whether the code says that something else than a file is at the place, or on the way to it.
  static func isNoPlaceForFile(_ code: Int32) -> Bool {
    code == EISDIR || code == ENOTDIR || code == ELOOP || code == ENAMETOOLONG || code == EFBIG
  }

  /// Whether the bytes are an archive with a pass of this serial number; `pass.json` is stored in it as it is.
  static func isPass(_ bytes: [UInt8], serialNumber: String) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) && bytes.holds(Array("\"serialNumber\":\"\(serialNumber)\"".utf8))
  }

  /// The message of the first barcode of a pass, whose `pass.json` is stored as it is.
  static func barcode(in archive: [UInt8]) -> String? {
    // An nfc dictionary has a message too, so the barcode's own member comes first.
    guard
      let member = archive.firstRange(of: Array("\"barcodes\":".utf8))
        ?? archive.firstRange(of: Array("\"barcode\":".utf8)),
      let start = archive[member.upperBound...].firstRange(of: Array("\"message\":\"".utf8))?.upperBound
    else { return nil }
    var end = start
    while end < archive.count, archive[end] != 0x22 { end += archive[end] == 0x5C ? 2 : 1 }
    guard end < archive.count else { return nil }
    return (try? JSONValue(parsing: archive[(start - 1)...end]))?.stringValue
  }

  /// Whether two files hold the same bytes.
  static func isSame(_ left: String, _ right: String) -> Bool {
    guard let first = fopen(left, "re") else { return false }
    defer { fclose(first) }
    guard let second = fopen(right, "re") else { return false }
    defer { fclose(second) }
    while true {
      let (byte, other) = (getc_unlocked(first), getc_unlocked(second))
      if byte != other { return false }
      if byte == EOF { return ferror(first) == 0 && ferror(second) == 0 }
    }
  }

  /// The bytes of a file in the folder; nil when there is none.
  func read(_ name: String) throws(BatchError) -> [UInt8]? {
    let full = path(name)
    let file = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw .system("reading", path: full, code: errno)
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .system("reading", path: full, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .system("reading", path: full, code: EISDIR) }
    guard status.st_size <= Self.largestFile else { throw .system("reading", path: full, code: EFBIG) }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
      while count < buffer.count {
        let length = Glibc.read(file, buffer.baseAddress.unsafelyUnwrapped + count, buffer.count - count)
        if length > 0 {
          count += length
        } else if length == 0 {
          return
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    guard failure == 0 else { throw .system("reading", path: full, code: failure) }
    return bytes
  }

  func exists(_ name: String) -> Bool { access(path(name), F_OK) == 0 }

  static func writeAll(_ bytes: UnsafeRawBufferPointer, to file: Int32, path: String) throws(BatchError) {
    var rest = bytes
    while !rest.isEmpty {
      let length = Glibc.write(file, rest.baseAddress, rest.count)
      if length > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[length...])
      } else if errno != EINTR {
        throw .system("writing", path: path, code: length == 0 ? ENOSPC : errno)
      }
    }
  }

  static func makeFolders(_ path: String) throws(BatchError) {
    if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try makeFolders(String(path[..<slash]))
      if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    }
    throw .system("creating the folder", path: path, code: errno)
  }

  private func removeLeftovers() {
    guard let folder = opendir(work) else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { unlink("\(work)/\(name)") }
    }
  }
}

/// A file under way that is written piece by piece and renamed at the end.
final class GrowingFile {
  let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []

  init(path: String) throws(BatchError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .system("creating", path: path, code: errno) }
    buffer.reserveCapacity(1 << 16)
  }

  deinit { close(descriptor) }

  func append(_ bytes: [UInt8]) throws(BatchError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= 1 << 15 { try flush() }
  }

  func flush() throws(BatchError) {
    let bytes = buffer
    buffer.removeAll(keepingCapacity: true)
    var failure: BatchError?
    bytes.withUnsafeBytes { raw in
      do throws(BatchError) {
        try PassFolder.writeAll(raw, to: descriptor, path: path)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }
}

extension [UInt8] {
  /// Whether the bytes occur in a row.
  func holds(_ wanted: [UInt8]) -> Bool {
    guard let first = wanted.first else { return true }
    return withUnsafeBytes { all in
      var rest = all[...]
      while rest.count >= wanted.count, let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress,
        let found = memchr(start, Int32(first), rest.count - wanted.count + 1)
      {
        let candidate = rest.dropFirst(UnsafeRawPointer(found) - start)
        if candidate.prefix(wanted.count).elementsEqual(wanted) { return true }
        rest = candidate.dropFirst()
      }
      return false
    }
  }
}
