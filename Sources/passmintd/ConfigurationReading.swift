import Configuration
import Foundation
import Liquid
import PassBundle
import Yams

/// Reads one configuration: gives values of the types asked for, and gathers everything that is wrong on the way.
///
/// Reading goes on behind a mistake, so that an operator sees all of them at once.
final class ConfigurationReading {
  /// As it was named, for messages.
  let file: String
  /// What paths in the file start from.
  let folder: URL
  /// Seconds since 1970.
  let now: Int64
  private(set) var problems: [ConfigurationProblem] = []
  /// What stands in the file; nil when it cannot be read.
  private(set) var root: ConfigurationValue?
  private var text: ConfigurationText?
  private let environment: EnvironmentVariablesProvider
  private let flags: [ConfigurationOverride: String]

  /// Folders of templates that were looked at, by path.
  var templateFolders: [String: TemplateFolderContents] = [:]
  /// The bearer issuers read so far.
  var bearers: [TenantBearer] = []

  init(
    path: String, flags: [ConfigurationOverride: String], environment: [String: String], now: Int64
  ) {
    file = path
    folder = URL(filePath: path).absoluteURL.deletingLastPathComponent()
    self.now = now
    self.flags = flags
    // Any of them may be a secret.
    self.environment = EnvironmentVariablesProvider(environmentVariables: environment, secretsSpecifier: .all)
    do throws(ConfigurationFault) {
      let text = try ConfigurationText(yaml: ConfigurationText.contents(ofFile: path))
      self.text = text
      if let node = text.root, !ConfigurationValue.isNothing(node) {
        root = ConfigurationValue(node: node, path: "", keyLine: 1, keyColumn: 1)
      } else {
        report(.error, "is empty: `passmintd serve --example-config` prints one to start from")
      }
    } catch {
      report(.error, line: error.line, column: error.column, error.sentence)
    }
  }

  var hasErrors: Bool { problems.contains { $0.severity == .error } }

  // MARK: Problems

  func report(
    _ severity: ConfigurationProblem.Severity, in other: String? = nil, line: Int? = nil, column: Int? = nil,
    path: String = "", _ sentence: String
  ) {
    let problem = ConfigurationProblem(
      severity: severity, file: other ?? file, line: line, column: column, path: path, sentence: sentence)
    if !problems.contains(problem) { problems.append(problem) }
  }

  func report(_ severity: ConfigurationProblem.Severity, at value: ConfigurationValue, _ sentence: String) {
    report(severity, line: value.line, column: value.column, path: value.path, sentence)
  }

  // MARK: Values

  /// The members of a mapping; nil when it is none.
  ///
  /// - Parameters:
  ///   - known: the names a mapping may have; nil for one whose names are the operator's.
  ///   - shape: what to write, for when it is no mapping.
  func members(
    of value: ConfigurationValue, known: [String]?, shape: String? = nil
  ) -> ConfigurationMembers? {
    guard case .mapping(let mapping) = value.node else {
      report(
        .error, at: value,
        "must hold members: write \(shape ?? (known ?? ["NAME"]).map { "\($0): …" }.joined(separator: ", "))")
      return nil
    }
    var members = ConfigurationMembers(reading: self, owner: value)
    for (key, node) in mapping {
      guard case .scalar(let scalar) = key, let name = text?.name(of: scalar), !name.isEmpty else {
        report(.error, line: key.mark?.line, column: key.mark?.column, path: value.path, "has a name that is no text")
        continue
      }
      let member = ConfigurationValue(
        node: node, path: value.path.isEmpty ? name : "\(value.path).\(name)", keyLine: key.mark?.line,
        keyColumn: key.mark?.column)
      if let first = members.seen[name] {
        report(
          .error, line: member.keyLine, column: member.keyColumn, path: member.path,
          "stands here a second time, first in line \(first.keyLine ?? 0): leave one of them")
        continue
      }
      members.add(member, name)
    }
    if let known { reportUnknown(&members, known) }
    return members
  }

