package import AsyncHTTPClient
package import PassBundle
import Passes
package import struct Foundation.TimeZone

/// A phone with Wallet: it keeps passes, registers for their updates and asks for them, as iOS does.
///
/// It talks to Apple's pass web service, whoever serves it, over real HTTP. What it does after what: registering when a
/// pass is added, the list of changed passes when a push comes, then each of them. Requests that fail are sent again with
/// growing delays and given up in the end, and each failure is told to the server's log in iOS' own words.
package actor SandboxDevice {
  package nonisolated let options: Options
  /// 32 hexadecimal digits. Whoever knows it may ask which passes have changed.
  package nonisolated let identifier: String
  package private(set) var pushToken: String
  package var faults = Faults()
  /// The passes in the order they were added.
  package internal(set) var passes: [SandboxDevicePass] = []
  /// Everything that happened, in its order.
  package private(set) var history: [Event] = []

  /// What happens, from the beginning on. Ends with the device, or when it is closed.
  package nonisolated let events: AsyncStream<Event>

  let http: HTTPClient
  let now: @Sendable () -> Int64
  let sleep: @Sendable (Duration) async throws -> Void
  private let reports: AsyncStream<Event>.Continuation
  /// What the server said last of a pass type, to be given back with the next question.
  var tags: [SandboxDeviceService: String] = [:]
  /// Passes that are known to have changed and could not be fetched yet.
  var missed: [SandboxDeviceService: [String]] = [:]
  private var asking: [SandboxDeviceService: Asking] = [:]

  private enum Asking {
    case once
    /// A push came meanwhile.
    case again
  }

  package struct Options: Sendable {
    /// The language of the phone: which strings it shows.
    package var language = "en"
    /// The zone of the times in its log lines.
    package var timeZone = TimeZone.gmt
    /// How often a request that failed is sent again before it is dropped. Apple gives no number.
    package var retries = 4
    /// Before the first of those; each further delay is twice the one before it.
    package var firstDelay = Duration.seconds(1)
    package var longestDelay = Duration.seconds(300)
    /// How long an answer is waited for.
    package var timeout = Duration.seconds(30)
    /// Asks for the head of a pass before the pass, as some systems have been seen to.
    package var asksHeadFirst = false
    /// What the holder enters into forms, by Apple's names.
    package var holder = [
      "fullName": "Ada Moreau", "givenName": "Ada", "familyName": "Moreau", "emailAddress": "ada@example.org",
      "phoneNumber": "+33123456789", "postalCode": "75001", "ISOCountryCode": "FR",
    ]
    /// Off: asks for the whole pass every time, as systems do that have lost the date of what they have.
    package var sendsIfModifiedSince = true
    /// Roots beside Apple's: passes are verified as a phone verifies them. nil: their signatures are not looked at.
    package var trust: [Certificate]?

    package init() {}
  }

  /// What goes wrong on the way.
  package struct Faults: Sendable, Hashable {
    /// Requests that reach the server and whose answers do not come back, counted down.
    package var lostAnswers = 0
    /// Every request arrives twice; the phone has the first answer.
    package var isDoubled = false
    /// Of two pushes the second comes first.
    package var swapsPushes = false

    package init(lostAnswers: Int = 0, isDoubled: Bool = false, swapsPushes: Bool = false) {
      self.lostAnswers = lostAnswers
      self.isDoubled = isDoubled
      self.swapsPushes = swapsPushes
    }
  }

  /// - Parameters:
  ///   - identifier: nil: one made of the push token, so that the same token is the same phone.
  ///   - pushToken: hexadecimal; what pushes to this phone are addressed to.
  ///   - now: milliseconds since 1970.
  ///   - sleep: waits between two attempts; throws to give them up.
  package init(
    _ options: Options = Options(), identifier: String? = nil, pushToken: String, http: HTTPClient,
    now: @escaping @Sendable () -> Int64, sleep: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.options = options
    self.identifier = identifier ?? String(Digest.hex(Digest.sha256(Array("device \(pushToken)".utf8))).prefix(32))
    self.pushToken = pushToken
    self.http = http
    self.now = now
    self.sleep = sleep
    (events, reports) = AsyncStream.makeStream()
  }

  deinit { reports.finish() }

  /// Nothing more is told in `events`.
  package func close() { reports.finish() }

  package func set(_ faults: Faults) { self.faults = faults }

  func record(_ what: Event.What) {
    let event = Event(at: now(), what: what)
    history.append(event)
    reports.yield(event)
  }

  func pass(_ serialNumber: String, of passType: String) -> Int? {
    passes.firstIndex { $0.serialNumber == serialNumber && $0.passType == passType }
  }

  /// The pass of a serial number.
  package func pass(_ serialNumber: String) -> SandboxDevicePass? {
    passes.first { $0.serialNumber == serialNumber }
  }

  // MARK: What a person does

  /// Adds a downloaded pass, or each of an archive of passes, and registers for their updates. One that is there already
  /// takes its place.
  ///
  /// - Parameters:
  ///   - archive: `.pkpass` or `.pkpasses`.
  ///   - lastModified: what the download said of itself.
  /// - Returns: the serial numbers.
  /// - Throws: for what is no pass, and for one the phone refuses.
  @discardableResult
  package func add(_ archive: [UInt8], lastModified: String? = nil) async throws(SandboxError) -> [String] {
    var added: [SandboxDevicePass] = []
    for bytes in try SandboxDevicePass.archives(in: archive) {
      var pass = try SandboxDevicePass(archive: bytes, options: options, now: now())
      pass.lastModified = lastModified
      added.append(pass)
    }
    for pass in added {
      if let index = self.pass(pass.serialNumber, of: pass.passType) {
        passes[index] = pass
      } else {
        passes.append(pass)
      }
      record(.added(serialNumber: pass.serialNumber, isUpdatable: pass.service != nil))
      await personalize(pass)
      await register(pass)
    }
    return added.map(\.serialNumber)
  }

  /// Takes a pass out. The server is told; whether it hears it or not, the pass is gone.
  package func remove(_ serialNumber: String) async {
    guard let index = passes.firstIndex(where: { $0.serialNumber == serialNumber }) else { return }
    let pass = passes.remove(at: index)
    record(.removed(serialNumber: serialNumber))
    guard let service = pass.service, pass.isRegistered else { return }
    if await perform(.unregister(service, serialNumber, token: pass.token ?? "")) != nil {
      record(.unregistered(serialNumber: serialNumber))
    }
  }

  /// The phone has another push token, as after it was restored: every pass is registered anew.
  package func changeToken(_ pushToken: String) async {
    self.pushToken = pushToken
    for pass in passes { await register(pass) }
  }

  /// Wallet is opened, or a pass is pulled down: asks for everything that has changed. What could not be registered is
  /// registered now.
  package func refresh() async {
    for pass in passes where !pass.isRegistered { await register(pass) }
    var services: [SandboxDeviceService] = []
    for pass in passes {
      guard let service = pass.service, pass.isRegistered, !services.contains(service) else { continue }
      services.append(service)
    }
    for service in services { await update(service) }
  }

  // MARK: What pushes do

  /// A push has come: its topic is the pass type, and it says no more.
  package func pushed(_ passType: String) async {
    record(.pushed(passType: passType))
    var services: [SandboxDeviceService] = []
    for pass in passes where pass.passType == passType && pass.isRegistered {
      if let service = pass.service, !services.contains(service) { services.append(service) }
    }
    for service in services { await update(service) }
  }

  /// Answers pushes until they end or the task is cancelled.
  ///
  /// - Parameter pushes: the topic of each.
  package func run(pushes: some AsyncSequence<String, Never> & Sendable) async {
    var held: String?
    for await push in pushes {
      if faults.swapsPushes, held == nil {
        held = push
        continue
      }
      await pushed(push)
      if let late = held {
        held = nil
        await pushed(late)
      }
    }
    if let held, !Task.isCancelled { await pushed(held) }
  }

  // MARK: The flows

  private func register(_ pass: SandboxDevicePass) async {
    guard let service = pass.service, let token = pass.token else { return }
    guard
      let answer = await perform(
        .register(service, pass.serialNumber, token: token, pushToken: pushToken)),
      let index = self.pass(pass.serialNumber, of: pass.passType)
    else { return }
    passes[index].isRegistered = true
    record(.registered(serialNumber: pass.serialNumber, isNew: answer.status == 201))
  }

  /// One service is asked by one at a time: a push that comes meanwhile is answered by asking once more.
  private func update(_ service: SandboxDeviceService) async {
    guard asking[service] == nil else {
      asking[service] = .again
      return
    }
    repeat {
      asking[service] = .once
      await askOnce(service)
    } while asking[service] == .again && !Task.isCancelled
    asking[service] = nil
  }

  private func askOnce(_ service: SandboxDeviceService) async {
    guard let answer = await perform(.list(service, device: identifier, since: tags[service])) else { return }
    var serials = missed.removeValue(forKey: service) ?? []
    if answer.status == 200, let list = SandboxDeviceList(answer.body) {
      tags[service] = list.lastUpdated
      record(.listed(passType: service.passType, serialNumbers: list.serialNumbers))
      serials += list.serialNumbers.filter { !serials.contains($0) }
    } else {
      record(.listed(passType: service.passType, serialNumbers: []))
    }
    for serial in serials { await fetch(serial, of: service) }
  }
}
