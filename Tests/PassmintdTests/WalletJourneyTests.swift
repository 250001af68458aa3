import AsyncHTTPClient
import Foundation
import JSON
import NIOHTTP1
import PassBundle
import Passes
import Testing

@testable import Sandbox

/// The whole way: Secutix changes a ticket, the service its pass, APNs wakes the phone, the phone fetches it.
@Suite("A pass on a phone", .timeLimit(.minutes(10)))
struct WalletJourneyTests {
  @Test func `follows its ticket: seat, time, scan, refund, and a phone that is wiped`() async throws {
    try await run { fixture, service, apns in
      let sandbox = fixture.sandbox
      let sale = try await sandbox.sell(count: 2)
      let (kept, refunded) = (sale.movements[0], sale.movements[1])
      try await Self.deliver(sandbox, to: service)
      let phone = try await Phone(fixture, apns)
      for pass in try await service.passes() { try await phone.add(pass, from: service) }
      #expect(await phone.device.passes.count == 2)
      #expect(apns.counts.pushes == 0)

      try await sandbox.reseat(kept, to: SandboxSeat(area: "Balcon", block: "C", row: "H", number: "7"))
      try await Self.deliver(sandbox, to: service)
      let said = try await phone.wait { what in
        if case .notification(let notice) = what, notice.new == "7" { notice.text } else { nil }
      }
      #expect(said.contains("7"))

      // All of the performance move: one push, and both are fetched.
      let start = (Int64(Date().timeIntervalSince1970) + 40 * 86_400) / 60 * 60_000
      let before = apns.counts.pushes
      try await sandbox.reschedule(to: start)
      try await Self.deliver(sandbox, to: service)
      for _ in 0..<2 { _ = try await phone.wait { if case .fetched(let serial, _, _) = $0 { serial } else { nil } } }
      try await service.pushed()
      #expect((1...2).contains(apns.counts.pushes - before))

      try await sandbox.scan(kept)
      _ = try await sandbox.refund([refunded])
      try await Self.deliver(sandbox, to: service)
      _ = try await phone.wait { if case .voided(let serial) = $0 { serial } else { nil } }
      try await phone.agrees(with: service)

      // What changes nothing wakes nobody.
      try await service.pushed()
      let quiet = apns.counts.pushes
      #expect(try await service.post(await sandbox.rows).status == 200)
      try await service.settle()
      #expect(apns.counts.pushes == quiet)

      // A new token from then on; then the phone is wiped, and the service forgets it.
      let token = apns.newToken()
      await phone.device.changeToken(token)
      let serial = try await service.serial(of: kept)
      #expect(try await service.ask(.POST, "/api/theatre/passes/\(serial)/push", as: "theatre").status == 202)
      for await push in apns.pushes(to: token) where push.token == token { break }
      apns.retire(token)
      #expect(try await service.ask(.POST, "/api/theatre/passes/\(serial)/push", as: "theatre").status == 202)
      try await service.pushed()
      let history = try await service.get("/api/theatre/passes/\(serial)/history", as: "theatre")
      let kinds = history.json?["events"]?.array?.compactMap { $0["kind"]?.stringValue } ?? []
      #expect(kinds.first == "issued" && kinds.contains("deviceGone"))
      #expect(Set(kinds).isSuperset(of: ["downloaded", "registered", "changed", "pushed", "fetched"]), "\(kinds)")
      #expect(history.json?["devices"]?.array?.isEmpty == true)
      let changed = history.json?["events"]?.array?.first { $0["kind"] == "changed" }
      #expect(changed?["differences"]?.array?.contains { $0["new"]?.stringValue?.contains("7") == true } == true)
      #expect(!history.text.contains(token) && !history.text.contains(phone.token))
      await phone.close()
    }
  }

