import Foundation
import JSON
import PassBundle
import PassPreview
import Passes
import Secutix
import Tickets

/// What the command line names: a template or a pass, or a folder of templates, or an archive of passes.
struct PreviewTarget: Sendable {
  let path: String
  /// Whether there may be several things to see.
  let isGallery: Bool
  private let isFolderOfTemplates: Bool
  /// A ticket to show before the samples.
  private let ticketFile: String?

  init(_ path: String, ticketFile: String?) throws {
    var path = Template.folder(path)
    // Who names the file in it means the template.
    if path.hasSuffix(".pkpasstemplate/pass.json") { path = String(path.dropLast("/pass.json".count)) }
    let trimmed = String(path.reversed().drop { $0 == "/" }.reversed())
    self.path = trimmed.isEmpty ? "/" : trimmed
    self.ticketFile = ticketFile
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw Failure("\(path): there is no such file or folder", hint: Self.hint)
    }
    isFolderOfTemplates =
      isFolder.boolValue && !self.path.hasSuffix(".pkpasstemplate")
      && !FileManager.default.fileExists(atPath: "\(path)/pass.json")
    let isArchive = try !isFolder.boolValue && Check.report(path, trust: []).kind == .passes
    isGallery = isFolderOfTemplates || isArchive
    if isFolderOfTemplates, sources().isEmpty { throw nothingToSee() }
    if ticketFile != nil {
      if !isFolder.boolValue {
        throw Failure(
          "\(path) is a finished pass, and --ticket is for templates", hint: "leave --ticket out", status: .usage)
      }
      _ = try ticket().get()
    }
  }

  private static let hint = "name a template folder NAME.pkpasstemplate, a folder of them, or a .pkpass"

  private func nothingToSee() -> Failure {
    let inside = FileManager.default.enumerator(atPath: path)
    var looked = 0
    while looked < 10_000, let name = inside?.nextObject() as? String {
      looked += 1
      if name.hasSuffix(".pkpass") {
        return Failure("\(path) holds passes and no template", hint: "name one of them: \(path)/\(name)")
      }
    }
    return Failure("\(path) holds no template", hint: Self.hint)
  }

  // MARK: - Sources

  /// A file or folder that is read as a whole.
  struct Source: Sendable, Hashable {
    let path: String
    /// What a template is called.
    let name: String
  }

  /// In a folder of templates: those directly in it, and one level down.
  ///
  /// - Parameter watch: is told of the folders looked through.
  func sources(watch: FolderWatch? = nil) -> [Source] {
    // A folder taken away as a whole comes back in the one around it.
    if let slash = path.lastIndex(of: "/") {
      watch?.add(slash == path.startIndex ? "/" : String(path[..<slash]))
    } else {
      watch?.add(".")
    }
    guard isFolderOfTemplates else {
      // The folder's own name, also for `.` and `..`.
      let own = URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().lastPathComponent
      let written = path.split(separator: "/").last.map(String.init) ?? path
      return [Source(path: path, name: Self.name(written.allSatisfy { $0 == "." } ? own : written))]
    }
    var found: [String] = []
    for entry in Fingerprint.folderEntries(path, watch) ?? [] where !entry.name.hasPrefix(".") {
      if entry.name.hasSuffix(".pkpasstemplate") {
        found.append(entry.name)
      } else if entry.isFolder {
        for inner in Fingerprint.folderEntries("\(path)/\(entry.name)", watch) ?? []
        where inner.name.hasSuffix(".pkpasstemplate") && !inner.name.hasPrefix(".") {
          found.append("\(entry.name)/\(inner.name)")
        }
      }
    }
    let short = found.map { Self.name($0.split(separator: "/").last.map(String.init) ?? $0) }
    let counts = Dictionary(short.map { ($0, 1) }, uniquingKeysWith: +)
    return zip(found, short).map { inside, name in
      // Two of the same name are told apart by their folders.
      Source(path: "\(path)/\(inside)", name: counts[name] == 1 ? name : Self.name(inside))
    }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private static func name(_ file: String) -> String {
    for suffix in [".pkpasstemplate", ".pkpasses", ".pkpass"] where file.hasSuffix(suffix) && file != suffix {
      return String(file.dropLast(suffix.count))
    }
    return file
  }

  /// What a change of its files changes the look of.
  func files(of source: Source) -> [String] { [source.path] + (ticketFile.map { [$0] } ?? []) }

  // MARK: - Reading

  /// One template or pass as its files are now.
  struct Reading: Sendable {
    let name: String
    /// Nil when it cannot be drawn.
    let subject: PreviewSubject?
    /// All of them; when it cannot be drawn, the reasons.
    let findings: [Finding]
  }

  func read(_ source: Source) -> [Reading] {
    let report: BundleReport
    do {
      report = try BundleCheck.check(path: source.path, now: Inputs.now)
    } catch {
      let finding = Finding(
        .error, "preview-unreadable", at: .init(file: source.path), "\(error)",
        hint: "Put it back, and it is drawn again.")
      return [Reading(name: source.name, subject: nil, findings: [finding])]
    }
    switch report.kind {
    case .template: return [readTemplate(report, source)]
    case .pass, .folder: return [Self.readPass(report, name: source.name)]
    case .passes: return report.passes.map { Self.readPass($0, name: Self.name($0.name)) }
    case .unreadable: return [Reading(name: source.name, subject: nil, findings: report.findings)]
    }
  }

  private func readTemplate(_ report: BundleReport, _ source: Source) -> Reading {
    func broken(_ findings: [Finding]) -> Reading {
      Reading(name: source.name, subject: nil, findings: findings.filter { $0.severity == .error })
    }
    let template: PassTemplate
    do {
      template = try PassTemplate(name: source.name, files: report.files)
    } catch {
      return broken(report.findings.isEmpty ? error.findings : report.findings)
    }
    let sample: PassTemplate.Sample?
    switch ticketFile.map({ _ in ticket() }) {
    case .failure(let failure): return broken(failure.findings)
    case .success(let found): sample = found
    case nil: sample = nil
    }
    return Reading(
      name: source.name,
      subject: PreviewSubject(template: template, findings: report.findings, ticket: sample),
      findings: report.findings)
  }

  private static func readPass(_ report: BundleReport, name: String) -> Reading {
    let (document, findings) = WalletRules.document(in: report.files)
    let all = report.findings + findings.filter { !report.findings.contains($0) }
    guard document?.value.object != nil else {
      return Reading(name: name, subject: nil, findings: all.filter { $0.severity == .error })
    }
    return Reading(
      name: name, subject: PreviewSubject(pass: report.files, name: name, findings: report.findings),
      findings: report.findings)
  }

  // MARK: - The ticket of --ticket

  /// A sample ticket, or the first ticket of an order export.
  private func ticket() -> Result<PassTemplate.Sample?, Failure> {
    guard let ticketFile else { return .success(nil) }
    let file = ticketFile.split(separator: "/").last.map(String.init) ?? ticketFile
    let name = file.hasSuffix(".json") ? String(file.dropLast(5)) : file
    guard let data = FileManager.default.contents(atPath: ticketFile) else {
      let finding = Finding(
        .error, "ticket-unreadable", at: .init(file: ticketFile), "the file cannot be read",
        hint: "Name a sample ticket as in samples/*.json, or an order export.")
      let hint = "--ticket names a sample ticket as in samples/*.json, or an order export"
      return .failure(Failure("\(ticketFile) cannot be read", hint: hint, findings: [finding]))
    }
    do {
      return .success(.init(name: name, ticket: try Ticket(sample: Array(data), path: ticketFile)))
    } catch {
      if let ticket = Self.firstTicket(of: Array(data), name: ticketFile) {
        return .success(.init(name: name, ticket: ticket))
      }
      return .failure(
        Failure(
          "\(ticketFile) holds no ticket", hint: "write it as the template's samples/*.json are written",
          findings: [error.finding]))
    }
  }

  /// The first good ticket of an order export whose columns are known without a mapping.
  private static func firstTicket(of bytes: [UInt8], name: String) -> Ticket? {
    let options = ExportOptions(timeZone: .current)
    guard let reader = try? ExportReader(source: ByteSource(bytes: bytes), name: name, options: options) else {
      return nil
    }
    while let record = try? reader.next() {
      if case .ticket(let ticket, _, _) = record { return ticket }
    }
    return nil
  }
}
