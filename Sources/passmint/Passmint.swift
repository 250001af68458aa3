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
    subcommands: [Issue.self, Check.self, Show.self, Preview.self, Template.self, Certs.self])

  static func main() {
    Terminal.openStandardStreams()
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
      if exitCode(for: error).isSuccess {
        Terminal.write(fullMessage(for: error))
        end(with: .good)
      }
      Terminal.report(Failure(usage: fullMessage(for: error)))
      end(with: .usage)
    }
  }
}

extension Failure {
  /// The argument parser's text in this program's manner: what is wrong, and where help is.
  ///
  /// It has lines "Error: Unknown option '--x'", "Usage: …" and "  See 'passmint issue --help' for more information."
  init(usage text: String) {
    var message: [String] = []
    var hint: String?
    for line in text.split(separator: "\n") {
      if let help = line.split(separator: "'").first(where: { $0.hasSuffix("--help") }), line.contains("See ") {
        hint = String(help)
      } else if !line.hasPrefix("Usage:"), !line.hasPrefix("Help:") {
        message.append(String(line))
      }
    }
    let sentence = message.joined(separator: " ").replacing("Error: ", with: "", maxReplacements: 1)
    self.init(sentence.prefix(1).lowercased() + sentence.dropFirst(), hint: hint ?? "passmint --help", status: .usage)
  }
}
