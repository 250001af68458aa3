import Authorization
import PassBundle
import Testing

@Suite("API keys")
struct APIKeyTests {
  private let time = TestTime()

  private func authorizer(_ keys: APIKey..., tenant: String = "theatre") -> Authorizer {
    Authorizer(tenant: tenant, keys: keys, bearer: nil, keySets: KeySets(time), clock: time.milliseconds)
  }

  @Test func `a key is a visible prefix and 43 characters, and its record does not hold it`() throws {
    let (key, record) = APIKey.make(name: "shop", scopes: [.secutixRead])
    #expect(try #/pm_[0-9A-Za-z]{6}_[0-9A-Za-z]{43}/#.wholeMatch(in: key) != nil)
    #expect(key.hasPrefix(record.prefix + "_") && record.prefix.count == 9)
    #expect(record.hash == Digest.sha256(Array(key.utf8)))
    var printed = ""
    dump(record, to: &printed)
    #expect(!printed.contains(key.suffix(43)))
  }

  @Test func `no two keys are alike, and every character occurs`() {
    let keys = (0..<500).map { _ in APIKey.make(name: "", scopes: []).key }
    #expect(Set(keys).count == 500)
    #expect(Set(keys.joined().utf8).count == 63)
  }

  @Test func `its key opens what its scopes name, and nothing else`() async throws {
    let (key, record) = APIKey.make(name: "shop", scopes: [.secutixRead, .passRead])
    let authorizer = authorizer(APIKey.make(name: "other", scopes: [.passWrite]).record, record)
    let caller = try await authorizer.authorize(apiKey: key, bearer: nil, scope: .passRead)
    #expect(caller == Caller(name: "shop", scopes: [.secutixRead, .passRead]))
    for scope in Scope.allCases where !record.scopes.contains(scope) {
      let refused = await refusal { () async throws(Refusal) in
        try await authorizer.authorize(apiKey: key, bearer: nil, scope: scope)
      }
      #expect(refused == .scope(needed: scope))
    }
  }

  @Test func `a key counts until the second it expires`() async throws {
    let (key, record) = APIKey.make(name: "shop", scopes: [.passRead], expires: TestTime.start + 60)
    let authorizer = authorizer(record)
    time.advance(by: 59)
    _ = try await authorizer.caller(apiKey: key, bearer: nil)
    time.advance(by: 1)
    let refused = await refusal { () async throws(Refusal) in try await authorizer.caller(apiKey: key, bearer: nil) }
    #expect(refused == .expired)
  }

  @Test func `another tenant's key, and everything that is no key, is refused`() async throws {
    let (key, record) = APIKey.make(name: "shop", scopes: [.passRead])
    let (foreign, _) = APIKey.make(name: "shop", scopes: [.passRead])
    // Somebody put the hash of a password into the configuration: what can be guessed is no key.
    let weak = APIKey(name: "weak", prefix: "", hash: Digest.sha256(Array("secret".utf8)), scopes: [.passRead])
    let empty = APIKey(name: "empty", prefix: "", hash: Digest.sha256([]), scopes: [.passRead])
    let standIn = APIKey(
      name: "none", prefix: "", hash: Digest.sha256(Array(String(repeating: "-", count: 53).utf8)), scopes: [.passRead])
    let authorizer = authorizer(record, weak, empty, standIn)
    let wrong = [
      foreign, "secret", "", " ", String(key.dropLast()), key + "0", key.uppercased(), " " + key, key + "\n",
      "pm__" + key.suffix(43), record.prefix, String(repeating: "-", count: 53),
      String(repeating: "a", count: 1_000_000), "pm_é_" + key.suffix(43), "\0" + key,
    ]
    for text in wrong {
      let refused = await refusal { () async throws(Refusal) in try await authorizer.caller(apiKey: text, bearer: nil) }
      #expect(refused == .invalid(.key), "\(text.prefix(60))")
    }
    _ = try await authorizer.caller(apiKey: key, bearer: nil)
  }

  @Test func `without credentials, and with a token nobody asked for, the answer says what to send`() async {
    let authorizer = authorizer()
    let none = await refusal { () async throws(Refusal) in try await authorizer.caller(apiKey: nil, bearer: nil) }
    #expect(none == .missing)
    let token = await refusal { () async throws(Refusal) in try await authorizer.caller(apiKey: nil, bearer: "a.b.c") }
    #expect(token == .invalid(.noIssuer))
  }

  @Test func `a wrong key is not made good by a token beside it`() async throws {
    let key = try await SigningKey.es256()
    try await TestIssuer(key).serve { url in
      let issuer = BearerIssuer(issuer: "https://id.example", audience: "passes", jwksURL: url)
      let authorizer = Authorizer(
        tenant: "theatre", keys: [], bearer: issuer, keySets: KeySets(time), clock: time.milliseconds)
      let token = try key.token(
        claims: #"{"iss": "https://id.example", "aud": "passes", "exp": \#(TestTime.start + 60), "scope": "Pass.Read"}"#
      )
      _ = try await authorizer.authorize(apiKey: nil, bearer: token, scope: .passRead)
      let refused = await refusal { () async throws(Refusal) in
        try await authorizer.caller(apiKey: APIKey.make(name: "", scopes: []).key, bearer: token)
      }
      #expect(refused == .invalid(.key))
    }
  }

  @Test func `a caller's name cannot forge a line of a log`() {
    #expect(Caller(name: "anna\r\n2026 error \u{1B}[31m\u{202E}é", scopes: []).name == "anna2026 error [31m")
    #expect(Caller(name: String(repeating: "x", count: 10_000), scopes: []).name.count == 100)
  }
}

@Suite("Refusals")
struct RefusalTests {
  private static let all: [Refusal] =
    [.missing, .expired, .unavailable] + Scope.allCases.map { .scope(needed: $0) }
    + Refusal.Fault.allCases.map { .invalid($0) }

  @Test func `every refusal has a sentence that says what to do, and a challenge that is one header line`() throws {
    #expect(Set(Self.all.map(\.sentence)).count == Self.all.count)
    for refusal in Self.all {
      // RFC 6750, section 3: what error_description may hold.
      #expect(refusal.sentence.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
      #expect(refusal.sentence.hasSuffix("."))
      #expect(refusal.description == refusal.sentence)
      let challenge = refusal.challenge
      switch refusal {
      case .unavailable: #expect(challenge == nil)
      default:
        let form = #/Bearer realm="passmint"(, [a-z_]+="[ !#-\[\]-~]+")*/#
        #expect(try form.wholeMatch(in: #require(challenge)) != nil, "\(challenge ?? "")")
      }
    }
    #expect(Refusal.missing.challenge == #"Bearer realm="passmint""#)
    #expect(Refusal.scope(needed: .passRead).challenge?.contains(#"error="insufficient_scope""#) == true)
    #expect(Refusal.scope(needed: .passRead).challenge?.hasSuffix(#", scope="Pass.Read""#) == true)
    #expect(Refusal.expired.challenge?.contains(#"error="invalid_token""#) == true)
  }
}
