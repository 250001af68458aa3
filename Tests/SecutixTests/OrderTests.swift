import Foundation
import JSON
import Secutix
import Testing
import Tickets
import ZonedTime

@Suite("Secutix's JSON") struct OrderTests {
  /// The answer of getOrderDetails for two seats of one operation.
  static let order = """
    {"requestId": null, "statusCode": "success", "statusDetail": null, "orderDetailsData": {
      "orderId": 10000912345, "orderSecretId": "9f2c7d61", "orderState": "CLOSED", "orderType": "SALE",
      "creationDateTime": "2026-11-20T18:04:11.203+00:00", "catalogCurrency": {"currencyCode": "EUR", "fractionDigit": 2},
      "contactReference": "204417",
      "operationDatas": [{"operationId": 9007199254740993, "fileId": 312044, "kind": "SINGLE_ENTRY", "unitPrice": 65000,
        "productId": 10228900000100, "product": "Gala", "productCode": "SYMGALA", "performanceId": 10228900000200,
        "performance": "Symphonic Gala", "eventId": 10228900000150, "startDate": "2027-01-15T19:30:00.000+00:00",
        "site": "Maison des Arts", "space": "Grande Salle",
        "siteAddress": {"firstAddressLine": "12 quai des Lilas", "zipCode": "69002", "town": "Lyon", "countryCode": "FR"},
        "audienceSubCategory": "Adult", "comfortVariables": [{"code": "WALLET", "value": "vip"}]}],
      "movementDatas": [
        {"movementId": 10228900002001, "operationId": 9007199254740993, "type": "SEAT", "seatCategory": "Category 1",
         "contingent": "Public", "area": "Stalls", "block": "B", "row": "F", "seat": "21", "entrance": "Door 3",
         "beneficiaryFirstname": "Ana", "beneficiaryLastname": "Moreau", "barCode": "041177203958116402780031"},
        {"movementId": 10228900002002, "operationId": 9007199254740993, "type": "SEAT", "row": "F", "seat": "22",
         "beneficiaryFirstname": null, "barCode": null}]}}
    """

  private func edited(_ pairs: (String, String)...) -> String {
    pairs.reduce(Self.order) { $0.replacing($1.0, with: $1.1) }
  }

  @Test func `a movement with all it belongs to becomes a ticket`() throws {
    let reading = Reading(Self.order, .paris)
    #expect(reading.error == nil)
    #expect(reading.format == .secutixJSON)
    #expect(reading.tickets.count == 2)
    let ticket = try #require(reading.tickets.first)
    #expect(ticket.identity == .movement("10228900002001"))
    #expect(ticket.operation == "9007199254740993")
    #expect(ticket.barcode?.text == "041177203958116402780031")
    #expect(ticket.action == .issue)
    #expect(ticket.order.id == "10000912345")
    #expect(ticket.order.secret == "9f2c7d61")
    #expect(ticket.file.id == "312044")
    #expect(ticket.event.name?.text == "Symphonic Gala")
    #expect(ticket.event.start?.iso8601 == "2027-01-15T20:30:00+01:00")
    #expect(ticket.venue.name?.text == "Maison des Arts")
    #expect(ticket.venue.city == "Lyon")
    #expect(ticket.seat.category?.text == "Category 1")
    #expect(ticket.seat.entrance == "Door 3")
    #expect(ticket.holder.name == "Ana Moreau")
    #expect(ticket.price?.decimalText == "65.00")
    #expect(ticket.tariff.name?.text == "Adult")
    #expect(ticket.variables == ["WALLET": "vip"])
    #expect(ticket.contact.number == "204417")
    #expect(reading.tickets[1].action == .wait)
  }

  @Test func `the source stays as it was, without the lists`() throws {
    let source = try #require(Reading(Self.order).tickets.first?.source)
    #expect(source.object?.names == ["movement", "operation", "order"])
    #expect(source[pointer: "/movement/barCode"] == "041177203958116402780031")
    #expect(source[pointer: "/operation/operationId"]?.number?.literal == "9007199254740993")
    #expect(source[pointer: "/order/orderSecretId"] == "9f2c7d61")
    #expect(source[pointer: "/order/movementDatas"] == nil)
    #expect(source[pointer: "/order/operationDatas"] == nil)
  }

