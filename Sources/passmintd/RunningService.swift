import ArgumentParser
import AsyncHTTPClient
import Authorization
import Foundation
import Hummingbird
import HummingbirdCore
import Issuance
import Logging
import Metrics
import NIOCore
import SQLiteStore
import SecutixClient
import Server
import ServiceLifecycle
import UnixSignals
import Webhooks

/// Everything wired together, from the configuration to the end of the process.
struct RunningService {
  private let configuration: ServiceConfiguration
  private let source: ConfigurationSource
  private let portFile: String?
  private let logger: Logger
  private let metrics: PrometheusMetrics

  /// - Parameter warnings: of the configuration. They are lines of the log, in its format, like all that follows.
  init(
    _ configuration: ServiceConfiguration, warnings: [ConfigurationProblem], source: ConfigurationSource,
    portFile: String?
  ) {
    self.configuration = configuration
    self.source = source
    self.portFile = portFile
    let log = configuration.log
    LoggingSystem.bootstrap { LogLines(label: $0, settings: log) }
    logger = Logger(label: "passmintd")
    metrics = PrometheusMetrics(help: ServiceMetrics.help)
    MetricsSystem.bootstrap(metrics)
    for warning in warnings { logger.warning("\(warning)") }
  }

  @Sendable static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

  func run() async throws {
    // Whoever goes away while it is being answered ends its connection, not the process.
    signal(SIGPIPE, SIG_IGN)
    // A file that may grow no further is a full disk: the store says so, and goes on when it may.
    signal(SIGXFSZ, SIG_IGN)
    // Until somebody listens for it. It would end the process; the configuration was read a moment ago.
    signal(SIGHUP, SIG_IGN)
    let store: SQLiteStore
    do throws(StoreError) {
      store = try SQLiteStore(path: configuration.storePath)
    } catch {
      throw Words.failure(
        "\(configuration.storePath): \(error)", hint: "`store:` in \(source.path) says where the store is")
    }
    let worker: String
    do throws(StoreError) {
      worker = try store.addWorker("\(ProcessInfo.processInfo.hostName)/\(getpid())")
      let count = try await store.freeJobsOfDeadWorkers(at: Self.now())
      if count > 0 { logger.notice("jobs of a process that has died are taken over", metadata: ["count": "\(count)"]) }
    } catch {
      throw Words.failure("\(configuration.storePath): \(error)")
    }
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: SecutixClient.configuration())
    do {
      try await run(store, worker: worker, http)
    } catch {
      try? await http.shutdown()
      try? store.close()
      throw error
    }
    try? await http.shutdown()
    do throws(StoreError) {
      try store.close()
    } catch {
      logger.error("\(error)")
    }
    logger.notice("stopped")
  }

  private func run(_ store: SQLiteStore, worker: String, _ http: HTTPClient) async throws {
    let push = PushTransports(logger: logger)
    let tenants = TenantLoading(
      push: push, http: http, limiters: CallLimiters(), keySets: KeySets(logger: logger, clock: Self.now))
    let served = tenants.served(configuration)
    let service = IssuingService(
      store: store, tenants: served.map(\.tenant), settings: settings(worker: worker), logger: logger, clock: Self.now)
    let front = Front(
      service: service, tenants: served, settings: configuration.serverSettings, metrics: metrics, logger: logger,
      clock: Self.now)
    var sending = WebhookSender.Settings()
    sending.grace = min(sending.grace, stopping * 0.2)
    let sender = WebhookSender(service, settings: sending, logger: logger)
    // Before anything happens that there is to tell of.
    await sender.replaceEndpoints(configuration.tenants.flatMap(\.outgoingWebhooks))
    ServiceMetrics.register(in: metrics, for: service, clock: Self.now)
    // They stop in the opposite order: first nobody is sent here any more, then what was begun is answered, then jobs are
    // given back.
    var services: [any Service] = [
      service, sender, application(Routes.router(front), at: configuration.listen, isMain: true),
    ]
    if let address = configuration.metricsListen {
      services.append(application(Routes.metricsRouter(front), at: address, isMain: false))
    }
    services += [
      ConfigurationReload(
        source: source, running: configuration, tenants: tenants, front: front, sender: sender, logger: logger),
      StopGate(front: front, delay: configuration.shutdownDelay, logger: logger),
    ]
    var group = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet(logger))
    group.maximumGracefulShutdownDuration = configuration.shutdownGrace
    do {
      try await ServiceGroup(configuration: group).run()
    } catch is CancellationError {
      // The grace was not enough; what was cut off comes again.
      logger.warning("the grace of \(configuration.shutdownGrace) was over before everything had ended")
    } catch let error as ExitCode {
      throw error
    } catch {
      let places = [configuration.listen, configuration.metricsListen].compactMap { $0?.description }
      throw Words.failure(
        "cannot listen on \(places.joined(separator: " or ")): \(SandboxWords.reason(error))",
        hint: "is another one running? choose another address with --listen, or `listen:` in \(source.path)")
    }
  }

  private func settings(worker: String) -> IssuingService.Settings {
    var settings = IssuingService.Settings()
    settings.concurrency = configuration.workers
    settings.worker = worker
    // One stops after the other, and something is left for the answers and for giving jobs back.
    settings.grace = stopping * 0.5
    return settings
  }

  /// How long everything may take to end after nobody is sent here any more.
  private var stopping: Duration { max(.zero, configuration.shutdownGrace - configuration.shutdownDelay) }

  private func application(
    _ router: Router<ServiceContext>, at address: ListenAddress, isMain: Bool
  ) -> some Service {
    var configuration = ApplicationConfiguration(address: .hostname(address.host, port: address.port), serverName: nil)
    configuration.backlog = 1024
    configuration.availableConnectionsDelegate = MaximumAvailableConnections(Self.maximumConnections)
    let tenants = self.configuration.tenants.count
    return Application(
      router: router,
      server: .http1(
        configuration: .init(
          additionalChannelHandlers: [SlowRequests(limit: .seconds(60))], idleTimeout: .seconds(75),
          httpDecoderConfiguration: .init(maxHeaderFieldSize: 1 << 15, maxHeaderListSize: 1 << 16))),
      configuration: configuration,
      onServerRunning: { [logger, portFile] channel in
        let port = channel.localAddress?.port ?? address.port
        guard isMain else { return }
        logger.notice(
          "listening on \(ListenAddress(host: address.host, port: port))", metadata: ["tenants": "\(tenants)"])
        if let portFile {
          do {
            try Data("\(port)\n".utf8).write(to: URL(filePath: portFile), options: .atomic)
          } catch {
            logger.error("\(portFile): \(error.localizedDescription)")
          }
        }
      }, logger: Self.quiet(logger))
  }

  /// Fewer than the files that the process may have open, so that there is always one for the store and for Secutix.
  private static var maximumConnections: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 900 }
    return max(64, Int(clamping: min(limit.rlim_cur, 1 << 20)) - 124)
  }

  /// What the libraries tell of each step is nobody's business.
  private static func quiet(_ logger: Logger) -> Logger {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    return quiet
  }
}

