import HTTPTypes
import Hummingbird
import Issuance
import NIOCore

/// What the machines around the service ask.
extension Routes {
  func addOperation(to router: Router<ServiceContext>) {
    let document = Response(
      status: .ok, headers: [.contentType: "application/json"],
      body: .init(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json)))
    add(to: router, "/openapi.json", [.get: { _, _ in document }])
    // Says that the process lives, and asks nobody: a store that is in trouble is no reason to end it.
    let alive = Self.plain("ok\n")
    add(to: router, "/livez", [.get: { _, _ in alive }])
    let ready: Handler = { _, _ in
      if front.isToStop { throw Problem(.serviceUnavailable, "The service is stopping.") }
      // A store that can only be read takes no webhook: it is asked to write.
      try await stored { () async throws(StoreError) in try await front.service.store.checkWriting() }
      return Self.plain("ok\n")
    }
    add(to: router, "/readyz", [.get: ready])
  }

  func addMetrics(to router: Router<ServiceContext>) {
    let text: Handler = { _, _ in
      guard let metrics = front.metrics else { throw Problem(.notFound, "Nothing is measured.") }
      return Self.plain(await metrics.text(), type: PrometheusMetrics.contentType)
    }
    add(to: router, "/metrics", [.get: text])
  }

  private static func plain(_ text: String, type: String = "text/plain; charset=utf-8") -> Response {
    Response(
      status: .ok, headers: [.contentType: type, .cacheControl: "no-store"],
      body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}
