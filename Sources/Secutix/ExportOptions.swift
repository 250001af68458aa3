package import Foundation
package import Tickets

/// What the caller knows of an export.
package struct ExportOptions: Sendable {
  /// nil: told by the file's beginning.
  package var format: ExportFormat?
  package var mapping: ExportMapping?
  /// The zone of dates that carry none; goes before the mapping's. A row's own `venue.time_zone` goes before both.
  package var timeZone: TimeZone?
  /// The currency of amounts that carry none; goes before the mapping's.
  package var currency: Currency?
  /// Sizes that keep a damaged file from eating memory.
  package var limits = ExportLimits()

  package init(
    format: ExportFormat? = nil, mapping: ExportMapping? = nil, timeZone: TimeZone? = nil, currency: Currency? = nil
  ) {
    self.format = format
    self.mapping = mapping
    self.timeZone = timeZone
    self.currency = currency
  }
}

/// Sizes in bytes, counted in UTF-8.
package struct ExportLimits: Sendable, Hashable {
  /// One cell of a table.
  package var cell = 1 << 20
  /// One row of a table.
  package var row = 8 << 20
  /// One JSON document, or one element of a top-level array.
  package var document = 64 << 20
  /// How much is looked at to tell the encoding.
  package var sample = 1 << 20
  /// How much is asked of the source at once.
  package var chunk = 256 << 10

  package init() {}
}

/// Something the reader decided by itself and the user should know. Each comes once a file.
package enum ExportNotice: Sendable, Hashable {
  /// Dates without an offset were taken as UTC, or dates with one stay on its clock, since no zone is known.
  case noTimeZone(column: String)
  /// Amounts without a known currency are left out of the tickets.
  case noCurrency(column: String)
  /// No column for the movement: passes are known by the ticket id or the barcode and a reprint makes another pass.
  case noMovement(identity: TicketField)
  /// Columns that were not recognised and are not used.
  case columnsIgnored([String])
  /// The file's encoding was guessed because it is not UTF-8.
  case encodingGuessed(TextEncoding)
}

extension ExportNotice {
  package var sentence: String {
    switch self {
    case .noTimeZone(let column):
      "no time zone is known for the dates of \(column): they stand in UTC. "
        + "Give --time-zone Europe/Paris (yours), or `time_zone:` in a mapping file"
    case .noCurrency(let column):
      "\(column) has amounts without a currency: the tickets carry no price. "
        + "Give --currency EUR (yours), or `currency:` in a mapping file"
    case .noMovement(let identity):
      "the export knows no movements: passes are known by \(identity.rawValue), "
        + "so a reprinted ticket becomes another pass"
    case .columnsIgnored(let names): "not used: \(names.joined(separator: ", "))"
    case .encodingGuessed(let encoding):
      "the file is not UTF-8, it is read as \(encoding.rawValue). "
        + "If accents look wrong, set `dialect: {encoding: …}` in a mapping file"
    }
  }
}
