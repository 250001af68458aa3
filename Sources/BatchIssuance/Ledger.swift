import Foundation
import Glibc
import Secutix
import Synchronization

/// Takes the results in the order of the input and keeps the books: `passes.csv`, the rejects files, the counts.
///
/// `@unchecked Sendable`: everything that changes is only touched inside `lock`.
final class Ledger: @unchecked Sendable {
  private let run: BatchRun
  private let folder: PassFolder
  private let intake: Intake
  private let inputs: [BatchRun.Input]
  private let events: @Sendable (BatchEvent) -> Void
  private let lock = Mutex(())

  private let table: GrowingFile?
  private var rejects: [Int: RejectsFile] = [:]
  private var tally = BatchCounts()
  private var firstFailure: BatchError?
  /// Results that came before their turn.
  private var early: [Int: [Outcome]] = [:]
  private var nextNumber = 0
  private var bundles = OrderBundles()

  init(
    run: BatchRun, folder: PassFolder, intake: Intake, inputs: [BatchRun.Input],
    events: @escaping @Sendable (BatchEvent) -> Void
  ) throws(BatchError) {
    self.run = run
    self.intake = intake
    self.folder = folder
    self.inputs = inputs
    self.events = events
    table = run.options.isDryRun ? nil : try GrowingFile(path: folder.workPath(PassesTable.name))
    try table?.append(Array((PassesTable.header + "\n").utf8))
  }

  var failure: BatchError? { lock.withLock { _ in firstFailure } }

  func fail(_ error: BatchError) {
    lock.withLock { _ in if firstFailure == nil { firstFailure = error } }
  }

  /// The counts of both ends: what was read, and what came of it.
  func counts(reading: BatchCounts) -> BatchCounts {
    lock.withLock { _ in
      var counts = tally
      counts.read = reading.read
      counts.waiting = reading.waiting
      counts.cancelled = reading.cancelled
      counts.replaced = reading.replaced
      counts.repeated = reading.repeated
      return counts
    }
  }

  /// - Parameter number: the lot's number; nil for what comes after all lots.
  func take(_ outcomes: [Outcome], number: Int?) {
    lock.withLock { _ in
      guard let number else {
        record(outcomes)
        return
      }
      early[number] = outcomes
      while let next = early.removeValue(forKey: nextNumber) {
        record(next)
        nextNumber += 1
      }
    }
  }

  private func record(_ outcomes: [Outcome]) {
    do throws(BatchError) {
      for outcome in outcomes {
        switch outcome.result {
        case .issued: tally.issued += 1
        case .updated: tally.updated += 1
        case .unchanged: tally.unchanged += 1
        case .voided: tally.voided += 1
        case .refused(let refusal):
          tally.rejected += 1
          events(.rejected(place: "\(outcome.item.place)", reason: refusal.sentence))
          try reject(outcome.item, refusal)
        }
        if let row = outcome.row {
          try table?.append(row)
          if run.options.bundlesOrders { bundles.add(outcome.item) }
        }
      }
    } catch {
      if firstFailure == nil { firstFailure = error }
    }
  }

  private func reject(_ item: BatchItem, _ refusal: Refusal) throws(BatchError) {
    guard let raw = item.raw, !run.options.isDryRun else { return }
    let file: RejectsFile
    if let open = rejects[item.input] {
      file = open
    } else {
      guard let (format, writer) = intake.rejects(of: item.input) else { return }
      file = try RejectsFile(path: rejectsPath(item.input, format), writer: writer)
      rejects[item.input] = file
    }
    try file.append(raw, reason: refusal.sentence)
  }

  /// The path the user named, or `rejects.csv` (`rejects.ndjson`) in the folder; numbered from the second input on.
  private func rejectsPath(_ input: Int, _ format: ExportFormat) -> String {
    let base = run.options.rejectsPath ?? folder.path(format == .secutixJSON ? "rejects.ndjson" : "rejects.csv")
    guard input > 0 else { return base }
    let slash = base.lastIndex(of: "/") ?? base.startIndex
    guard let dot = base[slash...].lastIndex(of: ".") else { return "\(base)-\(input + 1)" }
    return "\(base[..<dot])-\(input + 1)\(base[dot...])"
  }

  var rejectsFiles: [String] { lock.withLock { _ in rejects.sorted { $0.key < $1.key }.map(\.value.finalPath) } }

  /// Gives the books their final names.
  ///
  /// - Returns: how many bundles there are.
  func finish(keepsOrder makesBundles: Bool, seen: [Int: Int]) throws(BatchError) -> Int {
    if let failure { throw failure }
    guard let table else { return 0 }
    try PassesTable.forEachRow(of: folder.path(PassesTable.name)) { line, cells throws(BatchError) in
      if seen[cells[2].hashValue] == nil, folder.exists(cells[3]) { try table.append(line) }
    }
    try table.flush()
    try folder.publish(table.path, as: PassesTable.name)
    for (_, file) in rejects.sorted(by: { $0.key < $1.key }) { try file.finish() }
    removeOldRejects()
    return makesBundles ? try bundles.write(to: folder) : 0
  }

  /// A rejects file of an earlier run would say that something is still wrong. One that is an input now is the user's.
  private func removeOldRejects() {
    guard run.options.rejectsPath == nil else { return }
    for name in ["rejects.csv", "rejects.ndjson"] {
      let path = folder.path(name)
      let isWritten = rejects.values.contains { $0.finalPath == path }
      let isInput = inputs.contains { input in input.path.map { Self.isSameFile($0, path) } ?? false }
      if !isWritten, !isInput { unlink(path) }
    }
  }

  private static func isSameFile(_ left: String, _ right: String) -> Bool {
    var a = stat()
    var b = stat()
    return stat(left, &a) == 0 && stat(right, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev
  }
}
