import Foundation
import Synchronization

/// Tells every open page what changed, as server-sent events.
///
/// Each page has a queue of its own: one that reads slowly holds up nobody, and its oldest events are dropped.
final class PreviewEvents: Sendable {
  private struct Pages {
    var last = 0
    var open: [Int: AsyncStream<[UInt8]>.Continuation] = [:]
  }

  private let pages = Mutex(Pages())

  /// - Parameter name: what was read again; nil when templates came or went.
  func send(_ name: String?) {
    let data = name.flatMap { $0.addingPercentEncoding(withAllowedCharacters: Self.unreserved) } ?? "*"
    send(text: "event: change\ndata: \(data)\n\n")
  }

  /// A comment now and then: what finds nobody there any more is closed.
  func keepAlive() async throws {
    while true {
      try await Task.sleep(for: .seconds(15))
      send(text: ": still here\n\n")
    }
  }

  /// The events of a page from here on; it is forgotten with the stream.
  func open() -> AsyncStream<[UInt8]> {
    let (stream, page) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingNewest(1_000))
    let number = pages.withLock { pages in
      pages.last += 1
      pages.open[pages.last] = page
      return pages.last
    }
    page.onTermination = { [weak self] _ in
      _ = self?.pages.withLock { $0.open.removeValue(forKey: number) }
    }
    page.yield(Array("retry: 500\n\n".utf8))
    return stream
  }

  private func send(text: String) {
    for page in pages.withLock({ Array($0.open.values) }) { page.yield(Array(text.utf8)) }
  }

  private static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
