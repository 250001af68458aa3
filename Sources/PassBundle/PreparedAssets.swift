import CLibzip
import JSON
package import Passes

/// Files that passes share, with everything about them that is the same in every pass: the deflated bytes, the checksum,
/// the line in the manifest.
package final class PreparedAssets: Sendable {
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
  /// What is known of single files, for assets that have some of them too.
  let known: DeflatedFiles
  private let deflated: [DeflatedFile]

  /// - Throws: `SealingError.archive` when libzip cannot deflate, which only want of memory explains.
  package convenience init(_ assets: PassAssets) throws(SealingError) {
    try self.init(assets, known: DeflatedFiles())
  }

  init(_ assets: PassAssets, known: DeflatedFiles) throws(SealingError) {
    self.assets = assets
    self.known = known
    var deflated: [DeflatedFile] = []
    for file in assets.files { deflated.append(try known.deflated(file.bytes, keeps: assets.isShared)) }
    self.deflated = deflated
  }

  /// The files in memory of the caller's own, but for the deflated bytes: workers counting references to the same
  /// arrays would wait for each other's caches. Good as long as this object lives.
  func separateFiles() -> [File] {
    zip(assets.files, deflated).map { file, deflated in
      File(
        path: String(decoding: Array(file.path.utf8), as: UTF8.self), name: Array(file.path.utf8CString),
        manifestLine: ManifestText.line(path: file.path, sha1: deflated.sha1), deflated: deflated.bytes,
        crc: deflated.crc, size: deflated.size)
    }
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
