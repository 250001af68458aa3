import FlyingSocks
import Foundation

/// A request as far as a preview cares: its first line and its headers (RFC 9112).
struct RequestHead {
  let method: String
  /// Still percent-encoded, as is the query.
  let path: String
  let query: String
  /// By name in small letters.
  let headers: [String: String]
  /// Whether the connection ends with the answer. Bodies are not read, so one that follows ends it too.
  let isLast: Bool

  enum Arrival {
    case request(RequestHead)
    /// No request that could be understood, and what to answer.
    case malformed(Answer)
  }

  /// Longer than any browser's headers; an address of a page has some tens of bytes.
  private static let longest = 64 << 10

  /// Reads the next request.
  ///
  /// - Parameter received: what was read already; afterwards, what follows this request.
  /// - Returns: nil when there is none any more.
  static func read(from socket: AsyncSocket, _ received: inout [UInt8]) async throws -> Arrival? {
    var looked = 0
    while true {
      // Some send an empty line too many after a request.
      while let first = received.first, looked == 0, first == 0x0D || first == 0x0A { received.removeFirst() }
      if let end = endOfHead(received, from: looked) {
        let head = RequestHead(received[..<end])
        received.removeFirst(end)
        return head.map { .request($0) } ?? .malformed(.text(400, "this is no request that a preview understands"))
      }
      guard received.count < longest else {
        return .malformed(.text(431, "the request is too long for a preview"))
      }
      looked = max(0, received.count - 3)
      do {
        received += try await socket.read(atMost: 4096)
      } catch SocketError.disconnected {
        return nil
      }
    }
  }

  /// Where the empty line after the headers ends.
  private static func endOfHead(_ bytes: [UInt8], from start: Int) -> Int? {
    var index = start
    while let newline = bytes[index...].firstIndex(of: 0x0A) {
      let rest = bytes[(newline + 1)...]
      if rest.first == 0x0A { return newline + 2 }
      if rest.starts(with: [0x0D, 0x0A]) { return newline + 3 }
      index = newline + 1
    }
    return nil
  }

  /// - Parameter bytes: with the empty line at their end.
  private init?(_ bytes: ArraySlice<UInt8>) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let lines = text.split(omittingEmptySubsequences: true) { $0 == "\r\n" || $0 == "\n" }
    let first = lines.first?.split(separator: " ", omittingEmptySubsequences: false) ?? []
    guard first.count == 3, first[1].hasPrefix("/"), ["HTTP/1.0", "HTTP/1.1"].contains(first[2]) else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let last = parts[0].last, !last.isWhitespace else { return nil }
      let name = parts[0].lowercased()
      // Two hosts are a trick.
      guard headers[name] == nil || name != "host" else { return nil }
      headers[name] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    method = String(first[0])
    let target = first[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(target[0])
    query = target.count > 1 ? String(target[1]) : ""
    self.headers = headers
    let words = headers["connection"]?.lowercased().split(whereSeparator: { $0 == "," || $0 == " " }) ?? []
    let hasBody = headers["transfer-encoding"] != nil || headers["content-length"] ?? "0" != "0"
    isLast = first[2] == "HTTP/1.0" || words.contains("close") || hasBody
  }
}
