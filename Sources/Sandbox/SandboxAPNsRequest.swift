import Foundation
import JSON
import NIOHPACK

/// What came in a stream, judged by Apple's rules before anything is looked up.
struct APNsRequest: Sendable {
  var token = ""
  var topic = ""
  /// `apns-id`, or a new one.
  let id: String
  var headers: [String: String] = [:]
  /// Apple's answer to a request that is wrong in itself.
  private(set) var refusal: APNsReply?

  /// Apple takes so many bytes of payload.
  static let payloadLimit = 4096

  /// - Parameter topics: what the client certificate is for; nil when there is none and none is asked for.
  init(_ block: HPACKHeaders, body: [UInt8], topics: Set<String>?) {
    var isDoubled = false
    for header in block where !header.name.hasPrefix(":") {
      isDoubled = isDoubled || (header.name.hasPrefix("apns-") && headers[header.name] != nil)
      headers[header.name] = header.value
    }
    let sentID = headers["apns-id"]
    id = sentID ?? UUID().uuidString
    topic = headers["apns-topic"] ?? ""
    let path = block.first(name: ":path") ?? ""
    if path.hasPrefix("/3/device/") { token = String(path.dropFirst("/3/device/".count)) }
    let problem: (status: Int, reason: String)? =
      if block.first(name: ":method") != "POST" {
        (405, "MethodNotAllowed")
      } else if !path.hasPrefix("/3/device/") {
        (404, "BadPath")
      } else if token.isEmpty {
        (400, "MissingDeviceToken")
      } else if isDoubled {
        (400, "DuplicateHeaders")
      } else if sentID.map({ UUID(uuidString: $0) == nil }) ?? false {
        (400, "BadMessageId")
      } else {
        headerProblem.map { (400, $0) } ?? topicProblem(topics).map { (400, $0) } ?? Self.bodyProblem(body)
          ?? (Self.isToken(token) ? nil : (400, "BadDeviceToken"))
      }
    refusal = problem.map { APNsReply($0.status, $0.reason, id: id) }
  }

  private var headerProblem: String? {
    if let priority = headers["apns-priority"], !["1", "5", "10"].contains(priority) { return "BadPriority" }
    if let expiration = headers["apns-expiration"], Int64(expiration).map({ $0 >= 0 }) != true {
      return "BadExpirationDate"
    }
    if let collapseID = headers["apns-collapse-id"], collapseID.utf8.count > 64 { return "BadCollapseId" }
    let types = [
      "alert", "background", "location", "voip", "complication", "fileprovider", "mdm", "liveactivity", "pushtotalk",
      "widgets", "controls",
    ]
    if let type = headers["apns-push-type"], !types.contains(type) { return "InvalidPushType" }
    return nil
  }

  private func topicProblem(_ topics: Set<String>?) -> String? {
    guard headers["apns-topic"] != nil else { return "MissingTopic" }
    let isTopic = topic.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (0x30...0x39).contains(byte)
        || [UInt8(ascii: "."), UInt8(ascii: "-")].contains(byte)
    }
    guard !topic.isEmpty, isTopic else { return "BadTopic" }
    return topics?.contains(topic) ?? true ? nil : "TopicDisallowed"
  }

  private static func bodyProblem(_ body: [UInt8]) -> (status: Int, reason: String)? {
    if body.isEmpty { return (400, "PayloadEmpty") }
    if body.count > payloadLimit { return (413, "PayloadTooLarge") }
    // Apple has no word of its own for a payload that is no object.
    return (try? JSONValue(parsing: body))?.object == nil ? (400, "PayloadEmpty") : nil
  }

  private static func isToken(_ token: String) -> Bool {
    token.utf8.count <= 200 && token.utf8.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
  }
}

/// An answer of the sandbox's APNs.
struct APNsReply: Sendable {
  let status: Int
  let body: [UInt8]
  var retryAfter: String?
  let id: String

  init(status: Int, body: [UInt8], id: String) {
    self.status = status
    self.body = body
    self.id = id
  }

  /// In Apple's form, with the members in its order.
  init(_ status: Int, _ reason: String?, timestamp: Int64? = nil, retryAfter: String? = nil, id: String) {
    var members: [JSONObject.Member] = []
    if let reason { members.append(.init(name: "reason", value: .string(reason))) }
    if let timestamp { members.append(.init(name: "timestamp", value: .number(JSONNumber(timestamp)))) }
    self.init(
      status: status, body: members.isEmpty ? [] : JSONValue.object(JSONObject(members)).serialized(), id: id)
    self.retryAfter = retryAfter
  }

  var headers: HPACKHeaders {
    var headers: HPACKHeaders = [":status": "\(status)"]
    headers.add(name: "apns-id", value: id, indexing: .nonIndexable)
    if let retryAfter { headers.add(name: "retry-after", value: retryAfter) }
    if !body.isEmpty { headers.add(name: "content-type", value: "application/json") }
    return headers
  }
}
