import Authorization
import Foundation
import JSON
import PassBundle
import Sandbox

/// The files of a service with one tenant, made from nothing: what a demonstration needs.
///
/// What is there already stays: certificates, secrets and passes of a run before go on being good. Only the configuration is
/// written anew, since addresses may be others.
struct DemoFolder {
  struct Problem: Error {
    let message: String
    let hint: String
  }

  /// As it stands in paths and serial numbers.
  static let tenant = "theatre"

  let folder: URL
  /// The API key, whole; the configuration knows only its hash.
  let key: String

  var configuration: URL { folder.appending(path: "passmint.yaml") }
  var log: URL { folder.appending(path: "service.log") }
  /// What the passes' signatures are verified against.
  var root: URL { folder.appending(path: "certificates/root.pem") }

  /// - Parameters:
  ///   - secutix: where the sandbox answers.
  ///   - listen: the service's address and port.
  ///   - apns: where the sandbox of APNs listens, and what its certificate comes from.
  init(
    at folder: URL, house: SandboxHouse, secutix: String, listen: String, publicURL: String,
    apns: (port: Int, rootPEM: [UInt8])
  ) throws {
    self.folder = folder
    let template = try Self.template("concert")
    do {
      try Data(apns.rootPEM).write(to: folder.appending(path: "apns-root.pem"))
      try Self.secret("secutix.secret", in: folder) { house.secret }
      try Self.secret("passes.secret", in: folder) {
        var generator = SystemRandomNumberGenerator()
        return Digest.hex((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
      }
      key = try Self.secret("api.key", in: folder) { APIKey.make(name: "demo", scopes: Set(Scope.allCases)).key }
      try Self.yaml(
        house: house, secutix: secutix, listen: listen, publicURL: publicURL, apnsPort: apns.port, template: template,
        key: key
      ).write(to: configuration, atomically: true, encoding: .utf8)
    } catch {
      throw Self.problem(error, at: folder)
    }
  }

  /// Makes the folder and the certificates in it.
  ///
  /// - Parameter now: seconds since 1970.
  /// - Returns: the root that passes are verified against.
  static func makeCertificates(at folder: URL, now: Int64) throws -> [Certificate] {
    do {
      let certificates = folder.appending(path: "certificates")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      _ = try ExampleCertificates.write(to: certificates.path, now: now)
      return try BundleCheck.trustedCertificates(path: certificates.appending(path: "root.pem").path)
    } catch let error as ExampleCertificatesError {
      throw Problem(message: "\(error)", hint: error.hint)
    } catch {
      throw problem(error, at: folder)
    }
  }

  private static func problem(_ error: any Error, at folder: URL) -> Problem {
    Problem(
      message: "the files of the demonstration cannot be written to \(folder.path): \(error.localizedDescription)",
      hint: "name another folder with --folder")
  }

  /// A file only its owner reads; what it holds already stays.
  @discardableResult
  private static func secret(_ name: String, in folder: URL, _ make: () -> String) throws -> String {
    let file = folder.appending(path: name)
    if let kept = try? String(contentsOf: file, encoding: .utf8) {
      return kept.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let text = make()
    // Made for its owner alone, not opened to all and closed afterwards.
    guard
      FileManager.default.createFile(
        atPath: file.path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    else { throw CocoaError(.fileWriteUnknown) }
    return text
  }

  /// A template of ours, where the program finds it: PASSMINT_TEMPLATES, `./templates`, beside the program, or in `share`.
  static func template(_ name: String) throws -> URL {
    let current = URL(filePath: FileManager.default.currentDirectoryPath)
    var folders = [current.appending(path: "templates")]
    if let named = ProcessInfo.processInfo.environment["PASSMINT_TEMPLATES"], !named.isEmpty {
      folders.insert(URL(filePath: named, relativeTo: current), at: 0)
    }
    var above = Demo.program
    for _ in 0..<5 {
      above.deleteLastPathComponent()
      folders += [above.appending(path: "templates"), above.appending(path: "share/passmint/templates")]
    }
    let found = folders.map { $0.appending(path: "\(name).pkpasstemplate").standardizedFileURL }.first {
      FileManager.default.fileExists(atPath: $0.appending(path: "pass.json").path)
    }
    guard let found else {
      throw Problem(
        message: "there is no template \(name)", hint: "set PASSMINT_TEMPLATES to the folder where the templates lie")
    }
    return found
  }

  private static func yaml(
    house: SandboxHouse, secutix: String, listen: String, publicURL: String, apnsPort: Int, template: URL,
    key: String
  ) -> String {
    func quoted(_ text: String) -> String { String(decoding: JSONValue.string(text).serialized(), as: UTF8.self) }
    let prefix = key.split(separator: "_").dropLast().joined(separator: "_")
    let scopes = Scope.allCases.map(\.rawValue).joined(separator: ", ")
    return """
      # Written by `passmintd sandbox --demo`.
      listen: \(quoted(listen))
      public_url: \(quoted(publicURL))
      store: passmint.sqlite
      log: {level: info, format: text}
      push: {host: 127.0.0.1, port: \(apnsPort), roots: apns-root.pem}
      tenants:
        \(tenant):
          name: \(quoted(house.performances.first?.site[house.language] ?? house.institution))
          secutix:
            url: \(quoted(secutix))
            operator: \(quoted(house.operatorCode))
            institution: \(quoted(house.institution))
            partner: \(quoted(house.partner))
            secret: {file: secutix.secret}
          identity: {path: certificates}
          secret: {file: passes.secret}
          templates:
            folder: \(quoted(template.deletingLastPathComponent().path))
            default: \(quoted(template.deletingPathExtension().lastPathComponent))
          webhook: {requests_per_minute: 6000}
          keys:
            - {name: demo, prefix: \(prefix), sha256: \(Digest.hex(APIKey.hash(of: key))), scopes: [\(scopes)]}

      """
  }
}
