import ArgumentParser
import JSON
import PassBundle
import Passes

extension Template {
  struct CheckTemplate: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: "Check a template: its Liquid, its files, and the passes of its sample tickets.")

    @Argument(help: ArgumentHelp("The template folder.", valueName: "DIR"))
    var folder: String

    @Flag(help: "One JSON object on standard output.")
    var json = false

    func run() throws {
      let report = try Check.report(folder, trust: [])
      guard report.kind == .template || report.kind == .folder else {
        throw Failure("\(folder) is not a template folder", hint: "a template is a folder NAME.pkpasstemplate")
      }
      if json {
        let object: JSONValue = [
          "path": .string(folder), "acceptable": .bool(report.isAcceptable),
          "findings": .array(report.findings.map(\.json)),
        ]
        Terminal.write(String(decoding: object.serialized(pretty: true), as: UTF8.self))
      } else {
        for finding in report.findings {
          Terminal.write(Terminal.line(for: finding, isTerminal: Terminal.isOutputTerminal))
        }
        Terminal.write(Check.verdict(report.findings, path: folder))
      }
      throw report.isAcceptable ? ExitStatus.good : .someRefused
    }
  }
}
