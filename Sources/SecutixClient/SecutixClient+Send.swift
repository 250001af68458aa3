import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1
import ZonedTime

extension SecutixClient {
  /// Sends one request and reads what comes back.
  func send(
    _ path: String, _ body: JSONObject, _ token: BearerToken?, _ context: Context
  ) async throws(SecutixError) -> JSONValue {
    guard let observer else { return try await sendUnobserved(path, body, token, context) }
    let start = clock.elapsed()
    func report(_ outcome: String) {
      let method = path.split(separator: "/").last.map(String.init) ?? ""
      observer(RequestReport(method: method, outcome: outcome, duration: clock.elapsed() - start))
    }
    do throws(SecutixError) {
      let answer = try await sendUnobserved(path, body, token, context)
      let status = answer["statusCode"]?.stringValue?.lowercased() ?? "success"
      report(["success", "in_progress"].contains(status) ? status : "failed")
      return answer
    } catch {
      report(error.outcome)
      throw error
    }
  }

  private func sendUnobserved(
    _ path: String, _ body: JSONObject, _ token: BearerToken?, _ context: Context
  ) async throws(SecutixError) -> JSONValue {
    var request = HTTPClientRequest(url: connection.url + path)
    request.method = .POST
    request.headers = [
      "Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "gzip, deflate",
      "User-Agent": "passmint",
    ]
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token.text)") }
    if let language = context.language { request.headers.add(name: "Accept-Language", value: language.headerText) }
    if let id = context.correlationID { request.headers.add(name: "X-Correlation-ID", value: id.headerText) }
    request.body = .bytes(ByteBuffer(bytes: JSONValue.object(body).serialized()))
    let answer = try await exchange(request)
    return try read(answer)
  }

  private struct Answer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: ByteBuffer
  }

  /// From the request to the answer's last byte, or to the end of patience.
  ///
  /// The clock of this limit is the machine's: what it bounds is the network.
  private func exchange(_ request: HTTPClientRequest) async throws(SecutixError) -> Answer {
    let patience = connection.patience
    do {
      return try await withThrowingTaskGroup(of: Answer?.self) { group in
        group.addTask { [http] in
          let response = try await http.execute(request, timeout: .hours(1))
          let body = try await response.body.collect(upTo: patience.bodyLimit)
          return Answer(status: Int(response.status.code), headers: response.headers, body: body)
        }
        group.addTask {
          try await Task.sleep(for: patience.call)
          return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let answer = first else {
          throw SecutixError.timeout(after: patience.call)
        }
        return answer
      }
    } catch let error as SecutixError {
      throw error
    } catch {
      throw SecutixError(network: error, limit: patience)
    }
  }

  /// The document, or what the status makes of the answer.
  private func read(_ answer: Answer) throws(SecutixError) -> JSONValue {
    switch answer.status {
    case 401, 403: throw .unauthorized(status: answer.status)
    case 429, 509:
      let wait = retryAfter(answer.headers.first(name: "Retry-After"), at: clock.epochMilliseconds())
      throw .rateLimited(retryAfter: wait)
    case 500...: throw .unavailable(status: answer.status)
    case 300..<400: throw .rejected(status: answer.status)
    default: break
    }
    let isRefusal = answer.status >= 400
    let type = answer.headers.first(name: "Content-Type")?.lowercased().prefix { $0 != ";" } ?? "application/json"
    guard type.hasSuffix("json") else {
      throw isRefusal
        ? .rejected(status: answer.status) : .unreadable(.contentType(String(type.prefix(60)).headerText))
    }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: answer.body.readableBytesView)
    } catch {
      throw isRefusal ? .rejected(status: answer.status) : .unreadable(.json(error))
    }
    // The envelope decides, not the status; only a refusal without one is judged by its status.
    if isRefusal, value["statusCode"]?.stringValue == nil { throw .rejected(status: answer.status) }
    return value
  }
}

extension String {
  /// What may stand in a header: visible ASCII and blanks.
  fileprivate var headerText: String { String(filter { $0.isASCII && ($0 == " " || !$0.isWhitespace) && $0 != "\0" }) }
}
