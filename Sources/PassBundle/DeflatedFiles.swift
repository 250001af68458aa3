import CLibzip
import Synchronization

/// The content of a file, deflated once for every pass that has it.
///
/// `@unchecked Sendable`: the memory is written in the initialiser and only read afterwards.
final class DeflatedFile: @unchecked Sendable {
  /// Raw deflate, in memory that stays where it is as long as this object lives.
  let bytes: UnsafeRawBufferPointer
  let crc: UInt32
  /// Bytes before deflating.
  let size: Int
  let sha1: [UInt8]

  init(_ content: [UInt8]) throws(SealingError) {
    let deflated = try Self.deflate(content)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, deflated.bytes.count), alignment: 16)
    memory.copyBytes(from: deflated.bytes)
    bytes = UnsafeRawBufferPointer(start: memory.baseAddress, count: deflated.bytes.count)
    crc = deflated.crc
    size = content.count
    sha1 = Digest.sha1(content)
  }

  deinit { bytes.deallocate() }

  /// Deflates by letting libzip write an archive of one file and reading the raw entry back.
  private static func deflate(_ bytes: [UInt8]) throws(SealingError) -> (bytes: [UInt8], crc: UInt32) {
    var error = zip_error_t()
    zip_error_init(&error)
    defer { zip_error_fini(&error) }
    guard let target = zip_source_buffer_create(nil, 0, 0, &error) else { throw .archive(libzipReason(&error)) }
    defer { zip_source_free(target) }
    zip_source_keep(target)
    guard let archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error) else {
      zip_source_free(target)
      throw .archive(libzipReason(&error))
    }
    // The bytes have to stay in place until the archive is closed.
    let closed = bytes.withUnsafeBytes { raw -> Bool in
      // An empty file has no address, and libzip wants one.
      guard
        let source = zip_source_buffer(
          archive, raw.baseAddress ?? UnsafeRawPointer(bitPattern: 1), UInt64(raw.count), 0)
      else { return false }
      let index = zip_file_add(archive, "file", source, 0)
      guard index >= 0 else {
        zip_source_free(source)
        return false
      }
      zip_set_file_compression(archive, UInt64(index), ZIP_CM_DEFLATE, 9)
      return zip_close(archive) == 0
    }
    guard closed else {
      let reason = String(cString: zip_strerror(archive))
      zip_discard(archive)
      throw .archive(reason)
    }
    zip_source_keep(target)
    guard let reopened = zip_open_from_source(target, ZIP_RDONLY, &error) else {
      zip_source_free(target)
      throw .archive(libzipReason(&error))
    }
    defer { zip_discard(reopened) }
    var status = zip_stat_t()
    guard zip_stat_index(reopened, 0, 0, &status) == 0,
      let entry = zip_fopen_index(reopened, 0, zip_flags_t(ZIP_FL_COMPRESSED))
    else { throw .archive(String(cString: zip_strerror(reopened))) }
    defer { zip_fclose(entry) }
    guard status.comp_method == ZIP_CM_DEFLATE else {
      // libzip stores what has no bytes; two bytes are the deflated form of nothing.
      return ([0x03, 0x00], status.crc)
    }
    var count = 0
    let raw = [UInt8](unsafeUninitializedCapacity: Int(status.comp_size)) { buffer, initialized in
      count = Int(zip_fread(entry, buffer.baseAddress, UInt64(buffer.count)))
      initialized = max(0, count)
    }
    guard count == Int(status.comp_size) else { throw .archive(String(cString: zip_strerror(reopened))) }
    return (raw, status.crc)
  }
}

/// Deflated files by their content, for all workers.
///
/// Passes of one template differ in a picture or two; whatever else they have is prepared already. It grows with the
/// files of the template, never with the number of passes.
final class DeflatedFiles: Sendable {
  private let files = Mutex<[[UInt8]: DeflatedFile]>([:])

  /// - Parameter keeps: whether other passes will ask for the same content.
  func deflated(_ content: [UInt8], keeps: Bool) throws(SealingError) -> DeflatedFile {
    if let known = files.withLock({ $0[content] }) { return known }
    // Not under the lock: others may go on meanwhile, and two that do the same work come to the same bytes.
    let fresh = try DeflatedFile(content)
    guard keeps else { return fresh }
    return files.withLock { files in
      if let known = files[content] { return known }
      files[content] = fresh
      return fresh
    }
  }
}
