extension WalletRules {
  /// Above this a strings file is made to keep readers busy.
  static let maximumStringsBytes = 1 << 20

  /// String tables: syntax, completeness; folders and images of languages.
  static func stringsFindings(in files: PassFiles) -> [Finding] {
    var findings: [Finding] = []
    var tables: [(language: String, path: String, table: StringsFile)] = []
    var folders: Set<String> = []
    for path in files.sortedPaths {
      let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      if let position = parts.dropLast().lastIndex(where: { $0.lowercased().hasSuffix(".lproj") }) {
        if position > 0 {
          findings.append(misplaced(path, "folders of languages must lie at the top of the pass"))
          continue
        }
        folders.insert(parts[0])
      }
      guard path.lowercased().hasSuffix(".strings"), let bytes = files[path] else { continue }
      guard parts.count == 2, parts[0].hasSuffix(".lproj"), parts[1] == "pass.strings" else {
        findings.append(misplaced(path, "Wallet reads pass.strings in folders such as en.lproj, nothing else"))
        continue
      }
      guard bytes.count <= maximumStringsBytes else {
        findings.append(
          Finding(
            .error, "strings-too-large", at: .init(file: path),
            "the strings file has \(bytes.count >> 10) KB, more than is read here",
            hint: "A pass has some tens of texts."))
        continue
      }
      do throws(StringsError) {
        let table = try StringsFile(parsing: bytes)
        tables.append((String(parts[0].dropLast(6)), path, table))
        findings += findingsInTable(table, path: path)
      } catch {
        findings.append(
          Finding(
            .error, "strings-syntax",
            at: .init(file: path, line: error.position.line, column: error.position.column),
            "the strings file cannot be read: \(error.sentence)",
            hint: "Each line is \"key\" = \"value\"; with quotation marks inside written \\\"."))
      }
    }
    for folder in folders.sorted() { findings += folderFindings(folder) }
    findings += completenessFindings(of: tables)
    findings += folders.subtracting(tables.map { $0.language + ".lproj" }).sorted().compactMap { folder in
      // A file that is there and could not be read has its finding already.
      guard !tables.isEmpty, folder.hasSuffix(".lproj"), files[folder + "/pass.strings"] == nil else { return nil }
      return Finding(
        .warning, "strings-missing", at: .init(file: folder + "/pass.strings"),
        "\(folder) has no pass.strings, so phones in that language show bare keys",
        hint: "Add \(folder)/pass.strings with the keys of the other languages.")
    }
    findings += overriddenImages(in: files, folders: folders.sorted())
    return findings
  }

  private static func misplaced(_ path: String, _ message: String) -> Finding {
    Finding(.warning, "strings-misplaced", at: .init(file: path), message, hint: "Move it to en.lproj/pass.strings.")
  }

  private static func findingsInTable(_ table: StringsFile, path: String) -> [Finding] {
    var findings: [Finding] = table.duplicates.prefix(20).map { entry in
      Finding(
        .warning, "strings-duplicate-key",
        at: .init(file: path, line: entry.keyPosition.line, column: entry.keyPosition.column),
        "“\(excerpt(entry.key))” stands in the file twice", hint: "Keep one: the last one counts.")
    }
    if table.encoding != .utf8, !table.hasByteOrderMark {
      findings.append(
        Finding(
          .warning, "strings-byte-order-mark", at: .init(file: path, line: 1, column: 1),
          "the file is \(table.encoding.rawValue) without a byte-order mark, which readers have to guess",
          hint: "Save it as UTF-8."))
    }
    return findings
  }

  /// `en`, `fr-CA`, `zh-Hans`, `zh-Hant-TW`, `es-419`.
  private static func folderFindings(_ folder: String) -> [Finding] {
    let parts = folder.dropLast(6).split(separator: "-", omittingEmptySubsequences: false)
    func letters(_ part: Substring) -> Bool { part.allSatisfy { $0.isASCII && $0.isLetter } }
    let isLanguage = parts.first.map { (2...3).contains($0.count) && letters($0) && $0 == $0.lowercased() } ?? false
    let areRest = parts.dropFirst().allSatisfy { part in
      switch part.count {
      case 4: letters(part)
      case 2: letters(part) && part == part.uppercased()
      case 3: part.allSatisfy { $0.isASCII && $0.isNumber }
      default: false
      }
    }
    if folder.hasSuffix(".lproj"), isLanguage && areRest || parts == ["Base"] { return [] }
    return [
      Finding(
        .warning, "lproj-name", at: .init(file: folder), "“\(excerpt(folder))” is not a language as Apple names it",
        hint: "Name the folder like en.lproj, fr-CA.lproj or zh-Hans.lproj.")
    ]
  }

