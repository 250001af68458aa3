import JSON

extension WalletRules {
  /// `personalization.json` (reward enrolment) and what it needs beside it. When a part is missing Wallet adds the pass
  /// without asking the holder for anything.
  static func personalizationFindings(in files: PassFiles, pass: JSONValue?) -> [Finding] {
    let path = "personalization.json"
    guard let bytes = files[path] else { return [] }
    var (document, findings) = document(of: bytes, file: path)
    func warn(_ code: String, _ pointer: String?, _ message: String, _ hint: String) {
      let position = pointer.flatMap { document?.position(of: $0) }
      findings.append(
        Finding(
          .warning, code, at: .init(file: path, pointer: pointer, line: position?.line, column: position?.column),
          message, hint: hint))
    }
    if let object = document?.value.object {
      for key in ["description", "requiredPersonalizationFields"] where object[key] == nil {
        warn("personalization-incomplete", "", "personalization.json lacks \(key)", "Add “\(key)”.")
      }
      for (key, kind) in WalletKeys.personalization.sorted(by: { $0.key < $1.key }) {
        guard let value = object[key], !kind.accepts(value) else { continue }
        warn(
          "personalization-incomplete", "/\(key)", "\(key) must be \(kind.noun), but is \(value.kindName)",
          "Correct it.")
      }
      let known = ["Name", "PostalCode", "EmailAddress", "PhoneNumber"].map { "PKPassPersonalizationField" + $0 }
      for (index, value) in (object["requiredPersonalizationFields"]?.array ?? []).enumerated()
      where !known.contains(value.stringValue ?? "") {
        warn(
          "personalization-field-unknown", "/requiredPersonalizationFields/\(index)", "Wallet knows no such field",
          "Use \(known.joined(separator: ", ")).")
      }
    }
    if !files.sortedPaths.contains(where: { PassImageName(path: $0)?.base == "personalizationLogo" }) {
      warn("personalization-incomplete", nil, "personalizationLogo.png is missing", "Add it (150 x 40 points).")
    }
    if pass?["nfc"] == nil || pass?["webServiceURL"] == nil {
      warn(
        "personalization-incomplete", nil, "personalization needs nfc and webServiceURL in pass.json",
        "Add both, or leave personalization.json out.")
    }
    return findings
  }
}
