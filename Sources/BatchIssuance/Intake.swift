import PassBundle
import Passes
import Secutix
import Synchronization
import Tickets

/// A record on its way.
struct BatchItem: Sendable {
  enum Work: Sendable {
    case issue
    case void
    case refuse(Refusal)

    var isVoid: Bool {
      if case .void = self { true } else { false }
    }
  }

  let ticket: Ticket?
  let serialNumber: String
  /// Path in the folder; empty when the row that voids a pass does not tell its name.
  var file: String
  let place: RecordPlace
  let raw: RawRecord?
  let input: Int
  /// Where the record stands among all that were read.
  let ordinal: Int
  var work: Work
  /// All that was read before is on disk, so a pass that is there may be written over.
  var isSettled = false
}

/// A few records that one worker deals with.
struct Lot {
  let number: Int
  let items: [BatchItem]
}

/// What has been said about a movement that cannot be judged before more rows have been read.
///
/// A class, for tickets are large and dictionaries and arrays of them are copied when they grow.
private final class HeldBack {
  /// The latest row by which the pass is valid.
  var live: BatchItem?
  /// The latest row by which it is not; one that says cancelled goes before one that says replaced.
  var dead: BatchItem?
  var isCancelled = false
  /// What is done in the end.
  var chosen: BatchItem?
  /// Nothing is known but that older tickets were replaced.
  var isOfOldTickets = false
}

/// Reads the inputs, decides what each record asks for, and hands out lots.
///
/// It does so in turns: it reads, and holds back what cannot be judged yet; then it hands out what was held back. There is
/// one turn of each, but for exports with very many second versions, which would not fit into memory.
///
/// `@unchecked Sendable`: everything that changes is only touched inside `lock`.
final class Intake: @unchecked Sendable {
  private let run: BatchRun
  private let folder: PassFolder
  private let inputs: [BatchRun.Input]
  private let events: @Sendable (BatchEvent) -> Void
  private let stopWish: @Sendable () -> Bool
  private let lock = Mutex(())

  private var input = -1
  private var reader: ExportReader?
  private var writers: [Int: (ExportFormat, RejectsWriter)] = [:]
  private var lots = 0
  private var tally = BatchCounts()
  private var isStopped = false
  private var isFailed = false
  /// Hashes cut to half their length: there is one of these a movement, and each is only compared with the few others that
  /// concern the same movement.
  private struct Alive {
    /// What the ticket said.
    let content: UInt32
    /// Of the movement and its barcode.
    let barcode: UInt32
  }

  // By the hash of the serial number.
  /// Each movement that was seen alive.
  private var alive = MovementTable<Alive>(expected: Intake.expectedMovements)
  /// Names given out, without regard to letter case, for most desks have none.
  private var names: Set<Int> = []
  private var cancelled: Set<Int> = []
  /// Passes that `passes.csv` lists, by the hash of their serial number; read when a row wants to know.
  private var listed: Set<Int>?
  /// Barcodes that were replaced, each with its movement: no row makes them valid again.
  private var invalidated: Set<Int> = []
  /// The same, cut as in `Alive`.
  private var invalidatedCut: Set<UInt32> = []
  /// Replaced tickets of which nothing was issued here and no newer one has come yet.
  private var replacedUnissued: Set<Int> = []
  private var held: [Int: HeldBack] = [:]
  private var heldThisTurn = 0
  private var settling: ArraySlice<HeldBack> = []
  private var isAtEnd = false

  static let lotSize = 64
  /// How many movements are held back before it is their turn.
  static let mostHeldBack = 2_000
  /// Room for this many movements from the start, so that a run's memory is the same for ten and for a hundred thousand.
  static let expectedMovements = 150_000

  init(
    run: BatchRun, folder: PassFolder, inputs: [BatchRun.Input], shouldStop: @escaping @Sendable () -> Bool,
    events: @escaping @Sendable (BatchEvent) -> Void
  ) {
    self.run = run
    self.folder = folder
    self.inputs = inputs
    self.events = events
    stopWish = shouldStop
  }

  var counts: BatchCounts { lock.withLock { _ in tally } }
  var wasStopped: Bool { lock.withLock { _ in isStopped } }
  var hasFailed: Bool { lock.withLock { _ in isFailed } }

  /// How refused records of an input are written.
  func rejects(of input: Int) -> (ExportFormat, RejectsWriter)? { lock.withLock { _ in writers[input] } }

  func shouldStop() -> Bool { stopWish() }

  func stop() { lock.withLock { _ in isStopped = true } }

