import ArgumentParser
import Sandbox

/// What is to go wrong with the next pushes, as `sandbox apns --fault` has it: `429:TooManyRequests*3`, `hang`.
struct SandboxAPNsFault: ExpressibleByArgument {
  let fault: SandboxPushFault
  let count: Int

  private static let named: KeyValuePairs<String, SandboxPushFault> = [
    "hang": .hang, "lost": .lost, "refused-stream": .refusedStream, "goaway-after": .goAwayAfter,
    "goaway-before": .goAwayBefore, "disconnect": .disconnect,
  ]

  static var allValueStrings: [String] { named.map(\.key) + ["STATUS", "STATUS:REASON"] }

  init?(argument: String) {
    guard let parts = argument.wholeMatch(of: /([^*]+)(?:\*(\d{1,6}))?/), let count = Int(parts.2 ?? "1"), count > 0
    else { return nil }
    self.count = count
    if let fault = Self.named.first(where: { $0.key == parts.1 })?.value {
      self.fault = fault
      return
    }
    guard let answer = parts.1.wholeMatch(of: /([345]\d\d)(?::([A-Za-z]{1,50}))?/), let status = Int(answer.1) else {
      return nil
    }
    let reason = answer.2.map(String.init)
    fault = status == 410 ? .gone(reason: reason ?? "Unregistered") : .answer(status: status, reason: reason)
  }
}