  @Test func `is pushed though the service is killed between the change and the push`() async throws {
    try await run { fixture, first, apns in
      let sandbox = fixture.sandbox
      let sale = try await sandbox.sell(count: 1)
      try await Self.deliver(sandbox, to: first)
      let phone = try await Phone(fixture, apns)
      try await phone.add(try #require(try await first.passes().first), from: first)
      // APNs takes no push before the service is gone.
      apns.fail(.answer(status: 503, reason: "ServiceUnavailable"), next: 1_000)
      let (requests, pushes) = (apns.counts.requests, apns.counts.pushes)
      try await sandbox.reseat(sale.movements[0], to: SandboxSeat(area: "Balcon", block: "C", row: "H", number: "7"))
      try await Self.deliver(sandbox, to: first)
      while apns.counts.requests == requests { await Task.yield() }
      first.process.send(SIGKILL)
      #expect(await first.process.end() == -SIGKILL)
      #expect(apns.counts.pushes == pushes)
      apns.heal()
      let second = try await fixture.start()
      _ = try await phone.wait { if case .fetched(let serial, _, _) = $0 { serial } else { nil } }
      try await phone.agrees(with: second)
      try await second.pushed()
      #expect(apns.counts.pushes == pushes + 1)
      await phone.close()
      second.process.send(SIGTERM)
      #expect(await second.process.end() == 0)
    }
  }

  @Test func `is right in the end whatever is lost, doubled and swapped on the way`() async throws {
    try await run { fixture, service, apns in
      let sandbox = fixture.sandbox
      let sale = try await sandbox.sell(count: 3)
      try await Self.deliver(sandbox, to: service)
      let phone = try await Phone(fixture, apns)
      for pass in try await service.passes() { try await phone.add(pass, from: service) }
      for (index, fault) in [
        SandboxPushFault.lost, .goAwayAfter, .answer(status: 503, reason: "ServiceUnavailable"), .disconnect,
        .answer(status: 429, reason: "TooManyRequests"), .refusedStream,
      ].enumerated() {
        await phone.device.set(.init(lostAnswers: index % 2, isDoubled: index % 3 == 0, swapsPushes: true))
        apns.fail(fault, next: 1)
        let seat = SandboxSeat(area: "Balcon", block: "C", row: "H", number: "\(10 + index)")
        try await sandbox.reseat(sale.movements[index % 3], to: seat)
        try await Self.deliver(sandbox, to: service)
        try await service.pushed()
      }
      // One more, and nothing goes wrong with it: it brings what was held up before.
      await phone.device.set(.init())
      try await sandbox.scan(sale.movements[0])
      try await Self.deliver(sandbox, to: service)
      try await phone.agrees(with: service)
      await phone.close()
    }
  }

  @Test func `goes on as before when a setting that waits for a restart is changed`() async throws {
    try await run { fixture, service, apns in
      let sandbox = fixture.sandbox
      let seat = try await sandbox.sell(count: 1).movements[0]
      try await Self.deliver(sandbox, to: service)
      let phone = try await Phone(fixture, apns)
      try await phone.add(try #require(try await service.passes().first), from: service)
      let yaml = try String(contentsOf: fixture.configuration, encoding: .utf8)
      try fixture.folder.write(
        yaml.replacing(/push: {.*}/, with: "push: off")
          .replacing(/public_url: .*/, with: "public_url: https://elsewhere.example.org"), "passmint.yaml")
      service.process.send(SIGHUP)
      _ = try await service.process.line { $0.contains("waits for a restart") }
      _ = try await service.process.line { $0.contains("tenants read anew") }
      try await sandbox.reseat(seat, to: SandboxSeat(area: "Balcon", block: "C", row: "H", number: "7"))
      try await Self.deliver(sandbox, to: service)
      _ = try await phone.wait { what in
        if case .notification(let notice) = what, notice.new == "7" { true } else { nil }
      }
      let serial = try await service.serial(of: seat)
      let asks = await phone.device.pass(serial)?.json["webServiceURL"]?.stringValue
      #expect(asks?.hasPrefix(service.url) == true, "\(asks ?? "nothing")")
      await phone.close()
    }
  }

  @Test func `goes on when the certificate is renewed, and when APNs does not like the new one`() async throws {
    let renewed = try Self.renewed.get()
    let fingerprint = try #require(renewed.certificates.first).sha256Fingerprint
    try await run(trusting: renewed.roots) { fixture, service, apns in
      let sandbox = fixture.sandbox
      let seat = try await sandbox.sell(count: 1).movements[0]
      try await Self.deliver(sandbox, to: service)
      let phone = try await Phone(fixture, apns, trusting: renewed.roots)
      try await phone.add(try #require(try await service.passes().first), from: service)
      let serial = try await service.serial(of: seat)

      /// Another seat: pushed, fetched, shown.
      func move(to number: String) async throws -> (pushedWith: String?, signedBy: String) {
        try await sandbox.reseat(seat, to: SandboxSeat(area: "Balcon", block: "C", row: "H", number: number))
        try await Self.deliver(sandbox, to: service)
        _ = try await phone.wait { what in
          if case .notification(let notice) = what, notice.new == number { number } else { nil }
        }
        try await service.pushed()
        let signer = try #require(try await phone.signer(of: serial))
        return (apns.taken.last?.certificate, signer)
      }
      let before = try await move(to: "7")
      #expect(before.pushedWith == before.signedBy && before.signedBy != fingerprint)

      try fixture.folder.makeFolder("renewed")
      for (name, text) in renewed.files { try fixture.folder.write(text, name) }
      let yaml = try String(contentsOf: fixture.configuration, encoding: .utf8)
      try fixture.folder.write(
        yaml.replacing(
          "identity: {path: certificates}",
          with: "identity: {path: renewed}\n    former_identities: [{path: certificates}]"), "passmint.yaml")
      service.process.send(SIGHUP)
      _ = try await service.process.line { $0.contains("tenants read anew") }
      let after = try await move(to: "8")
      #expect(after.pushedWith == fingerprint && after.signedBy == fingerprint)

      // Whatever Apple has against it: the one from before still pushes, and passes are signed with the new one.
      apns.fail(.answer(status: 403, reason: "BadCertificate"))
      let refused = try await move(to: "9")
      #expect(refused.pushedWith == before.signedBy && refused.signedBy == fingerprint)
      #expect(service.process.output.contains("APNs refuses a certificate"))
      #expect(apns.taken.count == 3 && apns.counts.requests == 4)
      await phone.close()
    }
  }

  // MARK: Helpers

  /// A certificate of the same pass type as the fixture's, made later by another authority: its files, in a folder
  /// `renewed`.
  private static let renewed = Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "renewed-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let made = try ExampleCertificates.write(to: folder.path, now: Int64(Date().timeIntervalSince1970))
    var files: [String: String] = [:]
    for path in [made.intermediate, made.certificate, made.key] {
      files["renewed/\(URL(filePath: path).lastPathComponent)"] = try String(contentsOfFile: path, encoding: .utf8)
    }
    return (
      files: files, roots: try BundleCheck.trustedCertificates(path: made.root),
      certificates: try BundleCheck.trustedCertificates(path: made.certificate)
    )
  }

  /// - Parameter roots: whom the APNs trusts besides the authority of the fixture's certificate.
  @Test func `with a form is filled in by its holder, and goes on without it`() async throws {
    try await run(prepare: Self.giveForm) { fixture, service, apns in
      let sale = try await fixture.sandbox.sell()
      try await Self.deliver(fixture.sandbox, to: service)
      let phone = try await Phone(fixture, apns, verifies: false)
      try await phone.add(try #require(try await service.passes().first), from: service)
      let serial = try await phone.wait { if case .personalized(let serial) = $0 { serial } else { nil } }
      _ = try await phone.wait { if case .fetched(serial, _, _) = $0 { true } else { nil } }
      let files = try #require(await phone.device.pass(serial)).files.sortedPaths
      #expect(!files.contains { $0.hasPrefix("personalization") } && files.contains("icon.png"), "\(files)")
      let shown = try await service.get("/api/theatre/passes/\(serial)", as: "theatre").json?["personalization"]
      #expect(shown?["info"] == ["emailAddress": "ada@example.org"])
      // The form does not come back with the next change.
      try await fixture.sandbox.reseat(
        sale.movements[0], to: SandboxSeat(area: "Balcon", block: "C", row: "H", number: "7"))
      try await Self.deliver(fixture.sandbox, to: service)
      _ = try await phone.wait { what in
        if case .notification(let notice) = what, notice.new == "7" { true } else { nil }
      }
      try await phone.agrees(with: service)
      await phone.close()
    }
  }

  /// Has the template ask its holder something.
  private static func giveForm(_ fixture: ServiceFixture) throws {
    let template = "templates/\(fixture.plan.template).pkpasstemplate"
    try fixture.folder.write(
      #"{"description": "Join the club", "requiredPersonalizationFields": ["PKPassPersonalizationFieldEmailAddress"]}"#,
      "\(template)/personalization.json")
    for scale in ["", "@2x"] {
      try FileManager.default.copyItem(
        at: fixture.folder.root.appending(path: "\(template)/icon\(scale).png"),
        to: fixture.folder.root.appending(path: "\(template)/personalizationLogo\(scale).png"))
    }
  }

  private func run(
    trusting roots: [Certificate] = [], prepare: @escaping @Sendable (ServiceFixture) throws -> Void = { _ in },
    _ body: @escaping @Sendable (ServiceFixture, RunningServe, SandboxAPNs) async throws -> Void
  ) async throws {
    let apns = try SandboxAPNs(
      trusting: try ServiceFixture.root() + roots, now: { Int64(Date().timeIntervalSince1970 * 1000) })
    try await apns.serve { port in
      var plan = ServiceFixture.Plan()
      plan.port = try SandboxSecutix.freePort()
      plan.more = ["push: {host: 127.0.0.1, port: \(port), roots: apns.pem}"]
      plan.files["apns.pem"] = String(decoding: apns.rootPEM, as: UTF8.self)
      try await ServiceFixture.with(plan) { fixture in
        try prepare(fixture)
        let service = try await fixture.start()
        try await body(fixture, service, apns)
        service.process.send(SIGTERM)
        _ = await service.process.end()
      }
    }
  }

  private static func deliver(_ sandbox: SandboxSecutix, to service: RunningServe) async throws {
    #expect(try await service.post(await sandbox.rows).status == 200)
    try await service.settle()
  }
}

/// A phone that is woken by the sandbox's APNs.
private final class Phone {
  let device: SandboxDevice
  let token: String
  private let running: Task<Void, Never>
  /// What happened on it and was not waited for yet, as it happens.
  private var events: AsyncStream<SandboxDevice.Event>.AsyncIterator

  /// - Parameter verifies: off: takes passes whose certificate is not for what they hold, as a form wants one for NFC.
  init(
    _ fixture: ServiceFixture, _ apns: SandboxAPNs, trusting roots: [Certificate] = [], verifies: Bool = true
  ) async throws {
    token = apns.newToken()
    var options = SandboxDevice.Options()
    options.trust = verifies ? fixture.trust + roots : nil
    let device = SandboxDevice(
      options, pushToken: token, http: fixture.http, now: { Int64(Date().timeIntervalSince1970 * 1000) },
      sleep: { _ in await Task.yield() })
    self.device = device
    events = device.events.makeAsyncIterator()
    // Tokens may change: it is woken by all of them.
    let topics = apns.pushes().map { $0.topic }
    running = Task { await device.run(pushes: topics) }
  }

  func add(_ pass: JSONValue, from service: RunningServe) async throws {
    let answer = try await service.download(pass)
    _ = try await device.add(answer.body, lastModified: answer.headers["last-modified"])
  }

  /// Returns when something happens, behind what was waited for before.
  func wait<Value: Sendable>(
    _ look: @Sendable (SandboxDevice.Event.What) -> Value?
  ) async throws -> Value {
    while let event = await next() {
      if let value = look(event.what) { return value }
    }
    throw ServiceProcess.Gone(description: "the phone is off")
  }

  private func next() async -> SandboxDevice.Event? { await events.next() }

  /// Returns when every pass on it is the one that the service hands out.
  func agrees(with service: RunningServe) async throws {
    for pass in try await service.passes() {
      let serial = try #require(pass["serialNumber"]?.stringValue)
      let archive = try await service.download(pass).body
      let files = BundleCheck.check(archive, name: "x.pkpass", trust: [], now: 0).files
      let json = try JSONValue(parsing: try #require(files["pass.json"]))
      while await device.pass(serial)?.json != json {
        guard await next() != nil else { throw ServiceProcess.Gone(description: "the phone is off") }
      }
    }
  }

  /// SHA-256 fingerprint of the certificate that signed a pass as it is on the phone.
  func signer(of serialNumber: String) async throws -> String? {
    guard let pass = await device.pass(serialNumber) else { return nil }
    let archive = try PkpassBundle.archive(pass.files.sortedPaths.map { ($0, pass.files[$0] ?? []) })
    let report = BundleCheck.check(
      archive, name: "x.pkpass", trust: device.options.trust ?? [], now: Int64(Date().timeIntervalSince1970))
    #expect(report.isAcceptable, "\(report.findings)")
    return report.signature?.signer.sha256Fingerprint
  }

  func close() async {
    running.cancel()
    await running.value
    await device.close()
  }
}

extension RunningServe {
  fileprivate func download(_ pass: JSONValue) async throws -> Answer {
    let address = try #require(pass["bundleUrl"]?.stringValue)
    let answer = try await get(address.replacing(url, with: ""))
    try #require(answer.status == 200, "\(answer.text)")
    return answer
  }

  fileprivate func serial(of movement: Int64) async throws -> String {
    let pass = try await passes().first { $0["movementId"]?.int == movement }
    return try #require(pass?["serialNumber"]?.stringValue)
  }

  /// Returns when no push is left. Each line that the service says is a reason to look again.
  fileprivate func pushed() async throws {
    let said = process.watch()
    var lines = said.makeAsyncIterator()
    while true {
      let waiting = try await get("/metrics").text.split(separator: "\n").filter {
        $0.hasPrefix("passmint_pushes{") && !$0.contains("discarded") && !$0.hasSuffix(" 0")
      }
      if waiting.isEmpty { return }
      guard await lines.next() != nil else { throw ServiceProcess.Gone(description: process.output) }
    }
  }
}
