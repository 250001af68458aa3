/// Where Wallet draws what, in points of a card 358 wide (a phone of 390).
///
/// Mostly measured on screenshots of real phones, plus or minus one point; Metrics.md says for each how sure it is. Tops
/// are those of capital letters, as texts in the page are trimmed to them.
struct CardMetrics {
  /// One row of fields.
  struct Row {
    /// From the card's top edge to the capitals of the label.
    var label: Double
    /// From the card's top edge to the capitals of the value.
    var value: Double
    var labelSize = 11.0
    var valueSize: Double
    /// The smallest size to which the values of a row shrink together; what is too long then is cut.
    var least = 10.0
    var weight = 400
  }

  static let width = 358.0
  static let height = 501.0
  /// A card is never lower than this, however narrow the phone.
  static let least = 484.0
  static let margin = 14.0
  static let stripTop = 61.0

  /// The row's place in a style.
  static func row(_ name: PassFace.RowName, of look: PassLook, hasStrip: Bool) -> Row {
    switch (look, name) {
    case (_, .header): Row(label: 12.2, value: 24, valueSize: 18, least: 11)
    case (.storeCard, .primary), (.coupon, .primary):
      Row(label: 145, value: 88, labelSize: 15, valueSize: 59, least: 20, weight: 300)
    case (.storeCard, _), (.coupon, _): Row(label: 215, value: 233, valueSize: 25, weight: 300)
    case (.generic, .primary): Row(label: 78.3, value: 97, valueSize: 28, least: 14)
    case (.generic, .secondary): Row(label: 176.5, value: 189, valueSize: 16)
    case (.generic, _): Row(label: 220.6, value: 233, valueSize: 15)
    case (.boardingPass, .primary): Row(label: 70.3, value: 87, valueSize: 28, least: 12, weight: 300)
    case (.boardingPass, .auxiliary): Row(label: 141, value: 153.5, valueSize: 15)
    case (.boardingPass, _): Row(label: 186, value: 198.5, valueSize: 15)
    case (.eventTicket, .primary) where hasStrip:
      Row(label: 134, value: 84, labelSize: 13, valueSize: 38, least: 13, weight: 300)
    case (.eventTicket, .secondary) where hasStrip: Row(label: 169, value: 181.5, valueSize: 16.5)
    case (.eventTicket, .auxiliary) where hasStrip: Row(label: 215, value: 227.5, valueSize: 14.5)
    case (.eventTicket, .secondAuxiliary) where hasStrip: Row(label: 261, value: 273.5, valueSize: 14.5)
    case (.eventTicket, .primary): Row(label: 70.3, value: 84, valueSize: 20)
    case (.eventTicket, .secondary): Row(label: 122.3, value: 135, valueSize: 16.5)
    case (.eventTicket, .auxiliary): Row(label: 170.7, value: 183.5, valueSize: 14.5)
    case (.eventTicket, _): Row(label: 219.1, value: 231.9, valueSize: 14.5)
    case (.posterGeneric, .primary): Row(label: 0, value: 14, valueSize: 20)
    case (.posterGeneric, _), (.posterEventTicket, _): Row(label: 0, value: 13, valueSize: 16)
    }
  }

  /// Height of the strip for each point of the card's width. Source: Human Interface Guidelines, 375 x 144 and 375 x 98.
  static func stripHeight(of look: PassLook) -> Double { look == .eventTicket ? 98 / 375 : 144 / 375 }

  /// The white box of a barcode.
  struct CodeBox {
    var width: Double
    var height: Double
    /// From the box's edge to the quiet zone.
    var padding: Double
  }

  static func codeBox(_ format: String, of look: PassLook, drawing: BarcodeDrawing) -> CodeBox {
    if drawing.rows == 1 { return CodeBox(width: 258, height: 75, padding: 10) }
    if format == "PKBarcodeFormatPDF417" { return CodeBox(width: 268, height: 83, padding: 10) }
    let side: Double =
      switch look {
      case .eventTicket: 156
      case .coupon: 152
      case .storeCard: 160
      default: 150
      }
    return CodeBox(width: side, height: side, padding: 11)
  }

  /// What the alternative text adds to the box.
  static let altTextHeight = 15.0
}
