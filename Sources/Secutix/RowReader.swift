/// The rows of a table, one after the other, from a buffer that holds little more than one of them.
struct RowReader {
  /// What is wrong with a row as a whole.
  enum Problem: Equatable {
    case unclosedQuote(line: Int, cell: Int)
    case textAfterQuote(cell: Int)
    case oversized(cell: Int)
    case notText
  }

  struct Row {
    /// The row in `buffer`, without its line end.
    var range: Range<Int>
    /// Line of its first byte, from 1.
    var line: Int
    /// The cells in `scanner` only count when there is none, or `textAfterQuote` or `notText`.
    var problem: Problem?
  }

  private(set) var buffer: [UInt8]
  private(set) var scanner: RowScanner
  private(set) var stream: TextStream
  private let limits: ExportLimits
  private var position = 0
  private var line = 1

  /// - Parameter text: what has been taken from the stream already.
  init(text: [UInt8], stream: TextStream, limits: ExportLimits) {
    buffer = text
    self.stream = stream
    self.limits = limits
    scanner = RowScanner(dialect: CSVDialect(), cellLimit: limits.cell)
  }

  var cells: [RowScanner.Cell] { scanner.cells }

  /// The beginning of the text, for whoever has to guess what it is.
  var sample: [UInt8] { Array(buffer[position...].prefix(1 << 16)) }

  mutating func use(_ dialect: CSVDialect) {
    scanner = RowScanner(dialect: dialect, cellLimit: limits.cell)
  }

  /// Takes the line `sep=;` off, which spreadsheets write and read; its delimiter, if the text starts with one.
  mutating func takeSeparatorLine() -> UInt8? {
    var line = buffer[position...].prefix(16)
    guard let end = line.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else { return nil }
    line = line[..<end]
    if line.first == 0x22, line.last == 0x22, line.count > 2 { line = line.dropFirst().dropLast() }
    guard line.count == 5, String(decoding: line.prefix(4), as: UTF8.self).lowercased() == "sep=",
      let delimiter = line.last
    else { return nil }
    position = end + 1
    if buffer[end] == 0x0D, position < buffer.count, buffer[position] == 0x0A { position += 1 }
    self.line += 1
    return delimiter
  }

  /// CRLF, LF or CR, as the text's first line ends.
  var lineEnd: [UInt8] {
    guard let end = buffer.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else { return [0x0D, 0x0A] }
    if buffer[end] == 0x0A { return [0x0A] }
    return end + 1 < buffer.count && buffer[end + 1] == 0x0A ? [0x0D, 0x0A] : [0x0D]
  }

  /// The next row that is neither empty nor a comment; nil at the end.
  mutating func next() throws(ExportError) -> Row? {
    while true {
      if position >= buffer.count {
        if stream.isAtEnd { return nil }
        try refill()
        continue
      }
      let start = position
      let outcome = buffer.withUnsafeBufferPointer { scanner.scan($0, from: start, isFinal: stream.isAtEnd) }
      switch outcome {
      case .needsMore:
        try refill()
      case .row(let scanned):
        let rowLine = line
        position = scanned.next
        line += scanned.isMultiline ? countLines(start..<scanned.next) : 1
        if scanned.isBlank { continue }
        var problem: Problem?
        if let cell = scanned.oversized {
          problem = .oversized(cell: cell)
        } else if let cell = scanned.textAfterQuote {
          problem = .textAfterQuote(cell: cell)
        } else if !isText(start..<scanned.end) {
          problem = .notText
        }
        return Row(range: start..<scanned.end, line: rowLine, problem: problem)
      case .unclosed(let quote, let cell):
        guard let end = buffer[quote...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) ?? endOfText else {
          try refill()
          continue
        }
        let rowLine = line
        let quoteLine = line + countLines(start..<quote)
        var next = min(end + 1, buffer.count)
        if end < buffer.count, buffer[end] == 0x0D {
          if next == buffer.count, !stream.isAtEnd {
            try refill()
            continue
          }
          if next < buffer.count, buffer[next] == 0x0A { next += 1 }
        }
        line = quoteLine + 1
        position = next
        return Row(range: start..<end, line: rowLine, problem: .unclosedQuote(line: quoteLine, cell: cell))
      }
    }
  }

  private var endOfText: Int? { stream.isAtEnd ? buffer.count : nil }

  private func countLines(_ range: Range<Int>) -> Int {
    buffer.withUnsafeBufferPointer { countLineEnds($0, range) }
  }

  private func isText(_ range: Range<Int>) -> Bool {
    buffer.withUnsafeBufferPointer { bytes in
      lengthOfValidUTF8(UnsafeBufferPointer(rebasing: bytes[range])) == range.count
    }
  }

  private mutating func refill() throws(ExportError) {
    if buffer.count - position > limits.row {
      throw ExportError(file: stream.file, line: line, reason: .rowTooLong(limit: limits.row))
    }
    if position > 0 {
      buffer.removeSubrange(..<position)
      position = 0
    }
    try stream.fill(&buffer)
  }
}
