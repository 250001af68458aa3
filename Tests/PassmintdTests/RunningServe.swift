import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOHTTP1
import PassBundle
import Sandbox
import Testing
import ZonedTime

/// A `passmintd serve` that listens, and what others ask of it.
struct RunningServe: Sendable {
  struct Answer: Sendable {
    let status: Int
    /// By lower-case name.
    let headers: [String: String]
    let body: [UInt8]

    var json: JSONValue? { try? JSONValue(parsing: body) }
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  let fixture: ServiceFixture
  let process: ServiceProcess
  let url: String

  static func webhook(_ tenant: String) -> String { "/api/\(tenant)/webhooks/listeners/secutix/orders" }

  /// Asks the service.
  ///
  /// - Parameters:
  ///   - address: a path, or an address as buyers are given it.
  ///   - tenant: whose key is shown; nil: none.
  func ask(
    _ method: HTTPMethod = .GET, _ address: String, as tenant: String? = nil, headers: [String: String] = [:],
    body: [UInt8]? = nil
  ) async throws -> Answer {
    let path = address.replacing(ServiceFixture.publicURL, with: "")
    var request = HTTPClientRequest(url: url + path)
    request.method = method
    if let key = tenant.flatMap({ fixture.keys[$0] }) { request.headers.add(name: "X-API-KEY", value: key) }
    for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
    if let body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    let response = try await fixture.http.execute(request, timeout: .seconds(60))
    let bytes = Array(try await response.body.collect(upTo: 64 << 20).readableBytesView)
    let fields = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
    return Answer(status: Int(response.status.code), headers: fields, body: bytes)
  }

  func get(_ address: String, as tenant: String? = nil, headers: [String: String] = [:]) async throws -> Answer {
    try await ask(.GET, address, as: tenant, headers: headers)
  }

  /// Sends rows of the data export as Secutix does.
  func post(
    _ rows: [SandboxRow], tenant: String = "theatre", headers: [String: String] = [:]
  ) async throws -> Answer {
    try await ask(
      .POST, Self.webhook(tenant), headers: headers, body: JSONValue.array(rows.map(\.webhookRow)).serialized())
  }

  // MARK: What there is

  func jobs(_ tenant: String = "theatre", states: String...) async throws -> [JSONValue] {
    let query = states.map { "&state=\($0)" }.joined()
    let answer = try await get("/api/\(tenant)/jobs?limit=100\(query)", as: tenant)
    try #require(answer.status == 200, "\(answer.text)")
    return try #require(answer.json?.array)
  }

  /// All passes of a tenant, the newest first; or those with a word.
  func passes(_ tenant: String = "theatre", word: String? = nil) async throws -> [JSONValue] {
    var all: [JSONValue] = []
    while true {
      let answer = try await get(
        "/api/\(tenant)/passes?limit=100&offset=\(all.count)\(word.map { "&q=\($0)" } ?? "")", as: tenant)
      try #require(answer.status == 200, "\(answer.text)")
      all += try #require(answer.json?.array)
      guard all.count < Int(answer.headers["x-pagination-total"] ?? "") ?? 0 else { return all }
    }
  }

  /// Returns when nothing is to be done within a minute. Each line that the service says is a reason to look again.
  ///
  /// - Parameter others: processes that work on the same store: what they say is a reason, too.
  func settle(_ tenant: String = "theatre", beside others: [RunningServe] = []) async throws {
    let (lines, said) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    // Listened to from here on, before the first look: what is said meanwhile is not missed.
    let listeners = ([process] + others.map(\.process)).map { $0.watch() }.map { watch in
      Task {
        for await _ in watch { said.yield() }
        said.finish()
      }
    }
    defer { for listener in listeners { listener.cancel() } }
    var watch = lines.makeAsyncIterator()
    while true {
      let jobs = try await jobs(tenant, states: "available", "running", "retryable")
      let soon = Int64(Date().timeIntervalSince1970 * 1000) + 60_000
      let isIdle = jobs.allSatisfy { job in
        let runAt = job["runAt"]?.stringValue.flatMap { ZonedDateTime(iso8601: $0) }?.epochMilliseconds ?? 0
        return job["state"]?.stringValue != "running" && runAt > soon
      }
      if isIdle { return }
      guard await watch.next() != nil else { throw ServiceProcess.Gone(description: process.output) }
    }
  }

  /// What the service said, each line as an object.
  func log() throws -> [JSONValue] { try process.lines.map { try JSONValue(parsing: Array($0.utf8)) } }
}

extension SandboxRow {
  /// As the data export's query gives it, with the house's local time.
  var webhookRow: JSONValue {
    let date = ZonedDateTime(
      epochMilliseconds: changedAt, in: TimeZone(identifier: SandboxHouse.theatre.timeZone) ?? .gmt)
    return [
      "ticketId": ticketID.map { .number(JSONNumber($0)) } ?? .null,
      "saleMovementId": .number(JSONNumber(movementID)), "orderSecretToken": .string(orderSecret),
      "state": .string(state), "lastUpdate": .string(date.iso8601),
    ]
  }
}
