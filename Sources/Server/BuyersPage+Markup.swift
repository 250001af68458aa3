import Issuance
import JSON
import PassPreview

/// A buyer's page being written.
struct BuyersPageMarkup {
  let page: BuyersPage
  let reader: BuyersPage.Reader
  let visitor: BuyersPageVisitor
  let dates: WalletText
  let groups: [Group]
  let tickets: [BuyersPageTicket]
  let badge: String?
  var html = HTML()

  /// Tickets that stand under one heading.
  struct Group {
    var event: BuyersPageEvent
    var tickets: [BuyersPageTicket]
  }

  var words: BuyersPageWords { reader.words }

  init(_ page: BuyersPage, _ reader: BuyersPage.Reader, visitor: BuyersPageVisitor) {
    self.page = page
    self.reader = reader
    self.visitor = visitor
    dates = WalletText(language: reader.tag)
    var number = 0
    tickets = page.tickets.map { ticket in
      if ticket.record.pass.state != .voided { number += 1 }
      return BuyersPageTicket(
        ticket, number: ticket.record.pass.state == .voided ? nil : number, language: reader.language)
    }
    var groups: [Group] = []
    for ticket in tickets {
      if let index = groups.firstIndex(where: { $0.event.isSame(as: ticket.event) }) {
        groups[index].tickets.append(ticket)
        if groups[index].event.ground == nil { groups[index].event = ticket.event }
      } else {
        groups.append(Group(event: ticket.event, tickets: [ticket]))
      }
    }
    self.groups = groups
    badge = visitor.hasAppleWallet ? Self.badge(page.badges, for: reader) : nil
  }

  /// Apple's artwork for the reader's tag, else for the language, else in English.
  private static func badge(_ badges: [String: String], for reader: BuyersPage.Reader) -> String? {
    // The page's language and not only the tag: `pt-BR` reads an English page.
    let wanted = [reader.tag, reader.language, "en"].map { $0.lowercased() }
    return wanted.lazy.compactMap { wanted in badges.first { $0.key.lowercased() == wanted }?.value }.first
  }

  mutating func written() -> String {
    html.raw("<header class=\"top\">")
    if !page.house.isEmpty {
      html.raw("<p class=\"house\">")
      name(page.house)
      html.raw("</p>")
    }
    html.element("h1", text: words.title)
    html.raw("</header><main>")
    notices()
    hint()
    if hasSomethingToAdd {
      scan()
      bundles()
    }
    for (index, group) in groups.enumerated() { write(group, index: index) }
    html.raw("</main><footer>")
    if hasSomethingToAdd {
      html.element("p", text: words.notATicket)
      html.element("p", text: words.privateNote)
    }
    html.raw("</footer>")
    let events = groups.map(\.event.name)
    let event = events.count == 1 ? events[0] : nil
    var title = event.map { "\(words.title): \($0)" } ?? words.title
    if !page.house.isEmpty { title += " – \(page.house)" }
    return BuyersPageFrame.page(reader, title: title, body: html)
  }

  private var hasSomethingToAdd: Bool { tickets.contains { $0.state != .voided } }

  // MARK: Above the tickets

  private mutating func notices() {
    if tickets.isEmpty, page.waiting <= 0 {
      notice(words.empty)
    } else if !tickets.isEmpty, !hasSomethingToAdd {
      notice(tickets.count == 1 && page.waiting <= 0 ? words.ticketCancelled : words.orderCancelled, isGrave: true)
    }
    if page.waiting == 1 {
      notice(words.waitingOne)
    } else if page.waiting > 1 {
      notice(BuyersPageWords.filled(words.waitingMany, ["n": number(page.waiting)]))
    }
  }

  private mutating func notice(_ text: String, isGrave: Bool = false) {
    html.element("p", ["class": isGrave ? "notice grave" : "notice"], text: text)
  }

