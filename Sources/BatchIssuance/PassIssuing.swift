import Glibc
import PassBundle
import Passes
import Secutix
import Tickets

/// What came of one record.
struct Outcome: Sendable {
  enum Result: Sendable {
    case issued, updated, unchanged, voided
    /// Waits until all rows have been seen.
    case postponed
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
    let existing: [UInt8]?
    do {
      existing = try folder.read(item.file)
    } catch .system(_, _, let code) where PassFolder.isNoPlaceForFile(code) {
      return Outcome(item: item, result: .refused(.fileIsForeign(item.file)), row: nil)
    }
    let contents: PassContents
    do {
      contents = try template.contents(
        for: ticket, issuer: run.issuer, serialNumber: item.serialNumber,
        authenticationToken: run.keys.authenticationToken(serialNumber: item.serialNumber), isVoided: isVoided)
    } catch {
      // A cancellation often says no more than that; the pass must go all the same.
      let voided = isVoided ? existing.flatMap { voidedPass($0, item, ticket) } : nil
      guard let voided else { return Outcome(item: item, result: .refused(.composition(error)), row: nil) }
      contents = voided
    }
    if let existing, let outcome = try judge(existing, item, ticket, contents, sealer) { return outcome }
    let time = run.options.signingTime ?? Int64(now())
    var sha256: [UInt8] = []
    do {
      if !run.options.isDryRun {
        let written = try sealer.withSealed(contents, at: time) { bytes -> Swift.Result<Void, BatchError> in
          sha256 = Digest.sha256(bytes)
          return Swift.Result { () throws(BatchError) in
            try folder.write(bytes, to: item.file, worker: worker, replaces: existing != nil)
          }
        }
        try written.get()
      }
    } catch let error as BatchError {
      // Someone else's pass got the name a moment ago.
      if case .system(_, _, EEXIST) = error {
        return Outcome(item: item, result: .refused(.fileIsForeign(item.file)), row: nil)
      }
      throw error
    } catch let error as SealingError {
      throw .sealing(error)
    } catch {
      throw .system("sealing", path: item.file, code: 0)
    }
    let result: Outcome.Result = isVoided ? .voided : existing == nil ? .issued : .updated
    return Outcome(item: item, result: result, row: row(item, ticket, sha256: sha256, isVoided: isVoided))
  }

  private func voidedPass(_ existing: [UInt8], _ item: BatchItem, _ ticket: Ticket) -> PassContents? {
    let pictures = template.pictures(
      for: ticket, issuer: run.issuer, serialNumber: item.serialNumber, isVoided: true)
    return PassContents(voiding: existing, serialNumber: item.serialNumber, pictures: pictures)
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
    if !PassFolder.isPass(existing, serialNumber: item.serialNumber), !Self.isTorn(existing) {
      return Outcome(item: item, result: .refused(.fileIsForeign(item.file)), row: nil)
    }
    return item.isSettled ? nil : Outcome(item: item, result: .postponed, row: nil)
  }

  /// Whether a power cut may have left the file: empty, nothing but zeros, or an archive without its end. It is nobody's.
  private static func isTorn(_ bytes: [UInt8]) -> Bool {
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      // The end record may be followed by a comment of up to 65,535 bytes.
      return !Array(bytes.suffix(22 + 65_535)).holds([0x50, 0x4B, 0x05, 0x06])
    }
    return bytes.allSatisfy { $0 == 0 }
  }

  private func row(_ item: BatchItem, _ ticket: Ticket, sha256: [UInt8], isVoided: Bool) -> [UInt8] {
    PassesTable.row(
      order: PassFileName.order(of: ticket) ?? "", movement: ticket.movement ?? "", serialNumber: item.serialNumber,
      file: item.file, sha256: Digest.hex(sha256), state: isVoided ? "voided" : ticket.state == .used ? "used" : "valid"
    )
  }
}
