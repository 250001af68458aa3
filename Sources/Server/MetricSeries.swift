import Metrics
import Synchronization

/// A sum that only grows: one atomic addition each time.
final class CounterSeries: CounterHandler {
  private let total = Atomic<Int64>(0)

  func increment(by amount: Int64) { total.wrappingAdd(amount, ordering: .relaxed) }
  func reset() { total.store(0, ordering: .relaxed) }
  var value: Int64 { total.load(ordering: .relaxed) }
}

/// A number that goes anywhere, or a sum with fractions.
final class GaugeSeries: MeterHandler, RecorderHandler, FloatingPointCounterHandler {
  /// The bits of a `Double`, of which there is no atomic kind.
  private let bits = Atomic<UInt64>(0)

  var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
  func set(_ value: Int64) { bits.store(Double(value).bitPattern, ordering: .relaxed) }
  func record(_ value: Double) { set(value) }
  func record(_ value: Int64) { set(value) }
  func decrement(by amount: Double) { increment(by: -amount) }
  func reset() { bits.store(0, ordering: .relaxed) }

  func increment(by amount: Double) {
    var old = bits.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let (done, seen) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
      if done { return }
      old = seen
    }
  }
}

/// How often values fell below each of some bounds.
final class HistogramSeries: RecorderHandler, TimerHandler {
  struct Snapshot {
    /// One a bound, and one for what lies above them all; each for itself, not summed up.
    var counts: [Int]
    var sum = 0.0
  }

  /// Ascending. A value that equals one counts below it.
  let bounds: [Double]
  private let state: Mutex<Snapshot>

  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(Snapshot(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  /// Counts and sum of one moment.
  var snapshot: Snapshot { state.withLock { $0 } }

  func record(_ value: Double) {
    // One NaN would make the sum NaN for ever.
    guard value.isFinite else { return }
    // Some fifteen bounds: walking them is as quick as halving.
    let index = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock {
      $0.counts[index] += 1
      $0.sum += value
    }
  }

  func record(_ value: Int64) { record(Double(value)) }
  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
