import Foundation
import JSON
import NIOHTTP1

/// One request of the web service.
enum SandboxDeviceTask: Sendable, Hashable {
  case register(SandboxDeviceService, String, token: String, pushToken: String)
  case unregister(SandboxDeviceService, String, token: String)
  case list(SandboxDeviceService, device: String, since: String?)
  case fetch(SandboxDeviceService, String, token: String, modifiedSince: String?, isHead: Bool)
  /// The token is the phone's own, made for this form; no other goes with it.
  case personalize(SandboxDeviceService, String, formToken: String, info: JSONObject)

  var name: SandboxDevice.TaskName {
    switch self {
    case .register: .register
    case .unregister: .unregister
    case .list: .list
    case .fetch: .fetch
    case .personalize: .personalize
    }
  }

  var service: SandboxDeviceService {
    switch self {
    case .register(let service, _, _, _), .unregister(let service, _, _), .list(let service, _, _),
      .fetch(let service, _, _, _, _), .personalize(let service, _, _, _):
      service
    }
  }

  var serialNumber: String? {
    switch self {
    case .register(_, let serial, _, _), .unregister(_, let serial, _), .fetch(_, let serial, _, _, _),
      .personalize(_, let serial, _, _):
      serial
    case .list: nil
    }
  }

  var method: HTTPMethod {
    switch self {
    case .register, .personalize: .POST
    case .unregister: .DELETE
    case .list: .GET
    case .fetch(_, _, _, _, let isHead): isHead ? .HEAD : .GET
    }
  }

  /// The token that goes with it. The list is asked for without one: the device's identifier is the secret.
  var token: String? {
    switch self {
    case .register(_, _, let token, _), .unregister(_, _, let token), .fetch(_, _, let token, _, _): token
    case .list, .personalize: nil
    }
  }

  var modifiedSince: String? {
    if case .fetch(_, _, _, let date, _) = self { date } else { nil }
  }

  var body: [UInt8]? {
    switch self {
    case .register(_, _, _, let pushToken):
      return JSONValue.object(["pushToken": .string(pushToken)]).serialized()
    case .personalize(_, _, let token, let info):
      return JSONValue.object([
        "personalizationToken": .string(token), "requiredPersonalizationInfo": .object(info),
      ]).serialized()
    case .unregister, .list, .fetch: return nil
    }
  }

  func path(device: String) -> String {
    let type = service.passType.pathPart
    switch self {
    case .register(_, let serial, _, _), .unregister(_, let serial, _):
      return "/v1/devices/\(device)/registrations/\(type)/\(serial.pathPart)"
    case .list(_, _, let since):
      let query = since.map { "?passesUpdatedSince=\($0.pathPart)" } ?? ""
      return "/v1/devices/\(device)/registrations/\(type)\(query)"
    case .fetch(_, let serial, _, _, _): return "/v1/passes/\(type)/\(serial.pathPart)"
    case .personalize(_, let serial, _, _): return "/v1/passes/\(type)/\(serial.pathPart)/personalize"
    }
  }

  /// Why an answer is none that is expected; nil when it is.
  func problem(with answer: SandboxDeviceAnswer) -> String? {
    let expected: Set<Int> =
      switch self {
      case .register: [200, 201]
      case .unregister, .personalize: [200]
      case .list: [200, 204]
      case .fetch: [200, 304]
      }
    guard expected.contains(answer.status) else {
      return answer.status == 401 && token != nil
        ? "Authentication failure" : "Unexpected response code \(answer.status)"
    }
    guard answer.status == 200 else { return nil }
    switch self {
    case .list: return SandboxDeviceList(answer.body) == nil ? "Server response was malformed" : nil
    case .fetch(_, _, _, _, let isHead):
      let type = answer.contentType?.split(separator: ";").first.map { $0.trimmingCharacters(in: .whitespaces) }
      if type?.lowercased() != "application/vnd.apple.pkpass" {
        return "Server response was malformed (Unexpected content type \(answer.contentType ?? "(null)"))"
      }
      return answer.body.isEmpty && !isHead ? "Server response was malformed (Missing response data)" : nil
    case .personalize: return answer.body.isEmpty ? "Server response was malformed (Missing response data)" : nil
    case .register, .unregister: return nil
    }
  }

  /// As iOS names it in its log lines.
  func logText(device: String) -> String {
    let details =
      switch self {
      case .register(let service, let serial, _, _), .unregister(let service, let serial, _):
        "for device \(device), pass type \(service.passType), serial number \(serial)"
      case .list(let service, _, let since):
        "for device \(device), pass type \(service.passType), last updated \(since ?? "(null)")"
      case .fetch(let service, let serial, _, let modified, _):
        "pass type \(service.passType), serial number \(serial), if-modified-since \(modified ?? "(null)")"
      case .personalize(let service, let serial, _, _): "pass type \(service.passType), serial number \(serial)"
      }
    return "\(name.rawValue) (\(details); with web service url \(service.url))"
  }
}

/// What the server answered.
struct SandboxDeviceAnswer: Sendable {
  var status: Int
  var contentType: String?
  var lastModified: String?
  var body: [UInt8]
}

/// Which passes have changed.
struct SandboxDeviceList: Sendable, Hashable {
  let serialNumbers: [String]
  /// Whatever it is, it is given back with the next question.
  let lastUpdated: String

  /// nil when it is not `{"serialNumbers": ["…"], "lastUpdated": "…"}`.
  init?(_ body: [UInt8]) {
    guard let json = try? JSONValue(parsing: body), let serials = json["serialNumbers"]?.array,
      let tag = json["lastUpdated"]?.stringValue
    else { return nil }
    serialNumbers = serials.compactMap(\.stringValue)
    guard serialNumbers.count == serials.count else { return nil }
    lastUpdated = tag
  }
}

extension String {
  /// Percent-encoded as one part of a path or of a query: serial numbers are any text, slashes included.
  fileprivate var pathPart: String {
    let unreserved = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    return addingPercentEncoding(withAllowedCharacters: unreserved) ?? self
  }
}
