import Issuance
import JSON
import PassPreview
import Passes
import ZonedTime

/// What the buyer's page shows of a ticket, read from its pass in one language.
///
/// Whatever is missing or cannot be read is left out: the event and seat that the store remembers are always there.
struct BuyersPageTicket: Sendable {
  struct Fact: Sendable, Hashable {
    let label: String
    let value: String
  }

  /// Counts the tickets that can be added, from 1; nil for a voided one.
  let number: Int?
  let state: IssuedPass.State
  let download: String
  let event: BuyersPageEvent
  let seat: [Fact]
  let holder: String?

  init(_ ticket: BuyersPage.Ticket, number: Int?, language: String) {
    let pass = ticket.record.pass
    self.number = number
    state = pass.state
    download = ticket.download
    var files = PassFiles()
    for file in ticket.shared + pass.rendered { files[file.path] = file.bytes }
    let reader = ReadPass(files).map { BuyersPassReader(pass: $0, language: language) }
    event = BuyersPageEvent(reader, event: pass.event, isOver: pass.state == .voided)
    let seat = reader?.seat ?? []
    let isRemembered = seat.isEmpty ? pass.seat.flatMap { BuyersPassReader.shown($0) } : nil
    self.seat = isRemembered.map { [Fact(label: WalletWords(language: language).seat, value: $0)] } ?? seat
    holder = reader?.holder
  }
}

/// What tickets of one evening have in common.
struct BuyersPageEvent: Sendable, Hashable {
  /// Nil when neither pass nor store has a name for it.
  let name: String?
  let start: ZonedDateTime?
  let end: ZonedDateTime?
  let doors: ZonedDateTime?
  let venue: String?
  /// The pass's own ground; nil for what is over.
  let ground: PassColor?

  init(_ reader: BuyersPassReader?, event: String?, isOver: Bool) {
    name = reader?.eventName(remembered: event) ?? event.flatMap { BuyersPassReader.shown($0) }
    start = reader?.start
    end = reader?.end
    doors = reader?.date("venueDoorsOpenDate") ?? reader?.date("venueGatesOpenDate")
    venue = reader?.venue
    ground = isOver ? nil : reader.map { PassColors($0.pass.value).background }
  }

  /// Whether tickets of both stand under one heading. A voided one has lost its colour, not its evening.
  func isSame(as other: BuyersPageEvent) -> Bool {
    name == other.name && start == other.start && end == other.end && venue == other.venue
      && (ground == other.ground || ground == nil || other.ground == nil)
  }
}

/// Reads a pass for a buyer: its semantic tags first, since they say what a value means, then its fields.
struct BuyersPassReader {
  let pass: ReadPass
  let language: String
  private let semantics: JSONValue
  private let fields: [JSONValue]

  init(pass: ReadPass, language: String) {
    self.pass = pass
    self.language = language
    semantics = pass.value["semantics"] ?? .null
    let style = WalletStyle.style(of: pass.value).flatMap { pass.value[$0.rawValue] }
    fields = ["headerFields", "primaryFields", "secondaryFields", "auxiliaryFields"]
      .flatMap { style?[$0]?.array ?? [] }.filter { $0.object != nil }
    seat = readSeat()
  }

  // MARK: Event

  func eventName(remembered: String?) -> String? {
    if let name = text(semantics["eventName"]) { return name }
    if let from = text(semantics["departureStationName"]), let to = text(semantics["destinationStationName"]) {
      return "\(from) – \(to)"
    }
    if let name = remembered.flatMap({ text(.string($0)) }) { return name }
    // A voucher or a membership is no event; the pass says what it is.
    return text(pass.value["description"])
  }

  var venue: String? {
    let parts = ["venueName", "venueRoom", "venueRegionName"].compactMap { text(semantics[$0]) }
    // A stadium's room is the stand, which the seat says already, and which is not that of all its tickets.
    var seen = [text(semantics["venueName"])].compactMap { $0 }
    for part in parts where !seen.contains(part) && !seat.contains(where: { $0.value == part }) { seen.append(part) }
    return seen.isEmpty ? nil : seen.joined(separator: ", ")
  }

  var start: ZonedDateTime? {
    let relevant = pass.value["relevantDates"]?.array?.first
    return date("eventStartDate") ?? date("originalDepartureDate")
      ?? moment(relevant?["date"]) ?? moment(relevant?["startDate"]) ?? moment(pass.value["relevantDate"])
  }

  var end: ZonedDateTime? { date("eventEndDate") }

  /// A date of the semantic tags.
  func date(_ name: String) -> ZonedDateTime? { moment(semantics[name]) }

