import Foundation
import Tickets

/// The tickets of a table, row by row.
struct TableReader {
  let file: String
  let columns: TableColumns
  let dialect: CSVDialect
  /// The text began with a line `sep=;`.
  let hasSeparatorLine: Bool
  let lineEnd: [UInt8]
  private let limits: ExportLimits
  private var rows: RowReader
  private var fields: FieldReader
  private let base: FieldReader.Record
  private var count = 0
  /// The first row, when it had to be looked at before it is its turn.
  private var pending: RowReader.Row?
  /// By column, the text of the row before: exports are sorted, so that much of a row repeats.
  private var memory: [(bytes: [UInt8], text: String)]

  var notices: [ExportNotice] { fields.notices }
  var stream: TextStream { rows.stream }

  init(
    rows: RowReader, file: String, columns: TableColumns, dialect: CSVDialect, hasSeparatorLine: Bool,
    pending: RowReader.Row?, settings: ReadingSettings, limits: ExportLimits
  ) throws(ExportError) {
    self.rows = rows
    self.file = file
    self.columns = columns
    self.dialect = dialect
    self.hasSeparatorLine = hasSeparatorLine
    self.pending = pending
    self.limits = limits
    lineEnd = rows.lineEnd
    (fields, base) = try settings.reader()
    memory = columns.columns.map { _ in ([], "") }
    if let identity = columns.identity, identity != .ticketMovement { fields.notice(.noMovement(identity: identity)) }
    if !columns.ignored.isEmpty { fields.notice(.columnsIgnored(columns.ignored)) }
    if rows.stream.isGuess { fields.notice(.encodingGuessed(rows.stream.encoding)) }
  }

  mutating func next() throws(ExportError) -> ExportRecord? {
    let row: RowReader.Row
    if let first = pending {
      pending = nil
      row = first
    } else {
      guard let following = try rows.next() else { return nil }
      row = following
    }
    count += 1
    let place = RecordPlace(file: file, line: row.line, row: count)
    do throws(FieldProblem) {
      try check(row)
      let ticket = try ticket()
      return .ticket(ticket, at: place, raw: raw(row))
    } catch {
      if error.reason == .noIdentity, isWaiting { return .waiting(at: place, raw: raw(row)) }
      return .refused(error.rejection(at: place, raw: raw(row)))
    }
  }

  private func raw(_ row: RowReader.Row) -> RawRecord {
    var isSplit = true
    if case .unclosedQuote = row.problem { isSplit = false }
    return RawRecord(content: .row(Array(rows.buffer[row.range]), isSplit: isSplit))
  }

  private func check(_ row: RowReader.Row) throws(FieldProblem) {
    func name(_ cell: Int) -> String? { columns.names.indices.contains(cell) ? columns.names[cell] : nil }
    switch row.problem {
    case .unclosedQuote(let line, let cell): throw FieldProblem(column: name(cell), .unclosedQuote(line: line))
    case .textAfterQuote(let cell): throw FieldProblem(column: name(cell), .textAfterQuote)
    case .oversized(let cell): throw FieldProblem(column: name(cell), .cellTooLarge(limit: limits.cell))
    case .notText: throw FieldProblem(.notText(rows.stream.encoding))
    case nil: break
    }
    if rows.cells.count != columns.names.count {
      throw FieldProblem(.ragged(columns: columns.names.count, cells: rows.cells.count))
    }
  }

  /// Whether the row's state is that of a ticket whose barcode comes later.
  private var isWaiting: Bool {
    guard let column = columns.columns.first(where: { $0.targets.contains(.field(.ticketState)) }),
      let state = text(column, isExact: false)
    else { return true }
    return TicketState(word: state) == .notPrinted
  }

  // MARK: Cells

  private mutating func ticket() throws(FieldProblem) -> Ticket {
    var record = base
    for index in columns.columns.indices {
      guard let text = remembered(index) else { continue }
      let column = columns.columns[index]
      if columns.reasonCell != nil, text.utf8.contains(0xEF), text.unicodeScalars.contains("\u{FFFD}") {
        throw FieldProblem(field: column.targets.first?.name, column: column.name, value: text, .replacementCharacter)
      }
      for target in column.targets {
        try fields.set(target, to: text, column: column.name, in: &record)
      }
    }
    return try fields.ticket(record)
  }

