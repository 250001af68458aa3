package import Secutix

/// An order of a tenant: what a job is about, and what two jobs may not work on at once.
///
/// Secutix names an order by its secret or by its number. The store cannot know that two such names are one order; the
/// flows read the same passes under either, and `IssuedPass.asOf` keeps the later reading.
package struct OrderKey: Sendable, Hashable {
  package let tenant: String
  package let order: OrderChange.Order

  package init(tenant: String, order: OrderChange.Order) {
    self.tenant = tenant
    self.order = order
  }
}

extension OrderChange.Order {
  /// The order as one text, the way stores keep it: `secret:…` or `id:…`.
  ///
  /// No database keeps a zero in a text, and SQLite would end the text there: two tokens would be one order.
  package var storedName: String {
    switch self {
    case .secretToken(let token):
      "secret:" + (token.utf8.contains(0) ? token.replacing("\0", with: "\u{FFFD}") : token)
    case .id(let id): "id:\(id)"
    }
  }

  /// Reads what `storedName` wrote; nil for anything else.
  package init?(storedName: String) {
    if storedName.hasPrefix("secret:") {
      self = .secretToken(String(storedName.dropFirst("secret:".count)))
    } else if storedName.hasPrefix("id:"), let id = Int64(storedName.dropFirst("id:".count)) {
      self = .id(id)
    } else {
      return nil
    }
  }
}

/// Where a job stands; <doc:Jobs> draws the ways between.
package enum JobState: String, Sendable, Hashable, CaseIterable {
  /// Waits for its time, which is usually now.
  case available
  /// A worker has it, as long as its lease lasts.
  case running
  /// Nothing is left to do: it did its work or, with a reason, a later job of the same order does it.
  case completed
  /// Failed, and waits for another attempt.
  case retryable
  /// Given up, with a reason; a person may replay it.
  case discarded

  /// Whether it will run by itself. One job at most of each order waits.
  package var isWaiting: Bool { self == .available || self == .retryable }
  package var isFinished: Bool { self == .completed || self == .discarded }
}

/// One order to be fetched again.
package struct Job: Sendable, Hashable {
  /// Who has a running job.
  package struct Lease: Sendable, Hashable {
    package let worker: String
    /// When others may take the job: milliseconds since 1970.
    package let until: Int64
    /// Which claim of this job it is, counted from one: what tells a worker that comes back late from the one that
    /// took over, even if both have one name.
    package let claim: Int

    package init(worker: String, until: Int64, claim: Int) {
      self.worker = worker
      self.until = until
      self.claim = claim
    }
  }

  /// Grows with every new job and is never used again.
  package let id: Int64
  package let key: OrderKey
  /// Follows the request that made the job through logs, calls and passes.
  package let correlationID: String
  package let state: JobState
  /// How often it was begun, without what was released. A worker that dies has begun it too.
  package let attempts: Int
  /// Not to be begun before: milliseconds since 1970.
  package let runAt: Int64
  /// The newest `lastUpdate` it answers for, in milliseconds since 1970 by Secutix's clock; nil if no change had one.
  package let newestUpdate: Int64?
  /// Set exactly while running.
  package let lease: Lease?
  /// Why it failed last, or was given up.
  package let reason: String?
  /// Milliseconds since 1970.
  package let createdAt: Int64
  /// Set exactly when completed or discarded.
  package let finishedAt: Int64?

  package init(
    id: Int64, key: OrderKey, correlationID: String, state: JobState, attempts: Int, runAt: Int64, newestUpdate: Int64?,
    lease: Lease?, reason: String?, createdAt: Int64, finishedAt: Int64?
  ) {
    self.id = id
    self.key = key
    self.correlationID = correlationID
    self.state = state
    self.attempts = attempts
    self.runAt = runAt
    self.newestUpdate = newestUpdate
    self.lease = lease
    self.reason = reason
    self.createdAt = createdAt
    self.finishedAt = finishedAt
  }
}

/// Which jobs to list.
package struct JobFilter: Sendable, Hashable {
  /// Nil: of all tenants.
  package var tenant: String?
  /// Empty: in any state.
  package var states: Set<JobState> = []
  /// Nil: of any order.
  package var order: OrderChange.Order?
  /// Goes on behind the last job of the list before; jobs come newest first.
  package var before: Int64?
  package var limit = 100

  package init(
    tenant: String? = nil, states: Set<JobState> = [], order: OrderChange.Order? = nil, before: Int64? = nil,
    limit: Int = 100
  ) {
    self.tenant = tenant
    self.states = states
    self.order = order
    self.before = before
    self.limit = limit
  }
}

/// How much there is to do.
package struct JobSummary: Sendable, Hashable {
  /// Every state has its count.
  package let counts: [JobState: Int]
  /// Since when the oldest waiting job could have run, in milliseconds since 1970; later than now if all wait for their
  /// time, nil if none waits. What lies in the past is the queue's age.
  package let oldestRunAt: Int64?

  package init(counts: [JobState: Int], oldestRunAt: Int64?) {
    self.counts = JobState.allCases.reduce(into: counts) { $0[$1, default: 0] += 0 }
    self.oldestRunAt = oldestRunAt
  }
}

/// A change as it was received, kept to answer “what did Secutix say?”.
package struct RecordedChange: Sendable, Hashable {
  package let ticketID: Int64?
  package let movementID: Int64?
  /// Secutix's word.
  package let state: String
  /// Milliseconds since 1970, by Secutix's clock.
  package let lastUpdate: Int64?
  /// How often the very same row came.
  package let times: Int
  /// Milliseconds since 1970.
  package let firstReceivedAt: Int64
  package let lastReceivedAt: Int64
  /// Of the request that brought it first.
  package let correlationID: String

  package init(
    ticketID: Int64?, movementID: Int64?, state: String, lastUpdate: Int64?, times: Int, firstReceivedAt: Int64,
    lastReceivedAt: Int64, correlationID: String
  ) {
    self.ticketID = ticketID
    self.movementID = movementID
    self.state = state
    self.lastUpdate = lastUpdate
    self.times = times
    self.firstReceivedAt = firstReceivedAt
    self.lastReceivedAt = lastReceivedAt
    self.correlationID = correlationID
  }
}
