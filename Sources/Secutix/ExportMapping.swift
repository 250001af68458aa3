package import Foundation
package import Tickets

/// What a mapping file says of an export: how it is written, and what its columns or JSON values mean.
///
/// ```yaml
/// dialect:                      # tables only; names of the Frictionless Table Dialect
///   delimiter: ";"
///   quoteChar: '"'
///   doubleQuote: true
///   header: true                # false: the columns are called 1, 2, 3, …
///   commentChar: "#"
///   skipInitialSpace: false
///   encoding: windows-1252
/// fields:                       # tables: column → field, or several fields
///   Billet: ticket.id
///   Spectacle: [event.name, product.name]
///   Date: event.start           # two columns for one date are joined: day and time
///   Heure: event.start
///   Zone VIP: variables.VIP
/// # fields:                     # JSON: field → paths, the first that has a value wins
/// #   seat.row: [movement.rowLabel, movement.row]
/// dates: ["%d.%m.%Y %H:%M"]     # tokens of strftime; without it the usual forms, the day first
/// time_zone: Europe/Paris
/// amount_unit: units            # or hundredths, thousandths
/// decimal_mark: ","             # only for amounts like 1.234
/// currency: EUR
/// language: fr                  # of the buyers, where the export does not say it
/// constants:
///   venue.name: Maison des Arts
/// tickets: [movement.tickets]             # JSON: lists of a movement's tickets
/// variables: [operation.comfortVariables] # JSON: lists of comfort variables
/// ```
package struct ExportMapping: Sendable {
  /// The name of the file it was read from, for messages.
  package var file: String
  package var dialect = CSVDialect()
  /// Members of `dialect` that the file named; the others may be guessed.
  var declaredDelimiter = false
  package var encoding: TextEncoding?
  /// Empty: columns are recognised by their names.
  var fields: [Entry] = []
  var dateFormats: [DateFormat] = []
  package var timeZone: TimeZone?
  package var amountUnit: AmountUnit?
  var decimalMark: Unicode.Scalar?
  package var currency: Currency?
  package var language: String?
  var constants: [Constant] = []
  var ticketPaths: [Entry] = []
  var variablePaths: [Entry] = []

  /// A key with its values and where it stands.
  struct Entry: Sendable {
    var key: String
    var values: [String]
    var line: Int?
    var column: Int?
  }

  struct Constant: Sendable {
    var target: FieldTarget
    var text: String
    var line: Int?
  }

  init(file: String) {
    self.file = file
  }

  func error(_ problem: MappingProblem, at entry: Entry? = nil) -> ExportError {
    ExportError(file: file, line: entry?.line, column: entry?.column, reason: .mapping(problem))
  }
}
