package import Liquid
package import Tickets
import JSON
import ZonedTime

/// What a template can call by name: the ticket's fields and the pass's own, in one language.
///
/// A class, so that handing it from variable to variable copies a reference and not a whole ticket.
package final class TicketVariables: LiquidObject {
  let ticket: Ticket
  let pass: PassVariables
  let tenant: String
  let language: String

  package init(ticket: Ticket, pass: PassVariables, tenant: String, language: String) {
    self.ticket = ticket
    self.pass = pass
    self.tenant = tenant
    self.language = language
  }

  /// Every variable a template may name. Groups with names nobody can list (`variables`, `source`) are open. The
  /// order's secret id is not among them: whoever holds it may fetch the order, and passes are shared.
  package static let schema: LiquidSchema = {
    var groups: [String: [String: LiquidSchema.Node]] = [:]
    for name in names {
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      groups[parts[0], default: [:]][parts[1]] = .value
    }
    var variables = groups.mapValues { LiquidSchema.Node.object($0) }
    variables["variables"] = .open
    variables["source"] = .open
    return LiquidSchema(variables)
  }()

  /// The dotted names of all variables that can be listed.
  package static var names: [String] {
    TicketField.allCases.filter { $0 != .seatAddress && $0 != .orderSecret }.map(\.rawValue) + [
      "ticket.free_seating", "ticket.used", "ticket.voided", "holder.name", "contact.name", "pass.serial_number",
      "pass.used", "pass.voided", "pass.language", "tenant.name",
    ]
  }

  package var memberNames: [String] { [] }

  package func value(for member: String) -> LiquidValue? {
    switch member {
    case "ticket", "event", "venue", "seat", "holder", "tariff", "product", "season", "order", "file", "contact",
      "pass",
      "tenant":
      .object(VariableGroup(name: member, variables: self))
    case "price": ticket.price.map { .object(PriceVariables(price: $0)) }
    case "variables": .object(ticket.variables.mapValues { LiquidValue.string($0) })
    case "source": ticket.source.map { LiquidValue(json: $0) }
    default: nil
    }
  }

  package func value(for group: String, _ member: String) -> LiquidValue? {
    switch group {
    case "ticket": ticketValue(member)
    case "event": eventValue(member)
    case "venue": venueValue(member)
    case "seat": seatValue(member)
    case "holder": personValue(ticket.holder, member)
    case "price": ticket.price.flatMap { PriceVariables(price: $0).value(for: member) }
    case "tariff": tariffValue(member)
    case "product": productValue(member)
    case "season": seasonValue(member)
    case "order": orderValue(member)
    case "file": fileValue(member)
    case "contact": contactValue(member)
    case "variables": text(ticket.variables[member])
    case "pass": passValue(member)
    case "tenant": member == "name" ? .string(tenant) : nil
    case "source": ticket.source?[member].map { LiquidValue(json: $0) }
    default: nil
    }
  }
}

/// The pass's own facts, as templates see them.
package struct PassVariables: Sendable {
  package var serialNumber: String
  /// Scanned at the entrance.
  package var isUsed: Bool
  package var isVoided: Bool

  package init(serialNumber: String, isUsed: Bool, isVoided: Bool) {
    self.serialNumber = serialNumber
    self.isUsed = isUsed
    self.isVoided = isVoided
  }
}

/// A group named without a member (`{% if seat %}`, `{% assign s = seat %}`).
private struct VariableGroup: LiquidObject {
  let name: String
  let variables: TicketVariables

  var memberNames: [String] { [] }
  func value(for member: String) -> LiquidValue? { variables.value(for: name, member) }
}

/// `price`: the amount as a number, the currency as its code; the `money` filter reads both.
struct PriceVariables: LiquidObject {
  let price: Money

  var memberNames: [String] { ["amount", "currency"] }
  var liquidText: String { "\(price.decimalText) \(price.currency.code)" }

  func value(for member: String) -> LiquidValue? {
    switch member {
    case "amount": .double(price.amount)
    case "currency": .string(price.currency.code)
    default: nil
    }
  }
}

extension TicketVariables {
  private func text(_ value: String?) -> LiquidValue? { value.map { .string($0) } }
  private func text(_ value: LocalizedText?) -> LiquidValue? { value.map { .string($0.text(in: language)) } }
  private func date(_ value: ZonedDateTime?) -> LiquidValue? { value.map { .date($0) } }

  private func ticketValue(_ member: String) -> LiquidValue? {
    switch member {
    case "id": text(ticket.id)
    case "movement": text(ticket.movement)
    case "operation": text(ticket.operation)
    case "barcode": text(ticket.barcode?.text)
    case "state": .string(ticket.stateWord)
    case "type": text(ticket.type)
    case "free_seating": .bool(ticket.isFreeSeating)
    case "used": .bool(pass.isUsed)
    case "voided": .bool(pass.isVoided)
    default: nil
    }
  }

