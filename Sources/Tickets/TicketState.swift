/// What Secutix says of a ticket, order or change, in its own words.
///
/// The words come from the API (`VALID`, `NOT_PRINTED`, `CANCELLED`, `INVALIDATED`), from exports and access control
/// (`PRINTED`, `CONTROLLED`) and from webhooks (`PAID`, `MODIFIED`, `VALIDATED`, `CANCELED`, `ABANDONNED` — Secutix's
/// own spelling).
package enum TicketState: Sendable, Hashable {
  /// Sold and valid: PAID, PRINTED, VALID, MODIFIED.
  case valid
  /// NOT_PRINTED: sold; whether it has a barcode yet decides.
  case notPrinted
  /// VALIDATED, CONTROLLED: scanned at the entrance.
  case used
  /// INVALIDATED: replaced by a newer ticket of the same movement (a reprint or a reseat).
  case replaced
  /// CANCELLED, CANCELED, refund, exchange, ABANDONNED: the sale was undone.
  case cancelled
  /// A word nobody has explained; nothing may be concluded from it.
  case unknown(String)

  /// Reads one of Secutix's words; letter case and blanks around it do not matter.
  package init(word: String) {
    // Nearly every word comes as Secutix writes it, and there are millions of them.
    if let state = Self.state(exactly: word) {
      self = state
      return
    }
    let trimmed = String(word.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    self = Self.state(exactly: trimmed.uppercased()) ?? .unknown(trimmed)
  }

  private static func state(exactly word: String) -> TicketState? {
    switch word {
    case "PAID", "PRINTED", "VALID", "MODIFIED": .valid
    case "NOT_PRINTED": .notPrinted
    case "VALIDATED", "CONTROLLED": .used
    case "INVALIDATED": .replaced
    case "CANCELLED", "CANCELED", "REFUNDED", "REFUND", "EXCHANGED", "EXCHANGE", "ABANDONNED", "ABANDONED": .cancelled
    default: nil
    }
  }

  /// The word this state is written with in reports.
  package var word: String {
    switch self {
    case .valid: "VALID"
    case .notPrinted: "NOT_PRINTED"
    case .used: "CONTROLLED"
    case .replaced: "INVALIDATED"
    case .cancelled: "CANCELLED"
    case .unknown(let word): word
    }
  }
}

/// What a ticket's state means for its pass.
package enum PassAction: Sendable, Hashable {
  /// The pass is made, or brought up to date.
  case issue
  /// The pass is made or brought up to date, with the "used" look.
  case issueUsed
  /// There is no barcode yet: the ticket comes again later.
  case wait
  /// The movement's newer ticket takes over; if there is none, the pass is voided.
  case replaceOrVoid
  /// The pass is voided.
  case void
  /// Nothing may be done before Secutix has been asked.
  case ask
}

extension Ticket {
  /// The life of a pass in one table: what this ticket's state asks for.
  package var action: PassAction {
    switch state {
    case .valid: barcode == nil ? .wait : .issue
    case .notPrinted: barcode == nil ? .wait : .issue
    case .used: barcode == nil ? .wait : .issueUsed
    case .replaced: .replaceOrVoid
    case .cancelled: .void
    case .unknown: .ask
    }
  }
}
