import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOHTTP1

/// Calls of a running sandbox's own routes.
struct SandboxCalls {
  let url: String

  /// - Parameter url: nil: PASSMINT_SANDBOX, else the address that `sandbox` listens on when nobody says another.
  init(url: String?) {
    let named = url ?? ProcessInfo.processInfo.environment["PASSMINT_SANDBOX"] ?? ""
    self.url = named.isEmpty ? "http://127.0.0.1:8400" : named.hasSuffix("/") ? String(named.dropLast()) : named
  }

  func get() async throws -> JSONObject { try await call("/sandbox", nil) }

  func post(_ scenario: String, _ particulars: JSONObject) async throws -> JSONObject {
    try await call("/sandbox/\(scenario)", particulars)
  }

  private func call(_ path: String, _ body: JSONObject?) async throws -> JSONObject {
    var request = HTTPClientRequest(url: url + path)
    if let body {
      request.method = .POST
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: JSONValue.object(body).serialized()))
    }
    let (status, bytes): (UInt, [UInt8])
    do {
      let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
      status = response.status.code
      bytes = Array(try await response.body.collect(upTo: 64 << 20).readableBytesView)
    } catch {
      throw SandboxWords.failure(
        "no sandbox answers at \(url)", hint: "start one with `passmintd sandbox`, or say where it runs with --sandbox")
    }
    guard let answer = (try? JSONValue(parsing: bytes))?.object else {
      throw SandboxWords.failure("what answers at \(url) is no sandbox (HTTP \(status))", hint: "look at --sandbox")
    }
    if let error = answer["error"]?.stringValue {
      throw SandboxWords.failure(error, hint: "`passmintd sandbox list` shows what there is", status: 1)
    }
    return answer
  }
}
