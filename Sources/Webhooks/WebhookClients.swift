import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// Connections to endpoints: each has a client of its own that knows one machine and follows no redirect.
final class WebhookClients: Sendable {
  private struct Kept {
    let target: WebhookTarget
    let client: HTTPClient
  }

  private let clients = Mutex<[String: Kept]>([:])
  private let trust: @Sendable (inout HTTPClient.Configuration) -> Void

  /// - Parameter trust: sets what tests need: authorities of their own.
  init(trust: @escaping @Sendable (inout HTTPClient.Configuration) -> Void) {
    self.trust = trust
  }

  /// The client for an endpoint, whose name may have come to mean another machine.
  func client(of endpoint: WebhookEndpoint, at target: WebhookTarget) -> HTTPClient {
    let name = Self.name(endpoint)
    let (client, former) = clients.withLock { clients -> (HTTPClient, HTTPClient?) in
      if let kept = clients[name], kept.target == target { return (kept.client, nil) }
      var configuration = HTTPClient.Configuration(
        redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10)))
      configuration.dnsOverride = [endpoint.address.host: target.machine]
      configuration.httpVersion = .http1Only
      // Who tries again, and when, is the sender's affair.
      configuration.connectionPool.retryConnectionEstablishment = false
      trust(&configuration)
      let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
      let former = clients.updateValue(Kept(target: target, client: client), forKey: name)
      return (client, former?.client)
    }
    // What is on its way to the former machine ends there.
    if let former { Task { try? await former.shutdown() } }
    return client
  }

  private static func name(_ endpoint: WebhookEndpoint) -> String {
    "\(endpoint.tenant) \(endpoint.name) \(endpoint.address.host)"
  }

  /// Ends the connections to all other endpoints; what is under way there is sent again.
  func keep(_ endpoints: [WebhookEndpoint]) {
    let names = Set(endpoints.map(Self.name))
    let gone = clients.withLock { clients in
      let gone = clients.filter { !names.contains($0.key) }
      for name in gone.keys { clients[name] = nil }
      return gone.values.map(\.client)
    }
    for client in gone { Task { try? await client.shutdown() } }
  }

  func shutdown() async {
    let all = clients.withLock { clients in
      defer { clients = [:] }
      return clients.values.map(\.client)
    }
    for client in all { try? await client.shutdown() }
  }
}
