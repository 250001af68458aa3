import HTTPTypes

/// What ties a request to the log lines, jobs, Secutix calls and passes that follow from it.
enum CorrelationID {
  static let header = HTTPField.Name.correlationID

  /// The caller's own (`X-Correlation-ID`), the trace it belongs to (`traceparent`, https://www.w3.org/TR/trace-context/), or a
  /// new one. What could disturb a line of a log is none.
  static func of(_ headers: HTTPFields) -> String {
    if let own = headers[header], isGood(own) { return own }
    if let trace = headers[.traceparent].flatMap(traceID) { return trace }
    return new()
  }

  /// 32 hexadecimal digits, as traces have them.
  static func new() -> String {
    var generator = SystemRandomNumberGenerator()
    let halves: [UInt64] = [generator.next(), generator.next()]
    return String(unsafeUninitializedCapacity: 32) { text in
      for place in 0..<32 {
        let digit = UInt8(halves[place / 16] >> (place % 16 * 4) & 0xF)
        text[place] = digit < 10 ? 0x30 + digit : 0x61 - 10 + digit
      }
      return 32
    }
  }

  private static func isGood(_ text: String) -> Bool {
    (1...100).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-_.:/+=".utf8.contains(byte)
        }
      }
  }

  private static func traceID(_ text: String) -> String? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].utf8.count == 2, parts[0] != "ff", parts[1].utf8.count == 32,
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
      parts[1].utf8.contains(where: { $0 != 0x30 })
    else { return nil }
    return String(parts[1])
  }
}

extension HTTPField.Name {
  static let correlationID = name("X-Correlation-ID")
  static let traceparent = name("traceparent")
  static let apiKey = name("X-API-KEY")
  static let forwardedFor = name("X-Forwarded-For")
  static let rateLimit = name("RateLimit")
  static let rateLimitPolicy = name("RateLimit-Policy")
  static let paginationTotal = name("X-Pagination-Total")
  static let link = name("Link")
  static let robots = name("X-Robots-Tag")
  static let referrerPolicy = name("Referrer-Policy")
  static let contentTypeOptions = name("X-Content-Type-Options")

  /// Of names that stand here in the code: each is one.
  private static func name(_ text: String) -> HTTPField.Name { HTTPField.Name(text) ?? .server }
}
