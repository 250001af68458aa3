import JSON
import Sandbox
import Testing

/// What else the sandbox's services answer.
@Suite struct ServiceTests {
  @Test func `what others keep with an order is kept, key by key`() async throws {
    try await Caller.run { caller, sandbox in
      let sale = try await sandbox.sell()
      func references(_ order: Int64, kind: String = "ORDER") async throws -> JSONValue {
        try await caller.ask(
          "tnseb/externalOrderService/v1_33/getExternalReference",
          ["id": .number(JSONNumber(order)), "externalReferenceKind": .string(kind)])
      }
      func update(_ pairs: JSONValue, order: Int64? = nil) async throws -> String? {
        try await caller.ask(
          "tnseb/externalOrderService/v1_33/updateExternalReferences",
          [
            "id": .number(JSONNumber(order ?? sale.order)), "externalReferenceKind": "ORDER",
            "externalReference": pairs,
          ])["statusCode"]?.stringValue
      }
      #expect(try await references(sale.order)["externalReferences"]?.array == [])
      #expect(try await update(["key": "WALLET", "value": "installed"]) == "success")
      #expect(try await update([["key": "CRM", "value": "7"], ["key": "WALLET", "value": "removed"]]) == "success")
      let kept: [JSONValue] = [["key": "WALLET", "value": "removed"], ["key": "CRM", "value": "7"]]
      #expect(try await references(sale.order)["externalReferences"]?.array == kept)
      // Half a pair changes nothing.
      #expect(try await update([["key": "CRM", "value": "8"], ["key": "A"]]) == "notfound")
      #expect(try await update(["key": "A", "value": "1"], order: 7) == "notfound")
      #expect(try await references(sale.order)["externalReferences"]?.array == kept)
      #expect(try await references(sale.order, kind: "FILE")["statusCode"]?.stringValue == "notfound")
      let other = try await sandbox.sell()
      #expect(try await references(other.order)["externalReferences"]?.array == [])
    }
  }

