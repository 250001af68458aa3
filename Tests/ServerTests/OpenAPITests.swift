import Authorization
import Foundation
import Hummingbird
import JSON
import Logging
import Testing

@testable import Server

/// The document of the interface, as text and against the code.
@Suite("The OpenAPI document")
struct OpenAPITests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
  static let methods = ["get", "head", "post", "put", "patch", "delete", "options"]

  static func document() throws -> JSONValue {
    try JSONValue(parsing: PackageResources.openapi_json)
  }

  /// Every operation with its path and method, which is in capitals.
  static func operations(of document: JSONValue) throws -> [(path: String, method: String, value: JSONValue)] {
    try #require(document["paths"]?.object).members.flatMap { path in
      methods.compactMap { method in path.value[method].map { (path.name, method.uppercased(), $0) } }
    }
  }

  /// What a Python program prints, and how it ended. It may ask a service of this very process, whose handlers need the
  /// threads of the pool: so that none of them waits here, a thread of its own does.
  static func python(_ arguments: [String], input: [UInt8] = []) async throws -> (status: Int32, text: String) {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try run(arguments, input: input) })
      }
    }
  }

  private static func run(_ arguments: [String], input: [UInt8]) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [ProcessInfo.processInfo.environment["PASSMINT_PYTHON"] ?? "python3"] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stdout
    try process.run()
    // Python reads everything before it writes.
    try stdin.fileHandleForWriting.write(contentsOf: Data(input))
    try stdin.fileHandleForWriting.close()
    let said = stdout.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }

  @Test func `it is valid, as are the contracts, by openapi-spec-validator`() async throws {
    let contracts = ["orders-webhook", "tickets-url"].map { Self.folder.appending(path: "Contracts/\($0).json").path }
    let (status, said) = try await Self.python(
      ["-m", "openapi_spec_validator", "-"] + contracts, input: PackageResources.openapi_json)
    #expect(status == 0, "\(said)")
    #expect(said.split(separator: "\n").count { $0.hasSuffix(": OK") } == 3, "\(said)")
  }

  @Test func `every route is in it, and every operation in it is a route`() async throws {
    try await LiveService.run { live in
      let operations = try Self.operations(of: Self.document())
      var documented: [String: Set<String>] = [:]
      for operation in operations { documented[operation.path, default: []].insert(operation.method) }
      let routed = Set(Routes.router(live.front).routes.map { $0.path.description })
      #expect(routed.symmetricDifference(documented.keys).sorted() == [])
      // A router lists every method of a path; the answer to a wrong one says which are taken.
      for (path, methods) in documented {
        let concrete = path.replacing(#/\{[^}]*\}/#, with: "x")
        let answer = try await live.ask("PUT", concrete)
        #expect(answer.status == 405, "\(path)")
        let allowed = (answer.headers["allow"] ?? "").split(separator: ",").map {
          $0.trimmingCharacters(in: .whitespaces)
        }
        // HEAD is there wherever GET is, and is written down where somebody uses it.
        #expect(Set(allowed) == methods.union(methods.contains("GET") ? ["HEAD"] : []), "\(path)")
        #expect(try await live.ask("PROPFIND", concrete).status == 501, "\(path)")
      }
    }
  }

  @Test func `what it names is there, and what is there is named`() throws {
    let document = try Self.document()
    let text = String(decoding: PackageResources.openapi_json, as: UTF8.self)
    let pointers = Set(text.matches(of: #/"\$ref": "#([^"]+)"/#).map { String($0.1) })
    for pointer in pointers { #expect(document[pointer: pointer] != nil, "\(pointer) leads nowhere") }
    for kind in try #require(document["components"]?.object).members where kind.name != "securitySchemes" {
      for name in kind.value.object?.names ?? [] {
        #expect(pointers.contains("/components/\(kind.name)/\(name)"), "\(kind.name)/\(name) is used nowhere")
      }
    }
    let operations = try Self.operations(of: document)
    let names = operations.compactMap { $0.value["operationId"]?.stringValue }
    #expect(names.count == operations.count && Set(names).count == names.count)
    let tags = Set((document["tags"]?.array ?? []).compactMap { $0["name"]?.stringValue })
    #expect(Set(operations.flatMap { $0.value["tags"]?.array ?? [] }.compactMap(\.stringValue)) == tags)
  }

  @Test func `an operation that needs a scope says so to people and programs, and the service agrees`() async throws {
    try await LiveService.run { live in
      let (nobody, record) = APIKey.make(name: "nobody", scopes: [])
      let tenants = [
        ServedTenant(
          tenant: live.tenant,
          authorizer: Authorizer(
            tenant: "theatre", keys: [record], bearer: nil,
            keySets: KeySets(logger: .init(label: "test"), clock: { LiveService.now }), clock: { LiveService.now }))
      ]
      live.front.replaceTenants(tenants)
      for (path, method, operation) in try Self.operations(of: Self.document()) {
        let concrete = path.replacing("{tenantId}", with: "theatre").replacing(#/\{[^}]*\}/#, with: "1")
        let answer = try await live.ask(method, concrete, headers: ["X-API-KEY": nobody])
        guard let scopes = operation["x-scopes"]?.array?.compactMap(\.stringValue) else {
          #expect(answer.status != 403, "\(method) \(path) asks for a scope")
          continue
        }
        #expect(scopes.allSatisfy { Scope(rawValue: $0) != nil }, "\(method) \(path)")
        for scope in scopes {
          #expect(operation["description"]?.stringValue?.contains("`\(scope)`") == true, "\(method) \(path)")
          #expect(answer.headers["www-authenticate"]?.contains("scope=\"\(scope)\"") == true, "\(method) \(path)")
        }
        #expect(answer.status == 403 && scopes.count == 1, "\(method) \(path)")
      }
    }
  }
}
