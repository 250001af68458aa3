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
      "departureLocationDescription", "departureLocationTimeZone", "departurePlatform", "departureStationName",
      "departureTerminal", "destinationAirportCode", "destinationAirportName", "destinationCityName",
      "destinationGate", "destinationLocationDescription", "destinationLocationTimeZone", "destinationPlatform",
      "destinationStationName", "destinationTerminal", "flightCode", "internationalDocumentsVerifiedDeclarationName",
      "membershipProgramName",
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
      "departureLocationSecurityPrograms", "destinationLocationSecurityPrograms", "passengerAirlineSSRs",
      "passengerCapabilities",
      "passengerEligibleSecurityPrograms", "passengerInformationSSRs", "passengerServiceSSRs", "wifiAccess",
    ],
  ])

  static let eventTypes = [
    "PKEventTypeGeneric", "PKEventTypeLivePerformance", "PKEventTypeMovie", "PKEventTypeSports",
    "PKEventTypeConference", "PKEventTypeConvention", "PKEventTypeWorkshop", "PKEventTypeSocialGathering",
  ]

  /// Words that Wallet knows as elements of these lists; any other shows nothing.
  static let words: [String: [String]] = {
    let programs = ["TSAPreCheck", "TSAPreCheckTouchlessID", "OSS", "ITI", "ITD", "GlobalEntry", "CLEAR"]
      .map { "PKTransitSecurityProgram" + $0 }
    return [
      "passengerCapabilities": ["Preboarding", "PriorityBoarding", "Carryon", "PersonalItem", "LapInfant"]
        .map { "PKPassengerCapability" + $0 },
      "passengerEligibleSecurityPrograms": programs, "departureLocationSecurityPrograms": programs,
      "destinationLocationSecurityPrograms": programs,
      "passengerInformationSSRs": ["INFT"],
      "passengerServiceSSRs": [
        "PETC", "SVAN", "UMNR", "WCBD", "WCBW", "WCHC", "WCHR", "WCHS", "WCLB", "WCMP", "WCOB",
      ],
    ]
  }()

  /// Lists of texts.
  static let lists: Set<String> = [
    "performerNames", "artistIDs", "albumIDs", "playlistIDs", "loungePlaceIDs", "passengerAirlineSSRs",
  ]

  /// The members without which an object says nothing.
  static let requiredMembers: [String: [String]] = [
    "venueLocation": ["latitude", "longitude"], "departureLocation": ["latitude", "longitude"],
    "destinationLocation": ["latitude", "longitude"], "balance": ["amount", "currencyCode"],
    "totalPrice": ["amount", "currencyCode"], "wifiAccess": ["ssid", "password"],
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
  var semantics: [(pointer: String, tags: JSONObject)] {
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
    checkSpelling(ofMembers: tags, at: pointer, Spelling.semantics)
    let tags = JSONObject(tags.members.filter { Spelling.semantics[$0.name] == nil })
    let dates = SemanticTags.all.filter { $0.value == .date }
    let others = SemanticTags.all.filter { $0.value != .date }
    checkMembers(of: JSONObject(tags.members.filter { dates[$0.name] != nil }), at: pointer, dates)
    checkMembers(of: JSONObject(tags.members.filter { dates[$0.name] == nil }), at: pointer, others, severity: .warning)
    for (name, table) in SemanticTags.objects.sorted(by: { $0.key < $1.key }) {
      switch tags[name] {
      case .object(let object)?: checkTagObject(object, named: name, at: "\(pointer)/\(name)", table)
      case .array(let values)?:
        for (index, value) in values.enumerated() {
          guard let object = value.object else {
            warn(
              "wrong-type", at: "\(pointer)/\(name)/\(index)",
              "an entry of \(name) must be an object, but is \(value.kindName)",
              hint: "See SemanticTags.")
            continue
          }
          checkTagObject(object, named: name, at: "\(pointer)/\(name)/\(index)", table)
        }
      default: break
      }
    }
    checkLists(in: tags, at: pointer)
    for name in ["departureLocationTimeZone", "destinationLocationTimeZone"] {
      checkTimeZone(tags[name], at: "\(pointer)/\(name)")
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

  private mutating func checkTagObject(
    _ object: JSONObject, named name: String, at pointer: String, _ table: [String: ValueKind]
  ) {
    checkMembers(of: object, at: pointer, table, severity: .warning)
    let missing = (SemanticTags.requiredMembers[name] ?? []).filter { object[$0] == nil }
    if !missing.isEmpty {
      warn(
        "semantic-object-incomplete", at: pointer, "\(name) lacks \(missing.joined(separator: " and "))",
        hint: "Add what is missing, or leave the tag out.")
    }
    if name == "eventStartDateInfo" { checkTimeZone(object["timeZone"], at: pointer + "/timeZone") }
  }

  private mutating func checkLists(in tags: JSONObject, at pointer: String) {
    for name in SemanticTags.lists.union(SemanticTags.words.keys).sorted() {
      let known = SemanticTags.words[name]
      for (index, value) in (tags[name]?.array ?? []).enumerated() {
        let place = "\(pointer)/\(name)/\(index)"
        guard let word = value.stringValue else {
          warn(
            "wrong-type", at: place, "an entry of \(name) must be a string, but is \(value.kindName)",
            hint: "Write it in quotation marks.")
          continue
        }
        guard let known, !known.contains(word) else { continue }
        let end = Spelling.betaWords.first { word.hasPrefix($0.beta) }.map { $0.now + word.dropFirst($0.beta.count) }
        warn(
          "semantic-word-unknown", at: place, "“\(excerpt(word))” shows nothing: Wallet knows no such entry of \(name)",
          hint: end.flatMap { known.contains($0) ? "Its name is \($0) since iOS 26." : nil }
            ?? "Use \(known.joined(separator: ", ")).")
      }
    }
  }

  /// The shape of an IANA name: whether a phone knows the zone is the phone's affair.
  mutating func checkTimeZone(_ value: JSONValue?, at pointer: String) {
    guard let text = value?.stringValue else { return }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let isNamed =
      (2...3).contains(parts.count)
      && parts.allSatisfy { part in
        part.first?.isLetter == true
          && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-+".contains($0)) }
      }
    guard !isNamed, !["UTC", "GMT"].contains(text) else { return }
    warn(
      "time-zone-unknown", at: pointer, "“\(excerpt(text))” is not the name of a time zone",
      hint: "Write the IANA name, such as Europe/Paris.")
  }
}
