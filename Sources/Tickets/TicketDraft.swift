package import JSON
package import ZonedTime

/// Collects the fields of a ticket, in any order, and makes the ticket.
package struct TicketDraft: Sendable {
  /// A field's value, already read out of its text.
  package enum Value: Sendable, Hashable {
    case text(String)
    case localized(LocalizedText)
    case date(ZonedDateTime)
    case number(Double)
    case seconds(Int64)
    /// An amount in thousandths of the currency unit.
    case thousandths(Int64)
  }

  private var id: String?
  private var movement: String?
  private var operation: String?
  private var barcode: Barcode?
  private var stateWord: String?
  private var type: String?
  private var event = Event()
  private var venue = Venue()
  private var seat = Seat()
  private var holder = Person()
  private var thousandths: Int64?
  private var currency: Currency?
  private var tariff = Tariff()
  private var product = Product()
  private var season = Season()
  private var order = OrderReference()
  private var file = FileReference()
  private var contact = Contact()
  package var variables: [String: String] = [:]
  package var source: JSONValue?

  package init() {}

  /// Sets a field; an empty text leaves it unset.
  ///
  /// - Throws: `TicketError` when the value cannot be what the field holds.
  package mutating func set(_ field: TicketField, _ value: Value) throws(TicketError) {
    switch (field.kind, value) {
    case (_, .text(let text)): try setText(field, text)
    case (.localized, .localized(let text)): setLocalized(field, text)
    case (.text, .localized(let text)): try setText(field, text.text)
    case (.date, .date(let date)): setDate(field, date)
    case (.seconds, .seconds(let seconds)): event.duration = seconds
    case (.number, .number(let number)): try setNumber(field, number)
    case (.money, .thousandths(let amount)): thousandths = amount
    default: throw .kind(field: field.rawValue, expected: field.kind)
    }
  }

  /// Makes the ticket. Without a state it is PRINTED when it has a barcode and NOT_PRINTED when it has none.
  ///
  /// - Throws: `TicketError.noIdentity`; `TicketError.noBarcode` when a live ticket that is not NOT_PRINTED has none;
  ///   `TicketError.currency` when there is an amount and no currency.
  package consuming func ticket() throws(TicketError) -> Ticket {
    let word = stateWord ?? (barcode == nil ? "NOT_PRINTED" : "PRINTED")
    var ticket = try Ticket(
      id: id, movement: movement, operation: operation, barcode: barcode, stateWord: word, type: type)
    if barcode == nil, ticket.state == .valid || ticket.state == .used { throw .noBarcode(state: word) }
    ticket.event = event
    ticket.venue = venue
    ticket.seat = seat
    ticket.holder = holder
    if let thousandths {
      guard let currency else { throw .currency("") }
      ticket.price = Money(thousandths: thousandths, currency: currency)
    }
    ticket.tariff = tariff
    ticket.product = product
    ticket.season = season
    ticket.order = order
    ticket.file = file
    ticket.contact = contact
    ticket.variables = variables
    ticket.source = source
    return ticket
  }
}

extension TicketDraft {
  private mutating func setText(_ field: TicketField, _ text: String) throws(TicketError) {
    if text.isEmpty { return }
    switch field {
    case .ticketID: id = text
    case .ticketMovement: movement = text
    case .ticketOperation: operation = text
    case .ticketBarcode: barcode = try Barcode(text)
    case .ticketState: stateWord = text
    case .ticketType: type = text
    case .eventID: event.id = text
    case .eventPerformance: event.performance = text
    case .eventCode: event.code = text
    case .eventHomeTeam: event.homeTeam = text
    case .eventAwayTeam: event.awayTeam = text
    case .eventHomeAbbreviation: event.homeAbbreviation = text
    case .eventAwayAbbreviation: event.awayAbbreviation = text
    case .eventPerformers: event.performers = text
    case .venueStreet: venue.street = text
    case .venueZip: venue.zip = text
    case .venueCity: venue.city = text
    case .venueCountry: venue.country = text
    case .venuePhone: venue.phone = text
    case .venueTimeZone: venue.timeZone = text
    case .seatConfiguration: seat.configuration = text
    case .seatArea: seat.area = text
    case .seatBlock: seat.block = text
    case .seatRow: seat.row = text
    case .seatNumber: seat.number = text
    case .seatEntrance: seat.entrance = text
    case .seatLevel: seat.level = text
    case .seatContingent: seat.contingent = text
    case .seatAddress: setSeatAddress(text)
    case .holderFirstName: holder.firstName = text
    case .holderLastName: holder.lastName = text
    case .priceCurrency: currency = try Currency(text)
    case .tariffCode: tariff.code = text
    case .tariffLevel: tariff.level = text
    case .productID: product.id = text
    case .productCode: product.code = text
    case .productFamily: product.family = text
    case .productSubtype: product.subtype = text
    case .seasonCode: season.code = text
    case .orderID: order.id = text
    case .orderSecret: order.secret = text
    case .orderType: order.type = text
    case .orderState: order.state = text
    case .fileID: file.id = text
    case .fileState: file.state = text
    case .contactNumber: contact.number = text
    case .contactFirstName: contact.person.firstName = text
    case .contactLastName: contact.person.lastName = text
    case .contactEmail: contact.email = text
    case .contactLanguage: contact.language = text
    case .eventName, .eventSubtitle, .eventCompetition, .venueName, .venueHall, .seatCategory, .tariffName,
      .productName,
      .seasonName:
      setLocalized(field, LocalizedText(text))
    case .eventStart, .eventEnd, .eventDoors, .orderDate, .eventDuration, .venueLatitude, .venueLongitude, .priceAmount:
      throw .kind(field: field.rawValue, expected: field.kind)
    }
  }

  private mutating func setLocalized(_ field: TicketField, _ text: LocalizedText) {
    if text.isEmpty { return }
    switch field {
    case .eventName: event.name = text
    case .eventSubtitle: event.subtitle = text
    case .eventCompetition: event.competition = text
    case .venueName: venue.name = text
    case .venueHall: venue.hall = text
    case .seatCategory: seat.category = text
    case .tariffName: tariff.name = text
    case .productName: product.name = text
    case .seasonName: season.name = text
    default: break
    }
  }

  private mutating func setDate(_ field: TicketField, _ date: ZonedDateTime) {
    switch field {
    case .eventStart: event.start = date
    case .eventEnd: event.end = date
    case .eventDoors: event.doors = date
    case .orderDate: order.date = date
    default: break
    }
  }

  private mutating func setNumber(_ field: TicketField, _ number: Double) throws(TicketError) {
    let limit: Double = field == .venueLatitude ? 90 : 180
    guard number.isFinite, abs(number) <= limit else { throw .range(field: field.rawValue, value: "\(number)") }
    if field == .venueLatitude { venue.latitude = number } else { venue.longitude = number }
  }

  /// `PhysicalConfiguration/Area/Block/Row/Number`; parts may be empty or missing at the end.
  private mutating func setSeatAddress(_ address: String) {
    let parts = address.split(separator: "/", maxSplits: 4, omittingEmptySubsequences: false)
    func part(_ index: Int) -> String? {
      guard index < parts.count else { return nil }
      let text = parts[index].drop { $0 == " " }
      return text.isEmpty ? nil : String(text)
    }
    seat.configuration = part(0) ?? seat.configuration
    seat.area = part(1) ?? seat.area
    seat.block = part(2) ?? seat.block
    seat.row = part(3) ?? seat.row
    seat.number = part(4) ?? seat.number
  }
}
