/// The canonical names of what a ticket can hold.
///
/// One list for everything: what an order export's columns are mapped to, what the field map of Secutix's JSON fills,
/// what a template's sample tickets are written with, and what a template calls in Liquid.
package enum TicketField: String, Sendable, Hashable, CaseIterable {
  case ticketID = "ticket.id"
  case ticketMovement = "ticket.movement"
  case ticketOperation = "ticket.operation"
  case ticketBarcode = "ticket.barcode"
  case ticketState = "ticket.state"
  case ticketType = "ticket.type"
  case eventID = "event.id"
  case eventPerformance = "event.performance"
  case eventCode = "event.code"
  case eventName = "event.name"
  case eventSubtitle = "event.subtitle"
  case eventStart = "event.start"
  case eventEnd = "event.end"
  case eventDuration = "event.duration"
  case eventDoors = "event.doors"
  case eventHomeTeam = "event.home_team"
  case eventAwayTeam = "event.away_team"
  case eventHomeAbbreviation = "event.home_abbreviation"
  case eventAwayAbbreviation = "event.away_abbreviation"
  case eventCompetition = "event.competition"
  case eventPerformers = "event.performers"
  case venueName = "venue.name"
  case venueHall = "venue.hall"
  case venueStreet = "venue.street"
  case venueZip = "venue.zip"
  case venueCity = "venue.city"
  case venueCountry = "venue.country"
  case venueLatitude = "venue.latitude"
  case venueLongitude = "venue.longitude"
  case venuePhone = "venue.phone"
  case venueTimeZone = "venue.time_zone"
  case seatConfiguration = "seat.configuration"
  case seatArea = "seat.area"
  case seatBlock = "seat.block"
  case seatRow = "seat.row"
  case seatNumber = "seat.number"
  case seatEntrance = "seat.entrance"
  case seatLevel = "seat.level"
  case seatCategory = "seat.category"
  case seatContingent = "seat.contingent"
  case seatAddress = "seat.address"
  case holderFirstName = "holder.first_name"
  case holderLastName = "holder.last_name"
  case priceAmount = "price.amount"
  case priceCurrency = "price.currency"
  case tariffCode = "tariff.code"
  case tariffName = "tariff.name"
  case tariffLevel = "tariff.level"
  case productID = "product.id"
  case productCode = "product.code"
  case productName = "product.name"
  case productFamily = "product.family"
  case productSubtype = "product.subtype"
  case seasonCode = "season.code"
  case seasonName = "season.name"
  case orderID = "order.id"
  case orderSecret = "order.secret"
  case orderDate = "order.date"
  case orderType = "order.type"
  case orderState = "order.state"
  case fileID = "file.id"
  case fileState = "file.state"
  case contactNumber = "contact.number"
  case contactFirstName = "contact.first_name"
  case contactLastName = "contact.last_name"
  case contactEmail = "contact.email"
  case contactLanguage = "contact.language"

  /// How the text of a field is read.
  package enum Kind: String, Sendable, Hashable {
    /// An identifier: digits or letters, kept as text (Secutix's reach beyond 2^53).
    case id
    case text
    /// Text that may come with translations.
    case localized
    case barcode
    /// One of Secutix's words for a state.
    case state
    case date
    /// A number of seconds.
    case seconds
    case number
    /// An amount; the currency stands in `price.currency`.
    case money
    /// An ISO 4217 code.
    case currency
    /// `PhysicalConfiguration/Area/Block/Row/Number`, parts may be empty; fills the five seat fields.
    case seatAddress
  }

  package var kind: Kind {
    switch self {
    case .ticketID, .ticketMovement, .ticketOperation, .eventID, .eventPerformance, .productID, .orderID, .fileID: .id
    case .ticketBarcode: .barcode
    case .ticketState: .state
    case .eventStart, .eventEnd, .eventDoors, .orderDate: .date
    case .eventDuration: .seconds
    case .venueLatitude, .venueLongitude: .number
    case .priceAmount: .money
    case .priceCurrency: .currency
    case .seatAddress: .seatAddress
    case .eventName, .eventSubtitle, .eventCompetition, .venueName, .venueHall, .seatCategory, .tariffName,
      .productName,
      .seasonName:
      .localized
    default: .text
    }
  }
}
