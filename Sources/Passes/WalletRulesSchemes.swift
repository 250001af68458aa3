import JSON

extension PassInspection {
  /// The style schemes of the pass, as far as they are texts.
  var schemes: [String] { (root["preferredStyleSchemes"]?.array ?? []).compactMap(\.stringValue) }

  /// What the newer looks of iOS 18 and 26 need. Without it Wallet falls back to the classic look and says nothing.
  mutating func checkSchemes() {
    checkKeysOfSchemes()
    guard let values = root["preferredStyleSchemes"]?.array else { return }
    let known = ["posterEventTicket": WalletStyle.eventTicket, "semanticBoardingPass": .boardingPass]
    let classic = WalletStyle.classic.map(\.rawValue)
    for (index, value) in values.enumerated() {
      let pointer = "/preferredStyleSchemes/\(index)"
      guard let name = value.stringValue else {
        error(
          "wrong-type", at: pointer, "a style scheme must be a string, but is \(value.kindName)",
          hint: "Write posterEventTicket.")
        continue
      }
      if let needed = known[name] {
        checkFallback(of: name, to: needed, at: pointer)
      } else if !classic.contains(name) {
        warn(
          "style-scheme-unknown", at: pointer, "Wallet knows no style scheme “\(excerpt(name))”",
          hint: "There are posterEventTicket and semanticBoardingPass, each followed by its classic style.")
      }
    }
    let tags = WalletRules.semanticTags(of: document.value)
    if schemes.contains("posterEventTicket") { checkPosterEventTicket(tags) }
    if schemes.contains("semanticBoardingPass") { checkSemanticBoardingPass(tags) }
  }

  /// Systems that do not know a scheme draw the classic style, and so do all when something is missing.
  private mutating func checkFallback(of name: String, to style: WalletStyle, at pointer: String) {
    guard let classic = root[style.rawValue] else {
      warn(
        "style-scheme-mismatch", at: pointer, "\(name) needs the style \(style.rawValue) in the same pass",
        hint: "Leave the scheme out, or change the style.")
      return
    }
    if !schemes.contains(style.rawValue) {
      warn(
        "style-scheme-without-fallback", at: pointer, "the list does not name the classic style after \(name)",
        hint: "Write [\"\(name)\", \"\(style.rawValue)\"].")
    }
    let front = ["headerFields", "primaryFields", "secondaryFields", "auxiliaryFields"]
    if front.allSatisfy({ classic[$0]?.array?.isEmpty ?? true }) {
      warn(
        "scheme-fallback-empty", at: "/\(style.rawValue)",
        "phones that do not use \(name) show a \(style.rawValue) with nothing on its front",
        hint: "Fill in the fields of the classic style too.")
    }
  }

  private mutating func require(_ names: [String], in tags: [String: JSONValue], for look: String) {
    for name in names where WalletRules.isEmpty(tags[name]) {
      warn(
        "scheme-semantics-missing", at: "/preferredStyleSchemes",
        "without the semantic tag \(name) Wallet does not use the \(look)",
        hint: "Add “\(name)” to semantics.")
    }
  }

  private func isEmpty(_ value: JSONValue?) -> Bool { WalletRules.isEmpty(value) }

  private func hasImage(_ base: String) -> Bool {
    files.sortedPaths.contains { PassImageName(path: $0)?.base == base }
  }

  private mutating func checkPosterEventTicket(_ tags: [String: JSONValue]) {
    let look = "poster look and shows the classic ticket"
    require(WalletRules.missingPosterTags(tags), in: tags, for: look)
    if tags["eventType"]?.stringValue == nil {
      warn(
        "poster-event-type-missing", at: "/preferredStyleSchemes", "a poster ticket should say its eventType",
        hint: "Add the semantic tag eventType, such as PKEventTypeLivePerformance.")
    }
    recommend(tags)
    checkPosterAccess()
    if !hasImage("artwork") {
      warn(
        "poster-artwork-missing", at: "/preferredStyleSchemes",
        hasImage("background")
          ? "the picture of a poster ticket is artwork.png; background.png is for the classic one"
          : "the poster ticket has no picture",
        hint: "Add artwork@2x.png and artwork@3x.png (358 x 448 points).")
    }
    if ["relevantDates", "locations", "beacons"].allSatisfy({ isEmpty(root[$0]) }) {
      warn(
        "poster-without-relevance", at: "/preferredStyleSchemes",
        "without relevantDates, locations or beacons nothing begins the ticket's Live Activity",
        hint: "Add relevantDates with the hours of the event.")
    }
  }

