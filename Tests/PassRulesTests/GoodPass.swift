import JSON
import Passes

/// Passes and a template that break no rule, one for each kind of thing that rules are about.
enum GoodPass: String, CaseIterable, Sendable {
  case ticket, poster, flight, generic, coupon, posterGeneric, rewards, template

  var files: PassFiles {
    switch self {
    case .ticket: return PassFixture.files()
    case .template: return Self.templateFiles
    default: break
    }
    var files = PassFiles(["pass.json": Array(json.utf8)])
    for (path, size) in PassFixture.images { files[path] = PassFixture.png(width: size.0, height: size.1) }
    if self == .poster || self == .posterGeneric {
      files["artwork@2x.png"] = PassFixture.png(width: 716, height: 896)
      files["artwork@3x.png"] = PassFixture.png(width: 1074, height: 1344)
    }
    if self == .rewards {
      files["personalizationLogo@2x.png"] = PassFixture.png(width: 300, height: 80)
      files["personalizationLogo@3x.png"] = PassFixture.png(width: 450, height: 120)
      files["personalization.json"] = Array(
        #"{"description": "Join", "requiredPersonalizationFields": ["PKPassPersonalizationFieldName"]}"#.utf8)
    }
    return files
  }

  var json: String {
    switch self {
    case .ticket: PassFixture.passJSON
    case .template: Self.templateJSON
    case .poster: Self.pass(Self.posterMembers)
    case .flight: Self.pass(Self.flightMembers)
    case .generic: Self.pass(#""generic": {"primaryFields": [{"key": "a", "value": "A"}]}"#)
    case .coupon: Self.pass(#""coupon": {"primaryFields": [{"key": "a", "value": "A"}]}"#)
    case .posterGeneric:
      Self.pass(
        """
        "generic": {"primaryFields": [{"key": "a", "value": "A"}]},
        "posterGeneric": {"headerFields": [{"key": "b", "value": "B"}], "footerFields": [{"key": "c", "value": "C"}]}
        """)
    case .rewards:
      Self.pass(
        """
        "webServiceURL": "https://example.org/wallet", "authenticationToken": "0123456789abcdef",
        \(Self.nfc), "storeCard": {"primaryFields": [{"key": "a", "value": "A"}]}
        """)
    }
  }

  /// What the rules find. A template is loaded, and the pass of its sample looked at.
  func findings(in files: PassFiles, now: Int64?) -> [Finding] {
    guard self == .template else { return WalletRules.findings(in: files, now: now) }
    do {
      return try PassTemplate(name: "good", files: files).findings(now: now)
    } catch {
      return error.findings
    }
  }

  private static func pass(_ members: String) -> String {
    """
    {"formatVersion": 1, "passTypeIdentifier": "pass.org.example.tickets", "serialNumber": "0815",
     "teamIdentifier": "ABCDE12345", "organizationName": "Example Hall", "description": "Something to show",
     \(members)}
    """
  }

  private static var nfc: String {
    """
    "nfc": {"message": "1", "requiresAuthentication": false, "encryptionPublicKey":
      "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="}
    """
  }

  private static let posterMembers = """
    "preferredStyleSchemes": ["posterEventTicket", "eventTicket"],
    \(nfc),
    "relevantDates": [{"date": "2026-12-31T19:00:00+01:00"}],
    "sellURL": "https://example.org/sell",
    "semantics": {
      "eventType": "PKEventTypeLivePerformance", "eventName": "Evening", "venueName": "Hall", "venueRegionName": "Town",
      "venueRoom": "Great Hall", "performerNames": ["Band"], "eventStartDate": "2026-12-31T19:30:00+01:00",
      "venueLocation": {"latitude": 48.2, "longitude": 16.37}, "seats": [{"seatRow": "C"}]
    },
    "upcomingPassInformation": [
      {
        "identifier": "1", "name": "First night", "type": "event", "URLs": {"sellURL": "https://example.org/1"},
        "dateInformation": {"date": "2026-12-31T19:30:00+01:00", "timeZone": "Europe/Vienna"},
        "images": {"venueMap": {"URLs": [{"URL": "https://example.org/map.png",
          "SHA256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]}}
      }
    ],
    "eventTicket": {
      "primaryFields": [{"key": "event", "value": "Evening"}],
      "additionalInfoFields": [{"key": "house", "value": "Doors close at eight"}]
    }
    """

  private static let flightMembers = """
    "preferredStyleSchemes": ["semanticBoardingPass", "boardingPass"],
    "managementURL": "https://example.org/manage",
    "semantics": {
      "airlineCode": "EX", "flightNumber": 123, "departureAirportCode": "LHR", "departureCityName": "London",
      "departureLocationTimeZone": "Europe/London", "destinationAirportCode": "MPM",
      "destinationCityName": "Maputo", "destinationLocationTimeZone": "Africa/Maputo",
      "originalArrivalDate": "2026-12-31T19:30:00+02:00", "originalBoardingDate": "2026-12-31T07:30:00Z",
      "originalDepartureDate": "2026-12-31T08:00:00Z", "passengerName": {"familyName": "Appleseed"},
      "passengerServiceSSRs": ["WCHR"], "passengerCapabilities": ["PKPassengerCapabilityCarryon"]
    },
    "boardingPass": {
      "transitType": "PKTransitTypeAir", "primaryFields": [{"key": "from", "value": "LHR"}]
    }
    """

  // MARK: - Template

  private static let templateJSON = """
    {
      "formatVersion": 1,
      "organizationName": "Example Hall",
      "description": "{{ event.name | default: 'Ticket' }}",
      "barcodes": [
        {
          "format": "PKBarcodeFormatQR", "message": "{{ ticket.barcode }}", "messageEncoding": "iso-8859-1",
          "altText": "{{ ticket.barcode }}"
        }
      ],
      "eventTicket": {
        "primaryFields": [{"key": "event", "label": "label_event", "value": "sample"}]
      }
    }
    """

  private static let templateFiles: PassFiles = {
    var files = PassFiles(
      [
        "pass.json": templateJSON, "template.yaml": "default_language: en\nbindings:\n  event: '{{ event.name }}'\n",
        "samples/one.json": #"{"ticket": {"id": "1", "barcode": "0001"}, "event": {"name": "Evening"}}"#,
        "en.lproj/pass.strings": "\"label_event\" = \"Event\";\n",
        "fr.lproj/pass.strings": "\"label_event\" = \"Soirée\";\n", "tooling.json": "{}",
      ].mapValues { Array($0.utf8) })
    for (path, size) in PassFixture.images { files[path] = PassFixture.png(width: size.0, height: size.1) }
    return files
  }()
}
