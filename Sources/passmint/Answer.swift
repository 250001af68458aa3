import Foundation

/// What is sent back.
struct Answer {
  let status: Int
  private(set) var headers: [(name: String, value: String)]
  let bytes: Data
  /// Whether events follow, without end.
  let isEvents: Bool

  init(
    _ headers: [(name: String, value: String)], status: Int = 200, bytes: Data = Data(), isEvents: Bool = false
  ) {
    self.status = status
    self.headers = headers
    self.bytes = bytes
    self.isEvents = isEvents
  }

  static func html(_ text: String) -> Answer {
    Answer([("Content-Type", "text/html; charset=utf-8")], bytes: Data(text.utf8))
  }

  static func text(
    _ status: Int, _ text: String, _ headers: [(name: String, value: String)] = []
  ) -> Answer {
    Answer(
      headers + [("Content-Type", "text/plain; charset=utf-8")], status: status, bytes: Data("\(text)\n".utf8))
  }

  private static let reasons = [
    200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 421: "Misdirected Request",
    431: "Request Header Fields Too Large",
  ]

  /// What every answer says, unless it says otherwise itself: nothing is kept, nothing comes from elsewhere.
  private static let usual: [(name: String, value: String)] = [
    ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
      "Content-Security-Policy",
      "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
  ]

  /// - Parameter isLast: whether the connection ends with it.
  func head(isLast: Bool) -> Data {
    let own = Set(headers.map(\.name))
    var all = headers + Self.usual.filter { !own.contains($0.name) }
    if !isEvents { all.append(("Content-Length", String(bytes.count))) }
    all.append(("Connection", isLast ? "close" : "keep-alive"))
    let lines = all.map { "\($0.name): \($0.value)\r\n" }.joined()
    return Data("HTTP/1.1 \(status) \(Self.reasons[status] ?? "")\r\n\(lines)\r\n".utf8)
  }
}
