import ArgumentParser
import Foundation
import PassBundle
import Passes
import ZonedTime

struct Certs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make example certificates, or look at real ones.", subcommands: [Example.self, CheckCerts.self])

  struct Example: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a root, an intermediate and a pass certificate to try things out with. Phones do not accept them."
    )

    @Argument(help: ArgumentHelp("Where they go.", valueName: "DIR"))
    var folder: String

    @Option(help: ArgumentHelp("Pass type identifier.", valueName: "ID"))
    var passType = "pass.org.example.tickets"

    @Option(help: ArgumentHelp("Team identifier.", valueName: "ID"))
    var team = "EXAMPLE123"

    @Flag(help: "A certificate that may sign passes with NFC.")
    var nfc = false

    func run() throws {
      do {
        let made = try ExampleCertificates.write(
          to: folder, .init(passTypeIdentifier: passType, teamIdentifier: team, hasNFC: nfc), now: Inputs.now)
        let until = ZonedDateTime(epochMilliseconds: made.notAfter * 1000).iso8601.prefix(10)
        switch made.outcome {
        case .made: Terminal.note("example certificates made, good until \(until)")
        case .kept: Terminal.note("there are example certificates already, good until \(until)")
        case .renewed: Terminal.note("the expired example certificates were replaced, good until \(until)")
        }
        Terminal.write(folder)
      } catch {
        throw Failure("\(error)", hint: error.hint)
      }
    }
  }

  struct CheckCerts: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: "Show what a folder or .p12 holds and whether passes can be signed with it.")

    @Argument(help: ArgumentHelp("A folder, or a .p12 file.", valueName: "PATH"))
    var path: String

    func run() throws {
      guard FileManager.default.fileExists(atPath: path) else {
        throw Failure("\(path): there is no such file or folder", hint: "name a folder or a .p12 file")
      }
      let report: IdentityReport
      do {
        let password = try IdentityPassword.source(in: ProcessInfo.processInfo.environment)?.read()
        report = IdentityReport(at: path, password: password, now: Inputs.now)
      } catch {
        throw Failure("\(error)", hint: error.hint)
      }
      if case .failure(let error) = report.identity {
        throw Failure("\(error)", hint: error.hint, status: .someRefused)
      }
      let width = report.facts.map(\.label.count).max() ?? 0
      for fact in report.facts where !fact.value.isEmpty {
        Terminal.write(
          Terminal.printable(fact.label.padding(toLength: width + 2, withPad: " ", startingAt: 0) + fact.value))
      }
      for problem in report.problems {
        Terminal.write(Terminal.line(for: problem.finding(at: path), isTerminal: Terminal.isOutputTerminal))
      }
      throw report.isUsable ? ExitStatus.good : .someRefused
    }
  }
}
