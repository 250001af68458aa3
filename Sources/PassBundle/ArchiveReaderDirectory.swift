/// What the end of a zip archive says about its entries, read before libzip allocates anything for them.
///
/// Offsets are those of PKWARE's APPNOTE 6.3.10, sections 4.3.12 to 4.3.16.
struct ArchiveDirectory {
  /// The largest number of entries that any end record within reach declares; a reader may settle on any of them.
  private(set) var largestEntryCount: UInt64 = 0
  /// Names as stored, zero bytes included, in the order of the central directory.
  private var names: [ArraySlice<UInt8>] = []

  init(scanning bytes: [UInt8]) {
    guard bytes.count >= 22 else { return }
    // The end record stands before a comment of at most 65,535 bytes.
    let first = max(0, bytes.count - 22 - 0xFFFF)
    for offset in stride(from: bytes.count - 22, through: first, by: -1)
    where bytes[offset] == 0x50 && bytes[offset + 1] == 0x4B && bytes[offset + 2] == 5 && bytes[offset + 3] == 6 {
      var count = Self.number(in: bytes, at: offset + 10, bytes: 2)
      if let wide = Self.wideCount(in: bytes, before: offset) { count = max(count, wide) }
      largestEntryCount = max(largestEntryCount, count)
      if names.isEmpty {
        names = Self.names(in: bytes, from: Self.number(in: bytes, at: offset + 16, bytes: 4), before: offset)
      }
    }
  }

  /// The stored name of an entry; nil when this scan and libzip do not see the same entries.
  func name(at index: Int, of count: Int) -> ArraySlice<UInt8>? {
    names.count == count ? names[index] : nil
  }

  /// The entry count of a zip64 end record, which a locator right before the end record points to.
  private static func wideCount(in bytes: [UInt8], before end: Int) -> UInt64? {
    let locator = end - 20
    guard locator >= 0, bytes[locator..<locator + 4].elementsEqual([0x50, 0x4B, 6, 7]) else { return nil }
    guard let record = Int(exactly: number(in: bytes, at: locator + 8, bytes: 8)),
      record >= 0, record <= bytes.count - 56, bytes[record..<record + 4].elementsEqual([0x50, 0x4B, 6, 6])
    else { return nil }
    return max(number(in: bytes, at: record + 24, bytes: 8), number(in: bytes, at: record + 32, bytes: 8))
  }

  private static func names(in bytes: [UInt8], from start: UInt64, before end: Int) -> [ArraySlice<UInt8>] {
    var names: [ArraySlice<UInt8>] = []
    guard var offset = Int(exactly: start) else { return [] }
    while offset <= end - 46, bytes[offset..<offset + 4].elementsEqual([0x50, 0x4B, 1, 2]) {
      let nameLength = Int(number(in: bytes, at: offset + 28, bytes: 2))
      let extraLength = Int(number(in: bytes, at: offset + 30, bytes: 2))
      let commentLength = Int(number(in: bytes, at: offset + 32, bytes: 2))
      guard offset + 46 + nameLength <= end else { return [] }
      names.append(bytes[offset + 46..<offset + 46 + nameLength])
      offset += 46 + nameLength + extraLength + commentLength
    }
    return names
  }

  /// A little-endian number. The caller has made sure that the bytes are there.
  private static func number(in bytes: [UInt8], at offset: Int, bytes count: Int) -> UInt64 {
    (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }
}

/// Rules for names inside a pass.
enum ArchivePath {
  /// Why a name must not be used, in words that follow “the name …”; nil for a good one.
  static func problem(in path: String) -> String? {
    if path.isEmpty { return "is empty" }
    if path.utf8.count > 1024 { return "is longer than 1,024 bytes" }
    if path.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) {
      return "holds a control character"
    }
    if path.hasPrefix("/") { return "is absolute" }
    if path.utf8.contains(0x5C) { return "holds a backslash" }
    let start = path.prefix(2)
    if start.count == 2, start.last == ":", start.first?.isASCII == true, start.first?.isLetter == true {
      return "begins with a drive letter"
    }
    var components = path.split(separator: "/", omittingEmptySubsequences: false)
    if components.last?.isEmpty == true { components.removeLast() }
    if components.contains("..") { return "climbs out of the archive with “..”" }
    if components.contains(where: { $0.isEmpty || $0 == "." }) { return "has an empty folder name or a “.” in it" }
    return nil
  }
}
