import ArgumentParser

@main
struct Passmintd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "passmintd", abstract: "Serve wallet passes for Secutix tickets.",
    discussion: "Begin with `passmintd sandbox --demo`: the whole product on this machine, without an account.",
    subcommands: [
      ServeCommand.self, JobsCommand.self, PassesCommand.self, WebhooksCommand.self, StoreCommand.self,
      KeysCommand.self, SandboxCommand.self,
    ])
}
