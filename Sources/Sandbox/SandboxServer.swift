import Glibc
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

extension SandboxSecutix {
  /// Serves for as long as `body` runs.
  ///
  /// - Parameters:
  ///   - host: the address to listen on.
  ///   - port: 0: any that is free.
  ///   - body: given the address, such as `http://127.0.0.1:40123`.
  package nonisolated func serve<Result: Sendable>(
    host: String = "127.0.0.1", port: Int = 0, _ body: @escaping @Sendable (_ url: String) async throws -> Result
  ) async throws -> Result {
    var logger = Logger(label: "sandbox")
    // Connections that are open when it ends are no errors.
    logger.logLevel = .critical
    return try await whileServing(router(), host: host, port: port, logger: logger) { port in
      try await body("http://\(host.contains(":") ? "[\(host)]" : host):\(port)")
    }
  }

  private nonisolated func router() -> Router<SandboxContext> {
    let router = Router(context: SandboxContext.self)
    // With the module written out, the router would not look for services under it.
    router.post("/:module/backend-apis/v1/auth") { request, context in
      guard context.parameters.get("module") == "tnai" else { return Response(status: .notFound) }
      return try await self.respond(to: request, context, nil)
    }
    router.post("/:module/backend-apis/:service/:version/:method") { request, context in
      guard context.parameters.get("version")?.hasPrefix("v") == true, let name = context.parameters.get("method"),
        let service = context.parameters.get("service"), let module = context.parameters.get("module")
      else { return Response(status: .notFound) }
      return try await self.respond(to: request, context, SandboxMethod(module: module, service: service, name: name))
    }
    for path in ["/:module/backend-apis/v1/auth", "/:module/backend-apis/:service/:version/:method"] {
      for method in [HTTPRequest.Method.get, .put, .delete, .patch] {
        router.on(RouterPath(path), method: method) { _, _ in
          Response(status: .methodNotAllowed, headers: [.allow: "POST"])
        }
      }
    }
    addControl(to: router)
    return router
  }

  /// - Parameter method: nil for the sign-in.
  private nonisolated func respond(
    to request: Request, _ context: SandboxContext, _ method: SandboxMethod?
  ) async throws -> Response {
    let body = try await request.body.collect(upTo: 1 << 20)
    let call = Call(
      method: method?.name ?? "auth", path: request.uri.path, authorization: request.headers[.authorization],
      language: request.headers[.acceptLanguage],
      correlationID: HTTPField.Name("X-Correlation-ID").flatMap { request.headers[$0] },
      userAgent: request.headers[.userAgent], encodings: request.headers[.acceptEncoding],
      body: Array(body.readableBytesView))
    let answer = await answer(call, method: method, contentType: request.headers[.contentType])
    // A fault's delay, ended by the server's end.
    if answer.delay > .zero { try await Task.sleep(for: answer.delay) }
    switch answer.ending {
    case .never:
      try await Task.sleep(for: .seconds(86_400))
    case .reset:
      // With nothing left to send, closing resets the connection.
      if let provider = context.channel as? any SocketOptionProvider {
        try await provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
      }
      try await context.channel.close()
    case .whole, .cut, .damaged: break
    }
    return Self.response(
      answer, compressed: request.headers[.acceptEncoding]?.contains("gzip") == true)
  }

  private static func response(_ answer: SandboxAnswer, compressed: Bool) -> Response {
    var headers = HTTPFields()
    for (name, value) in answer.headers {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
    var bytes = answer.body
    if compressed && !bytes.isEmpty || answer.ending == .damaged {
      bytes = gzip(bytes)
      // The length of the first block no longer fits its complement.
      if answer.ending == .damaged { bytes[11] ^= 1 }
      headers[.contentEncoding] = "gzip"
    }
    let status = HTTPResponse.Status(code: answer.status)
    guard answer.ending == .cut else {
      return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
    let half = Array(bytes.prefix(bytes.count / 2))
    return Response(
      status: status, headers: headers,
      body: ResponseBody(contentLength: bytes.count) { writer in
        try await writer.write(ByteBuffer(bytes: half))
        throw SandboxError("the body ends here")
      })
  }
}

/// A request with the connection it came by.
struct SandboxContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
  }
}
