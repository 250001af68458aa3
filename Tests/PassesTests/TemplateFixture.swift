import Foundation
import JSON
import Passes
import Tickets
import ZonedTime

/// Templates of a few lines, and the passes they make.
enum Fixture {
  static let issuer = PassIssuer(
    passTypeIdentifier: "pass.org.example.real", teamIdentifier: "REALTEAM01", tenant: "sorana")

  /// A template's `pass.json`: what Wallet insists on, an event ticket with `fields` as its auxiliary fields, and `more`.
  static func passJSON(fields: String = "", more: String = "", description: String = "Ticket") -> String {
    """
    {
      "formatVersion": 1,
      "passTypeIdentifier": "pass.org.example.sample",
      "teamIdentifier": "SAMPLE0001",
      "serialNumber": "sample",
      "organizationName": "Hall",
      "description": "\(description)",
      "eventTicket": { "auxiliaryFields": [\(fields)] }\(more.isEmpty ? "" : ",\n  \(more)")
    }
    """
  }

  static func template(
    fields: String = "", more: String = "", description: String = "Ticket", yaml: String? = nil,
    files: [String: String] = [:]
  ) throws -> PassTemplate {
    try template(passJSON(fields: fields, more: more, description: description), yaml: yaml, files: files)
  }

  static func template(_ passJSON: String, yaml: String? = nil, files: [String: String] = [:]) throws -> PassTemplate {
    var all = PassFiles(files.mapValues { Array($0.utf8) })
    all["pass.json"] = Array(passJSON.utf8)
    all["icon.png"] = [1, 2, 3]
    if let yaml { all["template.yaml"] = Array(yaml.utf8) }
    return try PassTemplate(name: "small", files: all)
  }

  /// What loading finds; empty when the template loads without a warning.
  static func findings(_ load: () throws -> PassTemplate) throws -> [Finding] {
    do {
      return try load().warnings
    } catch let error as PassTemplate.LoadError {
      return error.findings
    }
  }

  static func ticket(state: String = "PRINTED", _ change: (inout Ticket) -> Void = { _ in }) throws -> Ticket {
    var ticket = try Ticket(
      id: "501", movement: "9007199254740993", operation: "77", barcode: Barcode("00041177203958116402"),
      stateWord: state)
    change(&ticket)
    return ticket
  }

  static func date(_ text: String) -> ZonedDateTime {
    ZonedDateTime(iso8601: text) ?? ZonedDateTime(epochMilliseconds: 0)
  }
}

extension PassTemplate {
  func files(
    _ ticket: Ticket, issuer: PassIssuer = Fixture.issuer, token: String? = nil, isVoided: Bool = false
  ) throws -> PassFiles {
    try contents(
      for: ticket, issuer: issuer, serialNumber: "0815", authenticationToken: token, isVoided: isVoided
    ).files
  }

  /// The `pass.json` that comes out, read back.
  func pass(
    _ ticket: Ticket, issuer: PassIssuer = Fixture.issuer, token: String? = nil, isVoided: Bool = false
  ) throws -> JSONValue {
    try JSONValue(parsing: files(ticket, issuer: issuer, token: token, isVoided: isVoided)["pass.json"] ?? [])
  }

  /// The auxiliary field of a key as it comes out.
  func field(_ key: String, _ ticket: Ticket) throws -> JSONValue? {
    try pass(ticket)[pointer: "/eventTicket/auxiliaryFields"]?.array?.first { $0["key"]?.stringValue == key }
  }

  /// What a phone in a language shows for a text of `pass.json`.
  func shown(_ pointer: String, in language: String, _ ticket: Ticket) throws -> String? {
    let files = try files(ticket)
    let pass = try JSONValue(parsing: files["pass.json"] ?? [])
    guard let text = pass[pointer: pointer]?.stringValue else { return nil }
    guard let strings = files["\(language).lproj/pass.strings"] else { return text }
    return try StringsFile(parsing: strings)[text] ?? text
  }
}

/// Field values of the shape `{"key": …, "value": …}`.
func field(_ key: String, _ value: String, _ more: String = "") -> String {
  #"{"key": "\#(key)", "value": "\#(value)"\#(more.isEmpty ? "" : ", \(more)")}"#
}
