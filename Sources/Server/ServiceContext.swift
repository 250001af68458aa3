import Authorization
import Foundation
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore

/// A request with the connection it came by and what it is called in logs.
package struct ServiceContext: RequestContext {
  package var coreContext: CoreRequestContextStorage
  let channel: any Channel
  /// Set before any route is asked.
  var correlationID = ""

  package init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
  }

  /// A part of the path, with what is percent-encoded in it decoded; nil when that gives no text.
  func pathPart(_ name: String) -> String? {
    guard let part = parameters.get(name) else { return nil }
    return part.utf8.contains(UInt8(ascii: "%")) ? part.removingPercentEncoding : part
  }

  /// Whether it is Secutix that calls: what is lost of it should be seen.
  var isWebhook: Bool { coreContext.endpointPath.value?.contains("/webhooks/") == true }

  /// An address without the port that some proxies write behind it: `203.0.113.5:41234`, `[2001:db8::1]:443`.
  private static func address(_ hop: String) -> String {
    if hop.hasPrefix("["), let end = hop.firstIndex(of: "]") {
      return String(hop[hop.index(after: hop.startIndex)..<end])
    }
    return hop.count { $0 == ":" } == 1 ? String(hop.prefix { $0 != ":" }) : hop
  }

  /// Where the request comes from. What a proxy says counts only when the proxy is one of ours.
  func peer(_ request: Request, trusting proxies: [AddressRange]) -> String {
    var peer = channel.remoteAddress?.ipAddress ?? ""
    guard !proxies.isEmpty else { return peer }
    // Each proxy adds whom it heard from at the end; the first that is none of ours, from there, is the sender.
    let chain = request.headers[values: .forwardedFor].flatMap { $0.split(separator: ",") }
    for hop in chain.reversed() {
      guard proxies.contains(where: { $0.contains(peer) }) else { break }
      peer = Self.address(hop.trimmingCharacters(in: .whitespaces))
    }
    return peer
  }
}
