/// Why a request is not let in.
package enum Refusal: Error, Sendable, Hashable {
  /// Neither key nor token came.
  case missing
  case invalid(Fault)
  /// The key or token was good once.
  case expired
  /// The caller is known, and may not do this.
  case scope(needed: Scope)
  /// The issuer's keys cannot be had now, so that no token can be checked.
  case unavailable

  /// What is wrong with a key or a token.
  package enum Fault: Sendable, Hashable, CaseIterable {
    /// No such key here.
    case key
    /// The tenant has no issuer.
    case noIssuer
    /// Longer than any token should be.
    case tooLong
    /// No JSON Web Token in compact form, or not strictly written.
    case malformed
    case algorithm
    case type
    /// A header parameter that has to be understood, and is not (`crit`).
    case criticalHeader
    /// The token does not say which of several keys signed it.
    case noKeyID
    case unknownKey
    case signature
    case issuer
    case audience
    case noExpiry
    case notYet
    case tenant
  }

  /// The value of `WWW-Authenticate` (RFC 6750, section 3); nil where none belongs.
  package var challenge: String? {
    let realm = #"Bearer realm="passmint""#
    return switch self {
    // A request without credentials learns no error code (section 3.1).
    case .missing: realm
    case .invalid, .expired: #"\#(realm), error="invalid_token", error_description="\#(sentence)""#
    case .scope(let scope):
      #"\#(realm), error="insufficient_scope", error_description="\#(sentence)", scope="\#(scope.rawValue)""#
    case .unavailable: nil
    }
  }

  /// What is wrong and what to do, in ASCII without quotation marks and backslashes, as a challenge may hold it.
  package var sentence: String {
    switch self {
    case .missing: "The request shows no credentials. Send an API key as X-API-KEY, or a bearer token as Authorization."
    case .invalid(let fault): fault.sentence
    case .expired: "The key or token has expired. Ask for a new one."
    case .scope(let scope): "The key or token lacks the scope \(scope.rawValue). Ask the operator for one that has it."
    case .unavailable: "The token cannot be checked now, as its issuer does not give its keys. Try again in a minute."
    }
  }
}

extension Refusal: CustomStringConvertible {
  package var description: String { sentence }
}

extension Refusal.Fault {
  fileprivate var sentence: String {
    switch self {
    case .key: "The API key is not known here. Check that all of it was copied, and that it is a key of this tenant."
    case .noIssuer: "This tenant takes no bearer tokens. Send an API key as X-API-KEY."
    case .tooLong: "The token is longer than 16384 bytes. Have the issuer put less into it."
    case .malformed: "The token is not a signed JSON Web Token in compact form. Send the access token as it was given."
    case .algorithm:
      "The algorithm of the token is none of those its key is for. Have it signed with RS256, PS256 or ES256."
    case .type: "The token is no access token. Send the access token, not an ID token or a refresh token."
    case .criticalHeader: "The header of the token has a critical parameter that is not understood here."
    case .noKeyID: "The token does not name its key (kid), and its issuer has several. Have the issuer name it."
    case .unknownKey: "The token is signed with a key that its issuer does not list. Get a new token."
    case .signature: "The signature of the token is wrong. Send the token as it was given."
    case .issuer: "The token is of another issuer (iss) than this tenant takes. Get it from the right one."
    case .audience:
      "The token is for another audience (aud) than this service. Ask the issuer for one for this service."
    case .noExpiry: "The token does not say when it expires (exp). Have the issuer set it."
    case .notYet: "The token is not valid yet (nbf, iat). Check the clocks of issuer and service."
    case .tenant: "The token is not for this tenant. Get one for it, or ask at the address of your tenant."
    }
  }
}
