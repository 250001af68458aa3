package import Foundation
package import JSON
package import ZonedTime

/// What a webhook says: an order changed. A hint and never data: Secutix is asked what is true now.
///
/// The specified webhook's five flat fields are those of Secutix's data-export webhook: one object per row of a query,
/// sent minutes later, several times, in any order, and as an array when the webhook's bucket is larger than one
/// (https://platform.secutix.com/webhook/dataexport).
package struct OrderChange: Sendable, Hashable {
  /// Which order.
  package enum Order: Sendable, Hashable {
    /// The order's secret id (`orderSecretId`), with which anyone may fetch its file.
    case secretToken(String)
    case id(Int64)
  }

  package let order: Order
  package let ticketID: Int64?
  package let movementID: Int64?
  /// Secutix's word, or whatever the query prints: nothing follows from it. At most `maximumStateLength` bytes.
  package let state: String
  /// When it changed, by Secutix's clock; nil when the webhook has no such field, or when nobody can say which moment it
  /// means.
  package let lastUpdate: ZonedDateTime?

  package init(
    order: Order, ticketID: Int64? = nil, movementID: Int64? = nil, state: String, lastUpdate: ZonedDateTime? = nil
  ) {
    self.order = order
    self.ticketID = ticketID
    self.movementID = movementID
    self.state = state
    self.lastUpdate = lastUpdate
  }

  /// More rows in one body than Secutix's buckets hold.
  package static let maximumRows = 1000
  /// In bytes of UTF-8. A token longer than this is none of Secutix's; a real one has 32.
  package static let maximumTokenLength = 200
  /// In bytes of UTF-8. The rest of a longer state is cut off.
  package static let maximumStateLength = 100
  /// Mistakes that are told of one body.
  package static let maximumProblems = 100
  /// A row is flat; what is deeper is made to keep readers busy.
  private static let maximumDepth = 8
}

/// Why a webhook's body cannot be read, member by member.
package struct OrderChangeError: Error, Sendable, Hashable {
  package enum Problem: Sendable, Hashable {
    case syntax(JSONError)
    /// Neither an object nor an array of objects.
    case notAnObject(found: String)
    case noRows
    case tooManyRows(limit: Int)
    case missing
    case empty
    case tooLong(limit: Int)
    case wrongType(expected: String, found: String)
    /// Outside 64 bits, or not whole.
    case notAnInteger(String)
    case unreadableDate(String)
    /// No such day, or no such time.
    case impossibleDate(String)
    /// A member that the specification does not have.
    case unknownMember
    /// An order that names neither `orderSecretId` nor `orderId`.
    case noOrder
  }

  package struct Member: Sendable, Hashable {
    /// `orderSecretToken`; in an array `[2].orderSecretToken`; empty for the body as a whole.
    package let path: String
    package let problem: Problem

    package init(path: String, problem: Problem) {
      self.path = path
      self.problem = problem
    }
  }

  /// At least one.
  package let members: [Member]

  package init(members: [Member]) {
    self.members = members
  }
}

extension OrderChange {
  /// Reads the body of the specified webhook: one row, or an array of rows.
  ///
  /// - Parameter timeZone: of dates without an offset, such as `2023-02-09 18:25:10`; nil when nobody knows it: such a
  ///   date is then no time, for one that is hours off would make later changes look old.
  /// - Throws: every member that is wrong, not only the first.
  package static func rows(in body: [UInt8], timeZone: TimeZone?) throws(OrderChangeError) -> [OrderChange] {
    let value = try document(body, depth: maximumDepth)
    var reader = RowsReader(timeZone: timeZone)
    let changes = try each(of: value, &reader) { reader, object, prefix in reader.row(object, prefix) }
    guard reader.problems.isEmpty else { throw OrderChangeError(members: reader.problems) }
    return changes
  }

  /// Reads the body of Secutix's order webhook V2: the answer of `getOrderDetails`, or an array of them
  /// (https://platform.secutix.com/webhook/order/v2). What it says of the order is not believed; it only says which.
  package static func orders(in body: [UInt8]) throws(OrderChangeError) -> [OrderChange] {
    let value = try document(body, depth: JSONOptions().maximumDepth)
    var reader = RowsReader(timeZone: .gmt)
    let changes = try each(of: value, &reader) { reader, object, prefix in reader.order(object, prefix) }
    guard reader.problems.isEmpty else { throw OrderChangeError(members: reader.problems) }
    return changes
  }

  private static func document(_ body: [UInt8], depth: Int) throws(OrderChangeError) -> JSONValue {
    do {
      return try JSONValue(parsing: body, options: JSONOptions(maximumDepth: depth))
    } catch {
      throw OrderChangeError(members: [.init(path: "", problem: .syntax(error))])
    }
  }

