import FlyingFox
import Foundation
import PassPreview

/// What a browser is answered.
struct PreviewAnswers {
  let previews: Previews
  let isGallery: Bool
  let events: PreviewEvents
  let port: UInt16

  private enum Body {
    case bytes(Data)
    case events
  }

  private struct Answer {
    var status = HTTPStatusCode.ok
    var headers: [(name: String, value: String)] = []
    var body: Body
  }

  func answer(_ request: HTTPRequest) -> HTTPResponse {
    let answer: Answer
    if !isOurs(request) {
      answer = Self.text(.misdirectedRequest, "this is the preview of passmint; open http://127.0.0.1:\(port)/")
    } else if request.method != .GET, request.method != .HEAD {
      answer = Self.text(.methodNotAllowed, "a preview is only looked at: GET and HEAD", [("Allow", "GET, HEAD")])
    } else {
      answer = page(request.target.path(), query: request.target.query())
    }
    var headers = HTTPHeaders()
    for (name, value) in Self.headers + answer.headers { headers[HTTPHeader(name)] = value }
    switch answer.body {
    case .bytes(let bytes):
      // HEAD tells the length of what it leaves out.
      headers[.contentLength] = String(bytes.count)
      let body = request.method == .HEAD ? Data() : bytes
      return HTTPResponse(statusCode: answer.status, headers: headers, body: body)
    case .events:
      guard request.method != .HEAD else { return HTTPResponse(statusCode: answer.status, headers: headers) }
      return HTTPResponse(statusCode: answer.status, headers: headers, body: HTTPBodySequence(from: events.open()))
    }
  }

  /// Any page on the web can make a browser ask here: from its own origin, or under a name of its own that leads to this
  /// address. Both show in the headers.
  private func isOurs(_ request: HTTPRequest) -> Bool {
    let hosts = ["127.0.0.1:\(port)", "localhost:\(port)", "[::1]:\(port)"]
    guard let host = request.headers[.host], hosts.contains(host.lowercased()) else { return false }
    guard let origin = request.headers[HTTPHeader("Origin")] else { return true }
    return hosts.contains { "http://\($0)" == origin }
  }

  /// Later ones take the place of earlier ones.
  private static let headers: [(name: String, value: String)] = [
    ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
      "Content-Security-Policy",
      "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
  ]

  // MARK: - Pages

  private func page(_ path: String, query: String) -> Answer {
    let choice = PreviewChoice(query: Self.values(query))
    switch path {
    case "/":
      if !isGallery, let item = previews.all.first { return Self.page(of: item, choice) }
      return Self.html(PreviewGallery.page(previews.all.map(\.entry), now: Inputs.now))
    case "/events":
      return Answer(headers: [("Content-Type", "text/event-stream")], body: .events)
    default: break
    }
    guard path.hasPrefix("/p/") else { return Self.nothing() }
    let rest = path.dropFirst("/p/".count)
    if let end = rest.range(of: "/image/", options: .backwards) {
      guard let subject = item(rest[..<end.lowerBound])?.subject, let id = Self.decoded(rest[end.upperBound...]),
        let bytes = subject.image(id)
      else { return Self.nothing() }
      let headers = [("Content-Type", "image/png"), ("Cache-Control", "private, max-age=31536000, immutable")]
      return Answer(headers: headers, body: .bytes(Data(bytes)))
    }
    if rest.hasSuffix("/face"), let item = item(rest.dropLast("/face".count)) {
      guard let subject = item.subject else {
        return Self.text(.notFound, "\(item.name) cannot be drawn: see /p/\(rest.dropLast("/face".count))")
      }
      return Self.html(subject.face(choice, now: Inputs.now, problems: item.problems))
    }
    guard let item = item(rest) else { return Self.nothing(named: Self.decoded(rest)) }
    return Self.page(of: item, choice)
  }

  private static func page(of item: Previews.Item, _ choice: PreviewChoice) -> Answer {
    guard let subject = item.subject else {
      return html(PreviewGallery.page(of: item.name, broken: item.problems))
    }
    return html(subject.page(choice, now: Inputs.now, problems: item.problems))
  }

  private func item(_ name: Substring) -> Previews.Item? { Self.decoded(name).flatMap { previews[$0] } }

  private static func html(_ text: String) -> Answer {
    Answer(headers: [("Content-Type", "text/html; charset=utf-8")], body: .bytes(Data(text.utf8)))
  }

  private static func text(
    _ status: HTTPStatusCode, _ text: String, _ headers: [(name: String, value: String)] = []
  ) -> Answer {
    Answer(
      status: status, headers: headers + [("Content-Type", "text/plain; charset=utf-8")],
      body: .bytes(Data("\(text)\n".utf8)))
  }

  private static func nothing(named name: String? = nil) -> Answer {
    text(
      .notFound,
      name.map { "there is no template or pass called “\($0)” here; / shows what there is" }
        ?? "there is nothing here; / shows what there is")
  }

  // MARK: - Addresses

  private static func decoded(_ text: some StringProtocol) -> String? { text.removingPercentEncoding }

  /// The names and values of a query; a space may be written `+`, as forms write it.
  private static func values(_ query: String) -> [(name: String, value: String)] {
    query.split(separator: "&").compactMap { pair in
      let parts = pair.replacing("+", with: " ").split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = parts.first.flatMap(decoded), let value = decoded(parts.count > 1 ? parts[1] : "") else {
        return nil
      }
      return (name, value)
    }
  }
}
