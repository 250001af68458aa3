package import JSON
import PassBundle
import PassPreview
package import Passes

/// Where a pass is kept up to date.
struct SandboxDeviceService: Sendable, Hashable {
  /// Without a slash at its end.
  let url: String
  let passType: String
}

/// A pass in Wallet.
package struct SandboxDevicePass: Sendable {
  package let files: PassFiles
  package let json: JSONValue
  package let passType: String
  package let serialNumber: String
  /// What the server sent as `Last-Modified` with it, to be given back letter by letter.
  package internal(set) var lastModified: String?
  /// Whether the server has taken the registration.
  package internal(set) var isRegistered = false
  let token: String?
  let service: SandboxDeviceService?
  private let language: String
  private let strings: ReadPass?

  /// - Throws: for what is no pass; when certificates are given, for what a phone would refuse.
  init(archive: [UInt8], options: SandboxDevice.Options, now: Int64) throws(SandboxError) {
    let findings: [Finding]
    if let trust = options.trust {
      let report = BundleCheck.check(archive, name: "pass.pkpass", trust: trust, now: now / 1000)
      (files, findings) = (report.files, report.findings)
    } else {
      let contents = ArchiveReader.read(archive, name: "pass.pkpass")
      (files, findings) = (contents.files, contents.findings)
    }
    if let worst = findings.first(where: { $0.severity == .error }) {
      throw SandboxError("\(worst.place): \(worst.message)")
    }
    guard let bytes = files["pass.json"], let json = try? JSONValue(parsing: bytes), json.object != nil else {
      throw SandboxError("there is no pass.json in it that could be read")
    }
    guard let passType = json["passTypeIdentifier"]?.stringValue, let serial = json["serialNumber"]?.stringValue,
      !passType.isEmpty, !serial.isEmpty
    else { throw SandboxError("its pass.json has no passTypeIdentifier or no serialNumber") }
    self.json = json
    self.passType = passType
    serialNumber = serial
    language = options.language
    strings = ReadPass(files)
    let token = json["authenticationToken"]?.stringValue
    self.token = token
    // Apple: the one is nothing without the other.
    service = json["webServiceURL"]?.stringValue.flatMap { url in
      guard token != nil else { return nil }
      return SandboxDeviceService(url: url.hasSuffix("/") ? String(url.dropLast()) : url, passType: passType)
    }
  }

  /// The passes of an archive: itself, or those inside.
  static func archives(in bytes: [UInt8]) throws(SandboxError) -> [[UInt8]] {
    let contents = ArchiveReader.read(bytes, name: "pass.pkpass")
    guard contents.isArchive else {
      throw SandboxError(contents.findings.first?.message ?? "this is no pass")
    }
    let paths = contents.files.sortedPaths.filter { $0.hasSuffix(".pkpass") }
    return contents.files["pass.json"] != nil || paths.isEmpty ? [bytes] : paths.compactMap { contents.files[$0] }
  }

  /// What its form asks for (`personalization.json`), in Apple's words; nil without a form.
  var form: [String]? {
    guard let bytes = files["personalization.json"], let json = try? JSONValue(parsing: bytes) else { return nil }
    return json["requiredPersonalizationFields"]?.array?.compactMap(\.stringValue) ?? []
  }

  package var isVoided: Bool { json["voided"]?.bool == true }

  /// Why this cannot be a new state of the other; nil when it can.
  func problem(inPlaceOf old: SandboxDevicePass) -> String? {
    // Apple: neither may change in an update.
    if serialNumber != old.serialNumber { return "its serialNumber is another one" }
    if passType != old.passType { return "its passTypeIdentifier is another one" }
    if token != old.token { return "its authenticationToken is another one" }
    return nil
  }

  /// Whether a holder could tell the two apart. Signatures are made anew each time.
  func hasSameContent(as other: SandboxDevicePass) -> Bool {
    var (own, others) = (files, other.files)
    own["signature"] = nil
    others["signature"] = nil
    return own == others
  }

  // MARK: What it shows

  /// Its description in the language of the phone, such as "Concert ticket", and its primary fields.
  package var title: String {
    let primary = WalletStyle.style(of: json).flatMap { json[$0.rawValue]?["primaryFields"]?.array } ?? []
    let texts = primary.map { shown($0) }.filter { !$0.isEmpty }
    return texts.isEmpty ? text(json["description"]) ?? serialNumber : texts.joined(separator: " – ")
  }

  /// The seat its semantic tags name: section, row and number.
  package var seat: String? {
    let seat = json["semantics"]?["seats"]?[0]
    let parts = ["seatSection", "seatRow", "seatNumber"].compactMap { text(seat?[$0]) }.filter { !$0.isEmpty }
    return parts.isEmpty ? nil : parts.joined(separator: " ")
  }

  /// The value of a field as the phone writes it; empty without the field.
  package func shownValue(ofKey key: String) -> String {
    for style in WalletStyle.allCases {
      for group in json[style.rawValue]?.object?.members ?? [] {
        if let field = group.value.array?.first(where: { $0["key"]?.stringValue == key }) { return shown(field) }
      }
    }
    return ""
  }

  func shownValue(at pointer: String) -> String { json[pointer: pointer].map { shown($0) } ?? "" }

  func changeMessage(at pointer: String) -> String? { text(json[pointer: pointer + "/changeMessage"]) }

  private func shown(_ field: JSONValue) -> String {
    let value = field["value"].map { value in text(value).map { JSONValue.string($0) } ?? value }
    return WalletText(language: language).shown(value, in: field).text
  }

  /// A text in the language of the phone; in English where the pass does not know it.
  private func text(_ value: JSONValue?) -> String? {
    guard let text = value?.stringValue else { return nil }
    return strings?.translation(of: text, in: language) ?? strings?.translation(of: text, in: "en") ?? text
  }
}
