import Foundation
import JSON
import Tickets

/// Reads an order export of any format, one record at a time and in constant memory.
///
/// ```swift
/// let reader = try ExportReader(source: ByteSource(fileDescriptor: 0), name: "orders.csv", options: ExportOptions())
/// while let record = try reader.next() { … }
/// ```
package final class ExportReader {
  /// The name of the export in all places and messages.
  package let name: String
  /// What it was read as: told, or found out.
  package let format: ExportFormat

  private enum Body {
    case table(TableReader)
    case documents(DocumentReader, OrderReader)
    case ended
  }

  private var body: Body
  private var queue: [ExportRecord] = []
  private var queueStart = 0
  private var movements = 0
  private var allNotices: [ExportNotice] = []
  private let rejects: RejectsWriter

  /// Looks at the beginning of the export and tells what it is.
  ///
  /// - Throws: `ExportError` when nothing of it can be read: no text, no header, unknown columns, a mapping that does not
  ///   fit.
  package init(source: ByteSource, name: String, options: ExportOptions) throws(ExportError) {
    self.name = name
    var stream = try TextStream(
      source: source, file: name, limits: options.limits, declared: options.mapping?.encoding)
    var text: [UInt8] = []
    while !stream.isAtEnd, !text.contains(where: { !$0.isWhiteSpace }) { try stream.fill(&text) }
    guard let first = text.first(where: { !$0.isWhiteSpace }) else {
      throw ExportError(file: name, reason: .empty)
    }
    let isJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    if isJSON {
      if let format = options.format, format != .secutixJSON {
        throw ExportError(file: name, line: 1, reason: .formatContradicted(format, seen: "it begins like JSON"))
      }
      format = .secutixJSON
      let settings = ReadingSettings(options: options, unit: .thousandths)
      let documents = DocumentReader(text: text, stream: stream, limits: options.limits)
      body = .documents(documents, try OrderReader(mapping: options.mapping, settings: settings))
      rejects = RejectsWriter()
    } else {
      if options.format == .secutixJSON {
        let seen = String(decoding: text.prefix(200), as: UTF8.self).prefix { !$0.isNewline }.prefix(60)
        throw ExportError(
          file: name, line: 1, reason: .formatContradicted(.secutixJSON, seen: "it begins with “\(seen)”"))
      }
      if options.format == nil, let mapping = options.mapping, mapping.hasPaths {
        throw ExportError(
          file: name, line: 1,
          reason: .formatContradicted(.secutixJSON, seen: "it is a table, while \(mapping.file) maps JSON paths"))
      }
      let table: TableReader
      (table, format) = try openTable(RowReader(text: text, stream: stream, limits: options.limits), name, options)
      body = .table(table)
      rejects = RejectsWriter(table: table)
    }
  }

  /// The next record; nil at the end.
  ///
  /// - Throws: `ExportError` when no further record can be found. What was given before stays good; after an error there
  ///   is nothing more.
  package func next() throws(ExportError) -> ExportRecord? {
    while true {
      if queueStart < queue.count {
        queueStart += 1
        return queue[queueStart - 1]
      }
      queue.removeAll(keepingCapacity: true)
      queueStart = 0
      do throws(ExportError) {
        switch body {
        case .ended: return nil
        case .table(var table):
          // The reader is moved out while it works: two owners would make it copy its buffer.
          body = .ended
          let record = try table.next()
          allNotices = table.notices
          if record != nil { body = .table(table) }
          return record
        case .documents(var documents, var orders):
          body = .ended
          guard let document = try documents.next() else { return nil }
          read(document, with: &orders)
          allNotices = orders.notices
          body = .documents(documents, orders)
        }
      } catch {
        body = .ended
        throw error
      }
    }
  }

  /// What the reader decided by itself so far, each once.
  package var notices: [ExportNotice] { allNotices }

  /// A writer for the records of this export that are refused.
  package func rejectsWriter() -> RejectsWriter { rejects }

  private func read(_ document: DocumentReader.Document, with orders: inout OrderReader) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: document.bytes)
    } catch {
      movements += 1
      let place = RecordPlace(
        file: name, line: document.line - 1 + error.line, row: movements)
      queue.append(
        .refused(
          FieldProblem(.malformedJSON(error.sentence)).rejection(
            at: place, raw: RawRecord(content: .text(document.bytes)))))
      return
    }
    for outcome in orders.read(value) {
      movements += 1
      let place = RecordPlace(file: name, line: document.line, row: movements, pointer: outcome.movement?.pointer)
      let raw = RawRecord(content: .document(value, outcome.movement))
      switch outcome.result {
      case .success(let ticket): queue.append(.ticket(ticket, at: place, raw: raw))
      case .failure where outcome.isWaiting: queue.append(.waiting(at: place, raw: raw))
      case .failure(let problem): queue.append(.refused(problem.rejection(at: place, raw: raw)))
      }
    }
  }
}

extension UInt8 {
  fileprivate var isWhiteSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
