import Authorization
import JSON
import Synchronization
import Testing

private final class Tally: Sendable {
  private let state = Mutex(0)
  var count: Int { state.withLock { $0 } }
  func add() { state.withLock { $0 += 1 } }
}

@Suite("Keys of issuers")
struct KeySetsTests {
  private let time = TestTime()

  private func authorizer(_ url: String, _ settings: KeySets.Settings = .init()) -> Authorizer {
    Authorizer(
      tenant: "theatre", keys: [],
      bearer: BearerIssuer(issuer: "https://id.example", audience: "passes", jwksURL: url),
      keySets: KeySets(time, settings: settings), clock: time.milliseconds)
  }

  private func token(_ key: SigningKey) throws -> String {
    try key.token(claims: #"{"iss": "https://id.example", "aud": "passes", "exp": \#(TestTime.start + 90_000)}"#)
  }

  private func ask(_ authorizer: Authorizer, _ token: String) async -> Refusal? {
    await refusal { () async throws(Refusal) in try await authorizer.caller(apiKey: nil, bearer: token) }
  }

  @Test func `however many wait, the keys are asked for once`() async throws {
    let key = try await SigningKey.es256()
    let issuer = TestIssuer(key)
    issuer.hold()
    let token = try token(key)
    try await issuer.serve { url in
      let authorizer = authorizer(url)
      await withTaskGroup(of: Refusal?.self) { group in
        let started = Tally()
        for _ in 0..<64 {
          group.addTask {
            started.add()
            return await ask(authorizer, token)
          }
        }
        while started.count < 64 || issuer.requests == 0 { await Task.yield() }
        issuer.letGo()
        for await refused in group { #expect(refused == nil) }
      }
      #expect(issuer.requests == 1)
    }
  }

  @Test func `a caller that gives up does not take the question with it`() async throws {
    let key = try await SigningKey.es256()
    let issuer = TestIssuer(key)
    issuer.hold()
    let token = try token(key)
    try await issuer.serve { url in
      let authorizer = authorizer(url)
      let first = Task { await ask(authorizer, token) }
      while issuer.requests == 0 { await Task.yield() }
      first.cancel()
      async let second = ask(authorizer, token)
      issuer.letGo()
      #expect(await second == nil)
      #expect(issuer.requests == 1)
    }
  }

  @Test func `keys are used for ten minutes, then asked for again`() async throws {
    let key = try await SigningKey.es256()
    let issuer = TestIssuer(key)
    let token = try token(key)
    try await issuer.serve { url in
      let authorizer = authorizer(url)
      #expect(await ask(authorizer, token) == nil)
      time.advance(by: 599)
      #expect(await ask(authorizer, token) == nil)
      #expect(issuer.requests == 1)
      time.advance(by: 1)
      // The key is gone, and so is what it signed.
      issuer.answer(.keys([]))
      #expect(await ask(authorizer, token) == .invalid(.unknownKey))
      #expect(issuer.requests == 2)
    }
  }

  @Test func `a new key is found at once, and made-up key ids do not make a flood`() async throws {
    let (old, new) = (try await SigningKey.es256("old"), try await SigningKey.es256("new"))
    let issuer = TestIssuer(old)
    let (oldToken, newToken) = (try token(old), try token(new))
    let forged = try (0..<50).map { index in
      try old.token(header: old.header.with(["kid": .string("k\(index)")]).text, claims: "{}")
    }
    try await issuer.serve { url in
      let authorizer = authorizer(url)
      #expect(await ask(authorizer, oldToken) == nil)
      time.advance(by: 30)
      issuer.answer(.keys([old.published, new.published]))
      #expect(await ask(authorizer, newToken) == nil)
      #expect(issuer.requests == 2)
      for token in forged { #expect(await ask(authorizer, token) == .invalid(.unknownKey)) }
      #expect(issuer.requests == 2)
      time.advance(by: 30)
      for token in forged { #expect(await ask(authorizer, token) == .invalid(.unknownKey)) }
      #expect(issuer.requests == 3)
      #expect(await ask(authorizer, oldToken) == nil)
      #expect(await ask(authorizer, newToken) == nil)
      #expect(issuer.requests == 3)
    }
  }

  @Test func `while the issuer is down its keys count for another hour, and a new key id is left open`() async throws {
    let (key, new) = (try await SigningKey.es256(), try await SigningKey.es256("new"))
    let issuer = TestIssuer(key)
    let (token, newToken) = (try token(key), try token(new))
    try await issuer.serve { url in
      let authorizer = authorizer(url)
      #expect(await ask(authorizer, token) == nil)
      issuer.answer(.status(503))
      time.advance(by: 600)
      #expect(await ask(authorizer, token) == nil)
      #expect(issuer.requests == 2)
      #expect(await ask(authorizer, newToken) == .unavailable)
      time.advance(by: 9)
      #expect(await ask(authorizer, token) == nil)
      #expect(issuer.requests == 2)
      time.advance(by: 1)
      #expect(await ask(authorizer, token) == nil)
      #expect(issuer.requests == 3)
      time.advance(by: 3589)
      #expect(await ask(authorizer, token) == nil)
      time.advance(by: 1)
      #expect(await ask(authorizer, token) == .unavailable)
      // It comes back.
      time.advance(by: 10)
      issuer.answer(.keys([key.published]))
      #expect(await ask(authorizer, token) == nil)
    }
  }

  @Test func `a clock put back makes keys old, not young for ever`() async throws {
    let key = try await SigningKey.es256()
    let issuer = TestIssuer(key)
    let token = try token(key)
    try await issuer.serve { url in
      let authorizer = authorizer(url)
      #expect(await ask(authorizer, token) == nil)
      time.advance(by: -86_400)
      #expect(await ask(authorizer, token) == nil)
      #expect(issuer.requests == 2)
    }
  }

  @Test func `an issuer that answers with anything but keys lets nobody in`() async throws {
    let key = try await SigningKey.es256()
    let token = try token(key)
    let many = JSONValue.array(Array(repeating: .object(key.published), count: 101))
    let answers: [(String, TestIssuer.Answer)] = [
      ("status", .status(500)), ("not found", .status(404)), ("no content", .status(204)), ("redirect", .redirect),
      ("HTML", .text("<html>")), ("empty", .text("")), ("no object", .text("[]")), ("no keys", .text("{}")),
      ("keys no array", .text(#"{"keys": {}}"#)), ("deep", .text(String(repeating: "[", count: 100_000))),
      ("too many", .text(#"{"keys": \#(String(decoding: many.serialized(), as: UTF8.self))}"#)),
      ("too large", .bytes(1 << 20)), ("endless", .bytes(100 << 20)), ("silence", .silence), ("half a body", .halfBody),
    ]
    var settings = KeySets.Settings()
    for (name, answer) in answers {
      if case .silence = answer { settings.timeout = .milliseconds(200) }
      if case .halfBody = answer { settings.timeout = .milliseconds(200) }
      let issuer = TestIssuer(answer)
      try await issuer.serve { [settings] url in
        let authorizer = authorizer(url, settings)
        #expect(await ask(authorizer, token) == .unavailable, "\(name)")
        // Nor is it asked again at once.
        #expect(await ask(authorizer, token) == .unavailable, "\(name)")
        #expect(issuer.requests == 1 && issuer.redirected == 0, "\(name)")
      }
    }
  }

  @Test func `keys for something else, and bad ones, are left out; the others count`() async throws {
    let (key, rsa) = (try await SigningKey.es256(), try await SigningKey.rs256())
    let good = key.published
    let short = try await SigningKey.shortRSA.value
    let bits = try run("openssl", ["rsa", "-noout", "-modulus"], input: Array(short.utf8)).text
    let modulus = stride(from: 8, to: bits.count - 1, by: 2).compactMap { offset in
      UInt8(bits.dropFirst(offset).prefix(2), radix: 16)
    }
    #expect(modulus.count == 128)
    let useless: [(String, JSONObject)] = [
      ("for encryption", good.with(["use": "enc"])), ("other operations", good.with(["key_ops": ["sign"]])),
      ("operations no array", good.with(["key_ops": "verify"])), ("another algorithm", good.with(["alg": "ES384"])),
      ("algorithm of another kind", good.with(["alg": "RS256"])), ("algorithm HS256", good.with(["alg": "HS256"])),
      ("private", good.with(["d": "AAAA"])),
      ("a secret", ["kty": "oct", "kid": "ec", "k": "c2VjcmV0", "alg": "HS256"]),
      ("another curve", good.with(["crv": "P-384"])), ("no point of the curve", good.with(["x": good["y"]])),
      ("x too short", good.with(["x": "AAAA"])), ("x missing", good.with(["x": nil])),
      ("x padded", good.with(["x": .string((good["x"]?.stringValue ?? "") + "=")])),
      ("no kind", good.with(["kty": nil])),
      ("kid a number", good.with(["kid": 7])),
      ("RSA of 1024 bits", rsa.published.with(["kid": "ec", "n": .string(modulus.base64URL)])),
      (
        "RSA of 16384 bits",
        rsa.published.with(["kid": "ec", "n": .string([UInt8](repeating: 255, count: 2048).base64URL)])
      ),
      ("RSA exponent even", rsa.published.with(["kid": "ec", "e": "Ag"])),
      ("RSA exponent one", rsa.published.with(["kid": "ec", "e": "AQ"])),
    ]
    let token = try token(key)
    let rsaToken = try rsa.token(
      header: rsa.header.with(["kid": "ec"]).text,
      claims: #"{"iss": "https://id.example", "aud": "passes", "exp": \#(TestTime.start + 60)}"#)
    for (name, object) in useless {
      try await TestIssuer(.keys([object])).serve { url in
        let authorizer = authorizer(url)
        #expect(await ask(authorizer, token) == .invalid(.unknownKey), "\(name)")
        #expect(await ask(authorizer, rsaToken) == .invalid(.unknownKey), "\(name)")
      }
    }
    try await TestIssuer(.keys(useless.map(\.1) + [good, rsa.published.with(["kid": "ec"])])).serve { url in
      // One id for two kinds of key.
      let authorizer = authorizer(url)
      #expect(await ask(authorizer, token) == nil)
      #expect(await ask(authorizer, rsaToken) == nil)
    }
  }

  @Test func `without a key id the only key is taken`() async throws {
    let key = try await SigningKey.es256()
    let token = try key.token(
      header: key.header.with(["kid": nil]).text,
      claims: #"{"iss": "https://id.example", "aud": "passes", "exp": \#(TestTime.start + 60)}"#)
    try await TestIssuer(.keys([key.published.with(["kid": nil])])).serve { url in
      #expect(await ask(authorizer(url), token) == nil)
    }
    try await TestIssuer(key, .es256("other")).serve { url in
      #expect(await ask(authorizer(url), token) == .invalid(.noKeyID))
    }
  }

  @Test(arguments: [
    ("https://id.example/keys", true), ("HTTPS://id.example/keys", true), ("http://127.0.0.1:80/keys", true),
    ("http://127.8.9.10/", true), ("http://localhost/keys", true), ("http://[::1]:8080/keys", true),
    ("http://id.example/keys", false), ("http://127.0.0.1.evil.example/", false), ("http://127.0.0/", false),
    ("http://localhost.evil.example/", false), ("http://127.evil.example.1/", false), ("http://0.0.0.0/", false),
    ("https://user:pw@id.example/keys", false), ("http://localhost@evil.example/", false), ("ftp://id.example", false),
    ("file:///etc/passwd", false), ("id.example/keys", false), ("", false), ("https://", false), ("https:///x", false),
  ])
  func `keys come by https, or from this machine`(_ address: String, _ isGood: Bool) {
    #expect((BearerIssuer.fault(ofKeyAddress: address) == nil) == isGood)
  }

  @Test func `a bad address is not even asked`() async throws {
    let key = try await SigningKey.es256()
    let token = try token(key)
    let issuer = TestIssuer(key)
    try await issuer.serve { url in
      let named = url.replacing("127.0.0.1", with: "user@127.0.0.1")
      #expect(await ask(authorizer(named), token) == .unavailable)
      #expect(issuer.requests == 0)
    }
    // Nobody listens there.
    #expect(await ask(authorizer("http://127.0.0.1:1/keys"), token) == .unavailable)
  }
}
