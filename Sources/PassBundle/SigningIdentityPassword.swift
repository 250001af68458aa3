/// Where the password of an encrypted key or .p12 comes from: a file or the environment, never an argument, which
/// everyone on the machine could read in the list of processes.
package enum IdentityPassword: Sendable {
  /// The environment variable that holds the password.
  package static let variable = "PASSMINT_IDENTITY_PASSWORD"
  /// The environment variable that names a file which holds the password.
  package static let fileVariable = "PASSMINT_IDENTITY_PASSWORD_FILE"

  /// The password itself.
  case value(Secret)
  /// A file that holds it, perhaps with one line end after it.
  case file(String)

  /// What the environment says; nil when it says nothing. An empty variable counts as not set.
  package static func source(in environment: [String: String]) throws(IdentityError) -> IdentityPassword? {
    let value = environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    let file = environment[fileVariable].flatMap { $0.isEmpty ? nil : $0 }
    switch (value, file) {
    case (nil, nil): return nil
    case (let value?, nil): return .value(Secret(value.utf8))
    case (nil, let file?): return .file(file)
    case (_?, _?): throw .passwordGivenTwice(variable, fileVariable)
    }
  }

  /// The password; reads the file if it is in one. One line end (LF or CRLF) after it is not part of it.
  package func read() throws(IdentityError) -> Secret {
    switch self {
    case .value(let secret): return secret
    case .file(let path):
      var bytes = try IdentityFile(at: path).bytes
      defer { cleanse(&bytes) }
      var password = bytes[...]
      if password.last == UInt8(ascii: "\n") {
        password.removeLast()
        if password.last == UInt8(ascii: "\r") { password.removeLast() }
      }
      return Secret(password)
    }
  }
}
