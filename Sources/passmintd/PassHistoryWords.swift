import Issuance
import JSON
import ZonedTime

/// The history of a pass in words, a line an event.
enum PassHistoryWords {
  struct Line {
    let time: String
    let what: String
    let device: String
    let details: String
  }

  static func lines(_ history: PassHistory) -> [Line] {
    let events = history.events.map { event in
      (at: event.lastAt, line: line(event))
    }
    let log = history.logLines.map { line in
      (at: line.at, line: Line(time: time(line.at), what: "phone says", device: name(line.device), details: line.text))
    }
    return (events + log).enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
      .map(\.element.line)
  }

  private static func line(_ event: PassEvent) -> Line {
    let times = event.times > 1 ? ["\(event.times) times"] : []
    let details: [String] =
      switch event.kind {
      case .changed, .voided: differences(event.detail)
      default: event.detail.map { [$0] } ?? []
      }
    let request = event.correlationID.map { ["request \($0)"] } ?? []
    return Line(
      time: time(event.lastAt), what: word(event.kind), device: name(event.device),
      details: (times + details + request).joined(separator: "; "))
  }

  private static func time(_ milliseconds: Int64) -> String { ZonedDateTime(epochMilliseconds: milliseconds).iso8601 }
  private static func name(_ device: Int64?) -> String { device.map { "\($0)" } ?? "" }

  private static func word(_ kind: PassEvent.Kind) -> String {
    switch kind {
    case .issued: "issued"
    case .changed: "changed"
    case .voided: "voided"
    case .personalized: "personalized by its holder"
    case .downloaded: "downloaded"
    case .fetched: "fetched by a phone"
    case .registered: "added to a phone"
    case .unregistered: "removed from a phone"
    case .pushed: "pushed"
    case .deviceGone: "phone is gone"
    }
  }

  /// `Gate: A → B`.
  private static func differences(_ detail: String?) -> [String] {
    let all = detail.flatMap { try? JSONValue(parsing: Array($0.utf8)) }?.array ?? []
    return all.map { difference in
      let name = difference["label"]?.stringValue ?? difference["place"]?.stringValue ?? ""
      let (old, new) = (difference["old"]?.stringValue, difference["new"]?.stringValue)
      if old == nil, new == nil { return name }
      return "\(name): \(old ?? "–") → \(new ?? "–")"
    }
  }
}
