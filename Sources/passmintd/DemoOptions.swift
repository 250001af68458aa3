import ArgumentParser

/// `passmintd sandbox --demo`.
struct DemoOptions: ParsableArguments {
  @Flag(
    name: .customLong("demo"),
    help: "Start a service beside it, sell an order, and show the buyer's page: the whole product with one command.")
  var isDemo = false

  @Flag(name: .customLong("once"), help: "With --demo: look at the page and at a pass, then end.")
  var isOnce = false

  @Option(
    help: ArgumentHelp(
      "With --demo: where the service's files lie, instead of a folder that goes away.", valueName: "DIR"))
  var folder: String?

  @Option(
    help: ArgumentHelp("With --demo: the service's address; port 0: any that is free.", valueName: "HOST:PORT"))
  var service = "127.0.0.1:8401"
}
