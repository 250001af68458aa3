import ArgumentParser
import Foundation
import PassBundle

/// `passmintd serve`.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the service: webhooks in, passes made, the buyer's page and downloads.",
    discussion: """
      passmintd serve --example-config > passmint.yaml     something to start from
      passmintd serve --check-config                       every mistake, with its line
      passmintd serve

      SIGHUP reads the tenants anew without dropping a request; SIGTERM and SIGINT stop it in peace.
      """)

  @Option(name: .shortAndLong, help: ArgumentHelp("The configuration.", valueName: "FILE"))
  var config = "passmint.yaml"

  @Option(help: ArgumentHelp("Address and port, in place of the configuration's.", valueName: "HOST:PORT"))
  var listen: String?

  @Flag(help: "Look at the configuration, say every mistake with its line, and end.")
  var checkConfig = false

  @Flag(help: "Print a configuration to start from, and end.")
  var exampleConfig = false

  @Option(
    help: ArgumentHelp("Write the port that is listened on into a file, once it is: for port 0.", valueName: "FILE"))
  var portFile: String?

  func run() async throws {
    if exampleConfig { return Words.result(ExampleConfiguration.yaml) }
    ProcessTuning.apply()
    var flags: [ConfigurationOverride: String] = [:]
    if let listen { flags[.listen] = listen }
    let source = ConfigurationSource(path: config, flags: flags)
    let (configuration, problems) = source.read()
    guard let configuration, !checkConfig else {
      for problem in problems { Words.note("\(problem.severity.rawValue): \(problem)") }
      if let configuration {
        let tenants = configuration.tenants.map(\.id).joined(separator: ", ")
        return Words.result("\(config): good (\(tenants))")
      }
      let count = problems.count { $0.severity == .error }
      Words.note(count == 1 ? "1 mistake to mend" : "\(count) mistakes to mend")
      throw ExitCode(checkConfig ? 1 : 3)
    }
    try await RunningService(configuration, warnings: problems, source: source, portFile: portFile).run()
  }
}

/// Where the configuration comes from, to be read again.
struct ConfigurationSource: Sendable {
  let path: String
  var flags: [ConfigurationOverride: String] = [:]

  func read() -> (configuration: ServiceConfiguration?, problems: [ConfigurationProblem]) {
    ServiceConfiguration.read(
      path: path, flags: flags, environment: ProcessInfo.processInfo.environment,
      now: Int64(Date().timeIntervalSince1970))
  }
}
