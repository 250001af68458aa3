import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Sandbox
import PassBundle
import Synchronization
import Testing

/// `passmintd sandbox device`, a phone in a process of its own.
@Suite("A phone in the terminal", .timeLimit(.minutes(10))) struct DeviceCommandTests {
  /// The least of a web service: one pass, which can be given another gate.
  private final class Service: Sendable {
    private let gate = Mutex((now: "A", listed: "A"))
    let requests = Mutex<[String]>([])

    func move(to gate: String) { self.gate.withLock { $0.now = gate } }

    static func pass(gate: String, url: String) throws -> [UInt8] {
      let json = """
        {
          "passTypeIdentifier": "pass.org.example", "serialNumber": "7", "authenticationToken": "0123456789abcdef",
          "webServiceURL": "\(url)", "semantics": { "seats": [{ "seatRow": "F", "seatNumber": "21" }] },
          "eventTicket": {
            "primaryFields": [{ "key": "event", "value": "Gala symphonique" }],
            "headerFields": [
              { "key": "gate", "label": "Gate", "value": "\(gate)", "changeMessage": "Gate is now %@" }
            ]
          }
        }
        """
      return try PkpassBundle.archive([("pass.json", Array(json.utf8))])
    }

    func serve(_ body: @escaping @Sendable (_ url: String) async throws -> Void) async throws {
      let router = Router()
      for method in [HTTPRequest.Method.get, .post, .delete] {
        router.on("**", method: method) { request, _ in
          self.requests.withLock { $0.append("\(request.method.rawValue) \(request.uri.path)") }
          let url = "http://\(request.head.authority ?? "")"
          let path = request.uri.path
          if path.hasPrefix("/t/") { return try self.download(url) }
          guard request.method == .get else { return Response(status: request.method == .post ? .created : .ok) }
          if path.hasPrefix("/v1/passes") { return try self.download(url) }
          let isNew = self.gate.withLock { gate in
            defer { gate.listed = gate.now }
            return gate.listed != gate.now
          }
          guard isNew else { return Response(status: .noContent) }
          return Response(
            status: .ok,
            body: .init(byteBuffer: ByteBuffer(string: #"{"serialNumbers": ["7"], "lastUpdated": "1"}"#)))
        }
      }
      var logger = Logger(label: "wallet-service")
      logger.logLevel = .critical
      try await whileServing(router, logger: logger) { try await body("http://127.0.0.1:\($0)") }
    }

    private func download(_ url: String) throws -> Response {
      Response(
        status: .ok, headers: [.contentType: "application/vnd.apple.pkpass"],
        body: .init(byteBuffer: ByteBuffer(bytes: try Self.pass(gate: gate.withLock { $0.now }, url: url))))
    }
  }

  private func run(_ arguments: String...) async throws -> (status: Int32, output: String) {
    let command = try ServiceProcess(["sandbox", "device"] + arguments)
    return (await command.end(), command.output)
  }

  @Test func `registers, asks until it is stopped, says what the lock screen says, and goes`() async throws {
    let service = Service()
    try await service.serve { url in
      let phone = try ServiceProcess([
        "sandbox", "device", "--add", "\(url)/t/x.pkpass", "--poll", "20ms", "--remove",
      ])
      let registered = try await phone.line { $0.contains("registered") }
      #expect(
        registered.firstMatch(of: /^\d\d:\d\d:\d\d  registered +Gala symphonique, seat F 21$/) != nil, "\(registered)")
      service.move(to: "B")
      let line = try await phone.line { $0.contains("lock screen") }
      #expect(line.hasSuffix("Gate is now B (was A)"))
      #expect(phone.output.contains("changed      Gala symphonique, seat F 21: Gate"))
      phone.send(SIGINT)
      #expect(await phone.end() == 0)
      #expect(phone.lines.suffix(2).map { $0.dropFirst(10).prefix(12) } == ["removed     ", "unregistered"])
      let last = service.requests.withLock { $0.last }
      #expect(last?.hasPrefix("DELETE /v1/devices/") == true)
    }
  }

  @Test func `sleeps until it is pushed, by an APNs that prints its pushes`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "device-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let pipe = folder.appending(path: "pushes").path
    #expect(mkfifo(pipe, 0o600) == 0)
    // For both directions, so that opening it waits for nobody.
    let file = open(pipe, O_RDWR)
    let apns = FileHandle(fileDescriptor: file, closeOnDealloc: true)
    let service = Service()
    try await service.serve { url in
      let phone = try ServiceProcess([
        "sandbox", "device", "--add", "\(url)/t/x.pkpass", "--push-token", "C0FFEE", "--pushes", pipe, "--poll", "1ms",
      ])
      _ = try await phone.line { $0.contains("registered") }
      service.move(to: "B")
      let asked = service.requests.withLock { $0.count }
      // Another phone's, and one in two parts.
      try apns.write(
        contentsOf: Data("https://127.0.0.1:8443\npush 1 to feed for pass.org.example, id a\npush 2 to".utf8))
      try apns.write(contentsOf: Data(" c0ffee for pass.org.example, id b\n".utf8))
      _ = try await phone.line { $0.contains("pushed") }
      let line = try await phone.line { $0.contains("lock screen") }
      #expect(line.hasSuffix("Gate is now B (was A)"))
      // One list of the beginning, one of the push, one fetch: it did not ask by itself.
      #expect(service.requests.withLock { $0.count } <= asked + 3)
      phone.send(SIGTERM)
      #expect(await phone.end() == 0)
    }
    let both = try await run("--add", "x", "--once", "--pushes", pipe)
    #expect(both.status == 64, "\(both.output)")
    let nothing = try await run("--add", "x", "--pushes", "\(pipe)-none")
    #expect(nothing.status == 3 && nothing.output.contains("cannot be read"), "\(nothing.output)")
  }

  @Test func `once is once; a service that is not there, a file that is no pass`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "device-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "a.pkpass")
    let service = Service()
    try await service.serve { url in
      try Data(Service.pass(gate: "A", url: url)).write(to: file)
      let good = try await run("--once", "--add", file.path)
      #expect(good.status == 0, "\(good.output)")
      #expect(good.output.contains("registered"))
      let unsigned = try await run("--once", "--add", file.path, "--trust", "/dev/null")
      #expect(unsigned.status == 3, "\(unsigned.output)")
      #expect(unsigned.output.contains("--trust: /dev/null: neither a file nor a folder"))
    }
    let alone = try await run("--once", "--retries", "0", "--add", file.path)
    #expect(alone.status == 1, "\(alone.output)")
    #expect(
      alone.output.contains("Register task of Gala symphonique, seat F 21: The network connection was lost.; given up"))
    try Data("<html></html>".utf8).write(to: file)
    let page = try await run("--once", "--add", file.path)
    #expect(page.status == 1)
    #expect(page.output.contains("HTML"))
    let nothing = try await run("--once", "--add", folder.appending(path: "b.pkpass").path)
    #expect(nothing.status == 3)
    #expect(nothing.output.contains("cannot be read"))
    #expect(try await run("--once").status == 64)
    #expect(try await run("--add", file.path, "--push-token", "xyz").status == 64)
  }
}
