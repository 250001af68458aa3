import JSON

/// What is for sale: the catalogue service's one large answer, and the set-up service's small ones.
///
/// The names of the members are those that clients of the real one read; what they leave out is left out here.
extension SandboxSecutix {
  static let setupMethods = [
    "listSeasons", "searchProductsByCriteria", "listVatCodes", "listAudienceSubCategories", "listPriceLevels",
  ]

  /// - Returns: nil for a season nobody has.
  func setup(_ method: String, _ body: JSONValue) -> JSONObject? {
    switch method {
    case "listSeasons": return ["seasons": .array(house.seasons.map { .object(season($0)) })]
    case "searchProductsByCriteria": return products(body)
    case "listVatCodes":
      return [
        "vatCodes": [
          [
            "id": .number(JSONNumber(house.vat.id)), "code": .string(house.vat.code),
            "currentRate": .number(JSONNumber(house.vat.rate)), "country": .string(house.vat.countryCode),
          ]
        ]
      ]
    case "listAudienceSubCategories":
      return isSeason(body["seasonId"]) ? ["audienceSubCategories": .array(audienceSubCategories)] : nil
    case "listPriceLevels":
      return isSeason(body["seasonId"])
        ? [
          "priceLevels": [
            ["id": .number(JSONNumber(Self.priceLevel)), "code": "STD", "mainCategory": "OCCASIONAL"]
          ]
        ] : nil
    default: return nil
    }
  }

  /// `getCatalogDetailed`: every season with its products and tariffs. The scope makes no difference here, where everything is
  /// on sale.
  func catalogue() -> JSONObject {
    [
      "catalogData": [
        "seasons": .array(
          house.seasons.map { season in
            var document = self.season(season)
            document["audienceCategories"] = [
              [
                "id": 306_140_001, "code": "PUBLIC", "mainCategory": "OCCASIONAL", "secondaryCategory": "INDIVIDUAL",
                "externalName": translated(["fr": "Public", "en": "Public"]),
                "audienceSubCategories": .array(audienceSubCategories),
              ]
            ]
            document["products"] = .array(
              sold(in: [season.id]).map { .object(product($0, withStates: true)) })
            return .object(document)
          })
      ]
    ]
  }

  // MARK: Products

  /// A product of the house, which one or more performances have.
  private struct Product {
    var id: Int64
    var code: String
    var family: String
    var names: [String: String]
    var performances: [SandboxHouse.Performance] = []
  }

  private static let priceLevel: Int64 = 306_160_001

  /// No more than 100 at a time, whatever is asked for. A list of seasons or families that is missing or empty leaves none out,
  /// and all products come whole: what other granularities leave out is not documented.
  private func products(_ body: JSONValue) -> JSONObject {
    let criteria = body["searchProductsCriteria"]
    let seasons = criteria?["seasonIds"]?.array?.compactMap(\.int) ?? []
    let families = criteria?["productFamilyTypes"]?.array?.compactMap(\.stringValue) ?? []
    let first = Int(clamping: max(0, body["minIndex"]?.int ?? 0))
    let most = Int(clamping: min(100, max(1, body["nbMaxResults"]?.int ?? 100)))
    let found = sold(in: seasons).filter { families.isEmpty || families.contains($0.family) }
    return [
      "products": .array(found.dropFirst(first).prefix(most).map { .object(product($0, withStates: false)) })
    ]
  }

  /// The products of some seasons, of all when none is named, each once.
  private func sold(in seasons: [Int64]) -> [Product] {
    var products: [Product] = []
    for performance in house.performances {
      if let index = products.firstIndex(where: { $0.id == performance.productID }) {
        products[index].performances.append(performance)
      } else {
        products.append(
          Product(
            id: performance.productID, code: performance.productCode, family: performance.kind,
            names: performance.names, performances: [performance]))
      }
    }
    products += house.packages.map {
      Product(id: $0.productID, code: $0.productCode, family: "PACKAGE", names: $0.names)
    }
    if seasons.isEmpty { return products }
    let wanted = Set(house.seasons.filter { seasons.contains($0.id) }.flatMap(\.products))
    return products.filter { wanted.contains($0.id) }
  }

  /// - Parameter withStates: the catalogue tells the state of each performance, the search does not.
  private func product(_ product: Product, withStates: Bool) -> JSONObject {
    let isCancelled = !product.performances.isEmpty && product.performances.allSatisfy(\.isCancelled)
    var document: JSONObject = [
      "id": .number(JSONNumber(product.id)), "code": .string(product.code),
      "productFamilyType": .string(product.family), "state": isCancelled ? "CANCELED" : "RUNNING",
      "vatCodeId": .number(JSONNumber(house.vat.id)), "externalName": translated(product.names),
    ]
    let dated = product.performances.filter { $0.eventID != nil }
    if !dated.isEmpty {
      document["event"] = [
        "performances": .array(dated.map { .object(performance($0, withState: withStates)) })
      ]
    }
    return document
  }

  private func performance(_ performance: SandboxHouse.Performance, withState: Bool) -> JSONObject {
    var document: JSONObject = ["id": .number(JSONNumber(performance.id))]
    if withState { document["state"] = performance.isCancelled ? "CANCELED" : "RUNNING" }
    document["start"] = performance.start.map { date($0) }
    document["duration"] = performance.duration.map { .number(JSONNumber($0)) }
    document["seatCategories"] = [
      [
        "id": .number(JSONNumber(Self.seatCategory)), "code": "CAT1",
        "externalName": translated(["en": Self.seatCategoryName]),
      ]
    ]
    document["prices"] = .array(
      SandboxTariff.all.map { tariff in
        [
          "seatCatId": .number(JSONNumber(Self.seatCategory)), "audSubCatId": .number(JSONNumber(tariff.id)),
          "priceLevelId": .number(JSONNumber(Self.priceLevel)),
          "amount": .number(JSONNumber(tariff.price(of: performance.price))),
        ]
      })
    return document
  }

  // MARK: Seasons and tariffs

  private func season(_ season: SandboxHouse.Season) -> JSONObject {
    [
      "id": .number(JSONNumber(season.id)), "code": .string(season.code), "state": "RUNNING",
      "start": date(season.start), "end": date(season.end), "externalName": translated(season.names),
    ]
  }

  private func isSeason(_ id: JSONValue?) -> Bool { house.seasons.contains { $0.id == id?.int } }

  private var audienceSubCategories: [JSONValue] {
    SandboxTariff.all.map { tariff in
      [
        "id": .number(JSONNumber(tariff.id)), "code": .string(tariff.code), "externalName": translated(tariff.names),
        "audienceCategoryKind": .string(tariff.kind), "requiredAudienceSubCategoryIds": [],
        "crossSeatCategory": false,
      ]
    }
  }

  /// Names of the catalogue come in every language at once.
  private func translated(_ names: [String: String]) -> JSONValue {
    [
      "translations": .array(
        names.sorted { $0.key < $1.key }.map { ["locale": .string($0.key), "value": .string($0.value)] })
    ]
  }
}
