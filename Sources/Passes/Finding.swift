/// Something a person should know about a template or a pass: what, where, and what to do about it.
package struct Finding: Sendable, Hashable {
  /// How bad it is.
  package enum Severity: String, Sendable, Hashable, Comparable {
    /// It works, but a ticket holder may see something poor.
    case warning
    /// Wallet refuses the pass, usually with no reason shown.
    case error

    package static func < (left: Self, right: Self) -> Bool { left == .warning && right == .error }
  }

  /// Where it is: a file of the package and, as far as known, the place inside.
  package struct Place: Sendable, Hashable {
    /// Path inside the package or template, or the name of the archive itself.
    package var file: String
    /// JSON Pointer (RFC 6901) of the value meant.
    package var pointer: String?
    /// Line, counted from 1.
    package var line: Int?
    /// Column in characters, counted from 1.
    package var column: Int?

    package init(file: String, pointer: String? = nil, line: Int? = nil, column: Int? = nil) {
      self.file = file
      self.pointer = pointer
      self.line = line
      self.column = column
    }
  }

  package var severity: Severity
  /// A stable name of the rule, for programs and for looking it up: `icon-missing`.
  package var code: String
  package var place: Place
  /// What was found.
  package var message: String
  /// What to do next.
  package var hint: String

  package init(_ severity: Severity, _ code: String, at place: Place, _ message: String, hint: String) {
    self.severity = severity
    self.code = code
    self.place = place
    self.message = message
    self.hint = hint
  }
}

extension Finding.Place: CustomStringConvertible {
  /// `pass.json:14:22 (/eventTicket/primaryFields/0/value)`, as far as known.
  package var description: String {
    var text = file
    if let line { text += ":\(line)" }
    if line != nil, let column { text += ":\(column)" }
    if let pointer, !pointer.isEmpty { text += " (\(pointer))" }
    return text
  }
}
