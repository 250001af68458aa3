import Foundation
import Tickets

/// Finds out how a table is written and what its columns are.
func openTable(_ rows: RowReader, _ file: String, _ options: ExportOptions) throws(ExportError) -> (
  TableReader, ExportFormat
) {
  var rows = rows
  let mapping = options.mapping
  var dialect = mapping?.dialect ?? CSVDialect()
  let separator = rows.takeSeparatorLine()
  if let separator {
    dialect.delimiter = separator
  } else if mapping?.declaredDelimiter != true {
    dialect.delimiter = guessDelimiter(in: rows.sample, dialect: dialect)
  }
  rows.use(dialect)
  guard let first = try rows.next() else { throw ExportError(file: file, reason: .empty) }
  if case .unclosedQuote(let line, _)? = first.problem {
    throw ExportError(
      file: file, line: line, reason: .unreadable("the quote that opens in the header is not closed"))
  }
  var names = rows.cells.map { cell in
    let content = rows.buffer[cell.start..<cell.end]
    let text = String(decoding: content, as: UTF8.self).replacing("\"\"", with: "\"")
    return text.trimmed
  }
  if names.last == TableColumns.reasonColumn {
    names = names.map { isNeutralised($0.utf8) ? String($0.dropFirst()) : $0 }
  }
  var pending: RowReader.Row?
  if !dialect.header {
    let positions = names.indices.map { "\($0 + 1)" }
    // The rejects of a table without a header have one.
    if names.last != TableColumns.reasonColumn || names.dropLast() != positions.dropLast() {
      names = positions
      pending = first
    }
  }
  let (columns, format) = try findColumns(names, file, options)
  var unit: AmountUnit = .units
  if format == .singleEntry { unit = .hundredths }
  let table = try TableReader(
    rows: rows, file: file, columns: columns, dialect: dialect, hasSeparatorLine: separator != nil, pending: pending,
    settings: ReadingSettings(options: options, unit: unit), limits: options.limits)
  return (table, format)
}

private func findColumns(_ names: [String], _ file: String, _ options: ExportOptions) throws(ExportError) -> (
  TableColumns, ExportFormat
) {
  let format: ExportFormat
  let columns: TableColumns
  if let mapping = options.mapping, !mapping.fields.isEmpty {
    columns = try TableColumns(names: names, mapping: mapping)
    format = options.format ?? .csv
  } else {
    format = options.format ?? presetFormat(names) ?? .csv
    switch format {
    case .barcodesForReseller:
      columns = try TableColumns(names: names, preset: ColumnNames.barcodesForReseller, file: file)
    case .singleEntry:
      columns = try TableColumns(names: names, preset: ColumnNames.singleEntry, file: file)
    case .csv, .secutixJSON:
      columns = try TableColumns(recognising: names, file: file)
    }
  }
  if columns.columns.isEmpty { throw ExportError(file: file, line: 1, reason: .noRecognisedColumns(found: names)) }
  guard columns.targets.contains(.field(.ticketBarcode)) else {
    throw ExportError(
      file: file, line: 1,
      reason: .missingColumns(
        needed: [TicketField.ticketBarcode.rawValue], found: names, recognised: columns.recognised))
  }
  return (columns, format)
}

/// The preset whose documented columns are there, if most of them are.
private func presetFormat(_ names: [String]) -> ExportFormat? {
  let keys = Set(names.map { ColumnNames.key($0) })
  func share(_ preset: [(String, [TicketField])]) -> Double {
    Double(preset.count { keys.contains(ColumnNames.key($0.0)) }) / Double(preset.count)
  }
  if keys.isSuperset(of: ["barcode", "ticketstate", "filenumber"]), share(ColumnNames.barcodesForReseller) >= 0.7 {
    return .barcodesForReseller
  }
  if keys.isSuperset(of: ["ordernr", "seatnumber", "barcode"]), share(ColumnNames.singleEntry) >= 0.6 {
    return .singleEntry
  }
  return nil
}

extension String {
  /// Without the blanks around it.
  fileprivate var trimmed: String {
    var scalars = unicodeScalars[...]
    while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
    while let last = scalars.last, isBlank(last) { scalars.removeLast() }
    return String(scalars)
  }
}
