import JSON

// Room on the front. Wallet drops fields it has no room for, and cuts texts that are still too long when shrunk.
extension PassInspection {
  /// Figures: Human Interface Guidelines, Wallet. For generic passes Apple's pages say four or eight, and phones draw two
  /// rows; so only what neither allows is told.
  mutating func checkFieldCounts(in object: JSONObject, of style: WalletStyle) {
    func count(_ group: String) -> Int { object[group]?.array?.count ?? 0 }
    let secondary = count("secondaryFields")
    let auxiliary = object["auxiliaryFields"]?.array ?? []
    let secondRow = style == .eventTicket ? auxiliary.count { $0["row"]?.int == 1 } : 0
    let firstRow = auxiliary.count - secondRow
    var limits: [(group: String, name: String, count: Int, limit: Int)]
    switch style {
    case .boardingPass:
      limits = [
        ("headerFields", "header", count("headerFields"), 3), ("primaryFields", "primary", count("primaryFields"), 2),
        ("secondaryFields", "secondary", secondary, 4), ("auxiliaryFields", "auxiliary", firstRow, 5),
      ]
    case .posterGeneric:
      // Apple's article says two footer fields; of two, phones show the first.
      limits = [
        ("headerFields", "header", count("headerFields"), 1), ("primaryFields", "primary", count("primaryFields"), 4),
        ("footerFields", "footer", count("footerFields"), 1),
      ]
    default:
      limits = [
        ("headerFields", "header", count("headerFields"), 3), ("primaryFields", "primary", count("primaryFields"), 1),
      ]
      if style == .coupon || style == .storeCard {
        let group = auxiliary.isEmpty ? "secondaryFields" : "auxiliaryFields"
        limits.append((group, "secondary and auxiliary", secondary + auxiliary.count, 4))
      } else {
        limits.append(("secondaryFields", "secondary", secondary, 4))
        limits.append(("auxiliaryFields", "auxiliary", firstRow, 4))
        limits.append(("auxiliaryFields", "second-row auxiliary", secondRow, 4))
      }
    }
    for (group, name, count, limit) in limits where count > limit {
      warn(
        "too-many-fields", at: "/\(style.rawValue)/\(group)",
        "\(count) \(name) fields: a \(style.rawValue) has room for \(limit)",
        hint: "Wallet drops the rest. Move some to the back.")
    }
  }

  /// Groups of fields that the style does not draw at all.
  mutating func checkGroups(in object: JSONObject, of style: WalletStyle) {
    let isPoster = schemes.contains("posterEventTicket") && style == .eventTicket
    let unused: [String] =
      switch style {
      case .posterGeneric: ["secondaryFields", "auxiliaryFields"]
      default: isPoster ? ["footerFields"] : ["footerFields", "additionalInfoFields"]
      }
    for group in unused where object[group]?.array?.isEmpty == false {
      let who = group == "additionalInfoFields" ? "a \(style.rawValue) without poster look" : "a \(style.rawValue)"
      warn(
        "field-group-unused", at: "/\(style.rawValue)/\(group)", "\(who) does not show \(group)",
        hint: "Move the fields to a group that it shows, such as backFields.")
    }
  }

  // MARK: - Lengths

  /// Characters that surely do not fit into a row: the width of a card of 358 points without its margins, in narrow
  /// letters of the size that Wallet shrinks to. The side of the logo is taken from the header.
  private static let rowRoom = 100
  private static let headerRoom = 60

  mutating func checkLengths(in object: JSONObject, of style: WalletStyle) {
    guard style != .posterGeneric else { return }
    for group in ["headerFields", "primaryFields", "secondaryFields", "auxiliaryFields"] {
      let fields = (object[group]?.array ?? []).enumerated().map { ($0.offset, $0.element) }
      let rows = Dictionary(grouping: fields) { style == .eventTicket ? $0.1["row"]?.int ?? 0 : 0 }
      for (_, row) in rows.sorted(by: { $0.key < $1.key }) {
        checkLength(
          of: row, at: "/\(style.rawValue)/\(group)", room: group == "headerFields" ? Self.headerRoom : Self.rowRoom)
      }
    }
  }

  private mutating func checkLength(of row: [(index: Int, field: JSONValue)], at pointer: String, room: Int) {
    // Dates and amounts are written by the phone, and are short.
    let lengths = row.map { index, field in
      let isFormatted = ["dateStyle", "timeStyle", "numberStyle", "currencyCode"].contains { field[$0] != nil }
      return (index: index, length: max(length(field["label"]), isFormatted ? 0 : length(field["value"])))
    }
    let total = lengths.reduce(0) { $0 + $1.length }
    guard total > room, let longest = lengths.max(by: { $0.length < $1.length }) else { return }
    warn(
      "text-too-long", at: "\(pointer)/\(longest.index)/value",
      row.count == 1
        ? "\(longest.length) characters are cut: there is room for some \(room) at most"
        : "\(total) characters share a row that has room for some \(room) at most, so texts are cut",
      hint: "Shorten the longest, or move it to the back.")
  }

  /// Of the longest line, in the language that needs most.
  private func length(_ value: JSONValue?) -> Int {
    guard let text = value?.stringValue else { return 0 }
    let lines = shownTexts(of: text).flatMap { $0.split(whereSeparator: \.isNewline) }
    return lines.map(\.count).max() ?? 0
  }
}
