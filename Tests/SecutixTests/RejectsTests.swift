import Secutix
import Foundation
import Testing
import Tickets

@Suite("The rejects file") struct RejectsTests {
  private let header = "movement_id;barcode;event_name;remark;state"

  @Test func `the input's own columns and the reason, nothing else`() {
    let reading = Reading("\(header)\r\n1;1.2E+20;\"a;b\";;PRINTED\r\n2;0124;x;;PRINTED\r\n3;;\"y\";;PRINTED\r\n")
    let lines = reading.rejectsText.components(separatedBy: "\r\n")
    #expect(lines.count == 4)
    #expect(lines[0] == "\(header);rejected_because")
    #expect(lines[1].hasPrefix("1;1.2E+20;\"a;b\";;PRINTED;"))
    #expect(lines[2] == "3;;\"y\";;PRINTED;a ticket in state PRINTED must have a barcode")
    #expect(lines[3] == "")
  }

  @Test func `mended rows are read, the others are refused again`() {
    let reading = Reading("\(header)\n1;1.2E+20;a;;PRINTED\n2;;b;;PRINTED\n3;0123;c\n4;01;d;e;f;g\n5;\"05;e;;PRINTED\n")
    #expect(reading.rejections.count == 5)
    let again = Reading(reading.rejects)
    #expect(again.tickets.isEmpty)
    #expect(again.rejections.count == 5)
    let thrice = Reading(Reading(again.rejects).rejects)
    #expect(thrice.tickets.isEmpty)
    #expect(thrice.rejections.count == 5)
    let mended = again.rejectsText.replacing("1.2E+20", with: "0120").replacing("2;;b", with: "2;0121;b")
    let last = Reading(mended)
    #expect(last.barcodes == ["0120", "0121"])
    #expect(last.tickets.map { $0.event.name?.text } == ["a", "b"])
    #expect(last.rejections.count == 3)
  }

  @Test func `a damaged row never comes back as a good one`() {
    for row in ["1;01;a;\"b\"c;PRINTED", "1;01;a;b", "1;01;a;b;PRINTED;", "1;01;\"a", "\"1;01;a;b;PRINTED", "1"] {
      var text = "\(header)\n\(row)\n"
      for _ in 0..<5 {
        let reading = Reading(text)
        #expect(reading.tickets.isEmpty, "\(text)")
        #expect(reading.rejections.count == 1, "\(text)")
        text = reading.rejectsText
      }
    }
    var text = Array("barcode\n\"01\n".utf8)
    for _ in 0..<5 {
      let reading = Reading(text)
      #expect(reading.tickets.isEmpty)
      text = reading.rejects
    }
  }

  @Test(arguments: [
    "=1+1", "+A1", "-A1", "@SUM(A1)", "'=1", "''@x", "=\"x\"", "\t=1", "-12,50", "+33612345678", "'quoted'", "'",
  ])
  func `formulas are made harmless and come back as they were`(name: String) throws {
    let cell = "\"\(name.replacing("\"", with: "\"\""))\""
    let reading = Reading("\(header)\n1;1.2E+20;\(cell);;PRINTED\n")
    let written = reading.rejectsText.components(separatedBy: "\n")[1]
    let isNumber = name == "-12,50" || name == "+33612345678"
    if !isNumber, name != "'quoted'", name != "'" {
      #expect(written.hasPrefix("1;1.2E+20;\"'"))
    } else {
      #expect(written.hasPrefix("1;1.2E+20;\(cell);"))
    }
    let again = Reading(reading.rejectsText.replacing("1.2E+20", with: "0120"))
    let plain = Reading("\(header)\n1;0120;\(cell);;PRINTED\n")
    #expect(again.tickets.first?.event.name?.text == plain.tickets.first?.event.name?.text)
    #expect(plain.tickets.first?.event.name?.text != nil)
  }

  @Test func `an apostrophe is only taken off in a rejects file`() {
    let reading = Reading("movement_id;barcode;event_name\n1;0123;'=x\n")
    #expect(reading.tickets.first?.event.name?.text == "'=x")
  }

  @Test func `UTF-16 and Windows-1252 become UTF-8 with a byte order mark`() {
    let text = "movement_id;barcode;event_name\n1;1.2E+20;Café\n"
    let latin = Reading(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    #expect(latin.rejects.starts(with: [0xEF, 0xBB, 0xBF]))
    #expect(latin.rejectsText.contains("Café"))
    let wide = Reading([0xFF, 0xFE] + text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
    #expect(wide.rejects == latin.rejects)
    #expect(!Reading(text).rejects.starts(with: [0xEF, 0xBB, 0xBF]))
    #expect(Reading(Array("\u{FEFF}\(text)".utf8)).rejects.starts(with: [0xEF, 0xBB, 0xBF]))
  }

  @Test func `characters lost on the way are not taken for good ones`() {
    var limits = ExportLimits()
    limits.sample = 16
    let rows = (0..<9).map { "\($0);012\($0);x\n" }.joined()
    let bytes = Array("movement_id;barcode;event_name\n\(rows)".utf8) + Array("9;0999;Caf".utf8) + [0xE9, 0x0A]
    let reading = Reading(bytes, chunk: 16, limits: limits)
    #expect(reading.rejections.map(\.reason) == [.notText(.utf8)])
    #expect(Reading(reading.rejects).rejections.map(\.reason) == [.replacementCharacter])
    let mended = Reading(reading.rejectsText.replacing("\u{FFFD}", with: "é"))
    #expect(mended.tickets.first?.event.name?.text == "Café")
  }

  @Test func `a record refused later is written in the words given`() throws {
    let reader = try ExportReader(
      source: ByteSource(bytes: Array("movement_id;barcode\n1;0123\n".utf8)), name: "x", options: ExportOptions())
    var writer = reader.rejectsWriter()
    guard case .ticket(_, _, let raw)? = try reader.next() else {
      Issue.record("no ticket")
      return
    }
    let bytes = writer.bytes(for: raw, because: "the template says \"no\"; sorry")
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "movement_id;barcode;rejected_because\n1;0123;\"the template says \"\"no\"\"; sorry\"\n")
    #expect(try reader.next() == nil)
  }
}
