package import JSON

/// The rules Wallet has for a pass, as findings.
///
/// An error is what makes Wallet refuse a pass ("Sorry, your pass cannot be installed", with no reason shown). What it
/// takes but shows poorly, and what Apple's pages leave open, is a warning. Rules come from Apple's "Wallet Passes"
/// documentation (Pass, PassFields, PassFieldContent, SemanticTags), its Human Interface Guidelines, and the source of
/// its Pass Builder.
package enum WalletRules {
  /// Every rule, for a whole pass.
  ///
  /// - Parameters:
  ///   - files: a finished pass, signed or not. A template must be composed with a ticket first.
  ///   - requiresSignature: whether `manifest.json` and `signature` have to be there. Their content is not looked at.
  ///   - now: epoch seconds, to tell what has passed already; nil leaves those rules out.
  package static func findings(
    in files: PassFiles, requiresSignature: Bool = false, now: Int64? = nil
  ) -> [Finding] {
    var images = ImageReadings()
    return findings(in: files, requiresSignature: requiresSignature, now: now, images: &images)
  }

  /// - Parameter images: keeps what was read for the next pass with the same images.
  static func findings(
    in files: PassFiles, requiresSignature: Bool = false, now: Int64? = nil, images: inout ImageReadings
  ) -> [Finding] {
    var findings: [Finding] = []
    let (document, jsonFindings) = document(in: files)
    findings += jsonFindings
    if let document {
      findings += Self.findings(forPass: document, files: files, now: now)
    }
    findings += fileFindings(in: files, pass: document?.value, images: &images)
    if requiresSignature {
      for (file, code) in [("manifest.json", "manifest-missing"), ("signature", "signature-missing")]
      where files[file] == nil {
        findings.append(
          Finding(
            .error, code, at: .init(file: file), "\(file) is missing",
            hint: "A pass is not complete until it is signed: `passmint issue`."))
      }
    }
    return findings
  }

  /// The rules for all files but `pass.json`: images, languages, strays, personalization.
  ///
  /// - Parameter pass: the parsed `pass.json`, which decides the images that are looked for; nil when there is none.
  package static func fileFindings(in files: PassFiles, pass: JSONValue?) -> [Finding] {
    var images = ImageReadings()
    return fileFindings(in: files, pass: pass, images: &images)
  }

  static func fileFindings(
    in files: PassFiles, pass: JSONValue?, images: inout ImageReadings
  ) -> [Finding] {
    let style = pass.flatMap { WalletStyle.style(of: $0) }
    return imageFindings(in: files, pass: pass, style: style, images: &images) + stringsFindings(in: files)
      + strayFileFindings(in: files) + personalizationFindings(in: files, pass: pass)
  }

  /// The rules for `pass.json` alone. Of `files` only the strings are used, to see texts as Wallet shows them.
  package static func findings(
    forPass document: JSONDocument, files: PassFiles, now: Int64? = nil
  ) -> [Finding] {
    var inspection = PassInspection(document: document, files: files, now: now)
    inspection.checkAll()
    return inspection.findings
  }

  /// Reads `pass.json`: strictly, then without minding commas at the end of lists, so that one slip does not hide all
  /// else. No document when there is none to be read.
  package static func document(in files: PassFiles) -> (document: JSONDocument?, findings: [Finding]) {
    guard let bytes = files["pass.json"] else {
      return (
        nil,
        [
          Finding(
            .error, "pass-json-missing", at: .init(file: "pass.json"), "pass.json is missing",
            hint: "It must lie at the top of the pass, not inside a folder.")
        ]
      )
    }
    return document(of: bytes, file: "pass.json")
  }

  /// Above this, nobody reads a pass.json: it is made to keep readers busy.
  static let maximumJSONBytes = 1 << 20

  static func document(of bytes: [UInt8], file: String) -> (document: JSONDocument?, findings: [Finding]) {
    var findings: [Finding] = []
    guard bytes.count <= maximumJSONBytes else {
      let finding = Finding(
        .error, "json-too-large", at: .init(file: file),
        "\(file) has \(bytes.count >> 10) KB, more than is read here", hint: "A pass.json has some kilobytes.")
      return (nil, [finding])
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      findings.append(
        Finding(
          .warning, "json-byte-order-mark", at: .init(file: file, line: 1, column: 1),
          "\(file) begins with a byte-order mark, which some readers refuse",
          hint: "Save it as UTF-8 without BOM."))
    }
    do throws(JSONError) {
      return (try JSONDocument(parsing: bytes), findings)
    } catch {
      let isTrailingComma = error.reason == .trailingComma
      findings.append(
        Finding(
          .error, isTrailingComma ? "json-trailing-comma" : "json-syntax",
          at: .init(file: file, line: error.line, column: error.column),
          isTrailingComma ? "a comma is followed by nothing" : "\(file) is not JSON: \(error.sentence)",
          hint: isTrailingComma ? "Delete the comma." : "Correct this place; `passmint check` shows the next one."))
    }
    return (try? JSONDocument(parsing: bytes, options: JSONOptions(allowsTrailingCommas: true)), findings)
  }
}

