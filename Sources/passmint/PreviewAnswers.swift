import Foundation
import PassPreview

/// What a browser is answered.
struct PreviewAnswers {
  let previews: Previews
  let isGallery: Bool
  let port: UInt16

  func answer(_ request: RequestHead) -> Answer {
    guard isOurs(request) else {
      return .text(421, "this is the preview of passmint; open http://127.0.0.1:\(port)/")
    }
    guard request.method == "GET" || request.method == "HEAD" else {
      return .text(405, "a preview is only looked at: GET and HEAD", [("Allow", "GET, HEAD")])
    }
    return page(request.path, query: request.query)
  }

  /// Any page on the web can make a browser ask here: from its own origin, or under a name of its own that leads to this
  /// address. Both show in the headers.
  private func isOurs(_ request: RequestHead) -> Bool {
    let hosts = ["127.0.0.1:\(port)", "localhost:\(port)", "[::1]:\(port)"]
    guard let host = request.headers["host"], hosts.contains(host.lowercased()) else { return false }
    guard let origin = request.headers["origin"] else { return true }
    return hosts.contains { "http://\($0)" == origin }
  }

  // MARK: - Pages

  private func page(_ path: String, query: String) -> Answer {
    let choice = PreviewChoice(query: Self.values(query))
    switch path {
    case "/":
      if !isGallery, let item = previews.all.first { return page(of: item, choice) }
      return .html(PreviewGallery.page(previews.all.map(\.entry), now: Inputs.now))
    case "/events":
      return Answer([("Content-Type", "text/event-stream")], isEvents: true)
    default: break
    }
    guard path.hasPrefix("/p/") else { return Self.nothing() }
    let rest = path.dropFirst("/p/".count)
    if let end = rest.range(of: "/image/", options: .backwards) {
      guard let subject = item(rest[..<end.lowerBound])?.subject, let id = Self.decoded(rest[end.upperBound...]),
        let bytes = subject.image(id)
      else { return Self.nothing() }
      return Answer(
        [("Content-Type", "image/png"), ("Cache-Control", "private, max-age=31536000, immutable")], bytes: Data(bytes))
    }
    if rest.hasSuffix("/face"), let item = item(rest.dropLast("/face".count)) {
      guard let subject = item.subject else {
        return .html(PreviewGallery.face(broken: item.problems))
      }
      return .html(subject.face(choice, now: Inputs.now, problems: item.problems))
    }
    guard let item = item(rest) else { return Self.nothing(named: Self.decoded(rest)) }
    return page(of: item, choice)
  }

  private func page(of item: Previews.Item, _ choice: PreviewChoice) -> Answer {
    guard let subject = item.subject else {
      return .html(PreviewGallery.page(of: item.name, broken: item.problems, isInGallery: isGallery))
    }
    return .html(subject.page(choice, now: Inputs.now, problems: item.problems, isInGallery: isGallery))
  }

  private func item(_ name: Substring) -> Previews.Item? { Self.decoded(name).flatMap { previews[$0] } }

  private static func nothing(named name: String? = nil) -> Answer {
    .text(
      404,
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
