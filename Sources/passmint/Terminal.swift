import Glibc
import Passes
import Synchronization

// What the command says, and where. The rules: results on standard output, all else on standard error; a line about
// what went wrong begins with the program's name, in small letters and without a full stop; every error says what to do
// next; colour only for eyes (a terminal, and no NO_COLOR).

/// How the command ends.
enum ExitStatus: Int32, Error {
  case good = 0
  /// It ran, and some items were refused.
  case someRefused = 1
  case usage = 2
  /// It could not run.
  case failed = 3
}

/// Ends the process.
func end(with status: ExitStatus) -> Never {
  if Terminal.outputFailed {
    Terminal.error("standard output could not be written; what it should hold is lost")
    Glibc.exit(ExitStatus.failed.rawValue)
  }
  fflush(nil)
  Glibc.exit(status.rawValue)
}

/// Why the command cannot go on: what is wrong and what to do about it.
struct Failure: Error {
  var message: String
  var hint: String?
  var findings: [Finding] = []
  var status = ExitStatus.failed

  init(_ message: String, hint: String? = nil, findings: [Finding] = [], status: ExitStatus = .failed) {
    self.message = message
    self.hint = hint
    self.findings = findings
    self.status = status
  }
}

enum Terminal {
  /// Opens what is closed of standard input, output and error. Otherwise the first files of a run would take their places,
  /// and what is said would go into them.
  static func openStandardStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDWR)
    }
  }

  static let isErrorTerminal = isatty(STDERR_FILENO) == 1
  static let isOutputTerminal = isatty(STDOUT_FILENO) == 1

  /// NO_COLOR with any value switches colour off, see no-color.org.
  private static let mayColour: Bool = {
    let noColour = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? false
    return !noColour && !isDumb
  }()

  enum Colour: String {
    case red = "31"
    case yellow = "33"
    case green = "32"
    case dim = "2"
  }

  private static let failure = Atomic(false)

  /// Whether something meant for standard output is lost, on a full disk for instance.
  static var outputFailed: Bool { failure.load(ordering: .relaxed) }

  static func coloured(_ text: String, _ colour: Colour, isTerminal: Bool) -> String {
    mayColour && isTerminal ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Writes a line; a reader that went away (`| head`) is no error.
  static func write(_ line: String, toError: Bool = false) {
    var bytes = Array(line.utf8)
    if bytes.last != 0x0A { bytes.append(0x0A) }
    writeBytes(bytes, toError ? STDERR_FILENO : STDOUT_FILENO)
  }

  static func writeBytes(_ bytes: [UInt8], _ descriptor: Int32) {
    var start = 0
    while start < bytes.count {
      let length = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.unsafelyUnwrapped + start, $0.count - start)
      }
      if length > 0 {
        start += length
      } else if errno != EINTR {
        if descriptor == STDOUT_FILENO, errno != EPIPE { failure.store(true, ordering: .relaxed) }
        return
      }
    }
  }

  static func error(_ text: String) {
    write("passmint: \(coloured("error:", .red, isTerminal: isErrorTerminal)) \(printable(text))", toError: true)
  }

  static func warning(_ text: String) {
    write("passmint: \(coloured("warning:", .yellow, isTerminal: isErrorTerminal)) \(printable(text))", toError: true)
  }

  static func note(_ text: String) {
    write("passmint: \(printable(text))", toError: true)
  }

  static func hint(_ text: String) {
    write("passmint: \(coloured("hint:", .dim, isTerminal: isErrorTerminal)) \(printable(text))", toError: true)
  }

  static func report(_ failure: Failure) {
    for finding in failure.findings { write(line(for: finding, isTerminal: isErrorTerminal), toError: true) }
    error(failure.message)
    if let hint = failure.hint { Self.hint(hint) }
  }

  /// One finding: `error  pass.json:14:22 (/eventTicket…): what  [code]` and, beneath, what to do.
  static func line(for finding: Finding, isTerminal: Bool) -> String {
    let isError = finding.severity == .error
    let word = coloured(isError ? "error" : "warning", isError ? .red : .yellow, isTerminal: isTerminal)
    let code = coloured("[\(finding.code)]", .dim, isTerminal: isTerminal)
    let text = "\(word): \(printable("\(finding.place)")): \(printable(finding.message)) \(code)"
    return finding.hint.isEmpty ? text : "\(text)\n  \(printable(finding.hint))"
  }

  /// Text from files may hold what steers a terminal; it is shown, not obeyed.
  static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { isControl($0) }) else { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      shown.unicodeScalars.append(isControl(scalar) ? "\u{FFFD}" : scalar)
    }
    return shown
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    (scalar.value < 0x20 && scalar != "\n") || (0x7F...0x9F).contains(scalar.value)
      || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
  }

  /// `1234567` as `1,234,567`.
  static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return number < 0 ? "-\(text)" : text
  }

  static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    "\(grouped(number)) \(number == 1 ? noun : plural ?? noun + "s")"
  }
}
