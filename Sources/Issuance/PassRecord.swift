import Foundation
package import Passes

/// A pass as the flows hand it to the store: composed, not yet signed.
package struct IssuedPass: Sendable, Hashable {
  /// What the holder can do with it.
  package enum State: String, Sendable, Hashable, CaseIterable {
    case valid, used, voided
  }

  package var serialNumber: String
  package var movement: String?
  package var ticket: String?
  /// The order's number.
  package var order: String?
  /// The order's secret id.
  package var orderSecret: String?
  /// The file's number.
  package var file: String?
  /// Name of the template it was composed with.
  package var template: String
  package var state: State
  /// Words for lists.
  package var event: String?
  package var seat: String?
  /// The files of its own, as in `PassContents`.
  package var rendered: [PassAssets.File]
  /// SHA-256 over the files it shares with others.
  package var assetsDigest: [UInt8]
  /// SHA-256 over everything that reaches the phone. While it stays, the pass has not changed.
  package var contentDigest: [UInt8]
  /// When its order was asked for at Secutix, in milliseconds since 1970: of two readings that cross, the later stays.
  package var asOf: Int64

  package init(
    serialNumber: String, movement: String? = nil, ticket: String? = nil, order: String? = nil,
    orderSecret: String? = nil, file: String? = nil, template: String, state: State, event: String? = nil,
    seat: String? = nil, rendered: [PassAssets.File], assetsDigest: [UInt8], contentDigest: [UInt8], asOf: Int64
  ) {
    self.serialNumber = serialNumber
    self.movement = movement
    self.ticket = ticket
    self.order = order
    self.orderSecret = orderSecret
    self.file = file
    self.template = template
    self.state = state
    self.event = event
    self.seat = seat
    self.rendered = rendered
    self.assetsDigest = assetsDigest
    self.contentDigest = contentDigest
    self.asOf = asOf
  }

  /// What `PassFilter.text` is looked for in. Made here, so that every store finds the same passes.
  package var searchableText: String {
    let words = [event, seat, serialNumber, movement, ticket, order, file].compactMap { $0 }
    return words.joined(separator: "\n").foldedForSearch
  }
}

/// What one reading of a file made, to be saved as a whole.
package struct IssuedFile: Sendable {
  /// The file's number; nil when nothing is said of a file as a whole.
  package var number: String?
  /// When Secutix was asked for it, in milliseconds since 1970.
  package var asOf: Int64
  package var passes: [IssuedPass]
  /// The files these passes share, by `IssuedPass.assetsDigest`; what the store has already it does not write again.
  package var assets: [[UInt8]: PassAssets]
  /// Of the request that the file was read for; nil when nobody says.
  package var correlationID: String?
  /// As in `FileRecord`.
  package var waiting = 0
  package var refused = 0
  /// How passes differ from those that were there when they were made, by serial number.
  package var differences: [String: Difference] = [:]

  /// How a pass differs from the one it takes the place of.
  package struct Difference: Sendable, Hashable {
    /// `IssuedPass.contentDigest` of the other one.
    package let from: [UInt8]
    /// As `PassEvent.detail` has it.
    package let detail: String

    package init(from: [UInt8], detail: String) {
      self.from = from
      self.detail = detail
    }
  }

  package init(
    number: String? = nil, asOf: Int64 = 0, passes: [IssuedPass] = [], assets: [[UInt8]: PassAssets] = [:],
    correlationID: String? = nil
  ) {
    self.correlationID = correlationID
    self.number = number
    self.asOf = asOf
    self.passes = passes
    self.assets = assets
  }
}

/// A file as it was read last.
package struct FileRecord: Sendable, Hashable {
  /// When Secutix was asked for it, in milliseconds since 1970.
  package let asOf: Int64
  /// Tickets that had no barcode yet.
  package let waiting: Int
  /// Tickets that nobody could make a pass of.
  package let refused: Int

  package init(asOf: Int64, waiting: Int, refused: Int) {
    self.asOf = asOf
    self.waiting = waiting
    self.refused = refused
  }
}

/// A pass as the store remembers it.
package struct PassRecord: Sendable, Hashable {
  package let tenant: String
  package let pass: IssuedPass
  /// Higher than that of every pass that changed before, of any tenant. Whoever has seen one never meets a lower one
  /// later: Apple's `passesUpdatedSince`.
  package let updateTag: Int64
  /// When its content changed last, in milliseconds since 1970.
  package let changedAt: Int64
  /// Milliseconds since 1970.
  package let createdAt: Int64
  /// Of the request that led to its last change; nil when nobody said.
  package let correlationID: String?
  /// What its holder entered; from then on the pass goes without the form that asked for it.
  package let personalization: Personalization?

  package init(
    tenant: String, pass: IssuedPass, updateTag: Int64, changedAt: Int64, createdAt: Int64,
    correlationID: String? = nil, personalization: Personalization? = nil
  ) {
    self.correlationID = correlationID
    self.personalization = personalization
    self.tenant = tenant
    self.pass = pass
    self.updateTag = updateTag
    self.changedAt = changedAt
    self.createdAt = createdAt
  }
}

/// What a holder entered into a pass's form (`personalization.json`).
package struct Personalization: Sendable, Hashable {
  /// Milliseconds since 1970.
  package let at: Int64
  /// A JSON object of names and texts, as Apple names them: `emailAddress`, `fullName` and so on.
  package let info: String

  package init(at: Int64, info: String) {
    self.at = at
    self.info = info
  }
}

/// What came of an entry into a pass's form.
package enum PersonalizationOutcome: Sendable, Hashable {
  case new
  /// It was personalized before; what was entered then stays.
  case known
  case noPass
}

/// Which passes to list.
package struct PassFilter: Sendable, Hashable {
  /// Empty: in any state.
  package var states: Set<IssuedPass.State>
  package var template: String?
  /// Words that must all be in the event, seat or one of the numbers; case and accents do not matter.
  package var text: String?

  package init(states: Set<IssuedPass.State> = [], template: String? = nil, text: String? = nil) {
    self.states = states
    self.template = template
    self.text = text
  }

  /// The words of `text`, ready to be looked for in `IssuedPass.searchableText`.
  package var searchWords: [String] {
    (text ?? "").foldedForSearch.split(whereSeparator: \.isWhitespace).map(String.init)
  }
}

/// A part of a list of passes, newest pass first.
package struct PassPage: Sendable, Hashable {
  package let records: [PassRecord]
  /// How many the filter lets through altogether.
  package let total: Int

  package init(records: [PassRecord], total: Int) {
    self.records = records
    self.total = total
  }
}

extension String {
  fileprivate var foldedForSearch: String {
    folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
  }
}
