import JSON
import ZonedTime

/// Apple's semantic tags and the type of each (SemanticTags page, iOS 26/27).
enum SemanticTags {
  static let all: [String: ValueKind] = WalletKeys.table([
    .string: [
      "additionalTicketAttributes", "admissionLevel", "admissionLevelAbbreviation", "attendeeName",
      "entranceDescription", "eventName", "eventType", "genre", "venueEntrance", "venueEntranceDoor",
      "venueEntranceGate", "venueEntrancePortal", "venueName", "venuePhoneNumber", "venueRegionName", "venueRoom",
      "venuePlaceID", "eventLiveMessage",
      "awayTeamAbbreviation", "awayTeamLocation", "awayTeamName", "homeTeamAbbreviation", "homeTeamLocation",
      "homeTeamName", "leagueAbbreviation", "leagueName", "sportName",
      "airlineCode", "boardingGroup", "boardingSequenceNumber", "boardingZone", "carNumber", "confirmationNumber",
      "departureAirportCode", "departureAirportName", "departureCityName", "departureGate",
      "departureLocationDescription", "departureLocationTimeZone", "departureAirportTimeZone", "departurePlatform",
      "departureStationName", "departureTerminal", "destinationAirportCode", "destinationAirportName",
      "destinationCityName", "destinationGate", "destinationLocationDescription", "destinationLocationTimeZone",
      "destinationAirportTimeZone", "destinationPlatform", "destinationStationName", "destinationTerminal",
      "flightCode", "internationalDocumentsVerifiedDeclarationName", "membershipProgramName",
      "membershipProgramNumber", "membershipProgramStatus", "priorityStatus", "securityScreening", "ticketFareClass",
      "transitProvider", "transitStatus", "transitStatusReason", "vehicleName", "vehicleNumber", "vehicleType",
    ],
    .number: ["duration", "flightNumber"],
    .bool: ["silenceRequested", "tailgatingAllowed", "internationalDocumentsAreVerified"],
    .date: [
      "eventEndDate", "eventStartDate", "venueBoxOfficeOpenDate", "venueCloseDate", "venueDoorsOpenDate",
      "venueFanZoneOpenDate", "venueGatesOpenDate", "venueOpenDate", "venueParkingLotsOpenDate", "currentArrivalDate",
      "currentBoardingDate", "currentDepartureDate", "originalArrivalDate", "originalBoardingDate",
      "originalDepartureDate",
    ],
    .object: [
      "eventStartDateInfo", "venueLocation", "departureLocation", "destinationLocation", "passengerName", "balance",
      "totalPrice",
    ],
    .array: [
      "performerNames", "artistIDs", "albumIDs", "playlistIDs", "seats", "airplay", "loungePlaceIDs",
      "departureLocationSecurityPrograms", "destinationLocationSecurityPrograms", "departureAirportSecurityPrograms",
      "destinationAirportSecurityPrograms", "passengerAirlineSSRs", "passengerCapabilities",
      "passengerEligibleSecurityPrograms", "passengerInformationSSRs", "passengerServiceSSRs", "wifiAccess",
    ],
  ])

  static let eventTypes = [
    "PKEventTypeGeneric", "PKEventTypeLivePerformance", "PKEventTypeMovie", "PKEventTypeSports",
    "PKEventTypeConference", "PKEventTypeConvention", "PKEventTypeWorkshop", "PKEventTypeSocialGathering",
  ]

  static let seat: [String: ValueKind] = WalletKeys.table([
    .string: [
      "seatSection", "seatRow", "seatNumber", "seatIdentifier", "seatType", "seatDescription", "seatAisle", "seatLevel",
      "seatSectionColor",
    ]
  ])

  static let eventDateInfo: [String: ValueKind] = WalletKeys.table([
    .date: ["date"],
    .bool: ["ignoreTimeComponents", "isAllDay", "unannounced", "undetermined", "isUnannounced", "isUndetermined"],
    .string: ["timeZone"],
  ])

  /// Objects inside semantics, by the tag that holds them (or an array of them).
  static let objects: [String: [String: ValueKind]] = {
    let location = WalletKeys.table([.number: ["latitude", "longitude"]])
    let amount = WalletKeys.table([.string: ["amount", "currencyCode"]])
    return [
      "seats": seat, "venueLocation": location, "departureLocation": location, "destinationLocation": location,
      "balance": amount, "totalPrice": amount, "eventStartDateInfo": eventDateInfo,
      "wifiAccess": WalletKeys.table([.string: ["ssid", "password"]]),
      "passengerName": WalletKeys.table([
        .string: [
          "familyName", "givenName", "middleName", "namePrefix", "nameSuffix", "nickname", "phoneticRepresentation",
        ]
      ]),
    ]
  }()
}

