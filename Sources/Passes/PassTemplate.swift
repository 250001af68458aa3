import JSON
import Liquid
package import Tickets

/// A pass template, checked and made ready: load once, use for every ticket.
///
/// On disk it is Apple's `NAME.pkpasstemplate` folder (`pass.json`, images, `*.lproj`, `tooling.json`) with
/// `template.yaml` and `samples/*.json` beside. Any string of `pass.json` and of `pass.strings` may hold Liquid.
package struct PassTemplate: Sendable {
  /// The folder's name without `.pkpasstemplate`.
  package let name: String
  package let settings: TemplateSettings
  let images: TemplateImages
  let imageChoices: [ImageChoice]
  /// Tickets that come with the template, by file name.
  package let samples: [Sample]
  /// What looks wrong without making Wallet refuse the pass.
  package let warnings: [Finding]
  /// The pass type `pass.json` names; the issuer's takes its place.
  package let passTypeIdentifier: String?
  /// The team `pass.json` names; the issuer's takes its place.
  package let teamIdentifier: String?
  /// Whether passes hold an `nfc` dictionary, which needs a certificate of its own kind.
  package let hasNFC: Bool

  private let files: PassFiles
  private let document: JSONDocument
  let members: [TemplateMember]
  /// The default language first.
  let strings: [TemplateStrings]
  /// Texts of `pass.json` and keys of its strings that must not come to mean a ticket's own words.
  let takenKeys: Set<String>
  let hasExpirationDate: Bool
  let hasGroupingIdentifier: Bool
  let isGroupable: Bool
  let expectedSize: Int

  package struct Sample: Sendable {
    package let name: String
    package let ticket: Ticket

    package init(name: String, ticket: Ticket) {
      self.name = name
      self.ticket = ticket
    }
  }

  /// What passes share for which no other picture is chosen.
  package var assets: PassAssets { images.own }

  /// The languages of its `.lproj` folders, the default language first.
  package var languages: [String] { strings.map(\.language) }

  /// Why a template cannot be used.
  package struct LoadError: Error, Sendable {
    /// At least one is an error.
    package let findings: [Finding]

    package init(findings: [Finding]) {
      self.findings = findings
    }
  }

  /// - Parameters:
  ///   - name: the folder's name; a `.pkpasstemplate` at its end is dropped.
  ///   - files: everything in the folder.
  /// - Throws: `LoadError` with every mistake that was found, not only the first.
  package init(name: String, files: PassFiles) throws(LoadError) {
    try self.init(name: name, files: files, images: nil)
  }

  /// The same template once more, sharing nothing but the files of its passes.
  ///
  /// For a worker of its own: all workers counting references to the same parts would wait for each other's caches,
  /// which costs more than composing does.
  package func separateCopy() -> PassTemplate {
    // What loaded once loads again; if it did not, the shared one serves as well.
    (try? PassTemplate(name: name, files: files, images: images)) ?? self
  }

  private init(name: String, files: PassFiles, images shared: TemplateImages?) throws(LoadError) {
    self.files = files
    var findings: [Finding] = []
    var settings = TemplateSettings()
    if let yaml = files[TemplateSettings.fileName] {
      settings = TemplateSettings(parsing: yaml, findings: &findings)
    }
    let document = Self.document(files, &findings)
    guard let document else { throw LoadError(findings: findings) }
    self.document = document
    var compiler = TemplateCompiler(
      document: document, source: files[TemplateCompiler.fileName] ?? [], settings: settings)
    members = compiler.members()
    findings += compiler.findings
    strings = TemplateStrings.all(in: files, defaultLanguage: settings.defaultLanguage, findings: &findings)
    samples = Self.samples(in: files, &findings)

    let suffix = ".pkpasstemplate"
    self.name = name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
    self.settings = settings
    let names = Set(members.map(\.name))
    hasExpirationDate = names.contains("expirationDate")
    hasGroupingIdentifier = names.contains("groupingIdentifier")
    isGroupable = names.contains("eventTicket") || names.contains("boardingPass")
    hasNFC = names.contains("nfc")
    passTypeIdentifier = document.value["passTypeIdentifier"]?.stringValue
    teamIdentifier = document.value["teamIdentifier"]?.stringValue
    expectedSize = (files["pass.json"]?.count ?? 0) + 1024
    imageChoices = Self.imageChoices(settings, &findings)
    images =
      shared ?? TemplateImages(pictures: TemplateImages.pictures(in: files), own: Self.assets(files, strings))
    findings += Self.leftOut(files, choices: imageChoices)
    findings += Self.misnamedPictures(imageChoices, images.pictures)
    takenKeys = strings.reduce(into: compiler.localizableTexts) { $0.formUnion($1.keys) }
    for key in ["description", "organizationName"] where !compiler.names.contains(key) {
      findings.append(
        Finding(
          .error, "required-key-missing", at: .init(file: TemplateCompiler.fileName, pointer: "/\(key)"),
          "\(key) is missing", hint: "Wallet refuses a pass without \(key): add it to pass.json."))
    }
    if findings.contains(where: { $0.severity == .error }) { throw LoadError(findings: findings) }
    warnings = findings
  }

  /// `pass.json` as it was read.
  var passJSON: JSONValue { document.value }

  /// Where a value stands in `pass.json`: line and column.
  func position(of pointer: String) -> (line: Int, column: Int)? { document.position(of: pointer) }

  /// A place of `pass.json` with line and column.
  ///
  /// - Parameter inside: line and column in the text that stands there, both from 1.
  func located(_ place: Finding.Place, inside: (line: Int, column: Int) = (1, 1)) -> Finding.Place {
    guard place.file == TemplateCompiler.fileName, let start = place.pointer.flatMap({ position(of: $0) }) else {
      return place
    }
    let end = EscapedText(files[place.file] ?? []).position(
      from: (start.line, start.column + 1), line: inside.line, column: inside.column)
    return Finding.Place(file: place.file, pointer: place.pointer, line: end.line, column: end.column)
  }

  private static func document(_ files: PassFiles, _ findings: inout [Finding]) -> JSONDocument? {
    guard let bytes = files[TemplateCompiler.fileName] else {
      findings.append(
        Finding(
          .error, "pass-json-missing", at: .init(file: TemplateCompiler.fileName), "the template has no pass.json",
          hint: "A template is a folder NAME.pkpasstemplate with pass.json and icon.png at its top."))
      return nil
    }
    do {
      return try JSONDocument(parsing: bytes)
    } catch {
      findings.append(
        Finding(
          .error, "pass-json-syntax",
          at: .init(file: TemplateCompiler.fileName, line: error.line, column: error.column), error.sentence,
          hint: "Mend the JSON at this place."))
      return nil
    }
  }

  private static func samples(in files: PassFiles, _ findings: inout [Finding]) -> [Sample] {
    files.sortedPaths.filter { $0.hasPrefix("samples/") && $0.hasSuffix(".json") }.compactMap { path in
      do throws(SampleError) {
        let name = path.dropFirst("samples/".count).dropLast(".json".count)
        return Sample(name: String(name), ticket: try Ticket(sample: files[path] ?? [], path: path))
      } catch {
        findings.append(error.finding)
        return nil
      }
    }
  }

  /// Everything a pass takes over as it is. Strings are written anew, so that every reader takes their encoding.
  private static func assets(_ files: PassFiles, _ strings: [TemplateStrings]) -> PassAssets {
    var kept = PassFiles()
    for (path, bytes) in files.contents where isPartOfPass(path) { kept[path] = bytes }
    for language in strings where language.hasFolder && language.liquid.isEmpty && !language.fixed.isEmpty {
      kept[language.path] = language.fixed
    }
    return PassAssets(kept)
  }

  /// What Wallet knows: images and the rewards form. Everything else stays behind, so that no key, no export and no note
  /// that happens to lie in the folder is ever handed to ticket holders.
  static func isPartOfPass(_ path: String) -> Bool {
    if isHidden(path) || path.hasPrefix("samples/") || path.hasPrefix(TemplateImages.folder) { return false }
    // Apple's Pass Builder looks for PDF images too.
    return path.hasSuffix(".png") || path.hasSuffix(".pdf") || path == "personalization.json"
  }

  static func isHidden(_ path: String) -> Bool {
    path.split(separator: "/").contains { $0.hasPrefix(".") || $0 == "__MACOSX" }
  }
}

