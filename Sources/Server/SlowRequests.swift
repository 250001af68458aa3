package import NIOCore
package import NIOHTTPTypes

/// Ends connections whose requests do not come to their end. A connection that is silent is closed by the server; one that
/// sends a byte of its body now and then would be kept for as long as it likes, answered or not, and a few hundred of
/// them would be all that the service has.
package final class SlowRequests: ChannelInboundHandler, RemovableChannelHandler {
  package typealias InboundIn = HTTPRequestPart
  package typealias InboundOut = HTTPRequestPart

  private let limit: Duration
  private let clock: () -> ContinuousClock.Instant
  private var begun: ContinuousClock.Instant?

  /// - Parameter limit: for all of a request, from its head to the end of its body. Enough for the largest body over a slow
  ///   line.
  package init(limit: Duration, clock: @escaping () -> ContinuousClock.Instant = { .now }) {
    self.limit = limit
    self.clock = clock
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: begun = clock()
    // Asked only when something comes, so that a request costs no timer.
    case .body:
      if let begun, clock() - begun > limit { return context.close(promise: nil) }
    case .end: begun = nil
    }
    context.fireChannelRead(data)
  }
}
