import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Around every request: gives it its correlation id, makes answers of errors, measures it, and writes down what went wrong.
struct RequestObservation: RouterMiddleware {
  let front: Front

  func handle(
    _ request: Request, context: ServiceContext,
    next: (Request, ServiceContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.correlationID = CorrelationID.of(request.headers)
    if let logger = front.logger { context.logger = logger }
    context.logger[metadataKey: "correlation_id"] = "\(context.correlationID)"
    let start = ContinuousClock.now
    front.figures.began()
    var response: Response
    do {
      response = try await next(request, context)
    } catch {
      response = problem(error, of: request, context).response(to: request, correlationID: context.correlationID)
    }
    response.headers[.correlationID] = context.correlationID
    response.headers[.contentTypeOptions] = "nosniff"
    // A HEAD is answered as its GET, without the body.
    if request.method == .head, response.body.contentLength != 0 { response = response.createHeadResponse() }
    let status = response.status.code
    let route = Routes.name(of: context.endpointPath)
    front.figures.ended(
      method: Routes.methods.contains(request.method) ? request.method.rawValue : "_OTHER", route: route,
      status: status, duration: ContinuousClock.now - start)
    let level: Logger.Level =
      status >= 500 && status != 501 ? .error : status >= 400 && (status != 404 || context.isWebhook) ? .notice : .debug
    context.logger.log(
      level: level, "\(request.method.rawValue.prefix(20)) \(route)",
      metadata: ["status": "\(status)", "duration_ms": "\(Int((ContinuousClock.now - start) / .milliseconds(1)))"])
    return response
  }

  private func problem(_ error: any Error, of request: Request, _ context: ServiceContext) -> Problem {
    switch error {
    case let problem as Problem: return problem
    case let error as HTTPError where error.status == .notFound && !Routes.isKnown(request.method):
      return Problem(.notImplemented, "No address here knows this method.")
    case let error as HTTPError where error.status == .notFound:
      return Problem(.notFound, "There is nothing at this address. /openapi.json lists what there is.")
    case let error as HTTPError: return Problem(error.status, error.body)
    case is NIOTooManyBytesError: return Problem(.contentTooLarge, "The body is too large.")
    case is CancellationError:
      return Problem(.serviceUnavailable, "The service is stopping. Send it again.", headers: [.retryAfter: "5"])
    default:
      context.logger.error("unexpected: \(String(reflecting: error).prefix(500))")
      return Problem(.internalServerError, "The service failed in a way nobody thought of. The log says more.")
    }
  }
}