/// One walk over a pass.json, gathering findings with their places.
struct PassInspection {
  let document: JSONDocument
  let root: JSONObject
  /// Readable string tables by language, sorted by language.
  let strings: [(language: String, table: StringsFile)]
  let files: PassFiles
  let now: Int64?
  private(set) var findings: [Finding] = []

  /// More than this is noise, or an attempt to keep the reader busy.
  private static let maximumFindings = 200

  init(document: JSONDocument, files: PassFiles, now: Int64?) {
    self.document = document
    self.files = files
    self.now = now
    root = document.value.object ?? JSONObject()
    strings = files.sortedPaths.compactMap { path in
      guard path.hasSuffix(".lproj/pass.strings"), let bytes = files[path],
        bytes.count <= WalletRules.maximumStringsBytes, let table = try? StringsFile(parsing: bytes)
      else { return nil }
      return (String(path.dropLast(".lproj/pass.strings".count)), table)
    }
  }

  mutating func checkAll() {
    guard document.value.object != nil else {
      error("json-not-an-object", at: "", "pass.json holds \(document.value.kindName)", hint: "It must be an object.")
      return
    }
    checkDuplicateNames(in: document.value, at: "", depth: 0)
    checkTopLevel()
    checkStyle()
    checkFields()
    checkBarcodes()
    checkNFC()
    checkRelevance()
    checkSemantics()
    checkSchemes()
    checkTexts()
    checkUpcomingAndActions()
  }

  // MARK: - Reporting

  mutating func error(_ code: String, at pointer: String, _ message: String, hint: String) {
    report(.error, code, at: pointer, message, hint: hint)
  }

  mutating func warn(_ code: String, at pointer: String, _ message: String, hint: String) {
    report(.warning, code, at: pointer, message, hint: hint)
  }

  mutating func report(
    _ severity: Finding.Severity, _ code: String, at pointer: String, _ message: String, hint: String
  ) {
    guard findings.count < Self.maximumFindings else { return }
    if findings.count == Self.maximumFindings - 1 {
      findings.append(
        Finding(
          .warning, "too-many-findings", at: .init(file: "pass.json"),
          "there is more to be found than is listed", hint: "Correct these and check again."))
      return
    }
    let position = document.position(of: pointer)
    findings.append(
      Finding(
        severity, code,
        at: .init(file: "pass.json", pointer: pointer, line: position?.line, column: position?.column), message,
        hint: hint))
  }

  /// All that the string tables show for a text: its translations, or itself where a language does not know it.
  func shownTexts(of text: String) -> [String] {
    strings.isEmpty ? [text] : strings.map { $0.table[text] ?? text }
  }

  private mutating func checkDuplicateNames(in value: JSONValue, at pointer: String, depth: Int) {
    switch value {
    case .object(let object):
      var seen: Set<String> = []
      for member in object.members {
        let inner = pointer + "/" + jsonPointerToken(member.name)
        if !seen.insert(member.name).inserted {
          warn(
            "json-duplicate-key", at: inner, "“\(excerpt(member.name))” is written twice in one object",
            hint: "Readers take the one or the other. Keep the one that is meant.")
        }
        checkDuplicateNames(in: member.value, at: inner, depth: depth + 1)
      }
    case .array(let values):
      for (index, inner) in values.enumerated() {
        checkDuplicateNames(in: inner, at: "\(pointer)/\(index)", depth: depth + 1)
      }
    default: break
    }
  }
}

/// Outside text, short enough for a message.
func excerpt(_ text: String) -> String {
  text.count > 60 ? text.prefix(57) + "…" : text
}
