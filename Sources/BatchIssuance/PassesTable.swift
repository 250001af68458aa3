import Glibc

/// `passes.csv`: which passes the folder holds.
///
/// Columns: order, movement, serial_number, file, sha256, state (`valid`, `used`, `voided`). Rows of earlier runs stay as
/// long as their file is there and this run has no newer row for the pass.
struct PassesTable {
  static let name = "passes.csv"
  static let header = "order,movement,serial_number,file,sha256,state"

  static func row(
    order: String, movement: String, serialNumber: String, file: String, sha256: String, state: String
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, cell) in [order, movement, serialNumber, file, sha256, state].enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(cell, to: &bytes)
    }
    bytes.append(0x0A)
    return bytes
  }

  /// A cell without line breaks, so that every line is a row.
  static func oneLine(_ cell: String) -> String {
    guard cell.utf8.contains(where: { $0 < 0x20 }) else { return cell }
    return String(String.UnicodeScalarView(cell.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
  }

  private static func append(_ cell: String, to bytes: inout [UInt8]) {
    let cell = oneLine(cell)
    let needsQuotes = cell.utf8.contains { $0 == 0x22 || $0 == 0x2C }
    guard needsQuotes else {
      bytes.append(contentsOf: cell.utf8)
      return
    }
    bytes.append(0x22)
    for byte in cell.utf8 {
      if byte == 0x22 { bytes.append(0x22) }
      bytes.append(byte)
    }
    bytes.append(0x22)
  }

  /// Whether a file named in a table lies in the folder: tables can be edited.
  static func isInside(_ file: String) -> Bool {
    !file.hasPrefix("/") && !file.split(separator: "/").contains("..")
  }

  /// The rows of the table as it was, one at a time, without its header.
  static func forEachRow(of path: String, _ body: (_ line: [UInt8], _ cells: [String]) throws(BatchError) -> Void)
    throws(BatchError)
  {
    guard let file = fopen(path, "re") else {
      if errno == ENOENT { return }
      throw .system("reading", path: path, code: errno)
    }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    var isFirst = true
    while case let length = getline(&line, &capacity, file), length > 0, let start = line {
      defer { isFirst = false }
      let bytes = [UInt8](UnsafeRawBufferPointer(start: start, count: length))
      if isFirst { continue }
      // Only rows of this program's own making are kept.
      let cells = cells(of: bytes)
      if cells.count == 6 { try body(bytes, cells) }
    }
    if ferror(file) != 0 { throw .system("reading", path: path, code: EIO) }
  }

  private static func cells(of line: [UInt8]) -> [String] {
    var cells: [[UInt8]] = [[]]
    var isQuoted = false
    var closedQuote = false
    for byte in line where byte != 0x0A && byte != 0x0D {
      switch byte {
      case 0x22:
        // A quote right behind a closing one: the two are one quote of the text.
        if !isQuoted, closedQuote { cells[cells.count - 1].append(0x22) }
        closedQuote = isQuoted
        isQuoted.toggle()
        continue
      case 0x2C where !isQuoted: cells.append([])
      default: cells[cells.count - 1].append(byte)
      }
      closedQuote = false
    }
    return cells.map { String(decoding: $0, as: UTF8.self) }
  }
}