extension PassInspection {
  /// Every semantics object: at the root and in fields. Wallet does not mind where a tag stands.
  private var semantics: [(pointer: String, tags: JSONObject)] {
    var found: [(pointer: String, tags: JSONObject)] = []
    if let tags = root["semantics"]?.object { found.append(("/semantics", tags)) }
    for style in WalletStyle.allCases {
      for group in WalletKeys.fieldGroups {
        for (index, field) in (root[style.rawValue]?[group]?.array ?? []).enumerated() {
          guard let tags = field["semantics"]?.object else { continue }
          found.append(("/\(style.rawValue)/\(group)/\(index)/semantics", tags))
        }
      }
    }
    return found
  }

  mutating func checkSemantics() {
    for (pointer, tags) in semantics { checkTags(tags, at: pointer) }
  }

  /// A tag of the wrong type is not used; whether Wallet refuses the pass for it is not documented. Dates are listed
  /// among the reasons to refuse.
  mutating func checkTags(_ tags: JSONObject, at pointer: String) {
    let dates = SemanticTags.all.filter { $0.value == .date }
    let others = SemanticTags.all.filter { $0.value != .date }
    checkMembers(of: JSONObject(tags.members.filter { dates[$0.name] != nil }), at: pointer, dates)
    checkMembers(of: JSONObject(tags.members.filter { dates[$0.name] == nil }), at: pointer, others, severity: .warning)
    for (name, table) in SemanticTags.objects.sorted(by: { $0.key < $1.key }) {
      switch tags[name] {
      case .object(let object)?: checkMembers(of: object, at: "\(pointer)/\(name)", table, severity: .warning)
      case .array(let values)?:
        for (index, value) in values.enumerated() {
          guard let object = value.object else {
            warn(
              "wrong-type", at: "\(pointer)/\(name)/\(index)",
              "an entry of \(name) must be an object, but is \(value.kindName)",
              hint: "See SemanticTags.")
            continue
          }
          checkMembers(of: object, at: "\(pointer)/\(name)/\(index)", table, severity: .warning)
        }
      default: break
      }
    }
    if let type = tags["eventType"]?.stringValue, !SemanticTags.eventTypes.contains(type) {
      warn(
        "event-type-unknown", at: pointer + "/eventType", "“\(excerpt(type))” is no event type that Wallet knows",
        hint: "Use one of \(SemanticTags.eventTypes.joined(separator: ", ")).")
    }
    func date(_ key: String) -> Int64? {
      guard let text = tags[key]?.stringValue, case .success(let date) = WalletDate.parse(text) else { return nil }
      return date.epochMilliseconds
    }
    if let start = date("eventStartDate"), let end = date("eventEndDate"), end < start {
      warn(
        "interval-reversed", at: pointer + "/eventEndDate", "the event ends before it begins", hint: "Swap the dates.")
    }
  }

  // MARK: - Schemes

  /// What the newer looks of iOS 18 and 26 need. Without it Wallet falls back to the classic look and says nothing.
  mutating func checkSchemes() {
    guard let schemes = root["preferredStyleSchemes"]?.array else { return }
    let known = ["posterEventTicket": WalletStyle.eventTicket, "semanticBoardingPass": .boardingPass]
    let classic = WalletStyle.classic.map(\.rawValue)
    for (index, value) in schemes.enumerated() {
      let pointer = "/preferredStyleSchemes/\(index)"
      guard let name = value.stringValue else {
        error(
          "wrong-type", at: pointer, "a style scheme must be a string, but is \(value.kindName)",
          hint: "Write posterEventTicket.")
        continue
      }
      if let needed = known[name] {
        if root[needed.rawValue] == nil {
          warn(
            "style-scheme-mismatch", at: pointer, "\(name) needs the style \(needed.rawValue) in the same pass",
            hint: "Leave the scheme out, or change the style.")
        }
      } else if !classic.contains(name) {
        warn(
          "style-scheme-unknown", at: pointer, "Wallet knows no style scheme “\(excerpt(name))”",
          hint: "There are posterEventTicket and semanticBoardingPass, each followed by its classic style.")
      }
    }
    let tags = semantics.reduce(into: [String: JSONValue]()) { all, semantics in
      for member in semantics.tags.members { all[member.name] = member.value }
    }
    if schemes.contains("posterEventTicket") { checkPosterEventTicket(tags) }
    if schemes.contains("semanticBoardingPass") { checkSemanticBoardingPass(tags) }
  }

