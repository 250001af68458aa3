import ArgumentParser
import Foundation
import Sandbox
import Synchronization

/// `passmintd sandbox`: a Secutix to run against without an account, and what can happen in it.
struct SandboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sandbox", abstract: "Run a Secutix to try things with; sell, reprint, refund … in it.",
    discussion: """
      passmintd sandbox --demo           the whole product on this machine: a sale, its passes, the buyer's page
      passmintd sandbox                  only the Secutix, for a service of your own
      passmintd sandbox sell --seats 2   from another terminal: something happens in the one that runs
      passmintd sandbox device --add …   a phone with a pass in its Wallet
      """,
    subcommands: [
      Run.self, Sell.self, Print.self, Reprint.self, Reseat.self, Rename.self, Reschedule.self, Exchange.self,
      Refund.self, Resell.self, Scan.self, CancelEvent.self, Fault.self, List.self, Device.self, APNs.self,
    ], defaultSubcommand: Run.self)

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run it until Ctrl-C (what no subcommand means).")

    @OptionGroup(title: "The house") var house: HouseOptions
    @OptionGroup(title: "Webhooks") var webhooks: WebhookOptions
    @OptionGroup(title: "The whole product") var demo: DemoOptions

    func validate() throws {
      if !demo.isDemo, demo.isOnce || demo.folder != nil {
        throw ValidationError("--once and --folder belong to --demo")
      }
    }

    func run() async throws {
      let settings = try house.settings()
      if demo.isDemo { return try await Demo(house: settings, webhooks: webhooks, options: demo).run() }
      let secutix = SandboxSecutix(settings.house, options: settings.options)
      let stop = StopSignal()
      do {
        try await secutix.serve(host: settings.host, port: settings.port) { [webhooks] url in
          SandboxWords.welcome(settings.house, url: url)
          try await webhooks.send(from: secutix, until: stop)
        }
      } catch let error where !(error is ExitCode) {
        throw SandboxWords.failure(
          "the sandbox cannot listen on \(settings.host):\(settings.port): \(SandboxWords.reason(error))",
          hint: "is another one running? choose another address with --listen")
      }
    }
  }
}

/// Which house, and where it listens.
struct HouseOptions: ParsableArguments {
  enum House: String, ExpressibleByArgument, CaseIterable {
    case theatre, museum, stadium

    var value: SandboxHouse {
      switch self {
      case .theatre: .theatre
      case .museum: .museum
      case .stadium: .stadium
      }
    }
  }

  @Option(help: ArgumentHelp("Address and port; port 0: any that is free.", valueName: "HOST:PORT"))
  var listen = "127.0.0.1:8400"

  @Option(
    help: ArgumentHelp(
      "theatre (Lyon, EUR), museum (Tokyo, JPY, no seats) or stadium (Kuwait, KWD, right-to-left names).",
      valueName: "HOUSE"))
  var house = House.theatre

  @Option(help: ArgumentHelp("The same seed gives the same ids and barcodes.", valueName: "N"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Calls it answers in a minute; 0: any number.", valueName: "N"))
  var callsPerMinute = 180

  @Option(
    help: ArgumentHelp(
      "The link of the confirmation mail, such as 'https://…/o/theatre/${orderSecret}': shown with each sale.",
      valueName: "URL"))
  var mailLink: String?

  struct Settings {
    var house: SandboxHouse
    var options: SandboxSecutix.Options
    var host: String
    var port: Int
  }

  func settings() throws -> Settings {
    var options = SandboxSecutix.Options()
    options.seed = seed
    options.callsPerMinute = callsPerMinute > 0 ? callsPerMinute : nil
    options.mailLink = mailLink
    let (host, port) = try Self.address(listen, option: "--listen")
    return Settings(house: house.value, options: options, host: host, port: port)
  }

  static func address(_ text: String, option: String) throws -> (host: String, port: Int) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count > 1, let port = parts.last.flatMap({ Int($0) }), (0...65_535).contains(port) else {
      throw ValidationError("\(option) \(text): write an address and a port, such as 127.0.0.1:8400")
    }
    return (parts.dropLast().joined(separator: ":").trimmingCharacters(in: ["[", "]"]), port)
  }
}

/// Ctrl-C, or the stop of a service manager.
///
/// `@unchecked Sendable`: the sources are made in the initialiser and only kept.
final class StopSignal: @unchecked Sendable {
  private let sources: [any DispatchSourceSignal]
  private let state: Shared

  /// What the handlers keep, too.
  private final class Shared: Sendable {
    let state = Mutex<(hasCome: Bool, waiting: [AsyncStream<Void>.Continuation])>((false, []))
  }

  init() {
    let shared = Shared()
    state = shared
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        let waiting = shared.state.withLock { state in
          state.hasCome = true
          return state.waiting
        }
        for waiting in waiting { waiting.finish() }
      }
      source.resume()
      return source
    }
  }

  /// Returns when it comes, at once when it has come, and when the task is cancelled.
  func wait() async {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    let hasCome = state.state.withLock { state in
      if !state.hasCome { state.waiting.append(continuation) }
      return state.hasCome
    }
    if hasCome { return }
    for await _ in stream {}
  }

  var hasCome: Bool { state.state.withLock { $0.hasCome } }
}
