/// Why a store did not do what it was asked. Nothing was half done then, and nothing accepted before is lost.
package enum StoreError: Error, Sendable, Hashable {
  // What the machine has to mend; the store works again by itself once it has.
  /// No room is left.
  case full
  /// What it is kept in cannot be written.
  case readOnly
  /// Somebody else kept it locked for too long.
  case busy
  /// It cannot be reached: the file is gone or was replaced, the disk or the server does not answer.
  case unavailable(String)
  /// What it is kept in is damaged or is something else; restore a backup.
  case corrupt(String)
  /// A newer program has changed it in a way this one does not know.
  case tooNew
  /// Anything else the database says.
  case failed(String)

  // What the caller did.
  /// The job is no longer this worker's: its lease ran out and another has it, or it is finished.
  case leaseLost
  /// The tenant has no such job.
  case unknownJob
  /// A running job cannot be discarded by hand.
  case jobIsRunning
}

extension StoreError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .full: "the store is full; make room on its disk"
    case .readOnly: "the store cannot be written; check the permissions of its file and folder"
    case .busy: "the store is locked by another program"
    case .unavailable(let detail): "the store cannot be reached: \(detail)"
    case .corrupt(let detail): "the store is damaged: \(detail); restore a backup"
    case .tooNew: "the store was written by a newer version; use that version"
    case .failed(let detail): "the store failed: \(detail)"
    case .leaseLost: "another worker has the job by now"
    case .unknownJob: "there is no such job"
    case .jobIsRunning: "the job is running; wait until it ends"
    }
  }
}
