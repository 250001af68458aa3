import AppleWallet
import Foundation
import Issuance
import Logging
import Sandbox
import Testing

@testable import PassBundle

/// `passmintd sandbox apns`, an APNs in a process of its own.
@Suite("An APNs in the terminal", .timeLimit(.minutes(10))) struct APNsCommandTests {
  private static let token = String(repeating: "c0ffee00", count: 8)
  private static let strangers = Result { try ExampleCertificates(now: Int64(Date().timeIntervalSince1970)) }

  /// An empty folder, for as long as `body` runs.
  private func inFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "apns-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }

  /// Starts it, and returns when it has said where it listens.
  private func start(_ folder: URL, _ options: String...) async throws -> (process: ServiceProcess, port: Int) {
    try await start(folder, options: options)
  }

  private func start(_ folder: URL, options: [String]) async throws -> (process: ServiceProcess, port: Int) {
    let process = try ServiceProcess(["sandbox", "apns", folder.path, "--listen", "127.0.0.1:0"] + options)
    let line = try await process.line { $0.hasPrefix("https://127.0.0.1:") }
    return (process, try #require(line.split(separator: ":").last.flatMap { Int($0) }))
  }

  /// Pushes once, as the service does.
  private func push(
    _ id: String = UUID().uuidString, with identity: SigningIdentity, to port: Int, trusting folder: URL
  ) async throws -> PushOutcome {
    var settings = APNsSettings()
    settings.host = "127.0.0.1"
    settings.port = port
    settings.trustRoots = .pem(Array(try Data(contentsOf: folder.appending(path: "server-root.pem"))))
    var logger = Logger(label: "apns")
    logger.logLevel = .critical
    let apns = try APNs(
      identities: [identity], settings: settings, logger: logger, now: { Int64(Date().timeIntervalSince1970 * 1000) })
    let outcome = await apns.push(to: Self.token, id: id)
    await apns.shutdown()
    return outcome
  }

  private func refusal(_ outcome: PushOutcome) -> String {
    if case .refused(let reason) = outcome { reason } else { "not refused: \(outcome)" }
  }

  @Test func `makes certificates, says what it takes, refuses the rest, ends when it is told to`() async throws {
    try await inFolder { folder in
      let (process, port) = try await start(folder)
      let identity = try SigningIdentity.load(at: folder.path, password: nil)
      let id = UUID().uuidString.lowercased()
      #expect(try await push(id, with: identity, to: port, trusting: folder) == .accepted)
      let said = "to \(Self.token) for pass.org.example.tickets, id"
      _ = try await process.line { $0 == "push 1 \(said) \(id)" }

      // Another topic than the certificate's.
      let astray = SigningIdentity(
        certificate: identity.certificate, privateKey: identity.privateKey, intermediate: identity.intermediate,
        passTypeIdentifier: "pass.org.example.other", teamIdentifier: identity.teamIdentifier)
      let topic = refusal(try await push(with: astray, to: port, trusting: folder))
      #expect(topic.contains("400 TopicDisallowed"), "\(topic)")
      // A certificate of another authority.
      let stranger = refusal(try await push(with: try Self.strangers.get().identity, to: port, trusting: folder))
      #expect(stranger.contains("refuses it in the TLS handshake"), "\(stranger)")
      // Only what was taken is said, and counted.
      let last = UUID().uuidString.lowercased()
      #expect(try await push(last, with: identity, to: port, trusting: folder) == .accepted)
      _ = try await process.line { $0 == "push 2 \(said) \(last)" }
      process.send(SIGTERM)
      #expect(await process.end() == 0)
      #expect(process.lines.count == 3, "\(process.output)")
    }
  }

  @Test func `trusts whom it is told to, lets anybody in, counts in silence`() async throws {
    try await inFolder { folder in
      let others = try Self.strangers.get()
      let root = folder.appending(path: "others.pem")
      try Data(others.root.pem).write(to: root)
      let (trusting, port) = try await start(folder, "--trust", root.path, "--quiet")
      // With a root of others it makes no certificates of its own.
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["others.pem", "server-root.pem"])
      for _ in 0..<2 { #expect(try await push(with: others.identity, to: port, trusting: folder) == .accepted) }
      trusting.send(SIGINT)
      #expect(await trusting.end() == 0)
      #expect(
        trusting.lines.dropFirst() == ["passmintd: 2 pushes over 2 connections"], "\(trusting.output)")

      // What is shown must still be somebody's it trusts; nothing need be shown.
      let own = folder.appending(path: "own")
      try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
      let (open, second) = try await start(own, "--any-client")
      #expect(
        try await push(with: try SigningIdentity.load(at: own.path, password: nil), to: second, trusting: own)
          == .accepted)
      _ = try await open.line { $0.hasPrefix("push 1 to \(Self.token)") }

      // There is one already; and no folder to write to.
      let taken = try ServiceProcess(["sandbox", "apns", own.path, "--listen", "127.0.0.1:\(second)"])
      #expect(await taken.end() == 3)
      #expect(taken.output.contains("cannot listen on 127.0.0.1:\(second)"), "\(taken.output)")
      let nowhere = try ServiceProcess(["sandbox", "apns", root.path, "--listen", "127.0.0.1:0"])
      #expect(await nowhere.end() == 3)
      #expect(nowhere.output.contains("choose a folder you may write to"), "\(nowhere.output)")
      let unsaid = try ServiceProcess(["sandbox", "apns", own.path, "--trust", folder.appending(path: "gone.pem").path])
      #expect(await unsaid.end() == 3)
      open.send(SIGTERM)
      #expect(await open.end() == 0)
    }
  }

  @Test func `gives the answers it is told to, one push after the other`() async throws {
    try await inFolder { folder in
      let faults = ["503*2", "403:BadCertificate", "429:TooManyRequests", "refused-stream", "410"]
      let (process, port) = try await start(folder, options: faults.flatMap { ["--fault", $0] })
      let identity = try SigningIdentity.load(at: folder.path, password: nil)
      var outcomes: [PushOutcome] = []
      for _ in 0..<6 { outcomes.append(try await push(with: identity, to: port, trusting: folder)) }
      let said = outcomes.map { outcome in
        switch outcome {
        case .accepted: "accepted"
        case .deviceGone(let since, let reason): since == nil ? "undated" : "gone: \(reason)"
        case .retry(_, let reason): "again: \(reason)"
        case .unreachable(let reason): "unreachable: \(reason)"
        case .refused(let reason): "refused: \(reason)"
        }
      }
      // A stream that is refused was not taken: the client tries at once again, and meets the next answer. A token that is
      // gone stays gone.
      let expected = [
        "again: .*503", "again: .*503", "refused: .*BadCertificate", "again: .*TooManyRequests", "gone: ", "gone: ",
      ]
      for (said, expected) in zip(said, expected) {
        #expect(try said.firstMatch(of: Regex("^\(expected)")) != nil, "\(said)")
      }
      process.send(SIGTERM)
      #expect(await process.end() == 0)

      let astray = try ServiceProcess(["sandbox", "apns", folder.path, "--fault", "200"])
      #expect(await astray.end() == 64)
      #expect(astray.output.contains("goaway-before"), "\(astray.output)")
    }
  }
}
