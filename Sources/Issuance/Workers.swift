import Logging
import ServiceLifecycle
import Synchronization

/// Jobs that this process has.
final class HeldJobs: Sendable {
  private struct State {
    /// Claimed and not begun.
    var next: [Job] = []
    var begun: [Claim: (job: Job, cancel: @Sendable () -> Void)] = [:]
    var isStopping = false
    var isGraceOver = false
  }

  /// A job given back may be had again before its first worker has left it.
  private struct Claim: Hashable {
    let job: Int64
    let number: Int?

    init(_ job: Job) {
      self.job = job.id
      number = job.lease?.claim
    }
  }

  private let state = Mutex(State())

  var all: [Job] { state.withLock { $0.next + $0.begun.values.map(\.job) } }
  var begunCount: Int { state.withLock { $0.begun.count } }
  var nextCount: Int { state.withLock { $0.next.count } }

  var isStopping: Bool {
    get { state.withLock { $0.isStopping } }
    set { state.withLock { $0.isStopping = newValue } }
  }

  var isGraceOver: Bool {
    get { state.withLock { $0.isGraceOver } }
    set { state.withLock { $0.isGraceOver = newValue } }
  }

  func add(_ jobs: [Job]) { state.withLock { $0.next += jobs } }

  /// The next to begin; nil when there is none, or enough are begun.
  func takeNext(limit: Int) -> Job? {
    state.withLock { state in
      state.begun.count < limit && !state.next.isEmpty ? state.next.removeFirst() : nil
    }
  }

  func takeAllNext() -> [Job] {
    state.withLock { state in
      defer { state.next = [] }
      return state.next
    }
  }

  func begin(_ job: Job, cancel: @escaping @Sendable () -> Void) {
    state.withLock { $0.begun[Claim(job)] = (job, cancel) }
  }

  func end(_ job: Job) { state.withLock { $0.begun[Claim(job)] = nil } }

  /// What is held and not among `kept` is another worker's by now.
  func lose(_ held: [Job], kept: [Job]) {
    let lost = Set(held.map { Claim($0) }).subtracting(kept.map { Claim($0) })
    if lost.isEmpty { return }
    let cancels = state.withLock { state in
      state.next.removeAll { lost.contains(Claim($0)) }
      return lost.compactMap { state.begun[$0]?.cancel }
    }
    for cancel in cancels { cancel() }
  }
}

extension IssuingService {
  /// Works until it is cancelled or asked to stop; what it has begun by then it ends or gives back.
  ///
  /// Asked to stop, it claims no more, gives back at once what it has not begun, and has `Settings.grace` for the rest.
  /// Cancelled, it gives everything back at once.
  public func run() async throws {
    let held = HeldJobs()
    await withGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        group.addTask { await self.renewLeases(of: held) }
        group.addTask { await self.forgetNowAndThen() }
        group.addTask { await self.noteDeliveriesNowAndThen() }
        for lane in 0..<settings.pushLanes {
          group.addTask { await self.pushDevices(lane: lane) { held.isStopping } }
        }
        while !held.isStopping, !Task.isCancelled {
          let pause = await claim(into: held)
          // Asked to stop while it claimed, it begins none of what it got.
          while !held.isStopping, let job = held.takeNext(limit: settings.concurrency) {
            // Of its own, so that one that lost its lease can be ended alone.
            let task = Task { await self.work(off: job) }
            held.begin(job) { task.cancel() }
            group.addTask {
              await withTaskCancellationHandler {
                await task.value
              } onCancel: {
                task.cancel()
              }
              held.end(job)
              self.wakeSignal.set()
            }
          }
          if pause != .zero { await sleepUntil(wakeSignal, atMost: pause) }
        }
        await giveBack(held.takeAllNext())
        if held.begunCount > 0, !Task.isCancelled {
          group.addTask {
            try? await self.sleep(self.settings.grace)
            held.isGraceOver = true
            self.wakeSignal.set()
          }
          while held.begunCount > 0, !held.isGraceOver, !Task.isCancelled { await wakeSignal.wait() }
        }
        group.cancelAll()
      }
    } onGracefulShutdown: {
      held.isStopping = true
      self.wakeSignal.set()
      self.wakePushes()
    }
    await noteDeliveries()
  }

  /// Takes what is due, as far as there is room.
  ///
  /// - Returns: how long to sleep at most; nothing when something was taken.
  private func claim(into held: HeldJobs) async -> Duration {
    // Ahead of the workers, so that one transaction takes several jobs.
    guard held.nextCount == 0 else { return settings.longestSleep }
    let now = clock()
    do throws(StoreError) {
      let jobs = try await store.claim(
        settings.concurrency, worker: settings.worker, leasedUntil: now + settings.lease.inMilliseconds, at: now)
      storeTrouble.end(logger)
      held.add(jobs)
      if !jobs.isEmpty { return held.begunCount < settings.concurrency ? .zero : settings.longestSleep }
      guard let due = try await store.nextDue() else { return settings.longestSleep }
      // What is due and was not to be had is another worker's in a moment: no reason to ask without a pause.
      return min(max(.milliseconds(due - now), .milliseconds(50)), settings.longestSleep)
    } catch {
      storeTrouble.begin(error, logger)
      return settings.storePause
    }
  }

  /// Sleeps until a signal is set, or the time is over.
  package func sleepUntil(_ signal: WakeSignal, atMost duration: Duration) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await signal.wait() }
      group.addTask { try? await self.sleep(duration) }
      await group.next()
      group.cancelAll()
    }
  }

  private func giveBack(_ jobs: [Job]) async {
    for job in jobs {
      do throws(StoreError) {
        try await store.release(job, at: clock(), reason: "the service was stopped", now: clock())
        figures.finished(.released)
      } catch {
        figures.finished(error == .leaseLost ? .lost : .unsaved)
      }
    }
  }

  private func renewLeases(of held: HeldJobs) async {
    while !Task.isCancelled {
      do {
        try await sleep(settings.lease / 3)
      } catch {
        return
      }
      let jobs = held.all
      if jobs.isEmpty { continue }
      do throws(StoreError) {
        let kept = try await store.renew(jobs, leasedUntil: clock() + settings.lease.inMilliseconds)
        // Those that ended meanwhile are not kept either; ending them again does nothing.
        held.lose(jobs, kept: kept)
      } catch {
        storeTrouble.begin(error, logger)
      }
    }
  }

  private func forgetNowAndThen() async {
    while !Task.isCancelled {
      do throws(StoreError) {
        let count = try await store.forget(finishedBefore: clock() - settings.keptJobs.inMilliseconds)
        if count > 0 { logger.info("forgot completed jobs", metadata: ["count": "\(count)"]) }
      } catch {
        storeTrouble.begin(error, logger)
      }
      do {
        try await sleep(settings.forgetInterval)
      } catch {
        return
      }
    }
  }
}
