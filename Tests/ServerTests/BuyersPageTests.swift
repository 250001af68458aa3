import Foundation
import Issuance
import Passes
import Testing
import Tickets

@testable import Server

@Suite("The buyer's page")
struct BuyersPageTests {
  private func text(
    _ page: BuyersPage, _ language: String? = "en", _ userAgent: String? = UserAgents.safari
  ) -> String {
    String(decoding: page.html(acceptLanguage: language, userAgent: userAgent).bytes, as: UTF8.self)
  }

  private func count(_ part: String, in text: String) -> Int { text.components(separatedBy: part).count - 1 }

  // MARK: Tickets and their links

  @Test(arguments: [1, 2, 11, 60]) func `every pass has its link, and only once`(count tickets: Int) throws {
    let html = try text(BuyersPagePasses.page(BuyersPagePasses("concert").row(tickets)))
    for number in 1...tickets {
      #expect(count(#"href="/t/token-\#(number).pkpass""#, in: html) == 1, "pass \(number)")
      #expect(count("<bdi>\(20 + number)</bdi>", in: html) == 1, "seat of pass \(number)")
    }
  }

  @Test func `a cancelled ticket has no link, and says so; a used one has both`() throws {
    let concert = try BuyersPagePasses("concert")
    let seat = try concert.sample("seat")
    let tickets = try [
      concert.ticket(seat, number: 1), concert.ticket(seat, number: 2, state: .voided),
      concert.ticket(seat, number: 3, state: .used),
    ]
    let html = text(BuyersPagePasses.page(tickets))
    #expect(html.contains("token-1.pkpass") && html.contains("token-3.pkpass"))
    #expect(!html.contains("token-2.pkpass"))
    #expect(count(">Cancelled<", in: html) == 1)
    #expect(count(">Used<", in: html) == 1)
    #expect(!html.contains("All tickets of this order were cancelled"))
    #expect(count("<h2 id=\"event", in: html) == 1, "the three are of one evening")
  }