/// Makes tenants of a configuration with what outlives it: connections, limiters, keys of issuers.
struct TenantLoading: Sendable {
  let push: PushTransports
  let http: HTTPClient
  let limiters: CallLimiters
  let keySets: KeySets

  func served(_ configuration: ServiceConfiguration) -> [ServedTenant] {
    let transports = push.transports(for: configuration)
    return configuration.tenants.map {
      $0.served(
        publicURL: configuration.publicURL, push: transports[$0.id], http: http, limiters: limiters, keySets: keySets,
        clock: RunningService.now)
    }
  }
}

/// Says first that the service is not ready, and lets that be seen before anything else stops.
struct StopGate: Service {
  let front: Front
  let delay: Duration
  let logger: Logger

  func run() async throws {
    // Ends with the request to stop.
    try? await gracefulShutdown()
    front.beginToStop()
    logger.notice("stopping")
    try? await Task.sleep(for: delay)
  }
}

/// On SIGHUP: reads the configuration again, and puts its tenants in place when nothing is wrong with it.
struct ConfigurationReload: Service {
  let source: ConfigurationSource
  let running: ServiceConfiguration
  let tenants: TenantLoading
  let front: Front
  let sender: WebhookSender
  let logger: Logger

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { await reload() }
  }

  private func reload() async {
    let (configuration, problems) = source.read()
    for problem in problems {
      logger.log(level: problem.severity == .error ? .error : .warning, "\(problem)")
    }
    guard let configuration else {
      return logger.error("the configuration has mistakes: the tenants stay as they are")
    }
    if configuration.needsRestart(after: running) {
      logger.warning("only tenants are read anew: what else changed in the configuration waits for a restart")
    }
    // What the line above says waits for a restart does: in part it is in use already, such as `public_url` in the front.
    var applied = running
    applied.tenants = configuration.tenants
    front.replaceTenants(tenants.served(applied))
    await sender.replaceEndpoints(configuration.tenants.flatMap(\.outgoingWebhooks))
    logger.notice("tenants read anew", metadata: ["tenants": "\(configuration.tenants.count)"])
  }
}

extension ServiceConfiguration {
  /// Whether anything but the tenants is another.
  func needsRestart(after other: ServiceConfiguration) -> Bool {
    listen != other.listen || publicURL != other.publicURL || storePath != other.storePath || log != other.log
      || metricsListen != other.metricsListen || trustedProxies != other.trustedProxies || badges != other.badges
      || push != other.push || shutdownDelay != other.shutdownDelay || shutdownGrace != other.shutdownGrace
      || workers != other.workers
  }
}
