import Foundation
import JSON
import PassBundle

/// What a call shows to say who makes it: a JSON Web Token (RFC 7519), or whatever the token endpoint gives.
struct BearerToken: Sendable, Hashable {
  let text: String
  /// Milliseconds since 1970; nil when the token does not say.
  let expiry: Int64?

  /// A token of the endpoint. Its end is read when it is a JWT; nothing else in it is looked at.
  init(text: String) {
    self.text = text
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let claims = Data(base64URL: String(parts[1])), let value = try? JSONValue(parsing: claims),
      let end = value["exp"]?.double, end > 0, end < 1e15
    else {
      expiry = nil
      return
    }
    // Seconds (RFC 7519), though Secutix's own page speaks of milliseconds.
    expiry = Int64(end > 1e11 ? end : end * 1000)
  }

  /// Signed here, with HMAC-SHA-256 ("HS256", RFC 7518). Times are whole seconds, as the sample token on
  /// https://platform.secutix.com/backend/standards/rest has them.
  init(madeFor connection: SecutixConnection, ttl: Int64, at now: Int64) {
    let issued = now / 1000
    let claims: JSONValue = [
      "sub": .string(connection.institution), "aud": .string(connection.operatorCode),
      "iss": .string(connection.partner), "iat": .number(JSONNumber(issued)),
      "exp": .number(JSONNumber(issued + max(1, ttl))),
    ]
    let signed =
      Data(#"{"alg":"HS256","typ":"JWT"}"#.utf8).base64URL + "." + Data(claims.serialized()).base64URL
    let signature = Digest.hmacSHA256(Array(signed.utf8), key: connection.secret)
    text = signed + "." + Data(signature).base64URL
    expiry = (issued + max(1, ttl)) * 1000
  }
}

extension Data {
  /// RFC 4648, section 5, without padding.
  fileprivate var base64URL: String {
    base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  fileprivate init?(base64URL text: String) {
    let plain = text.replacing("-", with: "+").replacing("_", with: "/")
    self.init(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4))
  }
}
