import ArgumentParser
import Foundation
import SQLiteStore

/// `passmintd store`.
struct StoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store", abstract: "Look after the store.", subcommands: [Backup.self])

  struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy the store, as it is at one moment, into one file. The service may run meanwhile.",
      discussion: """
        The copy is a store: to go back to it, stop the service, and put it in the store's place (and remove the files beside
        it that end with -wal and -shm).
        """)

    @OptionGroup var store: StoreOptions
    @Argument(help: ArgumentHelp("Where to; what is there is replaced when the copy is whole.", valueName: "FILE"))
    var file: String

    func run() async throws {
      try await store.withStore { try await $0.backup(to: URL(filePath: file).path) }
      let size = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
      Words.result("\(file): \(size) bytes")
    }
  }
}
