import Foundation
package import PassBundle
package import Passes
package import Secutix
import Synchronization
import Tickets

/// One run from order exports on disk to a folder of signed passes.
///
/// Workers take records in small lots off one reader, make and seal the passes, and hand the results back in the order of
/// the input. Memory does not grow with the input, but for some fifty bytes a movement that tell whether it came before.
package struct BatchRun: Sendable {
  package struct Options: Sendable {
    package var fileName: PassFileName
    /// Also make one `.pkpasses` per order.
    package var bundlesOrders = false
    package var workers = 1
    /// Seconds since 1970; nil signs each pass with the time it is made.
    package var signingTime: Int64?
    /// Make every pass, sign and write none.
    package var isDryRun = false
    /// Where refused records go; a number is put before its extension for the second input on.
    package var rejectsPath: String?

    package init(fileName: PassFileName) {
      self.fileName = fileName
    }
  }

  /// Where records come from.
  package struct Input: Sendable {
    package let name: String
    package let open: @Sendable () throws(ExportError) -> ExportReader
    /// The file itself, so that it is never deleted as a rejects file of old.
    package let path: String?

    package init(
      name: String, path: String?, open: @escaping @Sendable () throws(ExportError) -> ExportReader
    ) {
      self.name = name
      self.path = path
      self.open = open
    }
  }

  package let template: PassTemplate
  package let identity: SigningIdentity
  package let issuer: PassIssuer
  package let keys: PassKeys
  package let options: Options

  package init(
    template: PassTemplate, identity: SigningIdentity, issuer: PassIssuer, keys: PassKeys, options: Options
  ) {
    self.template = template
    self.identity = identity
    self.issuer = issuer
    self.keys = keys
    self.options = options
  }

  /// Runs to the end of the inputs, or until `shouldStop` says so.
  ///
  /// - Parameters:
  ///   - now: the clock, in seconds since 1970.
  ///   - progress: called about ten times a second.
  /// - Throws: `BatchError` when the folder cannot be written or nothing can be signed.
  package func callAsFunction(
    _ inputs: [Input], into folder: PassFolder, now: @escaping @Sendable () -> Double,
    shouldStop: @escaping @Sendable () -> Bool, progress: (BatchCounts) -> Void,
    events: @escaping @Sendable (BatchEvent) -> Void
  ) throws(BatchError) -> BatchSummary {
    let start = now()
    let prepared: PreparedAssets
    do {
      prepared = try PreparedAssets(template.assets)
    } catch {
      throw .sealing(error)
    }
    let issuing = PassIssuing(run: self, folder: folder, now: now)
    let intake = Intake(run: self, folder: folder, inputs: inputs, shouldStop: shouldStop, events: events)
    let ledger = try Ledger(run: self, folder: folder, intake: intake, inputs: inputs, events: events)

    repeat {
      runWorkers {
        Self.work(intake, ledger, issuing, prepared, worker: $0)
      } meanwhile: {
        progress(ledger.counts(reading: intake.counts))
      }
      if let failure = ledger.failure {
        ledger.discard()
        throw failure
      }
      try ledger.flush()
    } while try intake.turn()
    try ledger.finish(isWhole: !intake.wasStopped && !intake.hasFailed)
    let bundles = intake.wasStopped ? 0 : try ledger.writeBundles(shouldStop: shouldStop)
    return BatchSummary(
      counts: ledger.counts(reading: intake.counts), seconds: now() - start,
      wasInterrupted: intake.wasStopped || (options.bundlesOrders && shouldStop()), inputFailed: intake.hasFailed,
      rejectsFiles: ledger.rejectsFiles, bundles: bundles)
  }

  /// Blocking C belongs on threads of its own, one for each core.
  private func runWorkers(_ work: @escaping @Sendable (Int) -> Void, meanwhile: () -> Void) {
    let finished = NSCondition()
    let running = Mutex(options.workers)
    for worker in 0..<options.workers {
      let thread = Thread {
        work(worker)
        finished.lock()
        running.withLock { $0 -= 1 }
        finished.broadcast()
        finished.unlock()
      }
      thread.stackSize = 4 << 20
      thread.name = "passmint \(worker)"
      thread.start()
    }
    finished.lock()
    while running.withLock({ $0 }) > 0 {
      _ = finished.wait(until: Date(timeIntervalSinceNow: 0.1))
      finished.unlock()
      meanwhile()
      finished.lock()
    }
    finished.unlock()
  }

  private static func work(
    _ intake: Intake, _ ledger: Ledger, _ issuing: PassIssuing, _ prepared: PreparedAssets, worker: Int
  ) {
    let sealer: Sealer
    do {
      sealer = try Sealer(identity: issuing.run.identity, prepared: prepared)
    } catch {
      ledger.fail(.sealing(error))
      return
    }
    let issuing = issuing.separateCopy()
    while ledger.failure == nil, let lot = intake.next() {
      var outcomes: [Outcome] = []
      outcomes.reserveCapacity(lot.items.count)
      for item in lot.items {
        if intake.shouldStop() {
          intake.stop()
          break
        }
        do throws(BatchError) {
          outcomes.append(try issuing.outcome(of: item, sealer: sealer, worker: worker))
        } catch {
          ledger.fail(error)
          break
        }
      }
      ledger.take(outcomes, number: lot.number)
    }
  }
}