  /// The next lot; nil at the end of the turn.
  func next() -> Lot? {
    lock.withLock { _ in
      var items = settling.prefix(Self.lotSize).compactMap(\.chosen)
      settling = settling.dropFirst(items.count)
      while items.count < Self.lotSize, !isAtEnd, heldThisTurn < Self.mostHeldBack, !isStopped {
        if stopWish() {
          isStopped = true
          break
        }
        guard let record = nextRecord() else {
          isAtEnd = true
          break
        }
        tally.read += 1
        if let item = accept(record) { items.append(item) }
      }
      guard !items.isEmpty else { return nil }
      lots += 1
      return Lot(number: lots - 1, items: items)
    }
  }

  private func nextRecord() -> ExportRecord? {
    while true {
      if reader == nil {
        guard input + 1 < inputs.count else { return nil }
        input += 1
        do {
          let opened = try inputs[input].open()
          writers[input] = (opened.format, opened.rejectsWriter())
          reader = opened
        } catch {
          isFailed = true
          events(.inputStopped("\(error)"))
          continue
        }
      }
      do {
        if let record = try reader?.next() { return record }
        for notice in reader?.notices ?? [] { events(.notice(file: inputs[input].name, notice.sentence)) }
      } catch {
        isFailed = true
        events(.inputStopped("\(error)"))
      }
      reader = nil
    }
  }

  private func accept(_ record: ExportRecord) -> BatchItem? {
    switch record {
    case .refused(let rejection):
      return refusal(.record(rejection), place: rejection.place, raw: rejection.raw)
    case .waiting:
      tally.waiting += 1
      return nil
    case .ticket(let ticket, let place, let raw):
      let serialNumber = run.keys.serialNumber(of: ticket)
      let serial = serialNumber.hashValue
      func refused(_ reason: Refusal) -> BatchItem { refusal(reason, place: place, raw: raw) }
      let action = ticket.action
      if action == .wait {
        tally.waiting += 1
        return nil
      }
      if case .unknown(let word) = ticket.state { return refused(.unknownState(word)) }
      let isDead = action == .void || action == .replaceOrVoid
      let name = run.options.fileName.path(of: ticket, serialNumber: serialNumber, tenant: run.issuer.tenant)
      // A row that voids a pass need not tell its name: the books know it.
      guard let file = name ?? (isDead ? "" : nil) else { return refused(.noFileName) }
      let item = BatchItem(
        ticket: ticket, serialNumber: serialNumber, file: file, place: place, raw: raw, input: input,
        ordinal: tally.read, work: isDead ? .void : .issue)
      guard item.work.isVoid else { return acceptLive(item, ticket, serial, refused) }
      acceptDead(item, ticket, action, serial)
      return nil
    }
  }

  private func acceptLive(
    _ item: BatchItem, _ ticket: Ticket, _ serial: Int, _ refused: (Refusal) -> BatchItem
  ) -> BatchItem? {
    if cancelled.contains(serial) { return refused(.cancelledAlready) }
    let barcode = Self.hash(serial, ticket.barcode)
    if invalidated.contains(barcode) { return refused(.invalidatedAlready) }
    let now = Alive(
      content: UInt32(truncatingIfNeeded: ticket.hashValue), barcode: UInt32(truncatingIfNeeded: barcode))
    if replacedUnissued.remove(serial) != nil { tally.replaced += 1 }
    if let known = alive[serial] {
      // Exports overlap. The later row is the newer one; the same row twice is nothing new.
      if known.content == now.content {
        tally.repeated += 1
        return nil
      }
      alive[serial] = now
      hold(item, .issue, serial)
      return nil
    }
    // A default name that is made of a movement's digits is that movement's alone.
    if !run.options.fileName.isUnique(for: ticket),
      !names.insert(item.file.lowercased().hashValue).inserted
    {
      return refused(.fileNameTaken(item.file))
    }
    alive[serial] = now
    return item
  }

  private func acceptDead(_ item: BatchItem, _ ticket: Ticket, _ action: PassAction, _ serial: Int) {
    if action == .void {
      cancelled.insert(serial)
    } else if let barcode = ticket.barcode {
      let hash = Self.hash(serial, barcode)
      invalidated.insert(hash)
      invalidatedCut.insert(UInt32(truncatingIfNeeded: hash))
    }
    if alive[serial] != nil || (!item.file.isEmpty && folder.exists(item.file)) || isListed(serial) {
      hold(item, action, serial)
    } else if action == .void {
      // Nothing was ever issued here, so there is nothing to void.
      tally.cancelled += 1
    } else if !replacedUnissued.insert(serial).inserted {
      tally.repeated += 1
    }
  }

  private func isListed(_ serial: Int) -> Bool {
    if let listed { return listed.contains(serial) }
    var serials: Set<Int> = []
    // A table that cannot be read is an error at the end of the run, when it is written anew.
    try? PassesTable.forEachRow(of: folder.path(PassesTable.name)) { _, cells throws(BatchError) in
      serials.insert(cells[2].hashValue)
    }
    listed = serials
    return serials.contains(serial)
  }

