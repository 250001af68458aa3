import Glibc
import NIOCore
import NIOHTTP2
import NIOPosix
import NIOSSL

/// Why there is no answer to a push.
enum APNsFailure: Error, Hashable {
  /// APNs does not accept the client certificate.
  case certificateRefused(String)
  /// The other side is not APNs, or not to be trusted.
  case untrusted(String)
  /// The push was not taken, for certain: it may be sent again at once.
  case notTaken(String)
  /// The push may have been taken or not.
  case lost(String)
}

/// Ends of a connection that no library has an error for.
enum APNsEnd: Error, Hashable {
  /// It was closed before APNs had said anything.
  case closedEarly
  case closed
  case noHTTP2(negotiated: String?)
  case timeout
  case goAway
  /// GOAWAY said that this stream was not looked at.
  case leftOut
}

extension APNsFailure {
  /// What kept a connection from being opened.
  init(opening error: any Error, to authority: String) {
    if let alert = Self.tlsWord(error) {
      if alert.contains("ALERT"), let meaning = Self.certificateAlerts.first(where: { alert.hasSuffix($0.key) })?.value
      {
        self = .certificateRefused("\(authority) refuses it in the TLS handshake: \(meaning)")
      } else if alert == "CERTIFICATE_VERIFY_FAILED" {
        self = .untrusted(
          "\(authority) shows a certificate that no trusted authority issued: does something between here and there open "
            + "TLS connections, or are the trust roots others?")
      } else {
        self = .lost("TLS with \(authority) failed: \(alert.lowercased().replacing("_", with: " "))")
      }
      return
    }
    switch error {
    case APNsEnd.noHTTP2(let negotiated):
      self = .untrusted("\(authority) speaks no HTTP/2 (\(negotiated ?? "nothing") was agreed on): it is not APNs")
    case APNsEnd.closedEarly, NIOSSLError.handshakeFailed, NIOSSLError.uncleanShutdown:
      self = .lost(
        "\(authority) closed the connection in the TLS handshake, without a reason; when it goes on, check the "
          + "certificate, and what stands between here and there")
    case APNsEnd.goAway: self = .lost("\(authority) closes its connections")
    case APNsEnd.timeout, ChannelError.connectTimeout: self = .lost("no connection to \(authority) in time")
    case let error as NIOSSLExtraError where error == .failedToValidateHostname:
      self = .untrusted("\(authority) shows a certificate for another host")
    default: self = .lost("no connection to \(authority): \(Self.words(error))")
    }
  }

  /// What ended a push that was, or should have been, on its way.
  init(pushing error: any Error, to authority: String) {
    switch error {
    case let error as NIOHTTP2Errors.StreamClosed where error.errorCode == .refusedStream:
      // RFC 9113, 8.7: so says the other side of what it has not looked at.
      self = .notTaken("\(authority) closes the connection")
    case APNsEnd.leftOut: self = .notTaken("\(authority) closes the connection")
    case is NIOHTTP2Errors.CreatedStreamAfterGoaway, is NIOHTTP2Errors.NoStreamIDAvailable,
      ChannelError.ioOnClosedChannel:
      self = .notTaken("the connection to \(authority) had ended")
    case let error as NIOHTTP2Errors.StreamClosed:
      self = .lost("\(authority) broke the push off (\(error.errorCode))")
    case APNsEnd.timeout: self = .lost("\(authority) did not answer in time")
    case APNsEnd.closed: self = .lost("the connection to \(authority) was lost")
    default: self = .lost("the connection to \(authority) was lost: \(Self.words(error))")
    }
  }

  /// BoringSSL's word for what went wrong: `TLSV1_ALERT_UNKNOWN_CA`.
  private static func tlsWord(_ error: any Error) -> String? {
    let stack: NIOBoringSSLErrorStack
    switch error {
    case NIOSSLError.handshakeFailed(.sslError(let errors)), BoringSSLError.sslError(let errors): stack = errors
    default: return nil
    }
    return stack.lazy.compactMap { "\($0)".firstMatch(of: #/OPENSSL_internal:([A-Z0-9_]+)/#) }.first.map {
      String($0.1)
    }
  }

  /// The alerts that are about the client certificate (RFC 8446, 6.2), by the end of BoringSSL's words for them.
  private static let certificateAlerts = [
    "UNKNOWN_CA": "it does not know who issued it",
    "BAD_CERTIFICATE": "it is damaged or badly signed",
    "UNSUPPORTED_CERTIFICATE": "it is of a kind not taken there",
    "CERTIFICATE_REVOKED": "it was revoked",
    "CERTIFICATE_EXPIRED": "it has expired",
    "CERTIFICATE_UNKNOWN": "it is not acceptable",
    "CERTIFICATE_REQUIRED": "none arrived there",
    "ACCESS_DENIED": "it may not push",
    "DECRYPT_ERROR": "the key does not fit it",
    "HANDSHAKE_FAILURE": "it is not acceptable",
  ]

  private static func words(_ error: any Error) -> String {
    switch error {
    case let error as IOError: String(cString: strerror(error.errnoCode))
    case let error as NIOConnectionError:
      // Tried at each of the host's addresses; the first says enough.
      error.connectionErrors.first.map { words($0.error) } ?? "the host's name is not known"
    case is SocketAddressError: "the host's name is not known"
    default: "\(type(of: error))"
    }
  }
}
