import AppleWallet
import Foundation
import Issuance
import Logging
import PassBundle

/// Pushes a second over one connection, a hundred on their way at a time, beside `h2load`, which does the same in C and
/// looks at nothing. Both push to the sandbox's APNs in a process of its own; all share the machine.
struct PushBench {
  struct Figures {
    var peer: [Double] = []
    var own: [Double] = []
    var failed = 0
  }

  let scratch: Scratch
  let program: String
  static let rounds = 7
  static let pushes = 20_000
  static let atOnce = 100
  private static let token = String(repeating: "0a", count: 32)

  func measure() async throws -> Figures {
    let folder = try scratch.newFolder()
    let server = try Server(program: program, folder: folder)
    defer { server.stop() }
    let body = "\(folder)/body.json"
    try Data("{}".utf8).write(to: URL(filePath: body))
    let identity = try SigningIdentity.load(at: folder, password: nil)
    var settings = APNsSettings()
    settings.host = "127.0.0.1"
    settings.port = server.port
    settings.trustRoots = .pem(Array(try Data(contentsOf: URL(filePath: "\(folder)/server-root.pem"))))
    var logger = Logger(label: "bench")
    logger.logLevel = .critical
    let apns = try APNs(
      identities: [identity], settings: settings, logger: logger,
      now: { Int64(Date().timeIntervalSince1970 * 1000) })
    var figures = Figures()
    for round in 0...Self.rounds {
      let peer = try H2Load.run(
        "https://127.0.0.1:\(server.port)/3/device/\(Self.token)", topic: apns.topic, body: body, requests: Self.pushes,
        atOnce: Self.atOnce)
      let own = await Self.push(apns)
      figures.failed += peer.failed + own.failed
      // The first round warms up.
      if round == 0 { continue }
      figures.peer.append(peer.rate)
      figures.own.append(own.rate)
    }
    await apns.shutdown()
    return figures
  }

  private static func push(_ apns: APNs) async -> (rate: Double, failed: Int) {
    let start = Interleaved.clock()
    let failed = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<atOnce {
        group.addTask {
          var failed = 0
          for _ in 0..<pushes / atOnce where await apns.push(to: token, id: UUID().uuidString) != .accepted {
            failed += 1
          }
          return failed
        }
      }
      return await group.reduce(0, +)
    }
    return (Double(pushes) / (Interleaved.clock() - start), failed)
  }

  static func report(_ figures: Figures) {
    let peer = Interleaved.median(figures.peer)
    let own = Interleaved.median(figures.own)
    let ratio = Interleaved.median(zip(figures.own, figures.peer).map { $0 / $1 })
    print("")
    print("pushes over one connection, \(atOnce) at a time          /s   ÷ h2load")
    print(String(format: "h2load                                     %9.0f %9.2f", peer, 1.0))
    print(String(format: "APNs                                       %9.0f %9.2f", own, ratio))
    print("pushes that failed: \(figures.failed)")
  }

  /// `passmintd sandbox apns`, which asks for no client certificate: `h2load` cannot show one.
  private final class Server {
    let port: Int
    private let process = Process()

    init(program: String, folder: String) throws {
      let output = Pipe()
      process.executableURL = URL(filePath: program)
      process.arguments = ["sandbox", "apns", folder, "--listen", "127.0.0.1:0", "--any-client", "--quiet"]
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      guard let port = line.split(separator: ":").last.flatMap({ Int($0.trimmingCharacters(in: .newlines)) }) else {
        process.terminate()
        throw RunningService.Failed(what: "passmintd sandbox apns said \(line)")
      }
      self.port = port
    }

    func stop() {
      process.terminate()
      process.waitUntilExit()
    }
  }
}

/// One run of Debian's `h2load`, over one connection.
enum H2Load {
  static func run(
    _ address: String, topic: String, body: String, requests: Int, atOnce: Int
  ) throws -> (rate: Double, failed: Int) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "h2load", "-n", "\(requests)", "-c", "1", "-m", "\(atOnce)", "-H", "apns-topic: \(topic)", "-H",
      "apns-priority: 10", "-d", body, address,
    ]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard let rate = text.firstMatch(of: #/([\d.]+) req/s/#).flatMap({ Double($0.1) }),
      let accepted = text.firstMatch(of: #/status codes: (\d+) 2xx/#).flatMap({ Int($0.1) })
    else { throw RunningService.Failed(what: "h2load said \(text)") }
    return (rate, requests - accepted)
  }
}
