import Foundation
import Issuance
import PassBundle
import Passes
import Tickets

@testable import Server

/// Passes as the service composes and remembers them, of the templates that come along.
struct BuyersPagePasses {
  static let issuer = PassIssuer(
    passTypeIdentifier: "pass.org.example.tickets", teamIdentifier: "EXAMPLE123", tenant: "Maison des Arts")

  static let address = "https://passes.example.org/t/8Zr2Q0mYkVbqf1c3tWnJ5uXsLh7ePdAo"

  let template: PassTemplate

  init(_ name: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    template = try PassTemplate(folder: root.appending(path: "templates/\(name).pkpasstemplate").path)
  }

  /// The ticket of a sample.
  func sample(_ name: String) throws -> Tickets.Ticket {
    guard let sample = template.samples.first(where: { $0.name.contains(name) }) else {
      throw CocoaError(.fileNoSuchFile)
    }
    return sample.ticket
  }

  /// A ticket of the page.
  ///
  /// - Parameters:
  ///   - number: makes the serial number, and so the address.
  ///   - withStrings: hands over the files that passes share, too.
  func ticket(
    _ ticket: Tickets.Ticket, number: Int, state: IssuedPass.State = .valid, withStrings: Bool = true
  ) throws -> BuyersPage.Ticket {
    let serial = "serial-\(number)"
    let contents = try template.contents(
      for: ticket, issuer: Self.issuer, serialNumber: serial, isVoided: state == .voided)
    let seat = [ticket.seat.area, ticket.seat.block, ticket.seat.row, ticket.seat.number].compactMap { $0 }
    return Self.ticket(
      number: number, state: state, event: ticket.event.name?.text,
      seat: seat.isEmpty ? nil : seat.joined(separator: " · "), rendered: contents.rendered,
      shared: withStrings ? contents.assets.files.filter { $0.path.hasSuffix(".strings") } : [])
  }

  static func ticket(
    number: Int, state: IssuedPass.State = .valid, event: String?, seat: String?, rendered: [PassAssets.File],
    shared: [PassAssets.File] = []
  ) -> BuyersPage.Ticket {
    let pass = IssuedPass(
      serialNumber: "serial-\(number)", template: "concert", state: state, event: event, seat: seat, rendered: rendered,
      assetsDigest: [], contentDigest: [], asOf: 0)
    return BuyersPage.Ticket(
      record: PassRecord(tenant: "a", pass: pass, updateTag: 1, changedAt: 0, createdAt: 0),
      download: "/t/token-\(number).pkpass", shared: shared)
  }

  /// A ticket with values of its own.
  static func written(_ json: String) throws -> Tickets.Ticket {
    try Tickets.Ticket(sample: Array(json.utf8), path: "ticket.json")
  }

  /// Seats of one evening, in a row.
  func row(_ count: Int, from first: Int = 1) throws -> [BuyersPage.Ticket] {
    try (first..<(first + count)).map { number in
      try ticket(
        Self.written(
          """
          {"ticket": {"barcode": "00\(number)7203958116402780031", "state": "PRINTED"},
           "event": {"name": {"en": "Winter Gala", "fr": "Gala d’hiver", "de": "Wintergala"},
             "start": "2027-01-15T19:30:00+01:00", "end": "2027-01-15T21:45:00+01:00",
             "doors": "2027-01-15T18:45:00+01:00"},
           "venue": {"name": "Sorana Concert Hall", "city": "Lyon",
             "hall": {"en": "Great Hall", "fr": "Grande Salle", "de": "Großer Saal"}},
           "seat": {"area": "Parterre", "block": "B", "row": "F", "number": "\(20 + number)", "entrance": "3"},
           "holder": {"first_name": "Ana", "last_name": "Moreau"}}
          """), number: number)
    }
  }

  /// A page of these tickets, with as many bundles as they need.
  static func page(
    _ tickets: [BuyersPage.Ticket], house: String = "Maison des Arts", waiting: Int = 0, badges: [String: String] = [:]
  ) -> BuyersPage {
    let count = tickets.count { $0.record.pass.state != .voided }
    let bundles = count < 2 ? [] : (0..<(count + 9) / 10).map { "/t/order-\($0).pkpasses" }
    return BuyersPage(
      house: house, tickets: tickets, bundles: bundles, waiting: waiting, address: address, badges: badges)
  }
}

/// Programs as they call themselves.
enum UserAgents {
  static let safari =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    + "Mobile/15E148 Safari/604.1"
  static let mac =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15"
  static let macChrome =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Safari/537.36"
  static let windows =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Safari/537.36"
  static let android =
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Mobile Safari/537.36"
  private static let view =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
  private static let start =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "

  static let nameless = view
  /// Apps with their names.
  static let apps = [
    ("Instagram", view + " Instagram 380.0.0.28.104 (iPhone15,2; iOS 18_5; en_US; scale=3.00; 1179x2556)"),
    ("Facebook", view + " [FBAN/FBIOS;FBAV/510.0.0.40.98;FBBV/734402567;FBDV/iPhone15,2;FBMD/iPhone]"),
    ("Messenger", view + " [FBAN/MessengerForiOS;FBAV/470.0.0.37.108;FBDV/iPhone15,2]"),
    ("LINE", view + " Safari Line/15.7.0"),
    ("Snapchat", view + " Snapchat/13.40.0.40 (like Safari/8621.2.5, panda)"),
    ("TikTok", view + " musical_ly_39.7.0 JsSdk/2.0 NetType/WIFI BytedanceWebview/d8a21c6"),
    ("LinkedIn", view + " [LinkedInApp]/9.31.1128"),
    ("WeChat", view + " MicroMessenger/8.0.59(0x18003b2f) NetType/WIFI Language/en"),
    ("Google", start + "GSA/370.0.762543316 Mobile/15E148 Safari/604.1"),
    ("Gmail", view + " Gmail/6.0.250505"),
  ]
  static let otherBrowsers = [
    ("Chrome", start + "CriOS/136.0.7103.91 Mobile/15E148 Safari/604.1"),
    ("Firefox", start + "FxiOS/138.2 Mobile/15E148 Safari/605.1.15"),
    ("Edge", start + "Version/18.0 EdgiOS/136.0.3240.91 Mobile/15E148 Safari/604.1"),
    // What Chrome says when a desktop site is asked for.
    (
      "Chrome",
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_4) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/136 "
        + "Version/11.1.1 Safari/605.1.15"
    ),
  ]
  static let androidInstagram =
    "Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    + "Version/4.0 Chrome/136.0.7103.60 Mobile Safari/537.36 Instagram 380.0.0.38.108 Android"
}
