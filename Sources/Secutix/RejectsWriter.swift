import JSON

/// Writes refused records in the form of the export they came from, to be mended and read again.
///
/// A table keeps its header, its columns and its delimiter and gets a last column `rejected_because`; it is UTF-8, with a
/// byte order mark unless the export was UTF-8 without. Cells that a spreadsheet would run as a formula get a leading
/// apostrophe, which reading the file again takes off. Rows that could not be split stay rows that cannot be read, until
/// they are mended. JSON becomes one line a refused movement: its document with the other movements left out, and a
/// member `rejectedBecause`.
package struct RejectsWriter: Sendable {
  private enum Form: Sendable {
    case table(CSVDialect, names: [String], reasonCell: Int?)
    case json
  }

  private let form: Form
  private let opening: [UInt8]
  private let lineEnd: [UInt8]
  private var isOpened = false

  init(table: TableReader) {
    form = .table(table.dialect, names: table.columns.names, reasonCell: table.columns.reasonCell)
    lineEnd = table.lineEnd
    var opening: [UInt8] = []
    if table.stream.hasByteOrderMark || table.stream.encoding != .utf8 { opening = [0xEF, 0xBB, 0xBF] }
    if table.hasSeparatorLine {
      opening += Array("sep=".utf8) + [table.dialect.delimiter] + lineEnd
    }
    var names = table.columns.names
    if table.columns.reasonCell == nil { names.append(TableColumns.reasonColumn) }
    // Even a table without a header gets one, so that the reason's column is known again.
    opening += Self.row(names.map { Self.cell(Array($0.utf8), table.dialect) }, table.dialect) + lineEnd
    self.opening = opening
  }

  init() {
    form = .json
    opening = []
    lineEnd = [0x0A]
  }

  /// What to append to the rejects file for a record; the first time with what the file begins with.
  package mutating func bytes(for rejection: Rejection) -> [UInt8] {
    bytes(for: rejection.raw, because: rejection.sentence)
  }

  /// The same for a record that was refused later on its way, for a reason in someone else's words.
  package mutating func bytes(for record: RawRecord, because reason: String) -> [UInt8] {
    var bytes = isOpened ? [] : opening
    isOpened = true
    switch (record.content, form) {
    case (.row(let row, let isSplit), .table(let dialect, let names, let reasonCell)):
      bytes += Self.row(
        Self.cells(of: row, isSplit: isSplit, because: reason, dialect, names: names, reasonCell: reasonCell), dialect)
    case (.document(let document, let movement), _):
      var object =
        (movement.map { document.keepingMovements($0.kept) } ?? document).object ?? JSONObject()
      object["rejectedBecause"] = .string(reason)
      JSONValue.object(object).serialize(into: &bytes)
    case (.text(let text), _), (.row(let text, _), .json):
      let object: JSONValue = [
        "rejectedBecause": .string(reason), "text": .string(String(decoding: text, as: UTF8.self)),
      ]
      object.serialize(into: &bytes)
    }
    return bytes + lineEnd
  }

  // MARK: Tables

  private static func row(_ cells: [[UInt8]], _ dialect: CSVDialect) -> [UInt8] {
    Array(cells.joined(separator: [dialect.delimiter]))
  }

  private static func cells(
    of row: [UInt8], isSplit: Bool, because reason: String, _ dialect: CSVDialect, names: [String], reasonCell: Int?
  ) -> [[UInt8]] {
    // Bytes that are no text become U+FFFD, which is refused when it is read again.
    let row = Array(String(decoding: row, as: UTF8.self).utf8)
    let width = names.count + (reasonCell == nil ? 1 : 0)
    let reason = cell(Array(reason.utf8), dialect)
    var cells: [[UInt8]] = []
    if isSplit {
      var scanner = RowScanner(dialect: dialect, cellLimit: row.count + 1)
      row.withUnsafeBufferPointer { bytes in
        guard case .row = scanner.scan(bytes, from: 0, isFinal: true) else { return }
        for scanned in scanner.cells {
          // As it was written, with an apostrophe where a spreadsheet would run it.
          let content = bytes[scanned.start..<scanned.end]
          var written = Array(bytes[scanned.written])
          // In a rejects file of the time before it is there already.
          let isDone = reasonCell != nil && isNeutralised(content)
          if isFormula(content), !isPlainNumber(content), !isDone {
            written.insert(0x27, at: scanned.start - scanned.written.lowerBound)
          }
          cells.append(written)
        }
      }
    }
    if cells.isEmpty { cells = [cell(row, dialect)] }
    if cells.count == names.count, isSplit {
      if let reasonCell {
        cells[reasonCell] = reason
      } else {
        cells.append(reason)
      }
      return cells
    }
    // The reason of the time before goes, and what kept it from filling the row.
    if reasonCell != nil, let last = cells.last, String(decoding: last, as: UTF8.self).contains("the row has ") {
      cells.removeLast()
      if cells.last?.isEmpty == true { cells.removeLast() }
    }
    // A row of the wrong width must not get the right one by its reason.
    if cells.count + 1 == width { cells.append([]) }
    return cells + [reason]
  }

  /// A cell, made harmless and quoted where it must be.
  private static func cell(_ content: [UInt8], _ dialect: CSVDialect) -> [UInt8] {
    var content = content
    if isFormula(content[...]), !isPlainNumber(content[...]) { content.insert(UInt8(ascii: "'"), at: 0) }
    let special: [UInt8?] = [dialect.delimiter, 0x0A, 0x0D, dialect.quoteChar]
    guard content.contains(where: { special.contains($0) }) || content.first == dialect.commentChar else {
      return content
    }
    guard let quote = dialect.quoteChar else {
      return content.map { special.contains($0) ? 0x20 : $0 }
    }
    guard dialect.doubleQuote else {
      return [quote] + content.map { $0 == quote ? 0x27 : $0 } + [quote]
    }
    return [quote] + content.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
  }
}

/// Whether a spreadsheet would run the cell: `=`, `+`, `-`, `@`, TAB or CR, also behind apostrophes, so that taking one
/// apostrophe off always gives back what was there.
func isFormula(_ content: some Collection<UInt8>) -> Bool {
  guard let first = content.first(where: { $0 != 0x27 }) else { return false }
  switch first {
  case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: return true
  default: return false
  }
}

/// Whether the rejects writer put an apostrophe in front.
func isNeutralised(_ content: some Collection<UInt8>) -> Bool {
  content.first == 0x27 && isFormula(content)
}

/// A signed number is no formula.
func isPlainNumber(_ content: some Collection<UInt8>) -> Bool {
  var digits = 0
  for (index, byte) in content.enumerated() {
    switch byte {
    case 0x30...0x39: digits += 1
    case UInt8(ascii: "."), UInt8(ascii: ","): break
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      if index > 0 { return false }
    default: return false
    }
  }
  return digits > 0
}
