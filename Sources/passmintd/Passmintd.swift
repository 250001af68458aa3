import ArgumentParser

@main
struct Passmintd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "passmintd", abstract: "Serve wallet passes for Secutix tickets.",
    subcommands: [SandboxCommand.self])
}
