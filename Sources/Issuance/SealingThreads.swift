import Dispatch
import Foundation
import PassBundle
import Passes
import Synchronization

/// Threads that seal and do nothing else: OpenSSL and libzip would hold up the tasks of the cooperative pool.
///
/// Each has its own sealers, one for each identity, and keeps them.
final class SealingThreads: Sendable {
  private let queue = Queue()

  init(count: Int = ProcessInfo.processInfo.activeProcessorCount) {
    for number in 0..<max(1, count) {
      let thread = Thread { [queue] in
        let sealers = Sealers()
        while let work = queue.next() { work(sealers) }
      }
      thread.name = "sealing \(number)"
      // libzip and OpenSSL need little; what they need is not known by number.
      thread.stackSize = 1 << 20
      thread.start()
    }
    queue.count = max(1, count)
  }

  deinit { queue.close() }

  /// Runs on one of the threads, after what was asked for before.
  func run<Result: Sendable>(_ body: @escaping @Sendable (Sealers) -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      queue.add { continuation.resume(returning: body($0)) }
    }
  }

  /// The sealers of one thread.
  final class Sealers {
    private struct Kept {
      let sealer: Sealer
      var assets: Set<ObjectIdentifier> = []
      var usedAt: Int
    }

    private var kept: [String: Kept] = [:]
    private var uses = 0

    /// Of each some hundred kilobytes, and the files of its passes.
    private static let maximumKept = 16
    /// A sealer keeps what it prepared of templates that are long gone; after so many it is made anew.
    private static let maximumAssets = 256

    func seal(
      _ contents: PassContents, identity: SigningIdentity, at signingTime: Int64
    ) throws(SealingError) -> [UInt8] {
      let sealer = try sealer(of: identity)
      kept[identity.certificate.sha256Fingerprint]?.assets.insert(ObjectIdentifier(contents.assets))
      return try sealer.seal(contents, at: signingTime).bytes
    }

    /// A detached signature over bytes that are no pass's manifest.
    func sign(_ bytes: [UInt8], identity: SigningIdentity, at signingTime: Int64) throws(SealingError) -> [UInt8] {
      try sealer(of: identity).signature(of: bytes, at: signingTime)
    }

    private func sealer(of identity: SigningIdentity) throws(SealingError) -> Sealer {
      uses += 1
      let name = identity.certificate.sha256Fingerprint
      if let known = kept[name], known.assets.count > Self.maximumAssets { kept[name] = nil }
      if kept[name] == nil {
        if kept.count >= Self.maximumKept, let oldest = kept.min(by: { $0.value.usedAt < $1.value.usedAt }) {
          kept[oldest.key] = nil
        }
        kept[name] = Kept(sealer: try Sealer(identity: identity), usedAt: uses)
      }
      kept[name]?.usedAt = uses
      guard let sealer = kept[name]?.sealer else { throw .layout("the sealer is gone") }
      return sealer
    }
  }

  private final class Queue: Sendable {
    private struct State {
      var works: [@Sendable (Sealers) -> Void] = []
      var isClosed = false
      var count = 0
    }

    private let state = Mutex(State())
    private let added = DispatchSemaphore(value: 0)

    var count: Int {
      get { state.withLock { $0.count } }
      set { state.withLock { $0.count = newValue } }
    }

    func add(_ work: @escaping @Sendable (Sealers) -> Void) {
      state.withLock { $0.works.append(work) }
      added.signal()
    }

    /// Waits for work; nil when there will be none.
    func next() -> (@Sendable (Sealers) -> Void)? {
      added.wait()
      return state.withLock { $0.works.isEmpty ? nil : $0.works.removeFirst() }
    }

    /// Ends the threads when they have done what was added.
    func close() { for _ in 0..<count { added.signal() } }
  }
}
