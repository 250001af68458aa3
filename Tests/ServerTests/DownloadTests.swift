import AsyncHTTPClient
import Foundation
import Issuance
import JSON
import NIOCore
import NIOHTTP1
import PassBundle
import SQLiteStore
import Sandbox
import Testing

@testable import Server

@Suite("Downloads")
struct DownloadTests {
  private func get(
    _ live: LiveService, _ path: String, _ headers: [(String, String)] = [], method: String = "GET"
  ) async throws -> (status: Int, headers: [String: String], bytes: [UInt8]) {
    var request = HTTPClientRequest(url: live.url + path)
    request.method = .RAW(value: method)
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    let response = try await live.http.execute(request, timeout: .seconds(20))
    let bytes = Array(try await response.body.collect(upTo: 1 << 24).readableBytesView)
    let fields = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
    return (Int(response.status.code), fields, bytes)
  }

  @Test func `a pass has exactly its type, and is sent again only when it changed`() async throws {
    try await LiveService.run { live in
      let (_, passes) = try await live.issue()
      let serial = passes[0].pass.serialNumber
      let path = "/t/\(try live.token(.pass(serialNumber: serial))).pkpass"
      let first = try await get(live, path)
      #expect(first.status == 200)
      #expect(first.headers["content-type"] == "application/vnd.apple.pkpass")
      #expect(first.headers["content-disposition"] == #"attachment; filename="ticket.pkpass""#)
      #expect(first.headers["cache-control"] == "no-store")
      #expect(first.headers["x-robots-tag"] == "noindex, nofollow" && first.headers["referrer-policy"] == "no-referrer")
      #expect(
        BundleCheck.check(first.bytes, name: "ticket.pkpass", trust: [], now: LiveService.now / 1000).signature != nil)
      let tag = try #require(first.headers["etag"])
      let date = try #require(first.headers["last-modified"])
      // Made in this very second: a date that another change in it is newer than.
      #expect(date == "Fri, 20 Nov 2026 18:05:01 GMT")
      for condition in [
        [("If-None-Match", tag)], [("If-None-Match", "\"x\", W/\(tag)")],
      ] {
        let again = try await get(live, path, condition)
        #expect(again.status == 304 && again.bytes.isEmpty && again.headers["etag"] == tag)
      }
      for condition in [
        [("If-Modified-Since", "Fri, 20 Nov 2026 18:05:00 GMT")], [("If-Modified-Since", "yesterday")],
        // In the second of the change the date says nothing: two changes in it have the same.
        [("If-Modified-Since", date)], [("If-Modified-Since", "Fri, 20 Nov 2026 18:05:02 GMT")],
        // With a tag the date does not count.
        [("If-None-Match", "\"x\""), ("If-Modified-Since", date)],
      ] {
        #expect(try await get(live, path, condition).bytes == first.bytes)
      }
      var pass = passes[0].pass
      pass.contentDigest = [UInt8](repeating: 1, count: 32)
      try await live.store.save([pass], tenant: "theatre", at: LiveService.now - 9_000)
      let settled = "Fri, 20 Nov 2026 18:04:53 GMT"
      #expect(try await get(live, path).headers["last-modified"] == settled)
      let again = try await get(live, path, [("If-Modified-Since", settled)])
      #expect(again.status == 304 && again.bytes.isEmpty)
      // A later one was given of another content, before the clock was set back.
      for second in ["18:04:52", "18:04:54", "18:05:02"] {
        #expect(try await get(live, path, [("If-Modified-Since", "Fri, 20 Nov 2026 \(second) GMT")]).status == 200)
      }
      let head = try await get(live, path, method: "HEAD")
      #expect(head.status == 200 && head.bytes.isEmpty)
      #expect(head.headers["content-length"] == "\(first.bytes.count)")
    }
  }

  @Test func `several passes come ten at a time`() async throws {
    try await LiveService.run { live in
      let sale = try await live.sandbox.sell(count: 12)
      let file = try await live.front.service.file(sale.file, of: live.tenant, correlationID: "c")
      #expect(file.passes.count == 12)
      let path = "/t/\(try live.token(.file("\(sale.file)")))"
      let first = try await get(live, "\(path).pkpasses")
      #expect(first.headers["content-type"] == "application/vnd.apple.pkpasses")
      #expect(first.headers["content-disposition"] == #"attachment; filename="tickets.pkpasses""#)
      let second = try await get(live, "\(path).pkpasses?part=2")
      let serials = try [first, second].map { answer in
        try names(in: answer.bytes).map { $0.replacing(".pkpass", with: "") }
      }
      #expect(serials.map(\.count) == [10, 2])
      #expect(Set(serials.joined()) == Set(file.passes.map(\.pass.serialNumber)))
      #expect(try await get(live, "\(path).pkpasses?part=3").status == 404)
      #expect(try await get(live, "\(path).pkpasses?part=0").status == 400)
      // One pass cannot be many.
      #expect(try await get(live, "\(path).pkpass").status == 404)
    }
  }

  @Test func `a bundle is another when one of its passes was voided, for who asks by the date too`() async throws {
    try await LiveService.run { live in
      let (sale, _) = try await live.issue(count: 2)
      let path = "/t/\(try live.token(.file("\(sale.file)"))).pkpasses"
      let before = try await get(live, path)
      #expect(try names(in: before.bytes).count == 2)
      _ = try await live.sandbox.refund([sale.movements[0]])
      _ = try await live.front.service.file(sale.file, of: live.tenant, correlationID: "refund")
      let date = try #require(before.headers["last-modified"])
      let after = try await get(live, path, [("If-Modified-Since", date)])
      // The clock of the test stands still, and with it the date: the tag tells.
      let tag = try #require(before.headers["etag"])
      #expect(after.headers["etag"] != tag)
      #expect(try names(in: try await get(live, path, [("If-None-Match", tag)]).bytes).count == 1)
    }
  }

  @Test func `links begin with the path under which a proxy shows the service`() async throws {
    try await LiveService.run(publicURL: "https://house.example.org/passes") { live in
      let (sale, passes) = try await live.issue()
      let page = try await get(live, "/t/\(try live.token(.file("\(sale.file)")))")
      let token = try live.token(.pass(serialNumber: passes[0].pass.serialNumber))
      #expect(String(decoding: page.bytes, as: UTF8.self).contains("\"/passes/t/\(token).pkpass\""))
    }
  }

  private func names(in archive: [UInt8]) throws -> [String] {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).zip")
    try Data(archive).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/unzip")
    process.arguments = ["-Z1", file.path]
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").map(String.init)
  }

  @Test func `what is no token of ours is a page that says so, whatever is wrong with it`() async throws {
    try await LiveService.run(webhooks: ["opera": WebhookPolicy()]) { live in
      let (sale, passes) = try await live.issue()
      let good = try live.token(.pass(serialNumber: passes[0].pass.serialNumber))
      let opera = try #require(live.front.service.tenant("opera"))
      // Another tenant's secret over the same pass, a pass that is not there, bytes changed, cut, spelled otherwise.
      let foreign = try #require(opera.keys.downloadToken(for: .pass(serialNumber: passes[0].pass.serialNumber)))
      let missing = try live.token(.pass(serialNumber: "0123"))
      let changed = (good.hasPrefix("B") ? "C" : "B") + good.dropFirst()
      let forged = good.dropLast(3) + (good.hasSuffix("AAA") ? "BBB" : "AAA")
      for token in [
        foreign.text, missing, changed, String(forged), String(good.dropLast()), good + "=", "-", "%00",
        good.lowercased(),
      ] {
        for ending in ["", ".pkpass", ".pkpasses"] {
          let answer = try await get(live, "/t/\(token)\(ending)", [("Accept-Language", "de")])
          #expect(answer.status == 404, "\(token)\(ending)")
          #expect(answer.headers["content-type"] == "text/html; charset=utf-8", "\(token)\(ending)")
          #expect(answer.headers["content-language"] == "de")
        }
      }
      #expect(try await get(live, "/o/theatre/no-such-secret").status == 404)
      #expect(try await get(live, "/o/nobody/\(sale.orderSecret)").status == 404)
    }
  }

  @Test func `the page shows each pass with its address, and the one from the mail shows the same`() async throws {
    try await LiveService.run { live in
      let (sale, passes) = try await live.issue(count: 2)
      let path = "/t/\(try live.token(.file("\(sale.file)")))"
      let page = try await get(live, path, [("Accept-Language", "fr-CH, en;q=0.5")])
      #expect(page.status == 200 && page.headers["content-language"] == "fr")
      #expect(page.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
      let html = String(decoding: page.bytes, as: UTF8.self)
      for pass in passes {
        let address = "/t/\(try live.token(.pass(serialNumber: pass.pass.serialNumber))).pkpass"
        #expect(html.contains(address))
        #expect(try await get(live, address).status == 200)
      }
      let mail = try await get(live, "/o/theatre/\(sale.orderSecret)", [("Accept-Language", "fr")])
      #expect(mail.status == 200 && String(decoding: mail.bytes, as: UTF8.self).contains("Gala symphonique"))
      #expect(try await get(live, path, method: "HEAD").bytes.isEmpty)
      #expect(try await get(live, "/badges/en").headers["content-type"] == "image/svg+xml")
      #expect(try await get(live, "/badges/xx").status == 404)
    }
  }

  @Test func `the page says what is still to come, by whatever address it is opened`() async throws {
    try await LiveService.run { live in
      let sale = try await live.sandbox.sell(count: 3, isPrinted: false)
      try await live.sandbox.print(sale.movements[0])
      _ = try await live.front.service.file(sale.file, of: live.tenant, correlationID: "lookup")
      for path in ["/t/\(try live.token(.file("\(sale.file)")))", "/o/theatre/\(sale.orderSecret)"] {
        let page = try await get(live, path, [("Accept-Language", "en")])
        let html = String(decoding: page.bytes, as: UTF8.self)
        #expect(html.contains("2 tickets are not ready yet") && html.contains("Symphonic Gala"), "\(path)")
      }
    }
  }

  @Test func `a store in trouble is told in a page, and a certificate that ended in a problem`() async throws {
    try await LiveService.run { live in
      let (sale, _) = try await live.issue()
      let path = "/t/\(try live.token(.file("\(sale.file)")))"
      try live.store.close()
      let page = try await get(live, path)
      #expect(page.status == 503 && page.headers["content-type"] == "text/html; charset=utf-8")
      #expect(page.headers["retry-after"] == "10")
      #expect(try await get(live, "\(path).pkpasses").headers["content-type"] == "application/problem+json")
      #expect(try await get(live, "/readyz").status == 503)
      #expect(try await get(live, "/livez").status == 200)
    }
  }
}
