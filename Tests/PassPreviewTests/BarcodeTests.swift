import Foundation
import JSON
import PassPreview
import Testing

@Suite("Barcodes: drawn by Zint, read by ZXing")
struct BarcodeTests {
  struct Sample: Sendable {
    let format: String
    let message: String
    var encoding = "iso-8859-1"
    /// What a scanner reads, when that is not the message.
    var read: String?
  }

  @Test func `a scanner reads exactly the message of every drawing`() throws {
    let drawings = try Self.samples.map {
      try BarcodeDrawing(format: $0.format, message: $0.message, encoding: $0.encoding)
    }
    let answers = try Self.scan(drawings)
    for (sample, answer) in zip(Self.samples, answers) {
      #expect(answer["format"]?.stringValue == Self.names[sample.format], "\(sample)")
      let encoding = try #require(String.Encoding(ianaName: sample.encoding))
      let bytes = try #require((sample.read ?? sample.message).data(using: encoding))
      #expect(answer["bytes"]?.stringValue == bytes.map { String(format: "%02x", $0) }.joined(), "\(sample)")
    }
  }

  /// An encoding is not named in a symbol, so a scanner guesses; it must guess right for what tickets say.
  @Test(arguments: ["PKBarcodeFormatQR", "PKBarcodeFormatPDF417", "PKBarcodeFormatAztec"])
  func `letters beyond ASCII come out as they went in`(format: String) throws {
    let samples = ["iso-8859-1", "utf-8"].flatMap { encoding in
      ["Zürich, Großes Haus, Loge 7", "Théâtre de l’Opéra", "Señor Muñoz, fila 4", "Ärzteball Übersee"]
        .filter { encoding == "utf-8" || !$0.contains("’") }
        .map { Sample(format: format, message: $0, encoding: encoding) }
    }
    let answers = try Self.scan(
      samples.map { try BarcodeDrawing(format: $0.format, message: $0.message, encoding: $0.encoding) })
    for (sample, answer) in zip(samples, answers) {
      #expect(answer["text"]?.stringValue == sample.message, "\(sample)")
    }
  }

  @Test func `every count of characters up to 50 can be read`() throws {
    let samples = (1...50).flatMap { count in
      Self.matrix.map { Sample(format: $0, message: "0A1b2C3d4E5-6.7/8:9 ".cycled(count)) }
        + [Sample(format: "PKBarcodeFormatCode128", message: "00a1B2-34567890.".cycled(count))]
    }
    let answers = try Self.scan(
      samples.map { try BarcodeDrawing(format: $0.format, message: $0.message, encoding: $0.encoding) })
    for (sample, answer) in zip(samples, answers) {
      #expect(answer["text"]?.stringValue == sample.message, "\(sample)")
    }
  }

  @Test func `PDF417 fills the box of 268 x 83 points, whatever it holds`() throws {
    for count in [1, 8, 20, 50, 100, 300, 800] {
      let drawing = try BarcodeDrawing(
        format: "PKBarcodeFormatPDF417", message: "0123456789ABCdef".cycled(count), encoding: "iso-8859-1")
      let ratio = Double(drawing.columns) / Double(drawing.rows) / (268.0 / 83)
      // The smallest symbols have so few sizes that none comes near.
      #expect(ratio > (count < 20 ? 0.6 : 0.85) && ratio < (count < 20 ? 2.4 : 1.18), "\(count) characters: \(ratio)")
    }
  }

  @Test func `linear codes have one row, QR codes and Aztec codes are square`() throws {
    for sample in Self.samples {
      let drawing = try BarcodeDrawing(format: sample.format, message: sample.message, encoding: sample.encoding)
      switch sample.format {
      case "PKBarcodeFormatPDF417": #expect(drawing.rows % 3 == 0 && drawing.columns % 17 == 1)
      case "PKBarcodeFormatQR", "PKBarcodeFormatAztec": #expect(drawing.rows == drawing.columns)
      default: #expect(drawing.rows == 1)
      }
    }
  }

