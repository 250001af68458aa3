import Foundation
import JSON
import PassBundle
import Passes
import Sandbox
import Testing

/// A pass as a phone gets it, verified.
struct DownloadedPass: Sendable {
  let json: JSONValue
  let tag: String
  /// Its address.
  let address: String

  var barcode: String? { json["barcodes"]?[0]?["message"]?.stringValue }
  var isVoided: Bool { json["voided"]?.bool ?? false }
  var serialNumber: String? { json["serialNumber"]?.stringValue }

  /// The value of a field, wherever on the pass it stands.
  func field(_ key: String) -> String? {
    let groups = json["eventTicket"]?.object?.members.compactMap { $0.value.array } ?? []
    return groups.joined().first { $0["key"]?.stringValue == key }?["value"]?.stringValue
  }

  init(_ address: String, from service: RunningServe) async throws {
    let answer = try await service.get(address)
    try #require(answer.status == 200, "\(answer.text)")
    let report = BundleCheck.check(
      answer.body, name: "ticket.pkpass", trust: service.fixture.trust, now: Int64(Date().timeIntervalSince1970))
    #expect(report.isAcceptable && report.signature != nil, "\(report.findings)")
    json = try JSONValue(parsing: try #require(report.files["pass.json"]))
    tag = try #require(answer.headers["etag"])
    self.address = address
  }
}

extension RunningServe {
  /// The passes of a file by their movement, as they were made without anybody asking for them.
  func downloads(file: Int64, tenant: String = "theatre") async throws -> [Int64: DownloadedPass] {
    var passes: [Int64: DownloadedPass] = [:]
    for summary in try await self.passes(tenant, word: "\(file)") where summary["fileId"]?.int == file {
      let movement = try #require(summary["movementId"]?.int)
      #expect(passes[movement] == nil, "movement \(movement) has two passes")
      let pass = try await DownloadedPass(try #require(summary["bundleUrl"]?.stringValue), from: self)
      #expect(pass.serialNumber == summary["serialNumber"]?.stringValue)
      #expect(pass.isVoided == (summary["state"]?.stringValue == "voided"))
      passes[movement] = pass
    }
    return passes
  }
}

extension SandboxSecutix {
  /// Whether a pass says what Secutix says of its movement.
  func expect(_ pass: DownloadedPass, isOf id: Int64, _ source: SourceLocation = #_sourceLocation) throws {
    let found = self.movement(id)
    let movement = try #require(found, sourceLocation: source)
    let ticket = try #require(movement.ticket, sourceLocation: source)
    #expect(pass.isVoided == (ticket.state == "CANCELLED"), "movement \(id)", sourceLocation: source)
    #expect(pass.barcode == ticket.barcode, "movement \(id)", sourceLocation: source)
    #expect(pass.field("row") == movement.seat?.row, "movement \(id)", sourceLocation: source)
    #expect(pass.field("seat") == movement.seat?.number, "movement \(id)", sourceLocation: source)
    if let holder = movement.holder {
      #expect(pass.field("holder") == "\(holder.firstName) \(holder.lastName)", sourceLocation: source)
    }
    #expect(
      (pass.field("status") != nil) == ["CONTROLLED", "CANCELLED"].contains(ticket.state), "movement \(id)",
      sourceLocation: source)
  }
}
