import CZint
import Foundation
import Passes

/// A barcode's drawing, quiet zone not included.
///
/// The message goes into the symbol as Core Image puts it there for Wallet: the bytes of `messageEncoding`, without a mark
/// that names the encoding. So a scanner reads exactly these bytes.
package struct BarcodeDrawing: Sendable, Hashable {
  /// Width in modules.
  package let columns: Int
  /// Height in modules. A linear code has one row, to be drawn as high as its box.
  package let rows: Int
  /// SVG path data, one unit a module, the dark modules of a row merged to runs: `M0 0h7v1h-7z…`.
  package let path: String

  /// Draws the symbol of a message.
  ///
  /// - Parameters:
  ///   - format: `PKBarcodeFormatQR` and so on.
  ///   - encoding: the IANA name of an encoding.
  package init(format: String, message: String, encoding: String) throws(BarcodeError) {
    guard let symbology = WalletBarcodeFormat(rawValue: format) else { throw .unknownFormat(format) }
    guard !message.isEmpty else { throw .empty }
    // 7089 digits in a QR code are the most that any symbol holds (ISO/IEC 18004, table 7).
    guard message.utf8.count <= 4 * 7089 else { throw .tooLong(bytes: message.utf8.count) }
    let bytes = try Self.bytes(of: message, encoding: encoding)
    guard bytes.count <= 7089 else { throw .tooLong(bytes: bytes.count) }
    self = try symbology.draw(try symbology.checked(bytes))
  }

  /// - Parameter rowHeight: modules a row is high.
  fileprivate init(_ symbol: ZintSymbol, rowHeight: Int) {
    columns = symbol.columns
    rows = symbol.rows * rowHeight
    var path = ""
    for row in 0..<symbol.rows {
      var column = 0
      while column < symbol.columns {
        let start = column
        while column < symbol.columns, symbol.isDark(row: row, column: column) { column += 1 }
        if column > start {
          path += "M\(start) \(row * rowHeight)h\(column - start)v\(rowHeight)h\(start - column)z"
        }
        column += 1
      }
    }
    self.path = path
  }

  private static func bytes(of message: String, encoding name: String) throws(BarcodeError) -> [UInt8] {
    guard let encoding = String.Encoding(ianaName: name) else { throw .unknownEncoding(name) }
    if let data = message.data(using: encoding, allowLossyConversion: false) { return [UInt8](data) }
    let culprit = message.first { String($0).data(using: encoding, allowLossyConversion: false) == nil }
    throw .notEncodable(culprit ?? "?", encoding: name)
  }
}

/// How Wallet has each format drawn, and what of a message Zint would change.
extension WalletBarcodeFormat {
  /// The bytes for Zint. Refuses what Zint would change in silence: it fills up with zeros and makes capital letters.
  fileprivate func checked(_ message: [UInt8]) throws(BarcodeError) -> [UInt8] {
    let isNumber = message.allSatisfy { (0x30...0x39).contains($0) }
    switch self {
    case .qr, .pdf417, .aztec: break
    case .code128:
      // Zint would take bytes of Latin-1, but Core Image does not.
      guard message.allSatisfy({ $0 < 0x80 }) else { throw .notCarried("Code 128 holds ASCII only") }
    case .code39:
      guard message.allSatisfy(Set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%".utf8).contains) else {
        throw .notCarried("Code 39 holds capital letters, digits and - . $ / + % only")
      }
    case .codabar:
      let ends = Set("ABCDabcd".utf8)
      // A message may bring its own start and stop characters.
      let hasEnds = message.count > 2 && ends.contains(message[0]) && ends.contains(message[message.count - 1])
      let inner = hasEnds ? message[1..<(message.count - 1)] : message[...]
      guard inner.allSatisfy(Set("0123456789-$:/.+".utf8).contains) else {
        throw .notCarried("Codabar holds digits and - $ : / . + only, A to D at both ends")
      }
      return hasEnds ? message : Array("A".utf8) + message + Array("A".utf8)
    case .ean13:
      guard isNumber, message.count == 12 || message.count == 13 else {
        throw .notCarried("EAN-13 holds 12 or 13 digits")
      }
    case .interleaved2of5:
      guard isNumber, message.count.isMultiple(of: 2) else {
        throw .notCarried("Interleaved 2 of 5 holds an even number of digits")
      }
    }
    return message
  }

