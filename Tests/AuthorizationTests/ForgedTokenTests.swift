import Authorization
import Foundation
import JSON
import JWTKit
import PassBundle
import Testing

@Suite("Forged tokens")
struct ForgedTokenTests {
  private static let issuer = "https://id.example/"
  private static let audience = "https://passes.example/"
  private static let claims: JSONObject = [
    "iss": .string(issuer), "aud": .string(audience), "sub": "anna", "iat": 1_795_197_802, "exp": 1_795_201_502,
    "scope": "Pass.Read",
  ]

  /// A token and what is said to it; nil: it is taken.
  private struct Case {
    let name: String
    let token: String
    let refusal: Refusal?

    init(_ name: String, _ token: String, _ refusal: Refusal?) {
      (self.name, self.token, self.refusal) = (name, token, refusal)
    }

    init(_ name: String, _ token: String, _ fault: Refusal.Fault) { self.init(name, token, .invalid(fault)) }
  }

  private static func cases(_ rsa: SigningKey, _ ec: SigningKey) async throws -> [Case] {
    let good = try rsa.token(claims: claims.text)
    let parts = good.split(separator: ".").map(String.init)
    let other = try await SigningKey.rs256(other: true)
    let pss = try await SigningKey.ps256()
    let now = TestTime.start
    func said(_ members: [String: JSONValue?]) throws -> String { try rsa.token(claims: claims.with(members).text) }
    func header(_ members: [String: JSONValue?]) throws -> String {
      try rsa.token(header: rsa.header.with(members).text, claims: claims.text)
    }
    /// Signed with a secret that everyone knows.
    func mac(_ secret: [UInt8], _ algorithm: String = "HS256") -> String {
      let text =
        rsa.header.with(["alg": .string(algorithm)]).text.utf8.base64URL + "." + claims.text.utf8.base64URL
      return text + "." + Digest.hmacSHA256(Array(text.utf8), key: secret).base64URL
    }
    func unsigned(_ algorithm: String) -> String {
      rsa.header.with(["alg": .string(algorithm)]).text.utf8.base64URL + "." + parts[1] + "."
    }
    let deep = String(repeating: "[", count: 3_000) + String(repeating: "]", count: 3_000)
    let modulus = rsa.published["n"]?.stringValue ?? ""
    let otherKey = JSONValue.object(other.published)

    return [
      Case("good, RS256", good, nil),
      Case("good, ES256", try ec.token(claims: claims.text), nil),
      Case("audience in an array", try said(["aud": ["account", .string(audience)]]), nil),
      Case("typ at+jwt", try header(["typ": "at+jwt"]), nil),
      Case("typ application/at+JWT", try header(["typ": "application/at+JWT"]), nil),
      Case("without typ", try header(["typ": nil]), nil),
      Case("times with fractions", try said(["exp": .number(#require(JSONNumber(1_795_201_502.5)))]), nil),
      Case("expired within the leeway", try said(["exp": .number(JSONNumber(now - 29))]), nil),
      Case("valid from within the leeway", try said(["nbf": .number(JSONNumber(now + 30))]), nil),

      Case("alg none, no signature", unsigned("none"), .algorithm),
      Case("alg None", unsigned("None"), .algorithm),
      Case("alg NONE, signature kept", unsigned("NONE") + parts[2], .algorithm),
      Case("alg empty", unsigned(""), .algorithm),
      Case("alg missing", try header(["alg": nil]), .malformed),
      Case("alg no text", try header(["alg": ["RS256"]]), .malformed),
      Case("HS256 with the public key as PEM", mac(Array(rsa.pem.utf8)), .algorithm),
      Case("HS256 with the modulus", mac(Array(modulus.utf8)), .algorithm),
      Case("HS256 with nothing", mac([]), .algorithm),
      Case("RS256 that is an HMAC", mac(Array(rsa.pem.utf8), "RS256"), .signature),
      Case("RS384", try header(["alg": "RS384"]), .algorithm),
      Case("rs256 in small letters", try header(["alg": "rs256"]), .algorithm),
      Case("PS256 with a key for RS256", try pss.token(claims: claims.text), .algorithm),
      Case("ES256 with a key for RS256", try header(["alg": "ES256"]), .algorithm),
      Case("RS256 with a key for ES256", try header(["kid": "ec"]), .algorithm),

      Case("signature stripped", parts[0] + "." + parts[1] + ".", .signature),
      Case(
        "signature of zeros", parts[0] + "." + parts[1] + "." + [UInt8](repeating: 0, count: 256).base64URL, .signature),
      Case("ES256 signature of zeros", try es(ec, [UInt8](repeating: 0, count: 64)), .signature),
      Case("ES256 signature of the wrong length", try es(ec, [1, 2, 3]), .signature),
      Case(
        "signature of another token", parts[0] + "." + claims.with(["sub": "eve"]).text.utf8.base64URL + "." + parts[2],
        .signature),
      Case("another key of the same id", try other.token(claims: claims.text), .signature),
      Case("an id nobody has", try header(["kid": "../../etc/passwd"]), .unknownKey),
      Case("no id, two keys", try header(["kid": nil]), .noKeyID),
      Case("id no text", try header(["kid": 7]), .malformed),
      Case("id null", try header(["kid": .null]), .malformed),
      Case("id endless", try header(["kid": .string(String(repeating: "k", count: 257))]), .malformed),
      Case(
        "its own key in jwk", try other.token(header: other.header.with(["jwk": otherKey]).text, claims: claims.text),
        .signature),
      Case(
        "its own address in jku",
        try other.token(
          header: other.header.with(["jku": "http://127.0.0.1:9/", "x5u": "http://127.0.0.1:9/"]).text,
          claims: claims.text), .signature),

      Case("two parts", parts[0] + "." + parts[1], .malformed),
      Case("four parts", good + ".", .malformed),
      Case("five parts, as if encrypted", good + ".a.b", .malformed),
      Case("empty", "", .malformed),
      Case("points", "..", .malformed),
      Case("padded", parts[0] + "=." + parts[1] + "." + parts[2], .malformed),
      Case(
        "base64, not base64url",
        parts[0] + "." + parts[1] + "." + parts[2].replacing("_", with: "/").replacing("-", with: "+") + "+", .malformed
      ),
      Case("blank in front", " " + good, .malformed),
      Case("line end behind", good + "\n", .malformed),
      Case("not ASCII", good + "é", .malformed),
      Case("header no JSON", try rsa.token(header: "alg: RS256", claims: claims.text), .malformed),
      Case("header an array", try rsa.token(header: "[]", claims: claims.text), .malformed),
      Case("header deep", try rsa.token(header: #"{"alg": "RS256", "x": \#(deep)}"#, claims: claims.text), .malformed),
      Case(
        "header with alg twice",
        try rsa.token(header: #"{"alg": "none", "alg": "RS256", "kid": "rsa"}"#, claims: claims.text), .malformed),
      Case("crit", try header(["crit": ["b64"], "b64": false]), .criticalHeader),
      Case("crit empty", try header(["crit": []]), .criticalHeader),
      Case("huge", try said(["x": .string(String(repeating: "x", count: 16_384))]), .tooLong),
      Case("huge and nothing else", String(repeating: "a", count: 1_000_000), .tooLong),

      Case("typ of an ID token", try header(["typ": "id+jwt"]), .type),
      Case("typ of a logout token", try header(["typ": "logout+jwt"]), .type),
      Case("typ no text", try header(["typ": true]), .type),
      Case("Keycloak's ID token", try said(["typ": "ID"]), .type),
      Case("Keycloak's refresh token", try said(["typ": "Refresh"]), .type),
      Case("claims deep", try rsa.token(claims: #"{"x": \#(deep)}"#), .malformed),
      Case("claims an array", try rsa.token(claims: "[]"), .malformed),
      Case("claims no JSON", try rsa.token(claims: "{"), .malformed),
      Case("claims no UTF-8", try rsa.token(claims: "").replacing("..", with: ".."), .malformed),
      Case(
        "claims with scope twice", try rsa.token(claims: String(claims.text.dropLast()) + #", "scope": "Job.Write"}"#),
        .malformed),
      Case(
        "a claim inside with a name twice",
        try said(["x": .object(JSONObject([.init(name: "a", value: 1), .init(name: "a", value: 2)]))]), .malformed),

      Case("another issuer", try said(["iss": "https://evil.example/"]), .issuer),
      Case("issuer without its slash", try said(["iss": "https://id.example"]), .issuer),
      Case("issuer as an array", try said(["iss": [.string(issuer)]]), .issuer),
      Case("no issuer", try said(["iss": nil]), .issuer),
      Case("another audience", try said(["aud": "https://shop.example/"]), .audience),
      Case("audience begins alike", try said(["aud": .string(audience + "x")]), .audience),
      Case("audience in an array with a number", try said(["aud": [.string(audience), 7]]), .audience),
      Case("no audience", try said(["aud": nil]), .audience),
      Case("audiences empty", try said(["aud": []]), .audience),
      Case("expired", try said(["exp": .number(JSONNumber(now - 30))]), .expired),
      Case("expired long ago", try said(["exp": -1e300]), .expired),
      Case("no expiry", try said(["exp": nil]), .noExpiry),
      Case("expiry a text", try said(["exp": "2099-01-01"]), .malformed),
      Case("expiry null", try said(["exp": .null]), .malformed),
      Case(
        "expiry beyond numbers", try rsa.token(claims: claims.with(["exp": nil]).text.dropLast() + #", "exp": 1e999}"#),
        .malformed),
      Case("not yet valid", try said(["nbf": .number(JSONNumber(now + 31))]), .notYet),
      Case("issued in the future", try said(["iat": .number(JSONNumber(now + 31))]), .notYet),
      Case("nbf a text", try said(["nbf": "now"]), .malformed),
    ]
  }

  private static func es(_ key: SigningKey, _ signature: [UInt8]) throws -> String {
    try key.token(claims: claims.text).split(separator: ".").prefix(2).joined(separator: ".") + "."
      + signature.base64URL
  }

  @Test func `each forged token is refused for what is wrong with it, and joserfc takes all that are let in`()
    async throws
  {
    let (rsa, ec) = (try await SigningKey.rs256(), try await SigningKey.es256())
    let cases = try await Self.cases(rsa, ec)
    let issuer = TestIssuer(rsa, ec)
    let time = TestTime()
    try await issuer.serve { url in
      let authorizer = Authorizer(
        tenant: "theatre", keys: [],
        bearer: BearerIssuer(issuer: Self.issuer, audience: Self.audience, jwksURL: url), keySets: KeySets(time),
        clock: time.milliseconds)
      for one in cases {
        let refused = await refusal { () async throws(Refusal) in
          try await authorizer.authorize(apiKey: nil, bearer: one.token, scope: .passRead)
        }
        #expect(refused == one.refusal, "\(one.name)")
      }
    }
    // The id that nobody has was worth no second question: the first came too shortly before.
    #expect(issuer.requests == 1)

    let verdicts = try joserfc(
      ["judge"],
      input: [
        "keys": ["keys": [.object(rsa.published), .object(ec.published)]], "issuer": .string(Self.issuer),
        "audience": .string(Self.audience), "leeway": 30, "now": .number(JSONNumber(TestTime.start)),
        "tokens": .array(cases.map { .string($0.token) }),
      ])
    for (one, verdict) in zip(cases, try #require(verdicts.array)) {
      // What we let in, a second reader lets in too. The other way round we may be stricter.
      if one.refusal == nil { #expect(verdict.bool == true, "\(one.name)") }
    }
    #expect(verdicts.array?.count == cases.count)
  }

  @Test func `no character of a token can be another`() async throws {
    let key = try await SigningKey.es256()
    let token = try Array(key.token(claims: Self.claims.text).utf8)
    let time = TestTime()
    try await TestIssuer(key).serve { url in
      let authorizer = Authorizer(
        tenant: "theatre", keys: [],
        bearer: BearerIssuer(issuer: Self.issuer, audience: Self.audience, jwksURL: url), keySets: KeySets(time),
        clock: time.milliseconds)
      for index in token.indices {
        for other in [UInt8(ascii: "A"), UInt8(ascii: "Q"), token[index] ^ 1] where other != token[index] {
          var changed = token
          changed[index] = other
          let text = String(decoding: changed, as: UTF8.self)
          let refused = await refusal { () async throws(Refusal) in
            try await authorizer.caller(apiKey: nil, bearer: text)
          }
          #expect(refused != nil, "\(index)")
        }
      }
    }
  }
}
