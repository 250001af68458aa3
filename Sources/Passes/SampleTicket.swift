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
          hint: "mend the JSON at this place"))
    }
    var draft = TicketDraft()
    for group in document.value.object?.members ?? [] {
      switch group.name {
      case "source": draft.source = group.value
      case "variables":
        for variable in group.value.object?.members ?? [] {
          draft.variables[variable.name] = variable.value.stringValue
        }
      default:
        for member in group.value.object?.members ?? [] {
          let pointer = "/\(group.name)/\(member.name)"
          func fail(_ message: String, _ hint: String) -> SampleError {
            let position = document.position(of: pointer)
            return SampleError(
              finding: Finding(
                .error, "sample-field",
                at: .init(file: path, pointer: pointer, line: position?.line, column: position?.column), message,
                hint: hint))
          }
          if member.value.isNull { continue }
          guard let field = TicketField(rawValue: "\(group.name).\(member.name)") else {
            throw fail(
              "a ticket has no field \(group.name).\(member.name)", "see the table of variables in the documentation")
          }
          guard let value = Self.value(member.value, for: field.kind) else {
            throw fail(
              "\(field.rawValue) is \(member.value.kindName) that cannot be read as its kind, \(field.kind.rawValue)",
              field.kind == .date
                ? "write a date as \"2027-01-15T19:30:00+01:00\"" : "write it as the other samples do")
          }
          do {
            try draft.set(field, value)
          } catch {
            throw fail("\(field.rawValue): \(error)", "write it as the other samples do")
          }
        }
      }
    }
    do {
      self = try draft.ticket()
    } catch {
      throw SampleError(
        finding: Finding(
          .error, "sample-ticket", at: .init(file: path), "this is not a ticket: \(error)",
          hint: "a ticket needs ticket.movement or ticket.id, and ticket.barcode unless its state is NOT_PRINTED"))
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
