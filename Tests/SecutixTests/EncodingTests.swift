import Secutix
import Testing
import Tickets
import ZonedTime

@Suite("Encodings") struct EncodingTests {
  private let text = "movement_id;barcode;event_name\r\n1;0123;Café “Zoë” – 20 €\r\n2;0124;Smörgås\r\n"
  private let names = ["Café “Zoë” – 20 €", "Smörgås"]

  private func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
    text.utf16.flatMap { unit in
      let bytes = [UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8)]
      return bigEndian ? bytes.reversed() : bytes
    }
  }

  private func windows1252(_ text: String) -> [UInt8] {
    let special: [Character: UInt8] = ["“": 0x93, "”": 0x94, "–": 0x96, "€": 0x80]
    return text.flatMap { character -> [UInt8] in
      if let byte = special[character] { return [byte] }
      return character.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }
  }

  private func check(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) {
    for chunk in [1, 3, 1024] {
      let reading = Reading(bytes, chunk: chunk)
      #expect(reading.tickets.map { $0.event.name?.text } == names, sourceLocation: sourceLocation)
      #expect(reading.rejections.isEmpty, sourceLocation: sourceLocation)
    }
  }

  @Test func `UTF-8 with and without byte order mark`() {
    check(Array(text.utf8))
    check([0xEF, 0xBB, 0xBF] + Array(text.utf8))
  }

  @Test func `UTF-16 either way, with and without byte order mark`() {
    check([0xFF, 0xFE] + utf16(text, bigEndian: false))
    check([0xFE, 0xFF] + utf16(text, bigEndian: true))
    check(utf16(text, bigEndian: false))
    check(utf16(text, bigEndian: true))
    let emoji = Reading(
      [0xFF, 0xFE] + utf16("movement_id;barcode;event_name\n1;0123;🎫 مسرح\n", bigEndian: false), chunk: 1)
    #expect(emoji.tickets.first?.event.name?.text == "🎫 مسرح")
  }

  @Test func `Windows-1252 is taken when it cannot be UTF-8, and said`() {
    check(windows1252(text))
    #expect(Reading(windows1252(text)).notices.contains(.encodingGuessed(.windows1252)))
  }

  @Test func `bytes that are no text refuse their row only`() {
    var limits = ExportLimits()
    limits.sample = 64
    let rows = (0..<20).map { "\($0);01\($0);ascii\n" }.joined()
    let bytes =
      Array("movement_id;barcode;event_name\n\(rows)".utf8) + Array("90;0190;Caf".utf8) + [0xE9]
      + Array("\n91;0191;é\n".utf8)
    let reading = Reading(bytes, chunk: 16, limits: limits)
    #expect(reading.tickets.count == 21)
    #expect(reading.rejections.map(\.reason) == [.notText(.utf8)])
    #expect(reading.rejections.first?.place.line == 22)
    let hole = Reading(
      Array("movement_id;barcode;event_name\n1;0123;".utf8) + [0xE9] + Array("\n2;0124;".utf8) + [0x81, 0x0A])
    #expect(hole.tickets.count == 1)
    #expect(hole.rejections.map(\.reason) == [.notText(.windows1252)])
    let halves = Reading(
      [0xFF, 0xFE] + utf16("movement_id;barcode;event_name\n1;0123;a\n2;0124;", bigEndian: false) + [0x00, 0xD8])
    #expect(halves.barcodes == ["0123"])
    #expect(halves.rejections.map(\.reason) == [.notText(.utf16LittleEndian)])
  }

  @Test func `a mapping's encoding is used, a byte order mark is stronger`() throws {
    let options = try ExportOptions.mapped("dialect: {encoding: windows-1252}\n")
    #expect(Reading(windows1252(text), options).tickets.map { $0.event.name?.text } == names)
    #expect(Reading([0xEF, 0xBB, 0xBF] + Array(text.utf8), options).tickets.map { $0.event.name?.text } == names)
  }

  @Test(arguments: [
    ([0x50, 0x4B, 3, 4, 20, 0] as [UInt8], ExportError.BinaryKind.workbook), ([0x1F, 0x8B, 8, 0], .gzip),
    ([0xD0, 0xCF, 0x11, 0xE0, 1], .oldWorkbook), ([0x89, 0x50, 0, 1, 2, 3, 4, 5, 6, 7], .other),
    ([0xFF, 0xFE, 0, 0, 0x41, 0, 0, 0], .other),
  ])
  func `files that are no text are named`(bytes: [UInt8], kind: ExportError.BinaryKind) {
    #expect(Reading(bytes).error?.reason == .notText(kind))
  }

  @Test(arguments: ["", "   \r\n\t\n", "\u{FEFF}"]) func `an empty file is said to be empty`(text: String) {
    #expect(Reading(text).error?.reason == .empty)
  }
}