  private func eventValue(_ member: String) -> LiquidValue? {
    switch member {
    case "id": text(ticket.event.id)
    case "performance": text(ticket.event.performance)
    case "code": text(ticket.event.code)
    case "name": text(ticket.event.name)
    case "subtitle": text(ticket.event.subtitle)
    case "start": date(ticket.event.start)
    case "end": date(knownEnd)
    case "duration": ticket.event.duration.flatMap { Int(exactly: $0) }.map { .int($0) }
    case "doors": date(ticket.event.doors)
    case "home_team": text(ticket.event.homeTeam)
    case "away_team": text(ticket.event.awayTeam)
    case "home_abbreviation": text(ticket.event.homeAbbreviation)
    case "away_abbreviation": text(ticket.event.awayAbbreviation)
    case "competition": text(ticket.event.competition)
    case "performers": text(ticket.event.performers)
    default: nil
    }
  }

  /// The end that was given, or start and duration. Only a pass's expiration may guess one.
  private var knownEnd: ZonedDateTime? {
    guard ticket.event.end != nil || (ticket.event.duration ?? 0) > 0 else { return nil }
    return ticket.event.effectiveEnd
  }

  private func venueValue(_ member: String) -> LiquidValue? {
    switch member {
    case "name": text(ticket.venue.name)
    case "hall": text(ticket.venue.hall)
    case "street": text(ticket.venue.street)
    case "zip": text(ticket.venue.zip)
    case "city": text(ticket.venue.city)
    case "country": text(ticket.venue.country)
    case "latitude": ticket.venue.latitude.map { .double($0) }
    case "longitude": ticket.venue.longitude.map { .double($0) }
    case "phone": text(ticket.venue.phone)
    case "time_zone": text(ticket.venue.timeZone)
    default: nil
    }
  }

  private func seatValue(_ member: String) -> LiquidValue? {
    switch member {
    case "configuration": text(ticket.seat.configuration)
    case "area": text(ticket.seat.area)
    case "block": text(ticket.seat.block)
    case "row": text(ticket.seat.row)
    case "number": text(ticket.seat.number)
    case "entrance": text(ticket.seat.entrance)
    case "level": text(ticket.seat.level)
    case "category": text(ticket.seat.category)
    case "contingent": text(ticket.seat.contingent)
    default: nil
    }
  }

  private func personValue(_ person: Person, _ member: String) -> LiquidValue? {
    switch member {
    case "first_name": text(person.firstName)
    case "last_name": text(person.lastName)
    case "name": text(person.name)
    default: nil
    }
  }

  private func tariffValue(_ member: String) -> LiquidValue? {
    switch member {
    case "code": text(ticket.tariff.code)
    case "name": text(ticket.tariff.name)
    case "level": text(ticket.tariff.level)
    default: nil
    }
  }

  private func productValue(_ member: String) -> LiquidValue? {
    switch member {
    case "id": text(ticket.product.id)
    case "code": text(ticket.product.code)
    case "name": text(ticket.product.name)
    case "family": text(ticket.product.family)
    case "subtype": text(ticket.product.subtype)
    default: nil
    }
  }

  private func seasonValue(_ member: String) -> LiquidValue? {
    switch member {
    case "code": text(ticket.season.code)
    case "name": text(ticket.season.name)
    default: nil
    }
  }

  private func orderValue(_ member: String) -> LiquidValue? {
    switch member {
    case "id": text(ticket.order.id)
    case "date": date(ticket.order.date)
    case "type": text(ticket.order.type)
    case "state": text(ticket.order.state)
    default: nil
    }
  }

  private func fileValue(_ member: String) -> LiquidValue? {
    switch member {
    case "id": text(ticket.file.id)
    case "state": text(ticket.file.state)
    default: nil
    }
  }

  private func contactValue(_ member: String) -> LiquidValue? {
    switch member {
    case "number": text(ticket.contact.number)
    case "email": text(ticket.contact.email)
    case "language": text(ticket.contact.language)
    default: personValue(ticket.contact.person, member)
    }
  }

  private func passValue(_ member: String) -> LiquidValue? {
    switch member {
    case "serial_number": .string(pass.serialNumber)
    case "used": .bool(pass.isUsed)
    case "voided": .bool(pass.isVoided)
    case "language": .string(language)
    default: nil
    }
  }
}

extension LiquidValue {
  /// A value of Secutix's JSON, as Liquid sees it. Whole numbers beyond 64 bits become text, not a rounded number.
  init(json: JSONValue) {
    switch json {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .number(let number):
      if let whole = number.int64.flatMap({ Int(exactly: $0) }) {
        self = .int(whole)
      } else if number.literal.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2D }) {
        self = .string(number.literal)
      } else {
        self = number.double.map { .double($0) } ?? .null
      }
    case .string(let text): self = .string(text)
    case .array(let elements): self = .array(elements.map { LiquidValue(json: $0) })
    case .object(let object): self = .object(JSONVariables(object: object))
    }
  }
}

/// An object of Secutix's JSON.
private struct JSONVariables: LiquidObject {
  let object: JSONObject

  var memberNames: [String] { object.members.map(\.name) }
  func value(for member: String) -> LiquidValue? { object[member].map { LiquidValue(json: $0) } }
}
