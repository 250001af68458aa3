import JSON
import Passes
import Testing
import Tickets
import ZonedTime

import struct Foundation.TimeZone

@Suite("What the program adds to a pass") struct StateTests {
  static let relevant = """
    "relevantDates": [{"date": "2027-01-15T19:30:00+01:00"}], "relevantDate": "{{ event.start }}",
    "locations": [{"latitude": 1, "longitude": 2}], "beacons": [{"proximityUUID": "F8F589E9-C07E-58B8-9B7A-2D1C6F0A5A11"}],
    "voided": false
    """

  @Test func `a ticket that was scanned no longer comes to the lock screen, and says so`() throws {
    let template = try Fixture.template(
      fields: field("status", "{% if pass.voided %}void{% elsif pass.used %}used{% else %}new{% endif %}"),
      more: Self.relevant)
    let fresh = try template.pass(Fixture.ticket())
    for name in ["relevantDates", "locations", "beacons"] { #expect(fresh[name] != nil) }
    let used = try Fixture.ticket(state: "CONTROLLED")
    for name in ["relevantDates", "relevantDate", "locations", "beacons", "voided"] {
      #expect(try template.pass(used)[name] == nil)
    }
    #expect(try template.field("status", Fixture.ticket())?["value"] == "new")
    #expect(try template.field("status", used)?["value"] == "used")
  }

  @Test func `a voided pass says voided, and comes to no lock screen`() throws {
    let template = try Fixture.template(fields: field("void", "{{ pass.voided }}"), more: Self.relevant)
    let pass = try template.pass(Fixture.ticket(), isVoided: true)
    #expect(pass["voided"] == true)
    #expect(pass[pointer: "/eventTicket/auxiliaryFields/0/value"] == true)
    for name in ["relevantDates", "relevantDate", "locations", "beacons"] { #expect(pass[name] == nil) }
    #expect(pass.object?.duplicateNames == [])
  }

  @Test func `a pass expires when the event is over, by duration, or a day after its start`() throws {
    let template = try Fixture.template()
    func expiration(_ change: (inout Event) -> Void) throws -> String? {
      try template.pass(Fixture.ticket { change(&$0.event) })["expirationDate"]?.stringValue
    }
    let start = Fixture.date("2027-01-15T19:30:00+01:00")
    #expect(try expiration { _ in } == nil)
    #expect(try expiration { $0.start = start } == "2027-01-16T19:30:00+01:00")
    #expect(
      try expiration {
        $0.start = start
        $0.duration = 8100
      } == "2027-01-15T21:45:00+01:00")
    #expect(
      try expiration {
        $0.start = start
        $0.duration = 8100
        $0.end = Fixture.date("2027-01-15T23:00:00+01:00")
      } == "2027-01-15T23:00:00+01:00")
    #expect(
      try expiration {
        $0.start = start
        $0.duration = .max
      } != nil)
  }

  @Test func `an end that nobody gave is guessed for the expiration alone, never shown`() throws {
    let template = try Fixture.template(
      fields: field("end", "{{ event.end }}"), more: #""semantics": {"eventEndDate": "{{ event.end }}"}"#)
    let start = Fixture.date("2027-01-15T19:30:00+01:00")
    let unknown = try template.pass(Fixture.ticket { $0.event.start = start })
    #expect(unknown["semantics"] == nil)
    #expect(unknown[pointer: "/eventTicket/auxiliaryFields"] == nil)
    #expect(unknown["expirationDate"] == "2027-01-16T19:30:00+01:00")
    let known = try template.pass(
      Fixture.ticket {
        $0.event.start = start
        $0.event.duration = 3600
      })
    #expect(known[pointer: "/semantics/eventEndDate"] == "2027-01-15T20:30:00+01:00")
  }

  @Test func `24 hours over the change to summer time end an hour later by the clock`() throws {
    let zone = try #require(TimeZone(identifier: "Europe/Paris"))
    let start = try #require(ZonedDateTime(year: 2027, month: 3, day: 27, hour: 20, in: zone))
    let pass = try Fixture.template().pass(Fixture.ticket { $0.event.start = start })
    #expect(pass["expirationDate"] == "2027-03-28T21:00:00+02:00")
  }

  @Test func `an expiration date of the template wins`() throws {
    let template = try Fixture.template(more: #""expirationDate": "{{ event.doors }}""#)
    let pass = try template.pass(
      Fixture.ticket {
        $0.event.doors = Fixture.date("2027-01-15T19:00:00Z")
        $0.event.start = Fixture.date("2027-01-15T20:00:00Z")
      })
    #expect(pass["expirationDate"] == "2027-01-15T19:00:00Z")
    #expect(pass.object?.duplicateNames == [])
  }

  @Test func `tickets of one performance lie on one stack, unless the template says otherwise`() throws {
    let template = try Fixture.template()
    func group(_ template: PassTemplate, _ change: (inout Event) -> Void) throws -> String? {
      try template.pass(Fixture.ticket { change(&$0.event) })["groupingIdentifier"]?.stringValue
    }
    #expect(
      try group(template) {
        $0.performance = "200"
        $0.id = "150"
      } == "200")
    #expect(try group(template) { $0.id = "150" } == "150")
    #expect(try group(template) { $0.name = "Gala" } == nil)
    let own = try Fixture.template(more: #""groupingIdentifier": "{{ season.code }}""#)
    #expect(try own.pass(Fixture.ticket { $0.season.code = "S1" })["groupingIdentifier"] == "S1")
    let generic = try Fixture.template(
      Fixture.passJSON().replacing(#""eventTicket": { "auxiliaryFields": [] }"#, with: #""generic": {}"#))
    #expect(try group(generic) { $0.performance = "200" } == nil)
  }

  @Test func `pass type, team and serial number are the issuer's`() throws {
    let pass = try Fixture.template().pass(Fixture.ticket())
    #expect(pass["passTypeIdentifier"] == "pass.org.example.real")
    #expect(pass["teamIdentifier"] == "REALTEAM01")
    #expect(pass["serialNumber"] == "0815")
    #expect(pass["formatVersion"] == 1)
    #expect(pass.object?.duplicateNames == [])
  }

  @Test func `the update service goes in with its token or not at all, and never from the template`() throws {
    let template = try Fixture.template(
      more: #""webServiceURL": "https://wrong.example", "authenticationToken": "wrong-wrong-wrong""#)
    var issuer = Fixture.issuer
    let token = "0123456789abcdef"
    #expect(try template.pass(Fixture.ticket(), issuer: issuer, token: token)["webServiceURL"] == nil)
    issuer.webServiceURL = "https://passes.example.org"
    let without = try template.pass(Fixture.ticket(), issuer: issuer)
    #expect(without["webServiceURL"] == nil && without["authenticationToken"] == nil)
    let with = try template.pass(Fixture.ticket(), issuer: issuer, token: token)
    #expect(with["webServiceURL"] == "https://passes.example.org")
    #expect(with["authenticationToken"]?.stringValue == token)
  }

  @Test func `the same ticket gives the same bytes`() throws {
    let template = try Fixture.template(
      fields: field("event", "{{ event.name }}"), files: ["fr.lproj/pass.strings": "", "de.lproj/pass.strings": ""])
    let ticket = try Fixture.ticket { $0.event.name = LocalizedText("A", translations: ["fr": "B", "de": "C"]) }
    let first = try template.files(ticket)
    for _ in 0..<5 { #expect(try template.separateCopy().files(ticket) == first) }
  }
}
