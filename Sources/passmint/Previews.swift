import Dispatch
import PassPreview
import Passes
import Synchronization

/// What is on show: of every template or pass the last that could be drawn, and what is wrong with its files now.
final class Previews: Sendable {
  struct Item: Sendable {
    let name: String
    /// Nil when it never could be drawn.
    fileprivate(set) var subject: PreviewSubject?
    /// Why its files cannot be drawn as they are now.
    fileprivate(set) var problems: [Finding] = []
    /// How many findings there are, for a line on the terminal.
    fileprivate(set) var errors = 0
    fileprivate(set) var warnings = 0

    var entry: PreviewGallery.Entry {
      subject.map { .subject($0, problems: problems) } ?? .broken(name: name, problems)
    }
  }

  private let items = Mutex<[Item]>([])

  var all: [Item] { items.withLock { $0 } }

  subscript(name: String) -> Item? { items.withLock { $0.first { $0.name == name } } }

  fileprivate func replace(with new: [Item]) { items.withLock { $0 = new } }
}

/// Reads what is on show, again whenever its files change.
struct PreviewLoop {
  let target: PreviewTarget
  let previews: Previews
  private let watch = FolderWatch()
  private var readings: [PreviewTarget.Source: (files: Fingerprint, names: [String])] = [:]

  /// How long files must have been left alone before they are read, in milliseconds.
  private static let quiet: Int32 = 30
  /// The same while a file is missing or empty that was not: editors take one away and put another in its place.
  private static let longQuiet: Int32 = 120
  /// When someone writes without end, what is there after so many milliseconds is read.
  private static let longestWait = 1_000

  init(target: PreviewTarget, previews: Previews) {
    self.target = target
    self.previews = previews
    _ = refresh(look())
  }

  /// Never ends.
  ///
  /// - Parameter changed: is told the name of what was read again, or nil when something came or went.
  mutating func run(changed: (_ name: String?) -> Void) -> Never {
    while true {
      _ = watch.wait(milliseconds: watch.patience)
      let now = look()
      if isKnown(now) { continue }
      switch refresh(settled(now)) {
      case .all: changed(nil)
      case .some(let names): for name in names { changed(name) }
      }
    }
  }

  // MARK: - Looking

  private typealias Look = [(source: PreviewTarget.Source, files: Fingerprint)]

  private func look() -> Look {
    target.sources(watch: watch).map { ($0, Fingerprint(of: target.files(of: $0), watch: watch)) }
  }

  private func isKnown(_ look: Look) -> Bool {
    look.count == readings.count && look.allSatisfy { readings[$0.source]?.files == $0.files }
  }

  /// Waits until the files are left alone.
  private func settled(_ first: Look) -> Look {
    var look = first
    let clock = ContinuousClock()
    let end = clock.now + .milliseconds(Self.longestWait)
    while clock.now < end {
      let isDisturbed = watch.wait(milliseconds: isInMotion(look) ? Self.longQuiet : Self.quiet)
      let next = self.look()
      let isSame = next.count == look.count && zip(next, look).allSatisfy { $0 == $1 }
      look = next
      if !isDisturbed, isSame { break }
    }
    return look
  }

  private func isInMotion(_ look: Look) -> Bool {
    let files = Dictionary(look.map { ($0.source, $0.files) }, uniquingKeysWith: { $1 })
    return readings.contains { source, reading in files[source]?.lacksFiles(of: reading.files) ?? true }
  }

  // MARK: - Reading

  private enum Change {
    case some([String])
    /// Things came or went.
    case all
  }

  private mutating func refresh(_ look: Look) -> Change {
    let old = previews.all
    let known = Dictionary(old.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var items: [Previews.Item] = []
    var changed: [String] = []
    var read: [PreviewTarget.Source: (files: Fingerprint, names: [String])] = [:]
    let fresh = readAll(look.filter { readings[$0.source]?.files != $0.files }.map(\.source))
    for (source, files) in look {
      guard var new = fresh[source] else {
        read[source] = readings[source]
        items += read[source]?.names.compactMap { known[$0] } ?? []
        continue
      }
      if new.allSatisfy({ $0.subject == nil }), let reading = readings[source], !reading.names.isEmpty {
        // The whole archive is broken: everything that was in it is.
        new = reading.names.map { .init(name: $0, subject: nil, findings: new.flatMap(\.findings)) }
      }
      let made = new.map { Self.item($0, before: known[$0.name]) }
      for item in made { Self.report(item, before: known[item.name]) }
      items += made
      changed += made.map(\.name)
      read[source] = (files, made.map(\.name))
    }
    readings = read
    previews.replace(with: items)
    return Set(items.map(\.name)) == Set(old.map(\.name)) ? .some(changed) : .all
  }

  /// Reads on all cores: a folder may hold many templates.
  private func readAll(_ sources: [PreviewTarget.Source]) -> [PreviewTarget.Source: [PreviewTarget.Reading]] {
    let all = Mutex<[PreviewTarget.Source: [PreviewTarget.Reading]]>([:])
    DispatchQueue.concurrentPerform(iterations: sources.count) { [target] index in
      let read = target.read(sources[index])
      all.withLock { $0[sources[index]] = read }
    }
    return all.withLock { $0 }
  }

  private static func item(_ reading: PreviewTarget.Reading, before: Previews.Item?) -> Previews.Item {
    let errors = reading.findings.count { $0.severity == .error }
    return Previews.Item(
      name: reading.name, subject: reading.subject ?? before?.subject,
      problems: reading.subject == nil ? reading.findings : [], errors: errors,
      warnings: reading.findings.count - errors)
  }

  private static func report(_ item: Previews.Item, before: Previews.Item?) {
    let isNews =
      item.errors != before?.errors ?? 0 || item.warnings != before?.warnings ?? 0
      || item.problems.first != before?.problems.first
    guard isNews || item.problems.isEmpty != before?.problems.isEmpty ?? true else { return }
    let counts = [
      item.errors > 0 ? Terminal.count(item.errors, "error") : nil,
      item.warnings > 0 ? Terminal.count(item.warnings, "warning") : nil,
    ].compactMap { $0 }.joined(separator: ", ")
    let place = item.problems.first.map { ": \($0.place): \($0.message)" } ?? ""
    Terminal.note("\(item.name): \(counts.isEmpty ? "good" : counts)\(place)")
  }
}
