import Foundation
import JSON

/// What a barcode of each format can carry.
package enum WalletBarcodeFormat: String, Sendable, CaseIterable {
  case qr = "PKBarcodeFormatQR"
  case pdf417 = "PKBarcodeFormatPDF417"
  case aztec = "PKBarcodeFormatAztec"
  case code128 = "PKBarcodeFormatCode128"
  case code39 = "PKBarcodeFormatCode39"
  case codabar = "PKBarcodeFormatCodabar"
  case ean13 = "PKBarcodeFormatEAN13"
  case interleaved2of5 = "PKBarcodeFormatI2of5"

  /// Formats that came with iOS 27; older systems show nothing.
  var isNew: Bool { [.code39, .codabar, .ean13, .interleaved2of5].contains(self) }

  /// Most bytes that fit the largest symbol at the lowest error correction (ISO/IEC 18004, 15438, 24778).
  var capacity: Int? {
    switch self {
    case .qr: 2953
    case .pdf417: 1108
    case .aztec: 1914
    default: nil
    }
  }

  /// Why a message cannot be drawn in this format; nil when it can.
  func problem(with message: String) -> String? {
    let bytes = Array(message.utf8)
    let digits = bytes.allSatisfy { (0x30...0x39).contains($0) }
    switch self {
    case .qr, .pdf417, .aztec: return nil
    case .code128:
      return bytes.allSatisfy { $0 < 0x80 } ? nil : "Code 128 holds ASCII only"
    case .code39:
      let allowed = Set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%".utf8)
      return bytes.allSatisfy(allowed.contains) ? nil : "Code 39 holds capital letters, digits and - . $ / + % only"
    case .codabar:
      let allowed = Set("0123456789-$:/.+ABCDabcd".utf8)
      return bytes.allSatisfy(allowed.contains) ? nil : "Codabar holds digits and - $ : / . + only"
    case .ean13:
      guard digits, bytes.count == 12 || bytes.count == 13 else { return "EAN-13 holds 12 or 13 digits" }
      guard bytes.count == 13 else { return nil }
      let sum = bytes.dropLast().enumerated().reduce(0) { $0 + Int($1.element - 0x30) * ($1.offset % 2 == 0 ? 1 : 3) }
      return (10 - sum % 10) % 10 == Int(bytes[12] - 0x30) ? nil : "the check digit of the EAN-13 is wrong"
    case .interleaved2of5:
      return digits && bytes.count.isMultiple(of: 2) ? nil : "Interleaved 2 of 5 holds an even number of digits"
    }
  }
}

extension PassInspection {
  mutating func checkBarcodes() {
    var formats: [WalletBarcodeFormat] = []
    if let barcode = root["barcode"], barcode.object != nil {
      if let format = checkBarcode(barcode, at: "/barcode") {
        if format.isNew || format == .code128, root["barcodes"] == nil {
          warn(
            "barcode-legacy-format", at: "/barcode/format", "the old key `barcode` knows QR, PDF417 and Aztec only",
            hint: "Put the barcode into the array `barcodes`.")
        }
        formats.append(format)
      }
    }
    guard let barcodes = root["barcodes"]?.array else { return }
    if let message = root["barcode"]?["message"]?.stringValue, !barcodes.isEmpty,
      !barcodes.contains(where: { $0["message"]?.stringValue == message })
    {
      warn(
        "barcode-legacy-differs", at: "/barcode/message", "barcode holds another message than barcodes",
        hint: "Which one a phone shows depends on its system. Give both the same message.")
    }
    if barcodes.isEmpty {
      warn(
        "barcodes-empty", at: "/barcodes", "barcodes is an empty array", hint: "Leave it out when there is no barcode.")
    }
    for (index, barcode) in barcodes.enumerated() {
      if let format = checkBarcode(barcode, at: "/barcodes/\(index)") { formats.append(format) }
    }
    if let index = barcodes.firstIndex(where: { $0["message"]?.stringValue?.isEmpty == false && $0["altText"] == nil })
    {
      warn(
        "barcode-without-alt-text", at: "/barcodes/\(index)",
        "the barcode has no altText, so nobody can type it in when a scanner fails",
        hint: "Add altText with the number that people read out.")
    }
    if let first = formats.first, formats.allSatisfy(\.isNew) {
      warn(
        "barcode-without-fallback", at: "/barcodes",
        "systems before iOS 27 cannot show \(first.rawValue) and show no barcode at all",
        hint: "Add a second entry such as PKBarcodeFormatQR after it, if the scanners read it.")
    } else if !formats.isEmpty, formats.allSatisfy({ $0.isNew || $0 == .code128 }) {
      warn(
        "barcode-not-on-watch", at: "/barcodes", "Apple Watch does not show Code 128",
        hint: "Add a second entry such as PKBarcodeFormatQR after it, if the scanners read it.")
    }
  }

