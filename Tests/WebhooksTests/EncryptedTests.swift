import Foundation
import Issuance
import PassBundle
import Testing

/// Outgoing webhooks over TLS, to a receiver in Python: the machine was looked up beforehand, and the certificate is still that
/// of the name.
@Suite("Encrypted outgoing webhooks", .timeLimit(.minutes(10)))
struct EncryptedTests {
  /// Runs the receiver for as long as `body` runs, which is given its port and the certificate that vouches for it.
  /// - Returns: a line for each webhook that reached it: path, host, and the name its certificate was asked for.
  private func received(
    at host: String = "localhost", during body: (_ port: Int, _ root: [UInt8]) async throws -> Void
  ) async throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let server = try ExampleServerCertificate(now: Int64(Date().timeIntervalSince1970))
    let file = folder.appending(path: "server.pem")
    try server.privateKey.withPEM { (key) throws in try Data(key + server.certificate.pem).write(to: file) }
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "tls_receiver.py")
    process.arguments = ["python3", script.path, file.path, host]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var said = Data()
    do {
      // A signal might be blocked in it, as it is in the thread that started it: it ends with its input.
      defer {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
      }
      while !said.contains(UInt8(ascii: "\n")) {
        let more = output.fileHandleForReading.availableData
        try #require(!more.isEmpty, "the receiver ended")
        said += more
      }
      let port = String(decoding: said, as: UTF8.self).trimmingCharacters(in: .newlines)
      try await body(try #require(Int(port)), server.root.pem)
    }
    return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }

  @Test func `reach the machine that was looked at, under the name`() async throws {
    let received = try await received { port, root in
      try await SenderUnderTest.run(
        Receiver(), address: "https://localhost:\(port)/crm", allowed: ["127.0.0.0/8", "::1"], root: root
      ) { test in
        try await test.issue(1...1)
        let message = try await test.settle { $0.first.map { $0.state != .available && $0.state != .running } ?? false }
        #expect(message[0].state == .completed, "\(message[0].reason ?? "")")
      }
    }
    #expect(received == ["/crm localhost localhost"])
  }

  @Test func `say nothing to a receiver whose certificate nobody vouches for`() async throws {
    let received = try await received { port, _ in
      try await SenderUnderTest.run(
        Receiver(), address: "https://localhost:\(port)/crm", allowed: ["127.0.0.0/8", "::1"]
      ) { test in
        try await test.issue(1...1)
        let message = try await test.settle { $0.first.map { $0.state != .available && $0.state != .running } ?? false }
        #expect(message[0].state == .retryable)
        #expect(message[0].reason?.contains("CERTIFICATE_VERIFY_FAILED") == true, "\(message[0].reason ?? "")")
      }
    }
    #expect(received == [])
  }

  @Test func `say nothing to a receiver whose certificate is another name's`() async throws {
    // The certificate is of `localhost` and of 127.0.0.1, not of any other address of this machine.
    let received = try await received(at: "127.0.0.2") { port, root in
      try await SenderUnderTest.run(
        Receiver(), address: "https://127.0.0.2:\(port)/crm", allowed: ["127.0.0.0/8"], root: root
      ) { test in
        try await test.issue(1...1)
        let message = try await test.settle { $0.first.map { $0.state != .available && $0.state != .running } ?? false }
        #expect(message[0].state == .retryable)
        #expect(message[0].reason?.contains("certificate") == true, "\(message[0].reason ?? "")")
      }
    }
    #expect(received == [])
  }
}
