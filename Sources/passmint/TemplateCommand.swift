import ArgumentParser
import Foundation

struct Template: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Begin a template, check one, scale its images.", subcommands: [New.self, CheckTemplate.self, Scale.self])

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Begin a template of your own from one that is there.",
      discussion: """
        Copies a template: concert, festival, match, membership, museum, season-ticket, shuttle or voucher, or any \
        folder. Templates are looked for in PASSMINT_TEMPLATES, in ./templates, and beside the program.
        """)

    @Argument(help: ArgumentHelp("The new template: a name, or a folder NAME.pkpasstemplate.", valueName: "NAME"))
    var name: String

    @Option(help: ArgumentHelp("What to begin from.", valueName: "concert"))
    var from = "concert"

    func run() throws {
      let name = String(name.reversed().drop { $0 == "/" }.reversed())
      guard !name.isEmpty else {
        throw Failure("a template needs a name", hint: "passmint template new mine", status: .usage)
      }
      let target = name.hasSuffix(".pkpasstemplate") ? name : "\(name).pkpasstemplate"
      let files = FileManager.default
      guard !files.fileExists(atPath: target) else {
        throw Failure("\(target) is there already", hint: "choose another name")
      }
      let source = try Self.find(from)
      // Copied beside its place first: a copy that broke off never looks finished.
      let partial = "\(target).partial"
      do {
        try? files.removeItem(atPath: partial)
        try files.copyItem(atPath: source, toPath: partial)
        try files.moveItem(atPath: partial, toPath: target)
      } catch {
        try? files.removeItem(atPath: partial)
        throw Failure(
          "copying \(source) to \(target) failed: \(error.localizedDescription)", hint: "is the folder writable?")
      }
      Terminal.write(target)
      Terminal.hint(
        "put your own organizationName, passTypeIdentifier and teamIdentifier into \(target)/pass.json, then: passmint template check \(target)"
      )
    }

    private static func find(_ name: String) throws -> String {
      if name.contains("/") || name.hasSuffix(".pkpasstemplate") {
        guard FileManager.default.fileExists(atPath: "\(name)/pass.json") else {
          throw Failure("\(name) is not a template folder", hint: "it needs a pass.json")
        }
        return name
      }
      var folders = ["templates"]
      if let named = ProcessInfo.processInfo.environment["PASSMINT_TEMPLATES"], !named.isEmpty {
        folders.insert(named, at: 0)
      }
      var above = URL(filePath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
      if let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
        above = URL(filePath: link)
      }
      for _ in 0..<5 {
        above.deleteLastPathComponent()
        folders += [above.appending(path: "templates").path, above.appending(path: "share/passmint/templates").path]
      }
      for folder in folders where FileManager.default.fileExists(atPath: "\(folder)/\(name).pkpasstemplate/pass.json") {
        return "\(folder)/\(name).pkpasstemplate"
      }
      let names = names(in: folders)
      throw Failure(
        "there is no template \(name)",
        hint: names.isEmpty
          ? "name a folder with --from, or set PASSMINT_TEMPLATES to where templates lie"
          : "there are \(names.joined(separator: ", ")); --from also takes a folder")
    }

    private static func names(in folders: [String]) -> [String] {
      let ending = ".pkpasstemplate"
      let files = folders.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] }
      let templates = files.filter { $0.hasSuffix(ending) && $0 != ending }
      return Set(templates.map { String($0.dropLast(ending.count)) }).sorted()
    }
  }
}