  private mutating func require(_ names: [String], in tags: [String: JSONValue], for look: String) {
    for name in names {
      let isEmpty = tags[name].map { $0.stringValue?.isEmpty == true || $0.array?.isEmpty == true } ?? true
      guard isEmpty else { continue }
      warn(
        "scheme-semantics-missing", at: "/preferredStyleSchemes",
        "without the semantic tag \(name) Wallet does not use the \(look)",
        hint: "Add “\(name)” to semantics.")
    }
  }

  private mutating func checkPosterEventTicket(_ tags: [String: JSONValue]) {
    let look = "poster look and shows the classic ticket"
    require(["eventName", "venueName", "venueRegionName", "venueRoom"], in: tags, for: look)
    switch tags["eventType"]?.stringValue {
    case "PKEventTypeSports": require(["awayTeamAbbreviation", "homeTeamAbbreviation"], in: tags, for: look)
    case "PKEventTypeLivePerformance": require(["performerNames"], in: tags, for: look)
    case nil:
      warn(
        "poster-event-type-missing", at: "/preferredStyleSchemes", "a poster ticket should say its eventType",
        hint: "Add the semantic tag eventType, such as PKEventTypeLivePerformance.")
    default: break
    }
    if root["nfc"] == nil {
      warn(
        "poster-without-nfc", at: "/preferredStyleSchemes",
        "before iOS 27 Wallet shows a poster ticket only when the pass can be read by NFC",
        hint: "Older phones show the classic ticket with its barcode; see that it is complete.")
    }
    if !files.sortedPaths.contains(where: { PassImageName(path: $0)?.base == "artwork" }) {
      let hasBackground = files.sortedPaths.contains { PassImageName(path: $0)?.base == "background" }
      warn(
        "poster-artwork-missing", at: "/preferredStyleSchemes",
        hasBackground
          ? "the picture of a poster ticket is artwork.png; background.png is for the classic one"
          : "the poster ticket has no picture",
        hint: "Add artwork@2x.png and artwork@3x.png (358 x 448 points).")
    }
  }

  private mutating func checkSemanticBoardingPass(_ tags: [String: JSONValue]) {
    var tags = tags
    // Betas and Apple's own builder call the zones by other names.
    for end in ["departure", "destination"] where tags["\(end)LocationTimeZone"] == nil {
      tags["\(end)LocationTimeZone"] = tags["\(end)AirportTimeZone"]
    }
    require(
      [
        "airlineCode", "flightNumber", "departureAirportCode", "departureCityName", "departureLocationTimeZone",
        "destinationAirportCode", "destinationCityName", "destinationLocationTimeZone", "originalArrivalDate",
        "originalBoardingDate", "originalDepartureDate", "passengerName",
      ], in: tags, for: "semantic look and shows the classic boarding pass")
    if root["boardingPass"]?["transitType"]?.stringValue != "PKTransitTypeAir" {
      warn(
        "style-scheme-mismatch", at: "/preferredStyleSchemes",
        "semanticBoardingPass is for flights (PKTransitTypeAir) only",
        hint: "Leave the scheme out.")
    }
  }

  // MARK: - iOS 26 and 27

  mutating func checkUpcomingAndActions() {
    for (index, value) in (root["upcomingPassInformation"]?.array ?? []).enumerated() {
      let pointer = "/upcomingPassInformation/\(index)"
      guard let entry = value.object else {
        error(
          "wrong-type", at: pointer, "an upcoming entry must be an object, but is \(value.kindName)",
          hint: "See UpcomingPassInformationEntry.")
        continue
      }
      checkMembers(of: entry, at: pointer, WalletKeys.upcoming, severity: .warning)
      for key in ["identifier", "name", "type"] where entry[key] == nil {
        warn("upcoming-incomplete", at: pointer, "the upcoming entry lacks its \(key)", hint: "Add “\(key)”.")
      }
      if let tags = entry["semantics"]?.object { checkTags(tags, at: pointer + "/semantics") }
      for group in ["backFields", "additionalInfoFields"] {
        for (index, field) in (entry[group]?.array ?? []).enumerated() {
          checkField(field, at: "\(pointer)/\(group)/\(index)", in: group, of: .eventTicket)
        }
      }
    }
    let actions = root["featuredActions"]?.array ?? []
    if actions.count > 2 {
      warn(
        "too-many-actions", at: "/featuredActions", "Wallet shows 2 featured actions, the pass has \(actions.count)",
        hint: "Put the two that matter first.")
    }
    for (index, action) in actions.enumerated() {
      for key in ["identifier", "type", "url"] where action[key]?.stringValue == nil {
        warn("action-incomplete", at: "/featuredActions/\(index)", "the action lacks its \(key)", hint: "Add “\(key)”.")
      }
    }
  }
}
