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
  }

  let ticket: Ticket?
  let serialNumber: String
  /// Path in the folder.
  let file: String
  let place: RecordPlace
  let raw: RawRecord?
  let input: Int
  /// Where the record stands among all that were read.
  let ordinal: Int
  let work: Work
  /// All that was read before is on disk, so a pass that is there may be written over.
  var isSettled = false
}

/// A few records that one worker deals with.
struct Lot {
  let number: Int
  let items: [BatchItem]
}

/// What is to be done for a movement once the rows that are under way are on disk.
struct HeldBack {
  var item: BatchItem
  var action: PassAction
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
  /// Each movement that was seen alive, with what its ticket said.
  private var alive: [Int: Int] = [:]
  /// Names given out, without regard to letter case, for most desks have none.
  private var names: Set<Int> = []
  private var cancelled: Set<Int> = []
  /// Replaced tickets of which nothing was issued here and no newer one has come yet.
  private var replacedUnissued: Set<Int> = []
  /// One entry a movement: cancelled beats everything, then the later row beats the earlier.
  private var held: [Int: HeldBack] = [:]
  private var heldThisTurn = 0
  private var settling: ArraySlice<BatchItem> = []
  private var isAtEnd = false

  static let lotSize = 64
  /// How many records are held back before it is their turn.
  static let mostHeldBack = 10_000
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
    alive.reserveCapacity(Self.expectedMovements)
    names.reserveCapacity(Self.expectedMovements)
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
      var items = Array(settling.prefix(Self.lotSize))
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
      guard let file = run.options.fileName.path(of: ticket, serialNumber: serialNumber, tenant: run.issuer.tenant)
      else { return refused(.noFileName) }
      let item = BatchItem(
        ticket: ticket, serialNumber: serialNumber, file: file, place: place, raw: raw, input: input,
        ordinal: tally.read, work: action == .void || action == .replaceOrVoid ? .void : .issue)
      return action == .void || action == .replaceOrVoid
        ? holdBack(item, action, serial) : acceptLive(item, ticket, serial, refused)
    }
  }

  private func acceptLive(
    _ item: BatchItem, _ ticket: Ticket, _ serial: Int, _ refused: (Refusal) -> BatchItem
  ) -> BatchItem? {
    if cancelled.contains(serial) { return refused(.cancelledAlready) }
    if replacedUnissued.remove(serial) != nil { tally.replaced += 1 }
    let content = ticket.hashValue
    if let known = alive[serial] {
      // Exports overlap. The later row is the newer one; the same row twice is nothing new.
      if known == content {
        tally.repeated += 1
        return nil
      }
      alive[serial] = content
      hold(item, .issue, serial)
      return nil
    }
    guard names.insert(item.file.lowercased().hashValue).inserted else { return refused(.fileNameTaken(item.file)) }
    alive[serial] = content
    return item
  }

  private func holdBack(_ item: BatchItem, _ action: PassAction, _ serial: Int) -> BatchItem? {
    if action == .void { cancelled.insert(serial) }
    if alive[serial] == nil, !folder.exists(item.file) {
      // Nothing was ever issued here, so there is nothing to void.
      if action == .void {
        tally.cancelled += 1
      } else {
        replacedUnissued.insert(serial)
      }
      return nil
    }
    hold(item, action, serial)
    return nil
  }

  private func refusal(_ reason: Refusal, place: RecordPlace, raw: RawRecord) -> BatchItem {
    BatchItem(
      ticket: nil, serialNumber: "", file: "", place: place, raw: raw, input: input, ordinal: tally.read,
      work: .refuse(reason))
  }

  /// A pass that is there already says something else than this record. Only a later row may explain that: the pass was
  /// made of that one. So it waits.
  func `defer`(_ item: BatchItem) {
    lock.withLock { _ in hold(item, .issue, item.serialNumber.hashValue) }
  }

  private func hold(_ item: BatchItem, _ action: PassAction, _ serial: Int) {
    heldThisTurn += 1
    guard let other = held[serial] else {
      held[serial] = HeldBack(item: item, action: action)
      return
    }
    let isNewer = item.ordinal > other.item.ordinal
    switch (action, other.action) {
    case (.void, .void): tally.repeated += 1
    case (.void, _), (_, .void): tally.replaced += 1
    default: tally.replaced += 1
    }
    let wins = other.action == .void ? false : action == .void || isNewer
    if wins { held[serial] = HeldBack(item: item, action: action) }
  }

  /// Begins the next turn; false when everything is done. All lots of the turn before must have been dealt with.
  func turn() -> Bool {
    lock.withLock { _ in
      heldThisTurn = 0
      guard !isStopped else { return false }
      var items: [BatchItem] = []
      for (serial, entry) in held {
        switch entry.action {
        case .replaceOrVoid where alive[serial] != nil: tally.replaced += 1
        // The newer ticket may still come, or stand where an input broke off.
        case .replaceOrVoid where !isAtEnd: continue
        case .replaceOrVoid where isFailed: break
        case .issue where cancelled.contains(serial): tally.replaced += 1
        default: items.append(entry.item)
        }
        held[serial] = nil
      }
      if isAtEnd {
        tally.replaced += replacedUnissued.count
        replacedUnissued = []
      }
      items.sort { $0.ordinal < $1.ordinal }
      for index in items.indices { items[index].isSettled = true }
      settling = items[...]
      return !items.isEmpty || !isAtEnd
    }
  }
}
