import JSON

extension PassDifference {
  /// One of the two states, read.
  struct Side {
    let files: PassFiles
    let pass: JSONObject
    private let strings: StringsFile?

    init(_ files: PassFiles, language: String?) {
      self.files = files
      // What cannot be read has no members, so that everything the other one has is new or gone.
      pass = WalletRules.document(in: files).document?.value.object ?? JSONObject()
      strings = language.flatMap { Self.strings(in: files, for: $0) }
    }

    /// The table that a phone in the language reads: its own, that of the language without its region, or English.
    private static func strings(in files: PassFiles, for language: String) -> StringsFile? {
      let base = language.prefix { $0 != "-" && $0 != "_" }
      for folder in [language, String(base), "en"] {
        let path = "\(folder).lproj/pass.strings"
        if let bytes = files[path] { return try? StringsFile(parsing: bytes) }
      }
      return nil
    }

    /// A text in the language, a number as it is written; nil for what no phone shows.
    func shown(_ value: JSONValue?) -> String? {
      switch value {
      case .string(let text): strings?[text] ?? text
      case .number(let number): number.literal
      case .bool(let flag): "\(flag)"
      case .null, .array, .object, nil: nil
      }
    }

    /// The dates of relevance, as `2027-01-15T20:30:00+01:00` or as an interval `start/end`, joined by commas.
    var relevance: String? {
      let dates = (pass["relevantDates"]?.array ?? []).compactMap { entry -> String? in
        if let date = entry["date"]?.stringValue ?? entry["relevantDate"]?.stringValue { return date }
        guard let start = entry["startDate"]?.stringValue else { return nil }
        return "\(start)/\(entry["endDate"]?.stringValue ?? "")"
      }
      let all = dates.isEmpty ? [pass["relevantDate"]?.stringValue].compactMap { $0 } : dates
      return all.isEmpty ? nil : all.joined(separator: ", ")
    }

    /// All barcodes, for comparing.
    var barcodes: [JSONValue]? {
      let codes = (pass["barcodes"]?.array ?? []) + [pass["barcode"]].compactMap { $0 }
      return codes.isEmpty ? nil : codes
    }

    /// What must not be told.
    var secrets: Secrets {
      let codes = barcodes ?? []
      return Secrets(
        (codes.flatMap { [$0["message"], $0["altText"]] } + [pass["nfc"]?["message"], pass["authenticationToken"]])
          .compactMap { $0 }.flatMap { [$0.stringValue, shown($0)].compactMap { $0 } })
    }

    /// The fields of a style, group by group.
    func fields(of style: String) -> [Field] {
      var fields: [Field] = []
      var seen: [String: Int] = [:]
      for group in pass[style]?.object?.members ?? [] {
        for (index, json) in (group.value.array ?? []).enumerated() {
          guard let object = json.object, let key = object["key"]?.stringValue else { continue }
          let occurrence = seen[key, default: 0]
          seen[key] = occurrence + 1
          fields.append(
            Field(
              identity: .init(key: key, occurrence: occurrence), group: group.name,
              place: "/\(style)/\(jsonPointerToken(group.name))/\(index)", json: object))
        }
      }
      return fields
    }
  }

  struct Field {
    /// Keys should be unique; where they are not, the first goes with the first.
    struct Identity: Hashable {
      let key: String
      let occurrence: Int
    }

    let identity: Identity
    let group: String
    let place: String
    let json: JSONObject

    var key: String { identity.key }
    /// `attributedValue` takes the place of the value on a phone.
    var value: JSONValue? { json["attributedValue"] ?? json["value"] }

    /// How it is written: every other member, in any order.
    var manner: [String: JSONValue] {
      let others: Set<String> = ["key", "label", "value", "attributedValue", "changeMessage"]
      return Dictionary(
        json.members.filter { !others.contains($0.name) }.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }
  }

  /// Texts that only those may have who hold the pass.
  struct Secrets {
    private var texts: Set<String>

    init(_ texts: [String]) {
      self.texts = Set(texts.filter { !$0.isEmpty })
    }

    func union(_ other: Secrets) -> Secrets {
      Secrets(Array(texts.union(other.texts)))
    }

    /// Shorter ones are in many words by chance.
    private static let recognizable = 6

    /// The text, or nil when a secret is in it, however it is spaced.
    func told(_ text: String?) -> String? {
      guard let text, !texts.isEmpty else { return text }
      let packed = Self.packed(text)
      let isSecret = texts.contains { secret in
        let own = Self.packed(secret)
        return packed == own || own.count >= Self.recognizable && packed.contains(own)
      }
      return isSecret ? nil : text
    }

    /// Barcodes are printed in groups of digits.
    private static func packed(_ text: String) -> String {
      text.filter { !$0.isWhitespace && $0 != "-" }
    }
  }
}
