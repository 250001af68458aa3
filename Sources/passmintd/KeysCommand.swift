import ArgumentParser
import Authorization
import PassBundle
import ZonedTime

/// `passmintd keys`.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Make API keys.", subcommands: [New.self], defaultSubcommand: New.self)

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a key: printed once, and the line for the configuration, which knows only its hash.")

    @Option(help: ArgumentHelp("What it is for.", valueName: "TEXT")) var name: String
    @Option(
      parsing: .singleValue,
      help: ArgumentHelp(
        "What it may do: \(Scope.allCases.map(\.rawValue).joined(separator: ", ")). May be given again.",
        valueName: "SCOPE"))
    var scope: [Scope] = [.secutixRead]
    @Option(help: ArgumentHelp("When it ends.", valueName: "YYYY-MM-DD")) var expires: String?

    func validate() throws {
      if let expires, ZonedDateTime(iso8601: "\(expires)T00:00:00Z") == nil {
        throw ValidationError("--expires \(expires): write a day such as 2027-12-31")
      }
      if name.contains(where: { $0.isNewline }) { throw ValidationError("--name has one line") }
    }

    func run() throws {
      let (key, record) = APIKey.make(name: name, scopes: Set(scope))
      let scopes = Scope.allCases.filter(record.scopes.contains).map(\.rawValue).joined(separator: ", ")
      let quoted = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      let end = expires.map { ", expires: \($0)" } ?? ""
      Words.note("the key, shown this once; give it to whoever is to call:")
      Words.result(key)
      Words.note("under the tenant's `keys:` in the configuration:")
      Words.result(
        "- {name: \"\(quoted)\", prefix: \(record.prefix), sha256: \(Digest.hex(record.hash)), scopes: [\(scopes)]\(end)}"
      )
    }
  }
}

extension Scope: ExpressibleByArgument {}
