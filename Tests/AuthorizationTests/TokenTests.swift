import Authorization
import Foundation
import JSON
import JWTKit
import Testing

@Suite("Bearer tokens")
struct TokenTests {
  private let time = TestTime()

  private func authorizer(_ issuer: BearerIssuer, tenant: String = "theatre") -> Authorizer {
    Authorizer(tenant: tenant, keys: [], bearer: issuer, keySets: KeySets(time), clock: time.milliseconds)
  }

  @Test func `tokens as identity providers write them are read, signed by another library`() async throws {
    let made = try joserfc(["make", "\(TestTime.start)", "https://passes.example/"])
    let keys = try #require(made["keys"]?["keys"]?.array).compactMap(\.object)
    let tokens = try #require(made["tokens"]?.array)
    #expect(keys.count == 5 && tokens.count == 7)
    try await TestIssuer(.keys(keys)).serve { url in
      for one in tokens {
        let name = try #require(one["name"]?.stringValue)
        let issuer = BearerIssuer(
          issuer: try #require(one["issuer"]?.stringValue), audience: "https://passes.example/", jwksURL: url)
        let caller = try await authorizer(issuer).caller(apiKey: nil, bearer: one["token"]?.stringValue)
        #expect(caller.name == one["subject"]?.stringValue, "\(name)")
        #expect(caller.scopes.map(\.rawValue).sorted() == one["scopes"]?.array?.compactMap(\.stringValue), "\(name)")
      }
    }
  }

  private struct Claims: JWTPayload {
    var iss: IssuerClaim
    var aud: AudienceClaim
    var exp: ExpirationClaim
    var scope: String
    func verify(using algorithm: some JWTAlgorithm) {}
  }

  @Test func `tokens that jwt-kit signs by itself are read`() async throws {
    let key = ES256PrivateKey()
    let keys = await JWTKeyCollection().add(ecdsa: key, kid: "ec")
    let token = try await keys.sign(
      Claims(
        iss: "https://id.example", aud: AudienceClaim(value: ["passes"]),
        exp: ExpirationClaim(value: .init(timeIntervalSince1970: Double(TestTime.start + 60))), scope: "Job.Read"),
      kid: "ec")
    try await TestIssuer(SigningKey.es256("ec", key)).serve { url in
      let issuer = BearerIssuer(issuer: "https://id.example", audience: "passes", jwksURL: url)
      let caller = try await authorizer(issuer).caller(apiKey: nil, bearer: token)
      #expect(caller == Caller(name: "bearer token", scopes: [.jobRead]))
    }
  }

  @Test(
    arguments: [
      (#""scope": "Pass.Read openid Job.Write""#, nil, [Scope.passRead, .jobWrite]),
      (#""scope": ["Pass.Read", "Job.Write"]"#, nil, [.passRead, .jobWrite]),
      (#""scp": "Pass.Read""#, nil, [.passRead]),
      (#""scp": ["Pass.Read", 7]"#, nil, []),
      (
        #""permissions": ["Pass.Read"], "scope": "Job.Read", "scp": ["Job.Write"]"#, nil,
        [.passRead, .jobRead, .jobWrite]
      ),
      (#""scope": "pass.read Pass.Read,Job.Read Pass.Readx""#, nil, []),
      (#""scope": {"Pass.Read": true}"#, nil, []),
      (#""x": 1"#, nil, []),
      (#""roles": ["Pass.Read"], "scope": "Job.Read""#, "roles", [.passRead]),
      (#""realm_access": {"roles": ["Pass.Read"]}, "scope": "Job.Read""#, "/realm_access/roles", [.passRead]),
      (#""https://passes.example/scopes": "Pass.Write""#, "https://passes.example/scopes", [.passWrite]),
    ] as [(String, String?, Set<Scope>)])
  func `scopes stand in several claims, in two forms`(_ claim: String, _ place: String?, _ scopes: Set<Scope>)
    async throws
  {
    let key = try await SigningKey.es256()
    let token = try key.token(
      claims: #"{"iss": "https://id.example", "aud": "passes", "exp": \#(TestTime.start + 60), \#(claim)}"#)
    try await TestIssuer(key).serve { url in
      let issuer = BearerIssuer(issuer: "https://id.example", audience: "passes", jwksURL: url, scopeClaim: place)
      let caller = try await authorizer(issuer).caller(apiKey: nil, bearer: token)
      #expect(caller.scopes == scopes)
    }
  }

  // MARK: Tenants

  @Test func `tenants that share an issuer are told apart by a claim`() async throws {
    let key = try await SigningKey.es256()
    @Sendable func token(_ claim: String) throws -> String {
      try key.token(
        claims: #"{"iss": "https://id.example", "aud": "passes", "exp": \#(TestTime.start + 60)\#(claim)}"#)
    }
    try await TestIssuer(key).serve { url in
      func issuer(_ claim: String, _ value: String? = nil) -> BearerIssuer {
        BearerIssuer(
          issuer: "https://id.example", audience: "passes", jwksURL: url, tenantClaim: claim, tenantValue: value)
      }
      let theatre = authorizer(issuer("tenant"), tenant: "theatre")
      let museum = authorizer(issuer("tenant"), tenant: "museum")
      let organisation = authorizer(issuer("/org/id", "org_7"), tenant: "arena")
      let taken: [(String, [Authorizer])] = [
        (#", "tenant": "theatre""#, [theatre]), (#", "tenant": "museum""#, [museum]),
        (#", "tenant": ["museum", "theatre"]"#, [theatre, museum]), (#", "tenant": "Theatre""#, []),
        (#", "tenant": "theatre museum""#, []), (#", "tenant": """#, []), (#", "tenant": null"#, []), ("", []),
        (#", "tenant": {"theatre": true}"#, []), (#", "org": {"id": "org_7"}"#, [organisation]),
        (#", "org": {"id": "arena"}"#, []), (#", "/org/id": "org_7""#, []),
      ]
      for (claim, authorizers) in taken {
        let token = try token(claim)
        for one in [theatre, museum, organisation] {
          let refused = await refusal { () async throws(Refusal) in try await one.caller(apiKey: nil, bearer: token) }
          let isTaken = authorizers.contains { $0 === one }
          #expect(refused == (isTaken ? nil : .invalid(.tenant)), "\(claim)")
        }
      }
    }
  }

  @Test func `a configuration in which tenants would take each other's tokens is found`() {
    func issuer(
      _ audience: String = "passes", claim: String? = nil, value: String? = nil, issuer: String = "https://id.example"
    ) -> BearerIssuer {
      BearerIssuer(issuer: issuer, audience: audience, jwksURL: "", tenantClaim: claim, tenantValue: value)
    }
    func pairs(_ first: BearerIssuer, _ second: BearerIssuer) -> Int {
      BearerIssuer.tenantsNotToldApart([("a", first), ("b", second)]).count
    }
    #expect(pairs(issuer(), issuer()) == 1)
    #expect(pairs(issuer(claim: "tenant"), issuer()) == 1)
    #expect(pairs(issuer(claim: "tenant", value: "x"), issuer(claim: "tenant", value: "x")) == 1)
    #expect(pairs(issuer(claim: "tenant", value: "b"), issuer(claim: "tenant")) == 1)
    #expect(pairs(issuer(claim: "tenant"), issuer(claim: "tenant")) == 0)
    #expect(pairs(issuer(claim: "tenant"), issuer(claim: "org")) == 0)
    #expect(pairs(issuer(), issuer("other")) == 0)
    #expect(pairs(issuer(), issuer(issuer: "https://other.example")) == 0)
    let three = BearerIssuer.tenantsNotToldApart([("a", issuer()), ("b", issuer(claim: "t")), ("c", issuer())])
    #expect(three.map { "\($0.0)\($0.1)" } == ["ab", "ac", "bc"])
  }

  @Test func `the leeway is a minute at most`() {
    func leeway(_ seconds: Int64) -> Int64 {
      BearerIssuer(issuer: "", audience: "", jwksURL: "", leeway: seconds).leeway
    }
    #expect([-5, 0, 45, 60, 3600].map(leeway) == [0, 0, 45, 60, 60])
  }
}
