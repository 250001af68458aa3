import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import PassBundle
import Passes
import Sandbox

extension SandboxCommand {
  /// `passmintd sandbox device`: a phone in the terminal.
  struct Device: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Be a phone: add passes to its Wallet, and see what happens to them.",
      discussion: """
        passmintd sandbox device --add http://127.0.0.1:8080/t/….pkpass
        It registers the passes with the web service they name and asks for changes, as a phone does whose Wallet is open.

        passmintd sandbox apns apns/ | passmintd sandbox device --pushes - --add http://127.0.0.1:8080/t/….pkpass
        It asks when it is pushed, as a phone does that lies on a table.
        """)

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp("Passes to add, .pkpass or .pkpasses: addresses or files.", valueName: "URL|FILE"))
    var add: [String]

    @Option(help: ArgumentHelp("How often it asks for changes: 500ms, 2s, 1m.", valueName: "TIME"))
    var poll = Interval(.seconds(2))

    @Option(
      help: ArgumentHelp(
        "Asks when a push to it stands here, as `sandbox apns` prints them, and not every so often. - is the standard input.",
        valueName: "FILE"))
    var pushes: String?

    @Flag(help: "Add the passes, ask once, and end.") var once = false

    @Flag(help: "Take the passes out again at the end.") var remove = false

    @Option(help: ArgumentHelp("The language of the phone.", valueName: "LANGUAGE")) var language = "en"

    @Option(
      help: ArgumentHelp(
        "What pushes to the phone are addressed to, in hexadecimal digits; without it, one that nobody else has.",
        valueName: "HEX"))
    var pushToken: String?

    @Option(
      help: ArgumentHelp(
        "Verifies the passes as a phone does, with this root beside Apple's: a PEM file.", valueName: "FILE"))
    var trust: String?

    @Option(help: ArgumentHelp("How often a request that failed is sent again.", valueName: "N")) var retries = 4

    func validate() throws {
      guard !add.isEmpty else { throw ValidationError("--add: which pass?") }
      if once, pushes != nil { throw ValidationError("--once waits for no push: leave --pushes out") }
      guard poll.duration > .zero, retries >= 0 else {
        throw ValidationError("--poll must be more than nothing, --retries nothing or more")
      }
      if let pushToken, pushToken.isEmpty || !pushToken.allSatisfy(\.isHexDigit) {
        throw ValidationError("--push-token \(pushToken): write hexadecimal digits")
      }
    }

    func run() async throws {
      let options = try options()
      let token = pushToken ?? Self.newToken()
      let topics: AsyncStream<String>?
      do {
        topics = try pushes.map { try PushLines.topics(in: $0, to: token) }
      } catch {
        throw SandboxWords.failure(
          "--pushes: \(pushes ?? "") cannot be read", hint: "give what `passmintd sandbox apns` prints, or -")
      }
      let stop = StopSignal()
      var configuration = HTTPClient.Configuration()
      // The phone has its own way of trying again.
      configuration.connectionPool.retryConnectionEstablishment = false
      let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
      let device = SandboxDevice(
        options, pushToken: token, http: http,
        now: { Int64(Date().timeIntervalSince1970 * 1000) }, sleep: { try await Task.sleep(for: $0) })
      let told = Task {
        var words = DeviceWords()
        var hasGivenUp = false
        for await event in device.events {
          await words.say(event, of: device)
          if case .failed(_, _, _, true) = event.what { hasGivenUp = true }
        }
        return hasGivenUp
      }
      let refused = await live(device, http, topics, until: stop)
      if remove {
        for pass in await device.passes { await device.remove(pass.serialNumber) }
      }
      await device.close()
      let hasGivenUp = await told.value
      try await http.shutdown()
      if let refused { throw refused }
      if hasGivenUp { throw ExitCode(1) }
    }

    private func options() throws -> SandboxDevice.Options {
      var options = SandboxDevice.Options()
      options.language = language
      options.timeZone = .current
      options.retries = retries
      if let trust {
        do {
          options.trust = try BundleCheck.trustedCertificates(path: trust)
        } catch {
          throw SandboxWords.failure("--trust: \(error)", hint: "give a PEM file with certificates")
        }
      }
      return options
    }

    private static func newToken() -> String {
      let random = (0..<32).map { _ in UInt8.random(in: 0...255) }
      return Digest.hex(random)
    }

    /// Adds and asks, until the signal comes; with `--once` until it has asked.
    ///
    /// - Returns: why a pass is not on the phone.
    private func live(
      _ device: SandboxDevice, _ http: HTTPClient, _ topics: AsyncStream<String>?, until stop: StopSignal
    ) async -> ExitCode? {
      await withTaskGroup(of: ExitCode?.self) { group in
        group.addTask { await self.addAndAsk(device, http, topics) }
        group.addTask {
          await stop.wait()
          return nil
        }
        let first = await group.next() ?? nil
        group.cancelAll()
        return await group.reduce(first) { $0 ?? $1 }
      }
    }

    private func addAndAsk(
      _ device: SandboxDevice, _ http: HTTPClient, _ topics: AsyncStream<String>?
    ) async -> ExitCode? {
      var refused: ExitCode?
      for source in add {
        do {
          let download = try await Self.load(source, http)
          try await device.add(download.bytes, lastModified: download.lastModified)
        } catch let code as ExitCode {
          refused = code
        } catch {
          refused = SandboxWords.failure(
            "\(source) is not taken: \(error)", hint: "`passmint check` tells more of a file", status: 1)
        }
      }
      let passes = await device.passes
      // Asking registers what is not registered yet; what just failed need not fail again.
      guard once ? passes.contains(where: \.isRegistered) : !passes.isEmpty else { return refused }
      await device.refresh()
      if let topics {
        await device.run(pushes: topics)
        return refused
      }
      while !once, !Task.isCancelled {
        try? await Task.sleep(for: poll.duration)
        if !Task.isCancelled { await device.refresh() }
      }
      return refused
    }

    private static func load(_ source: String, _ http: HTTPClient) async throws -> (
      bytes: [UInt8], lastModified: String?
    ) {
      guard source.hasPrefix("http://") || source.hasPrefix("https://") else {
        do {
          return (Array(try Data(contentsOf: URL(filePath: source))), nil)
        } catch {
          throw SandboxWords.failure("\(source) cannot be read", hint: "give a .pkpass file, or an address of one")
        }
      }
      let status: Int
      do {
        let response = try await http.execute(HTTPClientRequest(url: source), timeout: .seconds(30))
        let bytes = Array(try await response.body.collect(upTo: 200 << 20).readableBytesView)
        if response.status == .ok { return (bytes, response.headers.first(name: "Last-Modified")) }
        status = Int(response.status.code)
      } catch {
        throw SandboxWords.failure("nobody answers at \(source)", hint: "is the service running?")
      }
      throw SandboxWords.failure(
        "\(source) answers HTTP \(status)", hint: "give the address of a download, such as …/t/….pkpass")
    }
  }
}

