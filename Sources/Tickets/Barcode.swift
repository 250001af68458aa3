/// The text an entrance scanner reads: one to fifty characters, exactly as Secutix wrote them.
///
/// Secutix's own codes are 20, 24 or 28 digits and may begin with zeros; imported ones are free text of up to 50
/// characters. It is never a number, and nothing may ever turn it into one.
package struct Barcode: Sendable, Hashable {
  package let text: String

  /// - Throws: `TicketError.barcode` when the text is empty, too long, holds a control character, or is what a
  ///   spreadsheet makes of a long number (`1.23E+27`): the digits are lost then, so it is refused, never repaired.
  package init(_ text: String) throws(TicketError) {
    let problem: BarcodeProblem? =
      if text.isEmpty {
        .empty
      } else if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
        .controlCharacter
      } else if text.count > 50 {
        .tooLong(text.count)
      } else if Self.isMangled(text) {
        .mangledBySpreadsheet
      } else {
        nil
      }
    if let problem { throw .barcode(text, problem) }
    self.text = text
  }

  /// `1.23E+12`, `1,23457E+27`, `12E+05`: digits, at most one separator, an exponent with a sign.
  private static func isMangled(_ text: String) -> Bool {
    var sawDigit = false
    var separators = 0
    var bytes = Substring(text).utf8
    while let byte = bytes.first, byte != UInt8(ascii: "E"), byte != UInt8(ascii: "e") {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): sawDigit = true
      case UInt8(ascii: "."), UInt8(ascii: ","): separators += 1
      default: return false
      }
      bytes = bytes.dropFirst()
    }
    guard sawDigit, separators <= 1, bytes.popFirst() != nil else { return false }
    guard let sign = bytes.popFirst(), sign == UInt8(ascii: "+") || (sign == UInt8(ascii: "-") && separators == 1)
    else { return false }
    return !bytes.isEmpty && bytes.count <= 3 && bytes.allSatisfy { (0x30...0x39).contains($0) }
  }
}

/// Why a text cannot be a barcode.
package enum BarcodeProblem: Sendable, Hashable {
  case empty
  case tooLong(Int)
  case controlCharacter
  case mangledBySpreadsheet
}

/// Why a ticket's data was not believed. Facts only; the fronts make sentences of them.
package enum TicketError: Error, Sendable, Hashable {
  /// The text cannot be a barcode.
  case barcode(String, BarcodeProblem)
  /// Not an ISO 4217 code.
  case currency(String)
  /// The amount is finer than the currency's smallest coin, or too large.
  case amount(String)
  /// The field holds a value of another kind than its table says.
  case kind(field: String, expected: TicketField.Kind)
  /// Outside the range of the field (a latitude of 200).
  case range(field: String, value: String)
  /// A ticket that is nobody: neither movement, nor ticket id, nor barcode.
  case noIdentity
  /// A live ticket without a barcode.
  case noBarcode(state: String)
}