  @Test(arguments: Refusal.all) func `what cannot be drawn is said`(_ refusal: Refusal) {
    #expect(throws: refusal.error) {
      try BarcodeDrawing(format: refusal.format, message: refusal.message, encoding: refusal.encoding)
    }
  }

  @Test func `a wrong check digit is refused in Zint's own words`() {
    let error = #expect(throws: BarcodeError.self) {
      try BarcodeDrawing(format: "PKBarcodeFormatEAN13", message: "4006381333932", encoding: "iso-8859-1")
    }
    #expect(error?.description == "Zint refuses it: Invalid check digit '2', expecting '1'")
  }

  @Test func `nothing that a ticket says makes it fall`() {
    let parts = [
      "\0", "\u{1}\u{7F}", "0", "00000000000", "A", "zz", "ÿÀ", "😀", "\u{301}", "[01]", "\\x", "^FNC1", " ", "~d029",
      "\r\n",
    ]
    var random = SplitMix(state: 7)
    for format in Self.names.keys.sorted() + ["", "PKBarcodeFormat", "\0"] {
      for encoding in ["iso-8859-1", "utf-8", "us-ascii", "utf-16", "shift_jis", "", "\0", "é"] {
        for length in [0, 1, 2, 3, 12, 13, 60, 200, 900, 3000] {
          var message = ""
          while message.utf8.count < length { message += parts.randomElement(using: &random) ?? "" }
          _ = try? BarcodeDrawing(format: format, message: message, encoding: encoding)
          _ = try? BarcodeDrawing(
            format: format, message: String(repeating: parts.randomElement(using: &random) ?? "", count: length),
            encoding: encoding)
        }
      }
    }
  }

  // MARK: - Tables

  static let matrix = ["PKBarcodeFormatQR", "PKBarcodeFormatPDF417", "PKBarcodeFormatAztec"]

  /// ZXing's names of Wallet's formats.
  static let names = [
    "PKBarcodeFormatQR": "QR Code", "PKBarcodeFormatPDF417": "PDF417", "PKBarcodeFormatAztec": "Aztec",
    "PKBarcodeFormatCode128": "Code 128", "PKBarcodeFormatCode39": "Code 39",
    "PKBarcodeFormatCodabar": "Codabar", "PKBarcodeFormatEAN13": "EAN-13", "PKBarcodeFormatI2of5": "ITF",
  ]

  static let samples: [Sample] =
    matrix.flatMap { format in
      [
        "0", "00012345", "12345678901234567890123456789012345678901234567890", "ABC-123", "a", " leading and trailing ",
        "https://example.org/t/4711?a=b&c=%20", "Zürich Füße", "{\"t\":\"\\u0041\"}", "line\r\nline", "a\0b",
        "^]~\\[(00)123]", String(repeating: "0", count: 300), String(repeating: "Ab9-", count: 100),
      ].map { Sample(format: format, message: $0) } + [
        Sample(format: format, message: "Zürich – 東京 – القاهرة 😀", encoding: "utf-8"),
        Sample(format: format, message: "10 €", encoding: "windows-1252"),
        Sample(format: format, message: "東京", encoding: "shift_jis"),
        Sample(format: format, message: "0042", encoding: "us-ascii"),
      ]
    }
    + [
      "0", "00012345", "12345678901234567890123456789012345678901234567890", "ABC-123", "abc def", "a\tb", "a\0b",
      "~!\"^",
    ].map { Sample(format: "PKBarcodeFormatCode128", message: $0) }
    + [
      "0", "00012345", "12345678901234567890123456789012345678901234567890", "ABC-123", "A B.$/+%",
    ].map { Sample(format: "PKBarcodeFormatCode39", message: $0) } + [
      Sample(format: "PKBarcodeFormatCodabar", message: "00012345", read: "A00012345A"),
      Sample(format: "PKBarcodeFormatCodabar", message: "B12-34:56/7.8+9$C"),
      Sample(
        format: "PKBarcodeFormatCodabar", message: "12345678901234567890123456789012345678901234567890",
        read: "A12345678901234567890123456789012345678901234567890A"),
      Sample(format: "PKBarcodeFormatEAN13", message: "4006381333931"),
      Sample(format: "PKBarcodeFormatEAN13", message: "000638133393", read: "0006381333935"),
      Sample(format: "PKBarcodeFormatI2of5", message: "00012345"),
      Sample(format: "PKBarcodeFormatI2of5", message: "12345678901234567890123456789012345678901234567890"),
    ]

  private static func scan(_ drawings: [BarcodeDrawing]) throws -> [JSONValue] {
    let input = JSONValue.array(
      drawings.map {
        .object([
          "columns": .number(JSONNumber(Int64($0.columns))), "rows": .number(JSONNumber(Int64($0.rows))),
          "path": .string($0.path),
        ])
      })
    let said = try Python.run("scan.py", input: input.serialized())
    let answers = try #require(try JSONValue(parsing: said).array)
    try #require(answers.count == drawings.count)
    return answers
  }
}