  @Test(arguments: [1, 2, 3, 7, 100_000]) func `one document, an array, lines, or one behind the other`(chunk: Int)
    throws
  {
    let line = Self.order.replacing("\n", with: " ")
    let inner = String(
      try JSONValue(parsing: Array(line.utf8))["orderDetailsData"].map {
        String(decoding: $0.serialized(), as: UTF8.self)
      } ?? "")
    let texts = [
      "\(line)\n\(inner)\r\n", " [ \(Self.order) ,\n\(inner) ] ", "\(line)\(inner)", "\u{FEFF}[\(line)]\n[\(inner)]",
    ]
    for text in texts {
      let reading = Reading(text, chunk: chunk)
      #expect(reading.error == nil)
      #expect(
        reading.tickets.map(\.movement) == ["10228900002001", "10228900002002", "10228900002001", "10228900002002"])
    }
  }

  @Test func `places name the document's line and the movement`() {
    let text =
      "\n\(edited(("041177203958116402780031", "1.2E+22")))\n" + edited(("\"041177203958116402780031\"", "411772"))
    let reading = Reading(text)
    #expect(reading.rejections.map(\.reason) == [.barcode(.mangledBySpreadsheet), .barcodeIsNumber])
    #expect(reading.rejections.map(\.place.line) == [2, 18])
    #expect(reading.rejections.map(\.place.row) == [1, 3])
    #expect(reading.rejections.first?.place.pointer == "/orderDetailsData/movementDatas/0")
    #expect(reading.rejections.first?.column == "movement.barCode")
  }

  @Test func `a broken document is refused, a broken text stops with its place`() {
    let inside = Reading("\(edited(("\"barCode\": null", "\"barCode\": nul")))\n\(Self.order)")
    #expect(inside.tickets.count == 2)
    guard case .malformedJSON? = inside.rejections.first?.reason else {
      Issue.record("\(inside.rejections)")
      return
    }
    #expect(inside.rejections.first?.place.line == 16)
    let cut = Reading("\(Self.order)\n\(Self.order.dropLast(30))")
    #expect(cut.tickets.count == 2)
    #expect(cut.error?.reason == .brokenJSON("the text ends inside the document that starts here"))
    #expect(cut.error?.line == 17)
    let list = Reading("[\(Self.order)\n;")
    #expect(list.tickets.count == 2)
    #expect(list.error?.reason == .brokenJSON("expected an object, found “;”"))
    #expect(Reading("[\(Self.order)").error?.reason == .brokenJSON("the text ends inside the array"))
    #expect(Reading("[1,2]").error != nil)
    var limits = ExportLimits()
    limits.document = 1000
    #expect(Reading(Self.order, chunk: 64, limits: limits).error?.reason == .documentTooLarge(limit: 1000))
  }

  @Test func `answers that failed and documents without orders are refused`() {
    let text = """
      {"requestId": 7, "statusCode": "error", "statusDetail": "no such order"}
      {"requestId": 7, "statusCode": "in_progress"}
      {"hello": "world"}
      {"statusCode": "success", "orderDetailsData": {"orderId": 1, "operationDatas": [{"operationId": 2}]}}
      \(Self.order)
      """
    let reading = Reading(text)
    #expect(
      reading.rejections.map(\.reason) == [
        .failedAnswer(status: "error", detail: "no such order"), .failedAnswer(status: "in_progress", detail: nil),
        .notAnOrder, .noMovements,
      ])
    #expect(reading.tickets.count == 2)
  }

  @Test func `movements find their operation`() {
    let two = edited(
      (
        "\"operationDatas\": [",
        "\"operationDatas\": [{\"operationId\": 5, \"performanceId\": 77, \"product\": \"Bar\"},"
      ))
    #expect(Reading(two).tickets.map { $0.product.name?.text } == ["Gala", "Gala"])
    let unnamed = two.replacing("\"operationId\": 9007199254740993, \"type\"", with: "\"type\"")
    #expect(Reading(unnamed).rejections.map(\.reason) == [.noOperation(id: nil), .noOperation(id: nil)])
    let fitting = unnamed.replacing("\"type\": \"SEAT\"", with: "\"performanceId\": 77")
    #expect(Reading(fitting).tickets.map { $0.product.name?.text } == ["Bar", "Bar"])
    let single = Self.order.replacing("\"operationId\": 9007199254740993, \"type\"", with: "\"type\"")
    #expect(Reading(single).tickets.map { $0.product.name?.text } == ["Gala", "Gala"])
    let lost = Self.order.replacing("\"operationId\": 9007199254740993, \"type\"", with: "\"operationId\": 4, \"type\"")
    #expect(Reading(lost).rejections.map(\.reason) == [.noOperation(id: "4"), .noOperation(id: "4")])
  }

  @Test(arguments: [
    ("\"orderType\": \"SALE\"", "\"orderType\": \"REFUND_CLIENT\""),
    ("\"orderType\": \"SALE\"", "\"orderType\": \"EXCHANGE_ORGANIZATION\""),
    ("\"orderState\": \"CLOSED\"", "\"orderState\": \"ABANDONNED\""),
    ("\"statusDetail\": null", "\"fileDetailsData\": {\"fileState\": \"CANCELED\"}"),
    ("\"barCode\": \"0", "\"ticketState\": \"CANCELLED\", \"barCode\": \"0"),
  ])
  func `what was undone is voided`(old: String, new: String) {
    #expect(Reading(edited((old, new))).tickets.first?.action == .void)
  }

  @Test func `a refund in the same file cancels the sale, once`() throws {
    let sale = try #require(try JSONValue(parsing: Array(Self.order.utf8))["orderDetailsData"])
    var refund = try #require(sale.object)
    refund["orderType"] = "REFUND_CLIENT"
    refund["orderId"] = 2
    refund["movementDatas"] = [["movementId": 99, "saleMovementId": 10_228_900_002_001]]
    for orders in [[sale, .object(refund)], [.object(refund), sale]] {
      let file: JSONValue = [
        "fileDetailsData": ["fileId": 1, "fileState": "SOLDED"], "orderDetailsDatas": .array(orders),
      ]
      let reading = Reading(file.serialized())
      #expect(reading.tickets.map(\.movement) == ["10228900002001", "10228900002002"])
      #expect(reading.tickets.map(\.action) == [.void, .wait])
      #expect(reading.tickets.first?.order.id == "10000912345")
    }
    refund["movementDatas"] = [["movementId": 98, "barCode": "041177203958116402780031"]]
    let byBarcode: JSONValue = ["orderDetailsDatas": [sale, .object(refund)]]
    #expect(Reading(byBarcode.serialized()).tickets.map(\.action) == [.void, .wait])
    // Refused for something else, the sale takes the refund along and stays cancelled when it comes back.
    let text = String(decoding: byBarcode.serialized(), as: UTF8.self)
    let refused = Reading(text.replacing("2027-01-15T", with: "2027-02-30T"))
    #expect(refused.tickets.isEmpty)
    let mended = Reading(refused.rejectsText.replacing("2027-02-30T", with: "2027-01-15T"))
    #expect(mended.tickets.map(\.action) == [.void, .wait])
  }

  @Test func `of an exchange what has its own live state is a new ticket`() {
    let text = edited(
      ("\"orderType\": \"SALE\"", "\"orderType\": \"EXCHANGE_CLIENT\""),
      ("\"barCode\": \"0", "\"ticketState\": \"PRINTED\", \"barCode\": \"0"))
    #expect(Reading(text).tickets.map(\.action) == [.issue, .void])
  }

  @Test func `the newest ticket of a movement counts`() {
    let tickets = """
      "tickets": [{"ticketId": 12, "barCode": "0222", "ticketState": "INVALIDATED"},
        {"ticketId": 11, "barCode": "0111", "ticketState": "PRINTED"},
        {"ticketId": 9, "barCode": "0999", "ticketState": "PRINTED"}], "barCode": null}]
      """
    let reading = Reading(edited(("\"barCode\": null}]", tickets)))
    #expect(reading.tickets.last?.barcode?.text == "0111")
    #expect(reading.tickets.last?.id == "11")
    #expect(reading.tickets.last?.action == .issue)
    let listed = edited(
      (
        "\"contactReference\"",
        "\"ticketDatas\": [{\"movementId\": 10228900002002, \"ticketId\": 5, \"barcode\": \"0555\"}], \"contactReference\""
      ))
    #expect(Reading(listed).tickets.last?.barcode?.text == "0555")
    #expect(Reading(listed).tickets.first?.id == nil)
    // An empty value does not hide the next candidate.
    let empty = edited(("\"barCode\": \"041177203958116402780031\"", "\"barCode\": \"\", \"barcode\": \"0333\""))
    #expect(Reading(empty).tickets.first?.barcode?.text == "0333")
  }

  @Test func `names in several languages`() throws {
    let text = edited(
      ("\"Maison des Arts\"", #"{"translations":[{"locale":"fr","value":"Maison"},{"locale":"de","value":"Haus"}]}"#),
      ("\"Category 1\"", #"{"en":"Category","fr":"Catégorie"}"#), ("\"Stalls\"", #"{"id": 5, "name": "Parterre"}"#))
    let ticket = try #require(Reading(text).tickets.first)
    #expect(ticket.venue.name?.text == "Maison")
    #expect(ticket.venue.name?.text(in: "de-CH") == "Haus")
    #expect(ticket.seat.category?.text(in: "fr") == "Catégorie")
    #expect(ticket.seat.area == "Parterre")
    let german = try #require(Reading(text, try .mapped("language: de")).tickets.first)
    #expect(german.venue.name?.text == "Haus")
  }

  @Test func `a mapping replaces guessed names`() throws {
    let text = edited(
      ("\"row\": \"F\"", "\"Rang\": {\"label\": \"Q\"}, \"extra\": [{}, {\"vip\": true}]"),
      ("\"comfortVariables\"", "\"free\""), ("\"movementDatas\"", "\"MovementDatas\""))
    let options = try ExportOptions.mapped(
      """
      fields:
        seat.row: [movement.rank, movement.rang.label]
        variables.VIP: movement.extra[*].vip
        holder.last_name: [contact.lastName]
      variables: [operation.free]
      time_zone: Asia/Tokyo
      """)
    let ticket = try #require(Reading(text, options).tickets.first)
    #expect(ticket.seat.row == "Q")
    #expect(ticket.variables == ["VIP": "true", "WALLET": "vip"])
    #expect(ticket.holder.name == "Ana")
    #expect(ticket.event.start?.iso8601 == "2027-01-16T04:30:00+09:00")
    let wrong = Reading(text, try .mapped("fields:\n  seat.row: [moovement.rank]\n"))
    #expect(wrong.error?.reason == .mapping(.path("moovement.rank")))
    #expect(wrong.error?.line == 2)
  }

  @Test func `money counts in thousandths and currencies in their coins`() {
    func price(_ amount: String, _ code: String) -> Reading {
      Reading(edited(("\"unitPrice\": 65000", "\"unitPrice\": \(amount)"), ("\"EUR\"", "\"\(code)\"")))
    }
    #expect(price("1500000", "JPY").tickets.first?.price?.decimalText == "1500")
    #expect(price("12345", "KWD").tickets.first?.price?.decimalText == "12.345")
    #expect(price("-65000", "EUR").tickets.first?.price?.decimalText == "-65.00")
    #expect(price("65.5", "EUR").rejections.first?.reason == .amount(.notWhole(.thousandths)))
    #expect(price("12345", "EUR").rejections.first?.reason == .amount(.tooFine(currency: "EUR")))
    #expect(price("{}", "EUR").rejections.first?.reason == .kind(found: "an object"))
    #expect(price("99999999999999999999", "EUR").rejections.first?.reason == .amount(.tooLarge))
  }

  @Test func `dates without a zone and dates as milliseconds`() {
    let local = Reading(edited(("2027-01-15T19:30:00.000+00:00", "2027-01-15 19:30:00.0")), .paris)
    #expect(local.tickets.first?.event.start?.iso8601 == "2027-01-15T19:30:00+01:00")
    let epoch = Reading(edited(("\"2027-01-15T19:30:00.000+00:00\"", "1800041400000")), .paris)
    #expect(epoch.tickets.first?.event.start?.iso8601 == "2027-01-15T20:30:00+01:00")
    #expect(
      Reading(edited(("\"2027-01-15T19:30:00.000+00:00\"", "20270115"))).rejections.first?.reason == .date(.unreadable))
    #expect(Reading(Self.order).notices.contains(.noTimeZone(column: "operation.startDate")))
    #expect(Reading(Self.order, .paris).notices.isEmpty)
  }

  @Test func `refused movements are written with their order and come back mended`() throws {
    let sale = try #require(
      try JSONValue(parsing: Array(edited(("041177203958116402780031", "1.2E+22")).utf8))["orderDetailsData"])
    var other = try #require(sale.object)
    other["orderId"] = 2
    other["movementDatas"] = [["movementId": 5, "barCode": "05"]]
    other["operationDatas"] = nil
    var refund = other
    refund["orderType"] = "REFUND_CLIENT"
    refund["movementDatas"] = [["movementId": 6, "saleMovementId": 10_228_900_002_001], ["movementId": 7]]
    let file: JSONValue = [
      "fileDetailsData": ["fileId": 1], "orderDetailsDatas": [.object(other), sale, .object(refund)],
    ]
    let reading = Reading(file.serialized())
    #expect(reading.rejections.map(\.reason) == [.barcode(.mangledBySpreadsheet)])
    let lines = reading.rejectsText.split(separator: "\n")
    #expect(lines.count == 1)
    let line = try JSONValue(parsing: Array(lines[0].utf8))
    #expect(line["rejectedBecause"]?.stringValue?.contains("spreadsheet") == true)
    #expect(line[pointer: "/orderDetailsDatas"]?.array?.count == 2)
    #expect(line[pointer: "/orderDetailsDatas/0/movementDatas"]?.array?.count == 1)
    #expect(line[pointer: "/orderDetailsDatas/0/operationDatas/0/product"] == "Gala")
    // The refund stays with it, so that mending it does not bring a refunded ticket back to life.
    #expect(line[pointer: "/orderDetailsDatas/1/movementDatas/0/movementId"] == 6)
    let again = Reading(reading.rejectsText.replacing("1.2E+22", with: "0122"))
    #expect(again.tickets.map(\.action) == [.void])
    #expect(again.barcodes == ["0122"])
    let broken = Reading("{\"a\": 01}\n")
    #expect(broken.rejectsText.hasPrefix("{\"rejectedBecause\":\"the document is not JSON"))
    #expect(Reading(broken.rejects).rejections.map(\.reason) == [.notAnOrder])
  }

  @Test func `movements inside their operations are read and trimmed alike`() throws {
    let text = """
      {"orders": [{"orderId": 1, "operations": [
        {"operationId": 2, "product": "A", "movements": [{"id": 3, "barcode": "03"}, {"id": 4, "barcode": "1.2E+4"}]},
        {"operationId": 5, "product": "B", "movements": [{"id": 6, "barcode": "06"}]}]}]}
      """
    let reading = Reading(text)
    #expect(reading.tickets.map { $0.product.name?.text } == ["A", "B"])
    #expect(reading.tickets.map(\.operation) == ["2", "5"])
    let again = Reading(reading.rejectsText.replacing("1.2E+4", with: "04"))
    #expect(again.barcodes == ["04"])
    #expect(again.tickets.map { $0.product.name?.text } == ["A"])
  }

  @Test func `barcodes that were damaged alike are not the same sale`() {
    let text = edited(
      ("\"041177203958116402780031\"", "\"1.2E+22\""), ("\"barCode\": null", "\"barCode\": \"1.2E+22\""))
    let reading = Reading(text)
    #expect(reading.rejections.count == 2)
    #expect(Reading(reading.rejects).rejections.count == 2)
  }

  @Test func `a large order costs no more a movement than a small one`() {
    let movements = (0..<4000).map { "{\"movementId\": \($0), \"operationId\": \($0), \"barCode\": \($0)}" }
    let operations = (0..<4000).map { "{\"operationId\": \($0)}" }
    let tickets = (0..<4000).map { "{\"movementId\": \($0), \"ticketId\": \($0)}" }
    let reading = Reading(
      """
      {"orderDetailsData": {"tickets": [\(tickets.joined(separator: ","))],
      "operationDatas": [\(operations.joined(separator: ","))], "movementDatas": [\(movements.joined(separator: ","))]}}
      """)
    #expect(reading.rejections.count == 4000)
    #expect(reading.rejections.allSatisfy { $0.reason == .barcodeIsNumber })
  }
}
