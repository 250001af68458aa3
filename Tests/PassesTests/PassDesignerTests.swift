import Foundation
import JSON
import Passes
import Testing
import Tickets

/// Folders as Apple's Pass Designer and Pass Builder write them: samples in every place, private marks, names as their
/// program spells them, drawings as PDF beside the PNGs.
private enum Export {
  static let tooling = """
    {
      "automaticallyGenerateCompatiblePass" : true,
      "builderVersion" : "0.0.1",
      "designerVersion" : "1.0"
    }
    """

  static let event = """
    {
      "barcodes" : [
        {
          "_id" : "F3C1",
          "altText" : "SAMPLE",
          "format" : "PKBarcodeFormatCode39",
          "message" : "SAMPLE-1",
          "messageEncoding" : "iso-8859-1"
        },
        { "_id" : "F3C2", "altText" : "SAMPLE", "format" : "PKBarcodeFormatQR", "message" : "SAMPLE-1",
          "messageEncoding" : "iso-8859-1" }
      ],
      "description" : "Event Ticket",
      "eventTicket" : {
        "additionalInfoFields" : [ { "_id" : "A1", "key" : "house", "label" : "House", "value" : "Please be early" } ],
        "auxiliaryFields" : [
          { "_id" : "A2", "key" : "seat", "label" : "Seat", "row" : 0, "semantics" : { "_id" : "S1", "seats" : [ { "_id" : "S2", "seatNumber" : "12" } ] }, "value" : "12" }
        ],
        "headerFields" : [],
        "primaryFields" : [ { "_id" : "A3", "key" : "event", "label" : "Event", "value" : "Sample Event" } ]
      },
      "formatVersion" : 1,
      "organizationName" : "Example Hall",
      "passTypeIdentifier" : "pass.com.example.designer",
      "preferredStyleSchemes" : [ "posterEventTicket", "eventTicket" ],
      "relevantDates" : [ { "_id" : "R1", "date" : "2026-06-08T19:00:00-07:00" } ],
      "semantics" : {
        "eventName" : "Sample Event",
        "eventType" : "PKEventTypeLivePerformance",
        "performerNames" : [ "Sample Artist" ],
        "venueName" : "Sample Venue",
        "venueRegionName" : "Sample Region",
        "venueRoom" : "Sample Room"
      },
      "serialNumber" : "SAMPLE",
      "teamIdentifier" : "A1B2C3D4E5",
      "upcomingPassInformation" : [
        {
          "_id" : "U1",
          "additionalInfoFields" : [ { "_id" : "U2", "key" : "more", "value" : "More" } ],
          "identifier" : "night-1",
          "images" : {
            "headerImage" : {
              "reuseExisting" : false,
              "urls" : [
                { "_id" : "U3", "scale" : 2, "sha256" : "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "url" : "https://example.com/header.png" }
              ]
            }
          },
          "name" : "First night",
          "type" : "event",
          "urls" : { "sellURL" : "https://example.com/sell" }
        }
      ]
    }
    """

  static let card = """
    {
      "barcodes" : [
        { "_id" : "B1", "altText" : "40063", "format" : "PKBarcodeFormatEAN13", "message" : "4006381333931", "messageEncoding" : "us-ascii" },
        { "_id" : "B2", "altText" : "40063", "format" : "PKBarcodeFormatI2of5", "message" : "40063813", "messageEncoding" : "us-ascii" },
        { "_id" : "B3", "altText" : "40063", "format" : "PKBarcodeFormatCodabar", "message" : "A40063B", "messageEncoding" : "us-ascii" },
        { "_id" : "B4", "altText" : "40063", "format" : "PKBarcodeFormatPDF417", "message" : "4006381333931", "messageEncoding" : "us-ascii" }
      ],
      "description" : "Member Card",
      "featuredActions" : [
        { "_id" : "F1", "identifier" : "shop", "type" : "shop", "url" : "https://example.com/shop" }
      ],
      "formatVersion" : 1,
      "generic" : { "primaryFields" : [ { "_id" : "G1", "key" : "name", "value" : "Sample Name" } ] },
      "organizationName" : "Example Hall",
      "posterGeneric" : {
        "footerFields" : [ { "_id" : "P1", "key" : "level", "label" : "Level", "value" : "Gold" } ],
        "headerFields" : [ { "_id" : "P2", "key" : "since", "label" : "Since", "value" : "2026" } ],
        "primaryFields" : [ { "_id" : "P3", "key" : "title", "value" : "Sample Name" } ]
      }
    }
    """

