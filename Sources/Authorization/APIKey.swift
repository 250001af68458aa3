import PassBundle

/// An API key as the configuration knows it: never the key itself.
///
/// A key reads `pm_3f9aQz_` and 43 characters more: the prefix may stand in a list or a log, so that people can tell keys
/// apart; behind it are 32 random bytes. So long a key needs no slow hash: nobody tries 2²⁵⁶ of them.
package struct APIKey: Sendable, Hashable {
  /// What it is for, in the operator's words.
  package let name: String
  /// The part that may be seen, such as `pm_3f9aQz`.
  package let prefix: String
  /// SHA-256 of the whole key, prefix included: 32 bytes.
  package let hash: [UInt8]
  package let scopes: Set<Scope>
  /// From when on it is refused, in seconds since 1970; nil: never.
  package let expires: Int64?

  package init(name: String, prefix: String, hash: [UInt8], scopes: Set<Scope>, expires: Int64? = nil) {
    self.name = name
    self.prefix = prefix
    self.hash = hash
    self.scopes = scopes
    self.expires = expires
  }

  /// Makes a key by the system's generator. The key is returned here once and is nowhere else.
  package static func make(
    name: String, scopes: Set<Scope>, expires: Int64? = nil
  ) -> (key: String, record: APIKey) {
    var generator = SystemRandomNumberGenerator()
    let mark = (0..<markLength).compactMap { _ in alphabet.randomElement(using: &generator) }
    let prefix = "pm_" + String(decoding: mark, as: UTF8.self)
    // 43 characters of 62 kinds are a little more than 32 bytes.
    let rest = (0..<secretLength).compactMap { _ in alphabet.randomElement(using: &generator) }
    let key = "\(prefix)_\(String(decoding: rest, as: UTF8.self))"
    return (
      key, APIKey(name: name, prefix: prefix, hash: hash(of: key), scopes: scopes, expires: expires)
    )
  }

  /// SHA-256 of a key, as the configuration keeps it.
  package static func hash(of key: String) -> [UInt8] { Digest.sha256(Array(key.utf8)) }

  /// Whether a text looks like a key: `pm_`, a visible part, `_`, 43 characters.
  static func hasForm(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count <= 100, bytes.starts(with: "pm_".utf8), let parting = bytes.lastIndex(of: UInt8(ascii: "_")),
      parting > 3, bytes.count - parting - 1 == secretLength
    else { return false }
    return bytes.allSatisfy { alphabet.contains($0) || $0 == UInt8(ascii: "_") }
  }

  /// Without `_` and `-`, so that a double click marks the whole of it.
  private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
  private static let markLength = 6
  private static let secretLength = 43
}
