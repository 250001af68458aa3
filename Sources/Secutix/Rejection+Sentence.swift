import Tickets

extension Rejection {
  /// What is wrong and what to do, with the column and the value, without the place.
  package var sentence: String {
    var text = ""
    if let column { text += "\(column): " }
    text += reason.sentence
    if let value { text += " (“\(value)”)" }
    return text
  }
}

extension Rejection: CustomStringConvertible {
  package var description: String { "\(place): \(sentence)" }
}

extension RejectionReason {
  package var sentence: String {
    switch self {
    case .barcode(.empty): "the barcode is empty"
    case .barcode(.tooLong(let count)): "a barcode has at most 50 characters, this one has \(count)"
    case .barcode(.controlCharacter): "the barcode holds a control character"
    case .barcode(.mangledBySpreadsheet), .idFromSpreadsheet:
      "a spreadsheet turned it into a number and its digits are lost; take it from the original export"
    case .barcodeFromSpreadsheet:
      "this is a spreadsheet's way to write a barcode; take it as text from the original export"
    case .barcodeIsNumber: "the barcode is a number, so leading zeros may be lost; it must be a string"
    case .barcodeHasBlanks: "blanks stand before or behind the barcode; remove them if they are not part of it"
    case .noBarcode(let state): "a ticket in state \(state) must have a barcode"
    case .noIdentity: "neither movement, ticket id nor barcode is given"
    case .unknownState(let word): "nothing is known of the state “\(word)”"
    case .date(.unreadable):
      "not a date in a form that is read; give its form in a mapping file, as in dates: [\"%d.%m.%Y %H:%M\"]"
    case .date(.impossible):
      "there is no such date; the day is read first unless a mapping file says otherwise (dates:)"
    case .amount(.unreadable): "not an amount"
    case .amount(.ambiguous):
      "could mean thousands or thousandths; say which in a mapping file (decimal_mark: \".\" or \",\")"
    case .amount(.tooFine(let currency)): "finer than the smallest coin of \(currency)"
    case .amount(.notWhole(let unit)):
      "amounts are counted in \(unit.rawValue) here and have no decimals; if not so, set amount_unit in a mapping file"
    case .amount(.tooLarge): "the amount is too large"
    case .currency(let code):
      code.isEmpty ? "the amount has no currency" : "“\(code)” is not a currency code (ISO 4217)"
    case .currencyContradicted(let atAmount, let column): "the amount is in \(atAmount), the currency is \(column)"
    case .number: "not a number"
    case .range: "outside of what the field can hold"
    case .timeZone: "not a time zone; write one like Europe/Paris"
    case .kind(let found): "\(found) cannot be used here"
    case .ragged(let columns, let cells): "the row has \(cells) cells, the header \(columns) columns"
    case .textAfterQuote: "text follows the closing quote; quotes inside a cell must be doubled"
    case .unclosedQuote(let line): "the quote opened on line \(line) is not closed"
    case .cellTooLarge(let limit): "the cell is larger than \(limit) bytes"
    case .notText(.utf8):
      "the row is not UTF-8, though the file began so; if all of it is in another encoding, set dialect: {encoding: windows-1252} in a mapping file"
    case .notText(let encoding): "the row holds bytes that are no characters in \(encoding.rawValue)"
    case .replacementCharacter: "a character was lost by an earlier conversion (U+FFFD); put it right"
    case .malformedJSON(let message): "the document is not JSON: \(message)"
    case .failedAnswer(let status, let detail):
      "Secutix answered “\(status)”\(detail.map { ": \($0)" } ?? ""); ask for the order again"
    case .notAnOrder: "no order is in this document (orderDetailsData or orderDetailsDatas)"
    case .noMovements: "the order has no movements; ask for it with granularity TICKETS"
    case .noOperation(let id):
      id.map { "operation \($0) is not in the order" } ?? "the order has several operations and the movement names none"
    }
  }
}

/// A reason found in one field, before it is known which record it stands in.
struct FieldProblem: Error, Hashable {
  var field: String?
  var column: String?
  var value: String?
  var reason: RejectionReason

  init(field: String? = nil, column: String? = nil, value: String? = nil, _ reason: RejectionReason) {
    self.field = field
    self.column = column
    self.value = value.map { $0.count > 200 ? String($0.prefix(199)) + "…" : $0 }
    self.reason = reason
  }

  init(ticketError error: TicketError, field: TicketField? = nil, column: String? = nil, value: String? = nil) {
    let reason: RejectionReason =
      switch error {
      case .barcode(_, let problem): .barcode(problem)
      case .currency(let code): .currency(code)
      case .amount: .amount(.unreadable)
      case .kind(_, let expected): .kind(found: expected.rawValue)
      case .range: .range
      case .noIdentity: .noIdentity
      case .noBarcode(let state): .noBarcode(state: state)
      }
    self.init(field: field?.rawValue, column: column, value: value, reason)
  }

  func rejection(at place: RecordPlace, raw: RawRecord) -> Rejection {
    Rejection(place: place, column: column, field: field, value: value, reason: reason, raw: raw)
  }
}
