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
  let work: Work
}

/// A few records that one worker deals with.
struct Lot {
  let number: Int
  let items: [BatchItem]
}

/// Reads the inputs, decides what each record asks for, and hands out lots.
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
  private var held: [(item: BatchItem, action: PassAction, serial: Int)] = []

  static let lotSize = 64
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
  /// Movements this run has dealt with, by the hash of their serial number.
  var serials: [Int: Int] { lock.withLock { _ in alive } }

  /// How refused records of an input are written.
  func rejects(of input: Int) -> (ExportFormat, RejectsWriter)? { lock.withLock { _ in writers[input] } }

  func shouldStop() -> Bool { stopWish() }

  func stop() { lock.withLock { _ in isStopped = true } }

  /// The next lot; nil at the end.
  func next() -> Lot? {
    lock.withLock { _ in
      var items: [BatchItem] = []
      while items.count < Self.lotSize, !isStopped {
        guard let record = nextRecord() else { break }
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
        work: action == .void || action == .replaceOrVoid ? .void : .issue)
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
      held.append((item, .issue, serial))
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
    held.append((item, action, serial))
    return nil
  }

  private func refusal(_ reason: Refusal, place: RecordPlace, raw: RawRecord) -> BatchItem {
    BatchItem(
      ticket: nil, serialNumber: "", file: "", place: place, raw: raw, input: input, work: .refuse(reason))
  }

  /// What is left to do when all records have been seen.
  func heldBack() -> [BatchItem] {
    lock.withLock { _ in
      tally.replaced += replacedUnissued.count
      replacedUnissued = []
      var items: [BatchItem] = []
      for (item, action, serial) in held {
        switch action {
        case .replaceOrVoid where alive[serial] != nil: tally.replaced += 1
        case .issue where cancelled.contains(serial): tally.repeated += 1
        default: items.append(item)
        }
      }
      held = []
      return items
    }
  }
}
