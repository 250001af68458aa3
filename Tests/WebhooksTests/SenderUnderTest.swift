import AsyncHTTPClient
import Authorization
import Foundation
import Issuance
import Logging
import NIOSSL
import PassBundle
import Passes
import SQLiteStore
import Sandbox
import Synchronization
import Testing

@testable import Webhooks

/// A sender over a real store, with a clock that is set by hand.
struct SenderUnderTest: Sendable {
  static let secret = "whsec_" + Data("a secret of twenty-four.".utf8).base64EncodedString()
  static let former = "whsec_" + Data("another of twenty-four..".utf8).base64EncodedString()

  let store: SQLiteStore
  let sender: WebhookSender
  let port: Int
  let clock: Clock

  final class Clock: Sendable {
    private let now: Atomic<Int64>
    init(_ now: Int64) { self.now = Atomic(now) }
    var milliseconds: Int64 { now.load(ordering: .relaxed) }
    func advance(by seconds: Int64) { now.add(seconds * 1000, ordering: .relaxed) }
  }

  /// Runs a sender for as long as `body` runs, with one endpoint `crm` at the receiver's `/crm`, and others.
  static func run(
    _ receiver: Receiver, address: String = "http://127.0.0.1:PORT/crm", allowed: [String] = ["127.0.0.0/8"],
    others: [String: String] = [:], root: [UInt8]? = nil, settings: WebhookSender.Settings = WebhookSender.Settings(),
    _ body: @escaping @Sendable (SenderUnderTest) async throws -> Void,
    afterwards: @escaping @Sendable (SQLiteStore) async throws -> Void = { _ in }
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "webhooks-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try SQLiteStore(path: folder.appending(path: "store.sqlite").path)
    var logger = Logger(label: "webhooks")
    logger.logLevel = .critical
    let clock = Clock(Int64(Date().timeIntervalSince1970 * 1000))
    try await whileServing(receiver.router, logger: logger) { [logger] port in
      let service = IssuingService(
        store: store, tenants: [], logger: logger, clock: { clock.milliseconds },
        // The clock stands still: whoever sleeps on it looks again soon.
        sleep: { _ in try await Task.sleep(for: .milliseconds(5)) })
      let sender = WebhookSender(service, settings: settings, logger: logger) { configuration in
        guard let root, let certificates = try? NIOSSLCertificate.fromPEMBytes(root) else { return }
        configuration.tlsConfiguration = .makeClientConfiguration()
        configuration.tlsConfiguration?.trustRoots = .certificates(certificates)
      }
      var endpoints: [WebhookEndpoint] = []
      for (name, text) in others.merging(["crm": address], uniquingKeysWith: { $1 }) {
        endpoints.append(
          WebhookEndpoint(
            tenant: "theatre", name: name,
            address: try #require(WebhookEndpoint.Address(text.replacing("PORT", with: "\(port)"))),
            secrets: [
              try #require(WebhookEndpoint.secret(secret)), try #require(WebhookEndpoint.secret(former)),
            ],
            types: Set(WebhookType.allCases), allowed: allowed.compactMap { AddressRange($0) }))
      }
      await sender.replaceEndpoints(endpoints)
      let running = Task { try await sender.run() }
      let result: Result<Void, any Error>
      do {
        result = .success(try await body(SenderUnderTest(store: store, sender: sender, port: port, clock: clock)))
      } catch {
        result = .failure(error)
      }
      running.cancel()
      _ = try? await running.value
      try result.get()
      try await afterwards(store)
    }
    try store.close()
  }

  /// Has passes issued.
  func issue(_ serials: ClosedRange<Int>) async throws {
    let passes = serials.map { number in
      IssuedPass(
        serialNumber: "\(number)", movement: "1\(number)", order: "4711", file: "815", template: "concert",
        state: .valid,
        event: "Gala d’hiver – ليلة", rendered: [PassAssets.File(path: "pass.json", bytes: [1])],
        assetsDigest: [UInt8](repeating: 7, count: 32), contentDigest: [UInt8](repeating: 1, count: 32), asOf: 0)
    }
    try await store.save(passes, tenant: "theatre", at: clock.milliseconds)
    sender.service.webhookSignal.set()
  }

  /// Waits until the messages are as they should be.
  @discardableResult
  func settle(
    _ filter: WebhookFilter = WebhookFilter(), _ isSo: @Sendable ([WebhookMessage]) -> Bool
  ) async throws -> [WebhookMessage] {
    while true {
      let messages = try await store.webhooks(filter)
      if isSo(messages) { return messages }
      // One that waits in vain ends with its time.
      try Task.checkCancellation()
      await Task.yield()
    }
  }
}
