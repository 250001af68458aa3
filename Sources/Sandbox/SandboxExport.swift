import Foundation
import JSON
import ZonedTime

/// The data export: what its webhook sends row by row, asked for at once.
extension SandboxSecutix {
  /// `executeExport`: the rows of the query, oldest first, 1000 at most.
  ///
  /// The house has one query, whatever key it is asked for by, and its parameters change nothing. Both dates are part of what is
  /// asked for. That an element is the flat object of the webhook is an assumption; the words of `requestState` are not
  /// documented, so none is given.
  ///
  /// - Returns: nil without a key, and for a date that cannot be read.
  func export(_ body: JSONValue) -> JSONObject? {
    guard body["exportKey"]?.stringValue?.isEmpty == false else { return nil }
    var (first, last) = (Int64.min, Int64.max)
    if let from = body["dateFrom"], !from.isNull {
      guard let date = from.stringValue.flatMap({ ZonedDateTime(iso8601: $0) }) else { return nil }
      first = date.epochMilliseconds
    }
    if let to = body["dateTo"], !to.isNull {
      guard let date = to.stringValue.flatMap({ ZonedDateTime(iso8601: $0) }) else { return nil }
      last = date.epochMilliseconds
    }
    let most = Int(clamping: min(1_000, max(1, body["nbMaxResults"]?.int ?? 1_000)))
    let zone = TimeZone(identifier: house.timeZone) ?? .gmt
    let elements = rows.lazy.filter { $0.changedAt >= first && $0.changedAt <= last }.prefix(most)
    return [
      "exportDate": date(now()), "requestState": .null,
      "exportedElements": .array(elements.map { .object($0.columns(dates: .sql, in: zone)) }),
    ]
  }
}

extension SandboxRow {
  /// The row as the query prints it.
  func columns(dates: SandboxWebhook.DateForm, in zone: TimeZone) -> JSONObject {
    let date = ZonedDateTime(epochMilliseconds: changedAt, in: zone)
    let text =
      switch dates {
      case .sql: date.components.sqlText()
      case .sqlFraction: date.components.sqlText() + ".0"
      case .iso8601: date.secutixText
      }
    return [
      "ticketId": ticketID.map { .number(JSONNumber($0)) } ?? .null,
      "saleMovementId": .number(JSONNumber(movementID)), "orderSecretToken": .string(orderSecret),
      "state": .string(state), "lastUpdate": .string(text),
    ]
  }
}