  @Test func `when all are cancelled the page says so first, and offers nothing`() throws {
    let concert = try BuyersPagePasses("concert")
    let seat = try concert.sample("seat")
    let tickets = try (1...2).map { try concert.ticket(seat, number: $0, state: .voided) }
    let page = BuyersPagePasses.page(tickets)
    for userAgent in [UserAgents.safari, UserAgents.windows, UserAgents.apps[0].1] {
      let html = text(page, "en", userAgent)
      let said = try #require(html.range(of: "All tickets of this order were cancelled"))
      let first = try #require(html.range(of: "<h2"))
      #expect(said.lowerBound < first.lowerBound)
      #expect(
        !html.contains("<a ") && !html.contains("show the pass") && !html.contains("class=\"scan\"")
          && !html.contains("class=\"hint\""))
    }
    #expect(text(BuyersPagePasses.page([tickets[0]])).contains("This ticket was cancelled"))
  }

  @Test func `several at once are offered to Safari on iOS alone, ten by ten`() throws {
    let concert = try BuyersPagePasses("concert")
    let eleven = try text(BuyersPagePasses.page(concert.row(11)))
    #expect(eleven.contains(#"href="/t/order-0.pkpasses">Add tickets 1 to 10<"#))
    #expect(eleven.contains(#"href="/t/order-1.pkpasses">Add ticket 11<"#))
    let thirteen = try text(BuyersPagePasses.page(concert.row(13)))
    #expect(thirteen.contains("Add tickets 11 to 13"))
    let two = try BuyersPagePasses.page(concert.row(2))
    #expect(text(two).contains(#"href="/t/order-0.pkpasses">Add all to Apple Wallet<"#))
    // An iPad says that it is a Mac: there the style decides by touch.
    #expect(text(two, "en", UserAgents.mac).contains(#"<section class="bundles touch""#))
    for (name, userAgent) in UserAgents.apps + UserAgents.otherBrowsers + [
      ("Android", UserAgents.android), ("Windows", UserAgents.windows), ("Chrome", UserAgents.macChrome),
    ] {
      #expect(!text(two, "en", userAgent).contains(".pkpasses\""), "\(name)")
    }
    #expect(try !text(BuyersPagePasses.page(concert.row(1))).contains(".pkpasses\""))
  }

  @Test func `ranges count the tickets that can be added`() throws {
    let concert = try BuyersPagePasses("concert")
    var tickets = try concert.row(12)
    tickets[2] = try concert.ticket(concert.sample("seat"), number: 3, state: .voided)
    let html = text(BuyersPagePasses.page(tickets))
    #expect(html.contains("Add tickets 1 to 10") && html.contains("Add ticket 11<"))
    #expect(html.contains(">Ticket 11<") && !html.contains(">Ticket 12<"))
  }

  // MARK: What is said of a ticket

  @Test func `event, date, place, seat and holder are as on the pass, in the reader's language`() throws {
    let page = try BuyersPagePasses.page(BuyersPagePasses("concert").row(1))
    let german = text(page, "de-CH")
    for part in [
      "<bdi>Wintergala</bdi>", "Freitag, 15. Januar 2027", "19:30", "Einlass ab 18:45",
      "<bdi>Sorana Concert Hall, Großer Saal, Lyon</bdi>", "<bdi>Bereich</bdi></dt><dd><bdi>Parterre, B</bdi>",
      "<bdi>Reihe</bdi></dt><dd><bdi>F</bdi>", "<bdi>Platz</bdi></dt><dd><bdi>21</bdi>",
      "<bdi>Eingang</bdi></dt><dd><bdi>3</bdi>", "<bdi>Ana Moreau</bdi>", #"datetime="2027-01-15T19:30:00+01:00""#,
      "<title>Ihre Tickets: Wintergala – Maison des Arts</title>",
    ] { #expect(german.contains(part), "\(part)") }
    #expect(
      text(page, "en-GB").contains("Friday, 15 January 2027") || text(page, "en-GB").contains("Friday 15 January"))
    #expect(text(page, "en-US").contains("Friday, January 15, 2027"))
    #expect(!german.contains("7203958116402780031"), "a barcode's number is on the page")
  }

  @Test func `labels that the pass keeps in strings of others are replaced by words of the language`() throws {
    let concert = try BuyersPagePasses("concert")
    let ticket = try concert.ticket(concert.sample("used"), number: 1, withStrings: false)
    let seat = try BuyersPagePasses("match").ticket(
      BuyersPagePasses("match").sample("seat"), number: 2, withStrings: false)
    let html = text(BuyersPagePasses.page([ticket, seat]), "it")
    #expect(html.contains("<bdi>Fila</bdi>") && html.contains("<bdi>Posto</bdi>"))
    #expect(!html.contains("label_") && !html.contains("free_seating"))
  }

  @Test func `every template's tickets say what they are for`() throws {
    for (name, words) in [
      ("festival", "Merula 2027"), ("match", "Corvale Rovers"), ("museum", "Forms of Light"),
      ("membership", "Membership card"), ("season-ticket", "Season ticket"), ("shuttle", "Zell – Orsin Lake"),
      ("voucher", "Gift voucher"),
    ] {
      let passes = try BuyersPagePasses(name)
      let tickets = try passes.template.samples.enumerated().map { try passes.ticket($1.ticket, number: $0 + 1) }
      let html = text(BuyersPagePasses.page(tickets))
      #expect(html.contains(words), "\(name)")
      #expect(!html.contains("pass_description"), "\(name)")
      for sample in passes.template.samples {
        if let barcode = sample.ticket.barcode?.text { #expect(!html.contains(barcode), "\(name)") }
      }
    }
  }

  @Test(arguments: ["", "{", "[]", "null", #"{"semantics": 7, "eventTicket": [], "relevantDates": {}}"#, "\u{0}"])
  func `a pass that cannot be read is shown by the words of the store`(json: String) throws {
    let broken = BuyersPagePasses.ticket(
      number: 1, event: "Winter Gala", seat: "Parterre · B · F · 21",
      rendered: [
        .init(path: "pass.json", bytes: Array(json.utf8)), .init(path: "de.lproj/pass.strings", bytes: [0xFF]),
      ])
    let html = text(BuyersPagePasses.page([broken]), "de")
    #expect(html.contains("<bdi>Winter Gala</bdi>") && html.contains("<bdi>Parterre · B · F · 21</bdi>"))
    #expect(html.contains("/t/token-1.pkpass"))
  }

  @Test func `a pass of which nothing is known still has its link`() {
    let html = text(BuyersPagePasses.page([BuyersPagePasses.ticket(number: 1, event: nil, seat: nil, rendered: [])]))
    #expect(html.contains("/t/token-1.pkpass") && html.contains("<title>Your tickets – Maison des Arts</title>"))
  }

  @Test func `tickets that wait, and none at all`() throws {
    let row = try BuyersPagePasses("concert").row(1)
    #expect(text(BuyersPagePasses.page(row, waiting: 1)).contains("One ticket is not ready yet"))
    #expect(text(BuyersPagePasses.page(row, waiting: 3)).contains("3 tickets are not ready yet"))
    #expect(!text(BuyersPagePasses.page(row)).contains("not ready yet"))
    #expect(text(BuyersPagePasses.page([])).contains("There are no tickets here yet"))
    #expect(!text(BuyersPagePasses.page([], waiting: 2)).contains("There are no tickets here yet"))
  }

  // MARK: Safety

  @Test func `whatever a ticket says is text`() throws {
    let hostile = #"</style><script>alert(1)</script><img src=x onerror=alert(2)>"'&"#
    let json = #"{"semantics": {"eventName": "\#(hostile.replacing("\"", with: "\\\""))", "venueName": "<b>x</b>"}}"#
    let ticket = BuyersPagePasses.ticket(
      number: 1, event: hostile, seat: hostile, rendered: [.init(path: "pass.json", bytes: Array(json.utf8))])
    let page = BuyersPage(
      house: hostile, tickets: [ticket], bundles: ["/\"><script>"], waiting: 0,
      address: "https://x.example/\"><script>", badges: ["en": "\"><script>"])
    for userAgent in [nil, UserAgents.safari, UserAgents.windows, UserAgents.apps[0].1, hostile] {
      let html = text(page, hostile, userAgent)
      #expect(!html.lowercased().contains("<script") && !html.contains("<img src=x") && !html.contains("<b>"))
      #expect(count("</style>", in: html) == 1)
    }
  }

  @Test func `a name's direction stays its own, and stays out of the title`() {
    let name = "\u{202E}gala\u{2067}"
    let html = text(BuyersPagePasses.page([BuyersPagePasses.ticket(number: 1, event: name, seat: nil, rendered: [])]))
    #expect(html.contains("<bdi>\(name)</bdi>"))
    #expect(html.contains("<title>Your tickets: gala – Maison des Arts</title>"))
  }

  // MARK: Languages

  @Test(arguments: [
    (nil, "en"), ("", "en"), ("fr", "fr"), ("de-AT,de;q=0.9,en;q=0.8", "de"), ("en;q=0.4, it;q=0.8", "it"),
    ("zh-CN, es;q=0.3", "es"), ("fr;q=0, nl;q=0.1", "nl"), ("AR-eg", "ar"), ("zh, *;q=0.5, fr;q=0.1", "en"),
    ("ja", "en"), (";;;,,,q=1", "en"), ("fr;q=nonsense,de;q=0.1", "de"), ("\u{202E}<script>", "en"),
  ])
  func `the language is what the reader asked for most`(header: String?, language: String) {
    let page = BuyersPagePasses.page([])
    #expect(page.html(acceptLanguage: header, userAgent: nil).language == language)
    #expect(text(page, header).contains(#"<html lang="\#(language)" dir="\#(language == "ar" ? "rtl" : "ltr")">"#))
    #expect(BuyersPage.unknown(acceptLanguage: header).language == language)
    #expect(BuyersPage.trouble(acceptLanguage: header).language == language)
  }

  @Test func `every language says everything, in words of its own`() throws {
    func all(_ words: BuyersPageWords) -> [String: String] {
      Dictionary(
        uniqueKeysWithValues: Mirror(reflecting: words).children.map { ($0.label ?? "", $0.value as? String ?? "") })
    }
    let english = all(BuyersPageWords.words(in: "en"))
    // Words that are the same in several languages.
    let shared: Set = ["ticket", "ticketNumber", "holder"]
    for language in BuyersPageWords.languages.dropFirst() {
      for (key, text) in all(BuyersPageWords.words(in: language)) {
        #expect(!text.isEmpty, "\(language) \(key)")
        let places = { (text: String) in text.matches(of: /\{[a-z]+\}/).map { String($0.0) }.sorted() }
        #expect(places(text) == places(english[key] ?? ""), "\(language) \(key)")
        if !shared.contains(key) { #expect(text != english[key], "\(language) \(key) is English") }
      }
    }
  }

  // MARK: Hints

  @Test func `inside apps the page says where to open it, and gives its address`() throws {
    let page = try BuyersPagePasses.page(BuyersPagePasses("concert").row(2))
    for (name, userAgent) in UserAgents.apps {
      let html = text(page, "en", userAgent)
      #expect(html.contains("Open this page in Safari") && html.contains("inside \(name)."), "\(name)")
      #expect(html.contains(">\(BuyersPagePasses.address)</code>"), "\(name)")
      #expect(html.contains("token-2.pkpass"), "\(name)")
    }
    #expect(text(page, "en", UserAgents.nameless).contains("inside this app."))
    for (name, userAgent) in UserAgents.otherBrowsers {
      let html = text(page, "en", userAgent)
      #expect(html.contains("Open this page in Safari") && html.contains(">\(name) may not"), "\(name)")
    }
    for userAgent in [UserAgents.safari, UserAgents.mac, UserAgents.macChrome, UserAgents.windows, nil] {
      #expect(!text(page, "en", userAgent).contains("class=\"hint\""))
    }
  }

  @Test func `on Android passes are downloaded`() throws {
    let page = try BuyersPagePasses.page(BuyersPagePasses("concert").row(2), badges: ["en": "/badges/en.svg"])
    let html = text(page, "en", UserAgents.android)
    #expect(html.contains("Apple Wallet is not available on Android") && html.contains(">Download pass<"))
    #expect(!html.contains("Add to Apple Wallet") && !html.contains("/badges/"))
    #expect(!html.contains("Safari"))
    let inside = text(page, "en", UserAgents.androidInstagram)
    #expect(inside.contains("Open this page in your browser") && inside.contains("inside Instagram"))
  }

  @Test(arguments: [("fr-CA", "/b/fr-ca"), ("fr", "/b/fr"), ("de", "/b/en"), ("ja", "/b/en")])
  func `Apple's artwork is that of the language, else of English`(language: String, address: String) throws {
    let page = try BuyersPagePasses.page(
      BuyersPagePasses("concert").row(1), badges: ["en": "/b/en", "fr": "/b/fr", "fr-CA": "/b/fr-ca"])
    let html = text(page, language)
    #expect(html.contains(#"<img src="\#(address)" alt=""#))
    #expect(!html.contains("class=\"button\""))
    #expect(try !text(BuyersPagePasses.page(BuyersPagePasses("concert").row(1), badges: ["es": "/b"])).contains("<img"))
  }
}
