import ArgumentParser
import Foundation
import JSON
import PassBundle
import PassPreview
import Passes
import ZonedTime

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Show what a pass says.")

  @Argument(help: ArgumentHelp("A pass.", valueName: "FILE.pkpass"))
  var file: String

  @Flag(help: "One JSON object on standard output.")
  var json = false

  @Option(help: ArgumentHelp("The language to show it in.", valueName: "fr"))
  var language: String?

  func run() throws {
    let report = try Check.report(file, trust: [])
    if report.kind == .passes {
      let names = report.passes.map(\.name).joined(separator: ", ")
      throw Failure(
        "\(file) holds several passes: \(names)", hint: "passmint preview \(file), or unzip it and name one of them",
        status: .usage)
    }
    let (document, findings) = WalletRules.document(in: report.files)
    guard let document, document.value.object != nil else {
      throw Failure(
        "\(file) holds no pass that could be shown", hint: "name a .pkpass file or a pass folder",
        findings: report.findings + findings.filter { !report.findings.contains($0) }, status: .someRefused)
    }
    let pass = ShownPass(document.value, files: report.files, language: language)
    if let language, !pass.languages.contains(language) {
      let others = pass.languages.isEmpty ? "one language only" : pass.languages.joined(separator: ", ")
      Terminal.warning("the pass has no \(language); it has \(others)")
    }
    if json {
      Terminal.write(String(decoding: pass.json(report).serialized(pretty: true), as: UTF8.self))
    } else {
      for line in pass.lines(report) { Terminal.write(Terminal.printable(line)) }
    }
  }
}

/// A pass as text, in one of its languages.
struct ShownPass {
  let value: JSONValue
  let files: PassFiles
  let languages: [String]
  private let strings: StringsFile?
  private let wallet: WalletText

  init(_ value: JSONValue, files: PassFiles, language: String?) {
    self.value = value
    self.files = files
    languages = files.sortedPaths.compactMap { path in
      path.hasSuffix(".lproj/pass.strings") ? String(path.dropLast(".lproj/pass.strings".count)) : nil
    }
    // As phones do: de-CH is shown in de where there is no de-CH.
    let base = language.flatMap { $0.split(separator: "-").first.map(String.init) }
    let wanted = language.flatMap { [$0, base ?? $0].first { name in files["\(name).lproj/pass.strings"] != nil } }
    let chosen = wanted ?? (languages.contains("en") ? "en" : languages.first)
    strings = chosen.flatMap { files["\($0).lproj/pass.strings"] }.flatMap { try? StringsFile(parsing: $0) }
    wallet = WalletText(language: language ?? chosen ?? "en")
  }

  /// A signature is over the manifest; it says something of the pass only when the manifest is true.
  private static func verdict(_ signature: SignatureFacts, _ report: BundleReport) -> String {
    let broken = report.findings.first { $0.severity == .error && $0.code.hasPrefix("manifest") }
    if let broken { return "no: \(broken.place.file): \(broken.message)" }
    guard signature.isVerified else { return "no" }
    return signature.appleGeneration == nil ? "yes, by an issuer that is not Apple's" : "yes"
  }

  private func text(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text): strings?[text] ?? text
    case .number(let number): number.literal
    case .bool(let flag): flag ? "true" : "false"
    default: nil
    }
  }

  /// The style and its fields.
  private var style: (name: String, fields: JSONObject)? {
    for name in ["eventTicket", "boardingPass", "coupon", "generic", "storeCard", "posterGeneric"] {
      if let fields = value[name]?.object { return (name, fields) }
    }
    return nil
  }

  private static let groups = [
    "headerFields", "primaryFields", "secondaryFields", "auxiliaryFields", "footerFields", "backFields",
    "additionalInfoFields",
  ]

  func lines(_ report: BundleReport) -> [String] {
    var lines: [String] = []
    func add(_ label: String, _ value: String?) {
      guard let value, !value.isEmpty else { return }
      let width = 18
      lines.append(
        label.count < width ? label + String(repeating: " ", count: width - label.count) + value : "\(label)  \(value)")
    }
    add("pass", text(value["description"]))
    add("organization", text(value["organizationName"]))
    add("style", style?.name)
    add("serial number", value["serialNumber"]?.stringValue)
    add("pass type", value["passTypeIdentifier"]?.stringValue)
    add("team", value["teamIdentifier"]?.stringValue)
    if value["voided"]?.bool == true { add("state", "voided") }
    add("expires", value["expirationDate"]?.stringValue)
    add("updates from", value["webServiceURL"]?.stringValue)
    add("languages", languages.joined(separator: ", "))
    for barcode in value["barcodes"]?.array ?? [value["barcode"]].compactMap({ $0 }) {
      let format = barcode["format"]?.stringValue?.replacing("PKBarcodeFormat", with: "") ?? "?"
      add("barcode", "\(format) \(barcode["message"]?.stringValue ?? "")")
    }
    for group in Self.groups {
      let fields = style?.fields[group]?.array ?? []
      if fields.isEmpty { continue }
      lines.append("")
      lines.append(group.replacing("Fields", with: ""))
      for field in fields {
        let label = text(field["label"]) ?? field["key"]?.stringValue ?? ""
        let value: JSONValue? = field["value"]?.stringValue.map { .string(text(.string($0)) ?? $0) } ?? field["value"]
        add("  \(label)", wallet.shown(value, in: field).text.replacing("\n", with: " / "))
      }
    }
    if let signature = report.signature {
      lines.append("")
      lines.append("signature")
      add("  signed by", signature.signer.commonName ?? signature.signer.subject)
      add("  signed at", signature.signingTime.map { ZonedDateTime(epochMilliseconds: $0 * 1000).iso8601 })
      add("  valid until", ZonedDateTime(epochMilliseconds: signature.signer.notAfter * 1000).iso8601)
      add("  issuer", signature.appleGeneration.map { "Apple WWDR \($0)" } ?? signature.signer.issuer)
      add("  verifies", Self.verdict(signature, report))
    }
    return lines
  }

  func json(_ report: BundleReport) -> JSONValue {
    var groups = JSONObject()
    for group in Self.groups {
      let fields = (style?.fields[group]?.array ?? []).map { field -> JSONValue in
        [
          "key": field["key"] ?? .null, "label": text(field["label"]).map { .string($0) } ?? .null,
          "value": field["value"]?.stringValue == nil
            ? field["value"] ?? .null : text(field["value"]).map { .string($0) } ?? .null,
        ]
      }
      if !fields.isEmpty { groups[group] = .array(fields) }
    }
    var object: JSONObject = [
      "pass": value, "style": style.map { .string($0.name) } ?? .null, "fields": .object(groups),
      "languages": .array(languages.map { .string($0) }),
      "files": .array(files.sortedPaths.map { .string($0) }),
    ]
    if let signature = report.signature {
      object["signature"] = [
        "signer": .string(signature.signer.subject), "serialNumber": .string(signature.signer.serialHex),
        "signingTime": signature.signingTime.map { .string(ZonedDateTime(epochMilliseconds: $0 * 1000).iso8601) }
          ?? .null,
        "verified": .bool(Self.verdict(signature, report).hasPrefix("yes")),
        "digest": .string(signature.digestAlgorithm),
      ]
    }
    return .object(object)
  }
}
