import Foundation
import HTTPTypes
package import Hummingbird
import JSON
import NIOCore

/// What is answered where. Routes decide nothing about passes: they read a request, ask the service, and write its answer down.
package struct Routes: Sendable {
  typealias Handler = @Sendable (Request, ServiceContext) async throws -> Response

  let front: Front

  /// The router of everything.
  package static func router(_ front: Front) -> Router<ServiceContext> {
    let routes = Routes(front: front)
    let router = Router(context: ServiceContext.self)
    router.add(middleware: RequestObservation(front: front))
    routes.addWebhooks(to: router)
    routes.addLookup(to: router)
    routes.addPasses(to: router)
    routes.addHistory(to: router)
    routes.addJobs(to: router)
    routes.addOutgoingWebhooks(to: router)
    routes.addBuyer(to: router)
    routes.addWallet(to: router)
    routes.addOperation(to: router)
    if front.settings.servesMetrics { routes.addMetrics(to: router) }
    return router
  }

  /// The router of `/metrics` alone, for an address that only operators reach.
  package static func metricsRouter(_ front: Front) -> Router<ServiceContext> {
    let router = Router(context: ServiceContext.self)
    router.add(middleware: RequestObservation(front: front))
    Routes(front: front).addMetrics(to: router)
    return router
  }

  static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]

  private static let refusedMethods: [HTTPRequest.Method] = [.trace, .connect]

  static func isKnown(_ method: HTTPRequest.Method) -> Bool { (methods + refusedMethods).contains(method) }

  /// Adds what a path is asked by; whoever asks by another method is told which there are (RFC 9110, 15.5.6).
  /// What answers GET answers HEAD (RFC 9110, 9.3.2).
  func add(to router: Router<ServiceContext>, _ path: String, _ handlers: [HTTPRequest.Method: Handler]) {
    var handlers = handlers
    if let get = handlers[.get] { handlers[.head] = get }
    let allowed = Self.methods.filter { handlers[$0] != nil }.map(\.rawValue).joined(separator: ", ")
    for method in Self.methods + Self.refusedMethods {
      let handler =
        handlers[method] ?? { _, _ in
          throw Problem(.methodNotAllowed, "This address takes \(allowed).", headers: [.allow: allowed])
        }
      router.on(RouterPath(path), method: method) { try await handler($0, $1) }
    }
  }

  /// A route as the interface's document writes it: `/api/{tenantId}/passes`.
  static func name(of endpoint: String?) -> String {
    guard let endpoint, endpoint != "NotFound" else { return "unknown" }
    return endpoint
  }

  // MARK: Common to routes

  func tenant(_ context: ServiceContext) throws(Problem) -> ServedTenant {
    guard let id = context.pathPart("tenantId"), let tenant = front.tenant(id) else { throw .unknownTenant }
    return tenant
  }

  /// The body, up to a limit in bytes.
  func body(_ request: Request, limit: Int) async throws(Problem) -> [UInt8] {
    // Said before it is read: whoever announces too much need not send it.
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw Problem(.contentTooLarge, "The body may have \(limit) bytes.")
    }
    do {
      return Array(try await request.body.collect(upTo: limit).readableBytesView)
    } catch is NIOTooManyBytesError {
      throw Problem(.contentTooLarge, "The body may have \(limit) bytes.")
    } catch {
      throw Problem(.badRequest, "The body ended early.")
    }
  }

  /// A list, the newest first, and the way to what is older (RFC 8288).
  ///
  /// - Parameters:
  ///   - rows: one more than `limit` tells that there are more.
  ///   - number: what `before` in the next query is.
  func page<Row>(
    _ rows: [Row], limit: Int64, of request: Request, number: (Row) -> Int64, summary: (Row) -> JSONValue
  ) -> Response {
    let shown = rows.prefix(Int(limit))
    var headers = HTTPFields()
    if rows.count > shown.count, let last = shown.last {
      // The rest of the query stays; what an address cannot hold, and would end the header's, is written as it can.
      let kept = (request.uri.query ?? "").split(separator: "&").filter { !$0.hasPrefix("before=") }
        .joined(separator: "&")
        .addingPercentEncoding(withAllowedCharacters: .urlQueryAllowed.union(CharacterSet(charactersIn: "%")))
      let query = ["before=\(number(last))", kept ?? ""].filter { !$0.isEmpty }.joined(separator: "&")
      headers[.link] = "<\(front.settings.publicURL)\(request.uri.path)?\(query)>; rel=\"next\""
    }
    return json(.array(shown.map(summary)), headers: headers)
  }

  func json(
    _ value: JSONValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
  ) -> Response {
    var headers = headers
    headers[.contentType] = "application/json"
    headers[.cacheControl] = "no-store"
    return Response(
      status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: value.serialized())))
  }
}
