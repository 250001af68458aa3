import JSON
import Logging
import PassBundle
import Passes
import Secutix
import Tickets

/// What a reading of a file makes of its passes.
struct FilePasses: Sendable {
  var issued: IssuedFile
  /// As in `FileRecord`.
  var waiting: Int { issued.waiting }
  var refused: Int { issued.refused }
  /// What tickets can become no pass for: sentences without barcodes and names.
  var problems: [String] = []
  /// States from which nothing follows, as Secutix writes them.
  var unknownStates: [String] = []

  /// Of all problems, for a job's reason.
  var problemText: String {
    let more = problems.count > 5 ? " … and \(problems.count - 5) more" : ""
    return problems.prefix(5).joined(separator: "; ") + more
  }

  /// What a person should know of tickets that nobody is wrong about; nil when there are none.
  var noticeText: String? {
    guard let first = unknownStates.first else { return nil }
    let more = unknownStates.count > 1 ? " and \(unknownStates.count - 1) more tickets" : ""
    return "Secutix says \(first) of a ticket\(more), from which nothing follows: what was issued stays"
  }
}

/// Turns what Secutix says of a file into passes: the life of a pass as code.
struct FileIssuing {
  let service: IssuingService
  let tenant: Tenant
  let reading: FileReading
  let logger: Logger
  private var passes: [String: IssuedPass] = [:]
  /// The passes that are there, by serial number.
  private var known: [String: PassRecord] = [:]
  /// In the order in which the tickets stand in the answer.
  private var serials: [String] = []
  private var result: FilePasses

  init(service: IssuingService, tenant: Tenant, reading: FileReading, logger: Logger) {
    self.service = service
    self.tenant = tenant
    self.reading = reading
    self.logger = logger
    result = FilePasses(
      issued: IssuedFile(
        number: reading.details.fileID, asOf: reading.asOf, correlationID: reading.correlationID))
  }

  /// - Throws: when the store does not tell what there is.
  mutating func passesOfFile() async throws(IssuingError) -> FilePasses {
    let details = reading.details
    result.issued.waiting = details.waiting
    for rejection in details.refused { refuse(rejection) }
    let tickets = newest(details.tickets)
    known = try await knownPasses()
    let isUndone = isCancelled(details.fileState) || details.orders.contains { isCancelled($0.state) }
    if isUndone || tickets.contains(where: { $0.ticket.isUndone && known[$0.serialNumber] == nil }) {
      // An earlier reading may be on its way to the store with a pass that this one finds undone. From here on it comes
      // too late, and what it saved before is seen.
      try await noteReading()
      known = try await knownPasses()
    }
    for (serialNumber, ticket) in tickets {
      switch ticket.action {
      case .issue, .issueUsed: compose(ticket, serialNumber, isVoided: false)
      case .wait: result.issued.waiting += 1
      case .void, .replaceOrVoid:
        // The reader has given a replaced ticket its newer one, where there is one.
        let store = service.store
        let id = tenant.id
        if known[serialNumber] == nil {
          known[serialNumber] = try await service.stored { () async throws(StoreError) in
            try await store.pass(serialNumber: serialNumber, tenant: id)
          }
        }
        // What was never issued is not made only to be void.
        guard let record = known[serialNumber] else { continue }
        if !compose(ticket, serialNumber, isVoided: true) {
          try await voidAsItIs(record, ticket: ticket, serialNumber)
        }
      case .ask:
        result.unknownStates.append(Self.quoted(ticket.stateWord))
        if known[serialNumber] == nil { result.issued.refused += 1 }
      }
    }
    try await settleMissing(answered: Set(tickets.map(\.serialNumber)))
    result.issued.passes = serials.compactMap { passes[$0] }
    return result
  }

  /// Each movement once. Where an answer tells of one twice, the newer ticket counts, and of the same ticket what
  /// undoes it.
  private func newest(_ tickets: [Ticket]) -> [(serialNumber: String, ticket: Ticket)] {
    var order: [String] = []
    var newest: [String: Ticket] = [:]
    for ticket in tickets {
      let serialNumber = tenant.keys.serialNumber(of: ticket)
      guard let other = newest[serialNumber] else {
        order.append(serialNumber)
        newest[serialNumber] = ticket
        continue
      }
      func rank(_ ticket: Ticket) -> (Int64, Int) {
        (ticket.id.flatMap { Int64($0) } ?? 0, ticket.isUndone ? 1 : 0)
      }
      if rank(ticket) >= rank(other) { newest[serialNumber] = ticket }
    }
    return order.compactMap { serial in newest[serial].map { (serial, $0) } }
  }

