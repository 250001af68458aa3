/// What the chunks of a PNG file say, without decoding a pixel.
package struct PNGInfo: Sendable, Hashable {
  /// Width and height in pixels, both at least 1.
  package let width: Int
  package let height: Int

  /// Walks all chunks: signature, header, check sums, end mark.
  /// - Throws: ``PNGError``.
  package init(parsing bytes: [UInt8]) throws(PNGError) {
    guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else {
      throw .notPNG(ImageKind(sniffing: bytes))
    }
    var offset = 8
    var size: (width: Int, height: Int)?
    var hasData = false
    while true {
      guard bytes.count - offset >= 12 else { throw .truncated }
      let length = Self.number(in: bytes, at: offset)
      guard length <= bytes.count - offset - 12 else { throw .truncated }
      let type = bytes[offset + 4..<offset + 8]
      let data = offset + 8
      let storedCheck = UInt32(truncatingIfNeeded: Self.number(in: bytes, at: data + length))
      guard CRC32.checksum(of: bytes[offset + 4..<data + length]) == storedCheck else {
        throw .corrupt("the check sum of a chunk is wrong")
      }
      if type.elementsEqual("IHDR".utf8) {
        guard size == nil, length == 13 else { throw .corrupt("the header is not as it should be") }
        let found = (width: Self.number(in: bytes, at: data), height: Self.number(in: bytes, at: data + 4))
        guard (1...0x7FFF_FFFF).contains(found.width), (1...0x7FFF_FFFF).contains(found.height) else {
          throw .corrupt("the header says \(found.width) x \(found.height) pixels")
        }
        size = found
      } else if size == nil, !type.elementsEqual("CgBI".utf8) {
        // Xcode puts its own chunk first; nothing else may precede the header.
        throw .corrupt("the header is missing")
      } else if type.elementsEqual("IDAT".utf8) {
        hasData = true
      } else if type.elementsEqual("IEND".utf8) {
        break
      }
      offset = data + length + 4
    }
    guard let size, hasData else { throw .corrupt("there are no pixels") }
    (width, height) = size
  }

  /// A check sum that tells images apart; no protection against anybody.
  package static func checksum(of bytes: [UInt8]) -> UInt32 { CRC32.checksum(of: bytes[...]) }

  private static func number(in bytes: [UInt8], at offset: Int) -> Int {
    Int(bytes[offset]) << 24 | Int(bytes[offset + 1]) << 16 | Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
  }
}

/// Why an image is not a usable PNG.
package enum PNGError: Error, Sendable, Hashable {
  /// Something else, as far as its first bytes tell.
  case notPNG(ImageKind)
  case truncated
  case corrupt(String)
}

/// What a file is by its first bytes.
package enum ImageKind: String, Sendable, Hashable {
  case jpeg = "a JPEG"
  case gif = "a GIF"
  case webp = "a WebP"
  case pdf = "a PDF"
  case svg = "an SVG"
  case heif = "a HEIF"
  case tiff = "a TIFF"
  case html = "an HTML page"
  case empty = "empty"
  case unknown = "something else"

  package init(sniffing bytes: [UInt8]) {
    let head = bytes.prefix(256)
    let text = String(decoding: head, as: UTF8.self).lowercased()
    self =
      if bytes.isEmpty {
        .empty
      } else if head.starts(with: [0xFF, 0xD8, 0xFF]) {
        .jpeg
      } else if head.starts(with: "GIF8".utf8) {
        .gif
      } else if head.starts(with: "RIFF".utf8), head.dropFirst(8).starts(with: "WEBP".utf8) {
        .webp
      } else if head.starts(with: "%PDF".utf8) {
        .pdf
      } else if head.dropFirst(4).starts(with: "ftyp".utf8) {
        .heif
      } else if head.starts(with: [0x49, 0x49, 0x2A, 0]) || head.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
        .tiff
      } else if text.contains("<svg") {
        .svg
      } else if text.contains("<html") || text.contains("<!doctype") {
        .html
      } else {
        .unknown
      }
  }
}

/// The check sum of PNG chunks (ISO 3309, also used by zip).
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }

  static func checksum(of bytes: ArraySlice<UInt8>) -> UInt32 {
    let table = table
    return ~bytes.withUnsafeBufferPointer { buffer in
      table.withUnsafeBufferPointer { table in
        var value: UInt32 = 0xFFFF_FFFF
        for byte in buffer { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
        return value
      }
    }
  }
}
