import ArgumentParser
import Foundation
import JSON
import PassBundle
import Passes

extension Template {
  struct CheckTemplate: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Check templates: their Liquid, their files, and the passes of their sample tickets.",
      discussion: "With --json one template gives an object, several give an array.")

    @Argument(help: ArgumentHelp("Template folders; NAME stands for NAME.pkpasstemplate.", valueName: "DIR|NAME"))
    var folders: [String]

    @OptionGroup var output: FindingOutput

    func run() throws {
      var status = ExitStatus.good
      var checked: [CheckedPath] = []
      for folder in folders.flatMap({ Self.templates(in: $0) }) {
        do {
          checked.append(try Self.check(folder))
        } catch let failure as Failure {
          // One name that is wrong says nothing about the others.
          Terminal.report(failure)
          status = .failed
          continue
        }
        if output.chosen == .text { checked.last?.show() }
      }
      if status == .good, checked.contains(where: { !$0.report.isAcceptable }) { status = .someRefused }
      write(checked, status)
      throw status
    }

    private static func check(_ name: String) throws -> CheckedPath {
      let path = Template.folder(name)
      let report = try Check.report(path, trust: [])
      guard report.kind == .template || report.kind == .folder else {
        throw Failure("\(name) is not a template folder", hint: "a template is a folder NAME.pkpasstemplate")
      }
      return CheckedPath(path: path, report: report)
    }

    /// A folder of templates stands for the templates in it, anything else for itself.
    private static func templates(in name: String) -> [String] {
      let path = Template.folder(name)
      guard !FileManager.default.fileExists(atPath: "\(path)/pass.json"),
        let entries = try? FileManager.default.contentsOfDirectory(atPath: path)
      else { return [name] }
      let inside = entries.filter { $0.hasSuffix(".pkpasstemplate") }.sorted()
      return inside.isEmpty ? [name] : inside.map { "\(path)/\($0)" }
    }

    private func write(_ checked: [CheckedPath], _ status: ExitStatus) {
      switch output.chosen {
      case .text: return
      case .json:
        let objects = checked.map { checked -> JSONValue in
          [
            "path": .string(checked.path), "acceptable": .bool(checked.report.isAcceptable),
            "findings": .array(checked.report.findings.map(\.json)),
          ]
        }
        if folders.count > 1 {
          Terminal.write(.array(objects))
        } else if let object = objects.first {
          Terminal.write(object)
        }
      case .sarif: Terminal.write(SarifLog(checked: checked, isComplete: status != .failed).json)
      }
    }
  }
}

extension Template {
  /// The folder meant by a name: what is there goes before what is short for `NAME.pkpasstemplate`.
  static func folder(_ name: String) -> String {
    let files = FileManager.default
    if files.fileExists(atPath: name) { return name }
    let trimmed = String(name.reversed().drop { $0 == "/" }.reversed())
    let long = "\(trimmed).pkpasstemplate"
    return files.fileExists(atPath: long) ? long : name
  }
}
