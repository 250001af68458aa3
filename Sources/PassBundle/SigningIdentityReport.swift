import Passes

/// Everything there is to say about a folder or file that should hold a signing identity: what `certs check` prints.
package struct IdentityReport: Sendable {
  /// The folder or file.
  package let path: String
  /// What is in it, file by file.
  package let found: [IdentityPiece]
  /// The identity, or why there is none.
  package let identity: Result<SigningIdentity, IdentityError>
  /// What is wrong with the identity, errors first. Empty when there is none.
  package let problems: [IdentityProblem]
  /// Whole days until the certificate expires; negative after it. Nil without identity.
  package let daysLeft: Int64?
  /// `G4` when the intermediate is Apple's, known by its fingerprint.
  package let appleGeneration: String?

  /// Whether passes can be signed with it: an identity without errors. Warnings do not count.
  package var isUsable: Bool {
    guard case .success = identity else { return false }
    return !problems.contains { $0.severity == .error }
  }

  /// Looks at the identity at `path`. What cannot be read is part of the report and no error.
  ///
  /// - Parameter now: seconds since 1970.
  package init(
    at path: String, password: Secret?, passTypeIdentifier: String? = nil, teamIdentifier: String? = nil,
    needsNFC: Bool = false, now: Int64
  ) {
    self.path = path
    do throws(IdentityError) {
      (found, identity) = try SigningIdentity.gathered(at: path, password: password)
    } catch {
      (found, identity) = ([], .failure(error))
    }
    guard case .success(let identity) = identity else {
      (problems, daysLeft, appleGeneration) = ([], nil, nil)
      return
    }
    problems = identity.problems(
      passTypeIdentifier: passTypeIdentifier, teamIdentifier: teamIdentifier, needsNFC: needsNFC, now: now)
    daysLeft = identity.daysLeft(at: now)
    appleGeneration = AppleCertificates.intermediate(matching: identity.intermediate)?.generation
  }

  /// One line of the report.
  package struct Fact: Sendable, Hashable {
    /// A stable name, for programs: `passTypeIdentifier`.
    package let name: String
    /// For people: `pass type`.
    package let label: String
    package let value: String
  }

  /// The facts in the order people ask for them. Empty without identity. Dates are days in UTC.
  package var facts: [Fact] {
    guard case .success(let identity) = identity else { return [] }
    let certificate = identity.certificate
    let generation = appleGeneration.map { "Apple WWDR \($0)" } ?? "not Apple's"
    let key = identity.privateKey
    return [
      Fact(name: "certificate", label: "certificate", value: certificate.commonName ?? certificate.subject),
      Fact(name: "passTypeIdentifier", label: "pass type", value: identity.passTypeIdentifier),
      Fact(name: "teamIdentifier", label: "team", value: identity.teamIdentifier),
      Fact(name: "organization", label: "organization", value: certificate.organization ?? ""),
      Fact(name: "nfc", label: "NFC", value: certificate.hasNFCExtension ? "yes" : "no"),
      Fact(name: "notBefore", label: "valid from", value: day(certificate.notBefore)),
      Fact(name: "notAfter", label: "valid until", value: day(certificate.notAfter)),
      Fact(name: "daysLeft", label: "days left", value: daysLeft.map { String($0) } ?? ""),
      Fact(name: "serialNumber", label: "serial number", value: certificate.serialHex),
      Fact(name: "sha256", label: "SHA-256", value: certificate.sha256Fingerprint),
      Fact(name: "key", label: "key", value: "\(key.algorithm) \(key.bits) bits"),
      Fact(name: "issuer", label: "issuer", value: certificate.issuer),
      Fact(name: "intermediate", label: "intermediate", value: generation),
      Fact(name: "intermediateNotAfter", label: "intermediate until", value: day(identity.intermediate.notAfter)),
    ]
  }
}
