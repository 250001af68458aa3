import Foundation
import JSON
import Secutix
import Testing
import ZonedTime

@Suite struct OrderChangeTests {
  private let paris = TimeZone(identifier: "Europe/Paris") ?? .gmt

  private func rows(_ body: String) throws -> [OrderChange] {
    try OrderChange.rows(in: Array(body.utf8), timeZone: paris)
  }

  private func problems(_ body: String) -> [OrderChangeError.Member] {
    do throws(OrderChangeError) {
      _ = try OrderChange.rows(in: Array(body.utf8), timeZone: paris)
      return []
    } catch {
      return error.members
    }
  }

  private let good = #"""
    {"ticketId": 10228900003001, "saleMovementId": 10228900002001, "orderSecretToken": "9f2c", "state": "PAID",
     "lastUpdate": "2026-11-20T18:04:11.203+00:00"}
    """#

  @Test func `a row is read with every digit of its numbers`() throws {
    let change = try #require(try rows(good).first)
    #expect(change.order == .secretToken("9f2c"))
    #expect(change.ticketID == 10_228_900_003_001)
    #expect(change.movementID == 10_228_900_002_001)
    #expect(change.state == "PAID")
    #expect(change.lastUpdate?.epochMilliseconds == 1_795_197_851_203)
  }

  @Test func `a bucket larger than one comes as an array`() throws {
    let other = good.replacing("9f2c", with: "other").replacing("10228900003001", with: "null")
    let changes = try rows("[\(good), \(other)]")
    #expect(changes.map(\.order) == [.secretToken("9f2c"), .secretToken("other")])
    #expect(changes[1].ticketID == nil)
  }

  @Test(arguments: [
    ("2023-02-09 18:25:10", "2023-02-09T18:25:10+01:00"), ("2023-01-28 17:00:00.0", "2023-01-28T17:00:00+01:00"),
    ("2026-07-20T18:04:11.203+00:00", "2026-07-20T20:04:11+02:00"), ("2026-07-20T18:04Z", "2026-07-20T20:04:00+02:00"),
  ])
  func `every form in which exports write a date is read`(text: String, expected: String) throws {
    let change = try #require(try rows(good.replacing("2026-11-20T18:04:11.203+00:00", with: text)).first)
    #expect(change.lastUpdate?.iso8601 == expected)
  }

  @Test func `each wrong member is named, not only the first`() {
    let body = #"{"ticketId": "12", "saleMovementId": 1.5, "orderSecretToken": "  ", "lastUpdate": "soon", "more": 1}"#
    #expect(
      problems(body) == [
        .init(path: "more", problem: .unknownMember), .init(path: "orderSecretToken", problem: .empty),
        .init(path: "state", problem: .missing),
        .init(path: "ticketId", problem: .wrongType(expected: "an integer or null", found: "a string")),
        .init(path: "saleMovementId", problem: .notAnInteger("1.5")),
        .init(path: "lastUpdate", problem: .unreadableDate("soon")),
      ])
  }

  @Test func `in an array the row is named too`() {
    let body = "[\(good), \(good.replacing("\"9f2c\"", with: "null")), 7]"
    #expect(
      problems(body) == [
        .init(path: "[1].orderSecretToken", problem: .wrongType(expected: "a string", found: "null")),
        .init(path: "[2]", problem: .notAnObject(found: "a number")),
      ])
  }

  @Test func `a day that does not exist is refused`() {
    let body = good.replacing("2026-11-20T18:04:11.203+00:00", with: "2026-02-30 10:00:00")
    #expect(problems(body) == [.init(path: "lastUpdate", problem: .impossibleDate("2026-02-30 10:00:00"))])
  }

  @Test(arguments: ["", "null", "7", "\"x\"", "[]", "{", "[[{}]]", "{\"orderSecretToken\": [[[[[[[[[[1]]]]]]]]]]}"])
  func `what is no row is refused`(body: String) {
    #expect(!problems(body).isEmpty)
  }

  @Test func `too many rows are refused before any is read`() {
    let body = "[" + Array(repeating: "{}", count: 1001).joined(separator: ",") + "]"
    #expect(problems(body) == [.init(path: "", problem: .tooManyRows(limit: 1000))])
  }

  @Test func `a number beyond 64 bits is no ticket`() {
    let body = good.replacing("10228900003001", with: "99999999999999999999")
    #expect(problems(body) == [.init(path: "ticketId", problem: .notAnInteger("99999999999999999999"))])
  }

  @Test func `the order webhook of version 2 says which order it is`() throws {
    let one =
      #"{"statusCode": "success", "orderDetailsData": {"orderId": 10000912345, "orderSecretId": "9f2c", "orderState": "CLOSED", "operationDatas": []}}"#
    let two = #"{"orderDetailsData": {"orderId": 10000912346}}"#
    let changes = try OrderChange.orders(in: Array("[\(one), \(two)]".utf8))
    #expect(changes.map(\.order) == [.secretToken("9f2c"), .id(10_000_912_346)])
    #expect(changes[0].state == "CLOSED")
    #expect(throws: OrderChangeError(members: [.init(path: "orderDetailsData", problem: .noOrder)])) {
      _ = try OrderChange.orders(in: Array("{}".utf8))
    }
  }

  @Test func `in the hour that comes twice nobody knows which it was; with an offset it is known`() throws {
    func update(_ date: String) throws -> Int64? {
      let row = #"{"orderSecretToken":"x","state":"PAID","lastUpdate":"\#(date)"}"#
      let zone = try #require(TimeZone(identifier: "Europe/Paris"))
      return try OrderChange.rows(in: Array(row.utf8), timeZone: zone)[0].lastUpdate?.epochMilliseconds
    }
    #expect(try update("2026-10-25 01:59:59") == 1_792_886_399_000)
    #expect(try update("2026-10-25 02:10:00") == nil)
    #expect(try update("2026-10-25T02:10:00+01:00") == 1_792_890_600_000)
    #expect(try update("2026-10-25 03:00:00") == 1_792_893_600_000)
    // The hour that does not come in spring is no other instant's.
    #expect(try update("2026-03-29 03:10:00") == 1_774_746_600_000)
  }

  @Test func `where nobody knows the time zone, a date without an offset is no time`() throws {
    func update(_ date: String) throws -> OrderChange {
      let row = #"{"orderSecretToken":"x","state":"PAID","lastUpdate":"\#(date)"}"#
      return try OrderChange.rows(in: Array(row.utf8), timeZone: nil)[0]
    }
    #expect(try update("2026-11-20 19:05:02").lastUpdate == nil)
    #expect(try update("2026-11-20T19:05:02+01:00").lastUpdate?.epochMilliseconds == 1_795_197_902_000)
    #expect(throws: OrderChangeError.self) { try update("soon") }
  }

  @Test func `any text is a state, and a long one is cut`() throws {
    #expect(try rows(good.replacing("PAID", with: "  "))[0].state == "")
    #expect(try rows(good.replacing("PAID", with: " ÉTAT "))[0].state == "ÉTAT")
    // One character, and a megabyte of accents.
    let accents = String(repeating: "\u{301}", count: 500_000)
    let state = try rows(good.replacing("PAID", with: "a" + accents))[0].state
    #expect(state.unicodeScalars.elementsEqual(("a" + String(repeating: "\u{301}", count: 49)).unicodeScalars))
    let order = #"{"orderSecretId": "9f2c", "orderState": "a\#(accents)"}"#
    #expect(try OrderChange.orders(in: Array(order.utf8))[0].state == state)
  }

  @Test func `a token is counted in bytes`() throws {
    let token = "a" + String(repeating: "\u{301}", count: 100)
    #expect(
      problems(good.replacing("9f2c", with: token)) == [.init(path: "orderSecretToken", problem: .tooLong(limit: 200))])
    let order = #"{"orderSecretId": "\#(token)", "orderId": 7}"#
    #expect(try OrderChange.orders(in: Array(order.utf8))[0].order == .id(7))
  }

  @Test func `of a body made of mistakes, a hundred are told`() {
    let members = (0..<50_000).map { #""a\#($0)":1"# }.joined(separator: ",")
    let error = #expect(throws: OrderChangeError.self) {
      try OrderChange.rows(in: Array("{\(members)}".utf8), timeZone: .gmt)
    }
    #expect(error?.members.count == OrderChange.maximumProblems)
  }
}
