import JSON

extension BearerIssuer {
  /// Who shows a token, if the issuer made it for this tenant and this time.
  ///
  /// - Parameter clock: milliseconds since 1970.
  func caller(
    of text: String, tenant: String, keySets: KeySets, clock: @Sendable () -> Int64
  ) async throws(Refusal) -> Caller {
    let token = try SignedToken(text)
    let keys = try await keySets.keys(at: jwksURL, naming: token.keyID)
    let claims = try token.claims(verifiedBy: keys)
    guard let made = claims["iss"]?.stringValue, made.isTheSame(as: issuer) else { throw .invalid(.issuer) }
    guard claims["aud"].texts.contains(where: { $0.isTheSame(as: audience) }) else { throw .invalid(.audience) }
    try checkTimes(claims, at: Double(clock()) / 1000)
    if let tenantClaim {
      let mark = tenantMark(tenant)
      guard claims.value(at: tenantClaim).texts.contains(where: { $0.isTheSame(as: mark) }) else {
        throw .invalid(.tenant)
      }
    }
    // A machine's token may have no subject (client credentials).
    let name = ["sub", "client_id", "azp"].lazy.compactMap { claims[$0]?.stringValue }.first ?? "bearer token"
    return Caller(name: name, scopes: scopes(of: claims))
  }

  /// - Parameter now: seconds since 1970.
  private func checkTimes(_ claims: JSONObject, at now: Double) throws(Refusal) {
    let leeway = Double(leeway)
    guard let expiry = try claims.moment("exp") else { throw .invalid(.noExpiry) }
    guard now < expiry + leeway else { throw .expired }
    if let start = try claims.moment("nbf"), now < start - leeway { throw .invalid(.notYet) }
    if let issued = try claims.moment("iat"), now < issued - leeway { throw .invalid(.notYet) }
  }

  /// `scope` is words (RFC 8693), `scp` words or an array (Microsoft, Okta), `permissions` an array (Auth0).
  private func scopes(of claims: JSONObject) -> Set<Scope> {
    let names = scopeClaim.map { [$0] } ?? ["scope", "scp", "permissions"]
    var scopes: Set<Scope> = []
    for name in names {
      for words in claims.value(at: name).texts {
        scopes.formUnion(words.split(separator: " ").compactMap { Scope(rawValue: String($0)) })
      }
    }
    return scopes
  }
}

extension JSONObject {
  /// A claim by its name, or by a JSON Pointer.
  fileprivate func value(at place: String) -> JSONValue? {
    place.hasPrefix("/") ? JSONValue.object(self)[pointer: place] : self[place]
  }

  /// Seconds since 1970 (RFC 7519, "NumericDate": with a fraction, if need be); nil without the claim.
  fileprivate func moment(_ name: String) throws(Refusal) -> Double? {
    guard let value = self[name] else { return nil }
    guard let seconds = value.double, seconds.isFinite else { throw .invalid(.malformed) }
    return seconds
  }
}

extension JSONValue? {
  /// A text as one, an array as its texts; nothing for anything else, or for an array that holds something else.
  fileprivate var texts: [String] {
    switch self {
    case .string(let text): return [text]
    case .array(let values):
      let texts = values.compactMap(\.stringValue)
      return texts.count == values.count ? texts : []
    default: return []
    }
  }
}

extension String {
  /// Byte for byte: `==` takes letters composed in two ways for one.
  fileprivate func isTheSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
