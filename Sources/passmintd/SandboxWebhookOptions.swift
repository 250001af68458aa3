import ArgumentParser
import AsyncHTTPClient
import Foundation
import Sandbox

/// What a house sends by itself.
struct WebhookOptions: ParsableArguments {
  enum Dates: String, ExpressibleByArgument, CaseIterable {
    case sql
    case sqlFraction = "sql-fraction"
    case iso8601

    var form: SandboxWebhook.DateForm {
      switch self {
      case .sql: .sql
      case .sqlFraction: .sqlFraction
      case .iso8601: .iso8601
      }
    }
  }

  @Option(
    name: .customLong("webhook"), parsing: .singleValue,
    help: ArgumentHelp("Sends a row for each changed ticket, as data exports do. May be given again.", valueName: "URL")
  )
  var rows: [String] = []

  @Option(
    name: .customLong("order-webhook"), parsing: .singleValue,
    help: ArgumentHelp("Sends each closed order whole (order webhook V2).", valueName: "URL"))
  var orders: [String] = []

  @Option(
    name: .customLong("order-id-webhook"), parsing: .singleValue,
    help: ArgumentHelp("Calls a URL with ${orderId} in it for each closed order (V1).", valueName: "URL"))
  var orderIDs: [String] = []

  @Option(
    name: .customLong("order-id-body"),
    help: ArgumentHelp(
      "With --order-id-webhook: posts this with ${orderId} in it, such as '{\"order\": ${orderId}}', instead of a GET.",
      valueName: "TEMPLATE"))
  var orderIDBody: String?

  @Option(help: ArgumentHelp("How often it looks for something to send: 500ms, 2s, 15m.", valueName: "TIME"))
  var every = Interval(.seconds(2))

  @Option(help: ArgumentHelp("Rows or orders in a request; more than one come as an array.", valueName: "N"))
  var bucket = 1

  @Option(help: ArgumentHelp("Requests it sends each time it looks, at most.", valueName: "N"))
  var requestsPerRun = 100

  @Option(help: ArgumentHelp("How often a request that failed is sent again.", valueName: "N"))
  var retries = 12

  @Option(help: "How dates are written: sql, sql-fraction or iso8601.")
  var dates = Dates.sql

  @Option(help: ArgumentHelp("Signs in by HTTP basic authentication.", valueName: "USER:PASSWORD"))
  var basic: String?

  @Option(help: ArgumentHelp("Signs in by a header.", valueName: "NAME:VALUE"))
  var header: String?

  @Flag(help: "Every request comes twice.")
  var doubled = false

  @Flag(help: "The rows of a run come in any order.")
  var shuffled = false

  func validate() throws {
    if basic != nil, header != nil { throw ValidationError("--basic or --header, not both") }
    for (option, text) in [("--basic", basic), ("--header", header)] {
      if let text, !text.contains(":") { throw ValidationError("\(option): write both parts with a colon between") }
    }
    guard bucket > 0, requestsPerRun > 0, retries >= 0, every.duration > .zero else {
      throw ValidationError("--bucket, --requests-per-run and --every must be more than nothing")
    }
    if orderIDBody != nil, orderIDs.isEmpty {
      throw ValidationError("--order-id-body belongs to --order-id-webhook")
    }
  }

  private var authentication: SandboxWebhook.Authentication {
    func parts(_ text: String) -> (String, String) {
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts.first ?? ""), parts.dropFirst().first.map(String.init) ?? "")
    }
    if let (user, password) = basic.map(parts) { return .basic(user: user, password: password) }
    if let (name, value) = header.map(parts) {
      return .header(name: name, value: value.trimmingCharacters(in: .whitespaces))
    }
    return .none
  }

  var settings: [SandboxWebhook.Settings] {
    let kinds: [(SandboxWebhook.Kind, [String])] = [
      (.rows, rows), (.orders(), orders), (.orderID(body: orderIDBody), orderIDs),
    ]
    return kinds.flatMap { kind, urls in
      urls.map { url in
        var settings = SandboxWebhook.Settings(url: url)
        settings.kind = kind
        settings.bucket = bucket
        settings.requestsPerRun = requestsPerRun
        settings.retries = retries
        settings.dates = dates.form
        settings.authentication = authentication
        settings.isDoubled = doubled
        settings.isShuffled = shuffled
        return settings
      }
    }
  }

  /// Sends until the signal comes.
  func send(from secutix: SandboxSecutix, until stop: StopSignal) async throws {
    let http = HTTPClient(eventLoopGroupProvider: .singleton)
    await withTaskGroup { group in
      for settings in settings {
        let webhook = SandboxWebhook(settings, of: secutix, http: http)
        group.addTask { [every] in await webhook.run(every: every.duration) }
      }
      await stop.wait()
      group.cancelAll()
    }
    try await http.shutdown()
  }
}

/// A time as people write it: `500ms`, `2s`, `15m`; a bare number is seconds.
struct Interval: ExpressibleByArgument, CustomStringConvertible {
  let duration: Duration
  let description: String

  init(_ duration: Duration) {
    self.duration = duration
    description = "\(Double(duration / .milliseconds(1)) / 1000)s".replacing(".0s", with: "s")
  }

  init?(argument: String) {
    let digits = argument.prefix { $0.isNumber || $0 == "." }
    guard let number = Double(digits), number.isFinite, number < 1e6 else { return nil }
    switch argument.dropFirst(digits.count) {
    case "ms": duration = .milliseconds(number)
    case "s", "": duration = .seconds(number)
    case "m": duration = .seconds(number * 60)
    default: return nil
    }
    description = argument
  }
}
