import COpenSSL

/// What OpenSSL said when something failed: its whole error queue, oldest (deepest) reason first.
///
/// OpenSSL keeps one queue per thread and never empties it by itself. Every failing call therefore drains it into a
/// value at once, so that nothing is left over to be blamed on the next call.
package struct OpenSSLError: Error, Sendable, Hashable {
  /// One entry of the queue.
  package struct Reason: Sendable, Hashable {
    /// OpenSSL's packed error code, for comparing.
    package let code: UInt
    /// The part of OpenSSL that failed: `PEM routines`.
    package let library: String
    /// Why, in OpenSSL's words: `no start line`. For an error of the system, the text of `errno`.
    package let reason: String
    /// More detail as far as OpenSSL gives it: `Algorithm (RC2-40-CBC : 0), Properties ()`. Never holds secrets.
    package let data: String
  }

  /// What was being done, in words that fit before "failed": `reading the certificate`.
  package let operation: String
  /// The queue, oldest first. Empty when OpenSSL gave no reason.
  package let reasons: [Reason]

  /// Takes over everything in this thread's queue.
  package init(_ operation: String) {
    self.operation = operation
    self.reasons = Self.drain()
  }

  /// Empties this thread's queue, after a failure that was expected and is answered otherwise.
  package static func clear() {
    ERR_clear_error()
  }

  /// Whether any reason says that an algorithm is not on offer, as RC2 is not without the legacy provider.
  var saysUnsupported: Bool {
    reasons.contains { reason in
      let text = reason.reason
      return text == "unsupported" || text.hasPrefix("unsupported ") || text.hasPrefix("unknown cipher")
        || text == "unknown pbe algorithm" || text.hasPrefix("unknown algorithm")
    }
  }

  private static func drain() -> [Reason] {
    var reasons: [Reason] = []
    while true {
      var data: UnsafePointer<CChar>?
      var flags: CInt = 0
      let code = ERR_get_error_all(nil, nil, nil, &data, &flags)
      guard code != 0 else { return reasons }
      var detail = ""
      if flags & ERR_TXT_STRING != 0, let data { detail = String(cString: data) }
      let library = ERR_lib_error_string(code).map { String(cString: $0) } ?? "library \(ERR_GET_LIB(code))"
      let reason = ERR_reason_error_string(code).map { String(cString: $0) } ?? "reason \(ERR_GET_REASON(code))"
      reasons.append(Reason(code: UInt(code), library: library, reason: reason, data: detail))
    }
  }
}

extension OpenSSLError: CustomStringConvertible {
  /// `reading the certificate failed: PEM routines: no start line`
  package var description: String {
    guard !reasons.isEmpty else { return "\(operation) failed" }
    let causes = reasons.map { reason in
      reason.data.isEmpty
        ? "\(reason.library): \(reason.reason)" : "\(reason.library): \(reason.reason) (\(reason.data))"
    }
    return "\(operation) failed: \(causes.joined(separator: "; "))"
  }
}
