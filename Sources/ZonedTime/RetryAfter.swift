/// How long a `Retry-After` header asks to wait (RFC 9110, section 10.2.3): seconds, or a moment.
///
/// - Parameter now: milliseconds since 1970.
package func retryAfter(_ text: String?, at now: Int64) -> Duration? {
  guard let text else { return nil }
  if let seconds = Int64(text), seconds >= 0 { return .seconds(min(seconds, 86_400)) }
  // "Sun, 06 Nov 1994 08:49:37 GMT"
  let parts = text.split { $0 == " " || $0 == ":" }
  let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  guard parts.count == 8, parts[7] == "GMT", let month = months.firstIndex(of: String(parts[2])),
    let numbers = [parts[1], parts[3], parts[4], parts[5], parts[6]].mapAll({ Int($0) }),
    let date = ZonedDateTime(
      year: numbers[1], month: month + 1, day: numbers[0], hour: numbers[2], minute: numbers[3], second: numbers[4],
      millisecond: 0, offsetSeconds: 0)
  else { return nil }
  return .milliseconds(min(max(0, date.epochMilliseconds - now), 86_400_000))
}

extension [Substring] {
  fileprivate func mapAll<Value>(_ transform: (Substring) -> Value?) -> [Value]? {
    let values = compactMap(transform)
    return values.count == count ? values : nil
  }
}
