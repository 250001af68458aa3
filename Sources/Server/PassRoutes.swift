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
          let filter = PassFilter(states: Set(states), template: query.text("template"), text: query.text("q"))
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

  func addHistory(to router: Router<ServiceContext>) {
    add(
      to: router, "/api/{tenantId}/passes/{serialNumber}/history",
      [
        .get: { request, context in
          let tenant = try await authorize(request, context, .passRead)
          let serialNumber = context.pathPart("serialNumber") ?? ""
          var query = QueryValues(request)
          let limit = Int(query.number("limit", or: 200, in: 1...1000))
          try query.check()
          let history = try await stored { () async throws(StoreError) in
            try await front.service.store.history(of: serialNumber, tenant: tenant.tenant.id, limit: limit)
          }
          guard let history else { throw Problem.unknownPass }
          return json(Self.summary(history))
        }
      ])
    add(
      to: router, "/api/{tenantId}/passes/{serialNumber}/push",
      [
        .post: { request, context in
          let tenant = try await authorize(request, context, .passWrite)
          let serialNumber = context.pathPart("serialNumber") ?? ""
          let count = try await stored { () async throws(StoreError) in
            try await front.service.store.requestPushes(
              serialNumber: serialNumber, tenant: tenant.tenant.id, correlationID: context.correlationID,
              at: front.clock())
          }
          guard let count else { throw Problem.unknownPass }
          front.service.wakePushes()
          return json(["devices": .number(JSONNumber(Int64(count)))], status: .accepted)
        }
      ])
  }

  private func pass(_ tenant: ServedTenant, _ context: ServiceContext) async throws(Problem) -> PassRecord {
    let serialNumber = context.pathPart("serialNumber") ?? ""
    let record = try await stored { () async throws(StoreError) in
      try await front.service.store.pass(serialNumber: serialNumber, tenant: tenant.tenant.id)
    }
    guard let record else { throw Problem.unknownPass }
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
      "personalization": record.personalization.map { entered in
        ["at": moment(entered.at), "info": (try? JSONValue(parsing: Array(entered.info.utf8))) ?? .null]
      } ?? .null,
    ]
  }
}

extension Routes {
  /// The history of a pass, as operators see it.
  package static func summary(_ history: PassHistory) -> JSONValue {
    func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    func number(_ number: Int64?) -> JSONValue { number.map { .number(JSONNumber($0)) } ?? .null }
    let events = history.events.map { event -> JSONValue in
      let differences = event.detail.flatMap { try? JSONValue(parsing: Array($0.utf8)) }?.array
      return [
        "kind": .string(event.kind.rawValue), "at": moment(event.at), "times": .number(JSONNumber(Int64(event.times))),
        "lastAt": moment(event.lastAt), "device": number(event.device), "correlationId": text(event.correlationID),
        "differences": differences.map { .array($0) } ?? .null,
        "reason": differences == nil ? text(event.detail) : .null,
      ]
    }
    let devices = history.devices.map { device -> JSONValue in
      let push = device.push.map { push -> JSONValue in
        [
          "state": .string(push.state.rawValue), "attempts": .number(JSONNumber(Int64(push.attempts))),
          "runAt": moment(push.runAt), "reason": text(push.reason),
        ]
      }
      return [
        "device": number(device.number), "registeredAt": moment(device.registeredAt),
        "tokenSince": moment(device.tokenSince), "push": push ?? .null,
      ]
    }
    let lines = history.logLines.map { line -> JSONValue in
      ["at": moment(line.at), "device": number(line.device), "text": .string(line.text)]
    }
    return ["events": .array(events), "devices": .array(devices), "log": .array(lines)]
  }
}

extension Problem {
  fileprivate static let unknownPass = Problem(.notFound, "The tenant has no pass with this serial number.")
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
