import JSON
import NIOCore
import PassBundle

/// A method of Secutix's REST interface.
struct SecutixMethod {
  let module: String
  let service: String
  let name: String

  static func order(_ name: String) -> SecutixMethod {
    SecutixMethod(module: "tnseb", service: "externalOrderService", name: name)
  }

  static func catalog(_ name: String) -> SecutixMethod {
    SecutixMethod(module: "tnseb", service: "catalogService", name: name)
  }

  func path(_ version: String) -> String { "/\(module)/backend-apis/\(service)/\(version)/\(name)" }
}

extension SecutixClient {
  /// Calls a method until it has answered: `in_progress` is asked for again under the request id it came with.
  ///
  /// - Parameter secret: never comes back in an error.
  func call(
    _ method: SecutixMethod, _ body: JSONObject, _ context: Context, hiding secret: String? = nil
  ) async throws(SecutixError) -> JSONValue {
    var body = body
    var polls = 0
    while true {
      let value = try await answer(to: method, body, context)
      guard let status = value["statusCode"]?.stringValue else { throw .unreadable(.noEnvelope) }
      switch status.lowercased() {
      case "success": return value
      case "in_progress":
        guard polls < connection.patience.polls else { throw .unfinished(polls: polls) }
        polls += 1
        if let id = value["requestId"], !id.isNull { body["requestId"] = id }
        try await wait(connection.patience.pollWait)
      default: throw SecutixError(status: status, detail: value["statusDetail"]?.stringValue, hiding: secret)
      }
    }
  }

  /// One answer of a method: signed in anew when the token was refused, after a wait when Secutix was too busy.
  private func answer(
    to method: SecutixMethod, _ body: JSONObject, _ context: Context
  ) async throws(SecutixError) -> JSONValue {
    var attempt = 1
    var isRenewed = false
    while true {
      // First the limiter: Secutix takes no token that had to wait.
      try await permission()
      let token = try await token(context)
      do throws(SecutixError) {
        return try await send(method.path(connection.apiVersion), body, token, context)
      } catch .unauthorized where !isRenewed {
        isRenewed = true
        tokens.forget(token)
      } catch {
        try await waitToRepeat(after: error, attempt: &attempt)
      }
    }
  }

  private func token(_ context: Context) async throws(SecutixError) -> BearerToken {
    switch connection.authentication {
    case .selfMade(let ttl):
      return BearerToken(madeFor: connection, ttl: ttl, at: clock.epochMilliseconds())
    case .tokenEndpoint:
      return try await tokens.token(at: clock.epochMilliseconds) { () async throws(SecutixError) in
        let secret = connection.secret.withBytes { String(decoding: $0, as: UTF8.self) }
        let body: JSONObject = [
          "operator": .string(connection.operatorCode), "partner": .string(connection.partner),
          "secret": .string(secret),
        ]
        var attempt = 1
        while true {
          try await permission()
          do throws(SecutixError) {
            let answer = try await send("/tnai/backend-apis/v1/auth", body, nil, context)
            if let text = answer["token"]?.stringValue, !text.isEmpty { return BearerToken(text: text) }
            guard let status = answer["statusCode"]?.stringValue, status.lowercased() != "success" else {
              throw .unreadable(.noToken)
            }
            throw SecutixError(status: status, detail: answer["statusDetail"]?.stringValue, hiding: secret)
          } catch {
            try await waitToRepeat(after: error, attempt: &attempt)
          }
        }
      }
    }
  }

  /// Waits when the request is worth sending again.
  ///
  /// - Throws: the error itself when it is not.
  private func waitToRepeat(after error: SecutixError, attempt: inout Int) async throws(SecutixError) {
    let patience = connection.patience
    var delay = min(patience.firstWait * (1 << min(attempt - 1, 20)), patience.longestWait)
    // Drawn, so that those who failed together do not come back together.
    delay = delay * Double.random(in: 0...1)
    if case .rateLimited(let wait) = error {
      if let wait { delay = wait + delay / 4 }
      // All calls of the institution are too many, not this one.
      limiter.pause(for: delay)
    }
    guard error.isWorthAnotherTry, attempt < patience.attempts else { throw error }
    if case .rateLimited(let wait?) = error, wait > patience.longestRetryAfter { throw error }
    attempt += 1
    try await wait(delay)
  }

  private func permission() async throws(SecutixError) {
    do throws(CallLimiter.Refusal) {
      try await limiter.acquire(longestPause: connection.patience.longestRetryAfter)
    } catch {
      switch error {
      case .cancelled: throw .cancelled
      case .paused(let rest): throw .rateLimited(retryAfter: rest)
      }
    }
  }

  private func wait(_ duration: Duration) async throws(SecutixError) {
    do {
      try await clock.sleep(for: duration)
    } catch {
      throw .cancelled
    }
  }
}

extension SecutixError {
  /// An answer that says it failed. Its words are Secutix's, shortened, without control characters and secrets.
  init(status: String, detail: String?, hiding secret: String?) {
    let code = String(status.filter { !$0.isNewline && $0.isASCII }.prefix(40))
    let known = [status, detail ?? ""].map { $0.lowercased() }
    // The codes are not published: these words are looked for in both.
    let missing = ["not_found", "notfound", "not found", "does not exist", "no such"]
    if known.contains(where: { text in missing.contains { text.contains($0) } }) {
      self = .notFound
      return
    }
    var text = detail ?? ""
    if let secret, !secret.isEmpty { text = text.replacing(secret, with: "<redacted>") }
    text = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    self = .failed(statusCode: code, detail: text.isEmpty ? nil : String(text.prefix(300)))
  }
}
