import JSON
package import Passes

/// What checking an archive or a folder brought to light.
package struct BundleReport: Sendable {
  package enum Kind: String, Sendable, Hashable {
    /// One pass, in an archive.
    case pass
    /// An archive of passes (`.pkpasses`).
    case passes
    /// A pass folder, signed or not.
    case folder
    /// A template folder. Its `pass.json` holds Liquid, so the passes of its sample tickets were looked at.
    case template
    /// Nothing that could be looked into.
    case unreadable
  }

  /// The name that was given, or the entry's name for a pass inside an archive of passes.
  package let name: String
  package internal(set) var kind: Kind
  /// Everything found. In an archive of passes, places inside a pass begin with its name: `1.pkpass/pass.json`.
  ///
  /// Control characters are made visible, so that nothing in a hostile pass reaches a terminal.
  package internal(set) var findings: [Finding] = []
  /// The files that could be read.
  package internal(set) var files = PassFiles()
  /// What the signature says; nil when there is none that names a signer.
  package internal(set) var signature: SignatureFacts?
  /// The passes of an archive of passes. Their findings are in ``findings`` as well.
  package internal(set) var passes: [BundleReport] = []

  /// Whether Wallet would take it, as far as can be told from here.
  package var isAcceptable: Bool { !findings.contains { $0.severity == .error } }
}

