/// How long a failed job waits for its next attempt: exponential, with full jitter, so that jobs which failed together
/// do not come back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
package struct Backoff: Sendable, Hashable {
  /// The longest wait after the first attempt, in milliseconds; each further attempt doubles it.
  package let base: Int64
  /// The longest wait of all, in milliseconds.
  package let cap: Int64
  /// Attempts before the job is given up.
  package let limit: Int

  /// The default gives up after 20 attempts, in the mean nine hours: a night without Secutix.
  package init(base: Int64 = 2_000, cap: Int64 = 7_200_000, limit: Int = 20) {
    self.base = max(1, base)
    self.cap = max(max(1, base), cap)
    self.limit = max(1, limit)
  }

  /// The longest wait after so many attempts, in milliseconds; nil when the limit is reached.
  package func longestDelay(afterAttempts attempts: Int) -> Int64? {
    guard attempts < limit else { return nil }
    // 2^62 is the last power that fits; the cap is reached long before.
    let doublings = min(max(0, attempts - 1), 62)
    let (delay, overflow) = base.multipliedReportingOverflow(by: Int64(1) << doublings)
    return overflow ? cap : min(cap, delay)
  }

  /// The wait after so many attempts, in milliseconds: anything from one to the longest, each as likely; nil when the job
  /// should be discarded. Never nothing: whoever takes jobs until none is due would begin the same one again at once.
  package func delay(afterAttempts attempts: Int, using random: inout some RandomNumberGenerator) -> Int64? {
    longestDelay(afterAttempts: attempts).map { Int64.random(in: 1...$0, using: &random) }
  }
}
