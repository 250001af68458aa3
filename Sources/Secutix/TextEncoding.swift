/// The encodings an export may be in.
package enum TextEncoding: String, Sendable, Hashable, CaseIterable {
  case utf8 = "utf-8"
  case utf16LittleEndian = "utf-16le"
  case utf16BigEndian = "utf-16be"
  case windows1252 = "windows-1252"

  /// Reads the names that people and programs write.
  init?(name: String) {
    switch name.lowercased().filter({ $0 != "-" && $0 != "_" && $0 != " " }) {
    case "utf8", "ascii", "usascii", "utf8sig": self = .utf8
    case "utf16le", "utf16": self = .utf16LittleEndian
    case "utf16be": self = .utf16BigEndian
    case "windows1252", "cp1252", "iso88591", "latin1", "ansi": self = .windows1252
    default: return nil
    }
  }
}

/// What the first bytes of a file tell about its encoding.
struct EncodingGuess: Equatable {
  var encoding: TextEncoding
  var byteOrderMarkLength = 0

  /// - Parameters:
  ///   - sample: the beginning of the file.
  ///   - isWhole: whether there is nothing after the sample.
  ///   - declared: what the user said; only a byte order mark is stronger.
  static func make(of sample: [UInt8], isWhole: Bool, declared: TextEncoding?) -> Result<EncodingGuess, BinaryFile> {
    if sample.starts(with: [0xEF, 0xBB, 0xBF]) { return .success(.init(encoding: .utf8, byteOrderMarkLength: 3)) }
    if sample.starts(with: [0xFF, 0xFE, 0, 0]) || sample.starts(with: [0, 0, 0xFE, 0xFF]) {
      return .failure(.init(kind: .other))
    }
    if sample.starts(with: [0xFF, 0xFE]) {
      return .success(.init(encoding: .utf16LittleEndian, byteOrderMarkLength: 2))
    }
    if sample.starts(with: [0xFE, 0xFF]) { return .success(.init(encoding: .utf16BigEndian, byteOrderMarkLength: 2)) }
    if sample.starts(with: [0x50, 0x4B, 3, 4]) { return .failure(.init(kind: .workbook)) }
    if sample.starts(with: [0x1F, 0x8B]) { return .failure(.init(kind: .gzip)) }
    if sample.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) { return .failure(.init(kind: .oldWorkbook)) }
    if let declared { return .success(.init(encoding: declared)) }
    let start = sample.prefix(4096)
    var zeros = [0, 0]
    for (index, byte) in start.enumerated() where byte == 0 { zeros[index & 1] += 1 }
    if zeros[0] + zeros[1] > 0 {
      // Western text in UTF-16 has a zero in nearly every second byte, and always the same one of the two.
      if zeros[1] * 4 > start.count, zeros[0] * 8 < zeros[1] { return .success(.init(encoding: .utf16LittleEndian)) }
      if zeros[0] * 4 > start.count, zeros[1] * 8 < zeros[0] { return .success(.init(encoding: .utf16BigEndian)) }
      return .failure(.init(kind: .other))
    }
    let isUTF8 = sample.withUnsafeBufferPointer { bytes in
      let valid = lengthOfValidUTF8(bytes)
      return valid == bytes.count || (!isWhole && bytes.count - valid < 4)
    }
    return .success(.init(encoding: isUTF8 ? .utf8 : .windows1252))
  }

  struct BinaryFile: Error, Equatable {
    let kind: ExportError.BinaryKind
  }
}

/// How many bytes at the start are valid UTF-8 (RFC 3629: no surrogates, no overlong forms).
func lengthOfValidUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
  let count = bytes.count
  var index = 0
  func isContinuation(_ offset: Int) -> Bool { offset < count && bytes[offset] & 0xC0 == 0x80 }
  while index < count {
    let byte = bytes[index]
    if byte < 0x80 {
      // Eight ASCII bytes at once: most exports are little else.
      while count - index >= 8,
        UnsafeRawPointer(bytes.baseAddress!).loadUnaligned(fromByteOffset: index, as: UInt64.self)
          & 0x8080_8080_8080_8080 == 0
      {
        index += 8
      }
      while index < count, bytes[index] < 0x80 { index += 1 }
      continue
    }
    switch byte {
    case 0xC2...0xDF:
      guard isContinuation(index + 1) else { return index }
      index += 2
    case 0xE0...0xEF:
      guard isContinuation(index + 1), isContinuation(index + 2) else { return index }
      let second = bytes[index + 1]
      if byte == 0xE0 && second < 0xA0 || byte == 0xED && second > 0x9F { return index }
      index += 3
    case 0xF0...0xF4:
      guard isContinuation(index + 1), isContinuation(index + 2), isContinuation(index + 3) else { return index }
      let second = bytes[index + 1]
      if byte == 0xF0 && second < 0x90 || byte == 0xF4 && second > 0x8F { return index }
      index += 4
    default: return index
    }
  }
  return index
}

