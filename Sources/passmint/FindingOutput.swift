import ArgumentParser
import JSON
import PassBundle
import Passes

/// How a command writes what it found.
enum FindingFormat: String, ExpressibleByArgument, CaseIterable {
  /// For people.
  case text
  case json
  /// SARIF 2.1.0, from which code hosts show findings on their lines.
  case sarif
}

struct FindingOutput: ParsableArguments {
  @Option(help: "How to write findings: \(FindingFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
  var format: FindingFormat?

  @Flag(help: "Short for --format json.")
  var json = false

  func validate() throws {
    if json, let format, format != .json {
      throw ValidationError("--json is short for --format json, which --format \(format.rawValue) is not")
    }
  }

  var chosen: FindingFormat { format ?? (json ? .json : .text) }
}

/// What came of looking at one path of the command line.
struct CheckedPath {
  let path: String
  let report: BundleReport

  /// Findings and verdict as lines.
  func show() {
    for finding in report.findings {
      Terminal.write(Terminal.line(for: finding, isTerminal: Terminal.isOutputTerminal))
    }
    let errors = report.findings.count { $0.severity == .error }
    let warnings = report.findings.count - errors
    let word = Terminal.coloured(
      errors == 0 ? "good" : "refused", errors == 0 ? .green : .red, isTerminal: Terminal.isOutputTerminal)
    let counts = [
      errors > 0 ? Terminal.count(errors, "error") : nil, warnings > 0 ? Terminal.count(warnings, "warning") : nil,
    ].compactMap { $0 }.joined(separator: ", ")
    Terminal.write("\(Terminal.printable(path)): \(word)\(counts.isEmpty ? "" : " (\(counts))")")
  }
}

extension Finding {
  var json: JSONValue {
    var object: JSONObject = [
      "severity": .string(severity.rawValue), "code": .string(code), "file": .string(place.file),
      "message": .string(message), "hint": .string(hint),
    ]
    if let pointer = place.pointer { object["pointer"] = .string(pointer) }
    if let line = place.line { object["line"] = .number(JSONNumber(Int64(line))) }
    if let column = place.column { object["column"] = .number(JSONNumber(Int64(column))) }
    return .object(object)
  }
}

extension Terminal {
  static func write(_ json: JSONValue) {
    write(String(decoding: json.serialized(pretty: true), as: UTF8.self))
  }
}
