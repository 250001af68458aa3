import JSON

/// What a call comes to, before it goes over the wire.
struct SandboxAnswer: Sendable {
  enum Ending: Sendable {
    case whole
    /// The body says it is whole and is cut.
    case cut
    /// The body is compressed, and a byte of it is another.
    case damaged
    case reset
    case never
  }

  var status = 200
  var headers: [(String, String)] = [("Content-Type", "application/json;charset=UTF-8")]
  var body: [UInt8] = []
  var ending = Ending.whole
  var delay: Duration = .zero

  static func bare(_ status: Int, _ headers: [(String, String)] = []) -> SandboxAnswer {
    SandboxAnswer(status: status, headers: headers)
  }
}

/// A method of a service, as a path names it.
struct SandboxMethod: Sendable {
  /// Such as `tnseb`.
  let module: String
  let service: String
  let name: String

  private static let modules = [
    "externalOrderService": "tnseb", "externalOrderHistoryService": "tnseb", "catalogService": "tnseb",
    "setupService": "tnseb", "externalAccessControlService": "tnci", "contactInformationPublicService": "tnco",
    "dataExportService": "tnai",
  ]

  /// The module has the service.
  var isThere: Bool { Self.modules[service] == module }
  /// The one method with a limit of its own: once in ten minutes.
  var isCatalogue: Bool { isThere && service == "catalogService" && name == "getCatalogDetailed" }
  /// Its first answer is `in_progress`.
  var isAsynchronous: Bool { isCatalogue || isThere && service == "dataExportService" && name == "executeExport" }
}

extension SandboxSecutix {
  /// Answers a call as Secutix does: the limit first, then who calls, then what is asked; faults instead of any of it.
  ///
  /// - Parameter method: nil for the sign-in.
  func answer(_ call: Call, method: SandboxMethod?, contentType: String?) -> SandboxAnswer {
    note(call)
    let fault = takeFault(call.method)
    switch fault {
    case .status(let status, let retryAfter):
      return .bare(status, retryAfter.map { [("Retry-After", $0)] } ?? [])
    case .redirect(let url): return .bare(302, [("Location", url)])
    case .reset: return SandboxAnswer(ending: .reset)
    case .hang: return SandboxAnswer(ending: .never)
    case .oversized(let count): return SandboxAnswer(body: Array(repeating: 0x20, count: count))
    case .endedToken:
      endTokens()
      return .bare(401, [("WWW-Authenticate", "Bearer")])
    default: break
    }
    if let limit = options.callsPerMinute {
      let moment = now()
      recentCalls.removeAll { $0 <= moment - 60_000 }
      if recentCalls.count >= limit { return .bare(options.limitStatus) }
      recentCalls.append(moment)
    }
    guard contentType?.lowercased().hasPrefix("application/json") == true else { return .bare(415) }
    guard let body = try? JSONValue(parsing: call.body), body.object != nil else { return .bare(400) }
    var document: JSONObject
    if let method {
      if refusal(of: call.authorization) != nil { return .bare(401, [("WWW-Authenticate", "Bearer")]) }
      if method.isCatalogue, polls(of: method, body) == nil {
        let moment = now()
        if let last = catalogueAskedAt, moment < last + 600_000 { return .bare(options.limitStatus) }
        catalogueAskedAt = moment
      }
      document = self.document(method, body, call, fault)
    } else if case .failure(let code, let detail) = fault {
      document = failure(code, detail, body)
    } else {
      guard let token = signIn(body) else { return .bare(403) }
      document = ["token": .string(token)]
    }
    return answer(of: &document, fault)
  }

  private func answer(of document: inout JSONObject, _ fault: SandboxFault?) -> SandboxAnswer {
    var answer = SandboxAnswer()
    if fault == .unknownMembers {
      document["somethingNew"] = ["deep": [.null, 1.5, "x"]]
      document["fileContacts"] = .null
    }
    answer.body = JSONValue.object(document).serialized()
    switch fault {
    case .delay(let delay)?: answer.delay = delay
    case .brokenJSON?: answer.body.removeLast(min(answer.body.count, 3))
    case .brokenGzip?: answer.ending = .damaged
    case .halfBody?: answer.ending = .cut
    case .contentType(let type)?: answer.headers = [("Content-Type", type)]
    default: break
    }
    return answer
  }

  private func takeFault(_ method: String) -> SandboxFault? {
    let index = faults.firstIndex {
      // A sign-in comes without a token.
      ($0.method == nil || $0.method == method) && ($0.fault != .endedToken || method != "auth")
    }
    guard let index else { return nil }
    return faults.remove(at: index).fault
  }

