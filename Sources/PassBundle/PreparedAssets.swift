import CLibzip
import JSON
package import Passes

/// A template's unchanging files, with everything about them that is the same in every pass: the deflated bytes, the
/// checksum, the line in the manifest.
///
/// `@unchecked Sendable`: the memory is written in the initialiser and only read afterwards.
package final class PreparedAssets: @unchecked Sendable {
  struct File {
    let path: String
    /// The path as C wants it.
    let name: [CChar]
    /// `"path":"sha1"`
    let manifestLine: [UInt8]
    /// Raw deflate, in memory that stays where it is.
    let deflated: UnsafeRawBufferPointer
    let crc: UInt32
    /// Bytes before deflating.
    let size: Int
  }

  package let assets: PassAssets
  let files: [File]

  /// - Throws: `SealingError.archive` when libzip cannot deflate, which only want of memory explains.
  package init(_ assets: PassAssets) throws(SealingError) {
    self.assets = assets
    var files: [File] = []
    for file in assets.files { files.append(try Self.prepare(file)) }
    self.files = files
  }

  /// The files in memory of the caller's own, but for the deflated bytes: workers counting references to the same
  /// arrays would wait for each other's caches. Good as long as this object lives.
  func separateFiles() -> [File] {
    files.map { file in
      File(
        path: String(decoding: Array(file.path.utf8), as: UTF8.self), name: file.name.map { $0 },
        manifestLine: file.manifestLine.map { $0 }, deflated: file.deflated, crc: file.crc, size: file.size)
    }
  }

  deinit {
    for file in files { file.deflated.deallocate() }
  }

  private static func prepare(_ file: PassAssets.File) throws(SealingError) -> File {
    let deflated = try deflate(file.bytes)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, deflated.bytes.count), alignment: 16)
    memory.copyBytes(from: deflated.bytes)
    return File(
      path: file.path, name: Array(file.path.utf8CString),
      manifestLine: ManifestText.line(path: file.path, sha1: Digest.sha1(file.bytes)),
      deflated: UnsafeRawBufferPointer(start: memory.baseAddress, count: deflated.bytes.count), crc: deflated.crc,
      size: file.bytes.count)
  }

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

/// `manifest.json`: every file's path and SHA-1, as one line of JSON.
enum ManifestText {
  /// `"path":"`
  static func lineStart(path: String) -> [UInt8] {
    var line: [UInt8] = []
    line.appendJSONString(path)
    line.append(UInt8(ascii: ":"))
    line.append(UInt8(ascii: "\""))
    return line
  }

  static func line(path: String, sha1: [UInt8]) -> [UInt8] {
    var line = lineStart(path: path)
    line.append(contentsOf: Digest.hex(sha1).utf8)
    line.append(UInt8(ascii: "\""))
    return line
  }
}

/// Why a pass could not be sealed.
package enum SealingError: Error, Sendable {
  /// libzip failed; its own words.
  case archive(String)
  /// OpenSSL failed.
  case signature(OpenSSLError)
  /// What OpenSSL laid out is not the `SignedData` that RFC 5652 describes: a bug, or another OpenSSL.
  case layout(String)
}

func libzipReason(_ error: inout zip_error_t) -> String {
  String(cString: zip_error_strerror(&error))
}
