package import PassBundle

/// How a tenant's Secutix is reached: the five values that the institution's integration page gives.
package struct SecutixConnection: Sendable {
  /// How a call says who makes it.
  package enum Authentication: Sendable, Hashable {
    /// A JWT made here for each call, signed with the secret, valid for so many seconds. Secutix takes no more than 30
    /// (https://platform.secutix.com/backend/standards/rest).
    case selfMade(ttl: Int64 = 30)
    /// A token asked of `/tnai/backend-apis/v1/auth` and used until it ends.
    case tokenEndpoint
  }

  /// `https://{institution}.ws.secutix.com`, without a path.
  package let url: String
  /// The virtual operator, such as `MOSA_PASSES`; its words end in the JWT's `aud`.
  package let operatorCode: String
  /// The institution's code; the JWT's `sub`.
  package let institution: String
  /// The partner's name; the JWT's `iss`.
  package let partner: String
  let secret: Secret
  package var authentication: Authentication
  /// The frozen version of the services, as it stands in their paths.
  package var apiVersion = "v1_33"
  package var patience = Patience()

  package init(
    url: String, operatorCode: String, institution: String, partner: String, secret: Secret,
    authentication: Authentication = .selfMade()
  ) {
    var url = url[...]
    while url.last == "/" { url.removeLast() }
    self.url = String(url)
    self.operatorCode = operatorCode
    self.institution = institution
    self.partner = partner
    self.secret = secret
    self.authentication = authentication
  }
}

/// How long and how often a call is tried, and how much it may answer.
package struct Patience: Sendable, Hashable {
  /// From the request to the answer's last byte.
  package var call = Duration.seconds(30)
  /// Bytes of an answer, after it was inflated.
  package var bodyLimit = 64 << 20
  /// How often a request is sent that Secutix is too busy for.
  package var attempts = 4
  /// The longest first wait between two of them; it doubles each time, and the wait is drawn from zero to it.
  package var firstWait = Duration.milliseconds(500)
  package var longestWait = Duration.seconds(8)
  /// A pause that Secutix asks for (`Retry-After`) and is longer than this is not waited for: the error carries it.
  package var longestRetryAfter = Duration.seconds(20)
  /// How often an answer that is `in_progress` is asked for again.
  package var polls = 20
  package var pollWait = Duration.seconds(1)

  package init() {}
}