/// One language of a template: its `pass.strings`, apart into what is fixed and what holds Liquid.
struct TemplateStrings: Sendable {
  /// The name of the folder without `.lproj`.
  let language: String
  /// Whether the template has a folder for it; the default language may live in `pass.json` alone.
  let hasFolder: Bool
  let path: String
  /// Every text without Liquid, by key: what the `translate` filter finds.
  let texts: [String: String]
  /// Those texts as a strings file.
  let fixed: [UInt8]
  let liquid: [(key: String, value: LiquidTemplate, place: Finding.Place)]

  /// Every key of the file.
  var keys: Set<String> { Set(texts.keys).union(liquid.map(\.key)) }

  static func all(in files: PassFiles, defaultLanguage: String, findings: inout [Finding]) -> [TemplateStrings] {
    var languages = Set(
      files.contents.keys.compactMap { path -> String? in
        guard let slash = path.firstIndex(of: "/"), path[..<slash].hasSuffix(".lproj") else { return nil }
        return String(path[..<slash].dropLast(6))
      })
    languages = languages.filter { !$0.isEmpty && !$0.hasPrefix(".") }
    let hasDefault = languages.remove(defaultLanguage) != nil
    var all = [TemplateStrings(language: defaultLanguage, hasFolder: hasDefault, files: files, findings: &findings)]
    for language in languages.sorted() {
      all.append(TemplateStrings(language: language, hasFolder: true, files: files, findings: &findings))
    }
    return all
  }

