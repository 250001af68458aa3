import Foundation
import Issuance
import JSON
import SQLiteStore
import Sandbox
import Testing

@Suite("Operators' commands beside a running service", .timeLimit(.minutes(10)))
struct OperatorCommandTests {
  private struct Command {
    let status: Int32
    let output: String

    init(_ arguments: [String], in fixture: ServiceFixture) async throws {
      let process = try ServiceProcess(arguments, in: fixture.folder.root)
      status = await process.end()
      output = process.output
    }

    /// What it printed, which is JSON and nothing else.
    var json: JSONValue? { try? JSONValue(parsing: Array(output.utf8)) }
  }

  @Test func `jobs are listed, shown, given up and done again`() async throws {
    try await ServiceFixture.run { fixture, service in
      func jobs(_ arguments: String...) async throws -> Command {
        try await Command(["jobs"] + arguments, in: fixture)
      }
      let none = try await jobs("list")
      #expect(none.status == 0 && none.output.contains("there are no such jobs"), "\(none)")
      // One is done, one waits for its barcode.
      try await fixture.sandbox.sell()
      let waiting = try await fixture.sandbox.sell(isPrinted: false)
      #expect(try await service.post(fixture.sandbox.rows).status == 200)
      try await service.settle()
      let list = try await jobs("list")
      #expect(list.status == 0 && list.output.contains("1 ticket has no barcode yet"), "\(list)")
      #expect(!list.output.contains(waiting.orderSecret))
      let listed = try await jobs("list", "--state", "available", "--json")
      let id = try #require(listed.json?[0]?["id"]?.int)
      #expect(listed.json?.array?.count == 1 && listed.json?[0]?["tenant"]?.stringValue == "theatre")
      let shown = try await jobs("show", "\(id)")
      #expect(shown.status == 0 && shown.json?["changes"]?[0]?["state"]?.stringValue == "NOT_PRINTED", "\(shown)")

      #expect(try await jobs("discard", "\(id)", "--reason", "sold by mistake").status == 0)
      let gone = try await service.get("/api/theatre/jobs/\(id)", as: "theatre")
      #expect(gone.json?["state"]?.stringValue == "discarded" && gone.json?["reason"]?.stringValue == "sold by mistake")
      try await fixture.sandbox.print(waiting.movements[0])
      let retried = try await jobs("retry", "--all-discarded", "--tenant", "theatre")
      #expect(retried.status == 0 && retried.output == "1 job is done again", "\(retried)")
      // The service finds by itself what another process wrote.
      _ = try await service.process.line { $0.contains("\"completed\"") && $0.contains("\"job\":\"\(id)\"") }
      #expect(try await service.passes().count == 2)

      for refused in [
        try await jobs("show", "4711"), try await jobs("retry", "4711"), try await jobs("discard", "4711"),
      ] {
        #expect(refused.status == 1 && refused.output.contains("there is no such job"), "\(refused)")
      }
      #expect(try await jobs("retry").status == 64)
      let lost = try await jobs("list", "--store", "nowhere.sqlite")
      #expect(lost.status == 3 && lost.output.contains("there is no store at nowhere.sqlite"), "\(lost)")
    }
  }

