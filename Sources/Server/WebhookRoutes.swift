import Authorization
import Foundation
import HTTPTypes
import Hummingbird
import Issuance
import Logging
import PassBundle
import Secutix

/// What Secutix sends when an order changes. Answered with 200 only when the change is on disk.
extension Routes {
  /// Of a bucket of whole orders; Secutix's usual bucket is one.
  private static let ordersLimit = 8 << 20
  /// Of rows: a thousand of some 200 bytes.
  private static let rowsLimit = 1 << 20

  func addWebhooks(to router: Router<ServiceContext>) {
    let path = "/api/{tenantId}/webhooks/listeners/secutix/orders"
    add(
      to: router, path,
      [
        .post: { request, context in
          let (tenant, headers) = try await admit(request, context)
          try checkType(request)
          let body = try await body(request, limit: Self.rowsLimit)
          let changes: [OrderChange]
          do throws(OrderChangeError) {
            changes = try OrderChange.rows(in: body, timeZone: front.service.timeZone(of: tenant.tenant))
          } catch {
            throw Problem(error)
          }
          return try await receive(changes, tenant, context, headers)
        }
      ])
    add(
      to: router, "\(path)/v2",
      [
        .post: { request, context in
          let (tenant, headers) = try await admit(request, context)
          try checkType(request)
          let body = try await body(request, limit: Self.ordersLimit)
          let changes: [OrderChange]
          do throws(OrderChangeError) {
            changes = try OrderChange.orders(in: body)
          } catch {
            throw Problem(error)
          }
          return try await receive(changes, tenant, context, headers)
        }
      ])
    // The body of a POST may be anything that an operator wrote around the placeholder: what counts is in the address.
    let first: Handler = { request, context in
      let (tenant, headers) = try await admit(request, context)
      guard let id = context.pathPart("orderId").flatMap({ Int64($0) }) else {
        throw Problem(
          .badRequest, "The address ends with the order's number.",
          errors: [("orderId", "Send a whole number of 64 bits, as Secutix puts it in place of ${orderId}.")])
      }
      return try await receive([OrderChange(order: .id(id), state: "")], tenant, context, headers)
    }
    add(to: router, "\(path)/v1/{orderId}", [.get: first, .post: first])
  }

  /// Lets a webhook in, or says why not.
  ///
  /// - Returns: how the tenant's rate stands, for the answer.
  private func admit(
    _ request: Request, _ context: ServiceContext
  ) async throws(Problem) -> (ServedTenant, HTTPFields) {
    let tenant = try tenant(context)
    let policy = tenant.webhook
    if !policy.allowed.isEmpty {
      let peer = context.peer(request, trusting: front.settings.trustedProxies)
      guard policy.allowed.contains(where: { $0.contains(peer) }) else {
        throw Problem(.forbidden, "Webhooks of this tenant are not taken from this address.")
      }
    }
    if let basic = policy.basic, !basic.accepts(request.headers[.authorization]) {
      throw Problem(
        .unauthorized, "Webhooks of this tenant show a user and a password.",
        headers: [.wwwAuthenticate: #"Basic realm="passmint", charset="UTF-8""#])
    }
    if let header = policy.apiKeyHeader {
      do throws(Refusal) {
        _ = try await tenant.authorizer.authorize(
          apiKey: HTTPField.Name(header).flatMap { request.headers[$0] } ?? "", bearer: nil, scope: .webhookWrite)
      } catch {
        throw Problem(error)
      }
    }
    let verdict = front.webhookRate.take(tenant.tenant.id, perMinute: policy.requestsPerMinute, at: front.clock())
    guard verdict.isAccepted else {
      throw Problem(
        .tooManyRequests,
        "This tenant's webhooks come faster than \(policy.requestsPerMinute) a minute. Send it again later.",
        headers: verdict.headers)
    }
    return (tenant, verdict.headers)
  }

  /// The three types that the specification has; none at all is taken for JSON.
  private func checkType(_ request: Request) throws(Problem) {
    guard let field = request.headers[.contentType], field != "application/json" else { return }
    let type = field.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
    if type == "application/json" || type == "text/json" { return }
    if type.hasPrefix("application/"), type.hasSuffix("+json") { return }
    throw Problem(
      .unsupportedMediaType, "Send the body as application/json.",
      headers: [.accept: "application/json, text/json, application/*+json"])
  }

  private func receive(
    _ changes: [OrderChange], _ tenant: ServedTenant, _ context: ServiceContext, _ headers: HTTPFields
  ) async throws(Problem) -> Response {
    // Each order may cost calls of Secutix; the first was counted with the request.
    let more = changes.count > 1 ? Set(changes.map(\.order)).count - 1 : 0
    if more > 0 {
      front.webhookRate.add(
        more, to: tenant.tenant.id, perMinute: tenant.webhook.requestsPerMinute, at: front.clock())
    }
    do throws(StoreError) {
      try await front.service.receive(changes, of: tenant.tenant, correlationID: context.correlationID)
    } catch {
      context.logger.error("a webhook could not be kept: \(error)", metadata: ["tenant": "\(tenant.tenant.id)"])
      throw Problem(error)
    }
    front.figures.received(changes.count, of: tenant.tenant.id)
    context.logger.info("received", metadata: ["tenant": "\(tenant.tenant.id)", "rows": "\(changes.count)"])
    return Response(status: .ok, headers: headers)
  }
}

extension WebhookPolicy.Basic {
  /// Compares in constant time.
  func accepts(_ authorization: String?) -> Bool {
    var shown: [UInt8] = []
    if let authorization, authorization.prefix(6).lowercased() == "basic ",
      let data = Data(base64Encoded: String(authorization.dropFirst(6)))
    {
      shown = [UInt8](data)
    }
    return Digest.areEqual(Digest.sha256(shown), hash)
  }
}
