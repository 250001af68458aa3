import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1
import Sandbox
import Synchronization

/// A clock that only moves when it is told to, in milliseconds since 1970.
final class HandClock: Sendable {
  private let state = Mutex<Int64>(1_795_197_902_000)

  var now: Int64 { state.withLock { $0 } }

  func advance(seconds: Int64) { state.withLock { $0 += seconds * 1_000 } }
}

/// A program that has signed in to a house and asks it for things, over real HTTP.
struct Caller {
  let url: String
  let token: String

  /// Serves a house, whose tokens do not end, and signs in to it.
  static func run(
    _ house: SandboxHouse = .theatre, clock: HandClock = HandClock(),
    _ body: @escaping @Sendable (Caller, SandboxSecutix) async throws -> Void
  ) async throws {
    var options = SandboxSecutix.Options()
    options.tokenLifetime = 1_000_000
    let sandbox = SandboxSecutix(house, options: options, now: { clock.now })
    try await sandbox.serve { url in
      try await body(try await Caller(signingInTo: house, url: url), sandbox)
    }
  }

  init(signingInTo house: SandboxHouse, url: String) async throws {
    self.url = url
    let answer = try await Self.post(
      "\(url)/tnai/backend-apis/v1/auth",
      [
        "operator": .string(house.operatorCode), "partner": .string(house.partner), "secret": .string(house.secret),
      ], token: nil)
    token = answer.body["token"]?.stringValue ?? ""
  }

  /// - Parameter path: the module, service, version and method, such as `tnseb/setupService/v1_33/listSeasons`.
  func ask(_ path: String, _ body: JSONValue = [:]) async throws -> JSONValue { try await call(path, body).body }

  func call(_ path: String, _ body: JSONValue = [:]) async throws -> (status: UInt, body: JSONValue) {
    let parts = path.split(separator: "/", maxSplits: 1)
    return try await Self.post("\(url)/\(parts[0])/backend-apis/\(parts[1])", body, token: token)
  }

  /// - Returns: an empty body as null.
  private static func post(
    _ url: String, _ body: JSONValue, token: String?
  ) async throws -> (status: UInt, body: JSONValue) {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    request.body = .bytes(ByteBuffer(bytes: body.serialized()))
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
    let bytes = Array(try await response.body.collect(upTo: 1 << 24).readableBytesView)
    return (response.status.code, bytes.isEmpty ? .null : try JSONValue(parsing: bytes))
  }
}