  /// Writes down when the file was read: no earlier reading of it is saved any more.
  private func noteReading() async throws(IssuingError) {
    guard let number = reading.details.fileID else { return }
    let file = IssuedFile(number: number, asOf: reading.asOf)
    let (service, id) = (service, tenant.id)
    _ = try await service.stored { () async throws(StoreError) in
      try await service.store.save(file, tenant: id, at: service.clock())
    }
  }

  /// The passes that are there of this file, or of its orders where it has no number.
  private func knownPasses() async throws(IssuingError) -> [String: PassRecord] {
    let property: [PassProperty]
    if let file = reading.details.fileID {
      property = [.file(file)]
    } else {
      property = reading.details.orders.compactMap(\.id).map { .order($0) }
    }
    var known: [String: PassRecord] = [:]
    let store = service.store
    let id = tenant.id
    for property in property {
      let records = try await service.stored { () async throws(StoreError) in
        try await store.passes(property, tenant: id)
      }
      for record in records { known[record.pass.serialNumber] = record }
    }
    return known
  }

  // MARK: One pass

  /// - Returns: whether there is a pass.
  @discardableResult
  private mutating func compose(_ ticket: Ticket, _ serialNumber: String, isVoided: Bool) -> Bool {
    let route = tenant.routing.route(for: ticket, tenant: tenant.name)
    for notice in route.notices {
      logger.warning("\(notice.sentence)", metadata: ["serial": "\(serialNumber)"])
    }
    do throws(CompositionError) {
      let contents = try route.template.contents(
        for: ticket, issuer: tenant.issuer, serialNumber: serialNumber,
        authenticationToken: authenticationToken(serialNumber), isVoided: isVoided)
      let digest = service.assetDigests.digest(of: contents.assets)
      service.keep(contents.assets, digest: digest)
      add(
        IssuedPass(
          serialNumber: serialNumber, movement: ticket.movement, ticket: ticket.id, order: ticket.order.id,
          orderSecret: ticket.order.secret, file: ticket.file.id ?? reading.details.fileID,
          template: route.template.name,
          state: isVoided ? .voided : ticket.state == .used ? .used : .valid, event: ticket.event.name?.text,
          seat: ticket.seat.words, rendered: contents.rendered, assetsDigest: digest,
          contentDigest: IssuedPass.contentDigest(assets: digest, rendered: contents.rendered), asOf: reading.asOf),
        contents.assets)
      return true
    } catch {
      if !isVoided { refuse(serialNumber, "\(route.template.name)/\(error.place): \(error.safeSentence)") }
      return false
    }
  }

  /// What the phone will show. A phone takes no update with another token than its pass has: while a tenant's secret is
  /// being changed, a pass keeps the one it was made with.
  private func authenticationToken(_ serialNumber: String) -> String? {
    let keys = tenant.keys
    if keys.isBeingChanged, let json = known[serialNumber]?.pass.rendered.first(where: { $0.path == "pass.json" }),
      let own = (try? JSONValue(parsing: json.bytes))?["authenticationToken"]?.stringValue,
      keys.accepts(authenticationToken: own, serialNumber: serialNumber)
    {
      return own
    }
    return keys.authenticationToken(serialNumber: serialNumber)
  }

  /// Voids what was issued, though the ticket now says too little to compose it anew.
  private mutating func voidAsItIs(
    _ record: PassRecord, ticket: Ticket?, _ serialNumber: String
  ) async throws(IssuingError) {
    var pass = record.pass
    pass.asOf = reading.asOf
    pass.state = .voided
    guard let index = pass.rendered.firstIndex(where: { $0.path == "pass.json" }),
      let json = PassContents.voided(passJSON: pass.rendered[index].bytes, serialNumber: serialNumber)
    else {
      refuse(serialNumber, "what was issued cannot be read, so it cannot be voided")
      return
    }
    pass.rendered[index] = PassAssets.File(path: "pass.json", bytes: json)
    var own: PassAssets?
    if let ticket {
      let template = tenant.routing.template(for: ticket, tenant: tenant.name)
      let pictures = template.pictures(
        for: ticket, issuer: tenant.issuer, serialNumber: serialNumber, isVoided: true)
      if !pictures.isEmpty, let shared = try await service.assets(of: record) {
        var files = PassFiles()
        for file in shared.files { files[file.path] = file.bytes }
        for (slot, picture) in pictures { _ = files.put(picture, in: slot) }
        let assets = PassAssets(files, isShared: false)
        pass.assetsDigest = service.assetDigests.digest(of: assets)
        own = assets
      }
    }
    pass.contentDigest = IssuedPass.contentDigest(assets: pass.assetsDigest, rendered: pass.rendered)
    add(pass, own)
  }

