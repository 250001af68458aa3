/// A row of an export whose column names are known without a mapping.
struct OrderRow {
  var order = "1001"
  var movement: String
  var state = "PRINTED"
  var barcode: String
  var event = "Gala"
  var start = "2090-04-17 19:30:00"
  var seat = "1"
  var name = "Moreau"

  /// The n-th of many: three to an order.
  init(_ number: Int) {
    order = String(1001 + number / 3)
    movement = String(50_001 + number)
    barcode = String(("000000000000" + String(7_000_001 + number)).suffix(12))
    seat = String(number + 1)
  }

  func with(_ change: (inout OrderRow) -> Void) -> OrderRow {
    var row = self
    change(&row)
    return row
  }

  static let header = "ORDER_ID;MOVEMENT_ID;TICKET_STATE;BARCODE;EVENT;START;SEAT;LAST_NAME\n"

  static func csv(_ rows: [OrderRow]) -> String {
    header
      + rows.map { row in
        [row.order, row.movement, row.state, row.barcode, row.event, row.start, row.seat, row.name]
          .map { $0.contains { ";\"\n".contains($0) } ? "\"\($0.replacing("\"", with: "\"\""))\"" : $0 }
          .joined(separator: ";") + "\n"
      }.joined()
  }

  static func csv(_ count: Int) -> String { csv((0..<count).map { OrderRow($0) }) }
}
