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
    settings.host = members.text("host") ?? usual.host
    settings.port = members.number("port", in: 1...65_535, usually: usual.port)
    if let place = members["roots"], let path = path(place) {
      do {
        settings.trustRoots = .pem([UInt8](try Data(contentsOf: URL(filePath: path))))
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
    settings.pushType = members.text("push_type")
    settings.collapseID = members.text("collapse_id")
    settings.lifetime =
      members.value("lifetime") { text throws(ConfigurationFault) in
        guard let seconds = Int64(text), (0...31_536_000).contains(seconds) else {
          throw ConfigurationFault("\(ConfigurationForms.quoted(text)) is no number of seconds up to a year")
        }
        return seconds
      }
    return settings
  }
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

  /// - Returns: for each tenant what pushes for it; those whose certificates cannot be used for it have none.
  func transports(for configuration: ServiceConfiguration) -> [String: APNs] {
    guard let settings = configuration.push else { return [:] }
    var result: [String: APNs] = [:]
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
