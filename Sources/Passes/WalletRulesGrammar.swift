import ZonedTime

/// The date grammar of pass.json (W3C profile of ISO 8601): `YYYY-MM-DDThh:mm[:ss[.fff]]` and then `Z` or `±hh:mm`.
///
/// Seconds may be left out, the zone may not. Apple's own parser takes nothing after it and no `±hhmm`.
enum WalletDate {
  enum Problem: Error, Hashable {
    /// Not even the shape of a date.
    case shape
    case zoneMissing
    /// A zone, but not `Z` or `±hh:mm`.
    case zone
    /// The 31st of February, 25 o'clock.
    case impossible
  }

  static func parse(_ text: String) -> Result<ZonedDateTime, Problem> {
    let bytes = Array(text.utf8)
    guard matches(bytes.prefix(16), "dddd-dd-ddTdd:dd") else { return .failure(.shape) }
    var rest = bytes.dropFirst(16)
    if rest.first == 0x3A {
      guard matches(rest.prefix(3), ":dd") else { return .failure(.shape) }
      rest = rest.dropFirst(3)
      if rest.first == 0x2E {
        let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return .failure(.shape) }
        rest = rest.dropFirst(1 + digits.count)
      }
    }
    if rest.isEmpty { return .failure(.zoneMissing) }
    guard rest.elementsEqual([0x5A]) || matches(rest, "+dd:dd") || matches(rest, "-dd:dd") else {
      return .failure(.zone)
    }
    return ZonedDateTime(iso8601: text).map { .success($0) } ?? .failure(.impossible)
  }

  /// Whether bytes have a shape; `d` stands for a digit.
  private static func matches(_ bytes: ArraySlice<UInt8>, _ shape: StaticString) -> Bool {
    guard bytes.count == shape.utf8CodeUnitCount else { return false }
    return zip(bytes, UnsafeBufferPointer(start: shape.utf8Start, count: shape.utf8CodeUnitCount)).allSatisfy {
      $1 == 0x64 ? (0x30...0x39).contains($0) : $0 == $1
    }
  }
}

/// The colour grammar: documented is `rgb(r, g, b)`; Apple's code also reads `#RGB` and `#RRGGBB`.
enum WalletColor: Hashable {
  case good
  /// `rgba(…)` is found in passes of large issuers, yet Apple's own builder refuses it.
  case withAlpha
  case malformed

  init(_ text: String) {
    let text = text.filter { !$0.isWhitespace }.lowercased()
    if text.hasPrefix("#") {
      let digits = text.dropFirst()
      let isHex = digits.allSatisfy { $0.isASCII && $0.isHexDigit }
      self = isHex && (digits.count == 3 || digits.count == 6) ? .good : .malformed
      return
    }
    guard let open = text.firstIndex(of: "("), text.hasSuffix(")") else {
      self = .malformed
      return
    }
    let parts = text[text.index(after: open)...].dropLast().split(separator: ",", omittingEmptySubsequences: false)
    let areColors = parts.prefix(3).allSatisfy { part in
      part.allSatisfy(\.isASCII) && Int(part).map { (0...255).contains($0) } ?? false
    }
    switch (text[..<open], parts.count) {
    case ("rgb", 3) where areColors: self = .good
    case ("rgba", 4) where areColors && Double(parts[3]) != nil: self = .withAlpha
    default: self = .malformed
    }
  }
}

extension PassInspection {
  /// Reports a malformed date; otherwise returns the instant.
  @discardableResult
  mutating func checkDate(
    _ text: String, at pointer: String, severity: Finding.Severity = .error
  ) -> ZonedDateTime? {
    let hint = "Write it as 2026-12-31T19:30:00+01:00."
    switch WalletDate.parse(text) {
    case .success(let date): return date
    case .failure(.zoneMissing):
      report(
        severity, "date-without-zone", at: pointer, "the date “\(excerpt(text))” has no time zone", hint: hint)
    case .failure(.zone):
      report(
        severity, "date-malformed", at: pointer,
        "the time zone of “\(excerpt(text))” must be Z or ±hh:mm, with nothing after it", hint: hint)
    case .failure(.impossible):
      report(severity, "date-impossible", at: pointer, "there is no such date as “\(excerpt(text))”", hint: hint)
    case .failure(.shape):
      report(severity, "date-malformed", at: pointer, "“\(excerpt(text))” is not a date that Wallet reads", hint: hint)
    }
    return nil
  }

  /// Keys that hold a web address. `webServiceURL` has rules of its own.
  mutating func checkURL(_ text: String, named name: String, at pointer: String) {
    guard name != "webServiceURL" else { return }
    // An app's own scheme is as good as https.
    let scheme = text.prefix { $0 != ":" }
    let hasScheme =
      scheme.count < text.count && scheme.first?.isLetter == true
      && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    if !hasScheme || text.contains(where: \.isWhitespace) {
      warn(
        "url-malformed", at: pointer, "“\(excerpt(text))” is not a URL, so its button will do nothing",
        hint: "Write the whole address, https://…")
    }
  }
}
