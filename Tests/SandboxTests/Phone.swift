import AsyncHTTPClient
import Foundation
import Sandbox
import Synchronization

/// What a phone was made with, and how long it waited.
final class Waits: Sendable {
  private let waited = Mutex<[Duration]>([])

  var all: [Duration] { waited.withLock { $0 } }

  func wait(_ duration: Duration) { waited.withLock { $0.append(duration) } }
}

extension SandboxDevice {
  /// 2026-11-20 18:05:02 UTC, in milliseconds.
  static let testTime: Int64 = 1_795_197_902_000

  static func test(
    _ http: HTTPClient, waits: Waits = Waits(), _ change: (inout Options) -> Void = { _ in }
  ) -> SandboxDevice {
    var options = Options()
    options.timeZone = TimeZone(identifier: "Europe/Paris") ?? .gmt
    change(&options)
    return SandboxDevice(
      options, identifier: String(repeating: "d", count: 32), pushToken: "aa", http: http, now: { testTime },
      sleep: { waits.wait($0) })
  }

  /// What happened, without the first `count`.
  func whats(after count: Int = 0) -> [Event.What] { history.dropFirst(count).map(\.what) }

  var notices: [String] {
    history.compactMap { if case .notification(let notice) = $0.what { notice.text } else { nil } }
  }

  var failures: [String] {
    history.compactMap { event in
      if case .failed(_, _, let reason, let isGivenUp) = event.what { reason + (isGivenUp ? "!" : "") } else { nil }
    }
  }
}
