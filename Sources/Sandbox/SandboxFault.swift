import JSON

/// What goes wrong with a call.
package enum SandboxFault: Sendable, Hashable {
  /// A bare status, as proxies and limits answer.
  case status(Int, retryAfter: String? = nil)
  /// An answer with HTTP 200 that says it failed.
  case failure(statusCode: String, detail: String?)
  /// The right answer, later.
  case delay(Duration)
  /// No answer at all.
  case hang
  /// The right answer without its last bytes, said to be whole.
  case brokenJSON
  /// The right answer, compressed wrongly; sent so even to those who do not ask for compression.
  case brokenGzip
  /// The connection ends in the middle of the right answer.
  case halfBody
  /// The right answer under another type.
  case contentType(String)
  /// The connection is reset before the answer.
  case reset
  case redirect(to: String)
  /// `in_progress` so many times before the answer.
  case inProgress(Int)
  /// An answer of so many bytes, of blanks: compressed, a fraction of it.
  case oversized(Int)
  /// The answer with members nobody documented, and nulls.
  case unknownMembers
  /// The token that the call comes with has ended before its time, and so have all that the endpoint gave; a sign-in passes
  /// it by.
  case endedToken
}

extension SandboxFault {
  /// As people name them; a number is a bare status.
  package static let names = [
    "slow", "reset", "hang", "broken-json", "broken-gzip", "half-body", "failed", "in-progress", "html",
    "unknown-members", "oversized", "tokens",
  ]

  init?(named name: String, seconds: Int64?) {
    switch name {
    case "slow": self = .delay(.seconds(seconds ?? 3))
    case "reset": self = .reset
    case "hang": self = .hang
    case "broken-json": self = .brokenJSON
    case "broken-gzip": self = .brokenGzip
    case "half-body": self = .halfBody
    case "failed": self = .failure(statusCode: "error", detail: "the sandbox was asked to fail")
    case "in-progress": self = .inProgress(2)
    case "html": self = .contentType("text/html")
    case "unknown-members": self = .unknownMembers
    case "oversized": self = .oversized(64 << 20)
    case "tokens": self = .endedToken
    default:
      guard let status = Int(name), (400...599).contains(status) else { return nil }
      self = .status(status, retryAfter: seconds.map { String($0) })
    }
  }
}

extension SandboxSecutix {
  /// The scenario `fault`.
  func prepareFault(_ given: inout Particulars) throws(SandboxError) -> JSONObject {
    let kind = try given.text("kind") ?? ""
    let times = Int(clamping: try given.integer("times") ?? 1)
    let method = try given.text("method")
    let seconds = try given.integer("seconds")
    try given.end()
    guard (1...10_000).contains(times) else { throw SandboxError("times must be 1 to 10000") }
    if kind == "none" {
      let gone = clearFaults()
      return ["said": .string("no faults to come any more; \(gone) had been")]
    }
    guard let fault = SandboxFault(named: kind, seconds: seconds) else {
      throw SandboxError(
        "there is no fault \(kind.prefix(40)): a status such as 509, or \(SandboxFault.names.joined(separator: ", "))")
    }
    guard fault != .endedToken || method != "auth" else { throw SandboxError("a sign-in comes without a token") }
    prepare(fault, for: method, times: times)
    let calls = times == 1 ? "the next call" : "the next \(times) calls"
    return ["said": .string("\(calls)\(method.map { " of \($0)" } ?? "") will come to: \(kind)")]
  }
}
