import ArgumentParser
import Issuance
import JSON
import Passes
import SQLiteStore
import Server
import ZonedTime

/// `passmintd passes`.
struct PassesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "passes", abstract: "See the passes of a tenant.",
    subcommands: [List.self, Show.self, History.self, Push.self],
    defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List passes, the newest first.")

    @OptionGroup var store: StoreOptions
    @Option(help: ArgumentHelp("Of this tenant.", valueName: "ID")) var tenant: String
    @Option(help: ArgumentHelp("valid, used or voided.", valueName: "STATE")) var state: IssuedPass.State?
    @Option(help: ArgumentHelp("Made with this template.", valueName: "NAME")) var template: String?
    @Option(help: ArgumentHelp("Leave out so many.", valueName: "N")) var offset = 0
    @Option(help: ArgumentHelp("How many at most.", valueName: "N")) var limit = 50
    @Flag(help: "As JSON.") var json = false
    @Argument(help: ArgumentHelp("Words in the event, the seat or one of the numbers.", valueName: "WORD"))
    var words: [String] = []

    func run() async throws {
      let filter = PassFilter(
        states: state.map { [$0] } ?? [], template: template, text: words.isEmpty ? nil : words.joined(separator: " "))
      let page = try await store.withStore {
        try await $0.passes(filter, tenant: tenant, offset: max(0, offset), limit: max(1, limit))
      }
      if json { return Words.result(.array(page.records.map { Routes.summary($0) })) }
      if !page.records.isEmpty {
        Words.table(
          ["SERIAL NUMBER", "STATE", "CHANGED", "MOVEMENT", "EVENT", "SEAT"],
          page.records.map { record in
            [
              record.pass.serialNumber, record.pass.state.rawValue,
              ZonedDateTime(epochMilliseconds: record.changedAt).iso8601, record.pass.movement ?? "",
              record.pass.event ?? "", record.pass.seat ?? "",
            ]
          })
      }
      Words.note("\(page.records.count) of \(page.total)")
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one pass, as JSON: what is remembered, its pass.json, its history, devices and their log.")

    @OptionGroup var store: StoreOptions
    @Option(help: ArgumentHelp("Of this tenant.", valueName: "ID")) var tenant: String
    @Argument(help: ArgumentHelp("Its serial number.", valueName: "SERIAL")) var serialNumber: String

    func run() async throws {
      let (record, history) = try await store.withStore {
        let record = try await $0.pass(serialNumber: serialNumber, tenant: tenant)
        return (record, try await $0.history(of: serialNumber, tenant: tenant, limit: 200))
      }
      guard let record else { throw PassesCommand.unknown(serialNumber, tenant) }
      guard var object = Routes.summary(record).object else { return }
      if let file = record.pass.rendered.first(where: { $0.path == "pass.json" }),
        var json = (try? JSONValue(parsing: file.bytes))?.object
      {
        // What lets a phone in at the update service, nobody needs to see.
        json["authenticationToken"] = nil
        object["pass.json"] = .object(json)
      }
      if let history { object["history"] = Routes.summary(history) }
      Words.result(.object(object))
    }
  }

  struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell what happened to a pass: when it changed and how, who had it, which phones have it.")

    @OptionGroup var store: StoreOptions
    @Option(help: ArgumentHelp("Of this tenant.", valueName: "ID")) var tenant: String
    @Option(help: ArgumentHelp("The newest so many.", valueName: "N")) var limit = 50
    @Flag(help: "As JSON.") var json = false
    @Argument(help: ArgumentHelp("Its serial number.", valueName: "SERIAL")) var serialNumber: String

    func run() async throws {
      let history = try await store.withStore {
        try await $0.history(of: serialNumber, tenant: tenant, limit: max(1, limit))
      }
      guard let history else { throw PassesCommand.unknown(serialNumber, tenant) }
      if json { return Words.result(Routes.summary(history)) }
      Words.table(
        ["TIME", "WHAT", "DEVICE", "DETAILS"],
        PassHistoryWords.lines(history).map { [$0.time, $0.what, $0.device, $0.details] })
      for device in history.devices {
        let push = device.push.map { push in
          ", its push is \(push.state.rawValue)" + (push.reason.map { ": \($0)" } ?? "")
        }
        Words.note("device \(device.number) has it" + (push ?? ""))
      }
      if history.devices.isEmpty { Words.note("no device has it") }
    }
  }

  struct Push: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell a pass's phones that there is something new: each fetches it again.",
      discussion: """
        passmintd passes push --tenant theatre SERIAL
        passmintd passes push --all-discarded
        """)

    @OptionGroup var store: StoreOptions
    @Option(help: ArgumentHelp("Of this tenant; with --all-discarded of all without it.", valueName: "ID"))
    var tenant: String?
    @Flag(help: "All phones whose push was given up, whatever the pass.") var allDiscarded = false
    @Argument(help: ArgumentHelp("Its serial number.", valueName: "SERIAL")) var serialNumber: String?

    func validate() throws {
      if (serialNumber == nil) != allDiscarded {
        throw ValidationError("name a pass, or all pushes that were given up with --all-discarded")
      }
      if tenant == nil, !allDiscarded { throw ValidationError("say with --tenant whose pass it is") }
    }

    func run() async throws {
      guard let serialNumber, let tenant else {
        let count = try await store.withStore {
          try await $0.replayDiscardedPushes(tenant: tenant, at: RunningService.now())
        }
        return Words.result(count == 1 ? "1 device is pushed again" : "\(count) devices are pushed again")
      }
      let count = try await store.withStore {
        try await $0.requestPushes(
          serialNumber: serialNumber, tenant: tenant, correlationID: "passes-push", at: RunningService.now())
      }
      guard let count else { throw PassesCommand.unknown(serialNumber, tenant) }
      Words.note(
        count == 0
          ? "no device has this pass"
          : "the service pushes \(count == 1 ? "1 device" : "\(count) devices"): `passmintd passes history` tells")
    }
  }

  fileprivate static func unknown(_ serialNumber: String, _ tenant: String) -> any Error {
    Words.failure("\(tenant) has no pass \(serialNumber)", hint: "`passmintd passes list` looks for words", status: 1)
  }
}

extension IssuedPass.State: ExpressibleByArgument {}
