import Foundation
import HTTPTypes
import Hummingbird
import Issuance
import JSON
import PassBundle
import SQLiteStore
import Sandbox
import Secutix
import Testing

@testable import Server

/// What one tenant has, another tenant's credentials open nowhere. Every route is tried.
@Suite("Tenants")
struct TenantsTests {
  @Test func `no route gives away what is another's`() async throws {
    try await LiveService.run(webhooks: ["opera": WebhookPolicy()], ownKeys: ["opera"]) { live in
      let crm = WebhookSubscription(name: "crm", address: "https://crm.example.org/", types: [.created])
      try await live.store.subscribe([crm], tenant: "theatre")
      let (sale, passes) = try await live.issue(count: 2)
      let message = try #require(try await live.store.webhooks(WebhookFilter()).first).id
      let operaKey = try #require(live.ownKeys["opera"])
      let serial = passes[0].pass.serialNumber
      _ = try await live.ask(
        "POST", "/api/theatre/webhooks/listeners/secutix/orders",
        body: #"{"orderSecretToken":"s","state":"PAID","lastUpdate":"2026-11-20 19:05:02"}"#)
      let job = try #require(try await live.store.jobs(JobFilter(tenant: "theatre")).first).id
      let routes = Routes.router(live.front).routes.filter { "\($0.path)".contains("{tenantId}") }
      var tried: Set<String> = []
      for route in routes where ["GET", "POST"].contains(route.method.rawValue) {
        let pattern = "\(route.path)"
        // Phones show a pass's token and no key.
        if pattern.contains("/webhooks/listeners/") || pattern.hasPrefix("/wallet/") { continue }
        func path(_ tenant: String) -> String {
          pattern.replacing("{tenantId}", with: tenant).replacing("{serialNumber}", with: serial)
            .replacing("{jobId}", with: "\(job)").replacing("{fileId}", with: "\(sale.file)")
            .replacing("{orderSecret}", with: sale.orderSecret).replacing("{messageId}", with: "\(message)")
            .replacing("{endpointName}", with: "crm")
        }
        // Another tenant's key at this tenant's address.
        let stranger = try await live.ask(route.method.rawValue, path("theatre"), headers: ["X-API-KEY": operaKey])
        if pattern.hasPrefix("/api/"), stranger.status != 405 {
          #expect(stranger.status == 401, "\(route.method) \(pattern)")
          tried.insert("\(route.method) \(pattern)")
        }
        // The tenant's own key at the address of its own tenant, with another's numbers.
        let own = try await live.ask(route.method.rawValue, path("opera"), headers: ["X-API-KEY": operaKey])
        if ["{serialNumber}", "{jobId}", "{messageId}", "{endpointName}"].contains(where: { pattern.contains($0) }) {
          #expect([404, 405].contains(own.status), "\(route.method) \(pattern)")
        } else if let body = own.body {
          // Both ask one Secutix here. Even so, its tickets become the tenant's own passes, and lists have no others.
          let text = String(decoding: body.serialized(), as: UTF8.self)
          #expect(!passes.contains { text.contains($0.pass.serialNumber) }, "\(route.method) \(pattern)")
        }
      }
      #expect(tried.count == 15)
      let untouched = try await live.store.job(job, tenant: "theatre")
      #expect(untouched?.state == .available)
    }
  }
}