  /// What Apple's event article asks for without making the look depend on it.
  private mutating func recommend(_ tags: [String: JSONValue]) {
    if isEmpty(tags["eventStartDate"]), isEmpty(tags["eventStartDateInfo"]) {
      warn(
        "poster-tag-recommended", at: "/preferredStyleSchemes", "a poster ticket should say when the event starts",
        hint: "Add the semantic tag eventStartDate, or eventStartDateInfo while the day is open.")
    }
    // General admission has no seats; its tickets say the level instead.
    if ["seats", "admissionLevel", "additionalTicketAttributes"].allSatisfy({ isEmpty(tags[$0]) }) {
      warn(
        "poster-tag-recommended", at: "/preferredStyleSchemes", "a poster ticket should say its seat",
        hint: "Add the semantic tag seats, or admissionLevel where nobody has a seat.")
    }
  }

  private mutating func checkPosterAccess() {
    guard let nfc = root["nfc"] else {
      warn(
        "poster-without-nfc", at: "/preferredStyleSchemes",
        "before iOS 27 Wallet shows a poster ticket only when the pass can be read by NFC",
        hint: "Older phones show the classic ticket with its barcode; see that it is complete.")
      return
    }
    if nfc.object != nil, nfc["requiresAuthentication"] == nil {
      warn(
        "poster-nfc-authentication", at: "/nfc",
        "Apple's own check wants a poster ticket to say whether NFC needs the holder's face or finger",
        hint: "Add requiresAuthentication: true or false.")
    }
  }

  private mutating func checkSemanticBoardingPass(_ tags: [String: JSONValue]) {
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

  // MARK: - Keys of one look

  private static let posterKeys = [
    "accessibilityURL", "addOnURL", "auxiliaryStoreIdentifiers", "bagPolicyURL", "contactVenueEmail",
    "contactVenuePhoneNumber", "contactVenueWebsite", "directionsInformationURL", "eventLogoText",
    "footerBackgroundColor", "merchandiseURL", "orderFoodURL", "parkingInformationURL", "purchaseParkingURL", "sellURL",
    "suppressHeaderDarkening", "transferURL", "transitInformationURL", "upcomingPassInformation", "useAutomaticColors",
  ]

  private static let flightKeys = [
    "changeSeatURL", "entertainmentURL", "managementURL", "purchaseAdditionalBaggageURL", "purchaseLoungeAccessURL",
    "purchaseWifiURL", "registerServiceAnimalURL", "reportLostBagURL", "requestWheelchairURL", "trackBagsURL",
    "transitProviderEmail", "transitProviderPhoneNumber", "transitProviderWebsiteURL", "upgradeURL",
  ]

  /// Keys that only one look shows, in a pass that does not ask for it.
  private mutating func checkKeysOfSchemes() {
    let schemes = schemes
    let isPoster = schemes.contains("posterEventTicket")
    let isFlight = schemes.contains("semanticBoardingPass")
    for key in Self.posterKeys where root[key] != nil && !isPoster {
      if key == "orderFoodURL", isFlight { continue }
      if key == "suppressHeaderDarkening", root["posterGeneric"] != nil { continue }
      warnWithoutEffect(key, scheme: "posterEventTicket")
    }
    for key in Self.flightKeys where root[key] != nil && !isFlight {
      warnWithoutEffect(key, scheme: "semanticBoardingPass")
    }
    if root["featuredActions"] != nil, isPoster || isFlight {
      warn(
        "key-without-effect", at: "/featuredActions",
        "featured actions are said to show on classic passes and posterGeneric only",
        hint: "Keep them for phones that show the classic look, or leave them out.")
    }
  }

  private mutating func warnWithoutEffect(_ key: String, scheme: String) {
    warn(
      "key-without-effect", at: "/\(key)", "\(key) shows only where preferredStyleSchemes names \(scheme)",
      hint: "Leave it out, or ask for that look.")
  }
}
