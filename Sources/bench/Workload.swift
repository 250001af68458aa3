import Foundation
import PassBundle
import Passes
import Tickets
import ZonedTime

/// The work that is measured: an event ticket with eight fields, a QR code and six images that no compressor can shrink,
/// as photographs are; every pass has a serial number and a barcode of its own.
struct Workload {
  let template: PassTemplate
  let certificates: ExampleCertificates
  let issuer: PassIssuer
  let keys = PassKeys(tenant: "bench")

  /// Bytes of icon, icon@2x, logo, logo@2x, strip@2x and thumbnail@2x: 253,867 in all.
  static let largeImages = [1_843, 6_634, 8_847, 31_704, 160_371, 44_468]
  /// 20 KB in all.
  static let smallImages = [600, 1_400, 1_800, 4_200, 9_000, 3_000]

  static let imageNames = ["icon.png", "icon@2x.png", "logo.png", "logo@2x.png", "strip@2x.png", "thumbnail@2x.png"]

  static let pass = """
    {
      "organizationName": "Maison des Arts", "description": "Concert ticket",
      "backgroundColor": "rgb(20, 24, 40)", "foregroundColor": "rgb(255, 255, 255)",
      "eventTicket": {
        "headerFields": [{"key": "date", "label": "DATE", "value": "{{ event.start }}", "dateStyle": "PKDateStyleShort"}],
        "primaryFields": [{"key": "event", "label": "EVENT", "value": "{{ event.name }}"}],
        "secondaryFields": [
          {"key": "hall", "label": "HALL", "value": "{{ venue.name }}, {{ venue.hall }}"},
          {"key": "category", "label": "CATEGORY", "value": "{{ seat.category }}"}],
        "auxiliaryFields": [
          {"key": "block", "label": "BLOCK", "value": "{{ seat.block }}"},
          {"key": "row", "label": "ROW", "value": "{{ seat.row }}"},
          {"key": "seat", "label": "SEAT", "value": "{{ seat.number }}"}],
        "backFields": [{"key": "holder", "label": "HOLDER", "value": "{{ holder.name }}"}]
      },
      "relevantDates": [{"date": "{{ event.start }}"}],
      "barcodes": [{"format": "PKBarcodeFormatQR", "message": "{{ ticket.barcode }}", "messageEncoding": "iso-8859-1",
        "altText": "{{ ticket.barcode }}"}]
    }
    """

  init(images: [Int], certificates: ExampleCertificates) throws {
    self.certificates = certificates
    template = try PassTemplate(name: "bench", files: Self.files(images: images))
    issuer = PassIssuer(
      passTypeIdentifier: certificates.identity.passTypeIdentifier,
      teamIdentifier: certificates.identity.teamIdentifier,
      tenant: "bench")
  }

  /// Tickets of a worker's own, as the reader of an export makes them.
  func freshTickets() throws -> [Ticket] { try (0..<512).map { try Self.ticket($0) } }

  static func files(images: [Int]) -> PassFiles {
    var files = PassFiles(["pass.json": Array(pass.utf8)])
    for (name, size) in zip(imageNames, images) { files[name] = NoisyPNG.bytes(about: size) }
    return files
  }

  static let usualStart = "2027-01-15T19:30:00+01:00"

  static func ticket(_ number: Int, start: String = usualStart) throws -> Ticket {
    var draft = TicketDraft()
    let row = csvRow(number)
    for (field, text) in zip(fields, row) { try draft.set(field, .text(text)) }
    if let start = ZonedDateTime(iso8601: start) { try draft.set(.eventStart, .date(start)) }
    return try draft.ticket()
  }

  private static let fields: [TicketField] = [
    .orderID, .ticketMovement, .ticketState, .ticketBarcode, .eventName, .venueName, .venueHall, .seatCategory,
    .seatBlock, .seatRow, .seatNumber, .holderFirstName, .holderLastName,
  ]

  static let csvHeader =
    "order_id,movement_id,state,barcode,event,venue,hall,category,block,row,seat,first_name,last_name,start_date"

  static func csvRow(_ number: Int) -> [String] {
    let digits = String(number)
    let barcode = "0411772039" + String(repeating: "0", count: 14 - digits.count) + digits
    return [
      "\(10_000_912_345 + number / 4)", "\(10_228_900_002_001 + number)", "PRINTED", barcode, "Symphonic Gala",
      "Maison des Arts", "Grande Salle", "Category 1", "B", "\(number / 40 % 30 + 1)", "\(number % 40 + 1)", "Ana",
      "Moreau",
    ]
  }
}
