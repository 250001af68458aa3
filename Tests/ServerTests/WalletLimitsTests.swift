import AppleWallet
import Foundation
import Issuance
import JSON
import SQLiteStore
import Synchronization
import Testing

@testable import Server

/// What phones say that are none, or say too often, and what is said about passes with unusual names.
@Suite("Apple's pass web service, used strangely")
struct WalletLimitsTests {
  private static let device = "0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f6"

  private func registration(_ live: LiveService, _ serial: String, device: String = Self.device) -> String {
    "/wallet/theatre/v1/devices/\(device)/registrations/\(live.passType)/\(serial)"
  }

  private func log(_ live: LiveService, _ lines: [String]) async throws -> Int {
    let body = JSONValue.object(["logs": .array(lines.map { .string($0) })]).serialized()
    return try await live.ask("POST", "/wallet/theatre/v1/log", body: String(decoding: body, as: UTF8.self)).status
  }

  private func history(_ live: LiveService, _ serial: String, _ query: String = "") async throws -> JSONValue {
    let answer = try await live.ask("GET", "/api/theatre/passes/\(serial)/history\(query)")
    #expect(answer.status == 200)
    return try #require(answer.body)
  }

  private func texts(_ history: JSONValue) -> [String] {
    (history["log"]?.array ?? []).compactMap { $0["text"]?.stringValue }
  }

