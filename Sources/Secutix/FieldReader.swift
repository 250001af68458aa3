import Foundation
import Tickets
import ZonedTime

/// Reads the text of a field into a ticket draft, by the field's kind.
struct FieldReader {
  var dates = DateForms()
  var amounts = AmountForm()
  /// The zone of the whole export.
  let timeZone: TimeZone?
  /// The currency of the whole export.
  let currency: Currency?
  private(set) var notices: [ExportNotice] = []
  private var knownStates: Set<String> = []
  private var zones: [String: TimeZone] = [:]
  private var dateCache: [DateKey: DateReading] = [:]
  private var amountCache: [String: AmountReading] = [:]

  private struct DateKey: Hashable {
    let text: String
    let zone: String?
  }

  init(timeZone: TimeZone?, currency: Currency?) {
    self.timeZone = timeZone
    self.currency = currency
  }

  /// What the fields of one record need to know of each other.
  struct Record {
    var draft: TicketDraft
    /// The record's own zone, else that of the export.
    var zone: TimeZone?
    /// The currency of the record's own column.
    var currency: Currency?
    fileprivate var amount: (thousandths: Int64, currency: Currency?, text: String, column: String)?

    mutating func put(_ field: TicketField, _ value: TicketDraft.Value, column: String?, text: String)
      throws(FieldProblem)
    {
      do throws(TicketError) {
        try draft.set(field, value)
      } catch {
        throw FieldProblem(ticketError: error, field: field, column: column, value: text)
      }
    }
  }

  /// A record that knows what goes for the whole export.
  func record() -> Record {
    var record = Record(draft: TicketDraft(), zone: timeZone, currency: nil)
    if let timeZone { try? record.draft.set(.venueTimeZone, .text(timeZone.identifier)) }
    return record
  }

  /// Sets one field. The time zone must come before the dates that depend on it.
  ///
  /// - Parameter text: not empty and without blanks around it, but of a barcode exactly what stood there.
  mutating func set(_ target: FieldTarget, to text: String, column: String, in record: inout Record)
    throws(FieldProblem)
  {
    guard case .field(let field) = target else {
      if case .variable(let name) = target { record.draft.variables[name] = text }
      return
    }
    func problem(_ reason: RejectionReason) -> FieldProblem {
      FieldProblem(field: field.rawValue, column: column, value: text, reason)
    }
    switch field.kind {
    case .text where field == .venueTimeZone:
      guard let zone = zone(named: text) else { throw problem(.timeZone) }
      record.zone = zone
      try record.put(field, .text(text), column: column, text: text)
    case .text, .localized, .seatAddress:
      try record.put(field, .text(text), column: column, text: text)
    case .state:
      if !knownStates.contains(text) {
        if case .unknown(let word) = TicketState(word: text) { throw problem(.unknownState(word)) }
        if knownStates.count < 64 { knownStates.insert(text) }
      }
      try record.put(field, .text(text), column: column, text: text)
    case .barcode:
      if let reason = barcodeReason(text) { throw problem(reason) }
      try record.put(field, .text(text), column: column, text: text)
    case .id:
      if isSpreadsheetNumber(text) { throw problem(.idFromSpreadsheet) }
      if text.unicodeScalars.contains("\u{FFFD}") { throw problem(.replacementCharacter) }
      try record.put(field, .text(text), column: column, text: text)
    case .currency:
      do throws(TicketError) {
        record.currency = try Currency(text)
      } catch {
        throw problem(.currency(text))
      }
    case .number:
      guard let number = Double(text.replacing(",", with: ".")) else { throw problem(.number) }
      try record.put(field, .number(number), column: column, text: text)
    case .seconds:
      guard let seconds = Int64(text), seconds >= 0 else { throw problem(.number) }
      try record.put(field, .seconds(seconds), column: column, text: text)
    case .date:
      switch date(text, field: field, column: column, zone: record.zone) {
      case .success(let date): try record.put(field, .date(date), column: column, text: text)
      case .failure(let error): throw problem(.date(error.problem))
      }
    case .money:
      switch amount(text) {
      case .failure(let error): throw problem(.amount(error.problem))
      case .success(let amount):
        var currency: Currency?
        if let code = amount.currency {
          guard let known = try? Currency(code) else { throw problem(.currency(code)) }
          currency = known
        }
        record.amount = (amount.thousandths, currency, text, column)
      }
    }
  }

