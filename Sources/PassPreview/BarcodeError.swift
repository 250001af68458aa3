/// Why a barcode cannot be drawn.
package enum BarcodeError: Error, Hashable {
  /// No `PKBarcodeFormat…` that Wallet knows.
  case unknownFormat(String)
  /// `messageEncoding` has no converter here.
  case unknownEncoding(String)
  case empty
  /// A character that `messageEncoding` cannot carry.
  case notEncodable(Character, encoding: String)
  /// What the format cannot carry, as a sentence.
  case notCarried(String)
  /// More bytes than the largest symbol of the format holds.
  case tooLong(bytes: Int)
  /// What Zint says against it.
  case refused(String)
}

extension BarcodeError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownFormat(let name): "“\(name.prefix(60))” is no barcode format of Wallet; see Pass.Barcodes"
    case .unknownEncoding(let name):
      "“\(name.prefix(60))” is not an encoding that is known here; usual is iso-8859-1"
    case .empty: "the message is empty; leave the barcode out instead"
    case .notEncodable(let character, let encoding):
      "“\(String(character).unicodeScalars.prefix(8).map(String.init).joined())” cannot be written in \(encoding); "
        + "set messageEncoding to utf-8 if your scanners read it"
    case .notCarried(let rule): "\(rule); choose another format, or correct the message"
    case .tooLong(let bytes):
      "\(bytes) bytes are too long for this format; tickets have a short number in their barcode"
    case .refused(let words): "Zint refuses it: \(words)"
    }
  }
}
