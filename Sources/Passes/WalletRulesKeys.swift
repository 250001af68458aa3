import JSON

/// What Wallet expects a value to be.
enum ValueKind: Sendable {
  case string
  case number
  case bool
  case array
  case object
  case date
  case url
  case any

  /// For messages: "must be …".
  var noun: String {
    switch self {
    case .string, .date, .url: "a string"
    case .number: "a number"
    case .bool: "true or false"
    case .array: "an array"
    case .object: "an object"
    case .any: "any value"
    }
  }

  func accepts(_ value: JSONValue) -> Bool {
    switch (self, value) {
    case (.any, _), (.string, .string), (.date, .string), (.url, .string), (.number, .number), (.bool, .bool),
      (.array, .array), (.object, .object):
      true
    default: false
    }
  }
}

/// The keys Wallet knows. Others are nobody's business: issuers keep notes of their own in a pass.
enum WalletKeys {
  static let topLevel: [String: ValueKind] = table([
    .object: [
      "boardingPass", "coupon", "eventTicket", "generic", "storeCard", "posterGeneric", "barcode", "nfc", "semantics",
    ],
    .array: [
      "barcodes", "locations", "beacons", "relevantDates", "associatedStoreIdentifiers", "auxiliaryStoreIdentifiers",
      "preferredStyleSchemes", "upcomingPassInformation", "featuredActions",
    ],
    .number: ["formatVersion", "maxDistance"],
    .bool: ["suppressStripShine", "suppressHeaderDarkening", "useAutomaticColors", "voided", "sharingProhibited"],
    .date: ["relevantDate", "expirationDate"],
    .url: [
      "appLaunchURL", "webServiceURL", "bagPolicyURL", "orderFoodURL", "parkingInformationURL", "purchaseParkingURL",
      "directionsInformationURL", "merchandiseURL", "transitInformationURL", "accessibilityURL", "addOnURL",
      "contactVenueWebsite", "sellURL", "transferURL", "changeSeatURL", "entertainmentURL", "managementURL",
      "purchaseAdditionalBaggageURL", "purchaseLoungeAccessURL", "purchaseWifiURL", "registerServiceAnimalURL",
      "reportLostBagURL", "requestWheelchairURL", "trackBagsURL", "upgradeURL", "transitProviderWebsiteURL",
    ],
    .string: [
      "passTypeIdentifier", "serialNumber", "teamIdentifier", "organizationName", "description", "authenticationToken",
      "backgroundColor", "foregroundColor", "labelColor", "stripColor", "footerBackgroundColor", "logoText",
      "eventLogoText", "logoSymbolName", "groupingIdentifier", "contactVenueEmail", "contactVenuePhoneNumber",
      "transitProviderEmail", "transitProviderPhoneNumber", "businessChatIdentifier",
    ],
    .any: ["userInfo"],
  ])

  static let fieldGroups = [
    "headerFields", "primaryFields", "secondaryFields", "auxiliaryFields", "backFields", "additionalInfoFields",
    "footerFields",
  ]

  static let style: [String: ValueKind] = table([.array: fieldGroups, .string: ["transitType"]])

  static let field: [String: ValueKind] = table([
    .string: [
      "key", "label", "changeMessage", "currencyCode", "numberStyle", "dateStyle", "timeStyle", "textAlignment",
    ],
    .any: ["value", "attributedValue"],
    .bool: ["isRelative", "ignoresTimeZone"],
    .array: ["dataDetectorTypes"],
    .number: ["row"],
    .object: ["semantics"],
  ])

  static let barcode: [String: ValueKind] = table([.string: ["format", "message", "messageEncoding", "altText"]])

  static let location: [String: ValueKind] = table([
    .number: ["latitude", "longitude", "altitude"], .string: ["relevantText"],
  ])

  static let beacon: [String: ValueKind] = table([
    .string: ["proximityUUID", "relevantText", "name"], .number: ["major", "minor"],
  ])

  static let relevantDate: [String: ValueKind] = table([.date: ["date", "startDate", "endDate", "relevantDate"]])

  static let nfc: [String: ValueKind] = table([
    .string: ["message", "encryptionPublicKey"], .bool: ["requiresAuthentication"],
  ])

  static let upcoming: [String: ValueKind] = table([
    .string: ["identifier", "name", "type"], .bool: ["isActive"],
    .object: ["dateInformation", "semantics", "URLs", "images"],
    .array: ["backFields", "additionalInfoFields", "auxiliaryStoreIdentifiers"],
  ])

