import ArgumentParser
import Issuance
import JSON
import SQLiteStore
import Server
import ZonedTime

/// `passmintd webhooks`: what tenants' own systems were told, and what they could not be told.
struct WebhooksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "webhooks", abstract: "See outgoing webhooks, and have them sent again.",
    discussion: """
      passmintd webhooks endpoints
      passmintd webhooks list --state discarded
      passmintd webhooks replay --all-discarded --tenant theatre --endpoint crm
      """,
    subcommands: [Endpoints.self, List.self, Show.self, Replay.self, Resume.self], defaultSubcommand: Endpoints.self)

  struct Endpoints: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List where events are sent, and how it goes.")

    @OptionGroup var store: StoreOptions
    @Option(help: ArgumentHelp("Of this tenant alone.", valueName: "ID")) var tenant: String?
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
      let endpoints = try await store.withStore { try await $0.webhookEndpoints(tenant: tenant) }
      if json { return Words.result(.array(endpoints.map { Routes.summary($0, tenant: true) })) }
      if endpoints.isEmpty { return Words.note("there are none: `outgoing_webhooks:` of a tenant makes them") }
      Words.table(
        ["TENANT", "ENDPOINT", "STATE", "WAITING", "GIVEN UP", "DELIVERED", "URL"],
        endpoints.map { endpoint in
          let waiting = [JobState.available, .retryable, .running].reduce(0) { $0 + (endpoint.counts[$1] ?? 0) }
          return [
            endpoint.tenant, endpoint.name, Self.state(endpoint), "\(waiting)",
            "\(endpoint.counts[.discarded] ?? 0)", "\(endpoint.counts[.completed] ?? 0)", endpoint.address,
          ]
        })
    }

    private static func state(_ endpoint: WebhookEndpointRecord) -> String {
      if !endpoint.isConfigured { return "not configured" }
      if let reason = endpoint.disabledFor { return "switched off: \(reason)" }
      if let until = endpoint.pausedUntil, endpoint.failures > 0 {
        let moment = ZonedDateTime(epochMilliseconds: until).iso8601
        return endpoint.failures == 1
          ? "failed once, tried again at \(moment)" : "failed \(endpoint.failures) times, tried again at \(moment)"
      }
      return "good"
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List messages, the newest first.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var list: ListOptions
    @Option(help: ArgumentHelp("To this endpoint alone.", valueName: "NAME")) var endpoint: String?

    func run() async throws {
      let filter = WebhookFilter(
        tenant: list.tenant, endpoint: endpoint, states: Set(list.state), before: list.before, limit: list.limit)
      let messages = try await store.withStore { try await $0.webhooks(filter) }
      if list.json { return Words.result(.array(messages.map { Routes.summary($0, tenant: true) })) }
      if messages.isEmpty { return Words.note("there are no such messages") }
      Words.table(
        ["MESSAGE", "TENANT", "ENDPOINT", "EVENT", "STATE", "TRIES", "AT", "REASON"],
        messages.map { message in
          [
            "\(message.id)", message.tenant, message.endpoint, message.type, message.state.rawValue,
            "\(message.attempts)", ZonedDateTime(epochMilliseconds: message.finishedAt ?? message.runAt).iso8601,
            message.reason ?? "",
          ]
        })
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one message with what is sent.")

    @OptionGroup var store: StoreOptions
    @Argument(help: ArgumentHelp("Its number.", valueName: "MESSAGE")) var id: Int64

    func run() async throws {
      let message = try await store.withStore { try await $0.webhook(id, tenant: nil) }
      guard let message else {
        throw Words.failure("there is no message \(id)", hint: "`passmintd webhooks list` lists them")
      }
      Words.result(Routes.summary(message, isWhole: true, tenant: true))
    }
  }

  struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Have messages sent again, delivered ones too: receivers tell repetitions by `webhook-id`.")

    @OptionGroup var store: StoreOptions
    @Argument(help: ArgumentHelp("Their numbers.", valueName: "MESSAGE")) var ids: [Int64] = []
    @Flag(help: "All that were given up.") var allDiscarded = false
    @Option(help: ArgumentHelp("With --all-discarded: of this tenant alone.", valueName: "ID")) var tenant: String?
    @Option(help: ArgumentHelp("With --all-discarded: to this endpoint alone.", valueName: "NAME")) var endpoint:
      String?

    func validate() throws {
      if tenant != nil || endpoint != nil, !allDiscarded {
        throw ValidationError("--tenant and --endpoint go with --all-discarded")
      }
      if ids.isEmpty != allDiscarded { throw ValidationError("name messages, or all of them with --all-discarded") }
    }

    func run() async throws {
      let (count, refused) = try await store.withStore { store in
        var ids = ids
        var before: Int64?
        while allDiscarded {
          let messages = try await store.webhooks(
            WebhookFilter(tenant: tenant, endpoint: endpoint, states: [.discarded], before: before, limit: 500))
          ids += messages.map(\.id)
          guard let last = messages.last else { break }
          before = last.id
        }
        var count = 0
        for id in ids {
          if let message = try await store.replayWebhook(id, tenant: nil, at: RunningService.now()) {
            if message.state.isWaiting { count += 1 } else { Words.note("message \(id): it is under way already") }
          } else {
            Words.note("message \(id): there is none")
          }
        }
        return (count, ids.count - count)
      }
      Words.result(count == 1 ? "1 message is sent again" : "\(count) messages are sent again")
      if refused > 0 { throw ExitCode(1) }
    }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Have an endpoint tried again at once that is paused or switched off.")

    @OptionGroup var store: StoreOptions
    @Argument(help: ArgumentHelp("Its tenant.", valueName: "TENANT")) var tenant: String
    @Argument(help: ArgumentHelp("Its name.", valueName: "ENDPOINT")) var endpoint: String

    func run() async throws {
      let isThere = try await store.withStore {
        try await $0.resumeWebhooks(of: endpoint, tenant: tenant, at: RunningService.now())
      }
      guard isThere else {
        throw Words.failure(
          "\(tenant) has no endpoint \(endpoint)", hint: "`passmintd webhooks endpoints` lists them")
      }
      Words.result("\(endpoint) is tried again")
    }
  }
}
