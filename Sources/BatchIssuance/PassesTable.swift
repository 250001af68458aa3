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

  private static func append(_ cell: String, to bytes: inout [UInt8]) {
    let needsQuotes = cell.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
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

  /// The rows of the table as it was, one at a time, without its header.
  static func forEachRow(of path: String, _ body: (_ line: [UInt8], _ cells: [String]) throws(BatchError) -> Void)
    throws(BatchError)
  {
    guard let file = fopen(path, "r") else { return }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    var isFirst = true
    while case let length = getline(&line, &capacity, file), length > 0, let start = line {
      defer { isFirst = false }
      let bytes = [UInt8](UnsafeRawBufferPointer(start: start, count: length))
      if isFirst { continue }
      // Only rows of this program's own making are kept, and those have no line breaks in their cells.
      let cells = cells(of: bytes)
      if cells.count == 6 { try body(bytes, cells) }
    }
  }

  private static func cells(of line: [UInt8]) -> [String] {
    var cells: [[UInt8]] = [[]]
    var isQuoted = false
    for byte in line where byte != 0x0A && byte != 0x0D {
      switch byte {
      case 0x22:
        if !isQuoted, let last = cells.last, !last.isEmpty { cells[cells.count - 1].append(0x22) }
        isQuoted.toggle()
      case 0x2C where !isQuoted: cells.append([])
      default: cells[cells.count - 1].append(byte)
      }
    }
    return cells.map { String(decoding: $0, as: UTF8.self) }
  }
}
