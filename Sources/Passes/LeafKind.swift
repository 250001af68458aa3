import JSON

/// What Wallet expects in a place of `pass.json`, as far as it matters to a value that comes out of Liquid.
///
/// Source of the rules: Apple's "Pass", "PassFieldContent" and "SemanticTags" pages.
enum LeafKind: Hashable {
  /// A JSON string.
  case text
  /// Whatever type the value has (`value` of a field, `userInfo`).
  case typed
  /// `YYYY-MM-DDThh:mm:ss±hh:mm`.
  case date
  case number
  case boolean
  /// `rgb(r, g, b)`, `#RGB` or `#RRGGBB`.
  case color
  /// An array of strings; text with commas is split.
  case list
  /// Strings inside such an array: one, none or several.
  case listElements

  /// - Parameters:
  ///   - key: the name of the member that holds the string.
  ///   - isDateField: whether the field has a `dateStyle` or a `timeStyle`.
  ///   - isElement: whether the string is an element of an array that the member holds.
  init(key: String, isDateField: Bool, isInUserInfo: Bool, isElement: Bool = false) {
    if isInUserInfo {
      self = .typed
      return
    }
    switch key {
    case "value", "attributedValue": self = isDateField ? .date : .typed
    case "relevantDate", "expirationDate", "date", "startDate", "endDate": self = .date
    case "latitude", "longitude", "altitude", "maxDistance", "major", "minor", "row", "duration", "flightNumber",
      "associatedStoreIdentifiers", "auxiliaryStoreIdentifiers":
      self = .number
    case "voided", "sharingProhibited", "suppressStripShine", "suppressHeaderDarkening", "useAutomaticColors",
      "isRelative", "ignoresTimeZone", "requiresAuthentication", "silenceRequested", "tailgatingAllowed",
      "ignoreTimeComponents", "unannounced", "undetermined", "isAllDay", "isUnannounced", "isUndetermined", "isActive",
      "internationalDocumentsAreVerified", "reuseExisting":
      self = .boolean
    case "performerNames", "artistIDs", "albumIDs", "playlistIDs", "passengerCapabilities", "loungePlaceIDs",
      "passengerAirlineSSRs", "passengerInformationSSRs", "passengerServiceSSRs", "passengerEligibleSecurityPrograms",
      "departureLocationSecurityPrograms", "destinationLocationSecurityPrograms", "preferredStyleSchemes":
      self = isElement ? .listElements : .list
    case "backgroundColor", "foregroundColor", "labelColor", "stripColor", "footerBackgroundColor": self = .color
    default: self = key.hasSuffix("Date") ? .date : .text
    }
  }

  /// The JSON of a literal where Wallet wants a number or a boolean; nil where it is a text.
  func json(_ text: String) -> JSONValue? {
    switch self {
    case .number: JSONNumber(literal: text).map { .number($0) }
    case .boolean where text == "true" || text == "false": .bool(text == "true")
    default: nil
    }
  }

  /// Keys whose text Wallet looks up in `pass.strings`, so that it can be said per language.
  static let localizable: Set<String> = [
    "label", "value", "attributedValue", "changeMessage", "description", "organizationName", "logoText",
    "eventLogoText",
    "altText", "relevantText",
  ]

  /// Whether Wallet takes the text as a colour.
  static func isColor(_ text: String) -> Bool {
    if text.hasPrefix("#") {
      let digits = text.dropFirst()
      return (digits.count == 3 || digits.count == 6) && digits.allSatisfy(\.isHexDigit)
        && digits.utf8.count == digits.count
    }
    guard text.hasPrefix("rgb("), text.hasSuffix(")") else { return false }
    let parts = text.dropFirst(4).dropLast().split(separator: ",", omittingEmptySubsequences: false)
    return parts.count == 3
      && parts.allSatisfy { part in
        let digits = part.drop { $0 == " " }.reversed().drop { $0 == " " }
        return (1...3).contains(digits.count)
          && (Int(String(digits.reversed())).map { (0...255).contains($0) } ?? false)
      }
  }
}

/// What a barcode of a format and an encoding can carry.
struct BarcodeRules: Hashable {
  let format: String
  let encoding: String
  /// The last character of the encoding; nil when it is not known or has them all.
  private let limit: UInt32?

  init(format: String, encoding: String) {
    self.format = format
    self.encoding = encoding
    limit =
      switch encoding.lowercased() {
      case "us-ascii", "ascii": 0x7F
      case "iso-8859-1", "latin1", "iso_8859-1": 0xFF
      default: nil
      }
  }

  /// Why the message cannot be shown; nil when it can.
  func problem(with message: String) -> CompositionError.Reason? {
    if let limit, let scalar = message.unicodeScalars.first(where: { $0.value > limit }) {
      return .barcodeCharacter(String(scalar), encoding: encoding)
    }
    let bytes = message.utf8
    let isDigits = bytes.allSatisfy { (0x30...0x39).contains($0) }
    let fits =
      switch format {
      case "PKBarcodeFormatCode128": bytes.allSatisfy { $0 < 0x80 }
      case "PKBarcodeFormatEAN13": isDigits && (bytes.count == 12 || bytes.count == 13)
      case "PKBarcodeFormatI2of5": isDigits && bytes.count % 2 == 0
      case "PKBarcodeFormatCode39":
        bytes.allSatisfy {
          (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || " -.$/+%".utf8.contains($0)
        }
      case "PKBarcodeFormatCodabar":
        bytes.allSatisfy { (0x30...0x39).contains($0) || "-$:/.+ABCDabcd".utf8.contains($0) }
      default: true
      }
    return fits ? nil : .barcodeMessage(message, format: format)
  }
}
