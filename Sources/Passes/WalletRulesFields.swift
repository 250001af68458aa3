import JSON

extension PassInspection {
  mutating func checkFields() {
    for style in WalletStyle.allCases {
      guard let object = root[style.rawValue]?.object else { continue }
      var seenKeys: Set<String> = []
      for group in WalletKeys.fieldGroups {
        guard let fields = object[group]?.array else { continue }
        for (index, field) in fields.enumerated() {
          let pointer = "/\(style.rawValue)/\(group)/\(index)"
          checkField(field, at: pointer, in: group, of: style)
          if let key = field["key"]?.stringValue, !seenKeys.insert(key).inserted {
            warn(
              "field-key-duplicate", at: pointer + "/key",
              "the field key “\(excerpt(key))” is used twice in this style",
              hint: "Updates find a field by its key. Give each its own.")
          }
        }
      }
      checkFieldCounts(in: object, of: style)
      checkGroups(in: object, of: style)
      checkLengths(in: object, of: style)
    }
  }

  /// One field of any group. Upcoming entries hold fields too; their style is the event ticket's.
  mutating func checkField(_ field: JSONValue, at pointer: String, in group: String, of style: WalletStyle) {
    guard let object = field.object else {
      error(
        "wrong-type", at: pointer, "a field must be an object, but is \(field.kindName)", hint: "See PassFieldContent.")
      return
    }
    checkMembers(of: object, at: pointer, WalletKeys.field)
    if object["key"] == nil {
      error("field-key-missing", at: pointer, "the field has no key", hint: "Give it a key that no other field has.")
    } else if object["key"]?.stringValue?.isEmpty == true {
      error("field-key-missing", at: pointer + "/key", "the field's key is empty", hint: "Give it a key of its own.")
    }
    checkValue(of: object, at: pointer)
    checkNumberStyle(of: object, at: pointer)
    checkDateStyle(of: object, at: pointer)
    checkChangeMessage(of: object, at: pointer)
    checkPlacement(of: object, at: pointer, in: group, of: style)
  }

  private mutating func checkValue(of field: JSONObject, at pointer: String) {
    switch field["value"] {
    case nil: error("field-value-missing", at: pointer, "the field has no value", hint: "Add one, or drop the field.")
    case .string, .number: break
    case let value?:
      error(
        "field-value-type", at: pointer + "/value", "a value must be a string or a number, not \(value.kindName)",
        hint: "Write text in quotation marks.")
    }
    switch field["attributedValue"] {
    case nil, .number: break
    case .string(let text):
      if hasForeignMarkup(text) {
        warn(
          "attributed-value-markup", at: pointer + "/attributedValue",
          "attributedValue may hold <a href=…> and no other markup",
          hint: "Take the other tags out; Wallet does not draw them.")
      }
    case let value?:
      error(
        "field-value-type", at: pointer + "/attributedValue",
        "attributedValue must be a string or a number, not \(value.kindName)", hint: "Write text in quotation marks.")
    }
  }

