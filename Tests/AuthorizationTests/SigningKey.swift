import Foundation
import JSON
import JWTKit
import Testing

/// A key that signs tokens, by jwt-kit, with whatever header and claims a test writes.
struct SigningKey: Sendable {
  let id: String
  let algorithm: String
  let signer: any JWTAlgorithm
  /// Its public half, as an issuer publishes it.
  let published: JSONObject
  /// The same as PEM.
  let pem: String

  /// RSA keys take a while to make: OpenSSL makes each once.
  static let rsa = Task { try Insecure.RSA.PrivateKey(pem: run("openssl", ["genrsa", "2048"]).text) }
  static let otherRSA = Task { try Insecure.RSA.PrivateKey(pem: run("openssl", ["genrsa", "2048"]).text) }
  static let shortRSA = Task { try run("openssl", ["genrsa", "1024"]).text }

  static func rs256(_ id: String = "rsa", other: Bool = false) async throws -> SigningKey {
    let key = try await (other ? otherRSA : rsa).value
    let keys = await JWTKeyCollection().add(rsa: key, digestAlgorithm: .sha256, kid: "key")
    return try await SigningKey(id, "RS256", keys, rsa: key)
  }

  static func ps256(_ id: String = "rsa") async throws -> SigningKey {
    let key = try await rsa.value
    let keys = await JWTKeyCollection().add(pss: key, digestAlgorithm: .sha256, kid: "key")
    return try await SigningKey(id, "PS256", keys, rsa: key)
  }

  static func es256(_ id: String = "ec", _ key: ES256PrivateKey = ES256PrivateKey()) async throws -> SigningKey {
    let keys = await JWTKeyCollection().add(ecdsa: key, kid: "key")
    let point = try #require(key.publicKey.parameters)
    return SigningKey(
      id: id, algorithm: "ES256", signer: try await keys.getKey(for: "key"),
      published: [
        "kty": "EC", "crv": "P-256", "use": "sig", "kid": .string(id), "x": .string(point.x.base64URL),
        "y": .string(point.y.base64URL),
      ], pem: key.publicKey.pemRepresentation)
  }

  private init(
    _ id: String, _ algorithm: String, _ keys: JWTKeyCollection, rsa key: Insecure.RSA.PrivateKey
  ) async throws {
    let numbers = try key.publicKey.getKeyPrimitives()
    self.init(
      id: id, algorithm: algorithm, signer: try await keys.getKey(for: "key"),
      published: [
        "kty": "RSA", "use": "sig", "alg": .string(algorithm), "kid": .string(id),
        "n": .string(numbers.modulus.base64EncodedString().base64URL),
        "e": .string(numbers.publicExponent.base64EncodedString().base64URL),
      ], pem: key.publicKey.pemRepresentation)
  }

  private init(id: String, algorithm: String, signer: any JWTAlgorithm, published: JSONObject, pem: String) {
    self.id = id
    self.algorithm = algorithm
    self.signer = signer
    self.published = published
    self.pem = pem
  }

  var header: JSONObject { ["alg": .string(algorithm), "typ": "JWT", "kid": .string(id)] }

  /// A signed token. Header and claims may be anything, as text.
  func token(header: String? = nil, claims: String) throws -> String {
    let signed = (header ?? self.header.text).utf8.base64URL + "." + claims.utf8.base64URL
    return try signed + "." + signer.sign(Array(signed.utf8)).base64URL
  }
}

extension JSONObject {
  var text: String { String(decoding: JSONValue.object(self).serialized(), as: UTF8.self) }

  /// With other members; nil takes one away.
  func with(_ members: [String: JSONValue?]) -> JSONObject {
    var object = self
    for (name, value) in members { object[name] = value }
    return object
  }
}

extension String {
  var base64URL: String { replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "") }
}

extension Sequence<UInt8> {
  var base64URL: String { Data(self).base64EncodedString().base64URL }
}

/// What another program prints.
func run(_ program: String, _ arguments: [String], input: [UInt8] = []) throws -> (status: Int32, text: String) {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = [program] + arguments
  process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
  let (stdin, stdout) = (Pipe(), Pipe())
  process.standardInput = stdin
  process.standardOutput = stdout
  process.standardError = FileHandle.nullDevice
  try process.run()
  // More than a pipe holds: written while the other side reads.
  let writer = Thread {
    try? stdin.fileHandleForWriting.write(contentsOf: Data(input))
    try? stdin.fileHandleForWriting.close()
  }
  writer.start()
  let said = stdout.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: said, as: UTF8.self))
}

/// joserfc.
func joserfc(_ arguments: [String], input: JSONValue = .null) throws -> JSONValue {
  let python = ProcessInfo.processInfo.environment["PASSMINT_PYTHON"] ?? "python3"
  let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "tokens.py").path
  let answer = try run(python, [script] + arguments, input: input.serialized())
  try #require(answer.status == 0, "tokens.py failed; is joserfc installed?")
  return try JSONValue(parsing: Array(answer.text.utf8))
}
