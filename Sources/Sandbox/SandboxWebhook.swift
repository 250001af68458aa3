package import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOHTTP1
import ZonedTime

/// Secutix's side of a webhook: a queue that is polled, sent in buckets, and sent again when the receiver fails.
///
/// A run of the schedule is a call of `poll`; how many minutes lie between two is the caller's affair.
package actor SandboxWebhook {
  package struct Settings: Sendable {
    package var kind = Kind.rows
    package var url: String
    /// Rows or orders in a request. One is sent as an object, more as an array.
    package var bucket = 1
    /// How many requests a run sends at most.
    package var requestsPerRun = 100
    /// How often a request that failed is sent again, once a run, before it is dropped.
    package var retries = 12
    package var dates = DateForm.sql
    package var authentication = Authentication.none
    /// Every request a second time, as after a timed-out answer.
    package var isDoubled = false
    /// The rows of a run in any order.
    package var isShuffled = false
    package var timeout = Duration.seconds(10)

    package init(url: String) {
      self.url = url
    }
  }

  package enum Kind: Sendable, Hashable {
    /// The data export's: a flat object for each row of the query.
    case rows
    /// The order webhook V1: the order's id in place of `${orderId}` in the URL, and in the body when there is one.
    case orderID(body: String?)
    /// The order webhook V2: the answer of `getOrderDetails`.
    case orders(granularity: String = "TICKETS")
  }

  /// The forms in which queries print dates.
  package enum DateForm: Sendable, Hashable, CaseIterable {
    /// `2023-02-09 18:25:10`, by the house's clock.
    case sql
    /// `2023-01-28 17:00:00.0`
    case sqlFraction
    /// `2026-11-20T18:04:11.203+01:00`
    case iso8601
  }

  package enum Authentication: Sendable, Hashable {
    case none
    case basic(user: String, password: String)
    case header(name: String, value: String)
  }

  /// What a run did.
  package struct Report: Sendable, Hashable {
    package var delivered = 0
    package var failed = 0
    /// Requests given up, with what the receiver said last.
    package var dropped: [String] = []
    /// Requests still in the queue.
    package var waiting = 0

    package init(delivered: Int = 0, failed: Int = 0, dropped: [String] = [], waiting: Int = 0) {
      self.delivered = delivered
      self.failed = failed
      self.dropped = dropped
      self.waiting = waiting
    }
  }

  private struct Item {
    var url: String
    var body: [UInt8]?
    var failures = 0
  }

  package var settings: Settings
  private let secutix: SandboxSecutix
  private let http: HTTPClient
  private var random: SeededGenerator
  private var queue: [Item] = []
  private var rowsSeen = 0
  private var ordersSeen = 0

  package init(_ settings: Settings, of secutix: SandboxSecutix, http: HTTPClient) {
    self.settings = settings
    self.secutix = secutix
    self.http = http
    random = SeededGenerator(seed: secutix.options.seed &+ 1)
  }

  /// One run: what is new is queued behind what failed, and the queue is sent.
  @discardableResult
  package func poll() async -> Report {
    await enqueue()
    var report = Report()
    var kept: [Item] = []
    for (index, item) in queue.enumerated() {
      if index >= settings.requestsPerRun {
        kept.append(item)
        continue
      }
      let answer = await send(item)
      if settings.isDoubled { _ = await send(item) }
      if answer == 200 {
        report.delivered += 1
        continue
      }
      report.failed += 1
      var item = item
      item.failures += 1
      if item.failures > settings.retries {
        report.dropped.append(answer.map { "HTTP \($0)" } ?? "no answer")
      } else {
        kept.append(item)
      }
    }
    queue = kept
    report.waiting = queue.count
    return report
  }

  /// Runs the schedule until the task is cancelled.
  package func run(every interval: Duration) async {
    while !Task.isCancelled {
      await poll()
      try? await Task.sleep(for: interval)
    }
  }

  private func enqueue() async {
    switch settings.kind {
    case .rows:
      var rows = Array(await secutix.rows.dropFirst(rowsSeen))
      rowsSeen += rows.count
      if settings.isShuffled { rows.shuffle(using: &random) }
      let zone = TimeZone(identifier: await secutix.house.timeZone) ?? .gmt
      enqueue(rows.map { .object($0.columns(dates: settings.dates, in: zone)) })
    case .orders(let granularity):
      var documents: [JSONValue] = []
      for order in await newOrders() {
        let language = await secutix.house.language
        guard var document = await secutix.orderAnswer(order, granularity, language) else { continue }
        document.members.insert(
          contentsOf: [
            .init(name: "requestId", value: .null), .init(name: "statusCode", value: "success"),
            .init(name: "statusDetail", value: .null),
          ], at: 0)
        documents.append(.object(document))
      }
      enqueue(documents)
    case .orderID(let body):
      for order in await newOrders() {
        let id = String(order)
        queue.append(
          Item(
            url: settings.url.replacing("${orderId}", with: id),
            body: body.map { Array($0.replacing("${orderId}", with: id).utf8) }))
      }
    }
  }

  private func enqueue(_ documents: [JSONValue]) {
    let size = max(1, settings.bucket)
    for start in stride(from: 0, to: documents.count, by: size) {
      let bucket = Array(documents[start..<min(start + size, documents.count)])
      let body: JSONValue = size == 1 ? bucket[0] : .array(bucket)
      queue.append(Item(url: settings.url, body: body.serialized()))
    }
  }

  private func newOrders() async -> [Int64] {
    var orders = Array(await secutix.closedOrders.dropFirst(ordersSeen))
    ordersSeen += orders.count
    if settings.isShuffled { orders.shuffle(using: &random) }
    return orders
  }

  /// The answer's status; nil without one.
  private func send(_ item: Item) async -> Int? {
    var request = HTTPClientRequest(url: item.url)
    request.method = item.body == nil ? .GET : .POST
    request.headers.add(name: "User-Agent", value: "Secutix")
    if let body = item.body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    switch settings.authentication {
    case .none: break
    case .basic(let user, let password):
      request.headers.add(
        name: "Authorization", value: "Basic \(Data("\(user):\(password)".utf8).base64EncodedString())")
    case .header(let name, let value): request.headers.add(name: name, value: value)
    }
    do {
      let limit = TimeAmount.nanoseconds(Int64(settings.timeout / .nanoseconds(1)))
      let response = try await http.execute(request, timeout: limit)
      // Its words are not looked at; reading them frees the connection.
      _ = try await response.body.collect(upTo: 1 << 20)
      return Int(response.status.code)
    } catch {
      return nil
    }
  }
}