  private static func hash(_ serial: Int, _ barcode: Barcode?) -> Int {
    var hasher = Hasher()
    hasher.combine(serial)
    hasher.combine(barcode)
    return hasher.finalize()
  }

  private func refusal(_ reason: Refusal, place: RecordPlace, raw: RawRecord) -> BatchItem {
    BatchItem(
      ticket: nil, serialNumber: "", file: "", place: place, raw: raw, input: input, ordinal: tally.read,
      work: .refuse(reason))
  }

  // MARK: What cannot be judged yet

  /// A pass that is there says something else than this record. Perhaps it was made of a later row that was read in the
  /// run before, and will be again; so the record waits for it.
  func postpone(_ item: BatchItem) {
    lock.withLock { _ in hold(item, .issue, item.serialNumber.hashValue) }
  }

  private func hold(_ item: BatchItem, _ action: PassAction, _ serial: Int) {
    let entry: HeldBack
    if let known = held[serial] {
      entry = known
    } else {
      entry = HeldBack()
      held[serial] = entry
      heldThisTurn += 1
    }
    guard item.work.isVoid else {
      if let other = entry.live {
        tally.replaced += 1
        if other.ordinal > item.ordinal { return }
      }
      entry.live = item
      return
    }
    let isCancelled = action == .void
    if entry.dead != nil {
      if isCancelled == entry.isCancelled { tally.repeated += 1 } else { tally.replaced += 1 }
      if entry.isCancelled, !isCancelled { return }
    }
    entry.dead = item
    entry.isCancelled = isCancelled
  }

  /// Begins the next turn; false when everything is done. All lots of the turn before must have been dealt with.
  func turn() throws(BatchError) -> Bool {
    try lock.withLock { _ throws(BatchError) in
      heldThisTurn = 0
      guard !isStopped else { return false }
      var decided: [HeldBack] = []
      for (serial, entry) in held {
        let live = alive[serial].map { !cancelled.contains(serial) && !invalidatedCut.contains($0.barcode) }
        // The newer ticket may still come, or stand where an input broke off.
        if live == nil, !entry.isCancelled, !isAtEnd || isFailed { continue }
        held[serial] = nil
        if entry.live != nil, entry.dead != nil { tally.replaced += 1 }
        if live == true {
          entry.chosen = entry.live
          if entry.live == nil { tally.replaced += 1 }
        } else {
          entry.chosen = entry.dead ?? entry.live
          entry.chosen?.work = .void
        }
        entry.chosen?.isSettled = true
        entry.isOfOldTickets = live == nil && !entry.isCancelled
        if entry.chosen != nil { decided.append(entry) }
      }
      try findFiles(of: &decided)
      leaveNewerTickets(out: &decided)
      if isAtEnd {
        tally.replaced += replacedUnissued.count
        replacedUnissued = []
      }
      settling = decided.sorted { ($0.chosen?.ordinal ?? 0) < ($1.chosen?.ordinal ?? 0) }[...]
      return !decided.isEmpty || !isAtEnd
    }
  }

  /// Where the passes lie that are to be voided, for those whose row names another place or none.
  private func findFiles(of decided: inout [HeldBack]) throws(BatchError) {
    var lost: [Int: HeldBack] = [:]
    for entry in decided {
      guard let item = entry.chosen, item.work.isVoid, item.file.isEmpty || !folder.exists(item.file) else { continue }
      lost[item.serialNumber.hashValue] = entry
    }
    guard !lost.isEmpty, !run.options.isDryRun else { return }
    // The run's own table after that of the runs before: the newer row tells.
    for table in [folder.path(PassesTable.name), folder.workPath(PassesTable.name)] {
      try PassesTable.forEachRow(of: table) { _, cells throws(BatchError) in
        if let entry = lost[cells[2].hashValue], PassesTable.isInside(cells[3]), folder.exists(cells[3]) {
          entry.chosen?.file = cells[3]
        }
      }
    }
    decided.removeAll { entry in
      guard let item = entry.chosen, item.work.isVoid, item.file.isEmpty || !folder.exists(item.file) else {
        return false
      }
      tally.cancelled += 1
      return true
    }
  }

  /// An old row about a replaced ticket does not concern a pass that carries the barcode of a newer one.
  private func leaveNewerTickets(out decided: inout [HeldBack]) {
    var left: [HeldBack] = []
    for entry in decided {
      if entry.isOfOldTickets, let item = entry.chosen, item.ticket?.barcode != nil,
        let bytes = try? folder.read(item.file),
        PassFolder.isPass(bytes, serialNumber: item.serialNumber),
        let barcode = PassFolder.barcode(in: bytes).flatMap({ try? Barcode($0) }),
        !invalidated.contains(Self.hash(item.serialNumber.hashValue, barcode))
      {
        tally.replaced += 1
      } else {
        left.append(entry)
      }
    }
    decided = left
  }
}
