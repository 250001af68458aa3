package import JSON
import ZonedTime

/// The kinds of pass.
package enum WalletStyle: String, Sendable, Hashable, CaseIterable {
  case boardingPass, coupon, eventTicket, generic, storeCard
  /// iOS 27. Needs a classic style beside it for older systems.
  case posterGeneric

  static let classic: [WalletStyle] = [.boardingPass, .coupon, .eventTicket, .generic, .storeCard]

  /// The style a pass is drawn in: a classic one before `posterGeneric`, which is an addition to it.
  package static func style(of pass: JSONValue) -> WalletStyle? {
    allCases.first { pass[$0.rawValue] != nil }
  }
}

extension PassInspection {
  var style: WalletStyle? { WalletStyle.style(of: document.value) }

  mutating func checkTopLevel() {
    checkMembers(of: root, at: "", WalletKeys.topLevel)
    checkRequiredKeys()
    checkColors()
    checkWebService()
    checkApps()
    if root["groupingIdentifier"] != nil, let style, style != .boardingPass, style != .eventTicket {
      warn(
        "grouping-identifier-misplaced", at: "/groupingIdentifier",
        "groupingIdentifier is for boarding passes and event tickets, not for \(style.rawValue)",
        hint: "Leave it out.")
    }
    if let now, let text = root["expirationDate"]?.stringValue, case .success(let date) = WalletDate.parse(text),
      date.epochMilliseconds / 1000 < now
    {
      warn(
        "pass-expired", at: "/expirationDate", "the pass expired on \(date.iso8601); Wallet shows it as expired",
        hint: "Nothing to do when the event is over.")
    }
  }

  private mutating func checkRequiredKeys() {
    let required = [
      "formatVersion", "passTypeIdentifier", "serialNumber", "teamIdentifier", "organizationName", "description",
    ]
    for key in required {
      guard let value = root[key] else {
        error("required-key-missing", at: "", "the required key \(key) is missing", hint: "Add “\(key)”.")
        continue
      }
      if value.stringValue?.allSatisfy(\.isWhitespace) == true {
        let isIdentity = key.hasSuffix("Identifier") || key == "serialNumber"
        report(
          isIdentity ? .error : .warning, "required-key-empty", at: "/\(key)", "\(key) is empty",
          hint: key == "description" ? "VoiceOver reads it out: say in a few words what the pass is." : "Fill it in.")
      }
    }
    if let type = root["passTypeIdentifier"]?.stringValue, !type.isEmpty, !type.hasPrefix("pass.") {
      warn(
        "pass-type-identifier", at: "/passTypeIdentifier",
        "“\(excerpt(type))” does not begin with “pass.”, as Apple's pass type identifiers do",
        hint: "Copy it from the developer portal, such as pass.org.example.tickets.")
    }
    if case .number(let number)? = root["formatVersion"], number.int64 != 1 {
      error(
        "format-version", at: "/formatVersion", "formatVersion is \(excerpt(number.literal)), it must be 1",
        hint: "Write 1.")
    }
  }

  private mutating func checkColors() {
    for key in ["backgroundColor", "foregroundColor", "labelColor", "stripColor", "footerBackgroundColor"] {
      guard let text = root[key]?.stringValue else { continue }
      switch WalletColor(text) {
      case .good: break
      case .withAlpha:
        warn(
          "color-with-alpha", at: "/\(key)",
          "“\(excerpt(text))” has an opacity, which Apple does not document and its own builder refuses",
          hint: "Write rgb(r, g, b).")
      case .malformed:
        error(
          "color-malformed", at: "/\(key)", "“\(excerpt(text))” is not a colour that Wallet reads",
          hint: "Write rgb(r, g, b) with numbers from 0 to 255.")
      }
    }
  }

