package import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle

/// Serves a router for as long as `body` runs.
///
/// The server is asked to stop and never cancelled: NIO ends the process when a server is cancelled that has accepted a
/// connection and not yet begun to serve it (https://github.com/apple/swift-nio/issues/2637). Requests that are still being
/// answered have two seconds.
///
/// - Parameters:
///   - port: 0: any that is free.
///   - body: given the port.
package func whileServing<Context: RequestContext, Result: Sendable>(
  _ router: Router<Context>, host: String = "127.0.0.1", port: Int = 0, logger: Logger,
  _ body: @escaping @Sendable (_ port: Int) async throws -> Result
) async throws -> Result where Context.Source == ApplicationRequestContextSource {
  let (ports, running) = AsyncStream<Int>.makeStream()
  let application = Application(
    router: router, configuration: .init(address: .hostname(host, port: port), serverName: nil),
    onServerRunning: { channel in
      running.yield(channel.localAddress?.port ?? 0)
      running.finish()
    }, logger: logger)
  var configuration = ServiceGroupConfiguration(services: [application], logger: logger)
  configuration.maximumGracefulShutdownDuration = .seconds(2)
  let group = ServiceGroup(configuration: configuration)
  // Of its own, so that whoever cancels the caller does not cancel the server.
  let server = Task {
    defer { running.finish() }
    try await group.run()
  }
  guard let port = await ports.first(where: { _ in true }) else {
    await group.triggerGracefulShutdown()
    try await server.value
    throw CancellationError()
  }
  let result: Swift.Result<Result, any Error>
  do {
    result = .success(try await body(port))
  } catch {
    result = .failure(error)
  }
  await group.triggerGracefulShutdown()
  // What was cut off after its time is no mistake of the body's.
  _ = try? await server.value
  return try result.get()
}
