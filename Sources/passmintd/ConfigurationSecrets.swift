import Foundation
import PassBundle
import Yams

extension ConfigurationReading {
  /// A secret, from a file or from the environment. It never stands in the configuration, and in no message.
  ///
  /// - Parameter minimum: bytes.
  func secret(_ value: ConfigurationValue, minimum: Int = 1) -> Secret? {
    let shape = "{file: PATH} or {env: NAME}"
    guard case .mapping(let mapping) = value.node else {
      report(
        .error, at: value,
        "stands in the configuration itself: put it into a file or into the environment, and write \(shape)")
      return nil
    }
    // Whoever forgot the word before a secret made it a name; so names are not shown.
    let names = mapping.keys.map { $0.scalar?.string }
    guard names.count == 1, let name = names[0], ["file", "env"].contains(name),
      let members = members(of: value, known: nil),
      let source = members.required(name, name == "file" ? "PATH" : "NAME"), let text = text(source)
    else {
      if !problems.contains(where: { $0.path.hasPrefix("\(value.path).") }) {
        report(.error, at: value, "must say where the secret is, and nothing else: write \(shape)")
      }
      return nil
    }
    guard let secret = name == "file" ? secret(inFile: text, source) : secret(inVariable: text, source) else {
      return nil
    }
    guard secret.count >= minimum else {
      let what = name == "file" ? "the file holds" : "the variable holds"
      report(
        .error, at: source,
        secret.count == 0
          ? "\(what) nothing"
          : "\(what) \(secret.count) bytes, at least \(minimum) are wanted: make one with `openssl rand -hex 32`")
      return nil
    }
    return secret
  }

  private func secret(inFile text: String, _ source: ConfigurationValue) -> Secret? {
    let path = path(text)
    do throws(IdentityError) {
      let secret = try IdentityPassword.file(path).read()
      var status = stat()
      if stat(path, &status) == 0, status.st_mode & 0o077 != 0 {
        let mode = String(status.st_mode & 0o777, radix: 8)
        report(.warning, at: source, "others may read the file (mode \(mode)): `chmod 600 \(path)`")
      }
      return secret
    } catch {
      report(.error, at: source, "\(error)")
      return nil
    }
  }

  private func secret(inVariable name: String, _ source: ConfigurationValue) -> Secret? {
    guard let text = variable(name) else {
      report(.error, at: source, "the environment has no such variable")
      return nil
    }
    return Secret(text.utf8)
  }
}