  /// - Returns: the format when Wallet knows it.
  private mutating func checkBarcode(_ barcode: JSONValue, at pointer: String) -> WalletBarcodeFormat? {
    guard let object = barcode.object else {
      error(
        "wrong-type", at: pointer, "a barcode must be an object, but is \(barcode.kindName)", hint: "See Pass.Barcodes."
      )
      return nil
    }
    checkMembers(of: object, at: pointer, WalletKeys.barcode)
    for key in ["format", "message", "messageEncoding"] where object[key] == nil {
      error(
        "barcode-key-missing", at: pointer, "the barcode lacks its \(key)",
        hint: key == "messageEncoding" ? "Usual is iso-8859-1." : "Add “\(key)”.")
    }
    var format: WalletBarcodeFormat?
    if let name = object["format"]?.stringValue {
      format = WalletBarcodeFormat(rawValue: name)
      if format == nil {
        let known = WalletBarcodeFormat.allCases.map(\.rawValue)
        error(
          "barcode-format-unknown", at: pointer + "/format", "“\(excerpt(name))” is no barcode format of Wallet",
          hint: WalletKeys.nearest(to: name, in: known).map { "Did you mean \($0)?" }
            ?? "Use one of \(known.joined(separator: ", ")).")
      }
    }
    if let text = object["altText"]?.stringValue {
      let room = format.map { [.qr, .aztec].contains($0) } ?? false ? 45 : 75
      if let longest = shownTexts(of: text).map(\.count).max(), longest > room {
        warn(
          "text-too-long", at: pointer + "/altText",
          "the \(longest) characters under the barcode are cut: there is room for some \(room) at most",
          hint: "Shorten it.")
      }
    }
    guard let message = object["message"]?.stringValue else { return format }
    if message.isEmpty {
      error(
        "barcode-message-empty", at: pointer + "/message", "the barcode has nothing in it",
        hint: "Leave it out instead.")
      return format
    }
    let count = checkEncoding(of: message, in: object, at: pointer)
    if let problem = format?.problem(with: message) {
      error(
        "barcode-not-drawable", at: pointer + "/message", "“\(excerpt(message))” cannot be drawn: \(problem)",
        hint: "Choose another format, or correct the message.")
    }
    if let format, let capacity = format.capacity, count > capacity {
      error(
        "barcode-too-long", at: pointer + "/message",
        "\(count) bytes do not fit into \(format.rawValue), which holds \(capacity)",
        hint: "Tickets have a short number in their barcode.")
    }
    return format
  }

  /// - Returns: the length of the message in its encoding.
  private mutating func checkEncoding(of message: String, in barcode: JSONObject, at pointer: String) -> Int {
    guard let name = barcode["messageEncoding"]?.stringValue else { return message.utf8.count }
    guard let encoding = String.Encoding(ianaName: name) else {
      report(
        Self.otherEncodings.contains(name.lowercased()) ? .warning : .error, "barcode-encoding-unknown",
        at: pointer + "/messageEncoding", "“\(excerpt(name))” is not an encoding that is known here",
        hint: "Usual is iso-8859-1; scanners expect it.")
      return message.utf8.count
    }
    guard let data = message.data(using: encoding, allowLossyConversion: false) else {
      let culprit = message.first { String($0).data(using: encoding, allowLossyConversion: false) == nil }
      error(
        "barcode-not-encodable", at: pointer + "/message",
        "\(culprit.map { "“\($0)”" } ?? "the message") cannot be written in \(name)",
        hint: "Keep to the characters of \(name), or set messageEncoding to utf-8 and try your scanners.")
      return message.utf8.count
    }
    if encoding == .utf8, message.utf8.contains(where: { $0 >= 0x80 }) {
      warn(
        "barcode-encoding-scanner", at: pointer + "/messageEncoding",
        "not every scanner reads letters beyond ASCII in UTF-8",
        hint: "Try it with the scanners of the venue, or keep to plain letters and digits.")
    }
    return data.count
  }

  /// Encodings that have a registered name but no converter here.
  private static let otherEncodings: Set<String> = [
    "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8", "iso-8859-9", "iso-8859-10",
    "iso-8859-13", "iso-8859-14", "iso-8859-15", "iso-8859-16", "big5", "gb2312", "gbk", "gb18030", "euc-kr", "euc-jp",
    "windows-1255", "windows-1256", "windows-1257", "windows-1258", "koi8-r",
  ]

  // MARK: - NFC

  mutating func checkNFC() {
    guard let nfc = root["nfc"]?.object else { return }
    checkMembers(of: nfc, at: "/nfc", WalletKeys.nfc)
    for key in ["message", "encryptionPublicKey"] where nfc[key] == nil {
      error("nfc-key-missing", at: "/nfc", "nfc lacks its \(key)", hint: "Add “\(key)”, or leave nfc out.")
    }
    if let message = nfc["message"]?.stringValue, message.utf8.count > 64 {
      warn(
        "nfc-message-long", at: "/nfc/message",
        "the NFC message has \(message.utf8.count) bytes, Wallet sends the first 64",
        hint: "Shorten it.")
    }
    if let key = nfc["encryptionPublicKey"]?.stringValue, !Self.isPublicKey(key) {
      error(
        "nfc-public-key-malformed", at: "/nfc/encryptionPublicKey",
        "encryptionPublicKey is not the Base64 of a P-256 public key (SubjectPublicKeyInfo)",
        hint: "Use the body of `openssl ec -pubout -conv_form compressed` without its first and last line.")
    }
  }

  /// SubjectPublicKeyInfo of id-ecPublicKey on prime256v1 (RFC 5480) with a compressed or an uncompressed point.
  private static func isPublicKey(_ text: String) -> Bool {
    guard let der = Data(base64Encoded: text, options: .ignoreUnknownCharacters).map({ [UInt8]($0) }),
      text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+/=\n\r ".contains($0)) })
    else { return false }
    let algorithm: [UInt8] = [
      0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03,
      0x01, 0x07, 0x03,
    ]
    let compressed = [0x30, 0x39] + algorithm + [0x22, 0x00]
    let uncompressed = [0x30, 0x59] + algorithm + [0x42, 0x00, 0x04]
    if der.starts(with: compressed) { return der.count == 59 && [2, 3].contains(der[26]) }
    return der.starts(with: uncompressed) && der.count == 91
  }
}
