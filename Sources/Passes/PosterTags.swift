package import JSON

extension WalletRules {
  /// The semantic tags of a pass by name. Wallet takes those of the pass and those of any of its fields alike.
  /// Source: Apple, "Supporting semantic tags in Wallet passes".
  package static func semanticTags(of pass: JSONValue) -> [String: JSONValue] {
    var all: [String: JSONValue] = [:]
    func add(_ semantics: JSONValue?) {
      for member in semantics?.object?.members ?? [] {
        all[Spelling.semantics[member.name] ?? member.name] = member.value
      }
    }
    for style in WalletStyle.allCases {
      for group in pass[style.rawValue]?.object?.members ?? [] where group.name.hasSuffix("Fields") {
        for field in group.value.array ?? [] { add(field["semantics"]) }
      }
    }
    add(pass["semantics"])
    return all
  }

  /// The tags without which Wallet shows the classic ticket in place of a poster.
  /// Source: Apple, "Creating an event pass using semantic tags".
  package static func missingPosterTags(_ tags: [String: JSONValue]) -> [String] {
    var required = ["eventName", "venueName", "venueRegionName", "venueRoom"]
    switch tags["eventType"]?.stringValue {
    case "PKEventTypeSports": required += ["awayTeamAbbreviation", "homeTeamAbbreviation"]
    case "PKEventTypeLivePerformance": required += ["performerNames"]
    default: break
    }
    return required.filter { isEmpty(tags[$0]) }
  }

  static func isEmpty(_ value: JSONValue?) -> Bool {
    value.map { $0.stringValue?.isEmpty == true || $0.array?.isEmpty == true } ?? true
  }
}