  @Test func `passes are found, shown and pushed again, without what lets a phone in`() async throws {
    var plan = ServiceFixture.Plan()
    plan.more = ["push: {host: 127.0.0.1, port: \(try SandboxSecutix.freePort())}"]
    try await ServiceFixture.run(plan) { fixture, service in
      let sale = try await fixture.sandbox.sell(count: 2)
      try await fixture.sandbox.sell()
      #expect(try await service.post(fixture.sandbox.rows).status == 200)
      try await service.settle()
      func passes(_ arguments: String...) async throws -> Command {
        try await Command(["passes"] + arguments + ["--tenant", "theatre"], in: fixture)
      }
      #expect(try await passes("list", "--json").json?.array?.count == 3)
      let found = try await passes("list", "--json", "\(sale.file)")
      #expect(found.json?.array?.count == 2)
      let table = try await passes("list", "Gala")
      #expect(
        table.status == 0 && table.output.contains("3 of 3") && table.output.contains("SERIAL NUMBER"), "\(table)")
      let serial = try #require(found.json?[0]?["serialNumber"]?.stringValue)
      let shown = try await passes("show", serial)
      #expect(shown.status == 0 && shown.json?["pass.json"]?["serialNumber"]?.stringValue == serial, "\(shown)")
      #expect(shown.json?["pass.json"]?["authenticationToken"] == nil)
      #expect(!shown.output.contains(sale.orderSecret))
      // A push that was given up; the service does not find it before it is due.
      let store = try SQLiteStore(path: fixture.store.path)
      let phone = DeviceKey(
        tenant: "theatre", passType: shown.json?["pass.json"]?["passTypeIdentifier"]?.stringValue ?? "",
        libraryIdentifier: "phone")
      _ = try await store.register(
        phone, pushToken: "00", serialNumber: serial, limit: 9, deviceLimit: 9, correlationID: "r", at: Int64.max / 2)
      let pushes = try await store.claimPushes(9, worker: "w", leasedUntil: .max, at: Int64.max / 2)
      try #require(pushes.count == 1)
      try await store.end(pushes.map { ($0, .discard(reason: "no use")) }, at: Int64.max / 2)
      let again = try await passes("push", "--all-discarded")
      #expect(again.status == 0 && again.output == "1 device is pushed again", "\(again)")
      let none = try await Command(["passes", "push", "--all-discarded"], in: fixture)
      #expect(none.status == 0 && none.output == "0 devices are pushed again", "\(none)")
      for wrong in [["push"], ["push", serial, "--all-discarded"]] {
        #expect(try await Command(["passes"] + wrong + ["--tenant", "theatre"], in: fixture).status == 64)
      }
      #expect(try await Command(["passes", "push", serial], in: fixture).status == 64)
      try store.close()
      let unknown = try await passes("show", "nothing")
      #expect(unknown.status == 1 && unknown.output.contains("theatre has no pass nothing"), "\(unknown)")
    }
  }

  @Test func `a new key works where its line stands`() async throws {
    try await ServiceFixture.run { fixture, service in
      let sale = try await fixture.sandbox.sell()
      let made = try await Command(
        ["keys", "new", "--name", "The \"web\" shop", "--scope", "Secutix.Read", "--expires", "2099-12-31"], in: fixture
      )
      #expect(made.status == 0)
      let lines = made.output.split(separator: "\n").map(String.init)
      let key = try #require(lines.first { $0.hasPrefix("pm_") })
      let line = try #require(lines.first { $0.hasPrefix("- {") })
      #expect(!line.contains(key))
      let address = "/api/theatre/external/secutix/orders/getTicketsUrl/\(sale.file)"
      #expect(try await service.get(address, headers: ["X-API-KEY": key]).status == 401)
      try fixture.folder.write(fixture.yaml(tenants: [fixture.tenant("theatre", keys: [line])]), "passmint.yaml")
      let checked = try await Command(["serve", "--check-config"], in: fixture)
      #expect(checked.status == 0, "\(checked)")
      service.process.send(SIGHUP)
      _ = try await service.process.line { $0.contains("tenants read anew") }
      let answer = try await service.get(address, headers: ["X-API-KEY": key])
      #expect(answer.status == 200 && answer.json?["tickets"]?.array?.count == 1, "\(answer.text)")
      // The one from before is no longer among the keys, and this one opens nothing else.
      #expect(try await service.get(address, as: "theatre").status == 401)
      #expect(try await service.get("/api/theatre/passes", headers: ["X-API-KEY": key]).status == 403)
    }
  }

  @Test func `a backup is taken while the service writes, and is a store`() async throws {
    try await ServiceFixture.run { fixture, service in
      try await fixture.sandbox.sell(count: 3)
      #expect(try await service.post(fixture.sandbox.rows).status == 200)
      try await service.settle()
      let writing = Task {
        for _ in 0..<60 {
          try await fixture.sandbox.sell()
          let answer = try await service.post(fixture.sandbox.rows.suffix(1))
          #expect(answer.status == 200)
        }
      }
      let backup = try await Command(["store", "backup", "copy.sqlite"], in: fixture)
      #expect(backup.status == 0 && backup.output.hasPrefix("copy.sqlite: "), "\(backup)")
      try await writing.value
      try await service.settle()
      let path = fixture.folder.root.appending(path: "copy.sqlite").path
      #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
      let copy = try SQLiteStore(path: path)
      let page = try await copy.passes(PassFilter(), tenant: "theatre", offset: 0, limit: 100)
      #expect(page.total >= 3)
      for record in page.records {
        let pass = try await copy.pass(serialNumber: record.pass.serialNumber, tenant: "theatre")
        #expect(pass?.pass.rendered.isEmpty == false)
      }
      try copy.close()
      #expect(try await service.passes().count == 63)
      let nowhere = try await Command(["store", "backup", "no/such/folder/copy.sqlite"], in: fixture)
      #expect(nowhere.status == 3, "\(nowhere)")
    }
  }
}