  private static func completenessFindings(
    of tables: [(language: String, path: String, table: StringsFile)]
  ) -> [Finding] {
    let all = tables.reduce(into: Set<String>()) { $0.formUnion($1.table.keys) }
    return tables.compactMap { language, path, table in
      let missing = all.subtracting(table.keys).sorted()
      guard !missing.isEmpty else { return nil }
      let named = missing.prefix(5).map { "“\(excerpt($0))”" }.joined(separator: ", ")
      let more = missing.count > 5 ? " and \(missing.count - 5) more" : ""
      return Finding(
        .warning, "strings-incomplete", at: .init(file: path),
        "\(language) lacks \(named)\(more), which other languages have",
        hint: "Apple asks for the same keys in every language; a missing one shows as the bare key.")
    }
  }

  private static func overriddenImages(in files: PassFiles, folders: [String]) -> [Finding] {
    var findings: [Finding] = []
    var scales: [String: [String: Set<Int>]] = [:]
    for path in files.sortedPaths {
      guard let image = PassImageName(path: path), !image.folder.isEmpty else { continue }
      scales[image.base, default: [:]][image.folder, default: []].insert(image.scale)
      let top = String(path.dropFirst(image.folder.count))
      guard files[top] != nil else { continue }
      findings.append(
        Finding(
          .warning, "localized-image-overridden", at: .init(file: path),
          "\(top) at the top of the pass hides this image",
          hint: "Delete the one at the top and put one into every language folder."))
    }
    for (base, byFolder) in scales.sorted(by: { $0.key < $1.key }) {
      let all = byFolder.values.reduce(into: Set<Int>()) { $0.formUnion($1) }
      for (folder, present) in byFolder.sorted(by: { $0.key < $1.key }) where present != all {
        findings.append(
          Finding(
            .warning, "localized-image-scales", at: .init(file: folder + base + ".png"),
            "\(folder) does not have \(base) in all the scales that other languages have",
            hint: "Each folder needs the same scales."))
      }
    }
    return findings
  }

  // MARK: - Files that do not belong

  /// What macOS and Windows leave in folders.
  static func isSystemFile(_ path: String) -> Bool {
    let parts = path.split(separator: "/")
    guard let name = parts.last else { return false }
    return parts.first == "__MACOSX" || parts.contains(".git") || name.hasPrefix("._")
      || [".DS_Store", "Thumbs.db", "desktop.ini"].contains(name)
  }

  static func strayFileFindings(in files: PassFiles) -> [Finding] {
    var findings: [Finding] = []
    for path in files.sortedPaths {
      let parts = path.split(separator: "/")
      guard let name = parts.last else { continue }
      let isSystem = isSystemFile(path)
      let isTemplate =
        path == "tooling.json" || path == "template.yaml" || path == "bindings.yaml" || parts.first == "samples"
      if isSystem {
        findings.append(
          Finding(
            .warning, "stray-file", at: .init(file: path), "a file of the operating system got into the pass",
            hint: "Leave it out when packing (`zip -X -x '.DS_Store' '__MACOSX/*'`) and sign again."))
      } else if isTemplate {
        findings.append(
          Finding(
            .warning, "template-file", at: .init(file: path), "this file belongs to the template, not to the pass",
            hint: "Leave it out of the finished pass."))
      } else if name.hasPrefix(".") {
        findings.append(
          Finding(
            .warning, "stray-file", at: .init(file: path), "a hidden file got into the pass",
            hint: "Leave it out and sign again."))
      }
      if findings.count >= 100 { break }
    }
    return findings
  }
}
