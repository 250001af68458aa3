import ArgumentParser
import Foundation
import Issuance
import SQLiteStore

/// Which store an operator's command works on. It may run beside the service.
struct StoreOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The service's configuration, which says where the store is.", valueName: "FILE"))
  var config = "passmint.yaml"

  @Option(help: ArgumentHelp("The store itself, in place of the configuration's.", valueName: "FILE"))
  var store: String?

  /// Opens the store for as long as `body` runs. One that is not there is not made.
  func withStore<Result>(_ body: (SQLiteStore) async throws -> Result) async throws -> Result {
    let path = try path()
    guard FileManager.default.fileExists(atPath: path) else {
      throw Words.failure("there is no store at \(path)", hint: "has the service run? name another file with --store")
    }
    do {
      let store = try SQLiteStore(path: path)
      defer { try? store.close() }
      return try await body(store)
    } catch let error as StoreError {
      let isRefusal = error == .unknownJob || error == .jobIsRunning
      throw Words.failure(isRefusal ? "\(error)" : "\(path): \(error)", status: isRefusal ? 1 : 3)
    }
  }

  private func path() throws -> String {
    if let store { return store }
    let (configuration, problems) = ConfigurationSource(path: config).read()
    if let configuration { return configuration.storePath }
    for problem in problems where problem.severity == .error { Words.note("error: \(problem)") }
    throw Words.failure("the configuration does not say where the store is", hint: "name the store with --store FILE")
  }
}

/// Which rows of a list, and how they are shown.
struct ListOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Of this tenant alone.", valueName: "ID")) var tenant: String?
  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp("available, running, completed, retryable or discarded. May be given again.", valueName: "STATE")
  ) var state: [JobState] = []
  @Option(help: ArgumentHelp("How many at most.", valueName: "N")) var limit = 50
  @Option(help: ArgumentHelp("Go on behind the one with this number.", valueName: "NUMBER")) var before: Int64?
  @Flag(help: "As JSON.") var json = false

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit begins at 1") }
  }
}

extension JobState: ExpressibleByArgument {}
