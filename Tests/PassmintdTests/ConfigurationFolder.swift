import Authorization
import Foundation
import PassBundle
import Testing

@testable import passmintd

/// A folder with everything that configurations of the tests name: certificates, secrets, templates.
struct ConfigurationFolder {
  /// What no output may ever hold.
  static let marker = "SMURF"
  /// 20 November 2026, 18:05:02 UTC.
  static let now: Int64 = 1_795_197_902

  let root: URL

  /// Files of example certificates by name. Keys take long to make, so they are made once.
  private static let certificates = Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "certificates-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    _ = try ExampleCertificates.write(to: folder.path, now: now)
    var files: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      files[name] = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }
    return files
  }

  /// - Parameter templates: names in the folder `templates`, with the shipped template that each is a copy of.
  static func with<Result>(
    templates: [String: String] = ["concert": "concert"], _ body: (ConfigurationFolder) throws -> Result
  ) throws -> Result {
    let folder = ConfigurationFolder(
      root: FileManager.default.temporaryDirectory.appending(path: "configuration-\(UUID().uuidString)"))
    defer { try? FileManager.default.removeItem(at: folder.root) }
    try folder.makeFolder("secrets")
    try folder.makeFolder("templates")
    try folder.makeFolder("certificates")
    for (name, text) in try certificates.get() { try folder.write(text, "certificates/\(name)") }
    for name in ["secutix", "passes", "passes.old", "p12", "webhook"] {
      try folder.write("\(marker) the secret of \(name), long enough\n", "secrets/\(name)")
    }
    try folder.write("whsec_\(Data("\(marker) for the CRM, long enough".utf8).base64EncodedString())", "secrets/crm")
    try folder.write(
      "whsec_\(Data("\(marker) from before, long enough.".utf8).base64EncodedString())", "secrets/crm.old")
    for (name, shipped) in templates { try folder.copy(shipped, as: name) }
    return try body(folder)
  }

  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Without its large pictures and its samples, which take long to look at.
  func copy(_ shipped: String, as name: String) throws {
    let template = root.appending(path: "templates/\(name).pkpasstemplate")
    try FileManager.default.copyItem(
      at: Self.repository.appending(path: "templates/\(shipped).pkpasstemplate"), to: template)
    for file in try FileManager.default.contentsOfDirectory(atPath: template.path)
    where file == "samples" || ["strip", "background", "thumbnail"].contains(where: { file.hasPrefix($0) }) {
      try FileManager.default.removeItem(at: template.appending(path: file))
    }
  }

  func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(at: root.appending(path: path), withIntermediateDirectories: true)
  }

  /// Writes a file that only its owner may read.
  func write(_ text: String, _ path: String, mode: Int = 0o600) throws {
    let path = root.appending(path: path).path
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  /// Reads a configuration that lies in the folder as `passmint.yaml`.
  func read(
    _ yaml: String, flags: [ConfigurationOverride: String] = [:], environment: [String: String] = [:]
  ) throws -> (configuration: ServiceConfiguration?, problems: [ConfigurationProblem]) {
    try write(yaml, "passmint.yaml")
    let (configuration, problems) = ServiceConfiguration.read(
      path: root.appending(path: "passmint.yaml").path, flags: flags, environment: environment, now: Self.now)
    #expect((configuration == nil) == problems.contains { $0.severity == .error })
    return (configuration, problems)
  }

  /// What operators read, without the folder, which is another each time.
  func sentences(_ problems: [ConfigurationProblem], _ severity: ConfigurationProblem.Severity? = nil) -> [String] {
    problems.filter { severity == nil || $0.severity == severity }
      .map { $0.description.replacing("\(root.path)/", with: "").replacing(root.path, with: "FOLDER") }
  }

  /// The least that is right.
  static let good = """
    listen: 127.0.0.1:8080
    public_url: https://passes.example.org
    tenants:
      theatre:
        name: Theatre
        secutix:
          url: https://house.ws.secutix.com
          operator: MOSA_PASSES
          institution: MOSA
          partner: PASSMINT
          secret: {file: secrets/secutix}
        identity: {path: certificates}
        secret: {file: secrets/passes}
        templates: {folder: templates, default: concert}
        webhook: {allow: [10.0.0.0/8]}
        keys:
          - {name: Website, prefix: pm_3f9aQz, sha256: \(hash), scopes: [Secutix.Read]}

    """
  static let hash = Digest.hex(APIKey.hash(of: "pm_3f9aQz_" + String(repeating: "k", count: 43)))
}
