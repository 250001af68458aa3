import ArgumentParser
import Foundation
import JSON
import PassBundle
import Passes

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what Wallet would refuse, and why.",
    discussion: """
      Opens .pkpass and .pkpasses files, pass folders and template folders that anyone made: archive, manifest, \
      signature, certificate chain, pass.json, strings and images. A folder of passes stands for all passes in it.
      """)

  @Argument(help: ArgumentHelp("Passes, bundles or folders.", valueName: "PATH"))
  var paths: [String]

  @Flag(help: "One JSON array on standard output.")
  var json = false

  @Option(help: ArgumentHelp("A root certificate of your own, PEM.", valueName: "FILE"))
  var trust: String?

  func run() throws {
    let roots = try trust.map { try Self.roots($0) } ?? []
    var status = ExitStatus.good
    var values: [JSONValue] = []
    for path in paths.flatMap({ Self.passes(in: $0) }) {
      let report: BundleReport
      do {
        report = try Self.report(path, trust: roots)
      } catch let failure as Failure {
        // One path that is wrong says nothing about the others.
        Terminal.report(failure)
        status = .failed
        continue
      }
      if !report.isAcceptable, status == .good { status = .someRefused }
      if json {
        values.append([
          "path": .string(path), "kind": .string(report.kind.rawValue), "acceptable": .bool(report.isAcceptable),
          "findings": .array(report.findings.map(\.json)),
        ])
      } else {
        Self.show(report, path: path)
      }
    }
    if json { Terminal.write(String(decoding: JSONValue.array(values).serialized(pretty: true), as: UTF8.self)) }
    throw status
  }

  /// A folder of passes, such as `issue` makes, stands for the passes in it; anything else for itself.
  private static func passes(in path: String) -> [String] {
    let files = FileManager.default
    var isFolder: ObjCBool = false
    guard files.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue,
      !files.fileExists(atPath: "\(path)/pass.json"), let inside = files.enumerator(atPath: path)
    else { return [path] }
    let passes = inside.compactMap { $0 as? String }.filter { $0.hasSuffix(".pkpass") || $0.hasSuffix(".pkpasses") }
    return passes.isEmpty ? [path] : passes.sorted().map { "\(path)/\($0)" }
  }

  static func roots(_ path: String) throws -> [Certificate] {
    do {
      return try BundleCheck.trustedCertificates(path: path)
    } catch {
      throw Failure("\(error)", hint: "--trust names a file with certificates in PEM")
    }
  }

  static func report(_ path: String, trust: [Certificate]) throws -> BundleReport {
    do {
      return try BundleCheck.check(path: path, trust: trust, now: Inputs.now)
    } catch {
      throw Failure("\(error)", hint: "name a .pkpass, a .pkpasses or a folder")
    }
  }

  private static func show(_ report: BundleReport, path: String) {
    for finding in report.findings {
      Terminal.write(Terminal.line(for: finding, isTerminal: Terminal.isOutputTerminal))
    }
    Terminal.write(verdict(report.findings, path: path))
  }

  static func verdict(_ findings: [Finding], path: String) -> String {
    let errors = findings.count { $0.severity == .error }
    let warnings = findings.count - errors
    let isGood = errors == 0
    let word = Terminal.coloured(
      isGood ? "good" : "refused", isGood ? .green : .red, isTerminal: Terminal.isOutputTerminal)
    let counts = [
      errors > 0 ? Terminal.count(errors, "error") : nil, warnings > 0 ? Terminal.count(warnings, "warning") : nil,
    ].compactMap { $0 }.joined(separator: ", ")
    return "\(Terminal.printable(path)): \(word)\(counts.isEmpty ? "" : " (\(counts))")"
  }
}

extension Finding {
  var json: JSONValue {
    var object: JSONObject = [
      "severity": .string(severity.rawValue), "code": .string(code), "file": .string(place.file),
      "message": .string(message), "hint": .string(hint),
    ]
    if let pointer = place.pointer { object["pointer"] = .string(pointer) }
    if let line = place.line { object["line"] = .number(JSONNumber(Int64(line))) }
    if let column = place.column { object["column"] = .number(JSONNumber(Int64(column))) }
    return .object(object)
  }
}
