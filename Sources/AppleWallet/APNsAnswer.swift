import Issuance
import JSON
import ZonedTime

/// What APNs said to one push.
struct APNsAnswer: Sendable, Hashable {
  let status: Int
  /// Apple's word, such as `BadDeviceToken`; nil with a 200 or a body that is none of Apple's.
  let reason: String?
  /// When the token was first known to lead nowhere, in milliseconds since 1970; with a 410.
  let timestamp: Int64?
  /// The header of that name.
  let retryAfter: String?

  /// Bodies are a few dozen bytes; more than so many are not kept.
  static let bodyLimit = 4096

  init(status: Int, body: [UInt8], retryAfter: String?) {
    self.status = status
    self.retryAfter = retryAfter
    let json = try? JSONValue(parsing: body)
    timestamp = json?["timestamp"]?.int
    // It ends in logs and on terminals.
    reason = json?["reason"]?.stringValue.map {
      String($0.unicodeScalars.filter { $0.properties.isAlphabetic }.prefix(60).map(Character.init))
    }
  }

  /// What is to be done about it.
  enum Meaning: Sendable, Hashable {
    case outcome(PushOutcome)
    /// The certificate is not good enough; another one may be.
    case certificateRefused(String)
  }

  /// - Parameters:
  ///   - topic: what was pushed to.
  ///   - now: milliseconds since 1970.
  func meaning(topic: String, at now: Int64) -> Meaning {
    let words = "\(status)\(reason.map { " \($0)" } ?? "")"
    switch (status, reason) {
    case (200, _): return .outcome(.accepted)
    case (410, _): return .outcome(.deviceGone(since: timestamp, reason: words))
    case (400, "BadDeviceToken"): return .outcome(.deviceGone(since: nil, reason: words))
    case (400, "DeviceTokenNotForTopic"):
      // The certificate was accepted for the topic, so it is the token that belongs elsewhere.
      return .outcome(.deviceGone(since: nil, reason: "\(words): the phone's token was not made for \(topic)"))
    case (403, _): return .certificateRefused("\(words): \(Self.advice(reason, topic: topic))")
    case (400, let reason?) where Self.faults.contains(reason):
      return .outcome(.refused(reason: "\(words): \(Self.advice(reason, topic: topic))"))
    default:
      // Whatever else it is, it was said of this push: others may fare better.
      return .outcome(.retry(after: ZonedTime.retryAfter(retryAfter, at: now), reason: words))
    }
  }

  /// What APNs says of every push that is like this one: of its topic, or of a setting.
  private static let faults: Set<String> = [
    "TopicDisallowed", "BadTopic", "MissingTopic", "PayloadEmpty", "BadPriority", "BadExpirationDate", "BadCollapseId",
    "InvalidPushType", "BadCertificate", "BadCertificateEnvironment",
  ]

  /// What a person can do.
  private static func advice(_ reason: String?, topic: String) -> String {
    switch reason {
    case "BadCertificate", "MissingProviderToken":
      "the certificate is not accepted; push with one that Apple made for the Pass Type ID \(topic)"
    case "BadCertificateEnvironment": "the certificate is for another environment; passes are pushed in production only"
    case "TopicDisallowed", "BadTopic", "MissingTopic":
      "the certificate must not push to \(topic); push with the certificate of that Pass Type ID"
    case "BadPriority", "BadExpirationDate", "BadCollapseId", "InvalidPushType":
      "change the settings of pushes"
    default: "APNs does not take these pushes as they are"
    }
  }
}