  @Test func `a buyer is found by the number that the file has`() async throws {
    try await Caller.run { caller, sandbox in
      try await sandbox.sell(buyer: SandboxPerson("Zoé", "Müller", email: "zoe@example.org"))
      let number = try #require(await sandbox.files.first?.contactReference)
      func contact(_ number: String, _ details: JSONValue) async throws -> JSONValue {
        try await caller.ask(
          "tnco/contactInformationPublicService/v2_21/getContactData",
          ["contactNumber": .string(number), "details": details])
      }
      let all = try await contact(number, ["GENERAL", "COM_MEANS", "ADDRESSES"])["contactData"]
      #expect(
        all == ["contactNumber": .string(number), "firstName": "Zoé", "lastName": "Müller", "email": "zoe@example.org"])
      let named = try await contact(number, ["GENERAL"])["contactData"]
      #expect(named?["lastName"]?.stringValue == "Müller")
      #expect(named?["email"] == nil)
      #expect(try await contact("7", ["GENERAL"])["statusCode"]?.stringValue == "notfound")
    }
  }

  @Test func `the data export gives the webhook's rows, by date and a thousand at most`() async throws {
    let clock = HandClock()
    try await Caller.run(clock: clock) { caller, sandbox in
      func export(_ body: JSONObject) async throws -> JSONValue {
        let path = "tnai/dataExportService/v1_0/executeExport"
        let first = try await caller.ask(path, .object(body))
        #expect(first["statusCode"]?.stringValue == "in_progress")
        var again = body
        let id: JSONValue = try #require(first["requestId"])
        again["requestId"] = id
        return try await caller.ask(path, .object(again))
      }
      let sale = try await sandbox.sell()
      clock.advance(seconds: 60)
      try await sandbox.scan(sale.movements[0])
      let all = try await export(["exportKey": "TICKETS"])
      #expect(all["exportDate"]?.stringValue == "2026-11-20T19:06:02.000+01:00")
      let row = try #require(all["exportedElements"]?[0])
      let ticket = await sandbox.movement(sale.movements[0])?.ticket?.id
      #expect(row["ticketId"]?.int == ticket)
      #expect(row["saleMovementId"]?.int == sale.movements[0])
      #expect(row["orderSecretToken"]?.stringValue == sale.orderSecret)
      #expect(row["lastUpdate"]?.stringValue == "2026-11-20 19:05:02")
      func states(_ body: JSONObject) async throws -> [String?] {
        try await export(body)["exportedElements"]?.array?.map { $0["state"]?.stringValue } ?? []
      }
      #expect(try await states(["exportKey": "TICKETS"]) == ["PAID", "CONTROLLED"])
      #expect(
        try await states(["exportKey": "TICKETS", "dateFrom": "2026-11-20T19:05:30+01:00"]) == ["CONTROLLED"])
      #expect(try await states(["exportKey": "TICKETS", "dateTo": "2026-11-20T18:05:30Z"]) == ["PAID"])
      #expect(try await states(["exportKey": "TICKETS", "nbMaxResults": 1]) == ["PAID"])
      #expect(try await export([:])["statusCode"]?.stringValue == "notfound")
      #expect(
        try await export(["exportKey": "TICKETS", "dateFrom": "yesterday"])["statusCode"]?.stringValue == "notfound")
      for _ in 0..<3 { try await sandbox.sell(count: 400) }
      #expect(try await states(["exportKey": "TICKETS", "nbMaxResults": 5_000]).count == 1_000)
    }
  }

  @Test func `a service answers under its own module alone`() async throws {
    try await Caller.run { caller, sandbox in
      let sale = try await sandbox.sell()
      let file = JSONValue.number(JSONNumber(sale.file))
      for (path, code) in [
        ("tnseb/externalOrderService/v1_33/getFileDetails", "success"),
        ("tnseb/externalOrderService/v1_34/getFileDetails", "success"),
        ("tnci/externalOrderService/v1_33/getFileDetails", "unknown"),
        ("tnseb/externalAccessControlService/v1_6/getTimeZone", "unknown"),
        ("tnci/externalAccessControlService/v1_6/getTimeZone", "success"),
        ("tnseb/contactInformationPublicService/v2_21/getContactData", "unknown"),
        ("tnseb/dataExportService/v1_0/executeExport", "unknown"),
        ("tnco/catalogService/v1_33/getCatalogDetailed", "unknown"),
        ("tnseb/externalOrderService/v1_33/getTicketsUrl", "unknown"),
        ("tnab/externalOrderService/v1_33/getFileDetails", "unknown"),
      ] {
        let (status, answer) = try await caller.call(path, ["fileId": file])
        #expect(status == 200, "\(path)")
        #expect(answer["statusCode"]?.stringValue == code, "\(path)")
      }
    }
  }

  @Test func `a token ends in the middle of a job, and a new one is good`() async throws {
    try await Caller.run { caller, sandbox in
      let sale = try await sandbox.sell()
      let file = JSONValue.number(JSONNumber(sale.file))
      let path = "tnseb/externalOrderService/v1_33/getFileDetails"
      await sandbox.prepare(.endedToken, for: "getFileDetails")
      let config = "tnseb/catalogService/v1_33/getPOSConfig"
      #expect(try await caller.call(config).status == 200)
      #expect(try await caller.call(path, ["fileId": file]).status == 401)
      // It stays ended.
      #expect(try await caller.call(config).status == 401)
      // A sign-in does not take the fault away that is meant for a call.
      await sandbox.prepare(.endedToken)
      let second = try await Caller(signingInTo: .theatre, url: caller.url)
      #expect(try await second.call(path, ["fileId": file]).status == 401)
      let third = try await Caller(signingInTo: .theatre, url: caller.url)
      #expect(try await third.ask(path, ["fileId": file])["statusCode"]?.stringValue == "success")
    }
  }
}
