import Foundation
import Issuance
import JSON
import Passes
import Testing

@testable import Server

/// One Chromium looks at all pages; each test here speaks for a group of what it saw.
@Suite("The buyer's page in a browser")
struct BuyersPageBrowserTests {
  @Test func `it fits every screen, with large text too`() throws { try expectAll("layout") }

  @Test func `it works by keyboard, reads aloud in order, and every text has contrast`() throws {
    try expectAll("access")
  }

  @Test func `a computer hands over to a phone, and a phone is shown no code`() throws { try expectAll("devices") }

  @Test func `its policy lets it be as it is, and nobody else is asked`() throws { try expectAll("quiet") }

  // MARK: - What the browser saw

  private struct Check {
    let group: String
    let name: String
    let passed: Bool
    let found: String
  }

  private func expectAll(_ group: String) throws {
    let checks = try Self.checks.get().filter { $0.group == group }
    try #require(checks.count > 1, "nothing was looked at")
    for check in checks { #expect(check.passed, "\(check.name): \(check.found)") }
  }

  private static let checks = Result { () throws -> [Check] in
    let folder = URL.temporaryDirectory.appending(path: "passmint-buyers-page-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, page) in try pages() { try Data(page).write(to: folder.appending(path: "\(name).html")) }
    try Data(BuyersPage.contentSecurityPolicy.utf8).write(to: folder.appending(path: "policy.txt"))
    try Data(BuyersPagePasses.address.utf8).write(to: folder.appending(path: "address.txt"))
    let said = folder.appending(path: "said")
    try Data().write(to: said)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "buyers_page.py").path
    process.arguments = [
      ProcessInfo.processInfo.environment["PASSMINT_PYTHON"] ?? "python3", script, folder.path,
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
    process.standardOutput = try FileHandle(forWritingTo: said)
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "buyers_page.py failed; or is something of requirements.txt missing?")
    return try String(decoding: Data(contentsOf: said), as: UTF8.self).split(separator: "\n").map { line in
      let line = try JSONValue(parsing: Array(line.utf8))
      return Check(
        group: try #require(line["group"]?.stringValue), name: try #require(line["name"]?.stringValue),
        passed: try #require(line["passed"]?.bool as Bool?), found: try #require(line["found"]?.stringValue))
    }
  }

  private static func pages() throws -> [String: [UInt8]] {
    let concert = try BuyersPagePasses("concert")
    let two = try BuyersPagePasses.page(concert.row(2))
    let mixed = try mixedTickets()
    func bytes(_ page: BuyersPage, _ language: String, _ userAgent: String?) -> [UInt8] {
      page.html(acceptLanguage: language, userAgent: userAgent).bytes
    }
    let seat = try concert.sample("seat")
    return [
      "english": try bytes(BuyersPagePasses.page(concert.row(1)), "en-GB", UserAgents.safari),
      "arabic": bytes(BuyersPagePasses.page(mixed, house: "دار الفنون", waiting: 12), "ar-EG", UserAgents.safari),
      "german": bytes(BuyersPagePasses.page(mixed, waiting: 1), "de", UserAgents.apps[0].1),
      "dutch": try bytes(BuyersPagePasses.page(concert.row(11)), "nl", UserAgents.safari),
      "many": try bytes(BuyersPagePasses.page(concert.row(60)), "it", UserAgents.otherBrowsers[1].1),
      "android": bytes(two, "es", UserAgents.androidInstagram),
      "desktop": bytes(two, "fr", UserAgents.windows),
      "mac": bytes(two, "en-US", UserAgents.mac),
      "badge": bytes(
        try BuyersPagePasses.page(concert.row(2), badges: ["en": "/badge.svg"]), "en", UserAgents.safari),
      "cancelled": try bytes(
        BuyersPagePasses.page((1...2).map { try concert.ticket(seat, number: $0, state: .voided) }), "en", nil),
      "long": bytes(longNames(), "de", UserAgents.safari),
      "colours": bytes(colours(), "en", UserAgents.safari),
      "empty": bytes(BuyersPagePasses.page([]), "en", nil),
      "unknown": BuyersPage.unknown(acceptLanguage: "fr").bytes,
      "trouble": BuyersPage.trouble(acceptLanguage: "ar").bytes,
    ]
  }

  /// Every template's samples in every state, with and without their strings.
  private static func mixedTickets() throws -> [BuyersPage.Ticket] {
    var tickets: [BuyersPage.Ticket] = []
    for name in [
      "concert", "festival", "match", "museum", "membership", "season-ticket", "shuttle", "voucher",
    ] {
      let passes = try BuyersPagePasses(name)
      for (index, sample) in passes.template.samples.enumerated() {
        let state = IssuedPass.State.allCases[index % 3]
        tickets.append(
          try passes.ticket(
            sample.ticket, number: tickets.count + 1, state: state, withStrings: tickets.count.isMultiple(of: 2)))
      }
    }
    return tickets
  }

  /// Names of sixty letters without a space, in everything that a ticket says.
  private static func longNames() -> BuyersPage {
    let long = String(repeating: "Donaudampfschifffahrt", count: 3)
    let emoji = String(repeating: "👩‍👩‍👧‍👦🎻", count: 20)
    let arabic = String(repeating: "مهرجانالموسيقى", count: 5)
    let tickets = [long, emoji, arabic, "\u{202E}" + long].enumerated().map { index, name in
      let json: JSONValue = [
        "backgroundColor": "#777777",
        "semantics": [
          "eventName": .string(name), "venueName": .string(name), "attendeeName": .string(name),
          "eventStartDate": "2027-07-16T15:00:00+02:00", "eventEndDate": "2027-07-18T23:00:00+02:00",
          "seats": [["seatSection": .string(name), "seatRow": .string(name), "seatNumber": .string(name)]],
        ],
      ]
      return BuyersPagePasses.ticket(
        number: index + 1, event: name, seat: name, rendered: [.init(path: "pass.json", bytes: json.serialized())])
    }
    return BuyersPagePasses.page(tickets, house: long)
  }

  /// Grounds on which neither black nor white is a matter of course.
  private static func colours() -> BuyersPage {
    let grounds = ["rgb(118,118,118)", "rgb(255,0,0)", "#0af", "rgb(0,128,0)", "#ffffff", "#000000", "nonsense"]
    return BuyersPagePasses.page(
      grounds.enumerated().map { index, ground in
        let json: JSONValue = [
          "backgroundColor": .string(ground), "foregroundColor": .string(ground),
          "semantics": ["eventName": .string("Evening \(index)"), "venueName": "Hall"],
        ]
        return BuyersPagePasses.ticket(
          number: index + 1, event: nil, seat: nil, rendered: [.init(path: "pass.json", bytes: json.serialized())])
      })
  }
}
