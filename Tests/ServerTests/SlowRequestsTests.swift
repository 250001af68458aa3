import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import Server

@Suite("Requests that do not end")
struct SlowRequestsTests {
  private final class Time {
    var now = ContinuousClock.now
  }

  @Test func `a body that drips is cut off, whatever was answered meanwhile`() throws {
    let time = Time()
    let channel = EmbeddedChannel(handler: SlowRequests(limit: .seconds(60)) { time.now })
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    try channel.writeInbound(HTTPRequestPart.head(head))
    for _ in 0..<2 {
      time.now += .seconds(30)
      try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x")))
      #expect(channel.isActive)
    }
    time.now += .seconds(1)
    try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x")))
    #expect(!channel.isActive)
  }

  @Test func `each request of a connection has its own time`() throws {
    let time = Time()
    let channel = EmbeddedChannel(handler: SlowRequests(limit: .seconds(60)) { time.now })
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    for _ in 0..<5 {
      try channel.writeInbound(HTTPRequestPart.head(head))
      time.now += .seconds(50)
      try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x")))
      try channel.writeInbound(HTTPRequestPart.end(nil))
    }
    #expect(channel.isActive)
    _ = try channel.finish()
  }

  private let head = HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/")
}
