import JSON
import Sandbox
import Testing

/// What the sandbox tells of what is for sale.
@Suite struct CatalogueTests {
  private let path = "tnseb/catalogService/v1_33/getCatalogDetailed"

  @Test func `the catalogue comes at the second call, and again only after ten minutes`() async throws {
    let clock = HandClock()
    try await Caller.run(clock: clock) { [path] caller, _ in
      let first = try await caller.ask(path, ["scope": "EXTENDED"])
      #expect(first["statusCode"]?.stringValue == "in_progress")
      #expect(first["catalogData"] == nil)
      let id = try #require(first["requestId"])
      let asked: JSONValue = ["scope": "EXTENDED", "requestId": id]
      let second = try await caller.ask(path, asked)
      #expect(second["statusCode"]?.stringValue == "success")
      #expect(second["catalogData"]?["seasons"]?.array?.count == 2)
      // The answer is given once, and a request id of another method's or of nobody's opens no way round the limit.
      for body in [asked, [:], ["requestId": 7]] as [JSONValue] {
        #expect(try await caller.call(path, body).status == 509)
      }
      #expect(try await caller.ask("tnseb/catalogService/v1_33/getPOSConfig")["statusCode"]?.stringValue == "success")
      clock.advance(seconds: 599)
      #expect(try await caller.call(path).status == 509)
      clock.advance(seconds: 1)
      #expect(try await caller.ask(path)["statusCode"]?.stringValue == "in_progress")
    }
  }

  @Test func `the catalogue holds seasons, products, performances, prices and tariffs`() async throws {
    try await Caller.run { [path] caller, sandbox in
      try await sandbox.cancelEvent()
      let id = try #require(try await caller.ask(path)["requestId"])
      let seasons = try #require(
        try await caller.ask(path, ["requestId": id])["catalogData"]?["seasons"]?.array)
      let products = seasons.map { $0["products"]?.array ?? [] }
      // The season ticket is in both.
      #expect(products[0].map { $0["code"]?.stringValue } == ["SYMGALA", "ABO27", "DUO27"])
      #expect(products[1].map { $0["code"]?.stringValue } == ["NUIT", "ABO27"])
      #expect(
        products[0].map { $0["productFamilyType"]?.stringValue } == ["SINGLE_ENTRY", "SEASONTICKET", "PACKAGE"])
      let gala = products[0][0]
      #expect(gala["state"]?.stringValue == "CANCELED")
      #expect(
        gala["externalName"]?["translations"]?.array?.map { $0["locale"]?.stringValue }
          == ["de", "en", "es", "fr", "it"])
      let performance = try #require(gala["event"]?["performances"]?[0])
      #expect(performance["id"]?.int == 10_228_900_000_200)
      #expect(performance["state"]?.stringValue == "CANCELED")
      #expect(performance["start"]?.stringValue == "2027-01-15T20:30:00.000+01:00")
      #expect(performance["duration"]?.int == 7_200)
      // Whatever a price names is in the same season.
      let tariffs = seasons[0]["audienceCategories"]?[0]?["audienceSubCategories"]?.array ?? []
      let prices = performance["prices"]?.array ?? []
      #expect(prices.map { $0["amount"]?.int } == [65_000, 32_500])
      #expect(prices.map { $0["audSubCatId"]?.int } == tariffs.map { $0["id"]?.int })
      #expect(prices.allSatisfy { $0["seatCatId"]?.int == performance["seatCategories"]?[0]?["id"]?.int })
      #expect(products[0][1]["event"] == nil)
    }
  }

  @Test func `the set-up service lists seasons, tariffs, price levels and taxes`() async throws {
    try await Caller.run { caller, _ in
      func list(_ method: String, _ body: JSONValue = [:]) async throws -> JSONValue {
        try await caller.ask("tnseb/setupService/v1_33/\(method)", body)
      }
      let seasons = try await list("listSeasons")["seasons"]?.array ?? []
      #expect(seasons.map { $0["code"]?.stringValue } == ["S2627", "S2728"])
      #expect(seasons[0]["start"]?.stringValue == "2026-09-01T00:00:00.000+02:00")
      #expect(seasons[0]["externalName"]?["translations"]?.array?.count == 5)
      let id = try #require(seasons[0]["id"])
      let season: JSONValue = ["seasonId": id]
      let tariffs = try await list("listAudienceSubCategories", season)["audienceSubCategories"]?.array ?? []
      #expect(tariffs.map { $0["audienceCategoryKind"]?.stringValue } == ["FULL", "REDUCED"])
      let levels = try await list("listPriceLevels", season)["priceLevels"]?.array ?? []
      #expect(levels.map { $0["mainCategory"]?.stringValue } == ["OCCASIONAL"])
      let taxes = try await list("listVatCodes")["vatCodes"]?.array ?? []
      #expect(taxes.map { $0["currentRate"]?.int } == [2_100])
      #expect(taxes.map { $0["country"]?.stringValue } == ["FR"])
      for method in ["listAudienceSubCategories", "listPriceLevels"] {
        #expect(try await list(method, ["seasonId": 7])["statusCode"]?.stringValue == "notfound")
      }
      #expect(try await list("listActivities")["statusCode"]?.stringValue == "unknown")
    }
  }

  @Test func `products are searched by season and family, a hundred at most`() async throws {
    var house = SandboxHouse.theatre
    let gala = house.performances[0]
    for number in 0..<150 {
      var performance = gala
      performance.id += 1_000 + Int64(number)
      performance.productID += 1_000 + Int64(number)
      house.performances.append(performance)
    }
    try await Caller.run(house) { caller, _ in
      func products(_ body: JSONValue) async throws -> [JSONValue] {
        try await caller.ask("tnseb/setupService/v1_33/searchProductsByCriteria", body)["products"]?.array ?? []
      }
      func codes(_ criteria: JSONValue) async throws -> [String?] {
        try await products(["searchProductsCriteria": criteria]).map { $0["code"]?.stringValue }
      }
      #expect(try await codes(["seasonIds": [10_228_900_000_011]]) == ["NUIT", "ABO27"])
      #expect(try await codes(["productFamilyTypes": ["PACKAGE"]]) == ["DUO27"])
      #expect(
        try await codes(["seasonIds": [10_228_900_000_010], "productFamilyTypes": ["SINGLE_ENTRY"]]) == ["SYMGALA"])
      #expect(try await products(["nbMaxResults": 5_000]).count == 100)
      let rest = try await products(["minIndex": 100, "nbMaxResults": 100, "granularity": "COMPLETE"])
      #expect(rest.count == 54)
      #expect(rest.first?["id"]?.int == gala.productID + 1_097)
      #expect(rest.first?["event"]?["performances"]?[0]?["start"] != nil)
    }
  }
}