  private init(language: String, hasFolder: Bool, files: PassFiles, findings: inout [Finding]) {
    self.language = language
    self.hasFolder = hasFolder
    path = "\(language).lproj/pass.strings"
    var texts: [String: String] = [:]
    var fixed: [UInt8] = []
    var liquid: [(key: String, value: LiquidTemplate, place: Finding.Place)] = []
    do {
      for entry in try files[path].map({ try StringsFile(parsing: $0).entries }) ?? [] {
        let place = Finding.Place(
          file: path, line: entry.valuePosition.line, column: entry.valuePosition.column + 1)
        do {
          let template = try LiquidTemplate(
            entry.value, at: LiquidPlace(file: path), schema: TicketVariables.schema)
          if let text = template.staticText {
            texts[entry.key] = text
            StringsFile.append(key: entry.key, value: text, to: &fixed)
          } else {
            liquid.append((entry.key, template, place))
          }
        } catch {
          var found = Finding(liquid: error, pointer: nil)
          let position = EscapedText(files[path] ?? []).position(
            from: (entry.valuePosition.line, entry.valuePosition.column + 1), line: error.place.line,
            column: error.place.column)
          found.place.line = position.line
          found.place.column = position.column
          findings.append(found)
        }
      }
    } catch let error as StringsError {
      findings.append(
        Finding(
          .error, "strings-syntax", at: .init(file: path, line: error.position.line, column: error.position.column),
          error.sentence, hint: "Each line reads \"key\" = \"value\"; with both in quotation marks."))
    } catch {
      findings.append(Finding(.error, "strings-syntax", at: .init(file: path), "\(error)", hint: "Mend the file."))
    }
    self.texts = texts
    self.fixed = fixed
    self.liquid = liquid
  }
}
