import AsyncHTTPClient
import Foundation
import Issuance
import Metrics
import NIOCore
import NIOHTTP1

extension WebhookSender {
  enum Outcome: Sendable {
    case delivered(answer: String)
    /// Wants no more of them.
    case gone
    case trouble(Trouble)
    case stopped
  }

  /// Why a message was not delivered.
  struct Trouble: Sendable {
    let sentence: String
    /// Whether others would fare no better: the endpoint is down, or has had enough.
    var isOfEndpoint = true
    var retryAfter: Duration?

    init(_ sentence: String, isOfEndpoint: Bool = true, retryAfter: Duration? = nil) {
      self.sentence = sentence
      self.isOfEndpoint = isOfEndpoint
      self.retryAfter = retryAfter
    }

    init(_ fault: WebhookTarget.Fault) {
      switch fault {
      case .unknown(let host): self.init("\(host) has no address")
      case .forbidden(let machine):
        self.init(
          "the address leads to \(machine), which is not of the public net: if it is to be sent to, name it in the "
            + "endpoint's `allow`")
      }
    }

    /// - Parameters:
    ///   - answer: the beginning of the body.
    ///   - retryAfter: the header as it came.
    init(status: Int, location: String?, answer: String, retryAfter: String?) {
      let said = answer.isEmpty ? "" : ": \(answer)"
      switch status {
      case 300..<400:
        self.init(
          "the endpoint answered \(status) and leads to \(location ?? "nowhere"): redirects are not followed, put the new "
            + "address into the configuration", isOfEndpoint: false)
      case 408, 425, 429, 500...:
        // A date in place of seconds is not worth reading: the usual pauses are near enough.
        let seconds = retryAfter.flatMap { Int64($0) }.map { Duration.seconds(max(0, min($0, 1 << 32))) }
        self.init("the endpoint answered \(status)\(said)", retryAfter: seconds)
      default: self.init("the endpoint answered \(status)\(said)", isOfEndpoint: false)
      }
    }
  }

  /// Of an answer, in bytes: what is said in the reason.
  private static let answerLimit = 300

  func attempt(_ message: WebhookMessage, _ endpoint: WebhookEndpoint, _ client: HTTPClient) async -> Outcome {
    let time = service.clock() / 1000
    var request = HTTPClientRequest(url: endpoint.address.text)
    request.method = .POST
    request.headers = [
      "Content-Type": "application/json", "User-Agent": "passmint", "webhook-id": message.messageID,
      "webhook-timestamp": "\(time)",
      "webhook-signature": endpoint.signatures(of: message.body, id: message.messageID, at: time),
    ]
    if let id = message.correlationID, HTTPHeaders.isText(id) {
      request.headers.add(name: "X-Correlation-ID", value: id)
    }
    request.body = .bytes(ByteBuffer(string: message.body))
    do {
      let response = try await client.execute(request, timeout: TimeAmount(settings.timeout))
      let status = Int(response.status.code)
      // What was taken is taken, whatever becomes of the body; it is read so that the connection can be used again.
      let answer = await beginning(of: response.body)
      switch status {
      case 200..<300: return .delivered(answer: "the endpoint answered \(status)")
      case 410: return .gone
      default:
        return .trouble(
          Trouble(
            status: status, location: response.headers.first(name: "Location"), answer: answer,
            retryAfter: response.headers.first(name: "Retry-After")))
      }
    } catch {
      if Task.isCancelled { return .stopped }
      return .trouble(Trouble("the endpoint cannot be reached: \(Self.words(error))"))
    }
  }

  /// As much of a body as a reason shows. The rest is not waited for: it may never end, nor come.
  private func beginning(of body: HTTPClientResponse.Body) async -> String {
    let bytes = await withTaskGroup(of: [UInt8].self) { group in
      group.addTask {
        var bytes: [UInt8] = []
        do {
          for try await part in body {
            bytes += part.readableBytesView.prefix(Self.answerLimit)
            if bytes.count >= Self.answerLimit { break }
          }
        } catch {
          // What came before is all there is.
        }
        return bytes
      }
      group.addTask { [settings] in
        try? await Task.sleep(for: settings.bodyTimeout)
        return []
      }
      let first = await group.next() ?? []
      group.cancelAll()
      return first
    }
    let text = String(decoding: bytes.prefix(Self.answerLimit), as: UTF8.self)
    return String(text.map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 32 } ? " " : $0 })
      .trimmingCharacters(in: .whitespaces)
  }

  private static func words(_ error: any Error) -> String {
    switch error as? HTTPClientError {
    case .some(.connectTimeout), .some(.readTimeout), .some(.deadlineExceeded): "it did not answer in time"
    case .some(.remoteConnectionClosed): "it closed the connection"
    default: "\(error)"
    }
  }

  func count(_ outcome: String, _ message: WebhookMessage) {
    Counter(
      label: "passmint_webhooks_total",
      dimensions: [("tenant", message.tenant), ("endpoint", message.endpoint), ("outcome", outcome)]
    ).increment()
  }
}

extension HTTPHeaders {
  fileprivate static func isText(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
  }
}
