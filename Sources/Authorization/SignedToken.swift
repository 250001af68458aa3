import Foundation
import JSON
import JWTKit

/// A JSON Web Token in compact form (RFC 7515, section 7.1), taken apart. What it says is believed only behind
/// `claims(verifiedBy:)`.
struct SignedToken {
  /// Bytes of the whole token. Groups and permissions make some long; a header line has no room for more.
  static let lengthLimit = 16_384
  /// Claims inside each other.
  private static let depthLimit = 16

  let algorithm: KeySet.Algorithm
  let keyID: String?
  private let signedText: [UInt8]
  private let payload: [UInt8]
  private let signature: [UInt8]

  /// Reads the header. Of its parameters only `alg`, `kid` and `typ` are looked at: where keys are is configured, so
  /// that `jku`, `jwk`, `x5u` and `x5c` mean nothing (RFC 8725, section 3.10).
  init(_ text: String) throws(Refusal) {
    guard text.utf8.count <= Self.lengthLimit else { throw .invalid(.tooLong) }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let header = base64URLBytes(parts[0]), let payload = base64URLBytes(parts[1]),
      let signature = base64URLBytes(parts[2])
    else { throw .invalid(.malformed) }
    let parameters = try Self.object(header)
    guard let name = parameters["alg"]?.stringValue else { throw .invalid(.malformed) }
    guard let algorithm = KeySet.Algorithm(rawValue: name) else { throw .invalid(.algorithm) }
    if parameters["crit"] != nil { throw .invalid(.criticalHeader) }
    try Self.checkType(parameters["typ"], among: ["jwt", "at+jwt", "application/at+jwt"])
    switch parameters["kid"] {
    case nil: keyID = nil
    case .string(let id) where id.utf8.count <= 256: keyID = id
    default: throw .invalid(.malformed)
    }
    self.algorithm = algorithm
    self.payload = payload
    self.signature = signature
    signedText = Array(parts[0].utf8) + [UInt8(ascii: ".")] + Array(parts[1].utf8)
  }

  /// The claims, if one of the issuer's keys made the signature.
  func claims(verifiedBy set: KeySet) throws(Refusal) -> JSONObject {
    let named: [KeySet.Key]
    if let keyID {
      named = set.keys.filter { $0.id == keyID }
      if named.isEmpty { throw .invalid(.unknownKey) }
    } else {
      named = set.keys
      if named.isEmpty { throw .invalid(.unknownKey) }
      if named.count > 1 { throw .invalid(.noKeyID) }
    }
    // A key id that stands twice, for two kinds of key, is allowed (RFC 7517, section 4.5).
    let verifiers = named.compactMap { $0.verifiers[algorithm] }
    if verifiers.isEmpty { throw .invalid(.algorithm) }
    guard verifiers.contains(where: { (try? $0.verify(signature, signs: signedText)) == true }) else {
      throw .invalid(.signature)
    }
    let claims = try Self.object(payload)
    // Keycloak says what a token is in a claim.
    try Self.checkType(claims["typ"], among: ["bearer", "jwt", "at+jwt"])
    return claims
  }

  /// An object without repeated names anywhere: two readers might take different ones.
  private static func object(_ bytes: [UInt8]) throws(Refusal) -> JSONObject {
    guard let value = try? JSONValue(parsing: bytes, options: JSONOptions(maximumDepth: depthLimit)),
      let object = value.object, !value.repeatsNames
    else { throw .invalid(.malformed) }
    return object
  }

  private static func checkType(_ type: JSONValue?, among allowed: Set<String>) throws(Refusal) {
    guard let type else { return }
    guard let text = type.stringValue, allowed.contains(text.lowercased()) else { throw .invalid(.type) }
  }
}

extension JSONValue {
  fileprivate var repeatsNames: Bool {
    switch self {
    case .array(let values): values.contains { $0.repeatsNames }
    case .object(let object): !object.duplicateNames.isEmpty || object.members.contains { $0.value.repeatsNames }
    default: false
    }
  }
}

/// The bytes of a text in base64url without padding (RFC 4648, section 5), in the one spelling they have.
func base64URLBytes(_ text: Substring) -> [UInt8]? {
  let plain = text.replacing("-", with: "+").replacing("_", with: "/")
  guard let data = Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)) else {
    return nil
  }
  let spelled = data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  return spelled == text ? Array(data) : nil
}
