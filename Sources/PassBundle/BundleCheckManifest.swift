import JSON
import Passes

/// Compares `manifest.json` with the files of a pass, both ways.
enum ManifestCheck {
  private static let maximumFindings = 200

  static func findings(of manifest: [UInt8], in files: PassFiles) -> [Finding] {
    var findings: [Finding] = []
    func report(
      _ severity: Finding.Severity, _ code: String, at place: Finding.Place = .init(file: "manifest.json"),
      _ message: String, hint: String
    ) {
      if findings.count < maximumFindings {
        findings.append(Finding(severity, code, at: place, message, hint: hint))
      }
    }
    let listed: JSONObject
    do throws(JSONError) {
      guard manifest.count <= 2 << 20, let object = try JSONValue(parsing: manifest).object else {
        report(
          .error, "manifest-malformed", "manifest.json is not an object of names and digests",
          hint: "Sign the pass again.")
        return findings
      }
      listed = object
    } catch {
      report(
        .error, "manifest-malformed", at: .init(file: "manifest.json", line: error.line, column: error.column),
        "manifest.json is not JSON: \(error.sentence)", hint: "Sign the pass again.")
      return findings
    }

    var digests: [String: String] = [:]
    for member in listed.members {
      let place = Finding.Place(file: "manifest.json", pointer: "/" + jsonPointerToken(member.name))
      guard let digest = member.value.stringValue, digest.utf8.count == 40, digest.allSatisfy(\.isHexDigit) else {
        let isSHA256 = member.value.stringValue?.utf8.count == 64
        report(
          .error, "manifest-digest-malformed", at: place,
          "\(excerpt(member.name)): " + (isSHA256 ? "this is a SHA-256" : "this is no digest"),
          hint: "The manifest holds SHA-1 digests, 40 hexadecimal digits.")
        digests[member.name] = ""
        continue
      }
      if digest != digest.lowercased() {
        report(
          .warning, "manifest-digest-upper-case", at: place,
          "\(excerpt(member.name)): the digest is in capital letters",
          hint: "Write digests in lower case, as Apple's tools do.")
      }
      if digests.updateValue(digest.lowercased(), forKey: member.name) != nil {
        report(
          .warning, "json-duplicate-key", at: place, "“\(excerpt(member.name))” is listed twice",
          hint: "List each file once.")
      }
    }
    compare(digests, with: files) { report($0, $1, at: $2, $3, hint: $4) }
    return findings
  }

  private static func compare(
    _ digests: [String: String], with files: PassFiles,
    report: (Finding.Severity, String, Finding.Place, String, String) -> Void
  ) {
    let unlisted = ["manifest.json", "signature"]
    for path in files.sortedPaths where !unlisted.contains(path) {
      guard let bytes = files[path] else { continue }
      switch digests[path] {
      case nil:
        report(
          .error, "manifest-unlisted-file", .init(file: path), "the file is not listed in manifest.json",
          "Sign again with the file, or leave it out. Wallet refuses a pass with more files than its manifest.")
      case ""?: break
      case let digest? where digest != Digest.hex(Digest.sha1(bytes)):
        report(
          .error, "manifest-digest-mismatch", .init(file: path), "the file is not the one listed in manifest.json",
          "It was changed after signing, or the archive was edited. Sign again.")
      default: break
      }
    }
    for path in digests.keys.sorted() where files[path] == nil || unlisted.contains(path) {
      if unlisted.contains(path) {
        report(
          .warning, "manifest-lists-itself", .init(file: "manifest.json"), "manifest.json lists \(path)",
          "List neither manifest.json nor signature.")
      } else {
        report(
          .error, "manifest-missing-file", .init(file: path),
          "the file is listed in manifest.json, but it is not there",
          path.hasSuffix("/") ? "List files only, no folders." : "Pack it too, or sign again without it.")
      }
    }
  }

  private static func excerpt(_ text: String) -> String { text.count > 80 ? text.prefix(77) + "…" : text }
}

extension BundleReport {
  /// Makes whatever could steer a terminal or turn the direction of text visible.
  mutating func makePrintable() {
    for index in findings.indices { findings[index] = findings[index].printable }
    for index in passes.indices { passes[index].makePrintable() }
  }
}

extension Finding {
  fileprivate var printable: Finding {
    var place = place
    place.file = Self.printable(place.file)
    place.pointer = place.pointer.map(Self.printable)
    return Finding(severity, code, at: place, Self.printable(message), hint: Self.printable(hint))
  }

  private static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    return text.unicodeScalars.reduce(into: "") { output, scalar in
      if isHidden(scalar) {
        output += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        output.unicodeScalars.append(scalar)
      }
    }
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0xFEFF: true
    default: false
    }
  }
}
