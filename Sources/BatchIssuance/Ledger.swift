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

  private struct Newest {
    /// Which row of this run it is.
    let row: UInt32
    /// A hash of the file's name, without regard to letter case.
    let file: UInt32
  }

  /// The newest row of each pass, by the hash of its serial number.
  private var newest = MovementTable<Newest>(expected: Intake.expectedMovements)
  private var rows: UInt32 = 0
  private var hasOlderRows = false

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
    if !run.options.isDryRun { for index in inputs.indices { unlink(partialRejectsPath(index)) } }
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

  /// - Parameter number: the lot's number.
  func take(_ outcomes: [Outcome], number: Int) {
    lock.withLock { _ in
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
        case .postponed: intake.postpone(outcome.item)
        case .refused(let refusal):
          tally.rejected += 1
          events(.rejected(place: "\(outcome.item.place)", reason: refusal.sentence))
          try reject(outcome.item, refusal)
        }
        if let row = outcome.row {
          try table?.append(row)
          let serial = outcome.item.serialNumber.hashValue
          if newest[serial] != nil { hasOlderRows = true }
          newest[serial] = Newest(row: rows, file: Self.hash(outcome.item.file))
          rows &+= 1
          if run.options.bundlesOrders { bundles.touch(outcome.item) }
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
      file = try RejectsFile(
        path: rejectsPath(item.input, format), partialPath: partialRejectsPath(item.input), writer: writer)
      rejects[item.input] = file
    }
    try file.append(raw, reason: refusal.sentence)
  }

  /// The path the user named, or `rejects.csv` (`rejects.ndjson`) in the folder; numbered from the second input on.
  private func rejectsPath(_ input: Int, _ format: ExportFormat) -> String {
    numbered(
      run.options.rejectsPath ?? folder.path(format == .secutixJSON ? "rejects.ndjson" : "rejects.csv"), input)
  }

  /// Renaming works within one file system only, so a file that the user named grows beside its place.
  private func partialRejectsPath(_ input: Int) -> String {
    run.options.rejectsPath.map { numbered("\($0).partial", input) } ?? folder.workPath("rejects-\(input)")
  }

  private func numbered(_ base: String, _ input: Int) -> String {
    guard input > 0 else { return base }
    let slash = base.lastIndex(of: "/") ?? base.startIndex
    guard let dot = base[slash...].lastIndex(of: ".") else { return "\(base)-\(input + 1)" }
    return "\(base[..<dot])-\(input + 1)\(base[dot...])"
  }

  var rejectsFiles: [String] { lock.withLock { _ in rejects.sorted { $0.key < $1.key }.map(\.value.finalPath) } }

  /// Puts the rows so far where they can be read.
  func flush() throws(BatchError) {
    try lock.withLock { _ throws(BatchError) in try table?.flush() }
  }

  // MARK: The end

  /// Takes unfinished rejects files away; those of an earlier run stay.
  func discard() {
    lock.withLock { _ in for file in rejects.values { file.discard() } }
  }

  /// Gives the books their final names.
  ///
  /// - Parameter isWhole: all inputs were read to their end.
  func finish(isWhole: Bool) throws(BatchError) {
    if let failure { throw failure }
    guard let table else { return }
    try table.flush()
    var newTable = table
    if hasOlderRows {
      newTable = try GrowingFile(path: folder.workPath("newest-\(PassesTable.name)"))
      try newTable.append(Array((PassesTable.header + "\n").utf8))
      var row: UInt32 = 0
      try PassesTable.forEachRow(of: table.path) { line, cells throws(BatchError) in
        if newest[cells[2].hashValue]?.row == row { try newTable.append(line) } else { try removeIfRenamed(cells) }
        row &+= 1
      }
    }
    try PassesTable.forEachRow(of: folder.path(PassesTable.name)) { line, cells throws(BatchError) in
      if newest[cells[2].hashValue] != nil {
        try removeIfRenamed(cells)
      } else if PassesTable.isInside(cells[3]), folder.exists(cells[3]) {
        try newTable.append(line)
      }
    }
    try newTable.flush()
    if PassFolder.isSame(newTable.path, folder.path(PassesTable.name)) {
      unlink(newTable.path)
    } else {
      try folder.publish(newTable.path, as: PassesTable.name)
    }
    try finishRejects(isWhole: isWhole)
  }

  /// `.pkpasses` of the orders that this run has touched, with all their passes in the folder.
  ///
  /// - Returns: how many files there are.
  func writeBundles(shouldStop: () -> Bool) throws(BatchError) -> Int {
    guard table != nil, run.options.bundlesOrders else { return 0 }
    try PassesTable.forEachRow(of: folder.path(PassesTable.name)) { _, cells throws(BatchError) in
      if PassesTable.isInside(cells[3]) { bundles.add(cells[3], order: cells[0]) }
    }
    return try bundles.write(to: folder, shouldStop: shouldStop)
  }

  /// A pass that was moved to another seat may be called otherwise now. Its old file would be the same pass once more.
  private func removeIfRenamed(_ cells: [String]) throws(BatchError) {
    guard let now = newest[cells[2].hashValue], now.file != Self.hash(cells[3]), PassesTable.isInside(cells[3]) else {
      return
    }
    do {
      if let bytes = try folder.read(cells[3]), PassFolder.isPass(bytes, serialNumber: cells[2]) {
        unlink(folder.path(cells[3]))
      }
    } catch .system(_, _, let code) where PassFolder.isNoPlaceForFile(code) {
      return
    }
  }

  private static func hash(_ file: String) -> UInt32 {
    UInt32(truncatingIfNeeded: file.lowercased().hashValue)
  }

  private func finishRejects(isWhole: Bool) throws(BatchError) {
    for (input, file) in rejects.sorted(by: { $0.key < $1.key }) {
      if !isWhole, isInput(file.finalPath) {
        // Rows of it that nobody has read yet would be lost.
        file.discard()
        rejects[input] = nil
      } else {
        try file.finish(putAside: putAside)
      }
    }
    // A rejects file of an earlier run would say that something is still wrong. One that is an input now is the user's.
    guard isWhole, run.options.rejectsPath == nil else { return }
    for input in inputs.indices {
      for format in [ExportFormat.csv, .secutixJSON] {
        let path = rejectsPath(input, format)
        if !rejects.values.contains(where: { $0.finalPath == path }), !isInput(path) { putAside(path) }
      }
    }
  }

  /// A rejects file of an earlier run may have been mended and not issued yet, and the file may be the export that was
  /// just read: it stays, as `.old`.
  private func putAside(_ path: String) {
    rename(path, "\(path).old")
  }

  private func isInput(_ path: String) -> Bool {
    var file = stat()
    guard stat(path, &file) == 0 else { return false }
    return inputs.contains { input in
      var other = stat()
      guard let path = input.path, stat(path, &other) == 0 else { return false }
      return file.st_ino == other.st_ino && file.st_dev == other.st_dev
    }
  }
}