/// Turns chunks of any encoding into UTF-8.
///
/// What the encoding does not know (half a surrogate pair, a hole in Windows-1252) becomes the byte FF, which no UTF-8
/// text contains: the row it stands in is refused like any other that is not text.
struct Transcoder {
  let encoding: TextEncoding
  private var pending: [UInt8] = []
  private var highSurrogate: UInt16?

  init(_ encoding: TextEncoding) {
    self.encoding = encoding
  }

  mutating func append(_ chunk: [UInt8], to text: inout [UInt8], isLast: Bool) {
    switch encoding {
    case .utf8: text.append(contentsOf: chunk)
    case .windows1252:
      for byte in chunk { Self.append(windows1252: byte, to: &text) }
    case .utf16LittleEndian, .utf16BigEndian:
      let bytes = pending.isEmpty ? chunk : pending + chunk
      let isBigEndian = encoding == .utf16BigEndian
      var index = 0
      while index + 1 < bytes.count {
        let first = UInt16(bytes[index])
        let second = UInt16(bytes[index + 1])
        append(unit: isBigEndian ? first << 8 | second : second << 8 | first, to: &text)
        index += 2
      }
      pending = Array(bytes[index...])
      if isLast, highSurrogate != nil || !pending.isEmpty { text.append(0xFF) }
    }
  }

  private mutating func append(unit: UInt16, to text: inout [UInt8]) {
    if let high = highSurrogate {
      highSurrogate = nil
      if 0xDC00...0xDFFF ~= unit {
        let value = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)
        if let scalar = Unicode.Scalar(value) { text.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? []) }
        return
      }
      text.append(0xFF)
    }
    if unit < 0x80 {
      text.append(UInt8(truncatingIfNeeded: unit))
    } else if let scalar = Unicode.Scalar(unit) {
      text.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    } else if unit < 0xDC00 {
      highSurrogate = unit
    } else {
      text.append(0xFF)
    }
  }

  /// 80 to 9F of Windows-1252 (the WHATWG index without its C1 controls); zero marks a hole.
  private static let windows1252: [UInt16] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
    0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
    0x0178,
  ]

  private static func append(windows1252 byte: UInt8, to text: inout [UInt8]) {
    if byte < 0x80 {
      text.append(byte)
      return
    }
    let unit = byte < 0xA0 ? windows1252[Int(byte) - 0x80] : UInt16(byte)
    if unit == 0 {
      text.append(0xFF)
    } else if unit < 0x800 {
      text.append(UInt8(truncatingIfNeeded: 0xC0 | unit >> 6))
      text.append(UInt8(truncatingIfNeeded: 0x80 | unit & 0x3F))
    } else {
      text.append(UInt8(truncatingIfNeeded: 0xE0 | unit >> 12))
      text.append(UInt8(truncatingIfNeeded: 0x80 | unit >> 6 & 0x3F))
      text.append(UInt8(truncatingIfNeeded: 0x80 | unit & 0x3F))
    }
  }
}

/// The text of an export as UTF-8, chunk by chunk.
struct TextStream {
  let source: ByteSource
  let file: String
  let chunkSize: Int
  /// The file began with a byte order mark.
  let hasByteOrderMark: Bool
  let encoding: TextEncoding
  /// Told by the bytes, not by a mark or the user, and not UTF-8.
  let isGuess: Bool
  private(set) var isAtEnd = false
  private var transcoder: Transcoder
  private var first: [UInt8]

  init(source: ByteSource, file: String, limits: ExportLimits, declared: TextEncoding?) throws(ExportError) {
    self.source = source
    self.file = file
    chunkSize = limits.chunk
    var sample: [UInt8] = []
    var isWhole = false
    while sample.count < limits.sample {
      let chunk = try source.next(limits.chunk, file: file)
      if chunk.isEmpty {
        isWhole = true
        break
      }
      sample.append(contentsOf: chunk)
    }
    switch EncodingGuess.make(of: sample, isWhole: isWhole, declared: declared) {
    case .success(let guess):
      encoding = guess.encoding
      hasByteOrderMark = guess.byteOrderMarkLength > 0
      isGuess = declared == nil && !hasByteOrderMark && guess.encoding != .utf8
      transcoder = Transcoder(guess.encoding)
      sample.removeFirst(guess.byteOrderMarkLength)
      first = sample
    case .failure(let binary):
      throw ExportError(file: file, reason: .notText(binary.kind))
    }
  }

  /// Appends more text; at the end of the source nothing, and `isAtEnd` is set.
  mutating func fill(_ text: inout [UInt8]) throws(ExportError) {
    if isAtEnd { return }
    if !first.isEmpty {
      transcoder.append(first, to: &text, isLast: false)
      first = []
      return
    }
    let chunk = try source.next(chunkSize, file: file)
    isAtEnd = chunk.isEmpty
    transcoder.append(chunk, to: &text, isLast: isAtEnd)
  }
}
