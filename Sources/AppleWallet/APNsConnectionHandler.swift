import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOTLS

/// The life of a connection: opened, used, retired, closed. Belongs to the connection's event loop.
final class APNsConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame
  typealias OutboundOut = HTTP2Frame

  private enum State {
    case opening(EventLoopPromise<APNsConnection>)
    case open
    /// No new pushes: those that are on their way end, then it is closed.
    case retired
  }

  private let settings: APNsSettings
  private let multiplexer: NIOHTTP2Handler.StreamMultiplexer
  private let onRetire: @Sendable () -> Void
  private var state: State
  private var context: ChannelHandlerContext?
  /// What went wrong first.
  private var error: (any Error)?
  private var timer: Scheduled<Void>?
  private var ping: Scheduled<Void>?
  /// Pushes on their way.
  private var pushes = 0
  /// When something was last heard from APNs.
  private(set) var lastHeard = NIODeadline.now()
  private var isPinged = false
  /// The last stream APNs looks at, once it has said GOAWAY.
  private var lastStream: HTTP2StreamID?

  init(
    _ settings: APNsSettings, multiplexer: NIOHTTP2Handler.StreamMultiplexer, ready: EventLoopPromise<APNsConnection>,
    onRetire: @escaping @Sendable () -> Void
  ) {
    self.settings = settings
    self.multiplexer = multiplexer
    self.onRetire = onRetire
    state = .opening(ready)
  }

  // MARK: Opening

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(settings.connectTimeout)) {
      self.fail(APNsEnd.timeout)
    }
    context.fireChannelActive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case TLSUserEvent.handshakeCompleted(let negotiated) = event, negotiated != "h2" {
      fail(APNsEnd.noHTTP2(negotiated: negotiated))
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    heard()
    switch unwrapInboundIn(data).payload {
    case .settings(.settings):
      guard case .opening(let ready) = state else { return }
      state = .open
      timer?.cancel()
      schedulePing(context)
      ready.succeed(APNsConnection(self, channel: context.channel))
    case .goAway(let last, _, _):
      lastStream = last
      if case .opening = state { fail(APNsEnd.goAway) } else { retire() }
    default: break
    }
  }

  // MARK: The end

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case is NIOHTTP2Errors.StreamError, is NIOHTTP2Errors.StreamClosed, is NIOHTTP2Errors.NoSuchStream,
      is NIOHTTP2Errors.CreatedStreamAfterGoaway, is NIOHTTP2Errors.NoStreamIDAvailable:
      // About one push, which hears of it by itself.
      break
    default:
      // The alert that says why a certificate is refused comes this way, too.
      fail(error)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    ping?.cancel()
    switch state {
    case .opening(let ready): ready.fail(error ?? APNsEnd.closedEarly)
    case .open: onRetire()
    case .retired: break
    }
    state = .retired
    context.fireChannelInactive()
  }

  /// Ends the connection at once.
  func fail(_ error: any Error) {
    self.error = self.error ?? error
    context?.close(promise: nil)
  }

  /// Lets the pushes on their way end, then closes.
  func retire() {
    if case .open = state {
      state = .retired
      onRetire()
    }
    if pushes == 0 { context?.close(promise: nil) }
  }

  // MARK: Pushes

  func post(_ headers: HPACKHeaders, _ promise: EventLoopPromise<APNsAnswer>) {
    guard case .open = state else { return promise.fail(ChannelError.ioOnClosedChannel) }
    pushes += 1
    promise.futureResult.assumeIsolated().whenComplete { _ in self.pushEnded() }
    let limit = TimeAmount(settings.answerTimeout)
    let bound = NIOLoopBound(self, eventLoop: promise.futureResult.eventLoop)
    let created = promise.futureResult.eventLoop.makePromise(of: (any Channel).self)
    multiplexer.createStreamChannel(promise: created) { stream in
      stream.eventLoop.makeCompletedFuture {
        try stream.pipeline.syncOperations.addHandler(
          APNsStreamHandler(headers, promise, limit: limit, connection: bound.value))
      }
    }
    created.futureResult.whenFailure { promise.fail($0) }
  }

  private func pushEnded() {
    pushes -= 1
    if case .retired = state, pushes == 0 { context?.close(promise: nil) }
  }

  /// A push was not answered in time. When nothing at all was heard meanwhile, the connection is dead, whatever TCP says.
  func answerMissing(since sent: NIODeadline) {
    if lastHeard < sent { fail(APNsEnd.timeout) }
  }

  /// Whether APNs has said that it has not looked at a stream and will not.
  func isLeftOut(_ stream: HTTP2StreamID) -> Bool {
    lastStream.map { stream > $0 } ?? false
  }

  func heard() {
    lastHeard = .now()
    guard isPinged else { return }
    isPinged = false
    timer?.cancel()
  }

  private func schedulePing(_ context: ChannelHandlerContext) {
    let interval = TimeAmount(settings.pingInterval)
    let silence = NIODeadline.now() - lastHeard
    ping = context.eventLoop.assumeIsolated().scheduleTask(in: silence < interval ? interval - silence : interval) {
      guard case .open = self.state else { return }
      if self.pushes == 0, NIODeadline.now() - self.lastHeard >= interval { self.sendPing(context) }
      self.schedulePing(context)
    }
  }

  private func sendPing(_ context: ChannelHandlerContext) {
    guard !isPinged else { return }
    isPinged = true
    let frame = HTTP2Frame(streamID: .rootStream, payload: .ping(HTTP2PingData(withInteger: 1), ack: false))
    context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(settings.answerTimeout)) {
      if self.isPinged { self.fail(APNsEnd.timeout) }
    }
  }
}
