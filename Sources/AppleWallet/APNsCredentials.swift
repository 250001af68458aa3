import NIOSSL
import PassBundle

/// An identity made ready for TLS.
struct APNsCredentials: Sendable {
  let identity: SigningIdentity
  let context: NIOSSLContext

  init(_ identity: SigningIdentity, _ settings: APNsSettings) throws(APNsSetupError) {
    self.identity = identity
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["h2"]
    if case .pem(let bytes) = settings.trustRoots {
      let roots = try Self.roots(bytes)
      configuration.trustRoots = .certificates(roots)
    }
    do {
      configuration.certificateChain = try [identity.certificate, identity.intermediate].map {
        .certificate(try NIOSSLCertificate(bytes: $0.der, format: .der))
      }
      configuration.privateKey = .privateKey(
        try identity.privateKey.withPEM { (bytes) throws in try NIOSSLPrivateKey(bytes: bytes, format: .pem) })
      context = try NIOSSLContext(configuration: configuration)
    } catch {
      throw .identity(certificate: Self.name(identity), reason: String("\(error)".prefix(200)))
    }
  }

  static func roots(_ pem: [UInt8]) throws(APNsSetupError) -> [NIOSSLCertificate] {
    let roots: [NIOSSLCertificate]
    do {
      roots = try NIOSSLCertificate.fromPEMBytes(pem)
    } catch {
      throw .trustRoots(reason: "there is no certificate in PEM in them")
    }
    guard !roots.isEmpty else { throw .trustRoots(reason: "there is no certificate in PEM in them") }
    return roots
  }

  static func name(_ identity: SigningIdentity) -> String {
    identity.certificate.commonName ?? identity.certificate.subject
  }

  /// Why the certificate cannot be used at `now` (seconds since 1970), whatever APNs would say.
  func problem(at now: Int64) -> String? {
    let certificate = identity.certificate
    let problem: IdentityProblem? =
      if now > certificate.notAfter {
        .expired(on: certificate.notAfter)
      } else if now < certificate.notBefore {
        .notYetValid(from: certificate.notBefore)
      } else {
        nil
      }
    return problem.map { "\($0); \($0.hint)" }
  }
}