  /// The envelope and what is in it.
  private func document(
    _ method: SandboxMethod, _ body: JSONValue, _ call: Call, _ fault: SandboxFault?
  ) -> JSONObject {
    if case .failure(let code, let detail) = fault { return failure(code, detail, body) }
    guard method.isThere else { return failure("unknown", "\(method.service).\(method.name)", body) }
    // Asynchronous answers: asked for again under the id they came with.
    if case .inProgress(let polls) = fault, polls > 0 { return inProgress(method, polls: polls - 1) }
    if let id = body["requestId"]?.int, let left = polls(of: method, body) {
      pending[id] = left > 0 ? (method.name, left - 1) : nil
      if left > 0 { return inProgress(id) }
    } else if method.isAsynchronous {
      return inProgress(method, polls: 0)
    }
    switch found(method, body, language(of: call.language)) {
    case .answer(let found):
      return JSONObject(
        [
          .init(name: "requestId", value: body["requestId"] ?? .null), .init(name: "statusCode", value: "success"),
          .init(name: "statusDetail", value: .null),
        ] + found.members)
    case .nothing: return failure("notfound", "no such object", body)
    case .noSuchMethod: return failure("unknown", "\(method.service).\(method.name)", body)
    }
  }

  private enum Found {
    case answer(JSONObject)
    case nothing
    case noSuchMethod

    init(_ answer: JSONObject?) {
      self = answer.map { .answer($0) } ?? .nothing
    }
  }

  private func found(_ method: SandboxMethod, _ body: JSONValue, _ language: String) -> Found {
    switch (method.service, method.name) {
    case ("externalOrderService", "getFileDetailsFromOrderSecretId"):
      return Found(
        body["orderSecretId"]?.stringValue.flatMap { file(ofSecret: $0) }.map { fileDetails($0, language: language) })
    case ("externalOrderService", "getFileDetails"):
      return Found(body["fileId"]?.int.flatMap { file($0) }.map { fileDetails($0, language: language) })
    case ("externalOrderService", "getOrderDetails"):
      return Found(body["orderId"]?.int.flatMap { orderAnswer($0, body["granularity"]?.stringValue, language) })
    case ("externalOrderService", "getExternalReference"): return Found(references(body))
    case ("externalOrderService", "updateExternalReferences"): return Found(updateReferences(body))
    case ("catalogService", "getPOSConfig"):
      return .answer([
        "posConfigData": [
          "posId": 10_228_900_000_001, "currencyCode": .string(house.currencyCode),
          "organizationTimeZone": .string(house.timeZone),
        ]
      ])
    case ("catalogService", "isCatalogServiceAlive"): return .answer([:])
    case ("catalogService", "getCatalogDetailed"): return .answer(catalogue())
    case ("setupService", _) where Self.setupMethods.contains(method.name): return Found(setup(method.name, body))
    case ("externalOrderHistoryService", "listTicketsByCriteria"): return Found(ticketList(body, language))
    case ("externalAccessControlService", _) where Self.accessControlMethods.contains(method.name):
      return Found(accessControl(method.name, body))
    case ("contactInformationPublicService", "getContactData"): return Found(contact(body))
    case ("dataExportService", "executeExport"): return Found(export(body))
    default: return .noSuchMethod
    }
  }

  /// How often an asynchronous answer is still `in_progress`; nil when it was not asked for before.
  private func polls(of method: SandboxMethod, _ body: JSONValue) -> Int? {
    guard let id = body["requestId"]?.int, let waiting = pending[id], waiting.method == method.name else { return nil }
    return waiting.polls
  }

  private func failure(_ code: String, _ detail: String?, _ body: JSONValue) -> JSONObject {
    [
      "requestId": body["requestId"] ?? .null, "statusCode": .string(code),
      "statusDetail": detail.map { .string($0) } ?? .null, "expectedException": true,
    ]
  }

  /// Begins an asynchronous answer.
  private func inProgress(_ method: SandboxMethod, polls: Int) -> JSONObject {
    let id = newID()
    pending[id] = (method.name, polls)
    return inProgress(id)
  }

  private func inProgress(_ id: Int64) -> JSONObject {
    ["requestId": .number(JSONNumber(id)), "statusCode": "in_progress", "statusDetail": .null]
  }

  /// The answer of `getOrderDetails`, which is also the body of the order webhook V2.
  func orderAnswer(_ id: Int64, _ granularity: String?, _ language: String) -> JSONObject? {
    guard let file = file(ofOrder: id), let order = file.orders.first(where: { $0.id == id }) else { return nil }
    let details = orderDetails(order, of: file, granularity: granularity ?? "OPERATIONS", language: language)
    return ["orderDetailsData": .object(details)]
  }

  /// The first language of `Accept-Language` that the house has names in.
  private func language(of header: String?) -> String {
    let known = Set(house.performances.flatMap(\.names.keys))
    for part in (header ?? "").split(separator: ",") {
      let tag = part.split(separator: ";")[0].split(separator: "-")[0].trimmingPrefix { $0 == " " }.lowercased()
      if known.contains(tag) { return tag }
    }
    return house.language
  }
}
