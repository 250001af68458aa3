import CLibzip
import Glibc

/// Writes one archive after another with libzip, into memory that is kept from one to the next.
///
/// libzip's own memory target grows block by block and its sources are read through an 8 KB buffer: for a pass of 250 KB
/// that is two copies of everything, as dear as a tenth of the signature. Here the source and the target know each
/// other. The source of a prepared file only says which bytes come next, and the target takes them straight from there,
/// or leaves them be when the same file stood in the same place in the archive before.
///
/// Not `Sendable`: each worker has its own.
final class ArchiveWriter {
  /// A file that goes in.
  struct Entry {
    /// Raw deflate with the given checksum, or bytes to be stored as they are.
    var bytes: UnsafeRawBufferPointer
    /// Of the file before deflating. Not used for stored bytes.
    var size: Int
    var crc: UInt32
    var isDeflated: Bool
    var position = 0
    /// Where in the target this entry's bytes were put when they last were.
    var residence = -1
    /// Whether they still are where they are wanted this time.
    var isResident = false
    unowned(unsafe) let writer: ArchiveWriter
  }

  /// The finished archive; good until the next one is begun.
  private(set) var memory: UnsafeMutableRawBufferPointer
  private(set) var count = 0
  private var position = 0
  /// The prepared bytes the next write takes, instead of the ones libzip hands over.
  private var pending: UnsafeRawBufferPointer?
  private var isPendingResident = false
  /// Prepared files by their place in the archive; kept, so that their residence is remembered.
  private var entries: UnsafeMutableBufferPointer<Entry>
  private var used = 0
  /// Copies of the stored files, which libzip reads only when the archive is closed.
  private var texts: UnsafeMutableRawBufferPointer

  static let maximumEntries = 4096

  init() {
    memory = .allocate(byteCount: 1 << 20, alignment: 16)
    entries = .allocate(capacity: Self.maximumEntries)
    texts = .allocate(byteCount: 1 << 16, alignment: 16)
  }

  deinit {
    memory.deallocate()
    entries.deallocate()
    texts.deallocate()
  }

  /// The bytes of the archive just written.
  var archive: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

  /// Writes an archive.
  ///
  /// - Parameters:
  ///   - prepared: come first, in their order; their bytes have to live until the next archive.
  ///   - stored: come after them, uncompressed.
  func write(
    prepared: [PreparedAssets.File], stored: [(name: [CChar], bytes: [UInt8])]
  ) throws(SealingError) {
    guard prepared.count + stored.count <= Self.maximumEntries else { throw .archive("too many files") }
    var error = zip_error_t()
    zip_error_init(&error)
    defer { zip_error_fini(&error) }
    count = 0
    position = 0
    pending = nil
    guard let target = zip_source_function_create(targetCallback, Unmanaged.passUnretained(self).toOpaque(), &error)
    else { throw .archive(libzipReason(&error)) }
    guard let archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error) else {
      zip_source_free(target)
      throw .archive(libzipReason(&error))
    }
    let previouslyUsed = used
    used = 0
    for file in prepared {
      let residence =
        used < previouslyUsed && entries[used].isDeflated
          && entries[used].bytes.baseAddress == file.deflated.baseAddress
        ? entries[used].residence : -1
      let entry = Entry(
        bytes: file.deflated, size: file.size, crc: file.crc, isDeflated: true, residence: residence, writer: self)
      guard add(entry, name: file.name, to: archive) else { throw discard(archive) }
    }
    var free = makeRoom(for: stored.reduce(0) { $0 + $1.bytes.count })
    for (name, bytes) in stored {
      let copy = UnsafeMutableRawBufferPointer(rebasing: free[..<bytes.count])
      copy.copyBytes(from: bytes)
      free = UnsafeMutableRawBufferPointer(rebasing: free[bytes.count...])
      let entry = Entry(
        bytes: UnsafeRawBufferPointer(copy), size: bytes.count, crc: 0, isDeflated: false, writer: self)
      guard add(entry, name: name, to: archive) else { throw discard(archive) }
    }
    guard zip_close(archive) == 0 else { throw discard(archive) }
  }

  /// Takes it that nothing in memory is where it was.
  func forgetResidence() { used = 0 }

  private func makeRoom(for size: Int) -> UnsafeMutableRawBufferPointer {
    if size > texts.count {
      texts.deallocate()
      texts = .allocate(byteCount: size * 2, alignment: 16)
    }
    return texts
  }

  private func add(_ entry: Entry, name: [CChar], to archive: OpaquePointer) -> Bool {
    let state = entries.baseAddress.unsafelyUnwrapped + used
    state.initialize(to: entry)
    guard let source = zip_source_function(archive, entryCallback, state) else { return false }
    let index = name.withUnsafeBufferPointer {
      zip_file_add(archive, $0.baseAddress, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
    }
    guard index >= 0 else {
      zip_source_free(source)
      return false
    }
    used += 1
    let method = entry.isDeflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE
    // 1980-01-01 00:00, the first moment ZIP can name: the same input gives the same bytes, in every time zone.
    return zip_set_file_compression(archive, UInt64(index), method, 0) == 0
      && zip_file_set_dostime(archive, UInt64(index), 0, 0x21, 0) == 0
  }

  private func discard(_ archive: OpaquePointer) -> SealingError {
    let reason = String(cString: zip_strerror(archive))
    zip_discard(archive)
    for index in 0..<used { entries[index].residence = -1 }
    return .archive(reason)
  }

  // MARK: libzip's calls

  private func reserve(_ wanted: Int) {
    guard wanted > memory.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(wanted, memory.count * 2), alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(memory))
    memory.deallocate()
    memory = larger
  }

  fileprivate func write(_ data: UnsafeMutableRawPointer?, _ length: Int) -> Bool {
    reserve(position + length)
    let target = memory.baseAddress.unsafelyUnwrapped + position
    if let prepared = pending {
      guard prepared.count == length, let start = prepared.baseAddress else { return false }
      if !isPendingResident { target.copyMemory(from: start, byteCount: length) }
      pending = nil
    } else if let data {
      target.copyMemory(from: data, byteCount: length)
    }
    position += length
    count = max(count, position)
    return true
  }

  /// Hands out the next bytes of an entry.
  fileprivate func read(_ state: UnsafeMutablePointer<Entry>, into data: UnsafeMutableRawPointer?, _ length: Int) -> Int
  {
    let start = state.pointee.position
    let amount = min(length, state.pointee.bytes.count - start)
    guard amount > 0, let base = state.pointee.bytes.baseAddress else { return 0 }
    if state.pointee.isDeflated {
      // libzip reads and then writes what it read: the target takes the bytes from here.
      if start == 0 {
        state.pointee.isResident = state.pointee.residence == position
        state.pointee.residence = position
      }
      pending = UnsafeRawBufferPointer(start: base + start, count: amount)
      isPendingResident = state.pointee.isResident
    } else {
      data?.copyMemory(from: base + start, byteCount: amount)
    }
    state.pointee.position = start + amount
    return amount
  }

  fileprivate func seek(_ data: UnsafeMutableRawPointer?, _ length: UInt64) -> Int64 {
    var error = zip_error_t()
    zip_error_init(&error)
    let offset = zip_source_seek_compute_offset(UInt64(position), UInt64(count), data, length, &error)
    zip_error_fini(&error)
    guard offset >= 0 else { return -1 }
    position = Int(offset)
    return 0
  }

  fileprivate var tell: Int64 { Int64(position) }
}

