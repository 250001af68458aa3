import PassBundle

/// Lets callers of one tenant in: by its API keys and by tokens of its bearer issuer. It knows no other tenant.
///
/// Made anew with each configuration; the issuers' keys in `KeySets` outlive it.
package final class Authorizer: Sendable {
  private let tenant: String
  private let keys: [APIKey]
  private let bearer: BearerIssuer?
  private let keySets: KeySets
  private let clock: @Sendable () -> Int64

  /// - Parameter clock: milliseconds since 1970.
  package init(
    tenant: String, keys: [APIKey], bearer: BearerIssuer?, keySets: KeySets, clock: @escaping @Sendable () -> Int64
  ) {
    self.tenant = tenant
    self.keys = keys
    self.bearer = bearer
    self.keySets = keySets
    self.clock = clock
  }

  /// Who asks.
  ///
  /// - Parameters:
  ///   - apiKey: the value of `X-API-KEY`. If there is one it decides, whatever token came with it.
  ///   - bearer: what stands behind `Bearer ` in `Authorization`.
  package func caller(apiKey: String?, bearer token: String?) async throws(Refusal) -> Caller {
    if let apiKey { return try caller(apiKey) }
    guard let token else { throw .missing }
    guard let bearer else { throw .invalid(.noIssuer) }
    return try await bearer.caller(of: token, tenant: tenant, keySets: keySets, clock: clock)
  }

  /// Who asks, if they may do what the scope names.
  package func authorize(
    apiKey: String?, bearer: String?, scope: Scope
  ) async throws(Refusal) -> Caller {
    let caller = try await caller(apiKey: apiKey, bearer: bearer)
    guard caller.scopes.contains(scope) else { throw .scope(needed: scope) }
    return caller
  }

  /// Looks at every key of the tenant, whether one fits or not; what has not even the form of a key costs the same.
  private func caller(_ text: String) throws(Refusal) -> Caller {
    let hasForm = APIKey.hasForm(text)
    let hash = APIKey.hash(of: hasForm ? text : Self.standIn)
    var found: APIKey?
    for key in keys where Digest.areEqual(key.hash, hash) { found = key }
    guard hasForm, let found else { throw .invalid(.key) }
    if let expires = found.expires, clock() / 1000 >= expires { throw .expired }
    return Caller(name: found.name, scopes: found.scopes)
  }

  /// As long as a key, and none.
  private static let standIn = String(repeating: "-", count: 53)
}