  /// Passes of this file whose movement Secutix no longer tells of. That alone voids nothing: an answer may be short for
  /// many reasons.
  private mutating func settleMissing(
    answered: Set<String>
  ) async throws(IssuingError) {
    let details = reading.details
    let missing = known.filter { !answered.contains($0.key) && $0.value.pass.state != .voided }
    // What was refused and has its pass from before is among them.
    if !details.refused.isEmpty { result.issued.refused = max(0, result.issued.refused - missing.count) }
    for (serialNumber, record) in missing {
      let order = details.orders.first { $0.id != nil && $0.id == record.pass.order }
      if isCancelled(details.fileState) || isCancelled(order?.state) {
        try await voidAsItIs(record, ticket: nil, serialNumber)
      } else if details.refused.isEmpty {
        // Of what was refused nobody knows which pass it is.
        logger.warning(
          "Secutix no longer tells of a pass's movement, and not that it was cancelled: the pass stays",
          metadata: ["serial": "\(serialNumber)"])
      }
    }
  }

  private func isCancelled(_ word: String?) -> Bool { word.map { TicketState(word: $0) == .cancelled } ?? false }

  private mutating func add(_ pass: IssuedPass, _ assets: PassAssets?) {
    if passes.updateValue(pass, forKey: pass.serialNumber) == nil { serials.append(pass.serialNumber) }
    note(pass, assets)
    if let assets { result.issued.assets[pass.assetsDigest] = assets }
  }

  /// Works out what is another than before. Here, and not when it is saved: the store has one writer.
  private mutating func note(_ pass: IssuedPass, _ assets: PassAssets?) {
    result.issued.differences[pass.serialNumber] = nil
    guard let old = known[pass.serialNumber]?.pass, old.contentDigest != pass.contentDigest else { return }
    let difference = PassDifference(from: old.rendered, to: pass.rendered, shared: assets, language: nil)
    var changes = difference.changes.map(\.asJSON)
    if old.assetsDigest != pass.assetsDigest {
      changes.append([
        "subject": "image", "effect": "changed", "place": "", "label": "what the template's passes share",
      ])
    }
    result.issued.differences[pass.serialNumber] = .init(
      from: old.contentDigest, detail: String(decoding: JSONValue.array(changes).serialized(), as: UTF8.self))
  }

  // MARK: What cannot be

  private static func quoted(_ word: String) -> String { "“\(word.filter { !$0.isNewline }.prefix(40))”" }

  private mutating func refuse(_ serialNumber: String, _ sentence: String) {
    logger.error("\(sentence)", metadata: ["serial": "\(serialNumber)"])
    result.problems.append("pass \(serialNumber): \(sentence)")
    if known[serialNumber] == nil { result.issued.refused += 1 }
  }

  private mutating func refuse(_ rejection: Rejection) {
    // Sold and about to be printed: Secutix has one word for both.
    if case .noBarcode = rejection.reason {
      result.issued.waiting += 1
      return
    }
    result.issued.refused += 1
    if case .unknownState(let word) = rejection.reason {
      result.unknownStates.append(Self.quoted(word))
      return
    }
    // The value is left out: it may be a barcode or a name.
    let place = rejection.place.pointer ?? "the answer"
    let column = rejection.column.map { "\($0): " } ?? ""
    let sentence = "\(place): \(column)\(rejection.reason.sentence)"
    logger.error("\(sentence)")
    result.problems.append(sentence)
  }
}

extension PassDifference.Change {
  /// As histories have it: what there is of subject, effect, place, label, old, new and message.
  fileprivate var asJSON: JSONValue {
    var object: JSONObject = [
      "subject": .string(subject.rawValue), "effect": .string(effect.rawValue), "place": .string(place),
    ]
    // A guest's long text is not kept a second time.
    for (name, text) in [("label", label), ("old", old), ("new", new), ("message", changeMessage)] {
      if let text { object[name] = .string(String(text.prefix(300))) }
    }
    return .object(object)
  }
}

extension IssuedPass {
  /// Over everything that reaches the phone: the shared files by their digest, and the pass's own.
  static func contentDigest(assets: [UInt8], rendered: [PassAssets.File]) -> [UInt8] {
    Digest.sha256(assets + PackedFiles.pack(rendered))
  }
}

extension Ticket {
  /// Nobody comes in with it any more.
  fileprivate var isUndone: Bool { action == .void || action == .replaceOrVoid }
}

extension Seat {
  /// For lists: `Parterre · B · F · 21`.
  fileprivate var words: String? {
    let parts = [area, block, row, number].compactMap { $0 }.filter { !$0.isEmpty }
    return parts.isEmpty ? nil : parts.joined(separator: " · ")
  }
}

extension CompositionError {
  /// Without the barcode, which admits.
  fileprivate var safeSentence: String {
    switch reason {
    case .barcodeMessage(_, let format): "\(format) cannot show this ticket's barcode; choose another format"
    default: sentence
    }
  }
}
