package import Authorization
import NIOCore
import NIOPosix

/// The machine behind an endpoint's address, found and found fit before anything is sent to it.
///
/// Whoever writes an address into a configuration, or whoever owns the name in it, must not reach what only this machine can
/// reach: its own ports, the house's net, a cloud's metadata. The name is looked up once, its answer is checked, and
/// exactly that machine is connected to.
struct WebhookTarget: Sendable, Hashable {
  /// Such as `203.0.113.7`.
  let machine: String

  enum Fault: Error, Sendable, Hashable {
    /// The name has no address.
    case unknown(String)
    /// It leads into a net that nothing is sent to.
    case forbidden(String)
  }

  /// Of their own, for looking a name up blocks as long as the net's name servers like.
  private static let threads: NIOThreadPool = {
    let pool = NIOThreadPool(numberOfThreads: 8)
    pool.start()
    return pool
  }()

  /// - Throws: `Fault`.
  static func find(_ endpoint: WebhookEndpoint, within limit: Duration) async throws(Fault) -> WebhookTarget {
    let host = endpoint.address.host
    guard let machine = await machine(host, port: endpoint.address.port, within: limit) else { throw .unknown(host) }
    guard isAllowed(machine, endpoint.allowed) else { throw .forbidden(machine) }
    return WebhookTarget(machine: machine)
  }

  /// - Returns: nil for a name without an address, or one that was not found in time. Nobody waits for the rest then.
  private static func machine(_ host: String, port: Int, within limit: Duration) async -> String? {
    let (answers, found) = AsyncStream<String?>.makeStream()
    Task {
      found.yield(
        try? await threads.runIfActive { try SocketAddress.makeAddressResolvingHost(host, port: port) }.ipAddress)
    }
    let timer = Task {
      try? await Task.sleep(for: limit)
      found.yield(nil)
    }
    defer { timer.cancel() }
    for await answer in answers { return answer }
    return nil
  }

  /// Whether a machine is of the public net, or in a block that the configuration names.
  static func isAllowed(_ machine: String, _ allowed: [AddressRange]) -> Bool {
    allowed.contains { $0.contains(machine) } || !special.contains { $0.contains(machine) }
  }

  /// The blocks that IANA's registries of special-purpose addresses do not call globally reachable
  /// (https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry), multicast, and those
  /// that carry an IPv4 address in an IPv6 one, which may be any of the former.
  private static let special: [AddressRange] = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4",
    "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
  ].compactMap { AddressRange($0) }

}

extension WebhookEndpoint {
  /// Whether a host, when it is no name but an address, is one that nothing is sent to.
  package static func isForbidden(_ host: String, _ allowed: [AddressRange]) -> Bool {
    AddressRange(host) != nil && !host.contains("/") && !WebhookTarget.isAllowed(host, allowed)
  }
}
