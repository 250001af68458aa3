import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOSSL
import NIOTLS
import PassBundle

/// A connection to the sandbox's APNs: whose it is, and how it ends. Belongs to its event loop.
final class SandboxAPNsConnection: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame
  typealias OutboundOut = HTTP2Frame

  let apns: SandboxAPNs
  private let tls: NIOSSLServerHandler
  private var context: ChannelHandlerContext?
  private(set) var number = 0
  /// The pass types of the client's certificate; nil without one.
  private(set) var topics: Set<String>?
  /// SHA-256 fingerprint of the client's certificate; nil without one.
  private(set) var certificate: String?
  private var streams = 0
  /// The last stream that is still looked at, once GOAWAY has been said.
  private(set) var lastStream: HTTP2StreamID?

  init(_ apns: SandboxAPNs, tls: NIOSSLServerHandler) {
    self.apns = apns
    self.tls = tls
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case TLSUserEvent.handshakeCompleted = event {
      number = apns.connected()
      let der = tls.peerCertificate.flatMap { try? $0.toDERBytes() }
      if let certificate = der.flatMap({ try? Certificate(der: $0) }) {
        topics = Set([certificate.uid, certificate.passTypeExtension].compactMap(\.self))
        self.certificate = certificate.sha256Fingerprint
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .ping(_, ack: false) = unwrapInboundIn(data).payload { apns.pinged() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // One stream's trouble is not the others'. The rest: clients that go away, or that were refused in the handshake.
    if !(error is any NIOHTTP2Error) { context.close(promise: nil) }
  }

  func streamBegan() {
    streams += 1
  }

  func streamEnded() {
    streams -= 1
    if streams == 0 { closeAfterGoAway() }
  }

  /// Takes no streams after `last`; closes when those that are open have ended.
  func goAway(last: HTTP2StreamID) {
    guard lastStream == nil, let context else { return }
    lastStream = last
    // What Apple sends along.
    let reason = context.channel.allocator.buffer(string: "{\"reason\":\"Shutdown\"}")
    let frame = HTTP2Frame(
      streamID: .rootStream, payload: .goAway(lastStreamID: last, errorCode: .noError, opaqueData: reason))
    context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    if streams == 0 { closeAfterGoAway() }
  }

  /// Not before what was just said is on its way: within a packet's reading nothing leaves yet.
  private func closeAfterGoAway() {
    guard lastStream != nil, let context else { return }
    context.eventLoop.assumeIsolated().execute { self.close() }
  }

  func close() {
    context?.close(promise: nil)
  }
}

/// One request and its answer.
final class SandboxAPNsStream: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame.FramePayload
  typealias OutboundOut = HTTP2Frame.FramePayload

  private let connection: SandboxAPNsConnection
  private var headers: HPACKHeaders?
  private var body: [UInt8] = []
  private var isOpen = false

  init(_ connection: SandboxAPNsConnection) {
    self.connection = connection
  }

  func channelActive(context: ChannelHandlerContext) {
    isOpen = true
    connection.streamBegan()
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    if isOpen { connection.streamEnded() }
    isOpen = false
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .headers(let content):
      if headers == nil { headers = content.headers }
      if content.endStream { respond(context) }
    case .data(let content):
      // One byte more than is allowed says enough.
      if case .byteBuffer(let bytes) = content.data {
        body += bytes.readableBytesView.prefix(APNsRequest.payloadLimit + 1 - body.count)
      }
      if content.endStream { respond(context) }
    default: break
    }
  }

  private func respond(_ context: ChannelHandlerContext) {
    guard let headers else { return }
    // What comes in one packet with the push that GOAWAY was said for is left out as well.
    if let last = connection.lastStream, streamID(context) > last { return }
    let request = APNsRequest(headers, body: body, topics: connection.topics)
    switch connection.apns.receive(
      request, connection: connection.number, certificate: connection.certificate)
    {
    case .answer(let reply): send(reply, context)
    case .fault(let fault, let reply): fail(fault, reply, context)
    }
  }

  private func fail(_ fault: SandboxPushFault, _ reply: APNsReply, _ context: ChannelHandlerContext) {
    switch fault {
    case .delay(let duration):
      context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(duration)) { self.send(reply, context) }
    case .hang: break
    case .lost: context.writeAndFlush(wrapOutboundOut(.rstStream(.internalError)), promise: nil)
    case .refusedStream: context.writeAndFlush(wrapOutboundOut(.rstStream(.refusedStream)), promise: nil)
    case .goAwayAfter:
      connection.goAway(last: streamID(context))
      send(reply, context)
    case .goAwayBefore:
      // Odd numbers are the client's: two less is the stream before.
      connection.goAway(last: HTTP2StreamID(max(0, Int(streamID(context)) - 2)))
    case .disconnect: connection.close()
    case .answer, .gone, .body: send(reply, context)
    }
  }

  /// At once: what comes after it in the same packet must not be taken any more.
  private func streamID(_ context: ChannelHandlerContext) -> HTTP2StreamID {
    (try? context.channel.syncOptions?.getOption(HTTP2StreamChannelOptions.streamID)) ?? .maxID
  }

  private func send(_ reply: APNsReply, _ context: ChannelHandlerContext) {
    guard isOpen else { return }
    let isEmpty = reply.body.isEmpty
    context.write(wrapOutboundOut(.headers(.init(headers: reply.headers, endStream: isEmpty))), promise: nil)
    if !isEmpty {
      let bytes = context.channel.allocator.buffer(bytes: reply.body)
      context.write(wrapOutboundOut(.data(.init(data: .byteBuffer(bytes), endStream: true))), promise: nil)
    }
    context.flush()
  }
}
