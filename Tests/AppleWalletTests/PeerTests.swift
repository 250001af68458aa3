import AppleWallet
import Foundation
import Issuance
import JSON
import PassBundle
import Testing

@Suite("Another's HTTP/2 on the other side")
struct PeerTests {
  /// `apns_peer.py`: TLS by OpenSSL, HTTP/2 by hyper-h2.
  private final class Peer {
    let process = Process()
    let output = Pipe()
    let input = Pipe()
    let folder: URL
    /// What its clients must trust.
    let root: [UInt8]
    private var said: [UInt8] = []

    init() throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "apns-peer-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let server = try ExampleServerCertificate(now: Staging.seconds)
      try server.privateKey.withPEM { (key) throws in
        try Data(key + server.certificate.pem).write(to: folder.appending(path: "server.pem"))
      }
      try Data(Staging.certificates.get().root.pem).write(to: folder.appending(path: "clients.pem"))
      self.folder = folder
      root = server.root.pem
      let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "apns_peer.py")
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = [
        ProcessInfo.processInfo.environment["PASSMINT_PYTHON"] ?? "python3", script.path,
        folder.appending(path: "server.pem").path, folder.appending(path: "clients.pem").path,
      ]
      process.standardOutput = output
      process.standardInput = input
      try process.run()
    }

    /// The next line it prints.
    func next() throws -> JSONValue {
      while true {
        if let end = said.firstIndex(of: UInt8(ascii: "\n")) {
          let line = Array(said[..<end])
          said.removeSubrange(...end)
          return try JSONValue(parsing: line)
        }
        let more = output.fileHandleForReading.availableData
        try #require(!more.isEmpty, "it ended; or is h2 not installed?")
        said += more
      }
    }

    func end() {
      // A signal might be blocked in it, as it is in the thread that started it.
      try? input.fileHandleForWriting.close()
      process.waitUntilExit()
      try? FileManager.default.removeItem(at: folder)
    }
  }

  @Test func `a server of other make takes the pushes as they should be`() async throws {
    let peer = try Peer()
    defer { peer.end() }
    let port = try #require(try peer.next()["port"]?.int)
    let apns = try Staging().client(port: Int(port), trusting: peer.root)
    let tokens = (0..<50).map { String(format: "%064x", $0 + 1) }
    let outcomes = await apns.pushAll(tokens)
    try #require(Set(outcomes) == [.accepted])
    var seen: Set<String> = []
    for _ in tokens {
      let push = try peer.next()
      #expect(push["connection"]?.int == 1)
      #expect(push["certificate"]?.stringValue == Staging.passType)
      #expect(push["body"]?.stringValue == "{}")
      let headers = try #require(push["headers"])
      #expect(headers[":method"]?.stringValue == "POST" && headers[":scheme"]?.stringValue == "https")
      #expect(headers[":authority"]?.stringValue == "127.0.0.1:\(port)")
      #expect(headers["apns-topic"]?.stringValue == Staging.passType)
      #expect(headers["apns-priority"]?.stringValue == "10")
      #expect(UUID(uuidString: headers["apns-id"]?.stringValue ?? "") != nil)
      #expect(headers["apns-push-type"] == nil && headers["apns-expiration"] == nil)
      seen.insert(String(headers[":path"]?.stringValue?.dropFirst("/3/device/".count) ?? ""))
    }
    #expect(seen == Set(tokens))
    // It answers a token of f with 410, and one of e with GOAWAY.
    #expect(
      await apns.push(to: String(repeating: "f", count: 64))
        == .deviceGone(since: 1_795_197_902_123, reason: "410 Unregistered"))
    #expect(await apns.push(to: String(repeating: "e", count: 64)) == .accepted)
    #expect(await apns.push(to: tokens[0]) == .accepted)
    let last = try (0..<3).map { _ in try peer.next() }.last
    #expect(last?["connection"]?.int == 2)

    var strangers = try Staging()
    strangers.identities = [try Staging.strangers.get().identity]
    let refused = try await strangers.client(port: Int(port), trusting: peer.root).push(to: tokens[0])
    #expect(refused.kind == "refused" && refused.reason.contains("it does not know who issued it"), "\(refused)")
    await apns.shutdown()
  }
}
