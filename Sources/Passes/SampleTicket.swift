package import Tickets
import JSON
import ZonedTime

/// Why a sample ticket cannot be read.
package struct SampleError: Error, Sendable {
  package let finding: Finding
}

extension Ticket {
  /// A ticket written by hand beside a template: the canonical fields as nested JSON
  /// (`{"event": {"name": {"en": "…", "fr": "…"}, "start": "2027-01-15T19:30:00+01:00"}}`).
  ///
  /// An amount is written in whole units (`"price": {"amount": 65.5, "currency": "EUR"}`), a translated name as an object
  /// of languages, `source` and `variables` as they are.
  package init(sample bytes: [UInt8], path: String) throws(SampleError) {
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: bytes)
    } catch {
      throw SampleError(
        finding: Finding(
          .error, "sample-syntax", at: .init(file: path, line: error.line, column: error.column), error.sentence,
          hint: "Mend the JSON at this place."))
    }
    func fail(_ pointer: String, _ message: String, _ hint: String = "Write it as the other samples do.") -> SampleError
    {
      let position = document.position(of: pointer)
      return SampleError(
        finding: Finding(
          .error, "sample-field",
          at: .init(file: path, pointer: pointer, line: position?.line, column: position?.column), message, hint: hint))
    }
    guard let root = document.value.object else {
      throw fail("", "a sample is an object, and this is \(document.value.kindName)")
    }
    var draft = TicketDraft()
    for group in root.members where !group.value.isNull {
      let groupPointer = "/\(jsonPointerToken(group.name))"
      if group.name == "source" {
        draft.source = group.value
        continue
      }
      guard let members = group.value.object?.members else {
        throw fail(groupPointer, "\(group.name) is \(group.value.kindName), and an object of fields is expected")
      }
      for member in members where !member.value.isNull {
        let pointer = "\(groupPointer)/\(jsonPointerToken(member.name))"
        if group.name == "variables" {
          guard let text = member.value.stringValue else {
            throw fail(pointer, "a comfort variable is a text, and this is \(member.value.kindName)")
          }
          draft.variables[member.name] = text
          continue
        }
        guard let field = TicketField(rawValue: "\(group.name).\(member.name)") else {
          throw fail(
            pointer, "a ticket has no field \(group.name).\(member.name)",
            "See the table of variables in the documentation.")
        }
        guard let value = Self.value(member.value, for: field.kind) else {
          throw fail(
            pointer,
            "\(field.rawValue) is \(member.value.kindName) that cannot be read as its kind, \(field.kind.rawValue)",
            field.kind == .date
              ? "Write a date as \"2027-01-15T19:30:00+01:00\"." : "Write it as the other samples do.")
        }
        do {
          try draft.set(field, value)
        } catch {
          throw fail(pointer, "\(field.rawValue): \(Self.sentence(error))")
        }
      }
    }
    do {
      self = try draft.ticket()
    } catch {
      throw SampleError(
        finding: Finding(
          .error, "sample-ticket", at: .init(file: path, line: 1, column: 1),
          "this is not a ticket: \(Self.sentence(error))",
          hint: "A ticket needs ticket.movement or ticket.id, and ticket.barcode unless its state is NOT_PRINTED."))
    }
  }

  private static func sentence(_ error: TicketError) -> String {
    switch error {
    case .barcode(let text, .empty): "the barcode “\(text)” is empty"
    case .barcode(_, .tooLong(let count)): "the barcode has \(count) characters, and 50 is the most"
    case .barcode(_, .controlCharacter): "the barcode holds a control character"
    case .barcode(let text, .mangledBySpreadsheet): "the barcode \(text) lost its digits in a spreadsheet"
    case .currency(""): "there is an amount and no currency"
    case .currency(let code): "“\(code)” is no ISO 4217 code"
    case .amount(let text): "“\(text)” is no amount"
    case .kind(_, let expected): "a value of the kind \(expected.rawValue) is expected"
    case .range(_, let value): "\(value) is out of range"
    case .noIdentity: "it has neither ticket.movement, ticket.id nor ticket.barcode"
    case .noBarcode(let state): "its state is \(state), and it has no barcode"
    }
  }

  private static func value(_ json: JSONValue, for kind: TicketField.Kind) -> TicketDraft.Value? {
    switch (kind, json) {
    case (.date, .string(let text)): ZonedDateTime(iso8601: text).map { .date($0) }
    case (.date, _): nil
    case (.money, .number(let number)):
      // Thousandths are exact in a double up to nine million million units.
      number.double.flatMap { Int64(exactly: ($0 * 1000).rounded()) }.map { .thousandths($0) }
    case (.seconds, .number(let number)): number.int64.map { .seconds($0) }
    case (.number, .number(let number)): number.double.map { .number($0) }
    case (.money, _), (.seconds, _), (.number, _): nil
    case (.localized, .object(let object)):
      object.members.first?.value.stringValue.map { first in
        let texts = object.members.compactMap { member in
          member.value.stringValue.map { (member.name.lowercased(), $0) }
        }
        return .localized(LocalizedText(first, translations: Dictionary(texts, uniquingKeysWith: { _, last in last })))
      }
    case (.id, .number(let number)) where number.int64 != nil: .text(number.literal)
    case (_, .string(let text)): .text(text)
    default: nil
    }
  }
}
