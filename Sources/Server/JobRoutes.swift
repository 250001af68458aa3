import Authorization
import HTTPTypes
import Hummingbird
package import Issuance
package import JSON
import PassBundle
import Secutix

/// Jobs, for operators.
extension Routes {
  private static let reasonLimit = 500

  func addJobs(to router: Router<ServiceContext>) {
    add(
      to: router, "/api/{tenantId}/jobs",
      [
        .get: { request, context in
          let tenant = try await authorize(request, context, .jobRead)
          var query = QueryValues(request)
          let limit = query.number("limit", or: 20, in: 1...100)
          let before = query.number("before", or: 0, in: 1...Int64.max)
          let states = query.words("state", JobState.self)
          try query.check()
          let filter = JobFilter(
            tenant: tenant.tenant.id, states: Set(states), before: before == 0 ? nil : before, limit: Int(limit) + 1)
          let jobs = try await stored { () async throws(StoreError) in try await front.service.store.jobs(filter) }
          return page(jobs, limit: limit, of: request, number: \.id) { Self.summary($0) }
        }
      ])
    add(
      to: router, "/api/{tenantId}/jobs/{jobId}",
      [
        .get: { request, context in
          let tenant = try await authorize(request, context, .jobRead)
          let id = try jobID(context)
          let job = try await stored { () async throws(StoreError) in
            try await front.service.store.job(id, tenant: tenant.tenant.id)
          }
          guard let job else { throw Problem(.unknownJob) }
          return json(Self.summary(job))
        }
      ])
    add(
      to: router, "/api/{tenantId}/jobs/{jobId}/retry",
      [
        .post: { request, context in
          let tenant = try await authorize(request, context, .jobWrite)
          let id = try jobID(context)
          let job = try await stored { () async throws(StoreError) in
            try await front.service.store.replay(id, tenant: tenant.tenant.id, at: front.clock())
          }
          front.service.wake()
          return json(Self.summary(job))
        }
      ])
    add(
      to: router, "/api/{tenantId}/jobs/{jobId}/discard",
      [
        .post: { request, context in
          let tenant = try await authorize(request, context, .jobWrite)
          let id = try jobID(context)
          let reason = try await reason(request)
          let job = try await stored { () async throws(StoreError) in
            try await front.service.store.discard(id, tenant: tenant.tenant.id, reason: reason, at: front.clock())
            return try await front.service.store.job(id, tenant: tenant.tenant.id)
          }
          guard let job else { throw Problem(.unknownJob) }
          return json(Self.summary(job))
        }
      ])
  }

  private func jobID(_ context: ServiceContext) throws(Problem) -> Int64 {
    guard let id = context.pathPart("jobId").flatMap({ Int64($0) }) else { throw Problem(.unknownJob) }
    return id
  }

  /// What the operator says, in a body that may be missing.
  private func reason(_ request: Request) async throws(Problem) -> String {
    let body = try await body(request, limit: 1 << 14)
    if body.isEmpty { return "discarded by hand" }
    guard let object = (try? JSONValue(parsing: body))?.object else {
      throw Problem(
        .badRequest, "The body may be missing; else it is an object.", errors: [("body", "Send {\"reason\": …}.")])
    }
    for member in object.names where member != "reason" {
      throw Problem(
        .badRequest, "One member of the body is wrong.",
        errors: [(String(member.prefix(100)), "There is no such member. Take it out.")])
    }
    guard let reason = object["reason"]?.stringValue, reason.count <= Self.reasonLimit else {
      throw Problem(
        .badRequest, "One member of the body is wrong.",
        errors: [("reason", "Send a text of at most \(Self.reasonLimit) characters.")])
    }
    return reason.isEmpty ? "discarded by hand" : reason
  }

  /// A job as operators see it.
  ///
  /// - Parameter tenant: whether to name its tenant, for whoever sees those of all.
  package static func summary(_ job: Job, tenant: Bool = false) -> JSONValue {
    var object: JSONObject = [
      "id": .number(JSONNumber(job.id)),
      "state": .string(job.state.rawValue),
      "order": .string(job.key.order.shownName),
      "attempts": .number(JSONNumber(Int64(job.attempts))),
      "correlationId": .string(job.correlationID),
      "reason": job.reason.map { .string($0) } ?? .null,
      "createdAt": moment(job.createdAt),
      "runAt": moment(job.runAt),
      "newestUpdate": moment(job.newestUpdate),
      "finishedAt": moment(job.finishedAt),
    ]
    if tenant { object["tenant"] = .string(job.key.tenant) }
    return .object(object)
  }
}
