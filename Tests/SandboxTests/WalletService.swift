import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Sandbox
import PassBundle
import Synchronization
import Testing

/// Apple's pass web service over a real socket, as simple as it can be, and what it was asked.
final class WalletService: Sendable {
  struct Request: Sendable {
    var method: String
    /// With its query, as it came.
    var target: String
    var authorization: String?
    var modifiedSince: String?
    var body: String

    var line: String { "\(method) \(target)" }
  }

  private struct State {
    var requests: [Request] = []
    /// Answers to come first, by the beginning of the request's line.
    var prepared: [(start: String, status: Int)] = []
    var registrations: [String: String] = [:]
    var passes: [String: (bytes: [UInt8], modified: String, contentType: String)] = [:]
    var changed: [String] = []
    var tag = "1"
    var ignoresDates = false
    var list: String?
  }

  private let state = Mutex(State())

  /// Without what goes to the log.
  var requests: [Request] { state.withLock { $0.requests.filter { !$0.target.hasSuffix("/v1/log") } } }
  var lines: [String] { requests.map(\.line) }
  /// The lines of the log.
  var log: [String] { state.withLock { $0.requests.filter { $0.target.hasSuffix("/v1/log") }.map(\.body) } }
  /// Push tokens by serial number.
  var registrations: [String: String] { state.withLock { $0.registrations } }

  func forget() { state.withLock { $0.requests = [] } }

  /// The next requests that begin so are answered with a bare status.
  func prepare(_ status: Int, to start: String, times: Int = 1) {
    state.withLock { $0.prepared += Array(repeating: (start, status), count: times) }
  }

  /// There is another state of a pass, and it is listed.
  func publish(
    _ serial: String, _ bytes: [UInt8], modified: String = "Fri, 20 Nov 2026 18:05:02 GMT", tag: String = "2",
    contentType: String = "application/vnd.apple.pkpass"
  ) {
    state.withLock { state in
      state.passes[serial] = (bytes, modified, contentType)
      state.changed.append(serial)
      state.tag = tag
    }
  }

  func ignoreDates() { state.withLock { $0.ignoresDates = true } }

  /// What the list says from now on.
  func say(list: String) { state.withLock { $0.list = list } }

  func serve<Result: Sendable>(
    _ body: @escaping @Sendable (_ url: String, HTTPClient) async throws -> Result
  ) async throws -> Result {
    let router = Router()
    for method in [HTTPRequest.Method.get, .head, .post, .delete] {
      router.on("**", method: method) { request, _ in
        let bytes = try await request.body.collect(upTo: 1 << 24)
        return self.answer(
          Request(
            method: request.method.rawValue, target: request.uri.string,
            authorization: request.headers[.authorization], modifiedSince: request.headers[.ifModifiedSince],
            body: String(buffer: bytes)))
      }
    }
    var logger = Logger(label: "wallet-service")
    logger.logLevel = .critical
    return try await whileServing(router, logger: logger) { port in
      let http = HTTPClient(eventLoopGroupProvider: .singleton)
      do {
        let result = try await body("http://127.0.0.1:\(port)", http)
        try await http.shutdown()
        return result
      } catch {
        try await http.shutdown()
        throw error
      }
    }
  }

  private func answer(_ request: Request) -> Response {
    state.withLock { state in
      state.requests.append(request)
      if let index = state.prepared.firstIndex(where: { request.line.hasPrefix($0.start) }) {
        return Response(status: .init(code: state.prepared.remove(at: index).status))
      }
      let path = request.target.prefix { $0 != "?" }.split(separator: "/").map {
        String($0).removingPercentEncoding ?? ""
      }
      guard let first = path.dropFirst(path.first == "base" ? 1 : 0).dropFirst().first else {
        return Response(status: .notFound)
      }
      let serial = path.last ?? ""
      switch (request.method, first) {
      case ("POST", "log"): return Response(status: .ok)
      case ("POST", "devices"):
        let isNew = state.registrations.updateValue(request.body, forKey: serial) == nil
        return Response(status: isNew ? .created : .ok)
      case ("DELETE", "devices"):
        state.registrations[serial] = nil
        return Response(status: .ok)
      case ("GET", "devices"): return Self.list(&state)
      default: return Self.pass(serial, request, state)
      }
    }
  }

  private static func list(_ state: inout State) -> Response {
    if let list = state.list { return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: list))) }
    guard !state.changed.isEmpty else { return Response(status: .noContent) }
    let serials = state.changed.map { "\"\($0)\"" }.joined(separator: ", ")
    state.changed = []
    return Response(
      status: .ok,
      body: .init(
        byteBuffer: ByteBuffer(string: #"{"serialNumbers": [\#(serials)], "lastUpdated": "\#(state.tag)"}"#)))
  }

  private static func pass(_ serial: String, _ request: Request, _ state: State) -> Response {
    guard let pass = state.passes[serial] else { return Response(status: .unauthorized) }
    if request.modifiedSince == pass.modified, !state.ignoresDates { return Response(status: .notModified) }
    return Response(
      status: .ok, headers: [.contentType: pass.contentType, .lastModified: pass.modified],
      body: .init(byteBuffer: ByteBuffer(bytes: request.method == "HEAD" ? [] : pass.bytes)))
  }
}

/// Passes of a few lines.
enum SmallPass {
  static let passType = "pass.org.example.tickets"

  /// - Parameters:
  ///   - url: of the web service; nil: the pass has none.
  ///   - fields: of its header.
  static func archive(
    _ serial: String = "1", url: String?, token: String = "0123456789abcdef", type: String = passType,
    gate: String = "A", start: String = "2027-01-15T20:30:00+01:00", more: String = ""
  ) throws -> [UInt8] {
    let service = url.map { #""webServiceURL": "\#($0)", "authenticationToken": "\#(token)","# } ?? ""
    let json = """
      {
        "formatVersion": 1, "passTypeIdentifier": "\(type)", "serialNumber": "\(serial)", \(service)
        "eventTicket": {
          "headerFields": [
            { "key": "gate", "label": "label_gate", "value": "\(gate)", "changeMessage": "gate_changed" },
            {
              "key": "start", "label": "Start", "value": "\(start)", "dateStyle": "PKDateStyleNone",
              "timeStyle": "PKDateStyleShort", "changeMessage": "Starts at %@"
            }
          ],
          "primaryFields": [{ "key": "event", "value": "Gala symphonique" }]
        }\(more)
      }
      """
    return try PkpassBundle.archive([
      ("pass.json", Array(json.utf8)),
      ("en.lproj/pass.strings", Array("\"label_gate\" = \"Gate\";\n\"gate_changed\" = \"Gate is now %@\";\n".utf8)),
      ("fr.lproj/pass.strings", Array("\"label_gate\" = \"Porte\";\n\"gate_changed\" = \"Porte : %@\";\n".utf8)),
    ])
  }
}
