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

extension SandboxSecutix {
  /// Answers a call as Secutix does: the limit first, then who calls, then what is asked; faults instead of any of it.
  func answer(_ call: Call, method: String?, service: String?, contentType: String?) -> SandboxAnswer {
    note(call)
    let fault = takeFault(call.method)
    switch fault {
    case .status(let status, let retryAfter):
      return .bare(status, retryAfter.map { [("Retry-After", $0)] } ?? [])
    case .redirect(let url): return .bare(302, [("Location", url)])
    case .reset: return SandboxAnswer(ending: .reset)
    case .hang: return SandboxAnswer(ending: .never)
    case .oversized(let count): return SandboxAnswer(body: Array(repeating: 0x20, count: count))
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
    if let service, let method {
      if refusal(of: call.authorization) != nil { return .bare(401, [("WWW-Authenticate", "Bearer")]) }
      document = self.document(service, method, body, call, fault)
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
    guard let index = faults.firstIndex(where: { $0.method == nil || $0.method == method }) else { return nil }
    return faults.remove(at: index).fault
  }

  /// The envelope and what is in it.
  private func document(
    _ service: String, _ method: String, _ body: JSONValue, _ call: Call, _ fault: SandboxFault?
  ) -> JSONObject {
    if case .failure(let code, let detail) = fault { return failure(code, detail, body) }
    // Asynchronous answers: asked for again under the id they came with.
    if case .inProgress(let polls) = fault, polls > 0 {
      let id = newID()
      pending[id] = polls - 1
      return inProgress(id)
    }
    if let id = body["requestId"]?.int, let left = pending[id] {
      pending[id] = left > 0 ? left - 1 : nil
      if left > 0 { return inProgress(id) }
    }
    let language = language(of: call.language)
    let found: JSONObject?
    switch (service, method) {
    case ("externalOrderService", "getFileDetailsFromOrderSecretId"):
      found = body["orderSecretId"]?.stringValue.flatMap { file(ofSecret: $0) }.map {
        fileDetails($0, language: language)
      }
    case ("externalOrderService", "getFileDetails"):
      found = body["fileId"]?.int.flatMap { file($0) }.map { fileDetails($0, language: language) }
    case ("externalOrderService", "getOrderDetails"):
      found = body["orderId"]?.int.flatMap { orderAnswer($0, body["granularity"]?.stringValue, language) }
    case ("catalogService", "getPOSConfig"):
      found = [
        "posConfigData": [
          "posId": 10_228_900_000_001, "currencyCode": .string(house.currencyCode),
          "organizationTimeZone": .string(house.timeZone),
        ]
      ]
    case ("catalogService", "isCatalogServiceAlive"): found = [:]
    case ("externalOrderHistoryService", "listTicketsByCriteria"): found = ticketList(body, language)
    case ("externalAccessControlService", _) where Self.accessControlMethods.contains(method):
      found = accessControl(method, body)
    default: return failure("unknown", "\(service).\(method)", body)
    }
    guard let found else { return failure("notfound", "no such object", body) }
    return JSONObject(
      [
        .init(name: "requestId", value: body["requestId"] ?? .null), .init(name: "statusCode", value: "success"),
        .init(name: "statusDetail", value: .null),
      ] + found.members)
  }

  private func failure(_ code: String, _ detail: String?, _ body: JSONValue) -> JSONObject {
    [
      "requestId": body["requestId"] ?? .null, "statusCode": .string(code),
      "statusDetail": detail.map { .string($0) } ?? .null, "expectedException": true,
    ]
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
