/// What became of the records of a run.
package struct BatchCounts: Sendable, Hashable {
  /// Records read, of whatever kind.
  package var read = 0
  /// Passes that were not there before.
  package var issued = 0
  /// Passes that said something else before.
  package var updated = 0
  /// Passes that were right already.
  package var unchanged = 0
  /// Passes that were there and are voided now: cancelled, or replaced without a newer ticket.
  package var voided = 0
  /// Records that no pass was made of; each is in the rejects file.
  package var rejected = 0
  /// Sold, but without a barcode yet.
  package var waiting = 0
  /// Cancelled, and no pass was ever made here.
  package var cancelled = 0
  /// Replaced by a newer ticket of the same movement, or never issued here.
  package var replaced = 0
  /// The same ticket once more.
  package var repeated = 0

  /// Passes the run dealt with one way or another.
  package var passes: Int { issued + updated + unchanged + voided }

  package init() {}
}

/// Something the run tells while it goes on.
package enum BatchEvent: Sendable {
  /// About the input; once per file.
  case notice(file: String, String)
  /// A record was refused.
  case rejected(place: String, reason: String)
  /// An input could not be read any further; what came before it stands.
  case inputStopped(String)
}

/// How a run ended.
package struct BatchSummary: Sendable {
  package var counts: BatchCounts
  package var seconds: Double
  /// The run was asked to stop before the input's end.
  package var wasInterrupted: Bool
  /// An input broke off.
  package var inputFailed: Bool
  /// Files with what was refused.
  package var rejectsFiles: [String]
  /// `.pkpasses` files written or kept.
  package var bundles: Int
}
