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
    commandName: "passes", abstract: "See the passes of a tenant.", subcommands: [List.self, Show.self],
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
        state: state, template: template, text: words.isEmpty ? nil : words.joined(separator: " "))
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
    static let configuration = CommandConfiguration(abstract: "Show one pass: what is remembered, and its pass.json.")

    @OptionGroup var store: StoreOptions
    @Option(help: ArgumentHelp("Of this tenant.", valueName: "ID")) var tenant: String
    @Argument(help: ArgumentHelp("Its serial number.", valueName: "SERIAL")) var serialNumber: String

    func run() async throws {
      let record = try await store.withStore { try await $0.pass(serialNumber: serialNumber, tenant: tenant) }
      guard let record else {
        throw Words.failure(
          "\(tenant) has no pass \(serialNumber)", hint: "`passmintd passes list` looks for words", status: 1)
      }
      guard var object = Routes.summary(record).object else { return }
      if let file = record.pass.rendered.first(where: { $0.path == "pass.json" }),
        var json = (try? JSONValue(parsing: file.bytes))?.object
      {
        // What lets a phone in at the update service, nobody needs to see.
        json["authenticationToken"] = nil
        object["pass.json"] = .object(json)
      }
      Words.result(.object(object))
    }
  }
}

extension IssuedPass.State: ExpressibleByArgument {}
