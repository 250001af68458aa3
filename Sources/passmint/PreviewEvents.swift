import FlyingSocks
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

  func open() -> EventBytes {
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
    return EventBytes(stream: stream)
  }

  private func send(text: String) {
    for page in pages.withLock({ Array($0.open.values) }) { page.yield(Array(text.utf8)) }
  }

  private static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}

/// The bytes of a stream of events, one event at a time.
struct EventBytes: AsyncBufferedSequence {
  typealias Element = UInt8

  fileprivate let stream: AsyncStream<[UInt8]>

  func makeAsyncIterator() -> Iterator { Iterator(events: stream.makeAsyncIterator()) }

  struct Iterator: AsyncBufferedIteratorProtocol {
    fileprivate var events: AsyncStream<[UInt8]>.Iterator
    private var rest: [UInt8] = []

    fileprivate init(events: AsyncStream<[UInt8]>.Iterator) { self.events = events }

    mutating func next() async -> UInt8? {
      if rest.isEmpty { rest = await events.next() ?? [] }
      return rest.isEmpty ? nil : rest.removeFirst()
    }

    mutating func nextBuffer(suggested count: Int) async -> [UInt8]? {
      guard rest.isEmpty else {
        defer { rest = [] }
        return rest
      }
      return await events.next()
    }
  }
}
