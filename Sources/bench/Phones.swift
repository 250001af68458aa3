import AsyncHTTPClient
import Foundation
import Issuance
import JSON
import NIOCore
import NIOHTTP1
import PassBundle
import Passes
import Sandbox
import Synchronization

/// The phones of a full house: each that is pushed asks what changed, and fetches it.
final class Phones: Sendable {
  /// What the phones have before they are pushed.
  struct Held {
    let serialNumbers: [String]
    /// Of their last list.
    let tag: Int64
    /// Of their passes.
    let date: Date
  }

  /// Of each phone, how often.
  struct Tally {
    var pushed = [Int](repeating: 0, count: FullHouse.seats)
    var listed = [Int](repeating: 0, count: FullHouse.seats)
    /// With the new start.
    var fetched = [Int](repeating: 0, count: FullHouse.seats)
    /// Answers that are none, and passes that are another's or as they were.
    var wrong = 0
    /// Pushes that were followed to the end.
    var answered = 0
    /// When the last push came, in milliseconds since 1970, and when the last pass was there.
    var lastPush: Int64 = 0
    var lastPass: Int64 = 0
  }

  private static let atOnce = 64
  private let house: FullHouse
  private let serialNumbers: [String]
  private let tags: Mutex<[Int64]>
  private let base: String
  /// As a header has it.
  private let date: String
  private let state = Mutex(Tally())
  private let http: HTTPClient

  init(_ house: FullHouse, _ held: Held, at url: String) {
    self.house = house
    serialNumbers = held.serialNumbers
    tags = Mutex([Int64](repeating: held.tag, count: FullHouse.seats))
    base = "\(url)/wallet/\(FullHouse.tenant)/v1"
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(secondsFromGMT: 0)
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    date = format.string(from: held.date)
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.atOnce
    http = HTTPClient(configuration: configuration)
  }

  var tally: Tally { state.withLock { $0 } }
  var answered: Int { state.withLock { $0.answered } }

  /// Until it is cancelled.
  func follow(_ pushes: AsyncStream<SandboxPush>) async {
    await withTaskGroup(of: Void.self) { group in
      var waiting = 0
      for await push in pushes {
        guard let phone = FullHouse.phone(push.token) else { continue }
        state.withLock { state in
          state.pushed[phone] += 1
          state.lastPush = max(state.lastPush, push.time)
        }
        if waiting == Self.atOnce { await group.next() } else { waiting += 1 }
        group.addTask { await self.look(phone) }
      }
    }
    http.shutdown { _ in }
  }

  /// What a phone does that was pushed.
  private func look(_ phone: Int) async {
    var (listed, fetched, wrong) = (0, 0, 0)
    do {
      for serialNumber in try await updates(phone) {
        if serialNumber == serialNumbers[phone] { listed += 1 } else { wrong += 1 }
        if try await fetch(serialNumber) { fetched += 1 } else { wrong += 1 }
      }
    } catch {
      wrong += 1
    }
    let now = FullHouse.now
    let found = (listed, fetched, wrong)
    state.withLock { state in
      state.listed[phone] += found.0
      state.fetched[phone] += found.1
      state.wrong += found.2
      state.answered += 1
      state.lastPass = max(state.lastPass, now)
    }
  }

  private func updates(_ phone: Int) async throws -> [String] {
    let device = house.device(phone)
    let tag = tags.withLock { $0[phone] }
    let request = HTTPClientRequest(
      url: "\(base)/devices/\(device.libraryIdentifier)/registrations/\(device.passType)?passesUpdatedSince=\(tag)")
    let response = try await http.execute(request, timeout: .seconds(30))
    let body = try await response.body.collect(upTo: 1 << 20)
    if response.status == .noContent { return [] }
    let answer = try JSONValue(parsing: Array(body.readableBytesView))
    guard let serialNumbers = answer["serialNumbers"]?.array?.compactMap(\.stringValue),
      let newTag = answer["lastUpdated"]?.stringValue.flatMap({ Int64($0) })
    else { throw RunningService.Failed(what: "the list answered \(response.status.code)") }
    tags.withLock { $0[phone] = newTag }
    return serialNumbers
  }

  /// - Returns: whether it is that pass with the new start.
  private func fetch(_ serialNumber: String) async throws -> Bool {
    var request = HTTPClientRequest(url: "\(base)/passes/\(house.issuer.passTypeIdentifier)/\(serialNumber)")
    request.headers.add(
      name: "Authorization", value: "ApplePass \(house.keys.authenticationToken(serialNumber: serialNumber) ?? "")")
    request.headers.add(name: "If-Modified-Since", value: date)
    let response = try await http.execute(request, timeout: .seconds(30))
    let body = try await response.body.collect(upTo: 1 << 20)
    guard response.status == .ok else { return false }
    let files = ArchiveReader.read(Array(body.readableBytesView), name: serialNumber).files
    guard let json = files["pass.json"], let pass = try? JSONValue(parsing: json) else { return false }
    return pass["serialNumber"]?.stringValue == serialNumber
      && pass["relevantDates"]?.array?.first?["date"]?.stringValue == FullHouse.newStart
  }
}
