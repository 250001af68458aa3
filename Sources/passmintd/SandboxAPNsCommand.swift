import ArgumentParser
import Foundation
import PassBundle
import Sandbox

extension SandboxCommand {
  /// `passmintd sandbox apns`: an APNs to push to without an account at Apple.
  struct APNs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "apns", abstract: "Run an APNs to push to, until Ctrl-C.",
      discussion: """
        Prints its address, then a line for each push. FOLDER gets server-root.pem, which a client must trust, and
        example pass certificates to push with, unless --trust names the root of others. `sandbox device --pushes -` behind
        a pipe is a phone that is woken by them.

        A FAULT is an answer, such as 410:Unregistered, 403:BadCertificate or 503, or one of hang, lost, refused-stream,
        goaway-after, goaway-before and disconnect; with *3 behind it the next three pushes have it.
        """)

    @Argument(help: ArgumentHelp("Where the certificates go.", valueName: "FOLDER"))
    var folder: String

    @Option(help: ArgumentHelp("Address and port; port 0: any that is free.", valueName: "HOST:PORT"))
    var listen = "127.0.0.1:8443"

    @Option(help: ArgumentHelp("Root of the client certificates, in PEM.", valueName: "FILE"))
    var trust: String?

    @Flag(help: "Clients need no certificate.")
    var anyClient = false

    @Option(
      name: .long, parsing: .singleValue,
      help: ArgumentHelp("What goes wrong with the next push. May be given again, for those after.", valueName: "FAULT")
    )
    var fault: [SandboxAPNsFault] = []

    @Flag(help: "Pushes are counted, not printed.")
    var quiet = false

    func run() async throws {
      let (host, port) = try HouseOptions.address(listen, option: "--listen")
      var options = SandboxAPNs.Options()
      options.requiresCertificate = !anyClient
      // From another process no token can be given out.
      options.knowsTokens = false
      if quiet { options.keptPushes = 1 }
      let apns: SandboxAPNs
      do {
        apns = try SandboxAPNs(
          trusting: try roots(), options: options, now: { Int64(Date().timeIntervalSince1970 * 1000) })
        try Data(apns.rootPEM).write(to: URL(filePath: "\(folder)/server-root.pem"), options: .atomic)
      } catch {
        throw SandboxWords.failure("\(error)", hint: "choose a folder you may write to, and look at --trust")
      }
      for fault in fault { apns.fail(fault.fault, next: fault.count) }
      let stop = StopSignal()
      do {
        try await apns.serve(host: host, port: port) { [quiet] port in
          Words.result("https://\(host):\(port)")
          if quiet { return await stop.wait() }
          await withTaskGroup { group in
            group.addTask {
              for await push in apns.pushes() {
                Words.result(
                  PushLines.line(number: push.number, token: push.token, topic: push.topic, id: push.id))
              }
            }
            await stop.wait()
            group.cancelAll()
          }
        }
      } catch {
        throw SandboxWords.failure(
          "the sandbox cannot listen on \(host):\(port): \(SandboxWords.reason(error))",
          hint: "is another one running? choose another address with --listen")
      }
      if quiet { Words.note("\(apns.counts.pushes) pushes over \(apns.counts.connections) connections") }
    }

    private func roots() throws -> [Certificate] {
      if let trust { return try BundleCheck.trustedCertificates(path: trust) }
      let made = try ExampleCertificates.write(to: folder, now: Int64(Date().timeIntervalSince1970))
      return try BundleCheck.trustedCertificates(path: made.root)
    }
  }
}