/// Which commands a source answers, as libzip wants to be told.
private func commands(_ list: zip_source_cmd_t...) -> Int64 {
  list.reduce(0) { $0 | (1 << Int64($1.rawValue)) }
}

private let targetCommands = commands(
  ZIP_SOURCE_SUPPORTS, ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
  ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_BEGIN_WRITE, ZIP_SOURCE_COMMIT_WRITE,
  ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_WRITE, ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE, ZIP_SOURCE_REMOVE)

private let entryCommands = commands(
  ZIP_SOURCE_SUPPORTS, ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
  ZIP_SOURCE_FREE)

/// The archive being written.
private func targetCallback(
  _ context: UnsafeMutableRawPointer?, _ data: UnsafeMutableRawPointer?, _ length: UInt64, _ command: zip_source_cmd_t
) -> Int64 {
  guard let context else { return -1 }
  let writer = Unmanaged<ArchiveWriter>.fromOpaque(context).takeUnretainedValue()
  switch command {
  case ZIP_SOURCE_SUPPORTS: return targetCommands
  case ZIP_SOURCE_WRITE:
    return writer.write(data, Int(length)) ? Int64(length) : -1
  case ZIP_SOURCE_SEEK_WRITE: return writer.seek(data, length)
  case ZIP_SOURCE_TELL_WRITE: return writer.tell
  case ZIP_SOURCE_STAT: return -1
  case ZIP_SOURCE_ERROR:
    // Asked after the one command that fails, STAT: there is no such archive yet.
    return writeError(data, length, ZIP_ER_READ, ENOENT)
  default: return 0
  }
}

/// A file that goes in.
private func entryCallback(
  _ context: UnsafeMutableRawPointer?, _ data: UnsafeMutableRawPointer?, _ length: UInt64, _ command: zip_source_cmd_t
) -> Int64 {
  guard let state = context?.assumingMemoryBound(to: ArchiveWriter.Entry.self) else { return -1 }
  switch command {
  case ZIP_SOURCE_SUPPORTS: return entryCommands
  case ZIP_SOURCE_OPEN:
    state.pointee.position = 0
    return 0
  case ZIP_SOURCE_READ: return Int64(state.pointee.writer.read(state, into: data, Int(length)))
  case ZIP_SOURCE_STAT:
    guard let status = data?.assumingMemoryBound(to: zip_stat_t.self) else { return -1 }
    zip_stat_init(status)
    status.pointee.size = UInt64(state.pointee.size)
    status.pointee.valid = UInt64(ZIP_STAT_SIZE)
    if state.pointee.isDeflated {
      status.pointee.comp_size = UInt64(state.pointee.bytes.count)
      status.pointee.comp_method = UInt16(ZIP_CM_DEFLATE)
      status.pointee.crc = state.pointee.crc
      status.pointee.valid |= UInt64(ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_CRC)
    }
    return Int64(MemoryLayout<zip_stat_t>.size)
  case ZIP_SOURCE_ERROR: return writeError(data, length, ZIP_ER_INTERNAL, 0)
  default: return 0
  }
}

/// libzip wants two C integers: its own error and errno.
private func writeError(_ data: UnsafeMutableRawPointer?, _ length: UInt64, _ code: Int32, _ system: Int32) -> Int64 {
  guard let data, length >= 8 else { return -1 }
  data.storeBytes(of: code, as: Int32.self)
  data.storeBytes(of: system, toByteOffset: 4, as: Int32.self)
  return 8
}
