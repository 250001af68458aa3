import AsyncHTTPClient
import Foundation
import Issuance
import JSON
import NIOCore
import NIOHTTP1
import PassBundle
import Passes
import SQLiteStore
import Testing

@testable import Server

/// Many phones at once, over real sockets and a store in a real file. Each is at both tenants, with the same identifier and
/// the same push token.
@Suite("A thousand phones", .timeLimit(.minutes(10)))
struct WalletLoadTests {
  private static let count = 500

  /// One phone at one tenant, with one pass or two.
  private struct Phone: Sendable {
    let number: Int
    let tenant: Tenant
    let passes: [IssuedPass]

    var identifier: String { Digest.hex(Digest.sha256(Array("identifier \(number)".utf8))) }
    var pushToken: String { Digest.hex(Digest.sha256(Array("token \(number)".utf8))) }
    var serials: [String] { passes.map(\.serialNumber) }
    var name: Comment { "phone \(number) at \(tenant.id)" }
  }

  private let http: HTTPClient

  init() {
    // Phones share no connections, and wait for no other's request.
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 200
    http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  @Test func `register, list, fetch and leave at once: nothing is lost, and no tenant sees another's`() async throws {
    let result: Result<Void, any Error>
    do {
      try await LiveService.run(webhooks: ["opera": WebhookPolicy()]) { live in
        let theatre = try await phones(of: "theatre", live)
        let opera = try await phones(of: "opera", live)
        // Those of one tenant leave while those of the other come.
        try await atOnce(zip(theatre, opera).flatMap { [$0, $1] }) { phone in
          try await come(phone, live)
          if phone.tenant.id == "theatre" { try await leave(phone, live) }
        }
        let left = try await live.store.pushSummary()
        #expect(left.devices == Self.count && left.registrations == opera.reduce(0) { $0 + $1.passes.count })
        #expect(left.counts[.available] == Self.count)
        try await atOnce(theatre + opera) { phone in
          let listed = try await list(phone, live)
          #expect(listed == (phone.tenant.id == "opera" ? phone.serials : nil), phone.name)
        }
        let pushes = try await live.store.claimPushes(
          4 * Self.count, worker: "w", leasedUntil: .max, at: LiveService.now)
        #expect(pushes.allSatisfy { $0.tenant == "opera" })
        #expect(pushes.map(\.token).sorted() == opera.map(\.pushToken).sorted())
        try await atOnce(opera) { try await leave($0, live) }
        let end = try await live.store.pushSummary()
        #expect(end.devices == 0 && end.registrations == 0 && end.counts.values.allSatisfy { $0 == 0 })
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    try await http.shutdown()
    try result.get()
  }

  /// What a phone does that gets passes: registers for each, asks what there is, and fetches it.
  private func come(_ phone: Phone, _ live: LiveService) async throws {
    for serial in phone.serials {
      let answer = try await ask(
        .POST, registrations(phone, live) + "/\(serial)", phone, live, token: serial,
        body: #"{"pushToken":"\#(phone.pushToken)"}"#)
      #expect(answer.status == 201, phone.name)
    }
    let listed = try await list(phone, live)
    #expect(listed == phone.serials, phone.name)
    for serial in phone.serials {
      let answer = try await ask(.GET, "/passes/\(live.passType)/\(serial)", phone, live, token: serial)
      #expect(answer.status == 200, phone.name)
      let record = try #require(try await live.store.pass(serialNumber: serial, tenant: phone.tenant.id))
      let own = try await live.front.service.archive(of: record, of: phone.tenant)
      #expect(answer.body == own.bytes, phone.name)
      // Opened here and there only: that takes longer than all the rest.
      if phone.number.isMultiple(of: 50) {
        let files = ArchiveReader.read(answer.body, name: "x.pkpass").files
        #expect(files["pass.json"] == Self.json(serial, of: phone.tenant), phone.name)
      }
    }
  }

  private func leave(_ phone: Phone, _ live: LiveService) async throws {
    for serial in phone.serials {
      let answer = try await ask(.DELETE, registrations(phone, live) + "/\(serial)", phone, live, token: serial)
      #expect(answer.status == 200, phone.name)
    }
  }

  /// The serial numbers that the service lists to a phone; nil for none.
  private func list(_ phone: Phone, _ live: LiveService) async throws -> [String]? {
    let answer = try await ask(.GET, registrations(phone, live), phone, live)
    try #require([200, 204].contains(answer.status), phone.name)
    return try? JSONValue(parsing: answer.body)["serialNumbers"]?.array?.compactMap(\.stringValue)
  }

  private func registrations(_ phone: Phone, _ live: LiveService) -> String {
    "/devices/\(phone.identifier)/registrations/\(live.passType)"
  }

  /// - Parameter serial: of the pass whose token is shown; nil: none is.
  private func ask(
    _ method: HTTPMethod, _ path: String, _ phone: Phone, _ live: LiveService, token serial: String? = nil,
    body: String? = nil
  ) async throws -> (status: Int, body: [UInt8]) {
    var request = HTTPClientRequest(url: "\(live.url)/wallet/\(phone.tenant.id)/v1\(path)")
    request.method = method
    if let token = serial.flatMap({ phone.tenant.keys.authenticationToken(serialNumber: $0) }) {
      request.headers.add(name: "Authorization", value: "ApplePass \(token)")
    }
    if let body { request.body = .bytes(Array(body.utf8)) }
    let response = try await http.execute(request, timeout: .minutes(2))
    return (Int(response.status.code), Array(try await response.body.collect(upTo: 1 << 20).readableBytesView))
  }

  // MARK: What there is

  /// Issues passes for each phone of a tenant, as small as they can be.
  private func phones(of id: String, _ live: LiveService) async throws -> [Phone] {
    let tenant = try #require(live.front.service.tenant(id))
    let icon = Array("an icon".utf8)
    let assets = Digest.sha256(icon)
    let phones = (0..<Self.count).map { number in
      let passes = (0...number % 2).map { index in
        let serial = "\(id)-\(number)-\(index)"
        let json = Self.json(serial, of: tenant)
        return IssuedPass(
          serialNumber: serial, template: "concert", state: .valid, rendered: [.init(path: "pass.json", bytes: json)],
          assetsDigest: assets, contentDigest: Digest.sha256(json), asOf: 0)
      }
      return Phone(number: number, tenant: tenant, passes: passes)
    }
    let file = IssuedFile(
      passes: phones.flatMap(\.passes), assets: [assets: PassAssets(PassFiles(["icon.png": icon]))])
    try await live.store.save(file, tenant: id, at: LiveService.now - 10_000)
    return phones
  }

  private static func json(_ serial: String, of tenant: Tenant) -> [UInt8] {
    Array(#"{"formatVersion":1,"serialNumber":"\#(serial)","organizationName":"\#(tenant.id)"}"#.utf8)
  }

  private func atOnce(_ phones: [Phone], _ body: @escaping @Sendable (Phone) async throws -> Void) async throws {
    try await withThrowingTaskGroup { group in
      for phone in phones { group.addTask { try await body(phone) } }
      try await group.waitForAll()
    }
  }
}
