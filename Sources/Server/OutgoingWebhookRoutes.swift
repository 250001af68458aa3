import Authorization
import HTTPTypes
import Hummingbird
package import Issuance
package import JSON

/// Outgoing webhooks, for operators: how endpoints fare, what was sent, and sending it again.
extension Routes {
  func addOutgoingWebhooks(to router: Router<ServiceContext>) {
    add(
      to: router, "/api/{tenantId}/webhooks/endpoints",
      [
        .get: { request, context in
          let tenant = try await authorize(request, context, .jobRead)
          let endpoints = try await stored { () async throws(StoreError) in
            try await front.service.store.webhookEndpoints(tenant: tenant.tenant.id)
          }
          return json(.array(endpoints.map { Self.summary($0) }))
        }
      ])
    add(
      to: router, "/api/{tenantId}/webhooks/endpoints/{endpointName}/resume",
      [
        .post: { request, context in
          let tenant = try await authorize(request, context, .jobWrite)
          let (id, name) = (tenant.tenant.id, context.pathPart("endpointName") ?? "")
          let endpoint = try await stored { () async throws(StoreError) -> WebhookEndpointRecord? in
            guard try await front.service.store.resumeWebhooks(of: name, tenant: id, at: front.clock()) else {
              return nil
            }
            return try await front.service.store.webhookEndpoints(tenant: id).first { $0.name == name }
          }
          guard let endpoint else { throw Problem(.notFound, "The tenant has no endpoint with this name.") }
          front.service.webhookSignal.set()
          return json(Self.summary(endpoint))
        }
      ])
    add(
      to: router, "/api/{tenantId}/webhooks/messages",
      [
        .get: { request, context in
          let tenant = try await authorize(request, context, .jobRead)
          var query = QueryValues(request)
          let limit = query.number("limit", or: 20, in: 1...100)
          let before = query.number("before", or: 0, in: 1...Int64.max)
          let states = query.words("state", JobState.self)
          let endpoint = query.text("endpoint")
          try query.check()
          let filter = WebhookFilter(
            tenant: tenant.tenant.id, endpoint: endpoint, states: Set(states), before: before == 0 ? nil : before,
            limit: Int(limit) + 1)
          let messages = try await stored { () async throws(StoreError) in
            try await front.service.store.webhooks(filter)
          }
          return page(messages, limit: limit, of: request, number: \.id) { Self.summary($0) }
        }
      ])
    add(
      to: router, "/api/{tenantId}/webhooks/messages/{messageId}",
      [
        .get: { request, context in
          let tenant = try await authorize(request, context, .jobRead)
          let id = context.pathPart("messageId").flatMap { Int64($0) } ?? 0
          let message = try await stored { () async throws(StoreError) in
            try await front.service.store.webhook(id, tenant: tenant.tenant.id)
          }
          guard let message else { throw Problem.unknownMessage }
          return json(Self.summary(message, isWhole: true))
        }
      ])
    add(
      to: router, "/api/{tenantId}/webhooks/messages/{messageId}/replay",
      [
        .post: { request, context in
          let tenant = try await authorize(request, context, .jobWrite)
          let id = context.pathPart("messageId").flatMap { Int64($0) } ?? 0
          let message = try await stored { () async throws(StoreError) in
            try await front.service.store.replayWebhook(id, tenant: tenant.tenant.id, at: front.clock())
          }
          guard let message else { throw Problem.unknownMessage }
          front.service.webhookSignal.set()
          return json(Self.summary(message))
        }
      ])
  }

  /// A message as operators see it.
  ///
  /// - Parameters:
  ///   - isWhole: with what is sent.
  ///   - tenant: whether to name its tenant, for whoever sees those of all.
  package static func summary(_ message: WebhookMessage, isWhole: Bool = false, tenant: Bool = false) -> JSONValue {
    var object: JSONObject = [
      "id": .number(JSONNumber(message.id)), "messageId": .string(message.messageID),
      "endpoint": .string(message.endpoint), "type": .string(message.type), "state": .string(message.state.rawValue),
      "attempts": .number(JSONNumber(Int64(message.attempts))), "reason": message.reason.map { .string($0) } ?? .null,
      "correlationId": message.correlationID.map { .string($0) } ?? .null, "createdAt": moment(message.createdAt),
      "runAt": moment(message.runAt), "finishedAt": moment(message.finishedAt),
    ]
    if isWhole { object["body"] = (try? JSONValue(parsing: Array(message.body.utf8))) ?? .null }
    if tenant { object["tenant"] = .string(message.tenant) }
    return .object(object)
  }

  /// An endpoint as operators see it.
  package static func summary(_ endpoint: WebhookEndpointRecord, tenant: Bool = false) -> JSONValue {
    var counts = JSONObject()
    for state in JobState.allCases { counts[state.rawValue] = .number(JSONNumber(Int64(endpoint.counts[state] ?? 0))) }
    var object: JSONObject = [
      "name": .string(endpoint.name), "url": .string(endpoint.address),
      "events": .array(endpoint.types.map { .string($0) }), "configured": .bool(endpoint.isConfigured),
      "failures": .number(JSONNumber(Int64(endpoint.failures))), "pausedUntil": moment(endpoint.pausedUntil),
      "disabledAt": moment(endpoint.disabledAt), "disabledFor": endpoint.disabledFor.map { .string($0) } ?? .null,
      "messages": .object(counts), "oldestRunAt": moment(endpoint.oldestRunAt),
    ]
    if tenant { object["tenant"] = .string(endpoint.tenant) }
    return .object(object)
  }
}

extension Problem {
  fileprivate static let unknownMessage = Problem(.notFound, "There is no such outgoing webhook.")
}
