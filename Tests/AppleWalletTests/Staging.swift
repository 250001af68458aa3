import AppleWallet
import Foundation
import Issuance
import Logging
import PassBundle
import Sandbox
import Synchronization
import Testing

/// A sandbox APNs over real sockets and a client for it. TLS goes by the machine's clock, and so does everything here.
struct Staging {
  static let passType = "pass.org.example.tickets"
  static let certificates = Result { try ExampleCertificates(now: seconds) }
  /// Of another authority, for the same pass type.
  static let strangers = Result { try ExampleCertificates(now: seconds) }
  static let expired = Result { try ExampleCertificates(now: seconds - 500 * 86_400) }

  static var seconds: Int64 { Int64(Date().timeIntervalSince1970) }

  var options = SandboxAPNs.Options()
  var settings = APNsSettings()
  var identities: [SigningIdentity]
  /// Whom the sandbox trusts.
  var roots: [Certificate]

  init() throws {
    identities = [try Self.certificates.get().identity]
    roots = [try Self.certificates.get().root]
  }

  func run(_ body: (APNs, SandboxAPNs) async throws -> Void) async throws {
    let sandbox = try SandboxAPNs(trusting: roots, options: options, now: { Self.seconds * 1000 })
    try await sandbox.serve { port in
      let apns = try client(port: port, trusting: sandbox.rootPEM)
      do {
        try await body(apns, sandbox)
      } catch {
        await apns.shutdown()
        throw error
      }
      await apns.shutdown()
    }
  }

  func client(port: Int, trusting pem: [UInt8]) throws -> APNs {
    var settings = settings
    settings.host = "127.0.0.1"
    settings.port = port
    settings.trustRoots = .pem(pem)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return try APNs(identities: identities, settings: settings, logger: logger, now: { Self.seconds * 1000 })
  }
}

extension APNs {
  func push(to token: String) async -> PushOutcome {
    await push(to: token, id: UUID().uuidString)
  }

  /// Pushes to each token at once; the outcomes in their order.
  func pushAll(_ tokens: [String]) async -> [PushOutcome] {
    await withTaskGroup(of: (Int, PushOutcome).self) { group in
      for (index, token) in tokens.enumerated() {
        group.addTask { (index, await self.push(to: token)) }
      }
      return await group.reduce(into: [(Int, PushOutcome)]()) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }
}

extension PushOutcome {
  /// Its kind and when, without the words.
  var kind: String {
    switch self {
    case .accepted: "accepted"
    case .deviceGone(let since, _): "gone\(since.map { " since \($0)" } ?? "")"
    case .retry(let after, _): "retry\(after.map { " after \($0.components.seconds)" } ?? "")"
    case .unreachable: "unreachable"
    case .refused: "refused"
    }
  }

  var reason: String {
    switch self {
    case .accepted: ""
    case .deviceGone(_, let reason), .retry(_, let reason), .unreachable(let reason), .refused(let reason): reason
    }
  }
}