  private mutating func checkWebService() {
    let url = root["webServiceURL"]?.stringValue
    let token = root["authenticationToken"]?.stringValue
    if let url {
      let lowercase = url.lowercased()
      let hasScheme = lowercase.hasPrefix("https://") || lowercase.hasPrefix("http://")
      let host = lowercase.drop { $0 != ":" }.dropFirst("://".count).prefix { !"/?#".contains($0) }
      if !hasScheme || host.isEmpty || url.contains(where: \.isWhitespace) {
        error(
          "web-service-url-malformed", at: "/webServiceURL", "“\(excerpt(url))” is not an https address",
          hint: "Write the address under which the service answers /v1/…, such as https://example.org/wallet.")
      } else if lowercase.hasPrefix("http://") {
        warn(
          "web-service-insecure", at: "/webServiceURL",
          "webServiceURL is http, which phones use only with a developer setting switched on",
          hint: "Use https for everything that is not a test.")
      }
      if lowercase.hasSuffix("/v1") || lowercase.hasSuffix("/v1/") {
        warn(
          "web-service-url-version", at: "/webServiceURL", "Wallet appends /v1 itself, so it will ask for /v1/v1",
          hint: "Leave /v1 out, unless the service really answers there.")
      }
      if root["authenticationToken"] == nil {
        error(
          "web-service-incomplete", at: "/webServiceURL", "webServiceURL needs an authenticationToken beside it",
          hint: "Add a token of at least 16 characters, or leave both out.")
      }
    }
    if let token {
      if token.count < 16 {
        error(
          "authentication-token-short", at: "/authenticationToken",
          "authenticationToken has \(token.count) characters, Wallet wants at least 16",
          hint: "Use 16 or more characters that nobody can guess.")
      }
      if root["webServiceURL"] == nil {
        error(
          "web-service-incomplete", at: "/authenticationToken", "authenticationToken needs a webServiceURL beside it",
          hint: "Add the URL, or leave both out.")
      }
    }
  }

  private mutating func checkApps() {
    let stores = root["associatedStoreIdentifiers"]?.array
    if root["appLaunchURL"] != nil, stores?.isEmpty ?? true {
      error(
        "app-launch-without-store-identifier", at: "/appLaunchURL",
        "appLaunchURL needs associatedStoreIdentifiers to know the app",
        hint: "Add the app's number from the App Store, or leave appLaunchURL out.")
    }
    for key in ["associatedStoreIdentifiers", "auxiliaryStoreIdentifiers"] {
      for (index, value) in (root[key]?.array ?? []).enumerated() where value.int == nil {
        error(
          "wrong-type", at: "/\(key)/\(index)", "an App Store identifier must be a whole number, not \(value.kindName)",
          hint: "Write it without quotation marks.")
      }
    }
  }

  mutating func checkStyle() {
    let present = WalletStyle.classic.filter { root[$0.rawValue] != nil }
    let hasPoster = root[WalletStyle.posterGeneric.rawValue] != nil
    if present.isEmpty, hasPoster {
      warn(
        "poster-generic-alone", at: "/posterGeneric",
        "systems before iOS 27 cannot add a pass that is only posterGeneric",
        hint: "Put a classic style, such as generic, beside it.")
    } else if present.isEmpty {
      error(
        "style-missing", at: "", "the pass has no style",
        hint: "Add exactly one of boardingPass, coupon, eventTicket, generic, storeCard.")
    } else if present.count > 1 {
      let names = present.map(\.rawValue).joined(separator: ", ")
      error(
        "style-ambiguous", at: "/\(present[1].rawValue)", "the pass has several styles: \(names)", hint: "Keep one.")
    }
    for style in WalletStyle.allCases {
      guard let object = root[style.rawValue]?.object else { continue }
      checkMembers(of: object, at: "/\(style.rawValue)", WalletKeys.style)
      checkTransitType(in: object, of: style)
    }
  }

  private mutating func checkTransitType(in object: JSONObject, of style: WalletStyle) {
    let known = [
      "PKTransitTypeAir", "PKTransitTypeBoat", "PKTransitTypeBus", "PKTransitTypeTrain", "PKTransitTypeGeneric",
    ]
    let value = object["transitType"]
    if style != .boardingPass {
      if value != nil {
        warn(
          "transit-type-misplaced", at: "/\(style.rawValue)/transitType", "transitType is for boarding passes only",
          hint: "Leave it out.")
      }
    } else if value == nil {
      error(
        "transit-type-missing", at: "/boardingPass", "a boarding pass needs a transitType",
        hint: "Add one of \(known.joined(separator: ", ")).")
    } else if let text = value?.stringValue, !known.contains(text) {
      error(
        "transit-type-unknown", at: "/boardingPass/transitType", "“\(excerpt(text))” is no transit type",
        hint: "Use one of \(known.joined(separator: ", ")).")
    }
  }
}