  private func moment(_ value: JSONValue?) -> ZonedDateTime? {
    value?.stringValue.flatMap { ZonedDateTime(iso8601: $0) }
  }

  // MARK: Seat and holder

  var holder: String? {
    if let name = text(semantics["attendeeName"]) { return name }
    let parts = ["givenName", "familyName"].compactMap { text(semantics["passengerName"]?[$0]) }
    if !parts.isEmpty { return parts.joined(separator: " ") }
    return fields.first { ["holder", "member", "passenger", "recipient"].contains($0["key"]?.stringValue) }
      .flatMap { text($0["value"]) }
  }

  private enum Meaning: CaseIterable {
    case section, row, seat, entrance

    /// Keys that templates give such fields.
    var keys: Set<String> {
      switch self {
      case .section: ["section", "block", "stand", "area", "sector"]
      case .row: ["row"]
      case .seat: ["seat", "place"]
      case .entrance: ["entrance", "gate", "door"]
      }
    }
  }

  /// Block, row, seat and entrance, labelled as the pass labels them.
  private(set) var seat: [BuyersPageTicket.Fact] = []

  private func readSeat() -> [BuyersPageTicket.Fact] {
    let words = WalletWords(language: language)
    let seats = semantics["seats"]?.array ?? []
    func joined(_ name: String) -> String? {
      var values: [String] = []
      for seat in seats { if let value = text(seat[name]), !values.contains(value) { values.append(value) } }
      return values.isEmpty ? nil : values.joined(separator: ", ")
    }
    var facts: [BuyersPageTicket.Fact] = []
    for meaning in Meaning.allCases {
      let (word, tag): (String, String?) =
        switch meaning {
        case .section: (words.section, joined("seatSection"))
        case .row: (words.row, joined("seatRow"))
        case .seat: (words.seat, joined("seatNumber"))
        case .entrance:
          (
            words.entrance,
            text(semantics["venueEntrance"]) ?? text(semantics["venueEntranceGate"])
              ?? text(semantics["venueEntranceDoor"])
          )
        }
      let own = fields.filter { $0["key"]?.stringValue.map { meaning.keys.contains($0.lowercased()) } ?? false }
        .compactMap { field in text(field["value"]).map { (label: label(field), value: $0) } }
      if own.isEmpty {
        if let tag { facts.append(.init(label: labelOfField(showing: tag) ?? word, value: tag)) }
      } else {
        for (label, value) in own {
          let label = label ?? word
          if let last = facts.last, last.label == label {
            // Stand and block, where the language has one word for both.
            if last.value != value { facts[facts.count - 1] = .init(label: label, value: "\(last.value), \(value)") }
          } else {
            facts.append(.init(label: label, value: value))
          }
        }
      }
    }
    return facts
  }

  /// A template may give its fields any key; the value says which one it is.
  private func labelOfField(showing value: String) -> String? {
    fields.first { text($0["value"]) == value }.flatMap { label($0) }
  }

  private func label(_ field: JSONValue) -> String? {
    guard let raw = field["label"]?.stringValue else { return nil }
    // The words of another language would stand out more than the page's own.
    if let translation = pass.translation(of: raw, in: language) { return Self.shown(translation) }
    return Self.isKey(raw) ? nil : Self.shown(raw)
  }

  // MARK: Texts

  /// A text in the reader's language, else as the pass has it; nil for an empty one and for a key without translation.
  private func text(_ value: JSONValue?) -> String? {
    if case .number(let number)? = value { return number.literal }
    guard let raw = value?.stringValue else { return nil }
    if let translation = pass.translation(of: raw, in: language) { return Self.shown(translation) }
    guard Self.isKey(raw) else { return Self.shown(raw) }
    return (["en"] + pass.languages).lazy.compactMap { pass.translation(of: raw, in: $0) }.first
      .flatMap { Self.shown($0) }
  }

  /// Without what is not seen: blanks around it, and the spaces without width that tell equal keys apart.
  static func shown(_ text: String) -> String? {
    var scalars = text.unicodeScalars[...]
    func isBlank(_ scalar: Unicode.Scalar?) -> Bool {
      scalar.map { $0.properties.isWhitespace || $0 == "\u{200B}" } ?? false
    }
    while isBlank(scalars.first) { scalars.removeFirst() }
    while isBlank(scalars.last) { scalars.removeLast() }
    return scalars.isEmpty ? nil : String(String.UnicodeScalarView(scalars))
  }

  /// Whether a text is the name of one: `label_row`.
  private static func isKey(_ text: String) -> Bool {
    text.contains("_")
      && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
  }
}
