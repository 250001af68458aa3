import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTPCompression
import NIOPosix
import ZonedTime

extension SecutixError {
  /// What an error below HTTP means. Of its words only those go on that hold nothing of the answer.
  init(network error: any Error, limit patience: Patience) {
    switch error {
    case is CancellationError: self = .cancelled
    case is NIOTooManyBytesError, NIOHTTPDecompression.DecompressionError.limit:
      self = .tooLarge(limit: patience.bodyLimit)
    case is NIOHTTPDecompression.DecompressionError, is NIOHTTPDecompression.ExtraDecompressionError:
      self = .unreadable(.compression)
    case let error as HTTPClientError:
      switch error {
      case .cancelled: self = .cancelled
      case .connectTimeout: self = .unreachable(reason: "no connection in time")
      case .deadlineExceeded, .readTimeout, .writeTimeout: self = .timeout(after: patience.call)
      case .remoteConnectionClosed: self = .unreachable(reason: "the connection was closed")
      default: self = .unreachable(reason: error.shortDescription)
      }
    default: self = .unreachable(reason: Self.reason(for: error))
    }
  }

  private static func reason(for error: any Error) -> String {
    switch error {
    case let error as IOError: return String(cString: strerror(error.errnoCode))
    case let error as NIOConnectionError:
      // Tried at each of the host's addresses; the first says enough.
      return error.connectionErrors.first.map { reason(for: $0.error) } ?? "the host's name is not known"
    case is SocketAddressError: return "the host's name is not known"
    default:
      let type = "\(type(of: error))"
      // What TLS says names certificates and versions.
      return type.contains("SSL") ? "TLS failed: \(String("\(error)".prefix(200)))" : type
    }
  }
}

/// How long a `Retry-After` header asks to wait (RFC 9110, section 10.2.3): seconds, or a moment.
///
/// - Parameter now: milliseconds since 1970.
func retryAfter(_ text: String?, at now: Int64) -> Duration? {
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
