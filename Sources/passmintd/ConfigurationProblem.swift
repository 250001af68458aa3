/// Something an operator should mend in the configuration, or should know about it: where, what, and what to do.
struct ConfigurationProblem: Sendable, Hashable {
  enum Severity: String, Sendable, Hashable {
    /// The service starts all the same.
    case warning
    case error
  }

  var severity: Severity
  /// The configuration as it was named, or a file that it names; `environment` or `command line` for what comes from there.
  var file: String
  /// From 1.
  var line: Int?
  /// In characters, from 1.
  var column: Int?
  /// Such as `tenants.theatre.templates.rules[0].if`; empty for the file as a whole.
  var path: String
  /// In small letters and without a full stop. Never holds a secret.
  var sentence: String
}

extension ConfigurationProblem: CustomStringConvertible {
  /// `passmint.yaml:12:5: tenants.theatre.secutix.url: is missing`, as far as known.
  var description: String {
    var place = file
    if let line { place += ":\(line)" }
    if line != nil, let column { place += ":\(column)" }
    return path.isEmpty ? "\(place): \(sentence)" : "\(place): \(path): \(sentence)"
  }
}
