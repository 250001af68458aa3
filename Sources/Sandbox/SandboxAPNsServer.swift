import NIOCore
import NIOHTTP2
import NIOPosix
import NIOSSL
import PassBundle
import Synchronization

extension SandboxAPNs {
  /// Serves for as long as `body` runs.
  ///
  /// - Parameters:
  ///   - host: the address to listen on: the certificate is for `localhost`, 127.0.0.1 and ::1.
  ///   - port: 0: any that is free.
  ///   - body: given the port.
  package func serve<Result: Sendable>(
    host: String = "127.0.0.1", port: Int = 0, _ body: (_ port: Int) async throws -> Result
  ) async throws -> Result {
    let context = try NIOSSLContext(configuration: tlsConfiguration())
    let connections = Connections()
    let settings = [
      HTTP2Setting(parameter: .maxConcurrentStreams, value: options.concurrentStreams),
      HTTP2Setting(parameter: .maxHeaderListSize, value: 8192),
    ]
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        connections.add(channel)
        return channel.eventLoop.makeCompletedFuture {
          let tls = NIOSSLServerHandler(context: context)
          let connection = SandboxAPNsConnection(self, tls: tls)
          let bound = NIOLoopBound(connection, eventLoop: channel.eventLoop)
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(tls)
          var limits = NIOHTTP2Handler.ConnectionConfiguration()
          limits.initialSettings = settings
          // Whoever plays with faults resets many streams.
          var streams = NIOHTTP2Handler.StreamConfiguration()
          streams.streamResetFrameRateLimit.maximumCount = 100_000
          _ = try pipeline.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: limits, streamConfiguration: streams
          ) { stream in
            stream.eventLoop.makeCompletedFuture {
              try stream.pipeline.syncOperations.addHandler(SandboxAPNsStream(bound.value))
            }
          }
          try pipeline.addHandler(connection)
        }
      }
      .bind(host: host, port: port).get()
    let result: Swift.Result<Result, any Error>
    do {
      result = .success(try await body(listener.localAddress?.port ?? 0))
    } catch {
      result = .failure(error)
    }
    try await listener.close().get()
    await connections.close()
    return try result.get()
  }

  private func tlsConfiguration() throws -> TLSConfiguration {
    let chain = [
      NIOSSLCertificateSource.certificate(try NIOSSLCertificate(bytes: server.certificate.der, format: .der))
    ]
    let key = try server.privateKey.withPEM { (bytes) throws in try NIOSSLPrivateKey(bytes: bytes, format: .pem) }
    let roots = try clientRoots.map { try NIOSSLCertificate(bytes: $0.der, format: .der) }
    var configuration = TLSConfiguration.makeServerConfigurationWithMTLS(
      certificateChain: chain, privateKey: .privateKey(key), trustRoots: .certificates(roots))
    if !options.requiresCertificate { configuration.certificateVerification = .optionalVerification }
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["h2"]
    return configuration
  }

  /// The connections that are open.
  private final class Connections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    func add(_ channel: any Channel) {
      let id = ObjectIdentifier(channel)
      channels.withLock { $0[id] = channel }
      channel.closeFuture.whenComplete { [weak self] _ in self?.channels.withLock { _ = $0.removeValue(forKey: id) } }
    }

    func close() async {
      let open = channels.withLock { Array($0.values) }
      for channel in open { channel.close(promise: nil) }
      for channel in open { try? await channel.closeFuture.get() }
    }
  }
}
