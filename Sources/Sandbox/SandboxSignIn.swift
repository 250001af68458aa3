import Foundation
import JSON
import PassBundle

/// Who may call: the rules of https://platform.secutix.com/backend/standards/rest.
extension SandboxSecutix {
  /// The token endpoint's answer; nil for an operator, partner or secret that is not the house's.
  func signIn(_ body: JSONValue) -> String? {
    guard body["operator"]?.stringValue == house.operatorCode, body["partner"]?.stringValue == house.partner,
      body["secret"]?.stringValue == house.secret
    else { return nil }
    let issued = now() / 1000
    let claims: JSONValue = [
      "sub": .string(house.institution), "aud": .string(house.operatorCode), "iss": .string(house.partner),
      "iat": .number(JSONNumber(issued)), "exp": .number(JSONNumber(issued + options.tokenLifetime)),
      "jti": .number(JSONNumber(newID())),
    ]
    let text = Self.encoded(Array(#"{"alg":"HS256"}"#.utf8)) + "." + Self.encoded(claims.serialized())
    let token = text + "." + Self.encoded(signature(of: text))
    tokens[token] = (issued + options.tokenLifetime) * 1000
    return token
  }

  /// What is wrong with the `Authorization` header; nil: nothing.
  func refusal(of header: String?) -> String? {
    guard let header, header.hasPrefix("Bearer ") else { return "no bearer token" }
    let token = String(header.dropFirst(7))
    if let end = tokens[token] { return now() < end ? nil : "the token has ended" }
    let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, let head = Self.decoded(parts[0]), let claims = Self.decoded(parts[1]) else {
      return "no JWT"
    }
    guard head["alg"]?.stringValue == "HS256" else { return "alg is not HS256" }
    guard parts[2] == Self.encoded(signature(of: parts[0] + "." + parts[1])) else { return "wrong signature" }
    guard claims["jti"] == nil else { return "the token is forgotten" }
    guard claims["sub"]?.stringValue == house.institution else { return "sub is not the institution" }
    guard claims["aud"]?.stringValue == house.operatorCode else { return "aud is not the operator" }
    guard claims["iss"]?.stringValue == house.partner else { return "iss is not the partner" }
    guard let issued = claims["iat"]?.int, let end = claims["exp"]?.int else { return "iat or exp is missing" }
    guard issued < 100_000_000_000, end < 100_000_000_000 else { return "iat and exp are in milliseconds" }
    let now = now() / 1000
    if issued > now + options.leeway { return "iat is in the future" }
    if issued < now - options.oldestToken - options.leeway { return "iat is too old" }
    if end > issued + options.longestToken + options.leeway { return "exp is too far from iat" }
    if end <= now - options.leeway { return "the token has ended" }
    return nil
  }

  private func signature(of text: String) -> [UInt8] {
    Digest.hmacSHA256(Array(text.utf8), key: Array(house.secret.utf8))
  }

  private static func encoded(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  private static func decoded(_ text: String) -> JSONValue? {
    let plain = text.replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - plain.count % 4) % 4)
    return Data(base64Encoded: plain + padding).flatMap { try? JSONValue(parsing: $0) }
  }
}
