import Foundation
import HTTPTypes
import Issuance
import PassBundle

/// What tells whether a download has changed since somebody had it (RFC 9110, 8.8 and 13).
struct Validator {
  /// As `ETag` has it.
  let tag: String
  /// As `Last-Modified` has it.
  let date: String
  /// Seconds since 1970.
  private let modified: Int64
  /// Whether the date says all: what was changed in this very second may have been handed out in it before, under this date.
  private let isSettled: Bool

  /// - Parameters:
  ///   - records: what the download holds.
  ///   - all: what it was chosen from: a pass that was voided falls out of it, and that is a change.
  ///   - now: milliseconds since 1970.
  init(
    of records: [PassRecord], among all: [PassRecord], certificate identity: SigningIdentity, at now: Int64
  ) {
    let changed = max((all.map(\.changedAt).max() ?? 0) / 1000, identity.certificate.notBefore)
    // What was changed in this very second may change in it once more: until it is over, the date is one that a later
    // change is newer than.
    isSettled = changed < now / 1000
    modified = isSettled ? changed : changed - 1
    date = HTTPDate.text(modified)
    let contents = records.flatMap { $0.pass.contentDigest + Array("\($0.changedAt)".utf8) }
    let digest = Digest.sha256(contents + Array(identity.certificate.sha256Fingerprint.utf8))
    tag = "\"\(Digest.hex(Array(digest.prefix(16))))\""
  }

  /// Whether the request's conditions say that the caller has it already. With a tag the date does not count.
  func isKnown(to headers: HTTPFields) -> Bool {
    if let tags = headers[.ifNoneMatch] {
      return tags.split(separator: ",").contains { part in
        let text = part.trimmingCharacters(in: .whitespaces)
        return text == "*" || text == tag || text == "W/\(tag)"
      }
    }
    guard isSettled, let text = headers[.ifModifiedSince] else { return false }
    // What was given is what comes back. A later date is no reason to believe that the caller has this: it was given
    // before the clock was set back, or before the store was taken back to a backup.
    return text == date || HTTPDate.seconds(text) == modified
  }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
enum HTTPDate {
  private static let style = Date.VerbatimFormatStyle(
    format: """
      \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .padded(4)) \
      \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) GMT
      """,
    locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))

  static func text(_ seconds: Int64) -> String { Date(timeIntervalSince1970: Double(seconds)).formatted(style) }

  /// Nil for what is no such date: whoever sends another is given the whole.
  static func seconds(_ text: String) -> Int64? {
    (try? style.parseStrategy.parse(text)).map { Int64($0.timeIntervalSince1970) }
  }
}
