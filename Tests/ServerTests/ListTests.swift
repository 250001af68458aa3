import Issuance
import JSON
import Testing

@testable import SQLiteStore
@testable import Server

@Suite("Lists")
struct ListTests {
  /// All pages of a list from an address on, as their rows' numbers.
  private static func pages(_ live: LiveService, _ path: String) async throws -> [[Int64]] {
    var pages: [[Int64]] = []
    var next: String? = path
    while let path = next {
      let answer = try await live.ask("GET", path, headers: ["X-API-KEY": live.key])
      try #require(answer.status == 200, "\(path)")
      pages.append(try #require(answer.body?.array).compactMap { $0["id"]?.int })
      next = try answer.headers["link"].map { link in
        let form = /<https:\/\/passes\.example\.org(\/[^<>]*)>; rel="next"/
        let parts = try #require(link.wholeMatch(of: form), "\(link)")
        return String(parts.1)
      }
    }
    return pages
  }

  @Test func `of jobs are walked through by the link that each page ends with`() async throws {
    try await LiveService.run { live in
      let webhook = "/api/theatre/webhooks/listeners/secutix/orders"
      for number in 1...5 {
        _ = try await live.ask("POST", "\(webhook)/v1/\(number)")
      }
      let ids = try await live.store.jobs(JobFilter(tenant: "theatre")).map(\.id)
      let list = "/api/theatre/jobs"
      #expect(try await Self.pages(live, "\(list)?limit=2") == [[ids[0], ids[1]], [ids[2], ids[3]], [ids[4]]])
      #expect(try await Self.pages(live, "\(list)?limit=5") == [ids])
      #expect(try await Self.pages(live, list) == [ids])
      // Whatever else was asked for stays asked for, though it does not belong there.
      try await live.store.discard(ids[1], tenant: "theatre", reason: "", at: LiveService.now)
      let waiting = [ids[0], ids[2], ids[3], ids[4]]
      #expect(
        try await Self.pages(live, "\(list)?state=available&limit=3&state=running&x=%3Ca%3E")
          == [Array(waiting[..<3]), [waiting[3]]])
    }
  }

  @Test func `of outgoing webhooks keep to their endpoint`() async throws {
    try await LiveService.run { live in
      try await live.store.subscribe(
        ["crm", "säle & co"].map { WebhookSubscription(name: $0, address: "https://\($0)", types: [.created]) },
        tenant: "theatre")
      let passes = (1...3).map { number in
        IssuedPass(
          serialNumber: "\(number)", movement: "1\(number)", order: "4711", file: "815", template: "concert",
          state: .valid, event: nil, rendered: [], assetsDigest: [UInt8](repeating: 7, count: 32),
          contentDigest: [UInt8](repeating: 1, count: 32), asOf: 0)
      }
      try await live.store.save(passes, tenant: "theatre", at: LiveService.now)
      let filter = WebhookFilter(tenant: "theatre", endpoint: "säle & co")
      let ids = try await live.store.webhooks(filter).map(\.id)
      try #require(ids.count == 3)
      let list = "/api/theatre/webhooks/messages"
      #expect(
        try await Self.pages(live, "\(list)?endpoint=s%C3%A4le+%26%20co&limit=1") == ids.map { [$0] })
      #expect(try await Self.pages(live, "\(list)?limit=4").map(\.count) == [4, 2])
    }
  }
}