extension String {
  /// So many characters of it, beginning anew at its end.
  fileprivate func cycled(_ count: Int) -> String {
    String(repeating: self, count: count / self.count + 1).prefix(count).description
  }
}

struct Refusal: Sendable, CustomTestStringConvertible {
  let format: String
  let message: String
  var encoding = "iso-8859-1"
  let error: BarcodeError

  var testDescription: String { "\(format) \(message.prefix(12)): \(error)" }

  static let all = [
    Refusal(format: "PKBarcodeFormatDataMatrix", message: "1", error: .unknownFormat("PKBarcodeFormatDataMatrix")),
    Refusal(format: "PKBarcodeFormatQR", message: "1", encoding: "latin-17", error: .unknownEncoding("latin-17")),
    Refusal(format: "PKBarcodeFormatQR", message: "", error: .empty),
    Refusal(format: "PKBarcodeFormatQR", message: "5 €", error: .notEncodable("€", encoding: "iso-8859-1")),
    Refusal(
      format: "PKBarcodeFormatQR", message: "Zürich", encoding: "us-ascii",
      error: .notEncodable("ü", encoding: "us-ascii")),
    Refusal(format: "PKBarcodeFormatCode128", message: "Zürich", error: .notCarried("Code 128 holds ASCII only")),
    Refusal(
      format: "PKBarcodeFormatCode39", message: "abc",
      error: .notCarried("Code 39 holds capital letters, digits and - . $ / + % only")),
    Refusal(
      format: "PKBarcodeFormatCodabar", message: "1A1",
      error: .notCarried("Codabar holds digits and - $ : / . + only, A to D at both ends")),
    Refusal(format: "PKBarcodeFormatEAN13", message: "1234567", error: .notCarried("EAN-13 holds 12 or 13 digits")),
    Refusal(
      format: "PKBarcodeFormatEAN13", message: "40063813339+12", error: .notCarried("EAN-13 holds 12 or 13 digits")),
    Refusal(
      format: "PKBarcodeFormatI2of5", message: "123",
      error: .notCarried("Interleaved 2 of 5 holds an even number of digits")),
    Refusal(format: "PKBarcodeFormatQR", message: String(repeating: "x", count: 2332), error: .tooLong(bytes: 2332)),
    Refusal(
      format: "PKBarcodeFormatQR", message: String(repeating: "x", count: 10_000), error: .tooLong(bytes: 10_000)),
    Refusal(format: "PKBarcodeFormatAztec", message: String(repeating: "x", count: 7000), error: .tooLong(bytes: 7000)),
    Refusal(
      format: "PKBarcodeFormatCode128", message: String(repeating: "xX", count: 100), error: .tooLong(bytes: 200)),
  ]
}

/// The same numbers in every run.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
