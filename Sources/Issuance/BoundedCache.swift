import Synchronization

/// Values by key; those used last stay, as long as their sizes together fit.
final class BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry {
    var value: Value
    var size: Int
    var usedAt: UInt64
  }

  private struct State {
    var entries: [Key: Entry] = [:]
    var size = 0
    var uses: UInt64 = 0
  }

  private let state = Mutex(State())
  private let limit: Int

  /// - Parameter limit: of the sizes of all values, in whatever unit they are given.
  init(limit: Int) { self.limit = limit }

  var size: Int { state.withLock { $0.size } }

  func value(for key: Key) -> Value? {
    state.withLock { state in
      state.uses += 1
      let now = state.uses
      // In place: taking an entry out and putting it back would copy it.
      return state.entries[key].map { entry in
        state.entries[key]?.usedAt = now
        return entry.value
      }
    }
  }

  func insert(_ value: Value, for key: Key, size: Int) {
    // What alone is too large would drive everything else out.
    guard size <= limit else { return }
    state.withLock { state in
      state.uses += 1
      let old = state.entries.updateValue(Entry(value: value, size: size, usedAt: state.uses), forKey: key)
      state.size += size - (old?.size ?? 0)
      guard state.size > limit else { return }
      // An eighth at once, so that not every value that comes in looks for the oldest again.
      for (key, entry) in state.entries.sorted(by: { $0.value.usedAt < $1.value.usedAt }) {
        if state.size <= limit - limit / 8 { break }
        // The newest stays, however large.
        if entry.usedAt == state.uses { break }
        state.entries[key] = nil
        state.size -= entry.size
      }
    }
  }

  func removeValue(for key: Key) {
    state.withLock { state in
      if let entry = state.entries.removeValue(forKey: key) { state.size -= entry.size }
    }
  }
}

/// Work that several ask for at the same time is done once, and all get what came of it.
final class SharedWork<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let waiting = Mutex<[Key: [CheckedContinuation<Value, Never>]]>([:])

  /// How many wait for it now.
  func waiting(for key: Key) -> Int { waiting.withLock { $0[key]?.count ?? 0 } }

  /// The work goes on though whoever asked for it first gives up: others wait for it too.
  func value(for key: Key, _ work: @escaping @Sendable () async -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      let isFirst = waiting.withLock { waiting in
        waiting[key, default: []].append(continuation)
        return waiting[key]?.count == 1
      }
      guard isFirst else { return }
      Task {
        let value = await work()
        let all = self.waiting.withLock { $0.removeValue(forKey: key) } ?? []
        for continuation in all { continuation.resume(returning: value) }
      }
    }
  }
}
