import Foundation
import Synchronization

/// Runs variants in turn in short windows and compares them within each round: machines are shared and throttled, so
/// only what was measured within the same second may be compared.
struct Interleaved {
  struct Variant {
    let name: String
    /// Makes a worker; the worker does one unit of work a call.
    let worker: () throws -> () -> Void
  }

  static let window = 0.150
  static let rounds = 15

  /// Rates per second of each variant, a median over the rounds, and the median of the ratios to the first.
  static func measure(_ variants: [Variant], threads: Int) throws -> [(name: String, rate: Double, ratio: Double)] {
    var workers: [[() -> Void]] = []
    for variant in variants { workers.append(try (0..<threads).map { _ in try variant.worker() }) }
    var rates = [[Double]](repeating: [], count: variants.count)
    for round in -1..<rounds {
      for index in variants.indices {
        let rate = measure(workers[index])
        // The first round warms up.
        if round >= 0 { rates[index].append(rate) }
      }
    }
    return variants.indices.map { index in
      let ratios = zip(rates[index], rates[0]).map { $0 / $1 }
      return (variants[index].name, median(rates[index]), median(ratios))
    }
  }

  /// One window of one variant, after a short warm-up: its rate per second.
  static func measureOnce(_ variant: Variant, threads: Int) throws -> Double {
    let workers = try (0..<threads).map { _ in try variant.worker() }
    for worker in workers { worker() }
    return measure(workers)
  }

  private static func measure(_ workers: [() -> Void]) -> Double {
    let total = Mutex(0)
    let start = clock()
    let end = start + window
    nonisolated(unsafe) let bodies = workers
    DispatchQueue.concurrentPerform(iterations: workers.count) { index in
      let body = bodies[index]
      var count = 0
      repeat {
        for _ in 0..<16 { body() }
        count += 16
      } while clock() < end
      total.withLock { $0 += count }
    }
    return Double(total.withLock { $0 }) / (clock() - start)
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  static func clock() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
