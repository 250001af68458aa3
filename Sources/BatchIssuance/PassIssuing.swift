import Glibc
import PassBundle
import Passes
import Secutix
import Tickets

/// What came of one record.
struct Outcome: Sendable {
  enum Result: Sendable {
    case issued, updated, unchanged, voided
    case refused(Refusal)
  }

  let item: BatchItem
  let result: Result
  /// The pass's row in the table; nil when there is no pass.
  let row: [UInt8]?
}

/// Makes one pass: composes, compares with what is there, seals, writes.
struct PassIssuing: Sendable {
  let run: BatchRun
  let template: PassTemplate
  let folder: PassFolder
  let now: @Sendable () -> Double

  init(run: BatchRun, folder: PassFolder, now: @escaping @Sendable () -> Double) {
    self.init(run: run, template: run.template, folder: folder, now: now)
  }

  private init(
    run: BatchRun, template: PassTemplate, folder: PassFolder, now: @escaping @Sendable () -> Double
  ) {
    self.run = run
    self.template = template
    self.folder = folder
    self.now = now
  }

  /// For a worker of its own, see `PassTemplate.separateCopy`.
  func separateCopy() -> PassIssuing {
    PassIssuing(run: run, template: template.separateCopy(), folder: folder, now: now)
  }

  /// - Throws: `BatchError` for what concerns every pass: a full disk, a key that cannot sign.
  func outcome(of item: BatchItem, sealer: Sealer, worker: Int) throws(BatchError) -> Outcome {
    let isVoided: Bool
    switch item.work {
    case .refuse(let refusal): return Outcome(item: item, result: .refused(refusal), row: nil)
    case .issue: isVoided = false
    case .void: isVoided = true
    }
    guard let ticket = item.ticket else { return Outcome(item: item, result: .refused(.noFileName), row: nil) }
    let contents: PassContents
    do {
      contents = try template.contents(
        for: ticket, issuer: run.issuer, serialNumber: item.serialNumber,
        authenticationToken: run.keys.authenticationToken(serialNumber: item.serialNumber), isVoided: isVoided)
    } catch {
      return Outcome(item: item, result: .refused(.composition(error)), row: nil)
    }
    let existing = try folder.read(item.file)
    if let existing, let outcome = try judge(existing, item, ticket, contents, sealer) { return outcome }
    let time = run.options.signingTime ?? Int64(now())
    var sha256: [UInt8] = []
    do {
      if !run.options.isDryRun {
        let written = try sealer.withSealed(contents, at: time) { bytes -> Swift.Result<Void, BatchError> in
          sha256 = Digest.sha256(bytes)
          return Swift.Result { () throws(BatchError) in try folder.write(bytes, to: item.file, worker: worker) }
        }
        try written.get()
      }
    } catch let error as BatchError {
      throw error
    } catch let error as SealingError {
      throw .sealing(error)
    } catch {
      throw .system("sealing", path: item.file, code: 0)
    }
    let result: Outcome.Result = isVoided ? .voided : existing == nil ? .issued : .updated
    return Outcome(item: item, result: result, row: row(item, ticket, sha256: sha256, isVoided: isVoided))
  }

  /// What to do about a file that is there already: nil to write it anew.
  private func judge(
    _ existing: [UInt8], _ item: BatchItem, _ ticket: Ticket, _ contents: PassContents, _ sealer: Sealer
  ) throws(BatchError) -> Outcome? {
    do {
      let isCurrent = try existing.withUnsafeBytes { raw in
        Swift.Result { () throws(SealingError) in try sealer.isCurrent(raw, contents) }
      }.get()
      if isCurrent {
        let row = row(item, ticket, sha256: Digest.sha256(existing), isVoided: contents.isVoided)
        return Outcome(item: item, result: .unchanged, row: row)
      }
    } catch {
      throw .sealing(error)
    }
    // A file without the end record of an archive is what a power cut leaves; it is nobody's.
    let isArchive = existing.count >= 22 && existing.suffix(22).starts(with: [0x50, 0x4B, 0x05, 0x06])
    if isArchive, !Self.contains(existing, "\"serialNumber\":\"\(item.serialNumber)\"") {
      return Outcome(item: item, result: .refused(.fileIsForeign(item.file)), row: nil)
    }
    return nil
  }

  private static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard bytes.count >= wanted.count else { return false }
    return bytes.withUnsafeBytes { raw in
      (0...raw.count - wanted.count).contains { start in
        raw[start] == wanted[0] && raw[start..<start + wanted.count].elementsEqual(wanted)
      }
    }
  }

  private func row(_ item: BatchItem, _ ticket: Ticket, sha256: [UInt8], isVoided: Bool) -> [UInt8] {
    PassesTable.row(
      order: ticket.order.id ?? "", movement: ticket.movement ?? "", serialNumber: item.serialNumber, file: item.file,
      sha256: Digest.hex(sha256), state: isVoided ? "voided" : ticket.state == .used ? "used" : "valid")
  }
}
