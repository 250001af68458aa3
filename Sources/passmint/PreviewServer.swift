import FlyingFox
import FlyingSocks
import Foundation
import Glibc
import Synchronization

/// Serves what is on show to browsers on this computer, and to nobody else.
final class PreviewServer: Sendable {
  let events = PreviewEvents()
  private let previews: Previews
  private let isGallery: Bool
  private let openPort = Mutex<UInt16>(0)

  /// The port it listens on.
  var port: UInt16 { openPort.withLock { $0 } }

  init(previews: Previews, isGallery: Bool) {
    self.previews = previews
    self.isGallery = isGallery
  }

  // MARK: - Listening

  /// Returns when browsers can connect.
  ///
  /// - Parameter port: 0 for a free one.
  func start(port: UInt16) throws {
    Self.allowManyConnections()
    let isOver = DispatchSemaphore(value: 0)
    let failure = Mutex<(any Error)?>(nil)
    Task.detached {
      do {
        try await self.listen(port: port)
      } catch {
        failure.withLock { $0 = error }
      }
      isOver.signal()
    }
    isOver.wait()
    if let error = failure.withLock({ $0 }) { throw error }
    Task.detached { try await self.events.keepAlive() }
  }

  private func listen(port: UInt16) async throws {
    let server = HTTPServer(
      address: try sockaddr_in.inet(ip4: "127.0.0.1", port: port), logger: .disabled,
      handler: ClosureHTTPHandler { [unowned self] request in
        PreviewAnswers(previews: previews, isGallery: isGallery, events: events, port: self.port).answer(request)
      })
    let running = Task { try await server.run() }
    // Waiting has no end of its own when listening fails.
    let waiting = Task { try await server.waitUntilListening(timeout: 60) }
    Task {
      _ = try? await running.value
      waiting.cancel()
    }
    do {
      try await waiting.value
    } catch {
      try await running.value
      throw error
    }
    guard case .ip4(_, port: let open)? = await server.listeningAddress else { throw SocketError.disconnected }
    openPort.withLock { $0 = open }
    Task {
      _ = try? await running.value
      // Listening ends when the system has no room for one more connection. Pages ask again by themselves.
      while (try? await self.listen(port: open)) == nil { try await Task.sleep(for: .milliseconds(100)) }
    }
  }

  /// Every page holds a connection or two; 1024 files is the usual limit, and a soft one.
  private static func allowManyConnections() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 8192))
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
