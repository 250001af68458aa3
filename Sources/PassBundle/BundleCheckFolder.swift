import COpenSSL
import Foundation
import JSON
import Passes

/// Why something named by a person cannot be looked at, before anything inside it matters.
package enum BundleCheckError: Error, Sendable, Hashable, CustomStringConvertible {
  case notFound(String)
  /// The system's words for the reason.
  case notReadable(String, reason: String)
  /// A device, a pipe, a socket.
  case notAFile(String)
  /// A file given with `--trust` in which there is no certificate.
  case noCertificate(String)

  package var description: String {
    switch self {
    case .notFound(let path): "\(path): there is no such file or folder"
    case .notReadable(let path, let reason): "\(path): \(reason)"
    case .notAFile(let path): "\(path): neither a file nor a folder"
    case .noCertificate(let path): "\(path): holds no certificate in PEM"
    }
  }
}

extension BundleCheck {
  /// Checks a file or a folder: a pass, an archive of passes, a pass folder or a template folder.
  package static func check(
    path: String, trust: [Certificate] = [], now: Int64
  ) throws(BundleCheckError) -> BundleReport {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let status = fileStatus(path, followsLinks: true) else {
      if errno == ENOENT || errno == ENOTDIR { throw .notFound(path) }
      throw .notReadable(path, reason: String(cString: strerror(errno)))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      let limit = ArchiveReader.Limits().archiveBytes
      guard status.st_size <= limit else {
        var report = BundleReport(name: name, kind: .unreadable)
        report.findings = [
          Finding(
            .error, "archive-too-large", at: .init(file: name),
            "the archive has \(status.st_size >> 20) MB; \(limit >> 20) MB is the limit here",
            hint: "Apple's limit for a bundle of passes is 150 MB.")
        ]
        return report
      }
      return check(try contents(of: path, limit: limit), name: name, trust: trust, now: now)
    case S_IFDIR: return checkFolder(path, name: name, trust: trust, now: now)
    default: throw .notAFile(path)
    }
  }

  /// The certificates of a PEM file, for `--trust`.
  package static func trustedCertificates(path: String) throws(BundleCheckError) -> [Certificate] {
    guard let status = fileStatus(path, followsLinks: true) else { throw .notFound(path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path) }
    let certificates = trustedCertificates(pem: try contents(of: path, limit: 10 << 20))
    guard !certificates.isEmpty else { throw .noCertificate(path) }
    return certificates
  }

  /// The certificates of PEM text; other PEM blocks are passed over.
  package static func trustedCertificates(pem: [UInt8]) -> [Certificate] {
    defer { OpenSSLError.clear() }
    guard let input = BIO_new_mem_buf(pem, CInt(clamping: pem.count)) else { return [] }
    defer { BIO_free(input) }
    var certificates: [Certificate] = []
    while let pointer = PEM_read_bio_X509(input, nil, nil, nil) {
      if let certificate = try? Certificate(owning: pointer) { certificates.append(certificate) }
    }
    return certificates
  }

  private static func fileStatus(_ path: String, followsLinks: Bool) -> stat? {
    var status = stat()
    return (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0 ? status : nil
  }

  private static func contents(of path: String, limit: Int) throws(BundleCheckError) -> [UInt8] {
    // Not blocking: whatever the path is now, opening it must not wait for anyone.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw .notReadable(path, reason: String(cString: strerror(errno))) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
      let count = read(file, &piece, piece.count)
      guard count >= 0 else { throw .notReadable(path, reason: String(cString: strerror(errno))) }
      guard count > 0 else { break }
      bytes.append(contentsOf: piece[0..<count])
    }
    return bytes
  }

  // MARK: - Folders

  private static func checkFolder(_ path: String, name: String, trust: [Certificate], now: Int64) -> BundleReport {
    var walk = FolderWalk(root: path)
    walk.run()
    let files = walk.files
    let isTemplate =
      name.hasSuffix(".pkpasstemplate") || files["template.yaml"] != nil || files["tooling.json"] != nil
      || files["pass.json"]?.firstRange(of: Array("{{".utf8)) != nil
    var report = BundleReport(name: name, kind: isTemplate ? .template : .folder)
    report.files = files
    report.findings = walk.findings
    if isTemplate {
      report.findings += templateFindings(name: name, files: files)
    } else {
      let isSigned = files["manifest.json"] != nil || files["signature"] != nil
      checkPass(&report, trust: trust, now: now, requiresSignature: isSigned)
    }
    report.makePrintable()
    return report
  }

