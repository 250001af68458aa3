import Foundation
import Issuance
import PassPreview
import ZonedTime

// The tickets, each evening under its heading.
extension BuyersPageMarkup {
  mutating func write(_ group: Group, index: Int) {
    let event = group.event
    let look = event.ground.map { Self.ink(on: $0) } ?? "plain"
    html.open("section", ["class": "event", "aria-labelledby": "event\(index)"])
    html.open("div", ["class": "banner \(look)"])
    // The policy forbids styles of an element's own; attributes of a drawing are none.
    if let ground = event.ground {
      html.raw("<svg class=\"ground\" aria-hidden=\"true\" focusable=\"false\" preserveAspectRatio=\"none\">")
      html.open("rect", ["width": "100%", "height": "100%", "fill": ground.hex])
      html.raw("</rect></svg>")
    }
    html.open("h2", ["id": "event\(index)"])
    name(event.name ?? words.ticket)
    html.close("h2")
    if let start = event.start { when(start, event) }
    if let venue = event.venue {
      html.raw("<p class=\"venue\">")
      name(venue)
      html.raw("</p>")
    }
    html.raw("</div><ul class=\"tickets\">")
    for (place, ticket) in group.tickets.enumerated() { write(ticket, id: "\(index)-\(place)") }
    html.raw("</ul></section>")
  }

  /// White or black, whichever reads better: on any colour one of them has a contrast of 4.58 or more.
  private static func ink(on ground: PassColor) -> String {
    let white = PassColor(red: 255, green: 255, blue: 255)
    let black = PassColor(red: 0, green: 0, blue: 0)
    return ground.contrast(with: white) >= ground.contrast(with: black) ? "light-ink" : "dark-ink"
  }

  private mutating func when(_ start: ZonedDateTime, _ event: BuyersPageEvent) {
    html.raw("<p class=\"when\">")
    let day = "EEEEdMMMMy"
    // Whoever dances until six was there for one evening.
    if let end = event.end, end.epochMilliseconds - start.epochMilliseconds > 16 * 3_600_000 {
      let short = "EEEdMMMy"
      html.element("time", ["datetime": start.iso8601], text: dates.text(of: start, skeleton: short))
      html.raw(" – ")
      html.element("time", ["datetime": end.iso8601], text: dates.text(of: end, skeleton: short))
      html.raw("</p><p class=\"clock\">")
      html.element("span", text: dates.text(of: start, .none, .short))
    } else {
      html.element("time", ["datetime": start.iso8601], text: dates.text(of: start, skeleton: day))
      html.raw("</p><p class=\"clock\">")
      html.element("span", ["class": "start"], text: dates.text(of: start, .none, .short))
    }
    if let doors = event.doors, doors < start {
      html.raw(" <span aria-hidden=\"true\">·</span> ")
      html.element(
        "span", text: BuyersPageWords.filled(words.doors, ["time": dates.text(of: doors, .none, .short)]))
    }
    html.raw("</p>")
  }

  private mutating func write(_ ticket: BuyersPageTicket, id: String) {
    html.open("li", ["class": "ticket \(ticket.state.rawValue)"])
    html.raw("<div class=\"words\"><div class=\"head\">")
    let title =
      tickets.count > 1 && ticket.number != nil
      ? BuyersPageWords.filled(words.ticketNumber, ["n": number(ticket.number ?? 0)]) : words.ticket
    html.element("h3", ["id": "ticket\(id)"], text: title)
    switch ticket.state {
    case .valid: break
    case .used: html.element("p", ["class": "state"], text: words.used)
    case .voided: html.element("p", ["class": "state"], text: words.cancelled)
    }
    html.raw("</div>")
    let facts = ticket.seat + (ticket.holder.map { [.init(label: words.holder, value: $0)] } ?? [])
    if !facts.isEmpty {
      html.open("dl", ["id": "facts\(id)"])
      for fact in facts {
        html.raw("<div><dt>")
        name(fact.label)
        html.raw("</dt><dd>")
        name(fact.value)
        html.raw("</dd></div>")
      }
      html.close("dl")
    }
    html.close("div")
    if ticket.state != .voided {
      add(ticket, id: id, described: "ticket\(id)\(facts.isEmpty ? "" : " facts\(id)")")
    }
    html.close("li")
  }

  /// The link to the pass. Read aloud it says which one it is.
  private mutating func add(_ ticket: BuyersPageTicket, id: String, described: String) {
    html.open(
      "a",
      [
        "class": badge == nil ? "button" : "badge", "id": "add\(id)", "href": ticket.download,
        "aria-labelledby": "add\(id) \(described)",
      ])
    if let badge {
      html.open("img", ["src": badge, "alt": words.add])
    } else {
      html.text(visitor.hasAppleWallet ? words.add : words.download)
    }
    html.close("a")
  }
}