/// What happens on the phone, a line each.
struct DeviceWords {
  /// Passes that are gone have their names still.
  private var titles: [String: String] = [:]

  mutating func say(_ event: SandboxDevice.Event, of device: SandboxDevice) async {
    guard let (word, text) = await words(event.what, device) else { return }
    let time = Date(timeIntervalSince1970: Double(event.at) / 1000).formatted(
      Date.VerbatimFormatStyle(
        format:
          "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
        timeZone: .current, calendar: Calendar(identifier: .gregorian)))
    let column = word.padding(toLength: 13, withPad: " ", startingAt: 0)
    SandboxWords.say("\(SandboxWords.dim(time))  \(SandboxWords.bold(column))\(text)")
  }

  private mutating func words(
    _ what: SandboxDevice.Event.What, _ device: SandboxDevice
  ) async -> (String, String)? {
    switch what {
    case .added(let serial, let isUpdatable):
      if let pass = await device.pass(serial) { titles[serial] = pass.title + (pass.seat.map { ", seat \($0)" } ?? "") }
      return isUpdatable ? nil : ("added", "\(title(serial)); it names no web service, so it can never change")
    case .registered(let serial, let isNew):
      return ("registered", title(serial) + (isNew ? "" : " (the server knew of it)"))
    case .personalized(let serial): return ("personalized", title(serial))
    case .pushed: return ("pushed", "")
    case .listed(_, let serials):
      return serials.isEmpty ? nil : ("listed", serials.count == 1 ? "1 pass" : "\(serials.count) passes")
    case .stranger(let serial, _): return ("stranger", "the server lists \(serial), which is not on this phone")
    case .fetched(let serial, _, let difference):
      return ("changed", "\(title(serial)): \(Self.changes(difference))")
    case .notModified(let serial): return ("unchanged", title(serial))
    case .notification(let notice): return ("lock screen", "\(notice.text) (was \(notice.old))")
    case .voided(let serial): return ("void", title(serial))
    case .removed(let serial): return ("removed", title(serial))
    case .unregistered(let serial): return ("unregistered", title(serial))
    case .failed(let task, let serial, let reason, let isGivenUp):
      let of = serial.map { " of \(title($0))" } ?? ""
      return ("failed", "\(task.rawValue)\(of): \(reason); \(isGivenUp ? "given up" : "it is sent again")")
    }
  }

  private func title(_ serial: String) -> String { titles[serial] ?? serial }

  private static func changes(_ difference: PassDifference) -> String {
    var words: [String] = []
    for change in difference.changes {
      let word =
        switch change.subject {
        case .field, .label, .layout: change.label.flatMap { $0.isEmpty ? nil : $0 } ?? change.key ?? change.place
        case .voided: "voided"
        case .barcode: "barcode"
        case .expiration: "expiry"
        case .relevance: "dates on the lock screen"
        case .strings: "translations"
        case .image: "pictures"
        case .appearance, .member, .file: change.place.split(separator: "/").last.map(String.init) ?? change.place
        }
      if !words.contains(word) { words.append(word) }
    }
    return words.isEmpty ? "nothing that shows" : words.joined(separator: ", ")
  }
}
