import ArgumentParser
import Foundation
import JSON
import PassBundle
import Passes

/// Findings in the Static Analysis Results Interchange Format 2.1.0 (OASIS), with the properties that code hosts read.
struct SarifLog {
  let checked: [CheckedPath]
  /// False when a path could not be looked at.
  let isComplete: Bool
  /// Places are told from here, where a code host has the root of its checkout.
  let folder = FileManager.default.currentDirectoryPath

  var json: JSONValue {
    let codes = Set(checked.flatMap { $0.report.findings.map(\.code) }).sorted()
    let index = Dictionary(uniqueKeysWithValues: codes.enumerated().map { ($0.element, $0.offset) })
    let results = checked.flatMap { checked in
      checked.report.findings.map { result($0, of: checked, ruleIndex: index[$0.code] ?? 0) }
    }
    return [
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        [
          "tool": [
            "driver": [
              "name": "passmint", "version": .string(Passmint.configuration.version),
              "rules": .array(codes.map(Self.rule)),
            ]
          ],
          "invocations": [["executionSuccessful": .bool(isComplete)]],
          "columnKind": "unicodeCodePoints",
          "results": .array(results),
        ]
      ],
    ]
  }

  /// The page's words; a finding has its own, for one place.
  private static func rule(_ code: String) -> JSONValue {
    guard let rule = WalletRules.book.rule(code) ?? BundleCheck.book.rule(code) else { return ["id": .string(code)] }
    return [
      "id": .string(code), "shortDescription": ["text": .string(rule.problem)],
      "help": ["text": .string(rule.remedy)],
    ]
  }

  private func result(_ finding: Finding, of checked: CheckedPath, ruleIndex: Int) -> JSONValue {
    [
      "ruleId": .string(finding.code), "ruleIndex": .number(JSONNumber(Int64(ruleIndex))),
      "level": .string(finding.severity.rawValue),
      "message": ["text": .string(finding.hint.isEmpty ? finding.message : "\(finding.message)\n\(finding.hint)")],
      "locations": [location(of: finding.place, in: checked)],
    ]
  }

  // MARK: - Places

  private func location(of place: Finding.Place, in checked: CheckedPath) -> JSONValue {
    let isFolder = checked.report.kind == .template || checked.report.kind == .folder
    var physical: JSONObject = [:]
    if isFolder, checked.report.files[place.file] != nil {
      physical["artifactLocation"] = ["uri": .string(uri("\(checked.path)/\(place.file)"))]
      if let line = place.line {
        var region: JSONObject = ["startLine": .number(JSONNumber(Int64(line)))]
        if let column = place.column { region["startColumn"] = .number(JSONNumber(Int64(column))) }
        physical["region"] = .object(region)
      }
    } else {
      // A host shows a finding in a file that is there: what is missing is told at the pass, what is packed at its archive.
      let isPass = isFolder && checked.report.files["pass.json"] != nil
      physical["artifactLocation"] = ["uri": .string(uri(isPass ? "\(checked.path)/pass.json" : checked.path))]
    }
    var location: JSONObject = ["physicalLocation": .object(physical)]
    let name = [place.file, place.pointer ?? ""].filter { !$0.isEmpty }.joined(separator: "#")
    location["logicalLocations"] = [["fullyQualifiedName": .string(name)]]
    return .object(location)
  }

  /// Relative to the current folder where it lies inside, else of the file scheme; what a URI may not hold is escaped.
  private func uri(_ path: String) -> String {
    let absolute = URL(filePath: path, relativeTo: URL(filePath: folder, directoryHint: .isDirectory))
      .standardizedFileURL
    let parts = absolute.pathComponents.drop { $0 == "/" }
    let own = URL(filePath: folder).standardizedFileURL.pathComponents.drop { $0 == "/" }
    let isInside = parts.starts(with: own) && parts.count > own.count
    let escaped = (isInside ? parts.dropFirst(own.count) : parts).map { part in
      part.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? part
    }
    return (isInside ? "" : "file:///") + escaped.joined(separator: "/")
  }

  /// RFC 3986, section 2.3, and `@`, which paths may hold and images of passes do.
  private static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~@")
}
