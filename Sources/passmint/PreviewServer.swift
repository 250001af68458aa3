import FlyingSocks
import Foundation
import Glibc
import PassPreview

/// Serves what is on show to browsers on this computer, and to nobody else.
///
/// Only ever answers GET and HEAD, and reads no bodies. FlyingSocks brings the sockets; requests are read here, since any
/// page on the web can make a browser send some, and FlyingFox spends minutes on a long line.
final class PreviewServer: Sendable {
  let events = PreviewEvents()
  private let previews: Previews
  private let isGallery: Bool
  private let listener: Socket
  private let pool = SocketPool<ePoll>.ePoll()
  /// The port it listens on.
  let port: UInt16

  /// Listens from here on; browsers wait for ``start()``.
  ///
  /// - Parameter port: 0 for a free one.
  init(previews: Previews, isGallery: Bool, port: UInt16) throws {
    self.previews = previews
    self.isGallery = isGallery
    listener = try Socket(domain: AF_INET)
    try listener.setValue(true, for: .localAddressReuse)
    try listener.bind(to: sockaddr_in.inet(ip4: "127.0.0.1", port: port))
    try listener.listen()
    guard case .ip4(_, port: let open) = try listener.sockname() else { throw SocketError.unsupportedAddress }
    self.port = open
  }

  func start() {
    Self.allowManyConnections()
    Task.detached {
      do {
        try await self.pool.prepare()
        try await withThrowingDiscardingTaskGroup { group in
          group.addTask { try await self.pool.run() }
          group.addTask { try await self.events.keepAlive() }
          try await self.listen()
        }
      } catch {
        // Only a system that has run out of something gets here.
        Terminal.error("the page cannot be served any longer: \(error.localizedDescription)")
        end(with: .failed)
      }
    }
  }

  private func listen() async throws {
    // The system gives timers a file when the first one is set. When a crowd has taken all files by then, there is none, and
    // whoever sleeps never wakes: so it is set before anybody is let in.
    try await Task.sleep(for: .milliseconds(1))
    let door = try AsyncSocket(socket: listener, pool: pool)
    try await withThrowingDiscardingTaskGroup { group in
      while true {
        do {
          let socket = try await door.accept()
          group.addTask { await self.serve(socket) }
        } catch {
          // Who knocked is gone already, or there is no room for one more connection: there will be.
          try await Task.sleep(for: .milliseconds(50))
        }
      }
    }
  }

  /// Every page holds a connection or two; 1024 files is the usual limit, and a soft one.
  private static func allowManyConnections() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 8192))
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  // MARK: - One connection

  private func serve(_ socket: AsyncSocket) async {
    // Whatever goes wrong with a connection is its end, and nobody else's business.
    try? await converse(with: socket)
    await pool.catchUp()
    try? socket.close()
  }

  private func converse(with socket: AsyncSocket) async throws {
    let answers = PreviewAnswers(previews: previews, isGallery: isGallery, port: port)
    var received: [UInt8] = []
    while true {
      switch try await RequestHead.read(from: socket, &received) {
      case nil: return
      case .request(let request):
        let answer = answers.answer(request)
        guard try await send(answer, to: request, socket) else { return try await Self.closeGently(socket) }
      case .malformed(let answer):
        try await socket.write(answer.head(isLast: true) + answer.bytes)
        return try await Self.closeGently(socket)
      }
    }
  }

  /// - Returns: whether the connection stays for another request.
  private func send(_ answer: Answer, to request: RequestHead, _ socket: AsyncSocket) async throws -> Bool {
    let isStream = answer.isEvents && request.method != "HEAD"
    let head = answer.head(isLast: request.isLast || isStream)
    try await socket.write(request.method == "HEAD" ? head : head + answer.bytes)
    if isStream { try await follow(socket) }
    return !request.isLast && !isStream
  }

  /// Sends events until the page goes.
  private func follow(_ socket: AsyncSocket) async throws {
    let stream = events.open()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { for await event in stream { try await socket.write(Data(event)) } }
      // A page has nothing more to say; that it has gone is what this waits for.
      group.addTask { _ = try await socket.read(atMost: 1) }
      try await group.next()
      group.cancelAll()
    }
  }

  /// Whoever closes with something still unread takes back what he just sent.
  private static func closeGently(_ socket: AsyncSocket) async throws {
    shutdown(socket.socket.file.rawValue, Int32(SHUT_WR))
    var left = 4 << 20
    while left > 0 { left -= try await socket.read(atMost: 4096).count }
  }
}

extension SocketPool {
  /// Returns when the pool is done with what it was doing.
  ///
  /// It wakes who waits for a socket first, and takes the socket out of its books after. One that was closed in between
  /// would stay in them, and the next connection of the same number would wait for ever.
  fileprivate func catchUp() {}
}
