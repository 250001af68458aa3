import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// The sandbox's own routes, beside Secutix's: scenarios played from another terminal or from a test.
///
/// `GET /sandbox` tells everything there is, `POST /sandbox/{scenario}` plays one with its particulars as a JSON object. Only
/// programs on the same machine are answered, and no web page that is open there.
extension SandboxSecutix {
  nonisolated func addControl(to router: Router<SandboxContext>) {
    router.get("/sandbox") { request, context in
      if let refusal = Self.refusal(of: request, context) { return refusal }
      return Self.json(await self.overview())
    }
    router.post("/sandbox/:scenario") { request, context in
      if let refusal = Self.refusal(of: request, context) { return refusal }
      let body = Array(try await request.body.collect(upTo: 1 << 20).readableBytesView)
      let particulars = body.isEmpty ? JSONObject() : (try? JSONValue(parsing: body))?.object
      guard let particulars else { return Self.problem("the body must be a JSON object") }
      do throws(SandboxError) {
        return Self.json(try await self.play(context.parameters.get("scenario") ?? "", particulars))
      } catch {
        return Self.problem("\(error)")
      }
    }
  }

  /// A page in a browser can send requests to this machine, but neither without `Origin` nor, under a name of its own that
  /// leads here, with our address as `Host`.
  private nonisolated static func refusal(of request: Request, _ context: SandboxContext) -> Response? {
    let peer = context.channel.remoteAddress?.ipAddress ?? ""
    let host = (request.head.authority ?? "").split(separator: ":").first.map(String.init) ?? ""
    let isLocal = peer == "127.0.0.1" || peer == "::1" || peer == "::ffff:127.0.0.1"
    if isLocal, request.headers[.origin] == nil, ["127.0.0.1", "localhost", "[", "[::1]"].contains(host) { return nil }
    return problem("scenarios are played from this machine only", .forbidden)
  }

  private nonisolated static func json(_ object: JSONObject, _ status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: .init(byteBuffer: ByteBuffer(bytes: JSONValue.object(object).serialized())))
  }

  private nonisolated static func problem(
    _ said: String, _ status: HTTPResponse.Status = .badRequest
  ) -> Response {
    json(["error": .string(said)], status)
  }
}
