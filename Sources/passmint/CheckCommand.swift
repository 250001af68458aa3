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

  @OptionGroup var output: FindingOutput

  @Option(help: ArgumentHelp("A root certificate of your own, PEM.", valueName: "FILE"))
  var trust: String?

  func run() throws {
    let roots = try trust.map { try Self.roots($0) } ?? []
    var status = ExitStatus.good
    var checked: [CheckedPath] = []
    for path in paths.flatMap({ Self.passes(in: $0) }) {
      do {
        checked.append(CheckedPath(path: path, report: try Self.report(path, trust: roots)))
      } catch let failure as Failure {
        // One path that is wrong says nothing about the others.
        Terminal.report(failure)
        status = .failed
        continue
      }
      if output.chosen == .text { checked.last?.show() }
    }
    if status == .good, checked.contains(where: { !$0.report.isAcceptable }) { status = .someRefused }
    switch output.chosen {
    case .text: break
    case .json:
      Terminal.write(
        .array(
          checked.map { checked in
            [
              "path": .string(checked.path), "kind": .string(checked.report.kind.rawValue),
              "acceptable": .bool(checked.report.isAcceptable),
              "findings": .array(checked.report.findings.map(\.json)),
            ]
          }))
    case .sarif: Terminal.write(SarifLog(checked: checked, isComplete: status != .failed).json)
    }
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
}