  @Test func `a device's line that names no pass is shown with its passes, and its identifier nowhere`() async throws {
    try await LiveService.run { live in
      let (_, passes) = try await live.issue()
      let serial = passes[0].pass.serialNumber
      let show = ["Authorization": try live.authorization(of: passes[0])]
      _ = try await live.ask("POST", registration(live, serial), headers: show, body: #"{"pushToken":"00"}"#)
      let service = "with web service url https://x/wallet/theatre"
      let lines = [
        "[2026-11-20 19:05:02 +0100] Get serial #s task (for device \(Self.device), pass type \(live.passType), last "
          + "updated (null); \(service)) encountered error: Unexpected response code 401",
        "Register task (for device (null), pass type \(live.passType), serial number \(serial); \(service)) failed",
        "GET https://x/wallet/theatre/v1/devices/\(Self.device)/registrations/\(live.passType) of \(serial) For Device "
          + "\(Self.device.uppercased())); serial number \(serial), again \(Self.device.uppercased())",
      ]
      #expect(try await log(live, lines) == 200)
      let history = try await history(live, serial)
      let kept = texts(history)
      #expect(kept.count == 3)
      let device = try #require(history["devices"]?.array?.first?["device"])
      #expect(history["log"]?.array?.first?["device"] == device)
      #expect(kept.first == lines[0].replacing(Self.device, with: "…"))
      #expect(kept.dropFirst().first == lines[1])
      #expect(kept.allSatisfy { !$0.lowercased().contains(Self.device.prefix(8)) })
    }
  }

  @Test func `lines are counted and not the requests they come in`() async throws {
    let clock = Mutex(LiveService.now)
    try await LiveService.run(clock: { clock.withLock { $0 } }) { live in
      let (_, passes) = try await live.issue()
      let serial = passes[0].pass.serialNumber
      func lines(_ count: Int, _ word: String) -> [String] {
        (1...count).map { "\(word) \($0), serial number \(serial), failed" }
      }
      #expect(try await log(live, lines(1, "a")) == 200)
      #expect(try await log(live, lines(98, "b")) == 200)
      #expect(try await log(live, lines(PassWebService.logLineLimit, "c")) == 200)
      // Ten seconds' worth is used up, and what was too much is waited for.
      clock.withLock { $0 += 9_000 }
      #expect(try await log(live, lines(1, "d")) == 200)
      let kept = texts(try await history(live, serial))
      #expect(kept.count == 50)
      #expect(kept.last?.hasPrefix("c 100,") == true && kept.first?.hasPrefix("c 51,") == true)
      clock.withLock { $0 += 2_000 }
      #expect(try await log(live, lines(1, "e")) == 200)
      #expect(texts(try await history(live, serial)).last?.hasPrefix("e 1,") == true)
    }
  }

  @Test func `one pass is registered for so often and on so many devices, and others do not suffer`() async throws {
    try await LiveService.run { live in
      let (_, passes) = try await live.issue(count: 2)
      let serials = passes.map(\.pass.serialNumber)
      let shows = try passes.map { ["Authorization": try live.authorization(of: $0)] }
      let token = #"{"pushToken":"00"}"#
      for number in 0..<30 {
        let path = registration(live, serials[0], device: "invented-\(number)")
        #expect(try await live.ask("POST", path, headers: shows[0], body: token).status == 201)
        #expect(try await live.ask("DELETE", path, headers: shows[0]).status == 200)
        // Without the pass's token nothing is counted.
        #expect(try await live.ask("POST", path, headers: shows[1], body: token).status == 401)
        #expect(try await live.ask("POST", path, headers: shows[0], body: token).status == 201)
      }
      let path = registration(live, serials[0])
      let refused = try await live.ask("POST", path, headers: shows[0], body: token)
      #expect(refused.status == 429 && refused.headers["retry-after"] == "60")
      #expect(try await live.ask("DELETE", path, headers: shows[0]).status == 200)
      #expect(try await live.ask("POST", registration(live, serials[1]), headers: shows[1], body: token).status == 201)

      for number in 1..<PassWebService.deviceLimit {
        let key = DeviceKey(tenant: "theatre", passType: live.passType, libraryIdentifier: "more-\(number)")
        let outcome = try await live.store.register(
          key, pushToken: "00", serialNumber: serials[1], limit: 9, deviceLimit: 100, correlationID: "r",
          at: LiveService.now)
        #expect(outcome == .new)
      }
      let tooMany = try await live.ask(
        "POST", registration(live, serials[1], device: "another"), headers: shows[1], body: token)
      #expect(tooMany.status == 403)
      #expect(try await live.ask("POST", registration(live, serials[1]), headers: shows[1], body: token).status == 200)
    }
  }

  @Test func `a wrong token is refused before anything is looked up`() async throws {
    try await LiveService.run { live in
      let (_, passes) = try await live.issue()
      let path = "/wallet/theatre/v1/passes/\(live.passType)"
      let own = try live.authorization(of: passes[0])
      try live.store.close()
      for serial in [passes[0].pass.serialNumber, "missing"] {
        for wrong in ["", "ApplePass x", "ApplePass \(own)"] {
          let answer = try await live.ask("GET", "\(path)/\(serial)", headers: ["Authorization": wrong])
          #expect(answer.status == 401, "\(serial) \(wrong)")
        }
      }
      let right = try await live.ask(
        "GET", "\(path)/\(passes[0].pass.serialNumber)", headers: ["Authorization": own])
      #expect(right.status >= 500)
    }
  }

  @Test func `a history is as long as it is asked for`() async throws {
    try await LiveService.run { live in
      let (_, passes) = try await live.issue()
      let serial = passes[0].pass.serialNumber
      for number in 1...205 {
        var pass = passes[0].pass
        pass.contentDigest = [UInt8](repeating: UInt8(number), count: 32)
        try await live.store.save([pass], tenant: "theatre", at: LiveService.now + Int64(number))
      }
      func events(_ query: String) async throws -> Int? {
        try await history(live, serial, query)["events"]?.array?.count
      }
      #expect(try await events("") == 200)
      #expect(try await events("?limit=") == 200)
      #expect(try await events("?limit=3") == 3)
      #expect(try await events("?limit=1000") == 206)
      for wrong in ["0", "1001", "x", "-1"] {
        let answer = try await live.ask("GET", "/api/theatre/passes/\(serial)/history?limit=\(wrong)")
        #expect(answer.status == 400, "\(wrong)")
        #expect(answer.body?["errors"]?["limit"] == ["Send a whole number from 1 to 1000."], "\(wrong)")
      }
    }
  }

  @Test(arguments: ["A/1", "1+2", "50%", "\u{E9}t\u{E9}", "%2F", "a b?c#d", "../x"])
  func `a serial number may be any text, in all six addresses`(serial: String) async throws {
    try await LiveService.run { live in
      let record = try await live.saveWithForm(serial)
      let show = ["Authorization": try live.authorization(of: record)]
      let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~.")
      let part = try #require(serial.addingPercentEncoding(withAllowedCharacters: unreserved))
      let list = "/wallet/theatre/v1/devices/\(Self.device)/registrations/\(live.passType)"
      let latest = "/wallet/theatre/v1/passes/\(live.passType)/\(part)"
      // A plus sign is one in a path, whether it is encoded or not.
      let asWritten = registration(live, part.replacing("%2B", with: "+"))
      let token = #"{"pushToken":"00"}"#
      #expect(try await live.ask("POST", registration(live, part), headers: show, body: token).status == 201)
      #expect(try await live.ask("POST", asWritten, headers: show, body: token).status == 200)
      #expect(try await live.ask("GET", list).body?["serialNumbers"] == [.string(serial)])
      let fetched = try await live.ask("GET", latest, headers: show)
      #expect(fetched.status == 200 && fetched.headers["content-type"] == "application/vnd.apple.pkpass")
      let entry = #"{"personalizationToken": "abc", "requiredPersonalizationInfo": {"fullName": "Ada"}}"#
      #expect(try await live.ask("POST", "\(latest)/personalize", headers: show, body: entry).status == 200)
      #expect(try await log(live, ["Get pass task (pass type x, serial number \(serial), y) failed"]) == 200)
      #expect(try await live.ask("DELETE", registration(live, part), headers: show).status == 200)
      #expect(try await live.ask("GET", list).status == 204)
      await live.front.service.noteDeliveries()
      let history = try await history(live, part)
      #expect(texts(history).count == 1)
      let kinds = history["events"]?.array?.compactMap { $0["kind"]?.stringValue }
      #expect(kinds == ["issued", "registered", "personalized", "unregistered", "fetched"])
    }
  }
}
