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
}
