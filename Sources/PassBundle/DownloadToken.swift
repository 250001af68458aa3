import COpenSSL
import Foundation

/// The word in the address of a buyer's page or of a download: it says what may be seen, and an HMAC-SHA-256 under the
/// tenant's secret says that we wrote it. Whoever has it may see it (a capability URL,
/// https://w3ctag.github.io/capability-urls/).
///
/// Base64url of: version (1 byte), kind (1), mark of the tenant (8), what it is for, and the first 16 bytes of the HMAC.
package struct DownloadToken: Sendable, Hashable {
  package enum Subject: Sendable, Hashable {
    /// One pass.
    case pass(serialNumber: String)
    /// All passes of a Secutix file, by its number.
    case file(String)
    /// All passes of an order that came without its file, by its number.
    case order(String)
  }

  package let subject: Subject
  /// Tells which tenant's secret to check with; see `mark(of:)`.
  package let tenantMark: [UInt8]
  private let signature: [UInt8]

  private static let version: UInt8 = 1
  private static let markLength = 8
  private static let signatureLength = 16
  /// Longer than any number Secutix gives.
  private static let maximumLength = 200

  init(_ subject: Subject, tenant: String, secret: Secret) {
    self.subject = subject
    tenantMark = Self.mark(of: tenant)
    let text = Array("download 1\0".utf8) + [subject.kind] + tenantMark + subject.bytes
    signature = Array(Digest.hmacSHA256(text, key: secret).prefix(Self.signatureLength))
  }

  /// Reads a token; nil for what none of ours looks like. Whether it is genuine only `PassKeys.accepts` knows.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.maximumLength else { return nil }
    var padded = text.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: byte
      }
    }
    padded += repeatElement(UInt8(ascii: "="), count: (4 - padded.count % 4) % 4)
    guard let data = Data(base64Encoded: Data(padded)) else { return nil }
    let bytes = [UInt8](data)
    guard bytes.count > 2 + Self.markLength + Self.signatureLength, bytes[0] == Self.version,
      let subject = Subject(
        kind: bytes[1], bytes: bytes[(2 + Self.markLength)...].dropLast(Self.signatureLength))
    else { return nil }
    self.subject = subject
    tenantMark = Array(bytes[2..<2 + Self.markLength])
    signature = bytes.suffix(Self.signatureLength)
    // Base64 has several spellings of the same bytes; only ours is one.
    guard self.text == text else { return nil }
  }

  /// As it stands in an address.
  package var text: String {
    let encoded = Data([Self.version, subject.kind] + tenantMark + subject.bytes + signature).base64EncodedData()
    let bytes = encoded.lazy.filter { $0 != UInt8(ascii: "=") }.map { byte in
      switch byte {
      case UInt8(ascii: "+"): UInt8(ascii: "-")
      case UInt8(ascii: "/"): UInt8(ascii: "_")
      default: byte
      }
    }
    return String(decoding: Array(bytes), as: UTF8.self)
  }

  /// Which tenant a token is of, without naming it to whoever reads the address.
  package static func mark(of tenant: String) -> [UInt8] {
    Array(Digest.sha256(Array("passmint tenant 1\0\(tenant)".utf8)).prefix(markLength))
  }

  /// Compares in constant time.
  func matches(_ other: DownloadToken) -> Bool {
    signature.count == other.signature.count && tenantMark == other.tenantMark
      && CRYPTO_memcmp(signature, other.signature, signature.count) == 0
  }
}

extension DownloadToken.Subject {
  fileprivate var kind: UInt8 {
    switch self {
    case .pass: 1
    case .file: 2
    case .order: 3
    }
  }

  fileprivate var bytes: [UInt8] {
    switch self {
    case .pass(let text), .file(let text), .order(let text): Array(text.utf8)
    }
  }

  fileprivate init?(kind: UInt8, bytes: some Collection<UInt8>) {
    guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else { return nil }
    switch kind {
    case 1: self = .pass(serialNumber: text)
    case 2: self = .file(text)
    case 3: self = .order(text)
    default: return nil
    }
  }
}
