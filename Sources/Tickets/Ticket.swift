package import JSON
package import ZonedTime

/// One movement of an order: a seat or a place that was sold, and the ticket that stands for it now.
///
/// A pass is made for exactly one of these. Every business field is optional, since no export knows them all; what is
/// certain is that the ticket can be told from every other one (`identity`) and that a live one has a barcode.
package struct Ticket: Sendable, Hashable {
  /// What tells this ticket from every other one.
  package let identity: TicketIdentity
  package let id: String?
  package let movement: String?
  package let operation: String?
  package let barcode: Barcode?
  package let state: TicketState
  /// The state in the source's own word, for templates and reports.
  package let stateWord: String
  /// `SEAT` for a numbered seat; another word, or nothing, for a place in an area.
  package let type: String?
  package var event = Event()
  package var venue = Venue()
  package var seat = Seat()
  package var holder = Person()
  package var price: Money?
  package var tariff = Tariff()
  package var product = Product()
  package var season = Season()
  package var order = OrderReference()
  package var file = FileReference()
  package var contact = Contact()
  /// Secutix's comfort variables (free ones a venue sets on a product or performance).
  package var variables: [String: String] = [:]
  /// The untouched Secutix JSON, for what the field map does not know.
  package var source: JSONValue?

  /// Whether any of its names is known in more than one wording.
  package var hasTranslations: Bool {
    func translated(_ text: LocalizedText?) -> Bool { text?.isTranslated ?? false }
    return translated(event.name) || translated(event.subtitle) || translated(event.competition)
      || translated(venue.name) || translated(venue.hall) || translated(seat.category) || translated(tariff.name)
      || translated(product.name) || translated(season.name)
  }

  /// Whether no numbered seat belongs to it.
  package var isFreeSeating: Bool { seat.row == nil && seat.number == nil }

  /// - Throws: `TicketError.noIdentity` when neither movement, ticket id nor barcode is known.
  package init(
    id: String? = nil, movement: String? = nil, operation: String? = nil, barcode: Barcode? = nil, stateWord: String,
    type: String? = nil
  ) throws(TicketError) {
    if let movement {
      identity = .movement(movement)
    } else if let id {
      identity = .ticket(id)
    } else if let barcode {
      identity = .barcode(barcode.text)
    } else {
      throw .noIdentity
    }
    self.id = id
    self.movement = movement
    self.operation = operation
    self.barcode = barcode
    self.stateWord = stateWord
    state = TicketState(word: stateWord)
    self.type = type
  }
}

/// What a pass's serial number is derived from: the movement, else the ticket, else the barcode.
///
/// Only the movement survives a reprint and a reseat, so only a pass made from it can be updated by them; an export
/// without movements makes passes that a reprint replaces by others.
package enum TicketIdentity: Sendable, Hashable {
  case movement(String)
  case ticket(String)
  case barcode(String)
}

/// The performance, match or time slot the ticket is for.
package struct Event: Sendable, Hashable {
  package var id: String?
  package var performance: String?
  package var code: String?
  package var name: LocalizedText?
  package var subtitle: LocalizedText?
  package var start: ZonedDateTime?
  package var end: ZonedDateTime?
  /// Seconds.
  package var duration: Int64?
  package var doors: ZonedDateTime?
  package var homeTeam: String?
  package var awayTeam: String?
  package var homeAbbreviation: String?
  package var awayAbbreviation: String?
  package var competition: LocalizedText?
  /// Comma separated.
  package var performers: String?

  package init() {}

  /// When it is over: the end that was given, else start + duration, else start + 24 h.
  package var effectiveEnd: ZonedDateTime? {
    if let end { return end }
    guard let start else { return nil }
    return start.adding(seconds: duration.flatMap { $0 > 0 ? $0 : nil } ?? 86_400)
  }
}

package struct Venue: Sendable, Hashable {
  /// The site: a theatre, a museum, a stadium.
  package var name: LocalizedText?
  /// The space inside it.
  package var hall: LocalizedText?
  package var street: String?
  package var zip: String?
  package var city: String?
  /// ISO 3166 code.
  package var country: String?
  /// Degrees, -90 to 90.
  package var latitude: Double?
  /// Degrees, -180 to 180.
  package var longitude: Double?
  package var phone: String?
  /// IANA identifier.
  package var timeZone: String?

  package init() {}
}

package struct Seat: Sendable, Hashable {
  /// The physical configuration: how the hall was set up.
  package var configuration: String?
  package var area: String?
  package var block: String?
  package var row: String?
  package var number: String?
  package var entrance: String?
  package var level: String?
  package var category: LocalizedText?
  package var contingent: String?

  package init() {}
}

package struct Person: Sendable, Hashable {
  package var firstName: String?
  package var lastName: String?

  package init() {}

  package var name: String? {
    switch (firstName, lastName) {
    case (let first?, let last?): "\(first) \(last)"
    default: firstName ?? lastName
    }
  }
}

package struct Tariff: Sendable, Hashable {
  package var code: String?
  package var name: LocalizedText?
  package var level: String?

  package init() {}
}

package struct Product: Sendable, Hashable {
  package var id: String?
  package var code: String?
  package var name: LocalizedText?
  /// `SINGLE_ENTRY`, `SEASONTICKET`, `PASS`, …
  package var family: String?
  package var subtype: String?

  package init() {}
}

package struct Season: Sendable, Hashable {
  package var code: String?
  package var name: LocalizedText?

  package init() {}
}

/// The order a ticket belongs to, as far as the ticket needs to know it.
package struct OrderReference: Sendable, Hashable {
  package var id: String?
  /// The order's secret id: whoever has it may fetch the order.
  package var secret: String?
  package var date: ZonedDateTime?
  package var type: String?
  package var state: String?

  package init() {}
}

/// The file ("dossier"): all orders of one customer's case.
package struct FileReference: Sendable, Hashable {
  package var id: String?
  package var state: String?

  package init() {}
}

/// The buyer.
package struct Contact: Sendable, Hashable {
  package var number: String?
  package var person = Person()
  package var email: String?
  package var language: String?

  package init() {}
}
