import JSON

/// Names that Apple's own tools write and that Wallet's documentation spells otherwise.
///
/// The Pass Builder of 2026 encodes its Swift names as they are (`urls` for `URLs`), and keeps some names of the iOS 26
/// betas. Source: its code, held against the SemanticTags and UpcomingPassInformationEntry pages.
enum Spelling {
  static let semantics = [
    "departureAirportTimeZone": "departureLocationTimeZone",
    "destinationAirportTimeZone": "destinationLocationTimeZone",
    "departureAirportSecurityPrograms": "departureLocationSecurityPrograms",
    "destinationAirportSecurityPrograms": "destinationLocationSecurityPrograms",
    "airlineLoungePlaceID": "loungePlaceIDs",
  ]

  /// Of an upcoming entry, and of each of its images.
  static let upcoming = ["urls": "URLs"]

  /// Of one file of such an image.
  static let upcomingImageFile = ["url": "URL", "sha256": "SHA256"]

  /// Beginnings of words in semantic tags that were called otherwise before iOS 26 came out.
  static let betaWords: [(beta: String, now: String)] = [
    ("PKAirlinePassengerCapability", "PKPassengerCapability"), ("PKAirportSecurityProgram", "PKTransitSecurityProgram"),
  ]

  /// The documented names of members of the object at a place of `pass.json`, by the names that Apple's tools write.
  ///
  /// - Parameter path: the names and indices that lead to the object.
  static func names(at path: some BidirectionalCollection<String>) -> [String: String] {
    guard let first = path.first, let last = path.last, first != "userInfo" else { return [:] }
    if last == "semantics" { return semantics }
    guard first == "upcomingPassInformation" else { return [:] }
    let path = Array(path)
    switch path.count {
    case 2: return upcoming
    case 4 where path[2] == "images": return upcoming
    case 6 where path[2] == "images": return upcomingImageFile
    default: return [:]
    }
  }
}

extension PassInspection {
  /// Members under a name that Wallet does not know, whatever the tool that wrote them.
  mutating func checkSpelling(ofMembers object: JSONObject, at pointer: String, _ names: [String: String]) {
    for name in object.names {
      guard let documented = names[name] else { continue }
      warn(
        "builder-spelling", at: "\(pointer)/\(name)",
        "Apple's Pass Builder writes “\(name)”, which Wallet's documentation does not know",
        hint: object[documented] == nil ? "Call it “\(documented)”." : "Leave it out: “\(documented)” is there.")
    }
  }
}