  private func reportUnknown(_ members: inout ConfigurationMembers, _ known: [String]) {
    for (name, member) in members.all where !known.contains(name) {
      let missing = known.filter { members.seen[$0] == nil }
      let sentence: String
      if let nearest = nearestName(to: name, among: missing) {
        members.mistyped.insert(nearest)
        sentence = "is unknown: did you mean \(nearest)?"
      } else {
        sentence = "is unknown here; known are \(known.joined(separator: ", "))"
      }
      report(.error, line: member.keyLine, column: member.keyColumn, path: member.path, sentence)
    }
  }

  /// The elements of a list; none when it is no list.
  func elements(of value: ConfigurationValue, shape: String) -> [ConfigurationValue] {
    guard case .sequence(let sequence) = value.node else {
      report(.error, at: value, "must be a list: write \(shape)")
      return []
    }
    return sequence.enumerated().map { index, node in
      ConfigurationValue(
        node: node, path: "\(value.path)[\(index)]", keyLine: node.mark?.line, keyColumn: node.mark?.column)
    }
  }

  /// One value as a text that is not empty.
  func text(_ value: ConfigurationValue) -> String? {
    guard case .scalar(let scalar) = value.node else {
      report(.error, at: value, "must be one value")
      return nil
    }
    if ConfigurationValue.isNothing(value.node) || scalar.string.isEmpty {
      report(.error, at: value, "is empty")
      return nil
    }
    return scalar.string
  }

  /// One value, made of its text.
  func value<Made>(_ value: ConfigurationValue, _ make: (String) throws(ConfigurationFault) -> Made) -> Made? {
    guard let text = text(value) else { return nil }
    do throws(ConfigurationFault) {
      return try make(text)
    } catch {
      report(.error, at: value, error.sentence)
      return nil
    }
  }

  /// A value that the environment or a flag may set in place of the file. Paths there start from where the program runs.
  func value<Made>(
    _ value: ConfigurationValue?, or override: ConfigurationOverride,
    _ make: (_ text: String, _ folder: URL) throws(ConfigurationFault) -> Made
  ) -> Made? {
    // What stands in the file is to be right even where it does not count.
    let own = value.flatMap { self.value($0) { text throws(ConfigurationFault) in try make(text, folder) } }
    let (origin, name, text): (String, String, String)
    if let flag = flags[override] {
      (origin, name, text) = ("command line", override.flag, flag)
    } else if let variable = ConfigReader(provider: environment).string(forKey: override.key), !variable.isEmpty {
      (origin, name, text) = ("environment", override.variable, variable)
    } else {
      return own
    }
    do throws(ConfigurationFault) {
      return try make(text, URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory))
    } catch {
      report(.error, in: origin, path: name, error.sentence)
      return nil
    }
  }

  /// Whether a flag or the environment says it.
  func isOverridden(_ override: ConfigurationOverride) -> Bool {
    flags[override] != nil
      || ConfigReader(provider: environment).string(forKey: override.key).map { !$0.isEmpty } ?? false
  }

  /// A path as the file has it, made absolute.
  func path(_ text: String) -> String { ConfigurationValue.absolute(text, from: folder) }

  func path(_ value: ConfigurationValue) -> String? { text(value).map { path($0) } }

  /// The value of an environment variable that is named in the file.
  func variable(_ name: String) -> String? { (try? environment.environmentValue(forName: name)) ?? nil }
}

/// What the environment and the command line may say in place of the file: a flag goes before a variable, a variable
/// before the file.
enum ConfigurationOverride: String, CaseIterable, Sendable {
  case listen
  case publicURL = "public_url"
  case store
  case logLevel = "log_level"
  case logFormat = "log_format"

  /// `PASSMINT_PUBLIC_URL`.
  var variable: String { "PASSMINT_\(rawValue.uppercased())" }
  /// `--public-url`.
  var flag: String { "--\(rawValue.replacing("_", with: "-"))" }
  fileprivate var key: ConfigKey { ConfigKey(["passmint"] + rawValue.split(separator: "_").map(String.init)) }
}