  /// What loading the template, its sample passes and its files bring to light; each finding once.
  private static func templateFindings(name: String, files: PassFiles) -> [Finding] {
    var findings: [Finding]
    do {
      findings = try PassTemplate(name: name, files: files).findings()
    } catch {
      findings = error.findings
    }
    let pass = WalletRules.document(in: files).document?.value
    // Pictures are judged in the place they are chosen for. A template's own files belong there, what an operating system
    // leaves never reaches a pass, and loading has told of strings that cannot be read.
    let own = PassFiles(files.contents.filter { !$0.key.hasPrefix("images/") })
    let told: Set = ["template-file", "stray-file", "strings-syntax"]
    findings += WalletRules.fileFindings(in: own, pass: pass).filter { finding in
      !told.contains(finding.code)
        || finding.code == "strings-syntax"
          && !findings.contains { $0.code == finding.code && $0.place == finding.place }
    }
    var seen: Set<Finding> = []
    return findings.filter { seen.insert($0).inserted }
  }

  /// Reads a folder within limits. Links are followed only as far as they stay inside it.
  struct FolderWalk {
    let root: String
    let limits = ArchiveReader.Limits()
    var files = PassFiles()
    var findings: [Finding] = []
    private var totalBytes = 0
    private var entries = 0
    private var isFull = false
    private let realRoot: String?

    init(root: String) {
      self.root = root
      realRoot = Self.realPath(root)
    }

    mutating func run() { walk("", depth: 0) }

    private static func realPath(_ path: String) -> String? {
      guard let resolved = realpath(path, nil) else { return nil }
      defer { free(resolved) }
      return String(cString: resolved)
    }

    private mutating func report(
      _ severity: Finding.Severity, _ code: String, at file: String, _ message: String, hint: String
    ) {
      findings.append(Finding(severity, code, at: .init(file: file), message, hint: hint))
    }

    private mutating func walk(_ folder: String, depth: Int) {
      let names =
        (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? root : root + "/" + folder)) ?? []
      for name in names.sorted() where !isFull {
        // What version control keeps beside a template is nobody's business here.
        if name == ".git" { continue }
        let path = folder.isEmpty ? name : folder + "/" + name
        entries += 1
        guard entries <= limits.entries, depth < 16 else {
          isFull = true
          report(
            .error, "folder-too-large", at: path,
            "the folder holds more than \(limits.entries) files, or is nested too deep",
            hint: "Is this the right folder? A pass has some tens of files.")
          return
        }
        visit(path, depth: depth)
      }
    }

    private mutating func visit(_ path: String, depth: Int) {
      let full = root + "/" + path
      guard var status = BundleCheck.fileStatus(full, followsLinks: false) else { return }
      if status.st_mode & S_IFMT == S_IFLNK {
        guard let target = Self.realPath(full), let realRoot, target.hasPrefix(realRoot + "/"),
          let targetStatus = BundleCheck.fileStatus(full, followsLinks: true), targetStatus.st_mode & S_IFMT == S_IFREG
        else {
          report(
            .error, "folder-symlink", at: path, "the symbolic link leads out of the folder or to no file",
            hint: "Put the file itself here.")
          return
        }
        status = targetStatus
      }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: walk(path, depth: depth + 1)
      case S_IFREG:
        totalBytes += Int(clamping: status.st_size)
        guard status.st_size <= limits.entryBytes, totalBytes <= limits.totalBytes else {
          report(
            .error, "folder-too-large", at: path, "the file is larger than what is read here",
            hint: "Is it part of a pass?")
          return
        }
        do throws(BundleCheckError) {
          files[path] = try BundleCheck.contents(of: full, limit: limits.entryBytes)
        } catch {
          report(.error, "folder-file-unreadable", at: path, "\(error)", hint: "Check its permissions.")
        }
      default: break
      }
    }
  }
}
