import Authorization
import Foundation
import HTTPTypes
import Hummingbird
import Issuance
import JSON
import Logging
import PassBundle

/// From a Secutix file to the addresses of its tickets.
extension Routes {
  func addLookup(to router: Router<ServiceContext>) {
    add(
      to: router, "/api/{tenantId}/external/secutix/orders/getTicketsUrl/{fileId}",
      [
        .get: { request, context in
          let tenant = try await authorize(request, context, .secutixRead)
          guard let id = context.pathPart("fileId").flatMap({ Int64($0) }) else {
            throw Problem(.notFound, "Files of Secutix have whole numbers; there is no other.")
          }
          let file: FileOverview
          do throws(IssuingError) {
            file = try await front.service.file(id, of: tenant.tenant, correlationID: context.correlationID)
          } catch {
            context.logger.warning("a file could not be looked up", metadata: ["tenant": "\(tenant.tenant.id)"])
            throw Problem(error)
          }
          let addresses = Addresses(front.settings.publicURL, tenant.tenant)
          return json([
            "fileId": .number(JSONNumber(id)),
            "state": file.state.map { .string($0) } ?? .null,
            "url": .string(addresses.page(.file("\(id)"))),
            "tickets": .array(file.passes.map { addresses.ticket($0) }),
            "waiting": .number(JSONNumber(Int64(file.waiting))),
            "refused": .number(JSONNumber(Int64(file.refused))),
          ])
        }
      ])
  }

  /// The tenant, when the caller may do there what the scope names.
  func authorize(
    _ request: Request, _ context: ServiceContext, _ scope: Scope
  ) async throws(Problem) -> ServedTenant {
    let tenant = try tenant(context)
    var token: String?
    if let field = request.headers[.authorization], field.prefix(7).lowercased() == "bearer " {
      token = String(field.dropFirst(7)).trimmingCharacters(in: .whitespaces)
    }
    do throws(Refusal) {
      _ = try await tenant.authorizer.authorize(apiKey: request.headers[.apiKey], bearer: token, scope: scope)
      return tenant
    } catch {
      throw Problem(error)
    }
  }
}

/// The addresses that buyers are given.
struct Addresses {
  /// The service's address, or the path of it alone.
  private let publicURL: String
  private let keys: PassKeys

  init(_ publicURL: String, _ tenant: Tenant) {
    self.publicURL = publicURL
    keys = tenant.keys
  }

  /// A page's address.
  func page(_ subject: DownloadToken.Subject) -> String {
    // A tenant is not configured without a secret.
    "\(publicURL)/t/\(keys.downloadToken(for: subject)?.text ?? "-")"
  }

  func ticket(_ record: PassRecord) -> JSONValue {
    let pass = record.pass
    let page = page(.pass(serialNumber: pass.serialNumber))
    return [
      "movementId": Self.number(pass.movement),
      "ticketId": Self.number(pass.ticket),
      "orderId": Self.number(pass.order),
      "state": .string(pass.state.rawValue),
      "serialNumber": .string(pass.serialNumber),
      "event": pass.event.map { .string($0) } ?? .null,
      "seat": pass.seat.map { .string($0) } ?? .null,
      "passUrl": .string(page),
      "bundleUrl": .string("\(page).pkpass"),
    ]
  }

  /// Secutix's numbers as numbers; what is none, as it is.
  static func number(_ text: String?) -> JSONValue {
    guard let text else { return .null }
    return Int64(text).map { .number(JSONNumber($0)) } ?? .string(text)
  }
}
