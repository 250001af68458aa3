import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL

/// One HTTP/2 connection to APNs, opened with one certificate. Any number of pushes are on their way at a time; those
/// above what APNs allows wait in it.
struct APNsConnection: Sendable {
  let channel: any Channel
  private let handler: NIOLoopBound<APNsConnectionHandler>

  init(_ handler: APNsConnectionHandler, channel: any Channel) {
    self.channel = channel
    self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
  }

  /// Opens one. It is open when APNs has sent its settings, which it does after it has looked at the certificate: with
  /// TLS 1.3 a client is through with the handshake before that.
  ///
  /// - Parameter onRetire: called once, when no new push should go this way any more.
  static func open(
    _ settings: APNsSettings, context: NIOSSLContext, on loop: any EventLoop, onRetire: @escaping @Sendable () -> Void
  ) -> EventLoopFuture<APNsConnection> {
    let ready = loop.makePromise(of: APNsConnection.self)
    let isAddress = (try? SocketAddress(ipAddress: settings.host, port: settings.port)) != nil
    ClientBootstrap(group: loop)
      .connectTimeout(TimeAmount(settings.connectTimeout))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          // An address is not for SNI; the certificate is then held against the address.
          try pipeline.addHandler(
            NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : settings.host))
          let multiplexer = try pipeline.configureHTTP2Pipeline(
            mode: .client, connectionConfiguration: .init(), streamConfiguration: .init()
          ) { pushed in pushed.close() }
          try pipeline.addHandler(
            APNsConnectionHandler(settings, multiplexer: multiplexer, ready: ready, onRetire: onRetire))
        }
      }
      .connect(host: settings.host, port: settings.port)
      .whenFailure { ready.fail($0) }
    return ready.futureResult
  }

  /// Sends one push. Fails with what the libraries or `APNsEnd` call it.
  func post(_ headers: HPACKHeaders) -> EventLoopFuture<APNsAnswer> {
    let promise = channel.eventLoop.makePromise(of: APNsAnswer.self)
    handler.execute { $0.post(headers, promise) }
    return promise.futureResult
  }

  /// Lets the pushes that are on their way end, then closes.
  func retire() {
    handler.execute { $0.retire() }
  }
}

extension NIOLoopBound {
  /// Runs `body` on the value's loop: now when this is it.
  fileprivate func execute(_ body: @escaping @Sendable (Value) -> Void) {
    if eventLoop.inEventLoop { return body(value) }
    eventLoop.execute { body(self.value) }
  }
}