  fileprivate func draw(_ message: [UInt8]) throws(BarcodeError) -> BarcodeDrawing {
    switch self {
    // Core Image's default, error correction M.
    case .qr: BarcodeDrawing(try ZintSymbol(BARCODE_QRCODE, level: 2, message), rowHeight: 1)
    case .pdf417: try Self.drawPDF417(message)
    // Core Image's default, 23 % and three codewords of error correction.
    case .aztec: BarcodeDrawing(try ZintSymbol(BARCODE_AZTEC, level: 2, message), rowHeight: 1)
    case .code128: BarcodeDrawing(try ZintSymbol(BARCODE_CODE128, message), rowHeight: 1)
    case .code39: BarcodeDrawing(try ZintSymbol(BARCODE_CODE39, message), rowHeight: 1)
    case .codabar: BarcodeDrawing(try ZintSymbol(BARCODE_CODABAR, message), rowHeight: 1)
    case .ean13:
      BarcodeDrawing(
        try ZintSymbol(message.count == 13 ? BARCODE_EANX_CHK : BARCODE_EANX, message), rowHeight: 1)
    case .interleaved2of5: BarcodeDrawing(try ZintSymbol(BARCODE_C25INTER, message), rowHeight: 1)
    }
  }

  /// Takes the number of columns that fills Wallet's box of 268 x 83 pt best; rows are three modules high.
  private static func drawPDF417(_ message: [UInt8]) throws(BarcodeError) -> BarcodeDrawing {
    let rowHeight = 3
    func misfit(_ symbol: ZintSymbol) -> Double {
      abs(log(Double(symbol.columns) / Double(symbol.rows * rowHeight) / (268.0 / 83)))
    }
    let first = try ZintSymbol(BARCODE_PDF417, message)
    // A row is 17 modules a column and 69 for its ends; the number of codewords stays nearly the same.
    let codewords = Double((first.columns - 69) / 17 * first.rows)
    let ideal = (0...30).min { left, right in
      func misfit(_ columns: Int) -> Double {
        abs(Double(69 + 17 * columns) / (codewords / Double(max(columns, 1)) * Double(rowHeight)) - 268.0 / 83)
      }
      return misfit(left) < misfit(right)
    }
    let near = (ideal ?? 1) - 1...(ideal ?? 1) + 1
    let others = near.filter { (1...30).contains($0) }.compactMap {
      try? ZintSymbol(BARCODE_PDF417, columns: $0, message)
    }
    return BarcodeDrawing(others.min { misfit($0) < misfit($1) } ?? first, rowHeight: rowHeight)
  }
}

/// Zint's symbol. It frees itself.
private final class ZintSymbol {
  private let symbol: UnsafeMutablePointer<zint_symbol>

  /// - Parameters:
  ///   - level: error correction by the format's own count; nil for Zint's choice.
  ///   - columns: of data; nil for Zint's choice.
  init(_ symbology: Int32, level: Int32? = nil, columns: Int? = nil, _ message: [UInt8]) throws(BarcodeError) {
    guard let symbol = ZBarcode_Create() else { throw .refused("no memory") }
    self.symbol = symbol
    symbol.pointee.symbology = symbology
    symbol.pointee.input_mode = DATA_MODE
    if let level { symbol.pointee.option_1 = level }
    if let columns { symbol.pointee.option_2 = Int32(columns) }
    // With a length of 0 Zint would look for a NUL.
    guard !message.isEmpty else { throw .empty }
    let status = ZBarcode_Encode(symbol, message, Int32(message.count))
    if status == ZINT_ERROR_TOO_LONG { throw .tooLong(bytes: message.count) }
    guard status < ZINT_ERROR else { throw .refused(words) }
    guard rows > 0, rows <= 200, self.columns > 0, self.columns <= 144 * 8 else { throw .refused("it drew nothing") }
  }

  deinit { ZBarcode_Delete(symbol) }

  var columns: Int { Int(symbol.pointee.width) }
  var rows: Int { Int(symbol.pointee.rows) }

  func isDark(row: Int, column: Int) -> Bool {
    zint_encoded_byte(symbol, Int32(row), Int32(column / 8)) >> (column % 8) & 1 == 1
  }

  /// The last error without Zint's number: `Error 225: Invalid character in data (…)`.
  private var words: String {
    let text = withUnsafeBytes(of: symbol.pointee.errtxt) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return text.hasPrefix("Error ") ? String(text.drop { $0 != ":" }.dropFirst(2)) : text
  }
}
