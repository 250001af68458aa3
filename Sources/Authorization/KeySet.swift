import JSON
import JWTKit

/// An issuer's public keys (RFC 7517): those that can check the signature of a token.
///
/// jwt-kit builds each key and checks with it. Its `JWTKeyCollection` is not asked to choose one: for a key id it does
/// not know it takes the first key, and for a key that names no algorithm the one the first token names, for good.
struct KeySet: Sendable {
  struct Key: Sendable {
    /// `kid`.
    let id: String?
    /// By the algorithms the key may be used with.
    let verifiers: [Algorithm: any JWTAlgorithm]
  }

  /// What a token may be signed with. Each needs a public key that is of no use for another's kind, and none works
  /// with a shared secret.
  enum Algorithm: String, Sendable, Hashable, CaseIterable {
    case rs256 = "RS256"
    case ps256 = "PS256"
    case es256 = "ES256"
  }

  /// Far more than an issuer has.
  static let limit = 100

  let keys: [Key]

  func names(_ id: String) -> Bool { keys.contains { $0.id == id } }

  /// Reads a key set. Keys for something else, and keys that are no good, are left out.
  init(parsing bytes: [UInt8]) async throws(KeySetError) {
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONValue(parsing: bytes, options: JSONOptions(maximumDepth: 16))
    } catch {
      throw .notKeys("the answer is no JSON: \(error)")
    }
    guard let entries = document["keys"]?.array else { throw .notKeys("the answer has no array “keys”") }
    guard entries.count <= Self.limit else { throw .notKeys("the answer has more than \(Self.limit) keys") }
    var keys: [Key] = []
    for entry in entries {
      if let key = await Key(entry) { keys.append(key) }
    }
    self.keys = keys
  }
}

extension KeySet.Key {
  /// Nil for what cannot check a token.
  fileprivate init?(_ entry: JSONValue) async {
    guard let object = entry.object, object.duplicateNames.isEmpty else { return nil }
    let id = object["kid"]
    guard id == nil || id?.stringValue != nil else { return nil }
    // Whoever publishes the private half has no secret left that a signature could prove.
    guard object["d"] == nil, object["k"] == nil else { return nil }
    if let use = object["use"], use.stringValue != "sig" { return nil }
    if let operations = object["key_ops"], operations.array?.contains("verify") != true { return nil }

    var possible: [KeySet.Algorithm]
    switch object["kty"]?.stringValue {
    case "RSA": possible = [.rs256, .ps256]
    case "EC" where object["crv"]?.stringValue == "P-256": possible = [.es256]
    default: return nil
    }
    if let named = object["alg"] { possible.removeAll { $0.rawValue != named.stringValue } }

    var verifiers: [KeySet.Algorithm: any JWTAlgorithm] = [:]
    for algorithm in possible {
      guard let key = Self.key(object, algorithm) else { return nil }
      let one = JWTKeyCollection()
      // A point beside the curve, an even exponent, less than 2048 bits: jwt-kit refuses it.
      guard (try? await one.add(jwk: key)) != nil, let verifier = try? await one.getKey(for: key.keyIdentifier) else {
        return nil
      }
      verifiers[algorithm] = verifier
    }
    guard !verifiers.isEmpty else { return nil }
    self.id = id?.stringValue
    self.verifiers = verifiers
  }

  private static func key(_ object: JSONObject, _ algorithm: KeySet.Algorithm) -> JWK? {
    func number(_ name: String, _ lengths: ClosedRange<Int>) -> String? {
      guard let text = object[name]?.stringValue, let bytes = base64URLBytes(text[...]), lengths.contains(bytes.count)
      else { return nil }
      return text
    }
    switch algorithm {
    case .rs256, .ps256:
      // 8192 bits: each check of a longer one would take milliseconds.
      guard let modulus = number("n", 256...1024), let exponent = number("e", 1...4) else { return nil }
      return .rsa(algorithm == .rs256 ? .rs256 : .ps256, identifier: "key", modulus: modulus, exponent: exponent)
    case .es256:
      guard let x = number("x", 32...32), let y = number("y", 32...32) else { return nil }
      return .ecdsa(.es256, identifier: "key", x: x, y: y, curve: .p256)
    }
  }
}

/// Why an issuer's keys could not be had.
enum KeySetError: Error, Sendable, Hashable {
  case address(String)
  case network(String)
  case timeout
  case status(Int)
  case tooLarge(limit: Int)
  case notKeys(String)
}

extension KeySetError: CustomStringConvertible {
  var description: String {
    switch self {
    case .address(let fault): fault
    case .network(let reason): "the issuer cannot be reached: \(reason)"
    case .timeout: "the issuer did not answer in time"
    case .status(let status) where (300..<400).contains(status):
      "the issuer answers with status \(status), and redirects are not followed: configure the address it leads to"
    case .status(let status): "the issuer answers with status \(status)"
    case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
    case .notKeys(let fault): fault
    }
  }
}