  private func hasForeignMarkup(_ text: String) -> Bool {
    text.lowercased().split(separator: "<", omittingEmptySubsequences: false).dropFirst().contains { rest in
      guard rest.contains(">"), let first = rest.first, first.isLetter || first == "/" else { return false }
      let name = rest.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }
      return name != "a"
    }
  }

  private mutating func checkNumberStyle(of field: JSONObject, at pointer: String) {
    let known = ["PKNumberStyleDecimal", "PKNumberStylePercent", "PKNumberStyleScientific", "PKNumberStyleSpellOut"]
    checkWord(of: "numberStyle", in: field, at: pointer, code: "number-style-unknown", known: known)
    if let code = field["currencyCode"]?.stringValue,
      code.utf8.count != 3 || !code.utf8.allSatisfy({ (0x41...0x5A).contains($0) })
    {
      warn(
        "currency-code-unknown", at: pointer + "/currencyCode", "“\(excerpt(code))” is no currency of ISO 4217",
        hint: "Use three capital letters: EUR, CHF, USD.")
    }
    if field["currencyCode"] != nil, field["numberStyle"] != nil {
      warn(
        "currency-with-number-style", at: pointer + "/numberStyle", "a field has either a currency or a number style",
        hint: "Leave numberStyle out: the currency says how the amount is written.")
    }
    guard let style = ["numberStyle", "currencyCode"].first(where: { field[$0] != nil }),
      let text = field["value"]?.stringValue
    else { return }
    if Double(text) != nil {
      warn(
        "number-as-text", at: pointer + "/value",
        "\(style) wants a number, but the value is a number in quotation marks",
        hint: "Write the value without quotation marks.")
    } else {
      error(
        "number-style-on-text", at: pointer + "/value", "\(style) wants a number, but the value is “\(excerpt(text))”",
        hint: "Make the value a number, or leave \(style) out.")
    }
  }

  private mutating func checkDateStyle(of field: JSONObject, at pointer: String) {
    let known = ["PKDateStyleNone", "PKDateStyleShort", "PKDateStyleMedium", "PKDateStyleLong", "PKDateStyleFull"]
    for name in ["dateStyle", "timeStyle"] {
      checkWord(of: name, in: field, at: pointer, code: "date-style-unknown", known: known)
    }
    guard let value = field["value"] else { return }
    guard let name = ["dateStyle", "timeStyle"].first(where: { field[$0] != nil }) else {
      if let text = value.stringValue, case .success = WalletDate.parse(text) {
        warn(
          "date-without-style", at: pointer + "/value",
          "the date “\(excerpt(text))” has no style and may show as it is",
          hint: "Add dateStyle and timeStyle, such as PKDateStyleMedium.")
      }
      return
    }
    guard let text = value.stringValue else {
      error(
        "date-style-on-other-value", at: pointer + "/value", "\(name) wants a date, but the value is \(value.kindName)",
        hint: "Write the date as 2026-12-31T19:30:00+01:00, or leave \(name) out.")
      return
    }
    // A value may be a name in the strings files.
    for shown in Set(shownTexts(of: text)).sorted() { checkDate(shown, at: pointer + "/value") }
  }

  private mutating func checkWord(
    of name: String, in field: JSONObject, at pointer: String, code: String, known: [String]
  ) {
    guard let word = field[name]?.stringValue, !known.contains(word) else { return }
    error(
      code, at: "\(pointer)/\(name)", "“\(excerpt(word))” is none that Wallet knows",
      hint: "Use one of \(known.joined(separator: ", ")).")
  }

  private mutating func checkChangeMessage(of field: JSONObject, at pointer: String) {
    // Issuers send an empty one to say that no notification is wanted.
    guard let text = field["changeMessage"]?.stringValue, !text.isEmpty else { return }
    let silent =
      strings.isEmpty
      ? (text.contains("%@") ? [] : [""]) : strings.filter { !($0.table[text] ?? text).contains("%@") }.map(\.language)
    guard !silent.isEmpty else { return }
    let languages = silent.filter { !$0.isEmpty }.joined(separator: ", ")
    warn(
      "change-message-without-placeholder", at: pointer + "/changeMessage",
      "without %@ in “\(excerpt(text))”\(languages.isEmpty ? "" : " (\(languages))") a change of this field is not announced",
      hint: "Write %@ where the new value belongs.")
  }

  private mutating func checkPlacement(
    of field: JSONObject, at pointer: String, in group: String, of style: WalletStyle
  ) {
    checkWord(
      of: "textAlignment", in: field, at: pointer, code: "text-alignment-unknown",
      known: ["PKTextAlignmentLeft", "PKTextAlignmentCenter", "PKTextAlignmentRight", "PKTextAlignmentNatural"])
    if field["textAlignment"] != nil, group == "primaryFields" || group == "backFields" {
      warn(
        "text-alignment-misplaced", at: pointer + "/textAlignment", "textAlignment has no effect in \(group)",
        hint: "Leave it out.")
    }
    if let row = field["row"] {
      if row.number != nil, row.int != 0, row.int != 1 {
        error(
          "row-unknown", at: pointer + "/row", "row must be 0 or 1", hint: "There are two rows of auxiliary fields.")
      }
      if group != "auxiliaryFields" || style != .eventTicket {
        warn(
          "row-misplaced", at: pointer + "/row", "row is for the auxiliary fields of event tickets only",
          hint: "Leave it out.")
      }
    }
    guard let detectors = field["dataDetectorTypes"]?.array else { return }
    if !["backFields", "additionalInfoFields"].contains(group) {
      warn(
        "data-detectors-misplaced", at: pointer + "/dataDetectorTypes", "dataDetectorTypes works in back fields only",
        hint: "Leave it out.")
    }
    let known = [
      "PKDataDetectorTypePhoneNumber", "PKDataDetectorTypeLink", "PKDataDetectorTypeAddress",
      "PKDataDetectorTypeCalendarEvent",
    ]
    for (index, value) in detectors.enumerated() where !known.contains(value.stringValue ?? "") {
      error(
        "data-detector-unknown", at: "\(pointer)/dataDetectorTypes/\(index)",
        "this is no data detector that Wallet knows",
        hint: "Use \(known.joined(separator: ", ")).")
    }
  }
}
