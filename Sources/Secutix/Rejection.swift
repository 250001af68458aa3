import JSON
package import Tickets

/// Where a record stands in its file.
package struct RecordPlace: Sendable, Hashable {
  package let file: String
  /// Line of the record's first character, from 1; in JSON the line its document starts on.
  package let line: Int
  /// Number of the record in the file, from 1: rows without the header, or movements.
  package let row: Int
  /// In JSON, the JSON Pointer of the movement in its document.
  package let pointer: String?

  package init(file: String, line: Int, row: Int, pointer: String? = nil) {
    self.file = file
    self.line = line
    self.row = row
    self.pointer = pointer
  }
}

extension RecordPlace: CustomStringConvertible {
  package var description: String {
    pointer.map { "\(file):\(line) \($0)" } ?? "\(file):\(line)"
  }
}

/// A record as it stood in the export, so that it can be written to the rejects file.
package struct RawRecord: Sendable, Hashable {
  enum Content: Sendable, Hashable {
    /// A row of a table in UTF-8, without its line end; not split when its quotes are broken.
    case row([UInt8], isSplit: Bool)
    /// A whole JSON document and the movement in it this is about.
    case document(JSONValue, MovementPlace?)
    /// A JSON document that is none.
    case text([UInt8])
  }

  let content: Content
}

/// Which movement of a document a record is.
struct MovementPlace: Sendable, Hashable {
  /// JSON Pointer inside the document.
  let pointer: String
  /// Pointers of what must stay with it: the movement, its operation and tickets, and movements of the document that are
  /// the same sale, such as its refund.
  let kept: Set<String>
}

/// One record of an export.
package enum ExportRecord: Sendable {
  case ticket(Ticket, at: RecordPlace, raw: RawRecord)
  /// A sold ticket that waits (NOT_PRINTED) and cannot be told from others yet: it has neither barcode nor id.
  case waiting(at: RecordPlace, raw: RawRecord)
  case refused(Rejection)
}

/// A record that is not believed, and why.
package struct Rejection: Error, Sendable, Hashable {
  package let place: RecordPlace
  /// The column's name, or the path of the JSON value.
  package let column: String?
  /// The canonical name of the field.
  package let field: String?
  /// The text that stood there, cut at 200 characters.
  package let value: String?
  package let reason: RejectionReason
  package let raw: RawRecord
}

package enum RejectionReason: Sendable, Hashable {
  case barcode(BarcodeProblem)
  /// A JSON number: leading zeros, if it had any, are lost.
  case barcodeIsNumber
  /// Blanks before or behind the barcode.
  case barcodeHasBlanks
  /// `="0123"`, `'0123`, `123.0`: what spreadsheets and their users write to keep or lose digits.
  case barcodeFromSpreadsheet
  /// An id written as `1.02E+13` or `102.0`.
  case idFromSpreadsheet
  /// A live ticket without a barcode.
  case noBarcode(state: String)
  /// Neither movement, ticket id nor barcode.
  case noIdentity
  /// No rule says what this state means for a pass.
  case unknownState(String)
  case date(DateProblem)
  case amount(AmountProblem)
  case currency(String)
  /// The sign at the amount and the currency's column disagree.
  case currencyContradicted(atAmount: String, column: String)
  case number
  case range
  case timeZone
  /// A JSON value of a kind the field cannot hold.
  case kind(found: String)
  /// More or fewer cells than columns.
  case ragged(columns: Int, cells: Int)
  /// The cell goes on after its closing quote.
  case textAfterQuote
  case unclosedQuote(line: Int)
  case cellTooLarge(limit: Int)
  case notText(TextEncoding)
  /// U+FFFD: an earlier conversion lost a character here.
  case replacementCharacter
  case malformedJSON(String)
  /// An answer that says it failed.
  case failedAnswer(status: String, detail: String?)
  case notAnOrder
  /// An order without its movements: it was asked for too coarsely.
  case noMovements
  /// The movement's operation cannot be told.
  case noOperation(id: String?)
}

package enum DateProblem: Sendable, Hashable {
  /// In none of the forms that are read.
  case unreadable
  /// There is no such day or time.
  case impossible
}

package enum AmountProblem: Sendable, Hashable {
  case unreadable
  /// `1.234`: a thousand or one and a bit.
  case ambiguous
  /// Finer than the currency's smallest coin.
  case tooFine(currency: String)
  /// A decimal mark where hundredths or thousandths are counted.
  case notWhole(AmountUnit)
  case tooLarge
}