  static let flight = """
    {
      "boardingPass" : {
        "primaryFields" : [ { "_id" : "A1", "key" : "from", "value" : "LHR" } ],
        "transitType" : "PKTransitTypeAir"
      },
      "description" : "Boarding Pass",
      "organizationName" : "Example Air",
      "semantics" : {
        "airlineLoungePlaceID" : "I1234",
        "departureAirportSecurityPrograms" : [ "PKTransitSecurityProgramCLEAR" ],
        "departureAirportTimeZone" : "Europe/London",
        "destinationAirportSecurityPrograms" : [ "PKTransitSecurityProgramOSS" ],
        "destinationAirportTimeZone" : "Africa/Maputo",
        "destinationLocationTimeZone" : "Africa/Johannesburg"
      }
    }
    """

  static func template(_ passJSON: String, yaml: String? = nil) throws -> PassTemplate {
    var files = PassFiles([
      "pass.json": Array(passJSON.utf8), "tooling.json": Array(tooling.utf8), ".DS_Store": [0, 0, 0, 1],
      "artwork.pdf": Array("%PDF-1.7".utf8), "artwork@2x.png": [1], "artwork@3x.png": [2],
    ])
    for icon in ["icon.png", "icon@2x.png", "icon@3x.png"] { files[icon] = [3] }
    if let yaml { files["template.yaml"] = Array(yaml.utf8) }
    return try PassTemplate(name: "Untitled.pkpasstemplate", files: files)
  }
}