  /// The text of a column; taken from the row before when it is the same.
  private mutating func remembered(_ index: Int) -> String? {
    let column = columns.columns[index]
    if column.isUnique || column.cells.count > 1 {
      return text(column, isExact: column.targets.contains(.field(.ticketBarcode)))
    }
    let cell = rows.cells[column.cells[0]]
    let isSame = rows.buffer.withUnsafeBufferPointer { bytes in
      memory[index].bytes.withUnsafeBufferPointer { previous in
        previous.count == cell.end - cell.start
          && (previous.isEmpty || memcmp(previous.baseAddress!, bytes.baseAddress! + cell.start, previous.count) == 0)
      }
    }
    if !isSame {
      memory[index] = (Array(rows.buffer[cell.start..<cell.end]), text(column, isExact: false) ?? "")
    }
    let text = memory[index].text
    return text.isEmpty ? nil : text
  }

  /// The text of a column without the blanks around it, or exactly; nil when there is none.
  private func text(_ column: TableColumns.Column, isExact: Bool) -> String? {
    if column.cells.count == 1 { return text(rows.cells[column.cells[0]], isExact: isExact) }
    var parts = column.cells.compactMap { text(rows.cells[$0], isExact: false) }
    // A column called “time” may hold the day as well.
    if let last = parts.last, parts.count > 1, last.contains(where: { "./-".contains($0) }) { parts = [last] }
    return parts.isEmpty ? nil : parts.joined(separator: " ")
  }

  private func text(_ cell: RowScanner.Cell, isExact: Bool) -> String? {
    rows.buffer.withUnsafeBufferPointer { bytes in
      var range = cell.start..<cell.end
      if columns.reasonCell != nil, isNeutralised(bytes[range]) { range = range.dropFirst() }
      var start = range.lowerBound
      var end = range.upperBound
      while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
      while start < end, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
      if start == end { return nil }
      if isExact { (start, end) = (range.lowerBound, range.upperBound) }
      var text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
      if cell.hasDoubledQuotes, let quote = dialect.quoteChar {
        let one = String(UnicodeScalar(quote))
        text = text.replacing(one + one, with: one)
      }
      if !isExact, bytes[start] >= 0x80 || bytes[end - 1] >= 0x80 {
        text = String(text.trimmingPrefix { $0.unicodeScalars.allSatisfy(isBlank) })
        while let last = text.unicodeScalars.last, isBlank(last) { text.unicodeScalars.removeLast() }
      }
      return text.isEmpty ? nil : text
    }
  }
}

/// What goes for all records of an export.
struct ReadingSettings {
  var dates = DateForms()
  var amounts = AmountForm()
  var timeZone: TimeZone?
  var currency: Currency?
  var language: String?
  var constants: [ExportMapping.Constant] = []
  var mappingFile = ""

  /// Joins the user's words with those of the format.
  init(options: ExportOptions, unit: AmountUnit) {
    let mapping = options.mapping
    dates.formats = mapping?.dateFormats ?? []
    amounts = AmountForm(unit: mapping?.amountUnit ?? unit, decimalMark: mapping?.decimalMark)
    timeZone = options.timeZone ?? mapping?.timeZone
    currency = options.currency ?? mapping?.currency
    language = mapping?.language
    constants = mapping?.constants ?? []
    mappingFile = mapping?.file ?? ""
  }

  /// A reader of fields, and the record that every ticket starts from.
  func reader() throws(ExportError) -> (FieldReader, FieldReader.Record) {
    var reader = FieldReader(timeZone: timeZone, currency: currency)
    reader.dates = dates
    reader.amounts = amounts
    var record = reader.record()
    do throws(FieldProblem) {
      if let language { try reader.set(.field(.contactLanguage), to: language, column: "language", in: &record) }
    } catch {}
    for constant in constants.sorted(by: { $0.target == .field(.venueTimeZone) && $1.target != $0.target }) {
      do throws(FieldProblem) {
        try reader.set(constant.target, to: constant.text, column: constant.target.name, in: &record)
      } catch {
        throw ExportError(
          file: mappingFile, line: constant.line,
          reason: .mapping(
            .wrongValue(
              key: constant.target.name, value: constant.text, expected: "possible (\(error.reason.sentence))")))
      }
    }
    return (reader, record)
  }
}