  /// Makes the ticket: joins amount and currency.
  mutating func ticket(_ record: consuming Record) throws(FieldProblem) -> Ticket {
    if let amount = record.amount {
      let field = TicketField.priceAmount
      if let shown = amount.currency, let column = record.currency, shown != column {
        throw FieldProblem(
          field: field.rawValue, column: amount.column, value: amount.text,
          .currencyContradicted(atAmount: shown.code, column: column.code))
      }
      if let currency = amount.currency ?? record.currency ?? currency {
        let smallest: Int64 = currency.fractionDigits == 0 ? 1000 : currency.fractionDigits == 2 ? 10 : 1
        if amount.thousandths % smallest != 0 {
          throw FieldProblem(
            field: field.rawValue, column: amount.column, value: amount.text, .amount(.tooFine(currency: currency.code))
          )
        }
        try record.put(.priceCurrency, .text(currency.code), column: nil, text: currency.code)
        try record.put(field, .thousandths(amount.thousandths), column: amount.column, text: amount.text)
      } else {
        // A price in no currency would be a wrong one on the pass.
        notice(.noCurrency(column: amount.column))
      }
    }
    do throws(TicketError) {
      return try record.draft.ticket()
    } catch {
      throw FieldProblem(ticketError: error, field: error == .noIdentity ? nil : .ticketBarcode)
    }
  }

  /// Sets a date that was read already; without an offset it cannot be.
  mutating func set(_ field: TicketField, to date: ZonedDateTime, column: String, in record: inout Record)
    throws(FieldProblem)
  {
    if record.zone == nil { notice(.noTimeZone(column: column)) }
    try record.put(field, .date(record.zone.map { date.shifted(to: $0) } ?? date), column: column, text: "")
  }

  mutating func notice(_ notice: ExportNotice) {
    if !notices.contains(notice) { notices.append(notice) }
  }

  /// The zone of an IANA name.
  mutating func zone(named name: String) -> TimeZone? {
    if let zone = zones[name] { return zone }
    guard let zone = TimeZone(identifier: name) else { return nil }
    zones[name] = zone
    return zone
  }

  private mutating func amount(_ text: String) -> Result<AmountReading, AmountReadingError> {
    if let cached = amountCache[text] { return .success(cached) }
    let result = amounts.read(text)
    if case .success(let amount) = result {
      if amountCache.count >= 4096 { amountCache.removeAll(keepingCapacity: true) }
      amountCache[text] = amount
    }
    return result
  }

  private mutating func date(_ text: String, field: TicketField, column: String, zone: TimeZone?) -> Result<
    ZonedDateTime, DateReadingError
  > {
    let key = DateKey(text: text, zone: zone?.identifier)
    let reading: DateReading
    if let cached = dateCache[key] {
      reading = cached
    } else {
      switch dates.read(text, in: zone) {
      case .failure(let error): return .failure(error)
      case .success(let fresh): reading = fresh
      }
      // The dates of an export repeat; where they do not, the memory stays small all the same.
      if dateCache.count >= 4096 { dateCache.removeAll(keepingCapacity: true) }
      dateCache[key] = reading
    }
    // What happens at the venue is shown on its clocks; when an order was made matters less.
    if zone == nil, !reading.hasOffset || (reading.date.offsetSeconds == 0 && field != .orderDate) {
      notice(.noTimeZone(column: column))
    }
    return .success(reading.date)
  }
}

/// Why a text may not be what the scanner must read; nil when `Barcode` may decide.
func barcodeReason(_ text: String) -> RejectionReason? {
  guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return nil }
  if isBlank(first) || isBlank(last) { return .barcodeHasBlanks }
  if text.unicodeScalars.contains("\u{FFFD}") { return .replacementCharacter }
  if text.hasPrefix("=\"") { return .barcodeFromSpreadsheet }
  // What a formula that failed leaves behind, in whatever language: #N/A, #REF!, #NV, #WERT!.
  if text.hasPrefix("#"), text.count <= 9, text.dropFirst().allSatisfy({ $0.isUppercase || "/!?0".contains($0) }) {
    return .barcodeFromSpreadsheet
  }
  if first == "'", text.utf8.count > 1, text.utf8.dropFirst().allSatisfy({ $0 &- 0x30 < 10 }) {
    return .barcodeFromSpreadsheet
  }
  // Letters around digits and a point are an imported code; digits alone with .0 are a number some program wrote.
  if text.hasSuffix(".0") || text.hasSuffix(",0"), text.utf8.count > 8,
    text.utf8.dropLast(2).allSatisfy({ $0 &- 0x30 < 10 })
  {
    return .barcodeFromSpreadsheet
  }
  return nil
}

/// `1.02289E+13`, `1,02E+13`, `10228900003001.0`: what a spreadsheet or a data frame makes of an id.
func isSpreadsheetNumber(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  var index = 0
  func digits() -> Int {
    let start = index
    while index < bytes.count, bytes[index] &- 0x30 < 10 { index += 1 }
    return index - start
  }
  guard digits() > 0, index < bytes.count else { return false }
  var isDecimal = false
  if bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: ",") {
    index += 1
    isDecimal = true
    let fraction = index
    guard digits() > 0 else { return false }
    if index == bytes.count { return bytes[fraction...].allSatisfy { $0 == 0x30 } && fraction > 4 }
  }
  guard index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") else { return false }
  index += 1
  let hasSign = index < bytes.count && (bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-"))
  if hasSign { index += 1 }
  return digits() > 0 && index == bytes.count && (isDecimal || hasSign)
}