@Suite("Folders of Apple's Pass Designer") struct PassDesignerTests {
  @Test(arguments: [Export.event, Export.card, Export.flight])
  func `open without a word`(passJSON: String) throws {
    let template = try Export.template(passJSON)
    #expect(template.warnings == [])
    #expect(template.name == "Untitled")
    let files = try template.files(Fixture.ticket())
    #expect(
      files.sortedPaths == [
        "artwork.pdf", "artwork@2x.png", "artwork@3x.png", "icon.png", "icon@2x.png", "icon@3x.png", "pass.json",
      ])
    // Not one private mark, however deep.
    #expect(!String(decoding: files["pass.json"] ?? [], as: UTF8.self).contains("_id"))
  }

  @Test func `the pass of an event has the names of the documentation`() throws {
    let pass = try Export.template(Export.event).pass(Fixture.ticket())
    #expect(
      pass["upcomingPassInformation"]
        == [
          [
            "additionalInfoFields": [["key": "more", "value": "More"]], "identifier": "night-1",
            "images": [
              "headerImage": [
                "reuseExisting": false,
                "URLs": [
                  [
                    "scale": 2, "SHA256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                    "URL": "https://example.com/header.png",
                  ]
                ],
              ]
            ],
            "name": "First night", "type": "event", "URLs": ["sellURL": "https://example.com/sell"],
          ]
        ])
    #expect(
      pass["eventTicket"]
        == [
          "additionalInfoFields": [["key": "house", "label": "House", "value": "Please be early"]],
          "auxiliaryFields": [
            [
              "key": "seat", "label": "Seat", "row": 0, "semantics": ["seats": [["seatNumber": "12"]]], "value": "12",
            ]
          ],
          "headerFields": [], "primaryFields": [["key": "event", "label": "Event", "value": "Sample Event"]],
        ])
    #expect(pass[pointer: "/barcodes/0/format"] == "PKBarcodeFormatCode39")
    #expect(pass["relevantDates"] == [["date": "2026-06-08T19:00:00-07:00"]])
    #expect(pass["preferredStyleSchemes"] == ["posterEventTicket", "eventTicket"])
  }

  @Test func `the pass of a flight has the names of the documentation, and they win where both are there`() throws {
    let pass = try Export.template(Export.flight).pass(Fixture.ticket())
    #expect(
      pass["semantics"]
        == [
          "loungePlaceIDs": ["I1234"], "departureLocationSecurityPrograms": ["PKTransitSecurityProgramCLEAR"],
          "departureLocationTimeZone": "Europe/London",
          "destinationLocationSecurityPrograms": ["PKTransitSecurityProgramOSS"],
          "destinationLocationTimeZone": "Africa/Johannesburg",
        ])
  }

  @Test func `a card keeps the barcodes, actions and poster of iOS 27`() throws {
    let pass = try Export.template(Export.card).pass(Fixture.ticket())
    #expect(
      pass["barcodes"]?.array?.map { $0["format"]?.stringValue } == [
        "PKBarcodeFormatEAN13", "PKBarcodeFormatI2of5", "PKBarcodeFormatCodabar", "PKBarcodeFormatPDF417",
      ])
    #expect(
      pass["featuredActions"] == [["identifier": "shop", "type": "shop", "url": "https://example.com/shop"]])
    #expect(
      pass["posterGeneric"]
        == [
          "footerFields": [["key": "level", "label": "Level", "value": "Gold"]],
          "headerFields": [["key": "since", "label": "Since", "value": "2026"]],
          "primaryFields": [["key": "title", "value": "Sample Name"]],
        ])
    #expect(pass["generic"] == ["primaryFields": [["key": "name", "value": "Sample Name"]]])
  }

  @Test func `bindings fill in the ticket, wherever Apple's tools put the place and whatever they call it`() throws {
    let yaml = """
      bindings:
        event: "{{ event.name }}"
        seat: "{{ seat.number }}"
        /barcodes/0/message: "{{ ticket.barcode }}"
        /barcodes/1/message: "{{ ticket.barcode }}"
        /semantics/eventName: "{{ event.name }}"
        /upcomingPassInformation/0/urls/sellURL: "https://example.com/{{ ticket.id }}"
        /upcomingPassInformation/0/images/headerImage/urls/0/url: "https://example.com/{{ ticket.id }}.png"
      """
    let template = try Export.template(Export.event, yaml: yaml)
    #expect(template.warnings == [])
    let pass = try template.pass(
      Fixture.ticket {
        $0.event.name = "Gala"
        $0.seat.number = "7"
      })
    #expect(pass[pointer: "/eventTicket/primaryFields/0/value"] == "Gala")
    #expect(pass[pointer: "/eventTicket/auxiliaryFields/0/value"] == "7")
    #expect(pass[pointer: "/barcodes/1/message"] == "00041177203958116402")
    #expect(pass[pointer: "/upcomingPassInformation/0/URLs/sellURL"] == "https://example.com/501")
    #expect(
      pass[pointer: "/upcomingPassInformation/0/images/headerImage/URLs/0/URL"] == "https://example.com/501.png")
    // Sample semantics stay behind.
    #expect(pass["semantics"] == ["eventName": "Gala", "eventType": "PKEventTypeLivePerformance"])
    #expect(pass[pointer: "/eventTicket/auxiliaryFields/0/semantics"] == nil)
  }

  @Test func `a finding stands where the template has the place`() throws {
    let spoiled = Export.event.replacing("https://example.com/sell", with: "example.com")
    let findings = try Export.template(spoiled).findings()
    let found = try #require(findings.first { $0.code == "url-malformed" })
    #expect(found.place.pointer == "/upcomingPassInformation/0/urls/sellURL")
    #expect(found.place.line == 52)
    #expect(!findings.contains { $0.code == "builder-spelling" || $0.code == "designer-id" })
  }

  @Test func `a list may be one text`() throws {
    let one = Export.flight.replacing("[ \"PKTransitSecurityProgramOSS\" ]", with: "\"{{ variables.PROGRAM }}\"")
    let pass = try Export.template(one).pass(Fixture.ticket { $0.variables["PROGRAM"] = "PKTransitSecurityProgramITI" })
    #expect(
      pass[pointer: "/semantics/destinationLocationSecurityPrograms"] == ["PKTransitSecurityProgramITI"])
  }

  // MARK: - The way back

  private static let templates = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../templates").standardizedFileURL

  @Test func `our templates have what Pass Designer looks for`() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.templates.path)
      .filter { $0.hasSuffix(".pkpasstemplate") }
    #expect(folders.count >= 3)
    for folder in folders {
      let url = Self.templates.appending(path: folder)
      let tooling = try JSONValue(parsing: Array(Data(contentsOf: url.appending(path: "tooling.json"))))
      #expect(
        Set(tooling.object?.names ?? []) == [
          "designerVersion", "builderVersion", "automaticallyGenerateCompatiblePass",
        ],
        "\(folder)")
      #expect(tooling["designerVersion"]?.stringValue != nil && tooling["builderVersion"]?.stringValue != nil)
      #expect([true, false].contains(tooling["automaticallyGenerateCompatiblePass"]))
      // It reads pass.json and images at the top, and languages beside them.
      let entries = try FileManager.default.contentsOfDirectory(atPath: url.path)
      #expect(entries.contains("pass.json") && entries.contains("icon@2x.png"))
      for entry in entries {
        let isKnown =
          ["pass.json", "tooling.json", "template.yaml", "samples", "images"].contains(entry)
          || entry.hasSuffix(".png") || entry.hasSuffix(".lproj")
        #expect(isKnown, "\(folder)/\(entry)")
      }
    }
  }
}
