import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1
import ZonedTime

extension SandboxDevice {
  /// Sends a request until it is answered as it should be; nil when it is given up.
  func perform(_ task: SandboxDeviceTask) async -> SandboxDeviceAnswer? {
    var delay = options.firstDelay
    for attempt in 0...max(0, options.retries) {
      if attempt > 0 {
        guard (try? await sleep(delay)) != nil else { return nil }
        delay = min(delay * 2, options.longestDelay)
      }
      let answer = await send(task)
      guard let reason = answer.map({ task.problem(with: $0) }) ?? "The network connection was lost." else {
        return answer
      }
      // Whoever stops the phone has not been failed by the service.
      if answer == nil, Task.isCancelled { return nil }
      // Another attempt has no other token.
      let isGivenUp = attempt == options.retries || answer?.status == 401
      record(
        .failed(task.name, serialNumber: task.serialNumber, reason: reason, isGivenUp: isGivenUp))
      await complain(of: task, reason)
      if isGivenUp { return nil }
    }
    return nil
  }

  /// Tells the server's log what went wrong. Whether that arrives, nobody asks.
  func complain(of task: SandboxDeviceTask, _ reason: String) async {
    let line = "[\(logTime)] \(task.logText(device: identifier)) encountered error: \(reason)"
    var request = HTTPClientRequest(url: task.service.url + "/v1/log")
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.body = .bytes(ByteBuffer(bytes: JSONValue.object(["logs": [.string(line)]]).serialized()))
    _ = try? await answer(to: request)
  }

  /// `2026-11-20 19:05:02 +0100`
  private var logTime: String {
    let date = ZonedDateTime(epochMilliseconds: now(), in: options.timeZone)
    let minutes = abs(date.offsetSeconds) / 60
    let digits = String(10_000 + minutes / 60 * 100 + minutes % 60).dropFirst()
    return "\(date.components.sqlText()) \(date.offsetSeconds < 0 ? "-" : "+")\(digits)"
  }

  /// nil without an answer.
  private func send(_ task: SandboxDeviceTask) async -> SandboxDeviceAnswer? {
    var request = HTTPClientRequest(url: task.service.url + task.path(device: identifier))
    request.method = task.method
    if let token = task.token { request.headers.add(name: "Authorization", value: "ApplePass \(token)") }
    if let date = task.modifiedSince { request.headers.add(name: "If-Modified-Since", value: date) }
    if let body = task.body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    let first = try? await answer(to: request)
    if faults.isDoubled { _ = try? await answer(to: request) }
    if faults.lostAnswers > 0 {
      faults.lostAnswers -= 1
      return nil
    }
    return first
  }

  /// Larger than any pass.
  private static let largestBody = 64 << 20

  private func answer(to request: HTTPClientRequest) async throws -> SandboxDeviceAnswer {
    var request = request
    request.headers.add(name: "Accept", value: "*/*")
    request.headers.add(name: "Accept-Language", value: options.language)
    request.headers.add(name: "User-Agent", value: "passd/1.0 CFNetwork Darwin")
    let limit = TimeAmount.nanoseconds(Int64(options.timeout / .nanoseconds(1)))
    let response = try await http.execute(request, timeout: limit)
    let body = Array(try await response.body.collect(upTo: Self.largestBody).readableBytesView)
    return SandboxDeviceAnswer(
      status: Int(response.status.code), contentType: response.headers.first(name: "Content-Type"),
      lastModified: response.headers.first(name: "Last-Modified"), body: body)
  }
}
