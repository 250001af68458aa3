import Foundation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// Why a request is not answered as it asked: what RFC 9457 calls problem details. Facts for the caller, in sentences, and
/// nothing that is secret or of another tenant.
struct Problem: Error, Sendable {
  var status: HTTPResponse.Status
  /// What is wrong with this request and what to do next.
  var detail: String?
  /// What is wrong, member by member.
  var errors: [(member: String, sentence: String)] = []
  var headers = HTTPFields()

  init(
    _ status: HTTPResponse.Status, _ detail: String?, errors: [(member: String, sentence: String)] = [],
    headers: HTTPFields = [:]
  ) {
    self.status = status
    self.detail = detail
    self.errors = errors
    self.headers = headers
  }

  /// As an answer, in the form the request wants.
  func response(to request: Request, correlationID: String) -> Response {
    var object: JSONObject = [
      // Nothing is said of a problem's type that its status does not say.
      "type": "about:blank",
      "title": .string(status.reasonPhrase),
      "status": .number(JSONNumber(Int64(status.code))),
    ]
    if let detail { object["detail"] = .string(detail) }
    object["correlationId"] = .string(correlationID)
    if !errors.isEmpty {
      var members = JSONObject()
      for error in errors {
        let before = members[error.member]?.array ?? []
        members[error.member] = .array(before + [.string(error.sentence)])
      }
      object["errors"] = .object(members)
    }
    var headers = headers
    headers[.contentType] = Self.mediaType(for: request.headers[values: .accept])
    headers[.cacheControl] = "no-store"
    return Response(
      status: status, headers: headers,
      body: .init(byteBuffer: ByteBuffer(bytes: JSONValue.object(object).serialized())))
  }

  /// `application/problem+json`, unless one of the other types that carry the same body is asked for by name.
  private static func mediaType(for accepts: [String]) -> String {
    var best = (type: "application/problem+json", quality: 0.0)
    for range in accepts.lazy.flatMap({ $0.split(separator: ",") }) {
      let parts = range.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
      guard let type = parts.first, Self.types.contains(type) else { continue }
      let quality = parts.dropFirst().lazy.compactMap { $0.hasPrefix("q=") ? Double($0.dropFirst(2)) : nil }.first ?? 1
      if quality > best.quality { best = (type, quality) }
    }
    return best.type.hasPrefix("text/") ? "\(best.type); charset=utf-8" : best.type
  }

  private static let types = ["application/problem+json", "application/json", "text/json", "text/plain"]
}
