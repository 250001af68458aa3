import Foundation
import JSON
import Passes
import ZonedTime

/// What a poster event ticket says; all of it comes from the semantic tags.
struct PosterTexts: Sendable {
  /// A text and the tag it comes from.
  struct Item: Sendable {
    let tag: String
    let label: String
    let value: String
    /// Where the tag stands in the pass: `/semantics/eventName`.
    var pointer: String { "/semantics/\(tag)" }
  }

  let title: Item?
  let subtitle: Item?
  let venue: Item?
  let date: Item?
  let time: String?
  /// Section, row, seat.
  let seat: [Item]
  /// Tags without which Wallet shows the classic ticket instead.
  let missing: [String]

  init(_ pass: JSONValue, _ reader: FaceReader) {
    let tags = WalletRules.semanticTags(of: pass)
    let words = WalletWords(language: reader.wallet.language)
    func text(_ name: String) -> String? {
      tags[name].flatMap { reader.text($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    func item(_ name: String, _ label: String = "") -> Item? {
      text(name).map { Item(tag: name, label: label, value: $0) }
    }
    missing = WalletRules.missingPosterTags(tags)
    title = item("eventName")
    let performers = (tags["performerNames"]?.array ?? []).compactMap { reader.text($0) }.joined(separator: ", ")
    subtitle =
      if let home = text("homeTeamAbbreviation"), let away = text("awayTeamAbbreviation") {
        Item(tag: "homeTeamAbbreviation", label: "", value: "\(home) – \(away)")
      } else {
        performers.isEmpty || performers == title?.value
          ? nil : Item(tag: "performerNames", label: "", value: performers)
      }
    let venue = [text("venueName"), text("venueRegionName")].compactMap { $0 }.joined(separator: " · ")
    self.venue = venue.isEmpty ? nil : Item(tag: "venueName", label: "", value: venue)
    (date, time) = Self.start(tags, reader.wallet)
    let first = tags["seats"]?.array?.first ?? .null
    var seat: [Item] = []
    for (name, label) in [("seatSection", words.section), ("seatRow", words.row), ("seatNumber", words.seat)] {
      if let value = reader.text(first[name]), !value.isEmpty {
        seat.append(Item(tag: "seats/0/\(name)", label: label, value: value))
      }
    }
    if seat.isEmpty, let level = item("admissionLevel", words.admission) { seat.append(level) }
    if let entrance = item("venueEntrance", words.entrance) { seat.append(entrance) }
    self.seat = seat
  }

  /// Day and time. Of the marks in `eventStartDateInfo`, `ignoreTimeComponents` beats both others, and `undetermined`
  /// beats `unannounced`. Source: Apple, EventDateInfo.
  private static func start(_ tags: [String: JSONValue], _ wallet: WalletText) -> (Item?, String?) {
    let info = tags["eventStartDateInfo"] ?? .null
    let tag = info["date"] == nil ? "eventStartDate" : "eventStartDateInfo"
    let text = info["date"]?.stringValue ?? tags["eventStartDate"]?.stringValue
    let ignoresTime = info["ignoreTimeComponents"]?.bool == true
    if !ignoresTime {
      if info["undetermined"]?.bool == true { return (Item(tag: tag, label: "", value: "TBD"), nil) }
      if info["unannounced"]?.bool == true { return (Item(tag: tag, label: "", value: "TBA"), nil) }
    }
    guard var date = text.flatMap({ ZonedDateTime(iso8601: $0) }) else { return (nil, nil) }
    if let zone = info["timeZone"]?.stringValue.flatMap({ TimeZone(identifier: $0) }) { date = date.shifted(to: zone) }
    let day = Item(tag: tag, label: "", value: wallet.text(of: date, skeleton: "EEEdMMM"))
    return (day, ignoresTime ? nil : wallet.text(of: date, .none, .short))
  }
}