  private static func each(
    of value: JSONValue, _ reader: inout RowsReader,
    _ read: (inout RowsReader, JSONObject, String) -> OrderChange?
  ) throws(OrderChangeError) -> [OrderChange] {
    func fail(_ path: String, _ problem: OrderChangeError.Problem) -> OrderChangeError {
      OrderChangeError(members: [.init(path: path, problem: problem)])
    }
    if let object = value.object { return read(&reader, object, "").map { [$0] } ?? [] }
    guard let rows = value.array else { throw fail("", .notAnObject(found: value.kindName)) }
    if rows.isEmpty { throw fail("", .noRows) }
    if rows.count > maximumRows { throw fail("", .tooManyRows(limit: maximumRows)) }
    var changes: [OrderChange] = []
    for (index, row) in rows.enumerated() {
      guard let object = row.object else {
        reader.report("[\(index)]", .notAnObject(found: row.kindName))
        continue
      }
      if let change = read(&reader, object, "[\(index)].") { changes.append(change) }
    }
    return changes
  }

  /// Reads rows, gathering what is wrong.
  private struct RowsReader {
    let timeZone: TimeZone?
    var problems: [OrderChangeError.Member] = []

    init(timeZone: TimeZone?) {
      self.timeZone = timeZone
    }

    private static let members = ["ticketId", "saleMovementId", "orderSecretToken", "state", "lastUpdate"]

    mutating func row(_ row: JSONObject, _ prefix: String) -> OrderChange? {
      let before = problems.count
      for member in row.members where !Self.members.contains(member.name) {
        report(prefix + String(member.name.prefix(100)), .unknownMember)
      }
      let token = text("orderSecretToken", of: row, prefix, limit: OrderChange.maximumTokenLength)
      let state = string("state", of: row, prefix).map(Self.cut)
      let ticket = integer("ticketId", of: row, prefix)
      let movement = integer("saleMovementId", of: row, prefix)
      let date = text("lastUpdate", of: row, prefix, limit: 50).flatMap { self.date($0, prefix) }
      guard problems.count == before, let token, let state, let date else { return nil }
      return OrderChange(
        order: .secretToken(token), ticketID: ticket, movementID: movement, state: state, lastUpdate: date)
    }

    mutating func order(_ document: JSONObject, _ prefix: String) -> OrderChange? {
      let order = document.value(named: "orderDetailsData")?.object ?? document
      let state = Self.cut(order.value(named: "orderState")?.stringValue ?? "")
      if let token = order.value(named: "orderSecretId")?.stringValue, !token.isEmpty,
        token.utf8.count <= OrderChange.maximumTokenLength
      {
        return OrderChange(order: .secretToken(token), state: state)
      }
      guard case .number(let number)? = order.value(named: "orderId"), let id = number.int64 else {
        report(prefix + "orderDetailsData", .noOrder)
        return nil
      }
      return OrderChange(order: .id(id), state: state)
    }

    mutating func report(_ path: String, _ problem: OrderChangeError.Problem) {
      // Whoever makes more mistakes than this learns nothing from the rest of them.
      guard problems.count < OrderChange.maximumProblems else { return }
      problems.append(.init(path: path, problem: problem))
    }

    private mutating func string(_ name: String, of row: JSONObject, _ prefix: String) -> String? {
      guard let value = row[name] else {
        report(prefix + name, .missing)
        return nil
      }
      guard let text = value.stringValue else {
        report(prefix + name, .wrongType(expected: "a string", found: value.kindName))
        return nil
      }
      return Self.trimmed(text)
    }

    private mutating func text(_ name: String, of row: JSONObject, _ prefix: String, limit: Int) -> String? {
      guard let text = string(name, of: row, prefix) else { return nil }
      if text.isEmpty {
        report(prefix + name, .empty)
        return nil
      }
      // Bytes and not characters: one character may be a megabyte of accents.
      if text.utf8.count > limit {
        report(prefix + name, .tooLong(limit: limit))
        return nil
      }
      return text
    }

    private static func trimmed(_ text: String) -> String {
      // Not by Foundation, whose trimming goes by way of NSString: it took longer than all else that is done with a row.
      var scalars = text.unicodeScalars[...]
      while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
      while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
      return String(scalars)
    }

    /// Anything is a state that is a string; what is no word of Secutix's need not be kept whole.
    private static func cut(_ state: String) -> String {
      guard state.utf8.count > OrderChange.maximumStateLength else { return state }
      var count = 0
      let kept = state.unicodeScalars.prefix { scalar in
        count += UTF8.width(scalar)
        return count <= OrderChange.maximumStateLength
      }
      return String(kept)
    }

    private mutating func integer(_ name: String, of row: JSONObject, _ prefix: String) -> Int64? {
      switch row[name] {
      case nil, .null: return nil
      case .number(let number):
        if let value = number.int64 { return value }
        report(prefix + name, .notAnInteger(String(number.literal.prefix(50))))
      case let value?: report(prefix + name, .wrongType(expected: "an integer or null", found: value.kindName))
      }
      return nil
    }

    private mutating func date(_ text: String, _ prefix: String) -> ZonedDateTime?? {
      switch DateForms().read(text, in: timeZone ?? .gmt) {
      case .success(let reading):
        if reading.hasOffset { return .some(reading.date) }
        // The hour that comes twice when summer time ends: nobody can say which of the two it was, so the row says no time.
        guard let timeZone, !reading.date.comesTwice(in: timeZone) else { return .some(nil) }
        return .some(reading.date)
      case .failure(let error):
        report(prefix + "lastUpdate", error.problem == .impossible ? .impossibleDate(text) : .unreadableDate(text))
        return nil
      }
    }
  }
}