  /// Links of the event guide.
  static let eventGuide: [String: ValueKind] = table([
    .url: [
      "accessibilityURL", "addOnURL", "bagPolicyURL", "contactVenueWebsite", "directionsInformationURL",
      "merchandiseURL", "orderFoodURL", "parkingInformationURL", "purchaseParkingURL", "sellURL", "transferURL",
      "transitInformationURL",
    ],
    .string: ["contactVenueEmail", "contactVenuePhoneNumber"],
  ])

  static let upcomingDate: [String: ValueKind] = table([
    .date: ["date"], .bool: ["ignoreTimeComponents", "isAllDay", "isUnannounced", "isUndetermined"],
    .string: ["timeZone"],
  ])

  static let upcomingImage: [String: ValueKind] = table([.array: ["URLs"], .bool: ["reuseExisting"]])

  static let upcomingImageFile: [String: ValueKind] = table([.string: ["URL", "SHA256"], .number: ["scale", "size"]])

  static let action: [String: ValueKind] = table([.string: ["identifier", "type"], .url: ["url"]])

  static let personalization: [String: ValueKind] = table([
    .string: ["description", "termsAndConditions"], .array: ["requiredPersonalizationFields"],
  ])

  static func table(_ names: [ValueKind: [String]]) -> [String: ValueKind] {
    var table: [String: ValueKind] = [:]
    for (kind, names) in names { for name in names { table[name] = kind } }
    return table
  }

  /// The known key that `name` was most likely meant to be; nil when it is not close to any.
  static func nearest(to name: String, in known: some Collection<String>) -> String? {
    guard name.utf8.count >= 3, name.utf8.count <= 60 else { return nil }
    let folded = name.lowercased().filter { $0.isLetter || $0.isNumber }
    var best: (name: String, distance: Int)?
    for candidate in known.sorted() {
      let other = candidate.lowercased()
      if folded == other { return candidate }
      let allowed = candidate.utf8.count < 8 ? 1 : 2
      // Short words are close to each other by chance: `nfc`, `key`, `row`.
      guard candidate.utf8.count > 3, abs(candidate.utf8.count - name.utf8.count) <= allowed else { continue }
      let distance = editDistance(Array(folded.utf8), Array(other.utf8))
      if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
  private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
        var best = min(previous[column + 1] + 1, current[column] + 1, replaced)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, beforePrevious[column - 1] + 1)
        }
        current.append(best)
      }
      (beforePrevious, previous) = (previous, current)
    }
    return previous.last ?? left.count
  }
}

extension PassInspection {
  /// Types of all known members, and unknown ones that look like a slip.
  ///
  /// - Parameter severity: of a wrong type. Wallet ignores some parts that are wrong instead of refusing the pass.
  mutating func checkMembers(
    of object: JSONObject, at pointer: String, _ table: [String: ValueKind], severity: Finding.Severity = .error
  ) {
    let names = Set(object.names)
    for member in object.members {
      let inner = pointer + "/" + jsonPointerToken(member.name)
      guard let kind = table[member.name] else {
        // Nobody mistypes hundreds of keys: an object of that size holds something of its own.
        if object.count <= 200 { checkSpelling(of: member.name, at: inner, among: table, present: names) }
        continue
      }
      guard kind.accepts(member.value) else {
        // Wallet drops a maxDistance it cannot read, without a word, and to Foundation 0 and 1 are as good as booleans.
        let isHarmless = member.name == "maxDistance" || kind == .bool && member.value.number != nil
        let severity = isHarmless ? .warning : severity
        let quoted = member.value.stringValue != nil && (kind == .number || kind == .bool)
        report(
          severity, "wrong-type", at: inner,
          "\(member.name) must be \(kind.noun), but is \(member.value.kindName)",
          hint: quoted ? "Write it without quotation marks." : "Correct the value or leave the key out.")
        continue
      }
      if kind == .date, let text = member.value.stringValue { checkDate(text, at: inner, severity: severity) }
      if kind == .url, let text = member.value.stringValue { checkURL(text, named: member.name, at: inner) }
    }
  }

  private mutating func checkSpelling(
    of name: String, at pointer: String, among table: [String: ValueKind], present: Set<String>
  ) {
    if name == "_id" {
      warn(
        "designer-id", at: pointer, "“_id” is a private mark of Pass Designer",
        hint: "Leave it out of the finished pass.")
    } else if let meant = WalletKeys.nearest(to: name, in: table.keys), !present.contains(meant) {
      warn(
        "key-misspelt", at: pointer, "Wallet knows no key “\(excerpt(name))” and will ignore it",
        hint: "Did you mean “\(meant)”?")
    }
  }
}
