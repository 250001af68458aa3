import Foundation
import JSON
import Passes
import Testing
import Tickets

/// The templates that come with the project, held against what they made last time.
///
/// After a change that is meant, remove the files in `Golden` and run the tests twice: the first run writes them anew and
/// fails, so that nobody forgets to look at the difference.
@Suite("Templates that come with the project") struct ShippedTemplatesTests {
  /// Every folder in `templates`.
  static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? [])
    .filter { $0.hasSuffix(".pkpasstemplate") }.map { String($0.dropLast(".pkpasstemplate".count)) }.sorted()
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  private static let folder = tests.appending(path: "../../templates").standardizedFileURL
  private static let styles = ["boardingPass", "coupon", "eventTicket", "generic", "storeCard"]

  private static func load(_ name: String) throws -> PassTemplate {
    try PassTemplate(name: "\(name).pkpasstemplate", files: files(name))
  }

  private static func files(_ name: String) throws -> PassFiles {
    let folder = folder.appending(path: "\(name).pkpasstemplate")
    var files = PassFiles()
    let paths = try #require(FileManager.default.subpaths(atPath: folder.path()))
    for path in paths {
      let url = folder.appending(path: path)
      if try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
        files[path] = Array(try Data(contentsOf: url))
      }
    }
    return files
  }

  /// A poster ticket without NFC: who has the certificate for it adds it, and for the others it is the classic ticket.
  private static let known = ["festival": ["poster-without-nfc"]]

  @Test(arguments: names) func `has nothing for Wallet to refuse, and no warning`(name: String) throws {
    let findings = try Self.load(name).findings()
    let others = findings.filter { $0.severity == .error || Self.known[name]?.contains($0.code) != true }
    #expect(others.map { "\($0.severity) \($0.place): \($0.message)" } == [])
  }

  @Test func `is there in every style`() throws {
    let shown = try Self.names.map { name in
      let pass = try JSONValue(parsing: Self.files(name)["pass.json"] ?? [])
      return Self.styles.filter { pass[$0] != nil }
    }
    #expect(shown.allSatisfy { $0.count == 1 })
    #expect(Set(shown.joined()) == Set(Self.styles))
  }

  @Test(arguments: names) func `says the same things in each language, and none that the pass never asks for`(
    name: String
  ) throws {
    let files = try Self.files(name)
    let keys = try ["en", "de", "fr"].map { language in
      try StringsFile(parsing: files["\(language).lproj/pass.strings"] ?? []).keys
    }
    #expect(keys[1] == keys[0])
    #expect(keys[2] == keys[0])
    let pass = String(decoding: files["pass.json"] ?? [], as: UTF8.self)
    #expect(keys[0].filter { !pass.contains($0) } == [])
  }

  @Test(arguments: names) func `has each picture in three scales of exactly the size Wallet draws`(name: String) throws
  {
    let files = try Self.files(name)
    let pass = try JSONValue(parsing: files["pass.json"] ?? [])
    let stripHeight = pass["eventTicket"] == nil ? 144 : 98
    let sizes = [
      "icon": (38, 38), "logo": (160, 50), "thumbnail": (90, 90), "background": (180, 220), "artwork": (358, 448),
      "primaryLogo": (126, 30), "secondaryLogo": (135, 12), "footer": (286, 15), "strip": (375, stripHeight),
    ]
    var scales: [String: Set<Int>] = [:]
    for path in files.sortedPaths where path.hasSuffix(".png") {
      // Pictures that template.yaml chooses from are called by what they are, and what they show: images/strip-night.
      let file = path.split(separator: "/").last.map(String.init) ?? path
      let parts = file.dropLast(4).split(separator: "@")
      let scale = parts.count == 2 ? Int(parts[1].dropLast()) ?? 0 : 1
      let role = String(parts[0].split(separator: "-")[0])
      let image = try PNGInfo(parsing: files[path] ?? [])
      let size = try #require(sizes[role], "\(path)")
      #expect(image.width == size.0 * scale && image.height == size.1 * scale, "\(path)")
      scales[String(path.dropLast(4).split(separator: "@")[0]), default: []].insert(scale)
    }
    #expect(scales.values.allSatisfy { $0 == [1, 2, 3] }, "\(scales)")
    // A pass travels over mobile networks.
    #expect(files.contents.values.map(\.count).reduce(0, +) < 320_000)
  }

  @Test(arguments: names) func `has letters that stand out from the ground`(name: String) throws {
    let pass = try JSONValue(parsing: Self.files(name)["pass.json"] ?? [])
    func luminance(_ key: String) throws -> Double {
      let text = try #require(pass[key]?.stringValue)
      let parts = text.drop { $0 != "(" }.split { !$0.isNumber }.compactMap { Double($0) }.map { part in
        let level = part / 255
        return level <= 0.04045 ? level / 12.92 : pow((level + 0.055) / 1.055, 2.4)
      }
      try #require(parts.count == 3)
      return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }
    let ground = try luminance("backgroundColor")
    for key in ["foregroundColor", "labelColor"] {
      let (high, low) = (max(ground, try luminance(key)), min(ground, try luminance(key)))
      // WCAG 2.2, AA for text of this size.
      #expect((high + 0.05) / (low + 0.05) >= 4.5, "\(key)")
    }
  }

  @Test(arguments: names, ["VALID", "CONTROLLED", "CANCELLED"])
  func `makes a pass that Wallet takes, whatever state a ticket is in`(name: String, state: String) throws {
    let template = try Self.load(name)
    for sample in template.samples {
      let ticket = sample.ticket.with(stateWord: state)
      let files = try template.contents(
        for: ticket, issuer: Fixture.issuer, serialNumber: "0815", isVoided: state == "CANCELLED"
      ).files
      let errors = WalletRules.findings(in: files).filter { $0.severity == .error }
      #expect(errors.map { "\($0.place): \($0.message)" } == [], "\(sample.name)")
    }
  }

  @Test(arguments: names) func `is in English, French and German with samples`(name: String) throws {
    let template = try Self.load(name)
    #expect(template.name == name)
    #expect(template.languages == ["en", "de", "fr"])
    #expect(template.samples.count >= 3)
  }

  @Test(arguments: names) func `makes of each sample the pass it made before, in every language`(name: String) throws {
    let template = try Self.load(name)
    for sample in template.samples {
      let contents = try template.contents(
        for: sample.ticket, issuer: Fixture.issuer, serialNumber: "0815", isVoided: sample.ticket.action == .void)
      let files = contents.files
      let pass = try JSONValue(parsing: files["pass.json"] ?? [])
      try Self.compare(
        String(decoding: pass.serialized(sortedKeys: true, pretty: true), as: UTF8.self) + "\n",
        "\(name)-\(sample.name).json")
      for language in template.languages {
        let strings = try StringsFile(parsing: files["\(language).lproj/pass.strings"] ?? [])
        #expect(strings.duplicates.isEmpty, "\(name) \(sample.name) \(language)")
        try Self.compare(Self.front(of: pass, strings), "\(name)-\(sample.name).\(language).txt")
      }
    }
  }

  @Test(arguments: names) func `damaged anywhere, is refused or makes passes, and never ends the process`(
    name: String
  ) throws {
    let files = try Self.files(name)
    let paths = files.sortedPaths.filter { !$0.hasSuffix(".png") }
    // The same damage in every run.
    var random = Damage(state: 42)
    let pieces = [
      "{{", "}}", "{%", "\"", "\\", "[", "}", "null", "-1e999", "\u{0}", "é", "🎟", "*a", "&a ", "~", "\n", ": ",
    ]
    for _ in 0..<150 {
      var damaged = files
      for _ in 0...random.next(below: 3) {
        let path = paths[random.next(below: paths.count)]
        var bytes = damaged[path] ?? []
        let start = random.next(below: bytes.count)
        let end = min(bytes.count, start + random.next(below: 12))
        bytes.replaceSubrange(start..<end, with: Array(pieces[random.next(below: pieces.count)].utf8))
        if random.next(below: 10) == 0 { bytes.append(UInt8(random.next(below: 256))) }
        damaged[path] = bytes
      }
      let copy = damaged
      do {
        let template = try PassTemplate(name: name, files: copy)
        for finding in template.findings() { #expect(!finding.message.isEmpty) }
        for sample in template.samples {
          do {
            let bytes = try template.files(sample.ticket)["pass.json"] ?? []
            _ = try JSONValue(parsing: bytes)
          } catch let error as CompositionError {
            #expect(!error.sentence.isEmpty)
          }
        }
      } catch let error as PassTemplate.LoadError {
        #expect(error.findings.contains { $0.severity == .error })
      }
    }
  }

  /// What a phone shows: every field as `key: label: value`.
  private static func front(of pass: JSONValue, _ strings: StringsFile) -> String {
    func said(_ value: JSONValue?) -> String {
      guard let text = value?.stringValue else {
        return value.map { String(decoding: $0.serialized(), as: UTF8.self) } ?? ""
      }
      return strings[text] ?? text
    }
    var lines = [said(pass["organizationName"]), said(pass["description"])]
    for group in styles.compactMap({ pass[$0]?.object }).flatMap(\.members) where group.value.array != nil {
      lines.append("\n\(group.name)")
      for field in group.value.array ?? [] {
        let change = field["changeMessage"].map { " (\(said($0)))" } ?? ""
        lines.append("\(field["key"]?.stringValue ?? ""): \(said(field["label"])): \(said(field["value"]))\(change)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Says line by line what differs.
  private static func compare(_ text: String, _ name: String) throws {
    let url = tests.appending(path: "Golden/\(name)")
    guard let golden = try? String(contentsOf: url, encoding: .utf8) else {
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: url, atomically: true, encoding: .utf8)
      Issue.record("Golden/\(name) did not exist and was written: look at it, then run again")
      return
    }
    if golden == text { return }
    let old = golden.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let new = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let changes = new.difference(from: old).map { change in
      switch change {
      case .remove(let offset, let line, _): (offset, 0, "\(offset + 1) - \(line)")
      case .insert(let offset, let line, _): (offset, 1, "\(offset + 1) + \(line)")
      }
    }
    let sorted = changes.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    Issue.record("Golden/\(name) (- as it was, + as it is now):\n\(sorted.joined(separator: "\n"))")
  }
}

/// Numbers that look random and are the same in every run.
private struct Damage {
  var state: UInt64

  mutating func next(below limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return limit < 1 ? 0 : Int(state >> 33) % limit
  }
}