  /// What a reader has to know about the program in hand. Not where there is nothing to add.
  private mutating func hint() {
    guard hasSomethingToAdd || page.waiting > 0 else { return }
    func filled(_ text: String, _ name: String?) -> String {
      BuyersPageWords.filled(text, ["app": name ?? words.inAppUnnamed])
    }
    switch (visitor.system, visitor.program) {
    case (.iOS, .insideApp(let name)), (.mac, .insideApp(let name)):
      hint(words.safariTitle, filled(words.inAppText, name), id: "hint", withAddress: true)
    case (.iOS, .otherOnIOS(let name)):
      hint(words.safariTitle, filled(words.otherBrowserText, name), id: "hint", withAddress: true)
    case (_, .insideApp(let name)):
      hint(words.browserTitle, filled(words.androidInAppText, name), id: "hint", withAddress: true)
    default: break
    }
    if visitor.system == .android { hint(words.androidTitle, words.androidText, id: "android", withAddress: false) }
  }

  private mutating func hint(_ title: String, _ text: String, id: String, withAddress: Bool) {
    html.open("section", ["class": "hint", "aria-labelledby": id])
    html.element("h2", ["id": id], text: title)
    html.element("p", text: text)
    if withAddress {
      html.raw("<p>")
      html.element("code", ["class": "address", "dir": "ltr", "aria-label": words.addressLabel], text: page.address)
      html.raw("</p>")
    }
    html.raw("</section>")
  }

  /// For a computer: the way to the phone. Where it may be either, the style shows it to those with a mouse: iPads say they
  /// are Macs.
  private mutating func scan() {
    guard visitor.system != .iOS, visitor.system != .android,
      let code = try? BarcodeDrawing(format: "PKBarcodeFormatQR", message: page.address, encoding: "utf-8")
    else { return }
    html.raw("<section class=\"scan\" aria-labelledby=\"scan\">")
    // Four modules of quiet zone around it (ISO/IEC 18004, 6.3.8).
    let (width, height) = (code.columns + 8, code.rows + 8)
    html.open(
      "svg",
      [
        "viewBox": "-4 -4 \(width) \(height)", "role": "img", "aria-label": words.scanLabel,
        "shape-rendering": "crispEdges",
      ])
    html.open("rect", ["x": "-4", "y": "-4", "width": "\(width)", "height": "\(height)", "fill": "#fff"])
    html.close("rect")
    html.open("path", ["d": code.path, "fill": "#000"])
    html.raw("</path></svg><div>")
    html.element("h2", ["id": "scan"], text: words.scanTitle)
    html.element("p", text: words.scanText)
    html.raw("</div></section>")
  }

  /// Several passes in one file. Only Safari on iOS takes it; where it is not known whether this is one, the style decides by
  /// touch.
  private mutating func bundles() {
    let numbered = tickets.compactMap(\.number).count
    let program = visitor.program
    guard !page.bundles.isEmpty, numbered > 1, program == .safari else { return }
    let only = visitor.system == .iOS ? "bundles" : "bundles touch"
    if page.bundles.count == 1 {
      html.open("section", ["class": only, "aria-label": words.allAtOnce])
      html.element("a", ["class": "button", "href": page.bundles[0]], text: words.addAll)
    } else {
      html.open("section", ["class": only, "aria-labelledby": "bundles"])
      html.element("h2", ["id": "bundles"], text: words.allAtOnce)
      html.raw("<ul>")
      for (index, bundle) in page.bundles.enumerated() {
        let first = index * 10 + 1
        let last = min(first + 9, numbered)
        html.raw("<li>")
        let text =
          first == last
          ? BuyersPageWords.filled(words.addLast, ["a": number(first)])
          : BuyersPageWords.filled(words.addRange, ["a": number(first), "b": number(last)])
        html.element("a", ["class": "button", "href": bundle], text: text)
        html.raw("</li>")
      }
      html.raw("</ul>")
    }
    html.raw("</section>")
  }

  // MARK: Texts

  /// A name from outside, whose direction stays its own.
  mutating func name(_ text: String) {
    html.element("bdi", text: text)
  }

  /// A number in the reader's digits.
  func number(_ number: Int) -> String {
    dates.shown(.number(JSONNumber(Int64(number))), in: .null).text
  }
}
