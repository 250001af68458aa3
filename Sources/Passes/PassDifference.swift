import JSON

/// What differs between two states of a pass: field by field, and what else a holder or a supporter asks about.
///
/// For lists that people read. Authentication tokens and what barcodes say are never in it, not even where a field shows
/// them: of those it only tells that they changed.
package struct PassDifference: Sendable, Hashable {
  /// What kind of thing it is about.
  package enum Subject: String, Sendable, Hashable, CaseIterable {
    /// Whether the pass is void.
    case voided
    /// When Wallet begins to show it as expired.
    case expiration
    /// When it comes to the lock screen (`relevantDate`, `relevantDates`).
    case relevance
    case barcode
    /// A field's value.
    case field
    /// A field's label; its value is the same.
    case label
    /// A field stands in another group, or is written in another style.
    case layout
    /// A text or a colour of the pass as a whole.
    case appearance
    /// Any other member of `pass.json`, told without its value.
    case member
    /// The texts of a language.
    case strings
    case image
    /// Any other file.
    case file
  }

  package enum Effect: String, Sendable, Hashable {
    case added, removed, changed
  }

  package struct Change: Sendable, Hashable {
    package var subject: Subject
    package var effect: Effect
    /// A JSON Pointer into `pass.json`, the new one or, for what was removed, the old one; of files, their path.
    package var place: String
    /// The key of the field.
    package var key: String?
    /// Its label, in the language asked for.
    package var label: String?
    /// Texts are in the language asked for, dates and numbers as `pass.json` has them. nil when there was none, and when it
    /// is not to be told.
    package var old: String?
    package var new: String?
    /// What the new pass wants to be said when this field changes, in the language asked for; `%@` is the new value.
    package var changeMessage: String?

    package init(
      subject: Subject, effect: Effect, place: String, key: String? = nil, label: String? = nil, old: String? = nil,
      new: String? = nil, changeMessage: String? = nil
    ) {
      self.subject = subject
      self.effect = effect
      self.place = place
      self.key = key
      self.label = label
      self.old = old
      self.new = new
      self.changeMessage = changeMessage
    }
  }

  /// In the order of ``Subject``'s cases as far as fields; fields in the order of the new pass, then those that are gone;
  /// then members by name and files by path.
  package private(set) var changes: [Change] = []

  package var isEmpty: Bool { changes.isEmpty }

  /// - Parameters:
  ///   - old: the files of the pass as it was: `pass.json`, strings and, if they are to be compared, images.
  ///   - new: as it is.
  ///   - language: whose strings are looked up, as a phone in that language does; nil leaves texts as `pass.json` has them.
  package init(from old: PassFiles, to new: PassFiles, language: String?) {
    let old = Side(old, language: language)
    let new = Side(new, language: language)
    let secrets = old.secrets.union(new.secrets)
    compareWhole(old, new)
    for style in WalletStyle.allCases { compareFields(of: style.rawValue, old, new, secrets) }
    compareMembers(old, new, secrets)
    compareFiles(old.files, new.files)
  }

  /// The files of a pass's own, without those it shares with others: `PassContents.rendered`.
  ///
  /// - Parameter shared: the files both states share, for the texts in them.
  package init(
    from old: [PassAssets.File], to new: [PassAssets.File], shared: PassAssets? = nil, language: String?
  ) {
    self.init(
      from: PassFiles(rendered: old, shared: shared), to: PassFiles(rendered: new, shared: shared), language: language)
  }

  // MARK: The pass as a whole

  private mutating func compareWhole(_ old: Side, _ new: Side) {
    let voided = [old, new].map { $0.pass["voided"]?.bool == true }
    if voided[0] != voided[1] {
      changes.append(
        Change(
          subject: .voided, effect: .changed, place: "/voided", old: "\(voided[0])", new: "\(voided[1])"))
    }
    compare(
      .expiration, "expirationDate", old.pass["expirationDate"]?.stringValue, new.pass["expirationDate"]?.stringValue)
    compare(
      .relevance, new.pass["relevantDates"] ?? old.pass["relevantDates"] == nil ? "relevantDate" : "relevantDates",
      old.relevance, new.relevance)
    if let effect = Effect(from: old.barcodes, to: new.barcodes) {
      changes.append(Change(subject: .barcode, effect: effect, place: "/barcodes"))
    }
  }

  private mutating func compare(_ subject: Subject, _ name: String, _ old: String?, _ new: String?) {
    guard let effect = Effect(from: old, to: new) else { return }
    changes.append(Change(subject: subject, effect: effect, place: "/" + jsonPointerToken(name), old: old, new: new))
  }

  private static let whole: Set<String> = [
    "voided", "expirationDate", "relevantDate", "relevantDates", "barcode", "barcodes",
  ]

  /// Members whose value may be told: what everybody sees who looks at the pass.
  private static let appearance: Set<String> = [
    "organizationName", "description", "logoText", "eventLogoText", "backgroundColor", "foregroundColor", "labelColor",
    "stripColor", "footerBackgroundColor",
  ]

  private mutating func compareMembers(_ old: Side, _ new: Side, _ secrets: Secrets) {
    let names = Set(old.pass.names).union(new.pass.names).subtracting(Self.whole)
    for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      if WalletStyle(rawValue: name) != nil, old.pass[name]?.object != nil, new.pass[name]?.object != nil { continue }
      if Self.appearance.contains(name) {
        let texts = [old.shown(old.pass[name]), new.shown(new.pass[name])]
        guard let effect = Effect(from: texts[0], to: texts[1]) else { continue }
        changes.append(
          Change(
            subject: .appearance, effect: effect, place: "/" + jsonPointerToken(name), old: secrets.told(texts[0]),
            new: secrets.told(texts[1])))
      } else if let effect = Effect(from: old.pass[name], to: new.pass[name]) {
        changes.append(Change(subject: .member, effect: effect, place: "/" + jsonPointerToken(name)))
      }
    }
  }

  // MARK: Fields

  private mutating func compareFields(of style: String, _ old: Side, _ new: Side, _ secrets: Secrets) {
    let before = old.fields(of: style)
    let after = new.fields(of: style)
    let known = Dictionary(before.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
    for field in after {
      compare(known[field.identity], field, old, new, secrets)
    }
    let kept = Set(after.map(\.identity))
    for field in before where !kept.contains(field.identity) {
      changes.append(
        Change(
          subject: .field, effect: .removed, place: field.place, key: field.key,
          label: secrets.told(old.shown(field.json["label"])), old: secrets.told(old.shown(field.value))))
    }
  }

  private mutating func compare(_ before: Field?, _ after: Field, _ old: Side, _ new: Side, _ secrets: Secrets) {
    var change = Change(
      subject: .field, effect: before == nil ? .added : .changed, place: after.place, key: after.key,
      label: secrets.told(new.shown(after.json["label"])))
    let oldValue = before.flatMap { old.shown($0.value) }
    let newValue = new.shown(after.value)
    guard let before, oldValue == newValue else {
      change.old = secrets.told(oldValue)
      change.new = secrets.told(newValue)
      change.changeMessage = new.shown(after.json["changeMessage"]).flatMap { $0.isEmpty ? nil : secrets.told($0) }
      changes.append(change)
      return
    }
    let labels = [old.shown(before.json["label"]), new.shown(after.json["label"])]
    if labels[0] != labels[1] {
      change.subject = .label
      change.old = secrets.told(labels[0])
      change.new = secrets.told(labels[1])
      changes.append(change)
    }
    if before.group != after.group || before.manner != after.manner {
      change.subject = .layout
      change.old = before.group == after.group ? nil : before.group
      change.new = before.group == after.group ? nil : after.group
      changes.append(change)
    }
  }

  // MARK: Files

  private mutating func compareFiles(_ old: PassFiles, _ new: PassFiles) {
    // The one is compared member by member, the others follow from the rest.
    let own: Set<String> = ["pass.json", "manifest.json", "signature"]
    let paths = Set(old.contents.keys).union(new.contents.keys).subtracting(own)
    for path in paths.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      guard let effect = Effect(from: old[path], to: new[path]) else { continue }
      let subject: Subject =
        path.hasSuffix(".strings") ? .strings : path.hasSuffix(".png") || path.hasSuffix(".pdf") ? .image : .file
      changes.append(Change(subject: subject, effect: effect, place: path))
    }
  }
}

extension PassDifference.Effect {
  /// nil when nothing differs.
  fileprivate init?<Value: Equatable>(from old: Value?, to new: Value?) {
    if old == new { return nil }
    self = old == nil ? .added : new == nil ? .removed : .changed
  }
}

extension PassFiles {
  /// A pass put together again from its own files and those it shares.
  package init(rendered: [PassAssets.File], shared: PassAssets?) {
    self.init()
    for file in (shared?.files ?? []) + rendered { contents[file.path] = file.bytes }
  }
}
