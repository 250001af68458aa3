import ArgumentParser
import BatchIssuance
import Foundation
import JSON
import PassBundle
import Passes
import Secutix
import Tickets
import ZonedTime

struct Issue: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make signed passes of order exports.",
    discussion: """
      Reads order exports (CSV, or Secutix's JSON) and writes a folder of passes. Running it again does only what is \
      missing or changed. Rows that cannot become a pass go to a rejects file with the reason, to be mended and run \
      again.

      The password of an encrypted key or .p12 comes from the environment: PASSMINT_IDENTITY_PASSWORD, or the name of \
      a file in PASSMINT_IDENTITY_PASSWORD_FILE.
      """)

  @Argument(help: "Order exports; - is standard input.")
  var input: [String]

  @Option(help: ArgumentHelp("The template folder.", valueName: "DIR"))
  var template: String

  @Option(help: ArgumentHelp("Certificate, key and intermediate: a folder, or a .p12 file.", valueName: "DIR|FILE.p12"))
  var identity: String

  @Option(help: ArgumentHelp("Where the passes go.", valueName: "DIR"))
  var out: String

  @Option(
    help: ArgumentHelp(
      "What the exports are: \(ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")). Told by the files if not given.",
      valueName: "NAME"))
  var format: String?

  @Option(help: ArgumentHelp("Which column is what, as YAML.", valueName: "FILE"))
  var mapping: String?

  @Option(help: ArgumentHelp("The zone of dates that name none, Europe/Paris.", valueName: "ZONE"))
  var timeZone: String?

  @Option(help: ArgumentHelp("The currency of amounts that name none, EUR.", valueName: "CODE"))
  var currency: String?

  @Option(help: ArgumentHelp("Who issues; part of every serial number.", valueName: "NAME"))
  var tenant = "default"

  @Option(help: ArgumentHelp("The tenant's secret, for the passes' authentication tokens.", valueName: "FILE"))
  var secretFile: String?

  @Option(help: ArgumentHelp("Base address of the update service.", valueName: "URL"))
  var webServiceUrl: String?

  @Option(help: ArgumentHelp("One file per ticket, or also a .pkpasses per order.", valueName: "ticket|order"))
  var bundle = "ticket"

  @Option(help: ArgumentHelp("File names, as Liquid; a slash makes a folder.", valueName: "LIQUID"))
  var name: String?

  @Option(help: ArgumentHelp("Where refused rows go (OUT/rejects.csv or .ndjson).", valueName: "FILE"))
  var rejects: String?

  @Option(help: ArgumentHelp("Workers (one per core).", valueName: "N"))
  var jobs: Int?

  @Option(
    help: ArgumentHelp(
      "Signing time, 2027-01-15T19:30:00+01:00; the same time gives the same bytes.", valueName: "TIME"))
  var at: String?

  @Flag(help: "Make every pass, write none.")
  var dryRun = false

  @Flag(help: "One JSON object on standard output.")
  var json = false

  @Flag(help: "Nothing but what stops the run; refused rows are in the rejects file.")
  var quiet = false

  func run() throws {
    Interruption.install()
    let meter = ReadingMeter()
    let inputs = try Inputs.exports(input, options: try exportOptions(), meter: meter)
    let run = try prepare()
    let folder: PassFolder
    do {
      folder = try PassFolder(path: out, isReadOnly: dryRun)
    } catch {
      throw error.failure
    }

    let style: Progress.Style = quiet || json ? .silent : Terminal.isErrorTerminal ? .bar : .lines
    var progress = Progress(style: style, meter: meter)
    let voice = EventVoice(isQuiet: quiet)
    let summary: BatchSummary
    do {
      summary = try run(
        inputs, into: folder, now: { Date().timeIntervalSince1970 }, shouldStop: { Interruption.isWished },
        progress: { counts in
          if voice.hasNews { progress.clear() }
          voice.speak()
          progress.update(counts)
        }, events: { voice.take($0) })
    } catch {
      folder.tidy()
      progress.clear()
      voice.speak()
      throw error.failure
    }
    folder.tidy()
    progress.clear()
    voice.speak()
    voice.finish()
    report(summary)
    throw summary.status
  }

  /// How the exports are to be read.
  private func exportOptions() throws -> ExportOptions {
    var options = ExportOptions()
    options.format = try format.map { name in
      guard let format = ExportFormat(rawValue: name) else {
        throw Failure(
          "there is no format \(name)",
          hint: "the formats are \(ExportFormat.allCases.map(\.rawValue).joined(separator: ", "))", status: .usage)
      }
      return format
    }
    options.mapping = try mapping.map { try Inputs.mapping($0) }
    options.timeZone = try timeZone.map { name in
      guard let zone = TimeZone(identifier: name) else {
        throw Failure(
          "there is no time zone \(name)", hint: "an IANA name is wanted, such as Europe/Paris", status: .usage)
      }
      return zone
    }
    options.currency = try currency.map { code in
      guard let currency = try? Currency(code) else {
        throw Failure("\(code) is no currency", hint: "an ISO 4217 code is wanted, such as EUR", status: .usage)
      }
      return currency
    }
    return options
  }

  /// A rejects file is written beside its place and renamed, so the place must be a file's and nobody else's.
  private func checkRejects(_ path: String) throws {
    var status = stat()
    if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw Failure(
        "--rejects \(path) is no file", hint: "name a file that is there, or is not there yet", status: .usage)
    }
    func isSame(_ left: String, _ right: String) -> Bool {
      URL(filePath: left).standardizedFileURL == URL(filePath: right).standardizedFileURL
    }
    if isSame(path, "\(out)/passes.csv") || input.contains(where: { isSame($0, "\(path).partial") }) {
      throw Failure(
        "--rejects \(path) would write over another file of the run", hint: "choose another name", status: .usage)
    }
  }

  /// Everything that can be wrong before the first record is read.
  private func prepare() throws -> BatchRun {
    guard !out.isEmpty else { throw Failure("--out is empty", hint: "name the folder passes go to", status: .usage) }
    for (option, path) in [
      ("--out", out), ("--identity", identity), ("--secret-file", secretFile), ("--rejects", rejects),
    ] {
      if let path { try Inputs.keepOutOfTemplate(template, option, path) }
    }
    if let rejects { try checkRejects(rejects) }
    guard bundle == "ticket" || bundle == "order" else {
      throw Failure(
        "--bundle is ticket or order, not \(bundle)", hint: "leave it out for one file a ticket", status: .usage)
    }
    let workers = jobs ?? ProcessInfo.processInfo.activeProcessorCount
    guard (1...256).contains(workers) else {
      throw Failure(
        "--jobs is a number from 1 to 256, not \(workers)", hint: "leave it out for one worker a core", status: .usage)
    }
    var signingTime: Int64?
    if let at {
      guard let time = ZonedDateTime(iso8601: at) else {
        throw Failure("--at \(at) is not a time", hint: "write it as 2027-01-15T19:30:00+01:00", status: .usage)
      }
      signingTime = time.epochMilliseconds / 1000
    }
    if let webServiceUrl {
      guard webServiceUrl.hasPrefix("https://") || webServiceUrl.hasPrefix("http://") else {
        throw Failure(
          "--web-service-url \(webServiceUrl) is no web address", hint: "it begins with https://", status: .usage)
      }
      if webServiceUrl.hasPrefix("http://") {
        warn("Wallet uses http:// only in its developer mode; phones want https://")
      }
      guard secretFile != nil else {
        throw Failure(
          "--web-service-url needs --secret-file: a pass that updates carries a token made from the tenant's secret",
          hint: "make one: openssl rand -hex 32 > tenant.secret", status: .usage)
      }
    }
    let fileName: PassFileName
    do {
      fileName = try PassFileName(name)
    } catch {
      throw Failure(
        "--name: \(error)", hint: "for instance --name '{{ order.id }}/{{ seat.row }}-{{ seat.number }}'",
        status: .usage)
    }
    let template = try Inputs.template(template)
    let identity = try Inputs.identity(identity)
    try check(identity, for: template, signingTime: signingTime)
    try check(template)
    let keys = PassKeys(tenant: tenant, secret: try secretFile.map { try Inputs.secret($0) })
    if webServiceUrl == nil {
      note("passes without --web-service-url can never be updated once they are on a phone")
    }
    let issuer = PassIssuer(
      passTypeIdentifier: identity.passTypeIdentifier, teamIdentifier: identity.teamIdentifier, tenant: tenant,
      webServiceURL: webServiceUrl)
    var options = BatchRun.Options(fileName: fileName)
    options.bundlesOrders = bundle == "order"
    options.workers = workers
    options.signingTime = signingTime
    options.isDryRun = dryRun
    options.rejectsPath = rejects
    return BatchRun(template: template, identity: identity, issuer: issuer, keys: keys, options: options)
  }

  private func check(_ identity: SigningIdentity, for template: PassTemplate, signingTime: Int64?) throws {
    let problems = identity.problems(
      passTypeIdentifier: template.passTypeIdentifier, teamIdentifier: template.teamIdentifier,
      needsNFC: template.hasNFC, now: signingTime ?? Inputs.now)
    let errors = problems.filter { $0.severity == .error }
    if let first = errors.first {
      throw Failure(
        "the identity \(self.identity) cannot sign passes of \(template.name): \(first)", hint: first.hint,
        findings: errors.dropFirst().map { $0.finding(at: self.identity) })
    }
    for problem in problems { warn("\(self.identity): \(problem)") }
  }

  private func check(_ template: PassTemplate) throws {
    let findings = template.findings(now: nil)
    let errors = findings.filter { $0.severity == .error }
    guard errors.isEmpty else {
      throw Failure(
        "Wallet would refuse the passes of \(template.name): \(Terminal.count(errors.count, "error"))",
        hint: "passmint template check \(self.template)", findings: errors)
    }
    if !findings.isEmpty {
      note(
        "\(Terminal.count(findings.count, "warning")) about \(template.name); passmint template check \(self.template) lists them"
      )
    }
  }

  private func warn(_ text: String) {
    if !quiet { Terminal.warning(text) }
  }

  private func note(_ text: String) {
    if !quiet, !json { Terminal.note(text) }
  }
}
