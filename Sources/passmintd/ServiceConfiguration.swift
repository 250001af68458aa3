import AppleWallet
import Authorization
import Logging
import Server

/// How the service runs: what `passmint.yaml`, the environment and the command line say, read and loaded as a whole.
struct ServiceConfiguration: Sendable {
  var listen: ListenAddress
  /// Without a slash at the end.
  var publicURL: String
  /// Absolute.
  var storePath: String
  var log: LogSettings
  /// Where `/metrics` is, in place of `listen`.
  var metricsListen: ListenAddress?
  var trustedProxies: [AddressRange]
  /// By language.
  var badges: [String: ServerSettings.Badge]
  /// How long the service says that it is not ready before it takes no more connections.
  var shutdownDelay: Duration
  /// How long a stop may take, the delay included.
  var shutdownGrace: Duration
  /// Orders fetched at once.
  var workers: Int
  /// How phones are told of changes; nil: they are not.
  var push: APNsSettings?
  /// In the order of the file; at least one.
  var tenants: [TenantConfiguration]

  /// What of it the HTTP front works with.
  var serverSettings: ServerSettings {
    var settings = ServerSettings(publicURL: publicURL)
    settings.trustedProxies = trustedProxies
    settings.badges = badges
    settings.servesMetrics = metricsListen == nil
    return settings
  }

  /// Reads a configuration and loads what it names: secrets, certificates, templates.
  ///
  /// - Parameters:
  ///   - path: of the file.
  ///   - flags: what the command line says in its place.
  ///   - now: seconds since 1970; certificates and keys end.
  /// - Returns: no configuration when there is an error among the problems. They stand in the order of the file.
  static func read(
    path: String, flags: [ConfigurationOverride: String] = [:], environment: [String: String], now: Int64
  ) -> (configuration: ServiceConfiguration?, problems: [ConfigurationProblem]) {
    let reading = ConfigurationReading(path: path, flags: flags, environment: environment, now: now)
    let configuration = reading.service()
    let order = reading.problems.enumerated().sorted { left, right in
      func place(_ problem: (offset: Int, element: ConfigurationProblem)) -> (Int, Int, Int) {
        // What lies in another file follows what was found before it.
        problem.element.file == path
          ? (problem.element.line ?? 0, problem.element.column ?? 0, problem.offset) : (.max, 0, problem.offset)
      }
      return place(left) < place(right)
    }
    return (reading.hasErrors ? nil : configuration, order.map(\.element))
  }
}

/// Where a server listens.
struct ListenAddress: Sendable, Hashable {
  /// A name or an address; IPv6 without brackets.
  var host: String
  /// 0: any that is free.
  var port: Int
}

extension ListenAddress: CustomStringConvertible {
  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

struct LogSettings: Sendable, Hashable {
  enum Format: String, Sendable, Hashable {
    /// One object a line.
    case json
    /// For people.
    case text
  }

  var level = Logger.Level.info
  var format = Format.json
}

extension ServiceConfiguration: CustomStringConvertible, CustomReflectable {
  var description: String { "\(tenants.count) tenants at \(listen), known as \(publicURL)" }
  var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "listen": listen, "publicURL": publicURL, "storePath": storePath, "log": log, "tenants": tenants,
      ])
  }
}
