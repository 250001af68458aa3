import Authorization
import HTTPTypes
import Hummingbird
package import Issuance
package import JSON
import PassBundle
import ZonedTime

/// Passes, for operators.
extension Routes {
  func addPasses(to router: Router<ServiceContext>) {
    add(
      to: router, "/api/{tenantId}/passes",
      [
        .get: { request, context in
          let tenant = try await authorize(request, context, .passRead)
          var query = QueryValues(request)
          let offset = query.number("offset", or: 0, in: 0...Int64(Int32.max))
          let limit = query.number("limit", or: 20, in: 1...100)
          let states = query.words("state", IssuedPass.State.self)
          try query.check()
          let filter = PassFilter(state: states.last, template: query.text("template"), text: query.text("q"))
          let page = try await stored { () async throws(StoreError) in
            try await front.service.store.passes(
              filter, tenant: tenant.tenant.id, offset: Int(offset), limit: Int(limit))
          }
          let addresses = Addresses(front.settings.publicURL, tenant.tenant)
          return json(
            .array(page.records.map { addresses.summary($0) }), headers: [.paginationTotal: "\(page.total)"])
        }
      ])
    add(
      to: router, "/api/{tenantId}/passes/{serialNumber}",
      [
        .get: { request, context in
          let tenant = try await authorize(request, context, .passRead)
          let record = try await pass(tenant, context)
          return json(Addresses(front.settings.publicURL, tenant.tenant).summary(record))
        }
      ])
    add(
      to: router, "/api/{tenantId}/passes/{serialNumber}/refresh",
      [
        .post: { request, context in
          let tenant = try await authorize(request, context, .passWrite)
          let record = try await pass(tenant, context)
          do throws(IssuingError) {
            let job = try await front.service.refresh(record, of: tenant.tenant, correlationID: context.correlationID)
            return json(Self.summary(job), status: .accepted)
          } catch {
            throw Problem(error)
          }
        }
      ])
  }

  private func pass(_ tenant: ServedTenant, _ context: ServiceContext) async throws(Problem) -> PassRecord {
    let serialNumber = context.pathPart("serialNumber") ?? ""
    let record = try await stored { () async throws(StoreError) in
      try await front.service.store.pass(serialNumber: serialNumber, tenant: tenant.tenant.id)
    }
    guard let record else { throw Problem(.notFound, "The tenant has no pass with this serial number.") }
    return record
  }

  func stored<Value>(_ body: () async throws(StoreError) -> Value) async throws(Problem) -> Value {
    do throws(StoreError) {
      return try await body()
    } catch {
      throw Problem(error)
    }
  }

  /// A moment as JSON has it.
  ///
  /// - Parameter milliseconds: since 1970.
  package static func moment(_ milliseconds: Int64?) -> JSONValue {
    milliseconds.map { .string(ZonedDateTime(epochMilliseconds: $0).iso8601) } ?? .null
  }
}

extension Routes {
  /// A pass as operators see it, without the addresses that only a tenant's secret makes.
  package static func summary(_ record: PassRecord) -> JSONValue {
    let pass = record.pass
    return [
      "serialNumber": .string(pass.serialNumber),
      "state": .string(pass.state.rawValue),
      "template": .string(pass.template),
      "event": pass.event.map { .string($0) } ?? .null,
      "seat": pass.seat.map { .string($0) } ?? .null,
      "movementId": Addresses.number(pass.movement),
      "ticketId": Addresses.number(pass.ticket),
      "orderId": Addresses.number(pass.order),
      "fileId": Addresses.number(pass.file),
      "changedAt": moment(record.changedAt),
      "createdAt": moment(record.createdAt),
      "correlationId": record.correlationID.map { .string($0) } ?? .null,
    ]
  }
}

extension Addresses {
  fileprivate func summary(_ record: PassRecord) -> JSONValue {
    guard var object = Routes.summary(record).object else { return .null }
    let page = page(.pass(serialNumber: record.pass.serialNumber))
    object["passUrl"] = .string(page)
    object["bundleUrl"] = .string("\(page).pkpass")
    return .object(object)
  }
}
