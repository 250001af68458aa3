import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Sandbox
import Synchronization

/// A venue's own system: takes webhooks, and answers as it is told.
final class Receiver: Sendable {
  struct Received: Sendable {
    let path: String
    let headers: [String: String]
    let body: String
    var id: String { headers["webhook-id"] ?? "" }
  }

  struct Answer: Sendable {
    var status = 204
    var headers: HTTPFields = [:]
    var body = ""
    /// Never comes.
    var isHeld = false
    /// Its head comes, and its body never.
    var isEndless = false

    init(_ status: Int = 204, _ headers: HTTPFields = [:], body: String = "", isHeld: Bool = false) {
      self.status = status
      self.headers = headers
      self.body = body
      self.isHeld = isHeld
    }
  }

  private struct State {
    var received: [Received] = []
    var answers: [Answer] = []
    var usual = Answer()
    var connections: Set<String> = []
  }

  private let state = Mutex(State())
  let arrivals: AsyncStream<Received>
  private let arrived: AsyncStream<Received>.Continuation

  init() { (arrivals, arrived) = AsyncStream.makeStream() }

  var received: [Received] { state.withLock { $0.received } }

  /// - Parameter usual: what comes behind `answers`.
  func answer(_ answers: [Answer], then usual: Answer = Answer()) {
    state.withLock {
      $0.answers = answers
      $0.usual = usual
    }
  }

  var router: Router<BasicRequestContext> {
    let router = Router()
    router.post("**") { request, _ in
      let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
      var headers: [String: String] = [:]
      for field in request.headers { headers[field.name.canonicalName] = field.value }
      let received = Received(path: request.uri.path, headers: headers, body: body)
      let answer = self.state.withLock { state in
        state.received.append(received)
        return state.answers.isEmpty ? state.usual : state.answers.removeFirst()
      }
      self.arrived.yield(received)
      if answer.isHeld { try await Task.sleep(for: .seconds(3600)) }
      if answer.isEndless {
        return Response(
          status: .init(code: answer.status),
          body: ResponseBody(contentLength: 1) { _ in try await Task.sleep(for: .seconds(3600)) })
      }
      return Response(
        status: .init(code: answer.status), headers: answer.headers,
        body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body)))
    }
    return router
  }

  /// Waits for so many requests.
  func wait(for count: Int) async {
    for await _ in arrivals where received.count >= count { return }
  }
}
