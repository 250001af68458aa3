import BatchIssuance
import Glibc

/// How far a run is: a bar on a terminal, a line now and then elsewhere.
///
/// Used from the main thread only.
struct Progress {
  enum Style {
    case bar
    case lines
    case silent
  }

  let style: Style
  let meter: ReadingMeter
  private let start: Double
  private var lastLine: Double
  private var isShown = false

  init(style: Style, meter: ReadingMeter) {
    self.style = style
    self.meter = meter
    start = Self.clock()
    lastLine = start
  }

  mutating func update(_ counts: BatchCounts) {
    let now = Self.clock()
    let elapsed = now - start
    switch style {
    case .silent: return
    case .lines:
      guard now - lastLine >= 5 else { return }
      lastLine = now
      Terminal.note("\(Terminal.count(counts.passes, "pass", plural: "passes")), \(rate(counts, elapsed))")
    case .bar:
      // Short runs are over before a bar could be read.
      guard elapsed > 0.3 else { return }
      isShown = true
      Terminal.writeBytes(Array("\r\u{1B}[2K\(bar(counts, elapsed))".utf8), STDERR_FILENO)
    }
  }

  /// Takes the bar away, before anything else is written.
  mutating func clear() {
    guard isShown else { return }
    isShown = false
    Terminal.writeBytes(Array("\r\u{1B}[2K".utf8), STDERR_FILENO)
  }

  private func bar(_ counts: BatchCounts, _ elapsed: Double) -> String {
    let passes = "\(Terminal.grouped(counts.passes)) passes  \(rate(counts, elapsed))"
    let rejected = counts.rejected > 0 ? "  \(Terminal.grouped(counts.rejected)) rejected" : ""
    guard let fraction = meter.fraction(rows: counts.read) else { return passes + rejected }
    // The reader is a little ahead of the workers, so the end never shows too early.
    let share = min(0.99, fraction)
    let width = 24
    let filled = Int(share * Double(width))
    let left = share > 0.01 ? "  \(clockText(elapsed / share - elapsed)) left" : ""
    let cells = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    return "\(cells) \(Int(share * 100)) %  \(passes)\(rejected)\(left)"
  }

  private func rate(_ counts: BatchCounts, _ elapsed: Double) -> String {
    "\(Terminal.grouped(elapsed > 0 ? Int(Double(counts.passes) / elapsed) : 0))/s"
  }

  private func clockText(_ seconds: Double) -> String {
    let whole = max(0, Int(seconds.rounded(.up)))
    let rest = whole % 60
    return "\(whole / 60):\(rest < 10 ? "0" : "")\(rest)"
  }

  private static func clock() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
