import ArgumentParser
import PassBundle

@main
struct Passmint: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "passmint",
    abstract: "Turns Secutix tickets into signed wallet passes.",
    discussion: """
      Exit codes: 0 all good, 1 some items refused, 2 wrong usage, 3 could not run.
      Results go to standard output, everything else to standard error.
      """,
    version: "0.1.0",
    subcommands: [Issue.self, Check.self, Show.self, Template.self, Certs.self])

  static func main() {
    ProcessTuning.apply()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      Terminal.report(failure)
      end(with: failure.status)
    } catch let status as ExitStatus {
      end(with: status)
    } catch {
      // Help and version end well; what is left are words on the command line that nobody understands.
      let isHelp = exitCode(for: error).isSuccess
      Terminal.write(fullMessage(for: error), toError: !isHelp)
      end(with: isHelp ? .good : .usage)
    }
  }
}
