import Foundation
import JSON
import PassBundle
import Sandbox
@testable import SecutixClient
import Testing

@Suite struct SigningInTests {
  private func alive(_ client: SecutixClient) async -> SecutixError? {
    await failure { () throws(SecutixError) in try await client.checkIsAlive() }
  }

  private func connection(secret: String = "the house's secret") -> SecutixConnection {
    SecutixConnection(
      url: "https://mosa.ws.secutix.com/", operatorCode: "MOSA_PASSES", institution: "MOSA", partner: "Ünïted \"P\"",
      secret: Secret(secret.utf8))
  }

  @Test(arguments: ["the house's secret", "x", String(repeating: "long ", count: 40)])
  func `another implementation finds the signature right and the claims in seconds`(secret: String) throws {
    let token = BearerToken(madeFor: connection(secret: secret), ttl: 30, at: 1_795_197_902_999)
    let judged = try Judge.claims(of: token.text, secret: secret)
    #expect(
      judged == [
        "claims": [
          "aud": "MOSA_PASSES", "exp": 1_795_197_932, "iat": 1_795_197_902, "iss": "Ünïted \"P\"", "sub": "MOSA",
        ],
        "header": ["alg": "HS256", "typ": "JWT"],
      ])
    #expect(token.expiry == 1_795_197_932_000)
  }

  @Test func `the judge does refuse`() throws {
    let token = BearerToken(madeFor: connection(), ttl: 30, at: 0)
    #expect(try Judge.claims(of: token.text, secret: "another") == nil)
  }

  @Test func `the end of a token is read in seconds and in milliseconds`() {
    func token(_ claims: String) -> BearerToken {
      BearerToken(text: "e30." + Data(claims.utf8).base64EncodedString().replacing("=", with: "") + ".x")
    }
    #expect(token(#"{"exp":1795197932}"#).expiry == 1_795_197_932_000)
    #expect(token(#"{"exp":1795197932000}"#).expiry == 1_795_197_932_000)
    #expect(token(#"{"exp":"soon"}"#).expiry == nil)
    #expect(token(#"{"exp":-1}"#).expiry == nil)
    #expect(token("[").expiry == nil)
    #expect(BearerToken(text: "opaque").expiry == nil)
  }

  @Test func `each value that is not the house's is refused, after one more try`() async throws {
    for part in ["institution", "operator", "partner", "secret", "ttl", "slow", "fast"] {
      var staging = Staging()
      switch part {
      case "institution": staging.institution = "CUBE"
      case "operator": staging.operatorCode = "MOSA_OTHER"
      case "partner": staging.partner = "Nobody"
      case "secret": staging.secret = "another"
      case "ttl": staging.authentication = .selfMade(ttl: 90)
      default: break
      }
      try await staging.run { client, sandbox in
        var client = client
        if part == "slow" || part == "fast" {
          // Ten seconds are more than may pass on the way, and less than the token lives.
          let offset: Int64 = part == "slow" ? -10_000 : 10_000
          client = SecutixClient(
            client.connection, http: client.http, limiter: client.limiter,
            clock: CallClock(ContinuousClock(), epochMilliseconds: { TestClock.start + offset }))
        }
        #expect(await alive(client) == .unauthorized(status: 401))
        #expect(await sandbox.calls.count == 2)
      }
    }
  }

  @Test func `a token made here is new for each call`() async throws {
    let staging = Staging()
    try await staging.run { client, sandbox in
      for _ in 0..<5 {
        staging.clock.advance(by: .seconds(20))
        try await client.checkIsAlive()
      }
      #expect(Set(await sandbox.calls.map(\.authorization)).count == 5)
    }
  }

  @Test func `a token refused once is made anew, and a second refusal is final`() async throws {
    for authentication in [SecutixConnection.Authentication.selfMade(), .tokenEndpoint] {
      var staging = Staging()
      staging.authentication = authentication
      try await staging.run { client, sandbox in
        await sandbox.prepare(.status(401), for: "isCatalogServiceAlive")
        try await client.checkIsAlive()
        await sandbox.prepare(.status(403), for: "isCatalogServiceAlive", times: 2)
        #expect(await alive(client) == .unauthorized(status: 403))
      }
    }
  }

  @Test func `sixty-four calls at once sign in once`() async throws {
    var staging = Staging()
    staging.authentication = .tokenEndpoint
    try await staging.run { client, sandbox in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<64 { group.addTask { try await client.checkIsAlive() } }
        try await group.waitForAll()
      }
      let calls = await sandbox.calls
      #expect(calls.count { $0.method == "auth" } == 1)
      #expect(calls.count == 65)
    }
  }

  @Test func `a sign-in that is refused is tried once, however many wait for it`() async throws {
    var staging = Staging()
    staging.authentication = .tokenEndpoint
    staging.secret = "not the secret of the house"
    try await staging.run { [clock = staging.clock] client, sandbox in
      // The first question waits to be asked again until all the others stand behind it.
      await sandbox.prepare(.status(500), for: "auth")
      clock.hold()
      let errors = await withTaskGroup(of: SecutixError?.self) { group in
        for _ in 0..<64 { group.addTask { await alive(client) } }
        await until { clock.sleepers == 1 && client.tokens.waiting == 63 }
        clock.letGo()
        return await group.reduce(into: [SecutixError?]()) { $0.append($1) }
      }
      #expect(errors.allSatisfy { $0 == .unauthorized(status: 403) })
      #expect(await sandbox.calls.map(\.method) == ["auth", "auth"])
      #expect(!"\(errors)".contains("not the secret"))
    }
  }

  @Test func `a token of the endpoint is kept, and renewed before it ends`() async throws {
    var staging = Staging()
    staging.authentication = .tokenEndpoint
    try await staging.run { [clock = staging.clock] client, sandbox in
      for _ in 0..<3 { try await client.checkIsAlive() }
      #expect(await sandbox.calls.count { $0.method == "auth" } == 1)
      clock.advance(by: .seconds(24))
      try await client.checkIsAlive()
      #expect(await sandbox.calls.count { $0.method == "auth" } == 1)
      clock.advance(by: .seconds(2))
      try await client.checkIsAlive()
      #expect(await sandbox.calls.count { $0.method == "auth" } == 2)
      // Nothing was refused on the way.
      #expect(await sandbox.calls.count == 7)
    }
  }

  @Test func `a token that Secutix forgot is asked for again`() async throws {
    var staging = Staging()
    staging.authentication = .tokenEndpoint
    try await staging.run { client, sandbox in
      try await client.checkIsAlive()
      await sandbox.endTokens()
      try await client.checkIsAlive()
      #expect(await sandbox.calls.map(\.method).filter { $0 == "auth" }.count == 2)
    }
  }

  @Test func `a sign-in that fails in its envelope says so, without the secret it repeats`() async throws {
    var staging = Staging()
    staging.authentication = .tokenEndpoint
    let secret = staging.house.secret
    try await staging.run { client, sandbox in
      await sandbox.prepare(.failure(statusCode: "denied", detail: "wrong \(secret)"), for: "auth")
      let error = try #require(await alive(client))
      #expect(error == .failed(statusCode: "denied", detail: "wrong <redacted>"))
      #expect(!error.isRetryable)
      await sandbox.prepare(.unknownMembers, for: "auth")
      #expect(await alive(client) == nil)
    }
  }

  @Test func `whoever waits for a sign-in that is withdrawn asks itself`() async throws {
    var staging = Staging()
    staging.authentication = .tokenEndpoint
    try await staging.run { client, sandbox in
      await sandbox.prepare(.hang, for: "auth")
      let first = Task { await alive(client) }
      await until { await sandbox.calls.count == 1 }
      let second = Task { await alive(client) }
      await until { client.tokens.waiting == 1 }
      first.cancel()
      #expect(await first.value == .cancelled)
      #expect(await second.value == nil)
    }
  }

  @Test func `no secret is in what prints`() async throws {
    var staging = Staging()
    staging.authentication = .tokenEndpoint
    let secret = staging.house.secret
    try await staging.run { client, sandbox in
      let sale = try await sandbox.sell()
      _ = try await client.fileDetails(orderSecret: sale.orderSecret)
      let token = try #require(await sandbox.calls.last?.authorization?.dropFirst(7))
      var dumped = ""
      dump(client, to: &dumped)
      dump(client.connection, to: &dumped)
      await sandbox.prepare(.failure(statusCode: "error", detail: "order \(sale.orderSecret)\u{7} is\nlocked"))
      let error = try #require(
        await failure { () throws(SecutixError) in try await client.fileDetails(orderSecret: sale.orderSecret) })
      #expect(error == .failed(statusCode: "error", detail: "order <redacted> islocked"))
      dump(error, to: &dumped)
      let printed = "\(client) \(String(reflecting: client)) \(error) \(error.sentence) \(dumped)"
      for word in [secret, String(token), sale.orderSecret] { #expect(!printed.contains(word)) }
    }
  }
}
