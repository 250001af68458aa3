/// How a table is written; the names are those of the Frictionless Table Dialect.
package struct CSVDialect: Sendable, Hashable {
  package var delimiter: UInt8 = 0x2C
  /// nil: no quoting at all.
  package var quoteChar: UInt8? = 0x22
  /// Two quotes inside a quoted cell are one.
  package var doubleQuote = true
  /// The first row holds the names of the columns.
  package var header = true
  /// Lines that start with it are not rows.
  package var commentChar: UInt8?
  /// Blanks after a delimiter do not count.
  package var skipInitialSpace = false

  package init() {}
}

/// Tells the delimiter by how well the first rows agree on it.
func guessDelimiter(in sample: [UInt8], dialect: CSVDialect) -> UInt8 {
  var best: (delimiter: UInt8, score: Double) = (UInt8(ascii: ","), 0)
  for delimiter in [";", "\t", "|", ","].map({ Character($0).asciiValue ?? 0 }) {
    var candidate = dialect
    candidate.delimiter = delimiter
    var scanner = RowScanner(dialect: candidate, cellLimit: 1 << 16)
    var widths: [Int] = []
    sample.withUnsafeBufferPointer { bytes in
      var position = 0
      while widths.count < 25, position < bytes.count {
        guard case .row(let row) = scanner.scan(bytes, from: position, isFinal: true) else { break }
        position = row.next
        if !row.isBlank { widths.append(scanner.cells.count) }
      }
    }
    guard let width = widths.first, width > 1 else { continue }
    let agreeing = widths.count { $0 == width }
    // Agreement first; among equals the delimiter that makes more columns.
    let score = Double(agreeing) / Double(widths.count) * 1000 + Double(min(width, 500))
    if score > best.score { best = (delimiter, score) }
  }
  return best.delimiter
}
