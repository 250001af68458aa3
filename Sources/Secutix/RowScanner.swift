/// Splits one row of a table (RFC 4180, read leniently) into cells, over UTF-8 bytes and without copying.
struct RowScanner {
  struct Cell {
    /// The content without its quotes.
    var start: Int
    var end: Int
    /// Holds doubled quotes that stand for one.
    var hasDoubledQuotes: Bool
    /// The cell with its quotes and whatever follows them.
    var written: Range<Int>
  }

  struct Row {
    /// Behind the last byte of the row, before its line end.
    var end: Int
    /// Where the following row starts.
    var next: Int
    /// The row is an empty line or a comment.
    var isBlank: Bool
    /// Some quoted cell holds a line end.
    var isMultiline: Bool
    /// The cell, from 0, that goes on after its closing quote.
    var textAfterQuote: Int?
    /// The cell, from 0, that is larger than the limit.
    var oversized: Int?
  }

  enum Outcome {
    case row(Row)
    /// The row goes on behind the bytes at hand.
    case needsMore
    /// A quote at `quote` was not closed, or only by the quote of a later row.
    case unclosed(quote: Int, cell: Int)
  }

  let dialect: CSVDialect
  let cellLimit: Int
  /// The cells of the row scanned last.
  private(set) var cells: [Cell] = []

  init(dialect: CSVDialect, cellLimit: Int) {
    self.dialect = dialect
    self.cellLimit = cellLimit
  }

  mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, isFinal: Bool) -> Outcome {
    cells.removeAll(keepingCapacity: true)
    let count = bytes.count
    let delimiter = dialect.delimiter
    let quote = dialect.quoteChar ?? 0
    let hasQuote = dialect.quoteChar != nil
    var row = Row(end: start, next: start, isBlank: false, isMultiline: false)
    var index = start
    if let comment = dialect.commentChar, index < count, bytes[index] == comment {
      while index < count, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
      row.isBlank = true
      return finish(row, at: index, in: bytes, isFinal: isFinal)
    }
    while true {
      if dialect.skipInitialSpace {
        while index < count, bytes[index] == 0x20 { index += 1 }
      }
      let cellStart = index
      if hasQuote, index < count, bytes[index] == quote {
        index += 1
        let limit = min(count, cellStart + cellLimit)
        var hasDoubled = false
        var hasLineEnd = false
        scanning: while true {
          while index < limit {
            let byte = bytes[index]
            if byte == quote { break }
            if byte == 0x0A || byte == 0x0D { hasLineEnd = true }
            index += 1
          }
          if index >= limit {
            return limit < count || isFinal ? .unclosed(quote: cellStart, cell: cells.count) : .needsMore
          }
          if index + 1 == count, !isFinal { return .needsMore }
          guard dialect.doubleQuote, index + 1 < count, bytes[index + 1] == quote else { break scanning }
          hasDoubled = true
          index += 2
        }
        cells.append(
          Cell(start: cellStart + 1, end: index, hasDoubledQuotes: hasDoubled, written: cellStart..<index + 1))
        index += 1
        if index < count, bytes[index] != delimiter, bytes[index] != 0x0A, bytes[index] != 0x0D {
          // A cell of several lines that ends in the middle of another: its quote was never meant to open.
          if hasLineEnd { return .unclosed(quote: cellStart, cell: cells.count - 1) }
          if row.textAfterQuote == nil { row.textAfterQuote = cells.count - 1 }
          while index < count, bytes[index] != delimiter, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
          cells[cells.count - 1].written = cellStart..<index
        }
        if hasLineEnd { row.isMultiline = true }
      } else {
        while index < count {
          let byte = bytes[index]
          if byte == delimiter || byte == 0x0A || byte == 0x0D { break }
          index += 1
        }
        if index - cellStart > cellLimit, row.oversized == nil { row.oversized = cells.count }
        cells.append(Cell(start: cellStart, end: index, hasDoubledQuotes: false, written: cellStart..<index))
      }
      if index < count, bytes[index] == delimiter {
        index += 1
        continue
      }
      row.isBlank = cells.allSatisfy { $0.start >= $0.end }
      return finish(row, at: index, in: bytes, isFinal: isFinal)
    }
  }

  private func finish(_ row: Row, at index: Int, in bytes: UnsafeBufferPointer<UInt8>, isFinal: Bool) -> Outcome {
    var row = row
    row.end = index
    guard index < bytes.count else {
      row.next = index
      return isFinal ? .row(row) : .needsMore
    }
    row.next = index + 1
    if bytes[index] == 0x0D {
      if index + 1 < bytes.count {
        if bytes[index + 1] == 0x0A { row.next = index + 2 }
      } else if !isFinal {
        return .needsMore
      }
    }
    return .row(row)
  }
}

/// How many line ends (LF, CRLF, CR) there are.
func countLineEnds(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
  var lines = 0
  var index = range.lowerBound
  while index < range.upperBound {
    let byte = bytes[index]
    index += 1
    if byte == 0x0A || (byte == 0x0D && !(index < range.upperBound && bytes[index] == 0x0A)) { lines += 1 }
  }
  return lines
}
