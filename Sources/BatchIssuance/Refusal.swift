import PassBundle
import Passes
import Secutix

/// Why no pass was made of a record.
enum Refusal: Sendable {
  /// The record itself is not believed.
  case record(Rejection)
  /// A state no rule knows; only Secutix could say what it means.
  case unknownState(String)
  /// `--name` gives nothing a file could be called.
  case noFileName
  /// Another ticket of this run has the name.
  case fileNameTaken(String)
  /// The name belongs to a file that is not this ticket's pass.
  case fileIsForeign(String)
  /// The movement was cancelled earlier in this run, so no valid pass may be made of it.
  case cancelledAlready
  /// The ticket was invalidated earlier in this run, so no valid pass may be made of it.
  case invalidatedAlready
  /// Wallet would refuse the pass.
  case composition(CompositionError)

  var sentence: String {
    switch self {
    case .record(let rejection): rejection.sentence
    case .unknownState(let word):
      "nobody knows the state \(word); ask Secutix what it means, or correct it"
    case .noFileName:
      "--name gives this ticket no file name, or one that is too long; use a variable that every ticket has"
    case .fileNameTaken(let name):
      "the file name \(name) is that of another ticket already; add {{ ticket.movement }} to --name"
    case .fileIsForeign(let name):
      "\(name) is there already and is not this ticket's pass; move it away or choose another --out or --name"
    case .cancelledAlready: "the movement is cancelled by another row; remove the row that is out of date"
    case .invalidatedAlready: "the barcode is invalidated by another row; remove the row that is out of date"
    case .composition(let error): "\(error.place): \(error.sentence)"
    }
  }
}
