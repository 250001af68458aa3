import Foundation
import JSON
import Passes
import Testing
import Tickets
import ZonedTime

@Suite("Variables") struct VariablesTests {
  /// A value that no other field has, as it is set and as a template without dates or numbers shows it.
  private static func value(of field: TicketField) -> (value: TicketDraft.Value, text: String) {
    let index = TicketField.allCases.firstIndex(of: field) ?? 0
    switch field.kind {
    case .date:
      let date = ZonedDateTime(epochMilliseconds: Int64(index) * 86_400_000, offsetSeconds: 3600)
      return (.date(date), date.iso8601)
    case .seconds: return (.seconds(7200 + Int64(index)), String(7200 + index))
    case .number: return (.number(Double(index) + 0.5), "\(Double(index) + 0.5)")
    case .money: return (.thousandths(65_250), "65.25")
    case .currency: return (.text("CHF"), "CHF")
    case .state: return (.text("CONTROLLED"), "CONTROLLED")
    case .barcode: return (.text("00\(index)"), "00\(index)")
    case .localized: return (.localized(LocalizedText("name \(index)")), "name \(index)")
    case .id, .text, .seatAddress: return (.text("text \(index)"), "text \(index)")
    }
  }

  @Test func `every field of a ticket is the variable of the same name`() throws {
    var draft = TicketDraft()
    for field in TicketField.allCases where field != .seatAddress { try draft.set(field, Self.value(of: field).value) }
    let ticket = try draft.ticket()
    for field in TicketField.allCases where field != .seatAddress && field != .orderSecret {
      let template = try Fixture.template(fields: shown(field.rawValue))
      let shown = try template.pass(ticket)[pointer: "/eventTicket/auxiliaryFields/0/value"]?.stringValue
      #expect(shown == "=\(Self.value(of: field).text)", "\(field.rawValue)")
    }
  }

  @Test func `variables that are put together have their values`() throws {
    let ticket = try Fixture.ticket(state: "VALIDATED") {
      $0.holder.firstName = "Ana"
      $0.holder.lastName = "Moreau"
      $0.contact.person.lastName = "Feld"
      $0.variables["GATE A"] = "north"
    }
    let expected = [
      "ticket.free_seating": "true", "ticket.used": "true", "ticket.voided": "true", "holder.name": "Ana Moreau",
      "contact.name": "Feld", "pass.serial_number": "0815", "pass.used": "true", "pass.voided": "true",
      "pass.language": "en", "tenant.name": "sorana",
    ]
    for (name, value) in expected {
      let pass = try Fixture.template(fields: shown(name)).pass(ticket, isVoided: true)
      #expect(pass[pointer: "/eventTicket/auxiliaryFields/0/value"]?.stringValue == "=\(value)", "\(name)")
    }
    let own = TicketField.allCases.map(\.rawValue)
    #expect(Set(TicketVariables.names).subtracting(own) == Set(expected.keys))
    let comfort = try Fixture.template(fields: field("x", "{{ variables['GATE A'] }}"))
    #expect(try comfort.field("x", ticket)?["value"] == "north")
  }

  @Test func `a group can be asked for and carried on under another name`() throws {
    let template = try Fixture.template(
      fields: field("seat", "{% if seat %}{% assign s = seat %}{{ s.row }}-{{ s['number'] }}{% endif %}")
        + "," + field("price", "{{ price }}"))
    let ticket = try Fixture.ticket {
      $0.seat.row = "A"
      $0.seat.number = "7"
      $0.price = try? Money(thousandths: 5_000, currency: Currency("EUR"))
    }
    #expect(try template.field("seat", ticket)?["value"] == "A-7")
    #expect(try template.field("price", ticket)?["value"] == "5.00 EUR")
  }

  @Test(arguments: ["order.secret", "seat.address", "nobody", "event.nobody", "pass.nobody"])
  func `what a pass must not or cannot show is no variable`(name: String) throws {
    let findings = try Fixture.findings { try Fixture.template(fields: shown(name)) }
    #expect(findings.map(\.code) == ["liquid"])
  }

  @Test func `the documentation lists exactly the variables there are, with examples that are right`() throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Passes/Passes.docc/Variables.md")
    let rows = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").compactMap { line -> [String]? in
      guard line.hasPrefix("| `") else { return nil }
      return line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let open: Set<String> = ["variables.NAME", "source.…"]
    let names = rows.map { $0[0].trimmingCharacters(in: ["`"]) }
    #expect(Set(names).subtracting(open) == Set(TicketVariables.names))
    #expect(open.isSubset(of: names))
    #expect(names.count == Set(names).count)
    let kinds: Set<String> = ["text", "translated text", "date", "number", "boolean"]
    for row in rows {
      #expect(row.count == 4, "\(row)")
      #expect(row.dropFirst().first.map { kinds.contains($0) } == true, "\(row)")
      guard let field = TicketField(rawValue: row[0].trimmingCharacters(in: ["`"])) else { continue }
      let kind =
        switch field.kind {
        case .localized: "translated text"
        case .date: "date"
        case .seconds, .number, .money: "number"
        default: "text"
        }
      #expect(row[1] == kind, "\(row)")
    }
  }
}

/// A field that shows a variable as text.
private func shown(_ variable: String) -> String { field("x", "={{ \(variable) }}") }
