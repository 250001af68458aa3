package import AsyncHTTPClient
package import JSON
import NIOCore
import NIOHTTPCompression

/// Asks Secutix: one institution, by one way of signing in.
///
/// Its answers are documents as Secutix wrote them, for the readers in `Secutix`. All methods only read, so each may be
/// asked again.
package struct SecutixClient: Sendable {
  package let connection: SecutixConnection
  package let limiter: CallLimiter
  let http: HTTPClient
  let clock: CallClock
  let tokens = TokenCache()
  /// Told of each request when it has ended.
  package var observer: (@Sendable (RequestReport) -> Void)?

  /// - Parameters:
  ///   - http: one for all clients of a process, made with `configuration(connectTimeout:bodyLimit:)`.
  ///   - limiter: the one of the connection's institution, see `CallLimiters`.
  package init(
    _ connection: SecutixConnection, http: HTTPClient, limiter: CallLimiter, clock: CallClock = .system
  ) {
    self.connection = connection
    self.http = http
    self.limiter = limiter
    self.clock = clock
  }

  /// A request that went out, for figures.
  package struct RequestReport: Sendable, Hashable {
    /// Such as `getFileDetails`; `auth` for the token endpoint.
    package let method: String
    /// `success`, `in_progress`, `failed` as the envelope says; else what kept it from answering: `unauthorized`,
    /// `rate_limited`, `rejected`, `unavailable`, `unreadable`, `timeout`, `unreachable`, `too_large`, `cancelled`.
    package let outcome: String
    package let duration: Duration
  }

  /// Which language an answer has its names in, and whose question it is.
  package struct Context: Sendable, Hashable {
    /// As in `Accept-Language`; nil: the institution's own.
    package var language: String?
    /// Goes along as `X-Correlation-ID`.
    package var correlationID: String?

    package init(language: String? = nil, correlationID: String? = nil) {
      self.language = language
      self.correlationID = correlationID
    }
  }

  /// How much an order's details hold. Each level has those before it.
  package enum Granularity: String, Sendable, Hashable {
    case operations = "OPERATIONS"
    case movements = "MOVEMENTS"
    case tickets = "TICKETS"
  }

  /// The file of the order with this secret, with all orders of the file.
  package func fileDetails(
    orderSecret: String, _ context: Context = Context()
  ) async throws(SecutixError) -> JSONValue {
    let answer = try await call(
      .order("getFileDetailsFromOrderSecretId"), ["orderSecretId": .string(orderSecret)], context,
      hiding: orderSecret)
    return try answer.holding("fileDetailsData", "orderDetailsDatas")
  }

  /// A file with all its orders.
  package func fileDetails(fileID: Int64, _ context: Context = Context()) async throws(SecutixError) -> JSONValue {
    let answer = try await call(.order("getFileDetails"), ["fileId": .number(JSONNumber(fileID))], context)
    return try answer.holding("fileDetailsData", "orderDetailsDatas")
  }

  /// One order alone.
  package func orderDetails(
    orderID: Int64, granularity: Granularity = .tickets, _ context: Context = Context()
  ) async throws(SecutixError) -> JSONValue {
    let answer = try await call(
      .order("getOrderDetails"),
      ["orderId": .number(JSONNumber(orderID)), "granularity": .string(granularity.rawValue)], context)
    return try answer.holding("orderDetailsData")
  }

  /// The point of sale: its currency and the time zone of the organisation.
  package func posConfig(_ context: Context = Context()) async throws(SecutixError) -> POSConfig {
    let answer = try await call(.catalog("getPOSConfig"), [:], context)
    return POSConfig(try answer.holding("posConfigData"))
  }

  /// Asks the cheapest question there is, which proves address, sign-in and catalogue.
  ///
  /// - Throws: what is wrong, when it is not alive.
  package func checkIsAlive(_ context: Context = Context()) async throws(SecutixError) {
    _ = try await call(.catalog("isCatalogServiceAlive"), [:], context)
  }

  /// What an `HTTPClient` for Secutix is made with: no redirects, gzip, a limit on what it inflates to.
  package static func configuration(
    connectTimeout: Duration = .seconds(5), bodyLimit: Int = Patience().bodyLimit
  ) -> HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, decompression: .enabled(limit: .size(bodyLimit)))
    configuration.timeout.connect = .nanoseconds(Int64(connectTimeout / .nanoseconds(1)))
    // Tried again here, with the waits and the limit of calls that Secutix asks for.
    configuration.connectionPool.retryConnectionEstablishment = false
    return configuration
  }
}

/// What a point of sale sells in.
package struct POSConfig: Sendable, Hashable {
  /// ISO 4217.
  package let currencyCode: String?
  /// IANA name, such as `Europe/Paris`.
  package let timeZone: String?
  package let document: JSONValue

  init(_ document: JSONValue) {
    let data = document["posConfigData"]
    currencyCode = data?["currencyCode"]?.stringValue
    timeZone = data?["organizationTimeZone"]?.stringValue
    self.document = document
  }
}

extension JSONValue {
  /// Success without what was asked for: there is none.
  fileprivate func holding(_ names: String...) throws(SecutixError) -> JSONValue {
    let isThere = names.contains { name in
      switch self[name] {
      case .object?: true
      case .array(let elements)?: !elements.isEmpty
      default: false
      }
    }
    guard isThere else { throw .notFound }
    return self
  }
}
