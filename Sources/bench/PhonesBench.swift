import Foundation
import PassBundle
import SQLiteStore
import Sandbox

/// A sold-out performance is put off by a day: every pass changes, every phone is pushed, asks, and fetches its pass. The
/// service is a process of its own; this one saves the changes to the same file, is Apple's push service and all the
/// phones, on the same cores.
struct PhonesBench {
  struct Figures {
    var changed = 0.0
    var pushed = 0.0
    /// Seconds from the first change.
    var fetched = 0.0
    var tally = Phones.Tally()
    /// Pushes that APNs took, those included that no phone belongs to.
    var pushes = 0
    /// Signatures a second, on all cores: of windows before and after.
    var signatures: [Double] = []
    /// Processor time of the service, in seconds.
    var processor = 0.0
    /// Kilobytes of the service: before the change, and the most until the end.
    var memory: (before: Int, peak: Int) = (0, 0)
  }

  let scratch: Scratch
  let program: String
  let certificates: ExampleCertificates
  /// Seconds without a phone that has its pass: what is missing then does not come any more.
  private static let patience = 30.0

  func measure() async throws -> (Figures, ListBench.Figures) {
    let folder = try scratch.newFolder()
    let identity = try ExampleCertificates.write(
      to: "\(folder)/identity", now: Int64(Date().timeIntervalSince1970))
    let house = try FullHouse(certificates)
    let path = "\(folder)/store.sqlite"
    let store = try SQLiteStore(path: path)
    let held = try await house.open(store)
    sync()
    var options = SandboxAPNs.Options()
    options.knowsTokens = false
    options.keptPushes = 1
    let apns = try SandboxAPNs(
      trusting: try BundleCheck.trustedCertificates(path: identity.root), options: options, now: { FullHouse.now })
    try Data(apns.rootPEM).write(to: URL(filePath: "\(folder)/apns-root.pem"))
    let limit = try SealingBench(certificates: certificates).limit
    let cores = ProcessInfo.processInfo.activeProcessorCount
    func signatures() throws -> [Double] { try (0..<5).map { _ in try Interleaved.measureOnce(limit, threads: cores) } }
    let before = try signatures()
    var figures = try await apns.serve { [program] port in
      let configuration = try ServiceBench.configuration(
        folder, .theatre, "http://127.0.0.1:9", push: "{host: 127.0.0.1, port: \(port), roots: apns-root.pem}")
      let service = try await RunningService(
        program: program, configuration: configuration, apiKey: ServiceBench.apiKey)
      defer { service.stop() }
      let phones = Phones(house, held, at: service.url)
      return try await Self.reschedule(house, store, service, apns, phones)
    }
    figures.signatures = try before + signatures()
    try store.close()
    return (figures, try await ListBench(house: house, path: path).measure())
  }

  private static func reschedule(
    _ house: FullHouse, _ store: SQLiteStore, _ service: RunningService, _ apns: SandboxAPNs, _ phones: Phones
  ) async throws -> Figures {
    var figures = Figures()
    figures.memory.before = service.residentKilobytes
    let pushes = apns.pushes()
    let following = Task { await phones.follow(pushes) }
    let start = Interleaved.clock()
    let startTime = FullHouse.now
    try await house.reschedule(store)
    figures.changed = Interleaved.clock() - start
    var last = (answered: 0, at: Interleaved.clock())
    while Interleaved.clock() - last.at < patience {
      let answered = phones.answered
      if try await store.nextPushDue() == nil, answered >= apns.counts.pushes { break }
      if answered > last.answered { last = (answered, Interleaved.clock()) }
      try await Task.sleep(for: .milliseconds(100))
    }
    figures.memory.peak = service.peakKilobytes
    figures.processor = service.processorSeconds
    following.cancel()
    await following.value
    figures.tally = phones.tally
    figures.pushes = apns.counts.pushes
    figures.pushed = Double(figures.tally.lastPush - startTime) / 1000
    figures.fetched = Double(figures.tally.lastPass - startTime) / 1000
    return figures
  }

  static func report(_ figures: Figures) {
    let limit = Interleaved.median(figures.signatures)
    func line(_ name: String, _ seconds: Double) {
      let rate = Double(FullHouse.seats) / seconds
      print(
        name.padding(toLength: 44, withPad: " ", startingAt: 0)
          + String(format: "%9.1f %9.0f %9.2f", seconds, rate, rate / limit))
    }
    func counts(_ name: String, _ counts: [Int]) -> String {
      let missing = counts.count { $0 == 0 }
      let twice = counts.count { $0 > 1 }
      return "\(name) once \(counts.count - missing - twice), twice \(twice), never \(missing)"
    }
    print("")
    print("\(FullHouse.seats) passes, each on a phone, rescheduled        s        /s   ÷ limit")
    line("raw RSA-2048 signature (the limit)", Double(FullHouse.seats) / limit)
    line("changes saved", figures.changed)
    line("phones pushed", figures.pushed)
    line("passes listed and fetched anew", figures.fetched)
    let tally = figures.tally
    print(counts("pushed", tally.pushed) + "; pushes in all \(figures.pushes)")
    print(counts("listed", tally.listed))
    print(counts("fetched", tally.fetched) + "; answers that were wrong \(tally.wrong)")
    print(
      String(
        format: "passmintd: memory before %.1f MB, at most %.1f MB; processor time a pass %.2f ms",
        Double(figures.memory.before) / 1024, Double(figures.memory.peak) / 1024,
        figures.processor / Double(FullHouse.seats) * 1000))
  }
}
