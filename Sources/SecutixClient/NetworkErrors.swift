import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTPCompression
import NIOPosix

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
