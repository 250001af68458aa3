import Foundation
package import Issuance
import JSON
package import Logging
import PassBundle
import Passes

/// The rules of Apple's pass web service: what a phone may ask, and what follows from it
/// (https://developer.apple.com/documentation/walletpasses/adding-a-web-service-to-update-passes). Paths, headers and
/// statuses are the front's.
package struct PassWebService: Sendable {
  /// Why a phone is turned away.
  package enum Failure: Error, Sendable {
    /// The token is not the pass's, or there is no such pass: nobody learns which.
    case unauthorized
    /// The body or the path is not what the documentation says.
    case malformed(String)
    /// The device has as many passes as it may.
    case tooManyRegistrations(limit: Int)
    /// The pass is on as many devices as it may.
    case tooManyDevices(limit: Int)
    case store(StoreError)
    case issuing(IssuingError)
  }

  /// Passes that a device may have of one tenant: far more than anybody carries.
  package static let registrationLimit = 1_000
  /// Devices that a pass may be on. Whoever has the pass can invent devices, and each of them is pushed at every change. One
  /// more is turned away, and none of the others taken out for it: else a flood of invented ones would cut off the phone
  /// that the pass is on. The pass works on it all the same, and does not follow changes.
  package static let deviceLimit = 100
  /// Of a push token, in characters. Apple gives no length and says not to count on one.
  private static let tokenLimit = 400
  private static let identifierLimit = 200
  /// Lines that are taken of one request, and characters of each.
  package static let logLineLimit = 100
  private static let logTextLimit = 1_000
  /// Lines kept of a tenant, and of those about the same pass, the same device, or neither. Nobody has to show anything to
  /// write one: with one pass on as many devices as it may be, half of the lines are others' still.
  private static let keptLogLines = 10_000
  private static let keptLogLinesOfEach = 50

  let service: IssuingService
  private let logger: Logger
  let clock: @Sendable () -> Int64

  /// - Parameter clock: milliseconds since 1970.
  package init(_ service: IssuingService, logger: Logger, clock: @escaping @Sendable () -> Int64) {
    self.service = service
    self.logger = logger
    self.clock = clock
  }

  /// The pass that a request is about, if it shows the pass's token.
  ///
  /// - Parameter authorization: the header as it came: `ApplePass 0123…`.
  /// - Throws: `unauthorized` for a wrong token and for a pass that is not there alike. Passes are looked up for the right
  ///   token only: a wrong one is refused as fast, whether there is such a pass or not.
  package func pass(
    _ serialNumber: String, passType: String, authorization: String?, of tenant: Tenant
  ) async throws(Failure) -> PassRecord {
    try await pass(serialNumber, passType: passType, authorization: authorization, of: tenant, isOpen: false)
  }

  /// - Parameter isOpen: whether a request without a header is let through.
  func pass(
    _ serialNumber: String, passType: String, authorization: String?, of tenant: Tenant, isOpen: Bool
  ) async throws(Failure) -> PassRecord {
    let scheme = "applepass "
    let text = authorization ?? ""
    let token = text.prefix(scheme.count).lowercased() == scheme ? String(text.dropFirst(scheme.count)) : ""
    let isRight =
      tenant.keys.accepts(authenticationToken: token, serialNumber: serialNumber) || isOpen && authorization == nil
    guard isRight, passType == tenant.issuer.passTypeIdentifier else { throw .unauthorized }
    let record: PassRecord?
    do throws(StoreError) {
      record = try await service.store.pass(serialNumber: serialNumber, tenant: tenant.id)
    } catch {
      throw .store(error)
    }
    guard let record else { throw .unauthorized }
    return record
  }

  /// Registers a device for a pass.
  ///
  /// - Parameter body: `{"pushToken":"0123…"}`.
  /// - Returns: whether the registration is new.
  package func register(
    _ device: String, for record: PassRecord, body: [UInt8], of tenant: Tenant, correlationID: String
  ) async throws(Failure) -> Bool {
    let key = try key(device, passType: tenant.issuer.passTypeIdentifier, of: tenant)
    guard let document = try? JSONValue(parsing: body), let token = document["pushToken"]?.stringValue else {
      throw .malformed(#"The body is {"pushToken": "…"}."#)
    }
    let digits = token.utf8
    guard !digits.isEmpty, digits.count <= Self.tokenLimit, digits.allSatisfy(\.isHexDigit) else {
      throw .malformed("The push token is not of hexadecimal digits.")
    }
    // What somebody was handed a moment ago counts: else the device would be pushed for what it has.
    await service.noteDeliveries()
    let registration: Registration
    do throws(StoreError) {
      registration = try await service.store.register(
        key, pushToken: token, serialNumber: record.pass.serialNumber, limit: Self.registrationLimit,
        deviceLimit: Self.deviceLimit, correlationID: correlationID, at: clock())
    } catch {
      throw .store(error)
    }
    switch registration {
    case .new, .known:
      service.wakePushes()
      return registration == .new
    case .tooManyDevices: throw .tooManyDevices(limit: Self.deviceLimit)
    case .tooMany: throw .tooManyRegistrations(limit: Self.registrationLimit)
    case .noPass: throw .unauthorized
    }
  }

  /// Ends a registration; one that is not there has ended.
  package func unregister(
    _ device: String, from record: PassRecord, of tenant: Tenant, correlationID: String
  ) async throws(Failure) {
    let key = try key(device, passType: tenant.issuer.passTypeIdentifier, of: tenant)
    do throws(StoreError) {
      _ = try await service.store.unregister(
        key, serialNumber: record.pass.serialNumber, correlationID: correlationID, at: clock())
      service.webhookSignal.set()
    } catch {
      throw .store(error)
    }
  }

  /// Which passes of a device changed. The device's identifier is all that is asked for: whoever knows it, is it.
  ///
  /// - Parameter tag: of the last answer, as it came back; nil, or what was never an answer, for all passes.
  /// - Returns: nil when none did.
  package func updates(
    for device: String, passType: String, since tag: String?, of tenant: Tenant
  ) async throws(Failure) -> UpdatedPasses? {
    let key = try key(device, passType: passType, of: tenant)
    do throws(StoreError) {
      return try await service.store.updatedPasses(of: key, after: tag.flatMap { Int64($0) })
    } catch {
      throw .store(error)
    }
  }

  /// What a phone writes of its troubles.
  ///
  /// - Parameter body: `{"logs":["…"]}`.
  package func logLines(_ body: [UInt8], of tenant: Tenant) throws(Failure) -> [DeviceLogLine] {
    guard let document = try? JSONValue(parsing: body), let lines = document["logs"]?.array else {
      throw .malformed(#"The body is {"logs": ["…"]}."#)
    }
    return lines.prefix(Self.logLineLimit).compactMap(\.stringValue).map { line in
      DeviceLogLine(phone: String(line.prefix(Self.logTextLimit)), of: tenant)
    }
  }

  /// Keeps what a phone wrote, and tells the operator.
  package func keep(_ lines: [DeviceLogLine], of tenant: Tenant) async throws(Failure) {
    for line in lines {
      logger.notice(
        "a phone says: \(line.text)",
        metadata: ["tenant": "\(tenant.id)", "serial": "\(line.serialNumber ?? "")"])
    }
    do throws(StoreError) {
      try await service.store.keep(
        lines, tenant: tenant.id, limit: Self.keptLogLines, each: Self.keptLogLinesOfEach, at: clock())
    } catch {
      throw .store(error)
    }
  }

  private func key(_ device: String, passType: String, of tenant: Tenant) throws(Failure) -> DeviceKey {
    guard (1...Self.identifierLimit).contains(device.utf8.count), passType.utf8.count <= Self.identifierLimit,
      !device.utf8.contains(0), !passType.utf8.contains(0)
    else { throw .malformed("The device identifier is empty or too long.") }
    return DeviceKey(tenant: tenant.id, passType: passType, libraryIdentifier: device)
  }
}

extension DeviceLogLine {
  /// Reads a line as iOS writes it: `[2026-11-20 19:05:02 +0100] Get pass task (pass type pass.org.example, serial number
  /// 4711, if-modified-since (null); with web service url https://…) encountered error: Unexpected response code 401`.
  init(phone line: String, of tenant: Tenant) {
    let text = String(
      String.UnicodeScalarView(line.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    func word(after mark: String) -> String? {
      guard let start = text.range(of: mark, options: .caseInsensitive)?.upperBound else { return nil }
      let word = text[start...].prefix { !",;)".contains($0) }.trimmingCharacters(in: .whitespaces)
      return word.isEmpty || word == "(null" ? nil : String(word.prefix(200))
    }
    let identifier = word(after: "for device ")
    let passType = word(after: "pass type ") ?? tenant.issuer.passTypeIdentifier
    // iOS' own “#s” stands where its number should; the device is named and the pass is not.
    self.init(
      text: Self.withoutDevices(text, identifier), serialNumber: word(after: "serial number "),
      device: identifier.map { DeviceKey(tenant: tenant.id, passType: passType, libraryIdentifier: $0) })
  }

  /// Whoever knows a device's identifier may list its passes: it does not stand in logs.
  private static func withoutDevices(_ text: String, _ identifier: String?) -> String {
    var text = text
    for (mark, ends) in [("for device ", ",;)"), ("/devices/", "/,;) ")] {
      var (shown, rest) = ("", text[...])
      while let start = rest.range(of: mark, options: .caseInsensitive)?.upperBound {
        let end = rest[start...].firstIndex { ends.contains($0) } ?? rest.endIndex
        shown += rest[..<start] + (rest[start..<end] == "(null" ? "(null" : "…")
        rest = rest[end...]
      }
      text = shown + rest
    }
    // One of a few letters is none of a phone's, and would take other words to pieces.
    guard let identifier, identifier.count >= 8 else { return text }
    return text.replacing(identifier, with: "…")
  }
}

extension UInt8 {
  fileprivate var isHexDigit: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }
}
