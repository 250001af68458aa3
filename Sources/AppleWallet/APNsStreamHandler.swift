import NIOCore
import NIOHPACK
import NIOHTTP2

/// One push and its answer.
final class APNsStreamHandler: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame.FramePayload
  typealias OutboundOut = HTTP2Frame.FramePayload

  private let headers: HPACKHeaders
  private var promise: EventLoopPromise<APNsAnswer>?
  private let limit: TimeAmount
  private let connection: APNsConnectionHandler
  private var timer: Scheduled<Void>?
  private var answer: HPACKHeaders?
  private var body: [UInt8] = []

  init(
    _ headers: HPACKHeaders, _ promise: EventLoopPromise<APNsAnswer>, limit: TimeAmount,
    connection: APNsConnectionHandler
  ) {
    self.headers = headers
    self.promise = promise
    self.limit = limit
    self.connection = connection
  }

  func channelActive(context: ChannelHandlerContext) {
    let sent = NIODeadline.now()
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: limit) {
      self.end(.failure(APNsEnd.timeout))
      // Tells APNs that nobody waits any more.
      context.close(promise: nil)
      self.connection.answerMissing(since: sent)
    }
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.assumeIsolated().whenFailure { self.fail($0, context) }
    context.write(wrapOutboundOut(.headers(.init(headers: headers))), promise: written)
    // What a push to a pass carries: nothing, in an object.
    let body = context.channel.allocator.buffer(string: "{}")
    context.writeAndFlush(wrapOutboundOut(.data(.init(data: .byteBuffer(body), endStream: true))), promise: nil)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    connection.heard()
    switch unwrapInboundIn(data) {
    case .headers(let content):
      // Interim answers (1xx) are none, and trailers add nothing.
      if answer == nil, content.headers.first(name: ":status")?.hasPrefix("1") == false { answer = content.headers }
      if content.endStream { finish() }
    case .data(let content):
      if case .byteBuffer(let bytes) = content.data {
        body += bytes.readableBytesView.prefix(APNsAnswer.bodyLimit - body.count)
      }
      if content.endStream { finish() }
    default: break
    }
  }

  private func finish() {
    guard let answer, let status = answer.first(name: ":status").flatMap({ Int($0) }) else {
      return end(.failure(APNsEnd.closed))
    }
    end(.success(APNsAnswer(status: status, body: body, retryAfter: answer.first(name: "retry-after"))))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(error, context)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end(.failure(APNsEnd.closed))
    context.fireChannelInactive()
  }

  /// NIO ends streams that GOAWAY leaves out as if they were cancelled, and a moment before the GOAWAY itself is seen.
  private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
    guard let closed = error as? NIOHTTP2Errors.StreamClosed, closed.errorCode == .cancel, let promise else {
      return end(.failure(error))
    }
    self.promise = nil
    timer?.cancel()
    context.eventLoop.assumeIsolated().execute { [connection] in
      promise.fail(connection.isLeftOut(closed.streamID) ? APNsEnd.leftOut : error)
    }
  }

  private func end(_ result: Result<APNsAnswer, any Error>) {
    timer?.cancel()
    promise?.completeWith(result)
    promise = nil
  }
}
