import AppleWallet
import Foundation
import HTTPTypes
import Hummingbird
import Issuance
import JSON
import Logging
import NIOCore

/// Apple's pass web service, under the `webServiceURL` of each tenant's passes: phones register here, ask what changed, and
/// fetch it (https://developer.apple.com/documentation/walletpasses/adding-a-web-service-to-update-passes).
extension Routes {
  /// What `webServiceURL` is for a tenant; phones add `/v1/…`.
  ///
  /// - Parameter publicURL: without a slash at the end.
  package static func webServiceURL(_ publicURL: String, tenant: String) -> String { "\(publicURL)/wallet/\(tenant)" }

  private static let registrationBodyLimit = 1 << 14
  private static let logBodyLimit = 1 << 18
  /// For one pass, and sixty at once. Each one is written into its history and told to the venue's systems, and whoever has
  /// the pass may register and unregister as often as he likes.
  private static let registrationsPerMinute = 1
  /// Of a tenant's phones.
  private static let logLinesPerMinute = 600

  private var webService: PassWebService {
    PassWebService(front.service, logger: front.logger ?? Logger(label: "wallet"), clock: front.clock)
  }

  func addWallet(to router: Router<ServiceContext>) {
    let base = "/wallet/{tenantId}/v1"
    let register: Handler = { request, context in
      let (tenant, record) = try await authorized(request, context)
      let verdict = front.registrationRate.take(
        "\(tenant.tenant.id) \(record.pass.serialNumber)", perMinute: Self.registrationsPerMinute, at: front.clock())
      guard verdict.isAccepted else {
        throw Problem(
          .tooManyRequests, "Devices register for this pass too often. Send it again later.", headers: verdict.headers)
      }
      let body = try await body(request, limit: Self.registrationBodyLimit)
      let isNew = try await told { () async throws(PassWebService.Failure) in
        try await webService.register(
          context.pathPart("deviceId") ?? "", for: record, body: body, of: tenant.tenant,
          correlationID: context.correlationID)
      }
      return Response(status: isNew ? .created : .ok)
    }
    let unregister: Handler = { request, context in
      let (tenant, record) = try await authorized(request, context)
      try await told { () async throws(PassWebService.Failure) in
        try await webService.unregister(
          context.pathPart("deviceId") ?? "", from: record, of: tenant.tenant, correlationID: context.correlationID)
      }
      return Response(status: .ok)
    }
    add(
      to: router, "\(base)/devices/{deviceId}/registrations/{passType}/{serialNumber}",
      [.post: register, .delete: unregister])
    add(
      to: router, "\(base)/devices/{deviceId}/registrations/{passType}",
      [
        .get: { request, context in
          let tenant = try tenant(context)
          let tag = request.uri.queryParameters["passesUpdatedSince"].map(String.init)
          let updates = try await told { () async throws(PassWebService.Failure) in
            try await webService.updates(
              for: context.pathPart("deviceId") ?? "", passType: context.pathPart("passType") ?? "", since: tag,
              of: tenant.tenant)
          }
          guard let updates else { return Response(status: .noContent, headers: [.cacheControl: "no-store"]) }
          return json([
            "serialNumbers": .array(updates.serialNumbers.map { .string($0) }),
            "lastUpdated": .string("\(updates.tag)"),
          ])
        }
      ])
    add(
      to: router, "\(base)/passes/{passType}/{serialNumber}",
      [
        .get: { request, context in
          let (tenant, record) = try await authorized(request, context)
          return try await download([record], tenant, request, context, isBundle: false, as: .fetched)
        }
      ])
    add(
      to: router, "\(base)/passes/{passType}/{serialNumber}/personalize",
      [
        .post: { request, context in
          guard let tenant = context.pathPart("tenantId").flatMap({ front.tenant($0) }) else {
            throw Problem(PassWebService.Failure.unauthorized)
          }
          let body = try await body(request, limit: Self.registrationBodyLimit)
          let signature = try await told { () async throws(PassWebService.Failure) in
            try await webService.personalize(
              context.pathPart("serialNumber") ?? "", passType: context.pathPart("passType") ?? "",
              authorization: request.headers[.authorization], body: body, of: tenant.tenant,
              correlationID: context.correlationID)
          }
          return Response(
            status: .ok, headers: [.contentType: "application/octet-stream", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: signature)))
        }
      ])
    add(
      to: router, "\(base)/log",
      [
        .post: { request, context in
          let tenant = try tenant(context)
          let body = try await body(request, limit: Self.logBodyLimit)
          // Nobody has to show anything here. What is too much is dropped: a phone that is refused comes back with it.
          let (id, now) = (tenant.tenant.id, front.clock())
          let verdict = front.logRate.take(id, perMinute: Self.logLinesPerMinute, at: now)
          guard verdict.isAccepted else { return Response(status: .ok) }
          try await told { () async throws(PassWebService.Failure) in
            let lines = try webService.logLines(body, of: tenant.tenant)
            // The first was counted with the request.
            if lines.count > 1 {
              front.logRate.add(lines.count - 1, to: id, perMinute: Self.logLinesPerMinute, at: now)
            }
            try await webService.keep(lines, of: tenant.tenant)
          }
          return Response(status: .ok)
        }
      ])
  }

  private func authorized(
    _ request: Request, _ context: ServiceContext
  ) async throws(Problem) -> (ServedTenant, PassRecord) {
    guard let id = context.pathPart("tenantId"), let tenant = front.tenant(id) else {
      throw Problem(PassWebService.Failure.unauthorized)
    }
    let record = try await told { () async throws(PassWebService.Failure) in
      try await webService.pass(
        context.pathPart("serialNumber") ?? "", passType: context.pathPart("passType") ?? "",
        authorization: request.headers[.authorization], of: tenant.tenant)
    }
    return (tenant, record)
  }

  private func told<Value>(_ body: () async throws(PassWebService.Failure) -> Value) async throws(Problem) -> Value {
    do throws(PassWebService.Failure) {
      return try await body()
    } catch {
      throw Problem(error)
    }
  }
}

extension Problem {
  init(_ failure: PassWebService.Failure) {
    switch failure {
    case .unauthorized:
      self.init(
        .unauthorized, "The pass is not there, or this is not its token.",
        headers: [.wwwAuthenticate: #"ApplePass realm="passes""#])
    case .malformed(let sentence): self.init(.badRequest, sentence)
    case .tooManyRegistrations(let limit):
      self.init(.forbidden, "A device may have \(limit) passes here.")
    case .tooManyDevices(let limit):
      self.init(.forbidden, "A pass may be on \(limit) devices here.")
    case .store(let error): self.init(error)
    case .issuing(let error): self.init(error)
    }
  }
}