/// Opens and verifies whatever someone calls a pass. Never throws for what is inside: all of that is findings.
package enum BundleCheck {
  /// The page "What a check finds".
  package static let book = RuleBook(markdown: PackageResources.Findings_md)

  /// The whole check of an archive.
  ///
  /// - Parameters:
  ///   - bytes: `.pkpass` or `.pkpasses`, told apart by what is inside.
  ///   - name: file name for findings about the archive as a whole.
  ///   - trust: roots of one's own beside Apple's known intermediates.
  ///   - now: epoch seconds.
  package static func check(_ bytes: [UInt8], name: String, trust: [Certificate] = [], now: Int64) -> BundleReport {
    var budget = ArchiveReader.Limits().totalBytes * 2
    var report = archiveReport(bytes, name: name, trust: trust, now: now, budget: &budget, isInner: false)
    report.makePrintable()
    return report
  }

  private static func archiveReport(
    _ bytes: [UInt8], name: String, trust: [Certificate], now: Int64, budget: inout Int, isInner: Bool
  ) -> BundleReport {
    var limits = ArchiveReader.Limits()
    // The passes of one archive share a budget: a thousand small bombs are a bomb too.
    limits.totalBytes = min(limits.totalBytes, budget)
    var contents = ArchiveReader.read(bytes, name: name, limits: limits)
    budget -= contents.inflatedBytes
    var report = BundleReport(name: name, kind: contents.isArchive ? .pass : .unreadable)
    guard contents.isArchive else {
      report.findings = contents.findings
      return report
    }
    let innerPasses = contents.files.sortedPaths.filter { $0.hasSuffix(".pkpass") }
    if contents.files["pass.json"] == nil, !innerPasses.isEmpty, !isInner {
      report.kind = .passes
      report.files = contents.files
      report.findings = contents.findings
      checkPasses(innerPasses, archiveSize: bytes.count, trust: trust, now: now, budget: &budget, report: &report)
      return report
    }
    moveToRoot(&contents)
    report.files = contents.files
    report.findings = contents.findings
    if name.hasSuffix(".pkpasses"), innerPasses.isEmpty {
      report.findings.append(
        Finding(
          .warning, "bundle-is-single-pass", at: .init(file: name),
          "this is one pass, but its name says that it is an archive of passes", hint: "Call it .pkpass."))
    }
    checkPass(&report, trust: trust, now: now, requiresSignature: true)
    return report
  }

  /// A pass packed together with its folder is still looked at, from that folder on.
  private static func moveToRoot(_ contents: inout ArchiveReader.Contents) {
    guard contents.files["pass.json"] == nil else { return }
    let nested = contents.files.sortedPaths.filter { $0.hasSuffix("/pass.json") && !$0.hasPrefix("__MACOSX/") }
    guard let path = nested.min(by: { $0.utf8.count < $1.utf8.count }) else { return }
    let folder = path.dropLast("pass.json".count)
    contents.findings.append(
      Finding(
        .error, "pass-json-in-folder", at: .init(file: path),
        "pass.json lies in the folder “\(folder)”, not at the top",
        hint: "Pack the files of the pass, not the folder around them: `cd \(folder) && zip -r ../pass.pkpass .`"))
    var files = PassFiles()
    for (path, bytes) in contents.files.contents {
      files[path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path] = bytes
    }
    contents.files = files
  }

  // MARK: - Archives of passes

  private static func checkPasses(
    _ paths: [String], archiveSize: Int, trust: [Certificate], now: Int64, budget: inout Int,
    report: inout BundleReport
  ) {
    func warn(_ code: String, at file: String, _ message: String, hint: String) {
      report.findings.append(Finding(.warning, code, at: .init(file: file), message, hint: hint))
    }
    if paths.count > 10 {
      warn(
        "bundle-too-many-passes", at: report.name, "the archive holds \(paths.count) passes, Wallet takes 10",
        hint: "Make several archives of at most 10 passes.")
    }
    if archiveSize > 150_000_000 {
      warn(
        "bundle-too-large", at: report.name, "the archive has \(archiveSize / 1_000_000) MB, Wallet takes 150 MB",
        hint: "Make several archives, or smaller images.")
    }
    for path in report.files.sortedPaths where !path.hasSuffix(".pkpass") {
      warn("bundle-stray-file", at: path, "an archive of passes holds nothing but .pkpass files", hint: "Leave it out.")
    }
    var serials: [String: String] = [:]
    for (index, path) in paths.enumerated() {
      guard index < 100, budget > 0 else {
        warn(
          "bundle-not-checked-whole", at: report.name, "only the first \(index) passes were looked at",
          hint: "Check the others one by one.")
        break
      }
      let inner = archiveReport(
        report.files[path] ?? [], name: path, trust: trust, now: now, budget: &budget, isInner: true)
      report.findings += inner.findings.map { finding in
        var finding = finding
        if finding.place.file != path { finding.place.file = path + "/" + finding.place.file }
        return finding
      }
      report.passes.append(inner)
      guard let pass = WalletRules.document(in: inner.files).document?.value,
        let type = pass["passTypeIdentifier"]?.stringValue, let serial = pass["serialNumber"]?.stringValue
      else { continue }
      if let other = serials.updateValue(path, forKey: type + "\u{0}" + serial) {
        warn(
          "bundle-duplicate-serial", at: path, "the pass has the serial number of \(other)",
          hint: "Wallet keeps one of them. Each pass needs its own serial number.")
      }
    }
  }

  // MARK: - One pass

  static func checkPass(
    _ report: inout BundleReport, trust: [Certificate], now: Int64, requiresSignature: Bool
  ) {
    let files = report.files
    let pass = WalletRules.document(in: files).document?.value
    if let manifest = files["manifest.json"] {
      report.findings += ManifestCheck.findings(of: manifest, in: files)
      if let signature = files["signature"] {
        let expectation = SignatureCheck.Expectation(
          passTypeIdentifier: pass?["passTypeIdentifier"]?.stringValue,
          teamIdentifier: pass?["teamIdentifier"]?.stringValue,
          needsNFC: pass?["nfc"] != nil || files["personalization.json"] != nil)
        let (findings, facts) = SignatureCheck.check(
          signature, over: manifest, expecting: expectation, trust: trust, now: now)
        report.findings += findings
        report.signature = facts
      }
    }
    report.findings += WalletRules.findings(in: files, requiresSignature: requiresSignature, now: now)
  }
}
