import Authorization
import Foundation
import Liquid
import Logging
import Server
import Tickets
import ZonedTime

/// Reads the forms that single values have.
enum ConfigurationForms {
  /// A value as it is shown in a message: no longer than a person reads, and on one line.
  static func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(60).map { scalar in
      scalar.properties.generalCategory == .control ? " " : String(Character(scalar))
    }
    return "“\(shown.joined())\(text.unicodeScalars.count > 60 ? "…" : "")”"
  }

  static func logLevel(_ text: String) throws(ConfigurationFault) -> Logger.Level {
    guard let level = Logger.Level(rawValue: text) else {
      throw ConfigurationFault(
        "\(quoted(text)) is none of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return level
  }

  static func logFormat(_ text: String) throws(ConfigurationFault) -> LogSettings.Format {
    guard let format = LogSettings.Format(rawValue: text) else {
      throw ConfigurationFault("\(quoted(text)) is neither json nor text")
    }
    return format
  }

  static func listenAddress(_ text: String) throws(ConfigurationFault) -> ListenAddress {
    guard let address = ListenAddress(text) else {
      throw ConfigurationFault(
        "\(quoted(text)) is no address and port: write them as 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080")
    }
    return address
  }

  static func addressRange(_ text: String) throws(ConfigurationFault) -> AddressRange {
    guard let range = AddressRange(text) else {
      throw ConfigurationFault(
        "\(quoted(text)) is no block of addresses: write one such as 10.0.0.0/8 or 2001:db8::/32, with zeros behind its "
          + "length")
    }
    return range
  }

  static func timeZone(_ text: String) throws(ConfigurationFault) -> TimeZone {
    guard let zone = TimeZone(identifier: text) else {
      let nearest = nearestName(to: text, among: TimeZone.knownTimeZoneIdentifiers)
      throw ConfigurationFault(
        "\(quoted(text)) is no time zone: "
          + (nearest.map { "did you mean \($0)?" } ?? "write one such as Europe/Paris"))
    }
    return zone
  }

  static func currency(_ text: String) throws(ConfigurationFault) -> Currency {
    guard let currency = try? Currency(text) else {
      throw ConfigurationFault("\(quoted(text)) is no currency: write a code of three letters such as EUR")
    }
    return currency
  }

  static func scope(_ text: String) throws(ConfigurationFault) -> Scope {
    if let scope = Scope(rawValue: text) { return scope }
    let names = Scope.allCases.map(\.rawValue)
    let nearest = nearestName(to: text, among: names)
    throw ConfigurationFault(
      "\(quoted(text)) is no scope: "
        + (nearest.map { "did you mean \($0)?" } ?? "known are \(names.joined(separator: ", "))"))
  }

  /// 32 bytes from 64 hexadecimal digits. What else stands there is not shown: it may be the key itself.
  static func sha256(_ text: String) throws(ConfigurationFault) -> [UInt8] {
    let digits = text.compactMap { $0.isASCII ? $0.hexDigitValue : nil }
    guard digits.count == 64, text.count == 64 else {
      throw ConfigurationFault(
        "must be 64 hexadecimal digits, the SHA-256 of the whole key; make a key anew if it is lost")
    }
    return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  /// The part of a key that may be seen. What else stands there is not shown: it may be the key itself.
  static func keyPrefix(_ text: String) throws(ConfigurationFault) -> String {
    let isOne =
      text.hasPrefix("pm_") && (4...40).contains(text.utf8.count)
      && text.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_")
      }
    guard isOne else {
      throw ConfigurationFault("must be the part of the key before its last _, such as pm_3f9aQz, and no more of it")
    }
    return text
  }

  /// Seconds since 1970 of a moment, or of the end of a day in UTC.
  static func expiry(_ text: String) throws(ConfigurationFault) -> Int64 {
    if text.utf8.count == 10, let start = ZonedDateTime(iso8601: "\(text)T00:00:00Z") {
      return start.epochMilliseconds / 1000 + 86_400
    }
    guard let moment = ZonedDateTime(iso8601: text) else {
      throw ConfigurationFault(
        "\(quoted(text)) is no date: write a day such as 2027-12-31, or a moment such as 2027-12-31T18:00:00+01:00")
    }
    return moment.epochMilliseconds / 1000
  }

  /// A tenant's id, as it stands in paths and serial numbers.
  static func isTenantID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  /// An address with http or https and a host, without a slash at the end. What is wrong is not shown: it may hold a
  /// password.
  static func address(_ text: String, such example: String, allowsPath: Bool) throws(ConfigurationFault) -> String {
    guard text.unicodeScalars.allSatisfy({ ("!"..."~").contains($0) && !"\"<>\\^`{|}".unicodeScalars.contains($0) }),
      let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), let host = parts.host,
      !host.isEmpty, ["http", "https"].contains(scheme), parts.port.map({ (1...65_535).contains($0) }) ?? true
    else { throw ConfigurationFault("is no URL: write one such as \(example)") }
    guard parts.user == nil, parts.password == nil else {
      throw ConfigurationFault("holds a user or a password: leave them out")
    }
    guard parts.query == nil, parts.fragment == nil else {
      throw ConfigurationFault("must end before ? and #: write it such as \(example)")
    }
    guard allowsPath || ["", "/"].contains(parts.path) else {
      throw ConfigurationFault("must have no path behind the host: write it such as \(example)")
    }
    var address = text[...]
    while address.last == "/" { address.removeLast() }
    return String(address)
  }

  /// Whether what is sent to an address can be read on the way.
  static func isPlain(_ address: String) -> Bool {
    guard let parts = URLComponents(string: address), parts.scheme?.lowercased() == "http" else { return false }
    return !BearerIssuer.isThisMachine(parts.host ?? "")
  }
}

extension ListenAddress {
  /// `127.0.0.1:8080`, `localhost:8080`, `[::1]:8080`; nil for anything else.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
      port <= 65_535
    else { return nil }
    var host = text[..<colon]
    if host.first == "[", host.last == "]" {
      host = host.dropFirst().dropLast()
      guard host.contains(":"), AddressRange(String(host)) != nil, !host.contains("/") else { return nil }
    } else {
      guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
        !host.contains(where: { ":/[]@".contains($0) })
      else { return nil }
    }
    self.init(host: String(host), port: port)
  }
}
