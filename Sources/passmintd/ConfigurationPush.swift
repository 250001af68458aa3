import AppleWallet
import Foundation
import Issuance
import Logging
import PassBundle
import Synchronization
import Yams

extension ConfigurationReading {
  private static let pushNames = ["host", "port", "roots", "priority", "push_type", "lifetime", "collapse_id"]

  /// How phones are told of changes; nil: they are not (`push: off`). Without a value, through Apple.
  func push(_ value: ConfigurationValue?) -> APNsSettings? {
    let usual = APNsSettings()
    guard let value else { return usual }
    if value.node.scalar?.string == "off" { return nil }
    guard let members = members(of: value, known: Self.pushNames) else { return usual }
    var settings = usual
    if let place = members["host"], let host = text(place) { set(\.host, to: host, of: &settings, at: place) }
    settings.port = members.number("port", in: 1...65_535, usually: usual.port)
    if let place = members["roots"], let path = path(place) {
      do {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        set(\.trustRoots, to: .pem(bytes), of: &settings, at: place)
      } catch {
        report(.error, at: place, "\(path) cannot be read: \(error.localizedDescription)")
      }
    }
    settings.priority =
      members.value("priority") { text throws(ConfigurationFault) in
        guard let priority = Int(text), [1, 5, 10].contains(priority) else {
          throw ConfigurationFault("\(ConfigurationForms.quoted(text)) is not 10, 5 or 1")
        }
        return priority
      } ?? usual.priority
    if let place = members["push_type"], let text = text(place) {
      set(\.pushType, to: text, of: &settings, at: place)
    }
    if let place = members["collapse_id"], let text = text(place) {
      set(\.collapseID, to: text, of: &settings, at: place)
    }
    settings.lifetime =
      members.value("lifetime") { text throws(ConfigurationFault) in
        guard let seconds = Int64(text), (0...31_536_000).contains(seconds) else {
          throw ConfigurationFault("\(ConfigurationForms.quoted(text)) is no number of seconds up to a year")
        }
        return seconds
      }
    return settings
  }

  /// Takes a setting over if APNs could take it. It is looked at alone, so that each mistake is told.
  private func set<Value>(
    _ property: WritableKeyPath<APNsSettings, Value>, to value: Value, of settings: inout APNsSettings,
    at place: ConfigurationValue
  ) {
    var alone = APNsSettings()
    alone[keyPath: property] = value
    do throws(APNsSetupError) {
      try alone.check()
      settings[keyPath: property] = value
    } catch {
      switch error {
      case .setting(_, let reason): report(.error, at: place, reason)
      case .trustRoots:
        report(.error, at: place, "holds no certificate in PEM: name the roots that APNs' certificate comes from")
      case .noIdentity, .severalPassTypes, .identity: report(.error, at: place, "\(error)")
      }
    }
  }
}

/// Stands for a transport that cannot be set up. What is to be pushed waits until somebody has mended it, with the alarm
/// of a certificate that Apple refuses; only `push: off` gives it up.
private struct MissingTransport: PushTransport {
  let reason: String

  func push(to token: String, id: String) async -> PushOutcome { .refused(reason: reason) }
}

/// The transports of all tenants. One that is the same after the configuration was read anew goes on with its connection.
final class PushTransports: Sendable {
  private struct Key: Hashable {
    let certificates: [String]
    let settings: APNsSettings
  }

  private let transports = Mutex<[Key: APNs]>([:])
  private let logger: Logger

  init(logger: Logger) {
    self.logger = logger
  }

  /// - Returns: for each tenant what pushes for it; none with `push: off`.
  func transports(for configuration: ServiceConfiguration) -> [String: any PushTransport] {
    guard let settings = configuration.push else { return [:] }
    var result: [String: any PushTransport] = [:]
    var used: [Key: APNs] = [:]
    for tenant in configuration.tenants {
      let identities = [tenant.identity] + tenant.formerIdentities
      let key = Key(certificates: identities.map(\.certificate.sha256Fingerprint), settings: settings)
      do throws(APNsSetupError) {
        var transport = transports.withLock { $0[key] } ?? used[key]
        if transport == nil {
          transport = try APNs(identities: identities, settings: settings, logger: logger, now: RunningService.now)
        }
        used[key] = transport
        result[tenant.id] = transport
      } catch {
        logger.error("nothing can be pushed: \(error)", metadata: ["tenant": "\(tenant.id)"])
        result[tenant.id] = MissingTransport(reason: "\(error)")
      }
    }
    let kept = used
    let gone = transports.withLock { transports in
      defer { transports = kept }
      return transports.filter { kept[$0.key] == nil }.map(\.value)
    }
    // What is on its way through them still arrives.
    for transport in gone { Task { await transport.shutdown() } }
    return result
  }

  func shutdown() async {
    let all = transports.withLock { transports in
      defer { transports = [:] }
      return Array(transports.values)
    }
    for transport in all { await transport.shutdown() }
  }
}
